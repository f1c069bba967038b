//! Options by name with the type that each must have

use std::collections::BTreeMap;
use std::ops::Range;

use diagnostic::code;
use googlesql::{CreateModel, Error, ModelOption, Value};

/// A value and where its option stands
pub type Spanned<T> = (T, Range<usize>);

/// Labels as text with their weights
pub type LabelWeights = Vec<(String, f64)>;

/// The options of a statement
pub struct Reader<'a> {
    options: &'a [ModelOption],
}

impl<'a> Reader<'a> {
    /// # Errors
    /// `M002` at an option that is given twice
    pub fn new(create: &'a CreateModel) -> Result<Self, Error> {
        let options = &create.options;
        for (index, option) in options.iter().enumerate() {
            if options[..index]
                .iter()
                .any(|other| other.name == option.name)
            {
                return Err(Error::new(
                    code::MODEL_OPTION_INVALID,
                    format!("option `{}` is given twice", option.name),
                    option.span.clone(),
                ));
            }
        }
        Ok(Self { options })
    }

    /// An option as it stands
    pub fn find(&self, name: &str) -> Option<&'a ModelOption> {
        self.options.iter().find(|option| option.name == name)
    }

    /// `TRUE` or `FALSE`
    pub fn boolean(&self, name: &str) -> Result<Option<Spanned<bool>>, Error> {
        self.typed(name, "TRUE or FALSE", |value| match value {
            Value::Bool(value) => Some(*value),
            _ => None,
        })
    }

    /// A whole number from 1
    pub fn count(&self, name: &str) -> Result<Option<Spanned<i64>>, Error> {
        self.typed(name, "a whole number from 1", |value| match value {
            Value::Int64(value) if *value >= 1 => Some(*value),
            _ => None,
        })
    }

    /// A number for which `fits` holds; `expected` says which
    pub fn number(
        &self,
        name: &str,
        expected: &str,
        fits: fn(f64) -> bool,
    ) -> Result<Option<Spanned<f64>>, Error> {
        self.typed(name, expected, |value| {
            number(value).filter(|value| fits(*value))
        })
    }

    /// A text
    pub fn text(&self, name: &str) -> Result<Option<Spanned<String>>, Error> {
        self.typed(name, "a string", |value| match value {
            Value::String(value) => Some(value.clone()),
            _ => None,
        })
    }

    /// An array of texts
    pub fn texts(&self, name: &str) -> Result<Option<Spanned<Vec<String>>>, Error> {
        self.typed(name, "an array of strings", |value| match value {
            Value::Array(values) => values
                .iter()
                .map(|value| match value {
                    Value::String(value) => Some(value.clone()),
                    _ => None,
                })
                .collect(),
            _ => None,
        })
    }

    /// One of some words, in any case
    pub fn word<T: Copy>(
        &self,
        name: &str,
        words: &[(&str, T)],
    ) -> Result<Option<Spanned<T>>, Error> {
        let names: Vec<String> = words.iter().map(|(word, _)| format!("'{word}'")).collect();
        self.typed(name, &format!("one of {}", names.join(", ")), |value| {
            let Value::String(value) = value else {
                return None;
            };
            words
                .iter()
                .find(|(word, _)| word.eq_ignore_ascii_case(value))
                .map(|(_, meaning)| *meaning)
        })
    }

    /// An array of (label, weight)
    pub fn weights(&self, name: &str) -> Result<Option<Spanned<LabelWeights>>, Error> {
        let expected = "an array of STRUCT(label, weight) with weights from 0";
        self.typed(name, expected, |value| match value {
            Value::Array(values) => values.iter().map(weight).collect(),
            _ => None,
        })
    }

    /// All options as JSON by name
    pub fn given(&self) -> BTreeMap<String, serde_json::Value> {
        given(self.options)
    }

    fn typed<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<Spanned<T>>, Error> {
        let Some(option) = self.find(name) else {
            return Ok(None);
        };
        match read(&option.value) {
            Some(value) => Ok(Some((value, option.span.clone()))),
            None => Err(Error::new(
                code::MODEL_OPTION_INVALID,
                format!("option `{name}` must be {expected}"),
                option.span.clone(),
            )),
        }
    }
}

/// Options as JSON by name
pub fn given(options: &[ModelOption]) -> BTreeMap<String, serde_json::Value> {
    options
        .iter()
        .map(|option| (option.name.clone(), json(&option.value)))
        .collect()
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int64(value) => Some(*value as f64),
        Value::Float64(value) => Some(*value),
        _ => None,
    }
}

fn weight(value: &Value) -> Option<(String, f64)> {
    let Value::Struct(fields) = value else {
        return None;
    };
    let [(_, Value::String(label)), (_, weight)] = fields.as_slice() else {
        return None;
    };
    let weight = number(weight).filter(|weight| weight.is_finite() && *weight >= 0.0)?;
    Some((label.clone(), weight))
}

/// A value as JSON
pub fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int64(value) => (*value).into(),
        Value::Float64(value) => (*value).into(),
        Value::String(value) => value.clone().into(),
        Value::Array(values) => values.iter().map(json).collect(),
        Value::Struct(fields) => fields.iter().map(|(_, value)| json(value)).collect(),
        Value::Search {
            function,
            arguments,
        } => {
            serde_json::json!({ function.as_str(): arguments.iter().map(json).collect::<Vec<_>>() })
        }
    }
}
