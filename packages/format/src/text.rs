//! White space and lines as JavaScript's regular expressions know them

/// `\s` of a JavaScript regular expression
pub fn is_space(character: char) -> bool {
    character == '\u{feff}' || (character.is_whitespace() && character != '\u{85}')
}

/// What `.` does not match
pub fn ends_line(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// Without white space at both ends
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Without white space at the start
pub fn trim_start(text: &str) -> &str {
    text.trim_start_matches(is_space)
}

/// Without white space at the end
pub fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// Changes each line of a text
pub fn map_lines(text: &str, change: impl Fn(&str) -> String) -> String {
    text.split('\n').map(change).collect::<Vec<_>>().join("\n")
}
