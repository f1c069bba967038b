//! Messages of the JavaScript engine as V8, which Dataform runs on, words them

/// What V8 says of a text that does not end in its line
pub const UNFINISHED_TEXT: &str = "Invalid or unexpected token";

/// The message in V8's words where both engines mean the same, else as it is
pub fn in_words_of_v8(class: &str, message: &str) -> String {
    translated(class, message).unwrap_or_else(|| message.to_owned())
}

fn translated(class: &str, message: &str) -> Option<String> {
    match class {
        "SyntaxError" => syntax(message),
        "TypeError" => type_error(message),
        "ReferenceError" => {
            let name = message.strip_suffix(" is not initialized")?;
            Some(format!("Cannot access '{name}' before initialization"))
        }
        _ => None,
    }
}

fn syntax(message: &str) -> Option<String> {
    if let Some(token) = message.strip_prefix("unexpected token in expression: ") {
        let token = token.trim_matches('\'');
        return Some(if token.is_empty() {
            "Unexpected end of input".to_owned()
        } else {
            format!("Unexpected token '{token}'")
        });
    }
    match message {
        "unexpected end of string" => Some(UNFINISHED_TEXT.to_owned()),
        "unexpected end of template" => Some("Unterminated template literal".to_owned()),
        "unexpected end of comment" => Some(UNFINISHED_TEXT.to_owned()),
        _ => None,
    }
}

fn type_error(message: &str) -> Option<String> {
    for (verb, noun) in [("read", "reading"), ("set", "setting")] {
        let rest = message.strip_prefix(&format!("cannot {verb} property "));
        if let Some((name, value)) = rest.and_then(|rest| rest.rsplit_once(" of ")) {
            return Some(format!(
                "Cannot {verb} properties of {value} ({noun} {name})"
            ));
        }
    }
    if let Some(rest) = message.strip_prefix("cannot read properties of ") {
        return Some(format!("Cannot read properties of {rest}"));
    }
    let name = message.strip_suffix(" is read-only")?;
    (!name.is_empty()).then(|| "Assignment to constant variable.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        for (class, message, expected) in [
            (
                "SyntaxError",
                "unexpected token in expression: ';'",
                "Unexpected token ';'",
            ),
            (
                "SyntaxError",
                "unexpected end of string",
                "Invalid or unexpected token",
            ),
            ("SyntaxError", "Unexpected number", "Unexpected number"),
            (
                "TypeError",
                "cannot read property 'a' of null",
                "Cannot read properties of null (reading 'a')",
            ),
            (
                "TypeError",
                "cannot set property 'a of b' of undefined",
                "Cannot set properties of undefined (setting 'a of b')",
            ),
            (
                "TypeError",
                "'x' is read-only",
                "Assignment to constant variable.",
            ),
            (
                "Error",
                "cannot read property 'a' of null",
                "cannot read property 'a' of null",
            ),
        ] {
            assert_eq!(in_words_of_v8(class, message), expected);
        }
    }
}
