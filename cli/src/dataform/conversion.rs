//! What becomes of the values of flags: paths, durations, lists with commas, `key=value` pairs
//!
//! Errors are worded as JavaScript words them, since users see those.

use std::path::{Component, Path, PathBuf};

use super::line::Value;

/// Makes something of a value
pub type Conversion = fn(&Value) -> Result<Value, String>;

/// An absolute path, `~` expanded, without `.` and `..`
///
/// # Errors
/// The value is no text
pub fn path(value: &Value) -> Result<Value, String> {
    let text = expand(value)?;
    Ok(Value::Text(resolve(&[&text]).display().to_string()))
}

/// A text whose `~` is the home folder
///
/// # Errors
/// The value is no text
pub fn expand(value: &Value) -> Result<String, String> {
    let Value::Text(text) = value else {
        return Err(format!("Expected a string, got {}", value.type_name()));
    };
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    Ok(match (text.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            format!("{}{rest}", home.display())
        }
        _ => text.clone(),
    })
}

/// Paths put together from the working folder on; each may be absolute
pub fn resolve(parts: &[&str]) -> PathBuf {
    let mut joined = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    for part in parts {
        joined.push(Path::new(part));
    }
    let mut resolved = PathBuf::new();
    for component in joined.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                resolved.pop();
            }
            other => resolved.push(other),
        }
    }
    resolved
}

/// The items of a list, each of which may hold several
///
/// # Errors
/// A value is no list of texts
pub fn commas(value: &Value) -> Result<Value, String> {
    let Value::List(items) = value else {
        return Err("raw.map is not a function".to_owned());
    };
    let mut all = Vec::new();
    for item in items {
        let Value::Text(text) = item else {
            return Err("value.split is not a function".to_owned());
        };
        all.extend(text.split(',').map(|part| Value::Text(part.to_owned())));
    }
    Ok(Value::List(all))
}

/// `a=b,c=d` as an object; a key without `=` has no value
///
/// # Errors
/// The value is no text
pub fn variables(value: &Value) -> Result<Value, String> {
    let text = match value {
        Value::Null => return Ok(Value::Object(Vec::new())),
        Value::Text(text) => text,
        _ => return Err("rawVarsString.split is not a function".to_owned()),
    };
    let mut fields: Vec<(String, Value)> = Vec::new();
    for pair in text.split(',') {
        let mut parts = pair.split('=');
        let key = parts.next().unwrap_or_default();
        let value = parts
            .next()
            .map_or(Value::Undefined, |part| Value::Text(part.to_owned()));
        put(&mut fields, key, value);
    }
    Ok(Value::Object(fields))
}

/// The labels of `a=b,c=d`
///
/// # Errors
/// The value is no text
pub fn labels(value: &Value) -> Result<Value, String> {
    let Value::Text(text) = value else {
        return Err("raw.split is not a function".to_owned());
    };
    let mut fields: Vec<(String, Value)> = Vec::new();
    for pair in text.split(',').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        put(&mut fields, key, Value::Text(value.to_owned()));
    }
    Ok(Value::Object(fields))
}

fn put(fields: &mut Vec<(String, Value)>, key: &str, value: Value) {
    match fields.iter_mut().find(|(own, _)| own == key) {
        Some((_, place)) => *place = value,
        None => fields.push((key.to_owned(), value)),
    }
}

/// Milliseconds; nothing where there is no duration in the text
///
/// # Errors
/// Never
pub fn duration(value: &Value) -> Result<Value, String> {
    if !value.is_truthy() {
        return Ok(Value::Null);
    }
    Ok(milliseconds(&value.to_string()).map_or(Value::Null, Value::Number))
}

/// Units and their milliseconds, long ones first; a number without a unit has the next shorter one
const UNITS: &[(&[&str], f64)] = &[
    (&["year", "yr", "y"], 31_557_600_000.0),
    (&["month", "b"], 2_629_800_000.0),
    (&["week", "wk", "w"], 604_800_000.0),
    (&["day", "d"], 86_400_000.0),
    (&["hour", "hr", "h"], 3_600_000.0),
    (&["minute", "min", "m"], 60_000.0),
    (&["second", "sec", "s"], 1_000.0),
    (&["millisecond", "millisec", "ms"], 1.0),
    (&["µs", "μs", "us", "microsecond"], 1e-3),
    (&["nanosecond", "ns"], 1e-6),
];

