//! Conditional, debugging, utility and security functions

pub const TABLE: &str = r"
special IF
special IFNULL
special COALESCE
special NULLIF
special NULLIFZERO
special ZEROIFNULL
special ISNULL
special ERROR
special GREATEST
special LEAST
special IFERROR
special ISERROR
special NULLIFERROR
special TYPEOF
GENERATE_UUID() STRING = CAST(uuid() AS VARCHAR)
refuse SESSION_USER = there is no session user
refuse CURRENT_USER = there is no session user
";
