//! Native functions by name: logic, comparison and NULL here, the rest with its kind of values

use googlesql::Expression;

use super::Lowering;
use super::value::{Kind, Value};
use crate::program::features::Nullable;
use crate::program::{Comparison, NodeId, Unsupported};

impl Lowering<'_> {
    pub fn call(&mut self, name: &str, arguments: &[Expression]) -> Result<Value, Unsupported> {
        // what raises an error gives NULL
        if matches!(name, "error" | "gs_error") {
            return Ok(self.null());
        }
        let values = arguments
            .iter()
            .map(|argument| self.lower(argument))
            .collect::<Result<Vec<_>, _>>()?;
        match (name, values.as_slice()) {
            ("try", [one]) | ("gs_date_in_range" | "gs_datetime_in_range", [one]) => {
                Ok(one.clone())
            }
            ("AND", [left, right]) => self.both(left, right),
            ("OR", [left, right]) => self.either(left, right),
            ("NOT", [one]) => {
                let one = self.truth(one)?;
                let value = self.build.not(one.value);
                Ok(self.scalar(Kind::Bool, value, one.null))
            }
            ("IS NULL", [one]) => {
                let null = self.null_of(one)?;
                Ok(self.known(Kind::Bool, null))
            }
            ("IS TRUE", [one]) => {
                let test = self.test(one)?;
                Ok(self.known(Kind::Bool, test))
            }
            ("IS FALSE", [one]) => {
                let one = self.truth(one)?;
                let known = self.build.not(one.null);
                let negated = self.build.not(one.value);
                let value = self.build.and(negated, known);
                Ok(self.known(Kind::Bool, value))
            }
            ("=", [left, right]) => self.compare(Comparison::Equal, left, right),
            ("<>" | "!=", [left, right]) => self.compare(Comparison::NotEqual, left, right),
            ("<", [left, right]) => self.compare(Comparison::Less, left, right),
            ("<=", [left, right]) => self.compare(Comparison::LessOrEqual, left, right),
            (">", [left, right]) => self.compare(Comparison::Greater, left, right),
            (">=", [left, right]) => self.compare(Comparison::GreaterOrEqual, left, right),
            ("BETWEEN", [one, low, high]) => {
                let above = self.compare(Comparison::GreaterOrEqual, one, low)?;
                let below = self.compare(Comparison::LessOrEqual, one, high)?;
                self.both(&above, &below)
            }
            ("IN", [one, among @ ..]) => {
                let no = self.build.bool(false);
                let mut found = self.known(Kind::Bool, no);
                for other in among {
                    let equal = self.compare(Comparison::Equal, one, other)?;
                    found = self.either(&found, &equal)?;
                }
                Ok(found)
            }
            ("IS NOT DISTINCT FROM", [left, right]) => self.same(left, right),
            ("nullif", [left, right]) => {
                let equal = self.compare(Comparison::Equal, left, right)?;
                let test = self.test(&equal)?;
                let (kind, at) = self.parts(left)?;
                let null = self.build.or(at.null, test);
                Ok(self.scalar(kind, at.value, null))
            }
            ("coalesce", [first @ .., last]) => {
                let mut result = last.clone();
                for one in first.iter().rev() {
                    let null = self.null_of(one)?;
                    result = self.choose(null, result, one.clone())?;
                }
                Ok(result)
            }
            ("struct_extract", [value, field]) => match self.constant_text(field) {
                Some(name) => self.field(value.clone(), &name),
                None => Err(self.unsupported("a field by its place")),
            },
            ("list_value", all) => Ok(Value::List(all.to_vec())),
            _ => self.function(name, &values),
        }
    }

    /// A function of numbers, texts or dates
    fn function(&mut self, name: &str, values: &[Value]) -> Result<Value, Unsupported> {
        if let Some(value) = self.date_function(name, values)? {
            return Ok(value);
        }
        if let Some(value) = self.feature_function(name, values)? {
            return Ok(value);
        }
        if let Some(value) = self.text_function(name, values)? {
            return Ok(value);
        }
        if let Some(value) = self.number_function(name, values)? {
            return Ok(value);
        }
        Err(self.unsupported(&format!("the function `{name}`")))
    }

    fn null_of(&mut self, value: &Value) -> Result<NodeId, Unsupported> {
        match value {
            Value::Scalar { at, .. } => Ok(at.null),
            Value::List(_) | Value::Struct(_) => Ok(self.build.bool(false)),
            Value::Given(..) => Err(self.unsupported("NULL of a whole struct")),
        }
    }

    /// Three-valued `AND`
    pub fn both(&mut self, left: &Value, right: &Value) -> Result<Value, Unsupported> {
        let (no_left, no_right) = (self.is_false(left)?, self.is_false(right)?);
        let value = {
            let (left, right) = (self.test(left)?, self.test(right)?);
            self.build.and(left, right)
        };
        let both = [self.truth(left)?, self.truth(right)?];
        let null = self.any_null(&both);
        let decided = self.build.or(no_left, no_right);
        let open = self.build.not(decided);
        let null = self.build.and(null, open);
        Ok(self.scalar(Kind::Bool, value, null))
    }

    /// Three-valued `OR`
    pub fn either(&mut self, left: &Value, right: &Value) -> Result<Value, Unsupported> {
        let value = {
            let (left, right) = (self.test(left)?, self.test(right)?);
            self.build.or(left, right)
        };
        let both = [self.truth(left)?, self.truth(right)?];
        let null = self.any_null(&both);
        let open = self.build.not(value);
        let null = self.build.and(null, open);
        Ok(self.scalar(Kind::Bool, value, null))
    }

    fn is_false(&mut self, value: &Value) -> Result<NodeId, Unsupported> {
        let one = self.truth(value)?;
        let known = self.build.not(one.null);
        let negated = self.build.not(one.value);
        Ok(self.build.and(negated, known))
    }

    pub fn compare(
        &mut self,
        comparison: Comparison,
        left: &Value,
        right: &Value,
    ) -> Result<Value, Unsupported> {
        let (_, left, right) = self.common(left, right)?;
        let value = self.build.compare(comparison, left.value, right.value);
        let null = self.any_null(&[left, right]);
        Ok(self.scalar(Kind::Bool, value, null))
    }

    /// `IS NOT DISTINCT FROM`
    fn same(&mut self, left: &Value, right: &Value) -> Result<Value, Unsupported> {
        let (_, left, right): (_, Nullable, Nullable) = self.common(left, right)?;
        let equal = self
            .build
            .compare(Comparison::Equal, left.value, right.value);
        let either = self.build.or(left.null, right.null);
        let neither = self.build.not(either);
        let equal = self.build.and(equal, neither);
        let both = self.build.and(left.null, right.null);
        let value = self.build.or(equal, both);
        Ok(self.known(Kind::Bool, value))
    }
}
