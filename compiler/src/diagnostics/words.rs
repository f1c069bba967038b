//! The engine's messages in plain words

use diagnostic::Location;

use super::fragment;
use crate::script::ScriptError;

/// What an exception says
pub fn plain(error: &ScriptError) -> String {
    let message = error.message.as_str();
    if message.is_empty() {
        return if error.name.is_empty() {
            "something was thrown that has no message".to_owned()
        } else {
            "an exception without a message".to_owned()
        };
    }
    if error.name.is_empty() && error.stack.is_empty() {
        return format!("`{message}` was thrown, which is no error");
    }
    if message.starts_with("Unrecognized table type") {
        return fragment(message);
    }
    if let Some((reason, _)) = message
        .split_once(" at line ")
        .filter(|_| message.starts_with("a setting has"))
    {
        return reason.to_owned();
    }
    if let Some(key) = message.strip_suffix(".includes is not a function") {
        return format!("`{key}` must be a text");
    }
    match message {
        "Maximum call stack size exceeded" => {
            "a function calls itself without an end: the call stack is full".to_owned()
        }
        "not a function" => "what is called is not a function".to_owned(),
        "not an object" => "a value is not an object".to_owned(),
        "value is not iterable" => "the value cannot be iterated: it is no list".to_owned(),
        "invalid string length" | "string too long" => "a text becomes too long".to_owned(),
        "invalid array length" => "a list becomes too long".to_owned(),
        other => other.to_owned(),
    }
}

/// What stands where the engine stopped to read
enum Found<'a> {
    End,
    Token(&'a str),
}

/// A syntax error in plain words, and the next step
pub fn syntax(message: &str, place: Option<&Location>) -> (String, Option<String>) {
    let found = place.map(|place| {
        let rest = &place.source[place.span.start..];
        // the engine's last token is the end of what the file is wrapped in
        if rest.trim().is_empty() || at_end_of_block(place) {
            Found::End
        } else {
            Found::Token(place.text())
        }
    });
    let quoted = message
        .rsplit_once(": ")
        .map(|(_, token)| token.trim_matches('\''));
    let token = match (&found, quoted) {
        (Some(Found::End), _) => None,
        (_, Some(token)) if !token.is_empty() => Some(token.to_owned()),
        (Some(Found::Token(text)), _) => Some((*text).to_owned()),
        _ => None,
    };
    let shown = match &token {
        Some(token) => format!("`{token}`"),
        None => "the end of the code".to_owned(),
    };
    let missing = || {
        token
            .as_ref()
            .map(|token| format!("a comma, an operator or a quote may be missing before `{token}`"))
    };
    if message.starts_with("unexpected token in expression") {
        let help = match token.as_deref() {
            None => "the expression is not finished: a value or a closing bracket is missing",
            Some(")" | "]" | "}" | ",") => "a value is missing before it",
            Some(_) => "a value is expected here",
        };
        return (
            format!("the expression breaks off at {shown}"),
            Some(help.to_owned()),
        );
    }
    if message.starts_with("Unexpected identifier") || message == "Unexpected string" {
        return (format!("{shown} is not expected here"), missing());
    }
    if let Some(wanted) = message.strip_prefix("expecting ") {
        let wanted = wanted.trim_matches('\'');
        return match wanted {
            ";" => (format!("{shown} is not expected here"), missing()),
            wanted => (
                format!("`{wanted}` is expected, and found is {shown}"),
                None,
            ),
        };
    }
    match message {
        "Unexpected end of input" => (
            "the code ends in the middle".to_owned(),
            Some("a closing bracket, brace or quote is missing".to_owned()),
        ),
        "unexpected end of string" | "unexpected end of template" => (
            "the text has no end".to_owned(),
            Some("add the closing quote; a text of several lines stands in backticks".to_owned()),
        ),
        "unexpected end of comment" => (
            "the comment has no end".to_owned(),
            Some("add `*/`".to_owned()),
        ),
        "invalid property name" | "identifier or string expected" => (
            format!("the name of a property is expected, and found is {shown}"),
            Some("each entry is `name: value`, with commas between them".to_owned()),
        ),
        "variable name expected" | "identifier expected" => {
            (format!("a name is expected, and found is {shown}"), None)
        }
        "missing initializer for variable" => (
            "a `const` has no value".to_owned(),
            Some("write `const name = value`".to_owned()),
        ),
        "invalid assignment left-hand side" => (
            "nothing can be assigned to what stands before `=`".to_owned(),
            Some("write `==` or `===` to compare".to_owned()),
        ),
        "expected '}' after template expression" => (
            "a placeholder has no closing brace".to_owned(),
            Some("add `}`".to_owned()),
        ),
        "Invalid Unicode escape sequence" | "malformed escape sequence in string literal" => (
            "a backslash begins no known escape".to_owned(),
            Some("write `\\\\` for a backslash".to_owned()),
        ),
        "return not in a function" => (
            "`return` stands outside of a function".to_owned(),
            Some("export what the file makes: `module.exports = …`".to_owned()),
        ),
        other if other.to_lowercase().starts_with("unexpected token") => {
            let help = match token.as_deref() {
                Some("=") => {
                    Some("in an object, `:` stands between a name and its value".to_owned())
                }
                Some(")" | "]" | "}" | ";") => {
                    Some("a bracket, brace or quote before it is not closed".to_owned())
                }
                _ => missing(),
            };
            (format!("{shown} is not expected here"), help)
        }
        "invalid destructuring target" => (
            "the parameters, or the names on the left, break off here".to_owned(),
            Some("a closing bracket is missing".to_owned()),
        ),
        other if other.contains("redefinition") => {
            let name = place.map_or_else(String::new, |place| format!(" `{}`", place.text()));
            (
                format!("the name{name} is defined twice"),
                Some("rename one of the two".to_owned()),
            )
        }
        other => (other.to_owned(), None),
    }
}

/// Whether a place is the last brace of a SQLX file's placeholder or block, or of a whole file
fn at_end_of_block(place: &Location) -> bool {
    place.file.ends_with(".sqlx") && place.text() == "}" && {
        let before = place.source[..place.span.start].trim_end();
        before.ends_with(['+', '-', '*', '/', '(', ',', '=', '.', '?', '{', '&', '|'])
    }
}
