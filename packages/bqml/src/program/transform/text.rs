//! Functions of texts

use super::Lowering;
use super::value::{Kind, Value};
use crate::program::features::Nullable;
use crate::program::{Binary, Change, Comparison, NodeId, Operation, Unsupported};

/// How a text is a whole number that a double holds
const INTEGER: &str = r"\s*[+-]?[0-9]{1,15}\s*";

/// How a text is a number
const FLOAT: &str = r"\s*[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?\s*";

impl Lowering<'_> {
    /// A function of texts; `None` for no function of these
    pub fn text_function(
        &mut self,
        name: &str,
        values: &[Value],
    ) -> Result<Option<Value>, Unsupported> {
        Ok(Some(match (name, values) {
            ("gs_lower", [one]) => self.changed(Change::Lower, one)?,
            ("gs_upper", [one]) => self.changed(Change::Upper, one)?,
            ("gs_trim", [one]) => self.changed(Change::Trim, one)?,
            ("||", [left, right]) => {
                let (left, right) = (self.text(left)?, self.text(right)?);
                let value = self.build.concat(vec![left.value, right.value]);
                let null = self.any_null(&[left, right]);
                self.scalar(Kind::Text, value, null)
            }
            ("length", [one]) => {
                let one = self.text(one)?;
                let value = self.build.characters(one.value);
                self.scalar(Kind::Integer, value, one.null)
            }
            ("strlen", [one]) => {
                let one = self.text(one)?;
                let value = self.build.bytes(one.value);
                self.scalar(Kind::Integer, value, one.null)
            }
            ("gs_substr", [text, position, length]) => {
                let length = self.number(length)?;
                self.substring(text, position, Some(length))?
            }
            ("gs_substr_from", [text, position]) => self.substring(text, position, None)?,
            ("left", [text, length]) => {
                let (text, length) = (self.text(text)?, self.number(length)?);
                let zero = self.build.number(0.0);
                let value = self.build.substring(text.value, zero, length.value);
                let null = self.any_null(&[text, length]);
                self.scalar(Kind::Text, value, null)
            }
            ("right", [text, length]) => {
                let (text, length) = (self.text(text)?, self.number(length)?);
                let count = self.build.characters(text.value);
                let start = self.build.subtract(count, length.value);
                let zero = self.build.number(0.0);
                let start = self.build.binary(Binary::Maximum, start, zero);
                let value = self.build.substring(text.value, start, length.value);
                let null = self.any_null(&[text, length]);
                self.scalar(Kind::Text, value, null)
            }
            ("starts_with", [text, part]) => self.at_end(text, part, true)?,
            ("ends_with", [text, part]) => self.at_end(text, part, false)?,
            ("replace", [text, from, to]) => {
                let (Some(from), Some(to)) = (self.constant_text(from), self.constant_text(to))
                else {
                    return Err(self.unsupported("REPLACE of texts that vary"));
                };
                let text = self.text(text)?;
                let rewrite = to.replace('\\', "\\\\");
                let value = self.build.replace(text.value, &escaped(&from), &rewrite);
                self.scalar(Kind::Text, value, text.null)
            }
            ("gs_regexp_contains", [text, pattern]) => {
                let pattern = self.pattern(pattern)?;
                let text = self.text(text)?;
                let anywhere = format!("(?s:.*)(?:{pattern})(?s:.*)");
                let value = self.build.matches(text.value, &anywhere);
                self.scalar(Kind::Bool, value, text.null)
            }
            ("gs_regexp_replace", [text, pattern, rewrite]) => {
                let pattern = self.pattern(pattern)?;
                let Some(rewrite) = self.constant_text(rewrite) else {
                    return Err(self.unsupported("REGEXP_REPLACE by a text that varies"));
                };
                let text = self.text(text)?;
                let value = self.build.replace(text.value, &pattern, &rewrite);
                self.scalar(Kind::Text, value, text.null)
            }
            ("gs_regexp_extract", [text, pattern, position, occurrence]) => {
                let first = |lowering: &Self, value: &Value| match value {
                    Value::Scalar { at, .. } => {
                        *lowering.build.operation(at.value) == Operation::Number(1.0)
                    }
                    _ => false,
                };
                if !first(self, position) || !first(self, occurrence) {
                    return Err(self.unsupported("REGEXP_EXTRACT of a later match"));
                }
                self.extracted(text, pattern)?
            }
            ("LIKE", [text, pattern]) => {
                let Some(pattern) = self.constant_text(pattern) else {
                    return Err(self.unsupported("LIKE with a pattern that varies"));
                };
                let text = self.text(text)?;
                let value = self.build.matches(text.value, &like(&pattern));
                self.scalar(Kind::Bool, value, text.null)
            }
            ("gs_int_of_text", [one]) => self.spelled(one, INTEGER, Kind::Integer)?,
            ("gs_float_of_text", [one]) => self.spelled(one, FLOAT, Kind::Float)?,
            _ => return Ok(None),
        }))
    }

    /// A text that is the same for all rows
    pub fn constant_text(&self, value: &Value) -> Option<String> {
        match value {
            Value::Scalar { at, .. } => match self.build.operation(at.value) {
                Operation::Text(text) => Some(text.to_string()),
                _ => None,
            },
            _ => None,
        }
    }

    fn pattern(&self, value: &Value) -> Result<String, Unsupported> {
        self.constant_text(value)
            .ok_or_else(|| self.unsupported("a regular expression that varies"))
    }

    fn changed(&mut self, change: Change, one: &Value) -> Result<Value, Unsupported> {
        let one = self.text(one)?;
        let value = self.build.change(change, one.value);
        Ok(self.scalar(Kind::Text, value, one.null))
    }

    /// `SUBSTR`: from 1, from the end where negative
    fn substring(
        &mut self,
        text: &Value,
        position: &Value,
        length: Option<Nullable>,
    ) -> Result<Value, Unsupported> {
        let (text, position) = (self.text(text)?, self.number(position)?);
        let count = self.build.characters(text.value);
        let (zero, one) = (self.build.number(0.0), self.build.number(1.0));
        let from_end = self.build.add(count, position.value);
        let from_end = self.build.binary(Binary::Maximum, from_end, zero);
        let from_start = self.build.subtract(position.value, one);
        let from_start = self.build.binary(Binary::Maximum, from_start, zero);
        let from_start = self.build.binary(Binary::Minimum, from_start, count);
        let negative = self.build.compare(Comparison::Less, position.value, zero);
        let start = self.build.select(negative, from_end, from_start);
        let mut null = self.any_null(&[text, position]);
        let length = match length {
            Some(length) => {
                null = self.build.or(null, length.null);
                self.build.binary(Binary::Maximum, length.value, zero)
            }
            None => count,
        };
        let value = self.build.substring(text.value, start, length);
        Ok(self.scalar(Kind::Text, value, null))
    }

    fn at_end(&mut self, text: &Value, part: &Value, start: bool) -> Result<Value, Unsupported> {
        let Some(part) = self.constant_text(part) else {
            return Err(self.unsupported("a comparison with a text that varies"));
        };
        let text = self.text(text)?;
        let part = escaped(&part);
        let pattern = match start {
            true => format!("{part}(?s:.*)"),
            false => format!("(?s:.*){part}"),
        };
        let value = self.build.matches(text.value, &pattern);
        Ok(self.scalar(Kind::Bool, value, text.null))
    }

    /// The first match, or its one group; NULL without a match
    fn extracted(&mut self, text: &Value, pattern: &Value) -> Result<Value, Unsupported> {
        let pattern = self.pattern(pattern)?;
        let groups = regex::Regex::new(&pattern).map_or(0, |known| known.captures_len() - 1);
        let pattern = match groups {
            0 => format!("({pattern})"),
            1 => format!("(?:{pattern})"),
            _ => return Err(self.unsupported("REGEXP_EXTRACT with several groups")),
        };
        let text = self.text(text)?;
        let around = format!("(?s:.*?){pattern}(?s:.*)");
        let found = self.build.matches(text.value, &around);
        let value = self
            .build
            .replace(text.value, &format!("^{around}$"), "\\1");
        let missing = self.build.not(found);
        let null = self.build.or(text.null, missing);
        Ok(self.scalar(Kind::Text, value, null))
    }

    /// The number that a text spells; NULL for any other text
    fn spelled(&mut self, one: &Value, form: &str, kind: Kind) -> Result<Value, Unsupported> {
        let text = self.text(one)?;
        let fits = self.build.matches(text.value, form);
        let zero = self.build.text("0");
        let safe: NodeId = self.build.select(fits, text.value, zero);
        let value = self.build.parse(safe);
        let wrong = self.build.not(fits);
        let null = self.build.or(text.null, wrong);
        Ok(self.scalar(kind, value, null))
    }
}

fn escaped(text: &str) -> String {
    regex::escape(text)
}

/// `LIKE`'s pattern as a regular expression; `\` takes the next letter as it is
fn like(pattern: &str) -> String {
    let mut written = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '%' => written.push_str("(?s:.*)"),
            '_' => written.push_str("(?s:.)"),
            '\\' => {
                let next = letters.next().map(String::from).unwrap_or_default();
                written.push_str(&escaped(&next));
            }
            other => written.push_str(&escaped(&other.to_string())),
        }
    }
    written
}
