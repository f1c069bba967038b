//! Conditional, debugging, utility and security functions

pub const TABLE: &str = r"
special IF(BOOL, T, T) T
special IFNULL(T, T) T
special COALESCE(T, T...) T
special NULLIF(T, T) T
special NULLIFZERO(T) T
special ZEROIFNULL(T) T
special ISNULL(ANY) BOOL
special ERROR(STRING) T
special GREATEST(T, T...) T
special LEAST(T, T...) T
special IFERROR(T, T) T
special ISERROR(ANY) BOOL
special NULLIFERROR(T) T
special TYPEOF(ANY) STRING
GENERATE_UUID() STRING = CAST(uuid() AS VARCHAR)
special SESSION_USER() STRING
special CURRENT_USER() STRING
";
