//! JSONPath: the steps that lead to a part of a JSON value

use std::borrow::Cow;

use serde_json::Value;

/// A step of a path
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Member(String),
    Element(usize),
    /// `[-1]`, which no array has
    Nowhere,
}

impl Step {
    /// The member that the step names
    pub fn name(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Member(name) => Some(name.into()),
            Self::Element(index) => Some(index.to_string().into()),
            Self::Nowhere => None,
        }
    }

    /// The element that the step counts to
    pub fn index(&self) -> Option<usize> {
        match self {
            Self::Member(name) => name.parse().ok(),
            Self::Element(index) => Some(*index),
            Self::Nowhere => None,
        }
    }
}

/// How names are quoted in a path
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `."a.b"`
    Standard,
    /// `['a.b']` and `[a]`, as `JSON_EXTRACT` and its kin take them
    Legacy,
}

/// How a path meets arrays
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Each step fits or leads nowhere
    Strict,
    /// Members are looked for in an array's elements, and what is no array is one of itself
    Lax,
    /// As lax, through arrays in arrays
    Recursive,
}

impl Mode {
    /// The mode of this name, as `JSON_KEYS` takes it
    ///
    /// # Errors
    /// There is none of this name
    pub fn of(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().as_str() {
            "strict" => Ok(Self::Strict),
            "lax" => Ok(Self::Lax),
            "lax recursive" | "recursive lax" => Ok(Self::Recursive),
            _ => Err(format!("there is no mode `{name}` of JSON paths")),
        }
    }
}

/// The steps of a path into what is changed: no element is counted from the end
pub fn path_to_change(text: &str) -> Result<Vec<Step>, String> {
    let steps = path(text, Style::Standard)?;
    match steps.contains(&Step::Nowhere) {
        true => Err(format!("invalid JSONPath `{text}`")),
        false => Ok(steps),
    }
}

/// The steps of `$.a.b[0]`
pub fn path(text: &str, style: Style) -> Result<Vec<Step>, String> {
    let bad = || format!("invalid JSONPath `{text}`");
    let mut rest = text.strip_prefix('$').ok_or_else(bad)?;
    let mut steps = Vec::new();
    // A point at the end is left alone by the older functions
    let end = |rest: &str| rest.is_empty() || style == Style::Legacy && rest == ".";
    while !end(rest) {
        if let Some(after) = rest.strip_prefix('[') {
            let (step, after) = bracket(after, style).ok_or_else(bad)?;
            steps.push(step);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('.') {
            let (name, after) = match after.strip_prefix('"') {
                Some(quoted) if style == Style::Standard => {
                    quoted_name(quoted, '"').ok_or_else(bad)?
                }
                Some(_) => return Err(bad()),
                None => {
                    let plain = |letter: char| is_plain(letter) || letter.is_whitespace();
                    let end = after.find(|letter| !plain(letter));
                    let (name, after) = after.split_at(end.unwrap_or(after.len()));
                    if name.is_empty() {
                        return Err(bad());
                    }
                    (name.to_owned(), after)
                }
            };
            steps.push(Step::Member(name));
            rest = after;
        } else {
            return Err(bad());
        }
    }
    Ok(steps)
}

/// A path with `lax`, `lax recursive` or nothing before it
pub fn path_with_mode(text: &str) -> Result<(Mode, Vec<Step>), String> {
    let (words, steps) = match text.find('$') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let words: Vec<_> = words
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mode = match words.as_slice() {
        [] => Mode::Strict,
        ["lax"] => Mode::Lax,
        ["lax", "recursive"] | ["recursive", "lax"] => Mode::Recursive,
        _ => return Err(format!("invalid JSONPath `{text}`")),
    };
    let steps = match mode {
        Mode::Strict => path(steps, Style::Standard)?,
        Mode::Lax | Mode::Recursive => path_to_change(steps)?,
    };
    Ok((mode, steps))
}

/// A letter of a name that is not quoted
fn is_plain(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | ':')
}

fn bracket(after: &str, style: Style) -> Option<(Step, &str)> {
    if let (Some(quoted), Style::Legacy) = (after.trim_start().strip_prefix('\''), style) {
        let (name, rest) = quoted_name(quoted, '\'')?;
        return Some((Step::Member(name), rest.trim_start().strip_prefix(']')?));
    }
    let (inner, rest) = after.split_once(']')?;
    let inner = inner.trim();
    let digits = inner.strip_prefix('-').unwrap_or(inner);
    let number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let step = match (number, style) {
        (true, _) => inner.parse().map_or(Step::Nowhere, Step::Element),
        (false, Style::Legacy) if !inner.is_empty() && inner.chars().all(is_plain) => {
            Step::Member(inner.to_owned())
        }
        (false, _) => return None,
    };
    Some((step, rest))
}

fn quoted_name(text: &str, quote: char) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            return Some((name, &text[at + 1..]));
        }
        if letter == '\\' {
            name.push(letters.next()?.1);
        } else {
            name.push(letter);
        }
    }
    None
}

/// The part of a value that the steps lead to; digits name members and elements alike
pub fn at<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match value {
        Value::Object(members) => members.get(step.name()?.as_ref()),
        Value::Array(items) => items.get(step.index()?),
        _ => None,
    })
}

/// As [`at`], to be changed; digits in brackets count elements, others name members
pub fn at_mut<'v>(value: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.as_object_mut()?.get_mut(name),
        Step::Element(index) => value.as_array_mut()?.get_mut(*index),
        Step::Nowhere => None,
    })
}

/// All parts that the steps lead to in a lax mode
pub fn all_at<'v>(value: &'v Value, steps: &[Step], mode: Mode) -> Vec<&'v Value> {
    steps.iter().fold(vec![value], |values, step| {
        let mut found = Vec::new();
        for value in values {
            match (step, value) {
                (Step::Member(name), value) => members(value, name, mode, 0, &mut found),
                (Step::Element(index), Value::Array(items)) => found.extend(items.get(*index)),
                (Step::Element(0), value) => found.push(value),
                _ => {}
            }
        }
        found
    })
}

fn members<'v>(value: &'v Value, name: &str, mode: Mode, depth: usize, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(members) => found.extend(members.get(name)),
        Value::Array(items) if depth == 0 || mode == Mode::Recursive => {
            for item in items {
                members(item, name, mode, depth + 1, found);
            }
        }
        _ => {}
    }
}
