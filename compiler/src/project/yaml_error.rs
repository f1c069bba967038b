//! Why a text is not YAML: in the words that Dataform's users know from js-yaml, and in plain ones

use std::ops::Range;

use diagnostic::{Code, Diagnostic, Location};
use saphyr::ScanError;

/// Why a text is not YAML
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// js-yaml's words where they are known, else the parser's
    pub reason: String,
    /// 1-based
    pub line: usize,
    /// 1-based, in characters
    pub column: usize,
    /// The next step, for people
    pub help: Option<&'static str>,
    /// The same reason in plain words, for people
    pub plain: String,
    snippet: String,
}

impl std::fmt::Display for YamlError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "YAMLException: {} ({}:{})\n\n{}",
            self.reason, self.line, self.column, self.snippet
        )
    }
}

impl YamlError {
    /// What the parser found in `text`
    pub fn new(error: &ScanError, text: &str) -> Self {
        let (line, column) = (error.marker().line(), error.marker().col() + 1);
        let reason = match error.info() {
            "mapping values are not allowed in this context" => {
                "bad indentation of a mapping entry"
            }
            "duplicated key in mapping" => "duplicated mapping key",
            other => other,
        };
        let (plain, help) = plain(error.info());
        Self {
            reason: reason.to_owned(),
            line,
            column,
            help,
            plain: plain.to_owned(),
            snippet: snippet(text, line, column),
        }
    }

    /// The finding in `file`, whose text is `text`, for people
    pub fn diagnostic(&self, code: Code, file: &str, text: &str) -> Diagnostic {
        let start = diagnostic::offset_of(text, self.line, self.column);
        let mut diagnostic = Diagnostic::error(code, self.plain.clone());
        diagnostic.help = self.help.map(str::to_owned);
        diagnostic.at(Location::new(file, text, visible(text, start)))
    }
}

/// The word or the character at a byte of a text; at the end of a line or of the text, what stands before it
pub fn visible(text: &str, at: usize) -> Range<usize> {
    let mut start = at.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    if text[start..].trim_start_matches(BLANK).is_empty() || text[start..].starts_with(['\r', '\n'])
    {
        let before = text[..start].trim_end();
        start = before.len() - before.chars().next_back().map_or(0, char::len_utf8);
    }
    let rest = &text[start..];
    let word = rest
        .find(|character: char| !(character.is_alphanumeric() || character == '_'))
        .unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    start..start + word.max(first)
}

/// White space that may follow the last word of a file
const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

/// The parser's reason in plain words, and the next step
fn plain(info: &str) -> (&str, Option<&'static str>) {
    let of_text = Some("put the text in quotes if it has a colon, a bracket or another mark in it");
    match info {
        "mapping values are not allowed in this context" => (
            "a `:` stands where no key can be",
            Some(
                "indent the line as its neighbours are, put a space after each colon, and a text with a colon in quotes",
            ),
        ),
        "duplicated key in mapping" => ("the key is there twice", Some("remove one of the two")),
        "while parsing a flow sequence, expected ',' or ']'" => (
            "the list does not end: `,` or `]` is expected",
            Some("close the bracket"),
        ),
        "while parsing a flow mapping, did not find expected ',' or '}'" => (
            "the mapping in braces does not end: `,` or `}` is expected",
            Some("close the brace"),
        ),
        "while parsing a block mapping, did not find expected key" => (
            "a key is expected",
            Some("indent the line as its neighbours are; each entry is `key: value`"),
        ),
        "while parsing a block collection, did not find expected '-' indicator" => (
            "a list item is expected",
            Some("begin it with `- `, indented as the items before it are"),
        ),
        "while scanning a quoted scalar, found unexpected end of stream"
        | "invalid indentation in quoted scalar" => (
            "the quoted text does not end",
            Some("add the closing quote"),
        ),
        "while parsing a quoted scalar, found unknown escape character" => (
            "an unknown escape in a text in double quotes",
            Some("write `\\\\` for a backslash, or use single quotes"),
        ),
        "simple key expected" | "simple key expect ':'" => (
            "a `:` is expected after the key",
            Some("each entry is `key: value`"),
        ),
        "block sequence entries are not allowed in this context" => (
            "a list item stands where none can be",
            Some("begin the list on a line of its own, below its key"),
        ),
        "tab cannot be used as indentation"
        | "tabs disallowed in this context"
        | "tabs disallowed within this context (block indentation)"
        | "a block scalar content cannot start with a tab" => (
            "a tab stands where only spaces may",
            Some("indent with spaces"),
        ),
        "while parsing node, found unknown anchor" => (
            "the alias names an anchor that is not there",
            Some("define it before with `&name`, or put a text that begins with `*` in quotes"),
        ),
        "while scanning an anchor or alias, did not find expected alphabetic or numeric character" => {
            (
                "`*` and `&` begin an alias or an anchor, and its name is missing",
                of_text,
            )
        }
        "misplaced bracket" => ("a closing bracket that nothing opens", of_text),
        "invalid trailing content after double-quoted scalar" => (
            "text stands after the closing quote",
            Some("put all of the text in the quotes"),
        ),
        "did not find expected next token"
        | "while parsing a node, did not find expected node content" => {
            ("a value is expected", of_text)
        }
        info if info.starts_with("unexpected character") => {
            ("a value cannot begin with this character", of_text)
        }
        info if info.starts_with("alias expansion exceeded") => {
            ("the aliases stand for too many values", None)
        }
        other => (other, None),
    }
}

/// The widest that a line of the snippet is, number and all
const WIDTH: usize = 79;

/// Up to three lines before, the line with a mark below it, and up to two lines after
fn snippet(text: &str, line: usize, column: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let first = line.saturating_sub(3).max(1);
    let last = (line + 2).min(lines.len());
    let width = last.to_string().len();
    let room = WIDTH - width - 4;
    let mut out = String::new();
    for number in first..=last {
        let Some(content) = lines.get(number - 1) else {
            continue;
        };
        let (content, mark) = cut(content, column - 1, room);
        out.push_str(&format!(" {number:>width$} | {content}\n"));
        if number == line {
            out.push_str(&"-".repeat(width + 4 + mark));
            out.push_str("^\n");
        }
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

/// The part of a long line around its character `at`, and where that is in the part
fn cut(line: &str, at: usize, room: usize) -> (String, usize) {
    let half = room / 2 - 1;
    let length = line.chars().count();
    let (mut start, mut end) = (0, length);
    let (mut head, mut tail) = ("", "");
    if at > half {
        head = " ... ";
        start = at - half + head.len();
    }
    if length.saturating_sub(at) > half {
        tail = " ...";
        end = at + half - tail.len();
    }
    let middle: String = line
        .chars()
        .skip(start)
        .take(end.saturating_sub(start))
        .map(|character| if character == '\t' { '→' } else { character })
        .collect();
    (format!("{head}{middle}{tail}"), at + head.len() - start)
}

#[cfg(test)]
mod tests {
    use crate::project::yaml::parse;

    #[test]
    fn an_error_shows_the_line() {
        let error = parse("a: : b\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "YAMLException: bad indentation of a mapping entry (1:4)\n\n 1 | a: : b\n--------^"
        );
    }
}
