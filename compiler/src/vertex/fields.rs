//! Reads the keys of a file: each has a type, unknown ones are refused with the nearest known one

use diagnostic::{Diagnostic, Location, code, did_you_mean};

use crate::project::yaml::Document;
use crate::value::{Object, Value};

/// A file that was parsed
pub struct File<'a> {
    /// Its path in the project
    pub path: &'a str,
    text: &'a str,
    /// What it holds
    pub document: Document,
}

impl<'a> File<'a> {
    /// A file that was parsed
    pub fn new(path: &'a str, text: &'a str, document: Document) -> Self {
        Self {
            path,
            text,
            document,
        }
    }

    /// The place of a key, or of the nearest above it that is there
    pub fn at(&self, path: &[&str]) -> Location {
        let path: Vec<String> = path.iter().map(|&key| key.to_owned()).collect();
        self.document.locate(self.path, self.text, &path)
    }

    /// Something is wrong with the value of a key
    pub fn wrong(&self, path: &[&str], message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code::VERTEX_FILE_INVALID, message).at(self.at(path))
    }
}

/// The keys of a mapping in a file
pub struct Fields<'a, 'f> {
    file: &'f File<'a>,
    path: Vec<&'f str>,
    object: Option<&'f Object>,
}

impl<'a, 'f> Fields<'a, 'f> {
    /// Those of the whole file
    pub fn of(file: &'f File<'a>) -> Self {
        Self {
            file,
            path: Vec::new(),
            object: file.document.value.as_object(),
        }
    }

    /// Refuses keys that are not known
    pub fn check(&self, known: &[&str], found: &mut Vec<Diagnostic>) {
        for (key, _) in self.object.into_iter().flat_map(Object::iter) {
            if known.contains(&key) {
                continue;
            }
            let inside = match self.path.as_slice() {
                [] => String::new(),
                path => format!(" in `{}`", path.join(".")),
            };
            let mut diagnostic = self.wrong(key, format!("there is no key `{key}`{inside}"));
            diagnostic.help = did_you_mean(key, known.iter().copied())
                .or_else(|| Some(format!("keys here are: {}", known.join(", "))));
            found.push(diagnostic);
        }
    }

    /// Whether the key is there with a value
    pub fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Something is wrong with a key, or with all of it where the key is not there
    pub fn wrong(&self, key: &str, message: impl Into<String>) -> Diagnostic {
        self.file.wrong(&self.path_to(key), message)
    }

    /// The place of a key
    pub fn at(&self, key: &str) -> Location {
        self.file.at(&self.path_to(key))
    }

    /// A key that has to be there
    pub fn require(&self, key: &str, example: &str, found: &mut Vec<Diagnostic>) {
        if !self.has(key) {
            let name = match self.path.as_slice() {
                [] => key.to_owned(),
                path => format!("{}.{key}", path.join(".")),
            };
            found.push(
                self.wrong(key, format!("`{name}` is missing"))
                    .help(format!("add it, such as `{key}: {example}`")),
            );
        }
    }

    /// The mapping under a key
    pub fn mapping(&self, key: &'f str, found: &mut Vec<Diagnostic>) -> Self {
        let object = self.value(key).and_then(|value| {
            let object = value.as_object();
            if object.is_none() {
                found.push(self.mistyped(key, "keys with values"));
            }
            object
        });
        Self {
            file: self.file,
            path: self.path_to(key),
            object,
        }
    }

