//! What a flag may hold: the values of JavaScript, since how a flag is written decides what it becomes

use std::fmt;

/// A value of a command line
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value at all, such as that of `a` in `--vars=a`
    Undefined,
    /// The default of flags that were not given
    Null,
    /// `--flag`, `--no-flag`, `--flag=true`
    Bool(bool),
    /// A text that reads as a number, unless the flag says it is text
    Number(f64),
    /// Any other text
    Text(String),
    /// Flags that take several values, and flags that were repeated
    List(Vec<Value>),
    /// `--flag.key=value`
    Object(Vec<(String, Value)>),
}

impl Value {
    /// Whether JavaScript takes it for true
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::List(_) | Self::Object(_) => true,
        }
    }

    /// What `typeof` says
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Null | Self::List(_) | Self::Object(_) => "object",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
        }
    }

    /// How Node names a value that it did not want, such as `type number (1)`
    pub fn described(&self) -> String {
        match self {
            Self::Undefined => "undefined".to_owned(),
            Self::Null => "null".to_owned(),
            Self::List(_) => "an instance of Array".to_owned(),
            Self::Object(_) => "an instance of Object".to_owned(),
            Self::Text(text) => format!("type string ('{text}')"),
            other => format!("type {} ({other})", other.type_name()),
        }
    }
}

impl fmt::Display for Value {
    /// What `String(value)` gives
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undefined => formatter.write_str("undefined"),
            Self::Null => formatter.write_str("null"),
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Text(text) => formatter.write_str(text),
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(",")?;
                    }
                    if !matches!(item, Self::Undefined | Self::Null) {
                        write!(formatter, "{item}")?;
                    }
                }
                Ok(())
            }
            Self::Object(_) => formatter.write_str("[object Object]"),
        }
    }
}

/// The number a text reads as: decimal with a fraction or exponent, or hexadecimal; nothing for texts
/// with a leading zero and for numbers that lose digits
pub fn number(text: &str) -> Option<f64> {
    let value = match text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .filter(|digits| !digits.is_empty())
    {
        Some(digits) => hexadecimal(digits)?,
        None if is_decimal(text) => text.parse().ok()?,
        None => return None,
    };
    // beyond this, doubles skip integers
    let safe = 9_007_199_254_740_991.0;
    (f64::floor(value).abs() <= safe).then_some(value)
}

/// What `Number(text)` gives
pub fn to_number(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    number(text).unwrap_or_else(|| text.parse().unwrap_or(f64::NAN))
}

/// Whether a text is a negative number, which is no flag
pub fn is_negative(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('-') else {
        return false;
    };
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match digits.split_once('.') {
        Some((whole, fraction)) => (whole.is_empty() || all_digits(whole)) && all_digits(fraction),
        None => all_digits(digits),
    }
}

/// The other spelling of a flag: `dry-run` as `dryRun`
pub fn camel_case(name: &str) -> String {
    let mixed = name != name.to_lowercase() && name != name.to_uppercase();
    let name = if mixed {
        name.to_owned()
    } else {
        name.to_lowercase()
    };
    let mut camel = String::with_capacity(name.len());
    let mut raise = false;
    let leading = name.len() - name.trim_start_matches('-').len();
    for (index, letter) in name.char_indices().skip_while(|(at, _)| *at < leading) {
        if letter == '-' || letter == '_' {
            raise = index != 0;
        } else if raise {
            camel.extend(letter.to_uppercase());
            raise = false;
        } else {
            camel.push(letter);
        }
    }
    camel
}

fn hexadecimal(digits: &str) -> Option<f64> {
    digits.chars().try_fold(0.0, |value, digit| {
        digit
            .to_digit(16)
            .map(|digit| value * 16.0 + f64::from(digit))
    })
}

fn is_decimal(text: &str) -> bool {
    let mut bytes = text.bytes();
    if bytes.next() == Some(b'0') && bytes.next().is_some_and(|byte| byte != b'.') {
        return false;
    }
    let text = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = match text.find('e') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let number = match number.split_once('.') {
        Some((whole, fraction)) => {
            digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
        }
        None => !number.is_empty() && digits(number),
    };
    number
        && exponent.is_none_or(|exponent| {
            let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_read_as_numbers() {
        let cases = [
            ("1", Some(1.0)),
            ("-1.5", Some(-1.5)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("1e3", Some(1000.0)),
            ("0", Some(0.0)),
            ("0.1", Some(0.1)),
            ("0x1F", Some(31.0)),
            ("007", None),
            ("", None),
            ("-", None),
            (".", None),
            ("1a", None),
            ("1e", None),
            ("9007199254740993", None),
        ];
        for (text, expected) in cases {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn spellings_of_flags() {
        for (name, camel) in [
            ("dry-run", "dryRun"),
            ("json", "json"),
            ("OUTPUT-ACTIONS", "outputActions"),
            ("dryRun", "dryRun"),
            ("a--b", "aB"),
            ("foo-", "foo"),
        ] {
            assert_eq!(camel_case(name), camel);
        }
    }
}
