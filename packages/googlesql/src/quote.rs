//! DuckDB's quoting of names and text

/// A DuckDB identifier, quoted
pub fn quote_identifier(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    write_identifier(name, &mut quoted);
    quoted
}

/// As [`quote_identifier`], behind what is there
pub(crate) fn write_identifier(name: &str, out: &mut String) {
    out.reserve(name.len() + 2);
    out.push('"');
    match name.contains('"') {
        true => out.push_str(&name.replace('"', "\"\"")),
        false => out.push_str(name),
    }
    out.push('"');
}

/// A DuckDB string expression with this value, on one line
pub fn quote_string(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut quoted = String::from("E'");
    for letter in text.chars() {
        match letter {
            '\'' => quoted.push_str("''"),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '\0' => quoted.push_str("' || chr(0) || E'"),
            letter => quoted.push(letter),
        }
    }
    quoted.push('\'');
    if text.contains('\0') {
        format!("({quoted})")
    } else {
        quoted
    }
}

/// A DuckDB blob expression with these bytes
pub(crate) fn quote_bytes(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("\\x{byte:02X}")).collect();
    format!("'{hex}'::BLOB")
}
