//! Writes YAML in the layout that js-yaml's `dump` has by default

use saphyr::Scalar;

use super::timestamp::to_iso;
use crate::value::{Object, Value};

/// Columns that a text may take before it is folded
const WIDTH: usize = 80;

/// Columns that a text may take however deep it stands
const LEAST_WIDTH: usize = 40;

/// Columns of a level
const INDENT: usize = 2;

/// Plain words that YAML 1.1 takes for truth values
const OLD_TRUTH_VALUES: [&str; 16] = [
    "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off",
    "OFF",
];

/// Writes a value, ending with a newline
pub fn dump(value: &Value) -> String {
    let mut text = node(value, 0, true);
    text.push('\n');
    text
}

/// `compact` stands on the line where it begins
fn node(value: &Value, level: usize, compact: bool) -> String {
    match value {
        Value::Object(object) if !object.is_empty() => mapping(object, level, compact),
        Value::Array(items) if !items.is_empty() => sequence(items, level, compact),
        Value::Object(_) => "{}".to_owned(),
        Value::Array(_) => "[]".to_owned(),
        Value::String(text) | Value::Date(text) => scalar(text, level, false),
        Value::Number(value) => number(*value),
        other => other.to_json(),
    }
}

fn next_line(level: usize) -> String {
    format!("\n{}", " ".repeat(INDENT * level))
}

fn mapping(object: &Object, level: usize, compact: bool) -> String {
    let mut out = String::new();
    for (key, value) in object.iter() {
        if !compact || !out.is_empty() {
            out.push_str(&next_line(level));
        }
        let key = scalar(key, level + 1, true);
        let explicit = key.chars().count() > 1024;
        if explicit {
            out.push_str("? ");
        }
        out.push_str(&key);
        if explicit {
            out.push_str(&next_line(level));
        }
        let value = node(value, level + 1, explicit);
        out.push_str(if value.starts_with('\n') { ":" } else { ": " });
        out.push_str(&value);
    }
    out
}

fn sequence(items: &[Value], level: usize, compact: bool) -> String {
    let mut out = String::new();
    for item in items {
        if !compact || !out.is_empty() {
            out.push_str(&next_line(level));
        }
        let item = node(item, level + 1, true);
        out.push_str(if item.starts_with('\n') { "-" } else { "- " });
        out.push_str(&item);
    }
    out
}

fn number(value: f64) -> String {
    let text = crate::value::number(value);
    match text.split_once('e') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.e{exponent}"),
        _ => text,
    }
}

fn scalar(text: &str, level: usize, key: bool) -> String {
    let quoted = || format!("'{}'", text.replace('\'', "''"));
    if text.is_empty() {
        return "''".to_owned();
    }
    if OLD_TRUTH_VALUES.contains(&text) || base_60(text) {
        return format!("'{text}'");
    }
    let indent = INDENT * level.max(1);
    let width = LEAST_WIDTH.max(WIDTH.saturating_sub(indent));
    let lines: Vec<&str> = text.split('\n').collect();
    if text
        .chars()
        .any(|character| character != '\n' && !printable(character))
        || key && lines.len() > 1
    {
        return double_quoted(text);
    }
    let foldable = !key
        && lines
            .iter()
            .any(|line| line.encode_utf16().count() > width && !line.starts_with(' '));
    if lines.len() == 1 && !foldable {
        return if plain(text) && !ambiguous(text) {
            text.to_owned()
        } else {
            quoted()
        };
    }
    let (sign, body) = if foldable {
        ('>', fold(text, width))
    } else {
        ('|', text.to_owned())
    };
    let body = indented(&body, indent);
    let body = body.strip_suffix('\n').unwrap_or(&body);
    format!("{sign}{}{body}", block_header(text))
}

/// How many spaces stand before a block that begins with some, and what becomes of the newlines at its end
fn block_header(text: &str) -> String {
    let indicator = if text.trim_start_matches('\n').starts_with(' ') {
        INDENT.to_string()
    } else {
        String::new()
    };
    let chomping = if text == "\n" || text.ends_with("\n\n") {
        "+"
    } else if text.ends_with('\n') {
        ""
    } else {
        "-"
    };
    format!("{indicator}{chomping}\n")
}