    /// A text; numbers count as one
    pub fn text(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<String> {
        let text = scalar(self.value(key)?);
        if text.is_none() {
            found.push(self.mistyped(key, "a text"));
        }
        text
    }

    /// A list of texts; a text alone counts as one
    pub fn texts(&self, key: &str, found: &mut Vec<Diagnostic>) -> Vec<String> {
        let texts: Option<Vec<String>> = match self.value(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items.iter().map(scalar).collect(),
            Some(value) => scalar(value).map(|text| vec![text]),
        };
        texts.unwrap_or_else(|| {
            found.push(self.mistyped(key, "a list of texts"));
            Vec::new()
        })
    }

    /// Texts by name
    pub fn pairs(&self, key: &str, found: &mut Vec<Diagnostic>) -> Vec<(String, String)> {
        let pairs: Option<Vec<_>> = self.value(key).map_or(Some(Vec::new()), |value| {
            let entries = value.as_object()?.iter();
            let pair = |(name, value): (&str, &Value)| Some((name.to_owned(), scalar(value)?));
            entries.map(pair).collect()
        });
        pairs.unwrap_or_else(|| {
            found.push(self.mistyped(key, "texts by name"));
            Vec::new()
        })
    }

    /// Numbers by name
    pub fn numbers(&self, key: &str, found: &mut Vec<Diagnostic>) -> Vec<(String, f64)> {
        let numbers: Option<Vec<_>> = self.value(key).map_or(Some(Vec::new()), |value| {
            let entries = value.as_object()?.iter();
            entries
                .map(|(name, value)| match value {
                    Value::Number(number) => Some((name.to_owned(), *number)),
                    _ => None,
                })
                .collect()
        });
        numbers.unwrap_or_else(|| {
            found.push(self.mistyped(key, "numbers by name"));
            Vec::new()
        })
    }

    /// Yes or no
    pub fn boolean(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<bool> {
        match self.value(key)? {
            Value::Bool(value) => Some(*value),
            _ => {
                found.push(self.mistyped(key, "`true` or `false`"));
                None
            }
        }
    }

    /// A number between two, both included
    pub fn number(
        &self,
        key: &str,
        (least, most): (f64, f64),
        found: &mut Vec<Diagnostic>,
    ) -> Option<f64> {
        match self.value(key)? {
            Value::Number(value) if (least..=most).contains(value) => Some(*value),
            _ => {
                found.push(self.mistyped(key, &format!("a number from {least} to {most}")));
                None
            }
        }
    }

    /// A whole number between two, both included
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is whole and between two of the type"
    )]
    pub fn count(
        &self,
        key: &str,
        (least, most): (u32, u32),
        found: &mut Vec<Diagnostic>,
    ) -> Option<u32> {
        match self.value(key)? {
            Value::Number(value)
                if (f64::from(least)..=f64::from(most)).contains(value) && value.fract() == 0.0 =>
            {
                Some(*value as u32)
            }
            _ => {
                found.push(self.mistyped(key, &format!("a whole number from {least} to {most}")));
                None
            }
        }
    }

    /// Seconds, written as `90s`, `30m`, `6h` or `1d`
    pub fn seconds(&self, key: &str, found: &mut Vec<Diagnostic>) -> Option<u64> {
        let text = scalar(self.value(key)?).unwrap_or_default();
        let seconds = || {
            let unit = text.chars().last()?;
            let factor = match unit {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86_400,
                _ => return None,
            };
            let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
            number.checked_mul(factor).filter(|seconds| *seconds > 0)
        };
        let seconds = seconds();
        if seconds.is_none() {
            found.push(self.mistyped(key, "a time such as `30m`, `6h` or `1d`"));
        }
        seconds
    }

    fn value(&self, key: &str) -> Option<&'f Value> {
        let value = self.object?.get(key)?;
        (!matches!(value, Value::Null | Value::Undefined)).then_some(value)
    }

    fn path_to<'k>(&self, key: &'k str) -> Vec<&'k str>
    where
        'f: 'k,
    {
        let mut path: Vec<&'k str> = self.path.clone();
        path.push(key);
        path
    }

    fn mistyped(&self, key: &str, wanted: &str) -> Diagnostic {
        self.wrong(key, format!("`{key}` has to be {wanted}"))
    }
}

/// A text or a number as a text
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(crate::value::number(*number)),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