/// `1h 30m`, `90s`, `1,500ms`, `2 days`; parts in any order are added up, a bare number is milliseconds or
/// the next unit down; a leading `-` makes the sum negative
fn milliseconds(text: &str) -> Option<f64> {
    let letters: Vec<char> = without_separators(text);
    let mut sum: Option<f64> = None;
    let mut previous: Option<f64> = None;
    let mut at = 0;
    while at < letters.len() {
        let Some(end) = number_end(&letters, at) else {
            at += 1;
            continue;
        };
        let number: String = letters[at..end].iter().collect();
        let mut unit_at = end;
        while letters
            .get(unit_at)
            .is_some_and(|letter| letter.is_whitespace())
        {
            unit_at += 1;
        }
        let mut unit_end = unit_at;
        while letters
            .get(unit_end)
            .is_some_and(|letter| letter.is_alphabetic())
        {
            unit_end += 1;
        }
        let unit: String = letters[unit_at..unit_end]
            .iter()
            .collect::<String>()
            .to_lowercase();
        let factor = if unit.is_empty() {
            match previous {
                Some(previous) => UNITS
                    .iter()
                    .map(|(_, factor)| *factor)
                    .find(|factor| *factor < previous),
                None => Some(1.0),
            }
        } else {
            factor(&unit).or_else(|| factor(unit.strip_suffix('s')?))
        };
        if let (Some(factor), Ok(number)) = (factor, number.parse::<f64>()) {
            sum = Some(sum.unwrap_or(0.0) + number.abs() * factor);
            previous = Some(factor);
        }
        at = unit_end.max(end);
    }
    let sign = if letters.first() == Some(&'-') {
        -1.0
    } else {
        1.0
    };
    sum.map(|sum| if sum == 0.0 { sum } else { sum * sign })
}

fn factor(unit: &str) -> Option<f64> {
    UNITS
        .iter()
        .find(|(names, _)| names.contains(&unit))
        .map(|(_, factor)| *factor)
}

/// `1,000` and `1_000` are 1000
fn without_separators(text: &str) -> Vec<char> {
    let letters: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| {
        at.and_then(|at| letters.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let separates = |at: usize| {
        matches!(letters[at], ',' | '_') && digit(at.checked_sub(1)) && digit(Some(at + 1))
    };
    (0..letters.len())
        .filter(|&at| !separates(at))
        .map(|at| letters[at])
        .collect()
}

/// Where a number that begins here ends
fn number_end(letters: &[char], start: usize) -> Option<usize> {
    let digits = |from: usize| {
        from + letters[from.min(letters.len())..]
            .iter()
            .take_while(|letter| letter.is_ascii_digit())
            .count()
    };
    let at = start + usize::from(letters[start] == '-');
    let whole = digits(at);
    let mut end = whole;
    if letters.get(whole) == Some(&'.') {
        let fraction = digits(whole + 1);
        if whole > at || fraction > whole + 1 {
            end = fraction;
        }
    }
    if end == at {
        return None;
    }
    if matches!(letters.get(end), Some('e' | 'E')) {
        let sign = usize::from(matches!(letters.get(end + 1), Some('+' | '-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let cases: &[(&str, Option<f64>)] = &[
            ("1s", Some(1000.0)),
            ("10m", Some(600_000.0)),
            ("1h30m", Some(5_400_000.0)),
            ("1h 30", Some(5_400_000.0)),
            ("1.5 hours", Some(5_400_000.0)),
            ("2 days", Some(172_800_000.0)),
            ("500", Some(500.0)),
            ("1,500ms", Some(1500.0)),
            ("1e3", Some(1000.0)),
            ("-1s", Some(-1000.0)),
            ("0s", Some(0.0)),
            (".5s", Some(500.0)),
            ("5.s", Some(5000.0)),
            ("1 parsec", None),
            ("abc", None),
            ("", None),
            ("1µs", Some(0.001)),
        ];
        for (text, expected) in cases {
            assert_eq!(milliseconds(text), *expected, "{text}");
        }
    }
}