fn indented(text: &str, spaces: usize) -> String {
    let indent = " ".repeat(spaces);
    let line = |line: &str| {
        if line == "\n" {
            line.to_owned()
        } else {
            format!("{indent}{line}")
        }
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Breaks long lines at spaces; a line that begins with a space stays as it is
fn fold(text: &str, width: usize) -> String {
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default();
    let mut out = fold_line(first, width);
    let mut indented_before = text.starts_with(['\n', ' ']);
    let mut newlines = 0;
    for (at, line) in lines.clone().enumerate() {
        newlines += 1;
        let last = at + 1 == lines.clone().count();
        if line.is_empty() && !last {
            continue;
        }
        let indented = line.starts_with(' ');
        out.push_str(&"\n".repeat(newlines));
        if !indented_before && !indented && !line.is_empty() {
            out.push('\n');
        }
        out.push_str(&fold_line(line, width));
        indented_before = indented;
        newlines = 0;
    }
    out
}

fn fold_line(line: &str, width: usize) -> String {
    if line.is_empty() || line.starts_with(' ') {
        return line.to_owned();
    }
    let characters: Vec<char> = line.chars().collect();
    let slice = |from: usize, to: usize| characters[from..to].iter().collect::<String>();
    let breaks = (0..characters.len().saturating_sub(1))
        .filter(|at| characters[*at] == ' ' && characters[at + 1] != ' ');
    let mut lines = Vec::new();
    let (mut start, mut current) = (0, 0);
    for next in breaks {
        if next - start > width {
            let end = if current > start { current } else { next };
            lines.push(slice(start, end));
            start = end + 1;
        }
        current = next;
    }
    if characters.len() - start > width && current > start {
        lines.push(slice(start, current));
        lines.push(slice(current + 1, characters.len()));
    } else {
        lines.push(slice(start, characters.len()));
    }
    lines.join("\n")
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            other if printable(other) => out.push(other),
            other if u32::from(other) <= 0xff => {
                out.push_str(&format!("\\x{:02X}", u32::from(other)))
            }
            other => out.push_str(&format!("\\u{:04X}", u32::from(other))),
        }
    }
    out.push('"');
    out
}

fn printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
        other => {
            matches!(other, '\u{a1}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        }
    }
}

/// Whether a line needs no quotes for its characters
fn plain(text: &str) -> bool {
    let first_allowed = |first: char| !" \t-?:,[]{}#&*!|=>'\"%@`".contains(first);
    if !text.starts_with(first_allowed) || text.ends_with([' ', '\t', ':']) {
        return false;
    }
    let mut before = '\0';
    text.chars().all(|character| {
        let blank = character == ' ' || character == '\t';
        let fits = match (before, character) {
            (':', character) if blank || character == '\t' => false,
            (before, '#') => before != ' ' && before != '\t',
            _ => true,
        };
        before = character;
        fits
    })
}

/// Whether a plain text would be read as something else
fn ambiguous(text: &str) -> bool {
    let numeric = |text: &str| {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        digits.starts_with(|first: char| first.is_ascii_digit())
            && !digits.ends_with('_')
            && !matches!(
                Scalar::parse_from_cow(digits.replace('_', "").into()),
                Scalar::String(_)
            )
    };
    text == "<<"
        || to_iso(text).is_some()
        || !matches!(Scalar::parse_from_cow(text.into()), Scalar::String(_))
        || numeric(text)
}

/// Whether YAML 1.1 takes it for a number of minutes and seconds
fn base_60(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let places: Vec<&str> = whole.split(':').collect();
    let numeric = |text: &str| {
        text.chars()
            .all(|character| character.is_ascii_digit() || character == '_')
    };
    places.len() > 1
        && places
            .iter()
            .all(|place| !place.is_empty() && numeric(place))
        && numeric(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::yaml::parse;

    #[test]
    fn a_dump_reads_back() {
        let text =
            "a: 1\nb:\n  - x\n  - 'y: z'\n  - c: null\n    d: |\n      two\n      lines\ne: {}\n";
        let value = parse(text).unwrap().value;
        assert_eq!(parse(&dump(&value)).unwrap().value, value);
        assert_eq!(dump(&value), text);
    }

    #[test]
    fn texts_are_quoted_and_folded_as_js_yaml_does() {
        for (text, written) in [
            ("", "''"),
            ("n", "'n'"),
            ("1:30", "'1:30'"),
            ("2020-01-01", "'2020-01-01'"),
            ("1_000", "'1_000'"),
            ("a #b", "'a #b'"),
            ("a#b", "a#b"),
            ("a:b", "a:b"),
            ("it's", "it's"),
            ("'x", "'''x'"),
            ("[a]", "'[a]'"),
            ("a, [b] {c}", "a, [b] {c}"),
            ("tab\there", "\"tab\\there\""),
            ("é ☃", "é ☃"),
            ("two\nlines\n\n", "|+\n  two\n  lines\n"),
            (" led\nby space", "|2-\n   led\n  by space"),
        ] {
            assert_eq!(scalar(text, 1, false), written, "{text:?}");
        }
        let long = "word ".repeat(20);
        let folded = format!(
            ">-\n  {}\n  {}",
            "word ".repeat(15).trim_end(),
            "word ".repeat(5).trim_end()
        );
        assert_eq!(scalar(long.trim_end(), 1, false), folded);
    }
}
