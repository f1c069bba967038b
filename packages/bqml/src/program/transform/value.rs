//! Values of SQL: what they are, where they are NULL, and how one becomes another

use googlesql::Field;

use super::Lowering;
use crate::program::features::Nullable;
use crate::program::{Comparison, NodeId, Unsupported};

/// What a scalar is
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any number
    Float,
    /// A whole number
    Integer,
    /// A truth
    Bool,
    /// A truth as `true` or `false`
    BoolText,
    /// A text
    Text,
    /// Days since 1970
    Date,
    /// A date as `2024-01-31`
    DateText,
    /// Microseconds since 1970 by the clock of UTC
    Moment,
    /// NULL of any type
    Null,
}

/// A value of SQL
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// One value per row, or NULL
    Scalar {
        /// What it is
        kind: Kind,
        /// Its node, and where it is NULL
        at: Nullable,
    },
    /// An array whose elements are known one by one
    List(Vec<Value>),
    /// Fields by name
    Struct(Vec<(String, Value)>),
    /// A struct that the caller gives, field by field: its name so far, and its fields
    Given(String, Vec<Field>),
}

impl Lowering<'_> {
    /// A value that is never NULL
    pub fn known(&mut self, kind: Kind, value: NodeId) -> Value {
        let null = self.build.bool(false);
        self.scalar(kind, value, null)
    }

    /// A value that is NULL in some rows
    pub fn scalar(&mut self, kind: Kind, value: NodeId, null: NodeId) -> Value {
        Value::Scalar {
            kind,
            at: Nullable { value, null },
        }
    }

    /// NULL
    pub fn null(&mut self) -> Value {
        let value = self.build.number(0.0);
        let null = self.build.bool(true);
        self.scalar(Kind::Null, value, null)
    }

    /// What a scalar is, and its nodes
    pub fn parts(&mut self, value: &Value) -> Result<(Kind, Nullable), Unsupported> {
        match value {
            Value::Scalar { kind, at } => Ok((*kind, *at)),
            _ => Err(self.unsupported("an array or struct as a value")),
        }
    }

    /// As a number
    pub fn number(&mut self, value: &Value) -> Result<Nullable, Unsupported> {
        let (kind, at) = self.parts(value)?;
        match kind {
            Kind::Float | Kind::Integer | Kind::Null | Kind::Date | Kind::Moment => Ok(at),
            Kind::Bool => Ok(Nullable {
                value: self.build.to_number(at.value),
                null: at.null,
            }),
            Kind::BoolText | Kind::Text | Kind::DateText => {
                Err(self.unsupported("a text as a number"))
            }
        }
    }

    /// As a truth
    pub fn truth(&mut self, value: &Value) -> Result<Nullable, Unsupported> {
        let (kind, at) = self.parts(value)?;
        match kind {
            Kind::Bool => Ok(at),
            Kind::BoolText => {
                let truth = self.build.text("true");
                Ok(Nullable {
                    value: self.build.compare(Comparison::Equal, at.value, truth),
                    null: at.null,
                })
            }
            Kind::Null => Ok(Nullable {
                value: self.build.bool(false),
                null: at.null,
            }),
            _ => Err(self.unsupported("a condition that is no BOOL")),
        }
    }

    /// Whether a condition is true, neither false nor NULL
    pub fn test(&mut self, value: &Value) -> Result<NodeId, Unsupported> {
        let truth = self.truth(value)?;
        let known = self.build.not(truth.null);
        Ok(self.build.and(truth.value, known))
    }

    /// As a text
    pub fn text(&mut self, value: &Value) -> Result<Nullable, Unsupported> {
        let (kind, at) = self.parts(value)?;
        match kind {
            Kind::Text | Kind::BoolText | Kind::DateText => Ok(at),
            Kind::Null => Ok(Nullable {
                value: self.build.text(""),
                null: at.null,
            }),
            _ => Err(self.unsupported("a text of this value")),
        }
    }

    /// As the text that stands for it among a feature's categories
    pub fn category(&mut self, value: &Value) -> Result<Nullable, Unsupported> {
        let (kind, _) = self.parts(value)?;
        match kind {
            Kind::Bool => {
                let truth = self.truth(value)?;
                let (yes, no) = (self.build.text("true"), self.build.text("false"));
                Ok(Nullable {
                    value: self.build.select(truth.value, yes, no),
                    null: truth.null,
                })
            }
            Kind::Date => self.date_text(value),
            _ => self.text(value),
        }
    }

    /// The first where a test holds, else the second
    pub fn choose(&mut self, test: NodeId, yes: Value, no: Value) -> Result<Value, Unsupported> {
        if let (Value::List(yes), Value::List(no)) = (&yes, &no)
            && yes.len() == no.len()
        {
            let pairs = yes.iter().zip(no);
            return pairs
                .map(|(yes, no)| self.choose(test, yes.clone(), no.clone()))
                .collect::<Result<_, _>>()
                .map(Value::List);
        }
        if let (Value::Struct(yes), Value::Struct(no)) = (&yes, &no)
            && yes.len() == no.len()
        {
            let pairs = yes.iter().zip(no);
            return pairs
                .map(|((name, yes), (_, no))| {
                    Ok((name.clone(), self.choose(test, yes.clone(), no.clone())?))
                })
                .collect::<Result<_, _>>()
                .map(Value::Struct);
        }
        let (kind, yes, no) = self.common(&yes, &no)?;
        let null = self.build.select(test, yes.null, no.null);
        let value = self.build.select(test, yes.value, no.value);
        Ok(self.scalar(kind, value, null))
    }

    /// Two scalars as one kind
    pub fn common(
        &mut self,
        left: &Value,
        right: &Value,
    ) -> Result<(Kind, Nullable, Nullable), Unsupported> {
        let ((one, a), (other, b)) = (self.parts(left)?, self.parts(right)?);
        Ok(match (one, other) {
            _ if one == other => (one, a, b),
            // NULL has no value of its own: the other's will do
            (Kind::Null, kind) => (
                kind,
                Nullable {
                    value: b.value,
                    ..a
                },
                b,
            ),
            (kind, Kind::Null) => (
                kind,
                a,
                Nullable {
                    value: a.value,
                    ..b
                },
            ),
            (Kind::Float, Kind::Integer) | (Kind::Integer, Kind::Float) => (Kind::Float, a, b),
            (Kind::Bool, Kind::BoolText) | (Kind::BoolText, Kind::Bool) => {
                (Kind::Bool, self.truth(left)?, self.truth(right)?)
            }
            (Kind::Date | Kind::DateText, Kind::Date | Kind::DateText) => {
                (Kind::Date, self.days(left)?, self.days(right)?)
            }
            _ => return Err(self.unsupported("values of different types")),
        })
    }

    /// Where one of several is NULL
    pub fn any_null(&mut self, all: &[Nullable]) -> NodeId {
        let mut null = self.build.bool(false);
        for one in all {
            null = self.build.or(null, one.null);
        }
        null
    }
}
