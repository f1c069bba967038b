//! BigQuery ML's functions for features, with the statistics of the training as constants

use googlesql::{BucketFormat, bucket};

use super::Lowering;
use super::value::{Kind, Value};
use crate::program::features::Nullable;
use crate::program::{Comparison, NodeId, Operation, Unsupported, build};

impl Lowering<'_> {
    /// A function for features; `None` for no function of these
    pub fn feature_function(
        &mut self,
        name: &str,
        values: &[Value],
    ) -> Result<Option<Value>, Unsupported> {
        Ok(Some(match (name, values) {
            ("gs_bucketize", [value, points, exclude, format]) => {
                let format = self.constant_text(format).unwrap_or_default();
                let format = BucketFormat::named(&format)
                    .ok_or_else(|| self.unsupported("this format of buckets"))?;
                let exclude = match exclude {
                    Value::Scalar { at, .. } => self.build.truth(at.value),
                    _ => None,
                };
                let exclude = exclude.ok_or_else(|| self.unsupported("boundaries that vary"))?;
                let points = self.constant_numbers(points)?;
                self.bucketize(value, &points, exclude, format)?
            }
            ("gs_category", [text, vocabulary]) => {
                let text = self.text(text)?;
                let keys = self.constant_texts(vocabulary)?;
                let found = self.build.find(text.value, &keys, -1);
                let found = self.build.to_number(found);
                let one = self.build.number(1.0);
                let place = self.build.add(found, one);
                self.scalar(Kind::Integer, place, text.null)
            }
            ("gs_hash_bucketize", [text, buckets]) => {
                let text = self.text(text)?;
                let buckets = match buckets {
                    Value::Scalar { at, .. } => match self.build.operation(at.value) {
                        Operation::Number(buckets) if *buckets >= 1.0 => Some(*buckets as i64),
                        _ => None,
                    },
                    _ => None,
                };
                let buckets = buckets.ok_or_else(|| {
                    self.unsupported("a hash without a constant number of buckets")
                })?;
                let hash = self.build.hash(text.value, buckets);
                let hash = self.build.to_number(hash);
                self.scalar(Kind::Integer, hash, text.null)
            }
            _ => return Ok(None),
        }))
    }

    /// A vector of so many numbers, one column each: elements by their place, or (index, value) pairs
    pub fn vector(&mut self, value: &Value, dimension: usize) -> Result<NodeId, Unsupported> {
        let Value::List(elements) = value else {
            return Err(self.unsupported("an array whose elements are not written one by one"));
        };
        let zero = self.build.number(0.0);
        if elements.iter().all(|one| matches!(one, Value::Struct(_))) {
            let nothing = vec![zero; dimension];
            let mut sum = self.build.stack(nothing);
            for element in elements {
                let Value::Struct(fields) = element else {
                    continue;
                };
                let [(_, index), (_, value)] = fields.as_slice() else {
                    return Err(self.unsupported("an array of such structs"));
                };
                let (index, value) = (self.number(index)?, self.number(value)?);
                let missing = self.build.or(index.null, value.null);
                let value = self.build.select(missing, zero, value.value);
                let place = self.build.to_index(index.value);
                let hot = self.build.one_hot(place, dimension);
                let value = self.build.stack(vec![value]);
                let part = self.build.multiply(hot, value);
                sum = self.build.add(sum, part);
            }
            return Ok(sum);
        }
        let mut columns = Vec::with_capacity(dimension);
        for element in elements.iter().take(dimension) {
            let Nullable { value, null } = self.number(element)?;
            columns.push(self.build.select(null, zero, value));
        }
        columns.resize(dimension, zero);
        Ok(self.build.stack(columns))
    }

    fn bucketize(
        &mut self,
        value: &Value,
        points: &[f64],
        exclude: bool,
        format: BucketFormat,
    ) -> Result<Value, Unsupported> {
        let value = self.number(value)?;
        let inner = match (exclude, points.len()) {
            (false, _) => points,
            (true, 0..=2) => &[],
            (true, count) => &points[1..count - 1],
        };
        // a value of each bucket: below the first point, and each point itself
        let mut names = Vec::with_capacity(inner.len() + 1);
        for one in std::iter::once(f64::NEG_INFINITY).chain(inner.iter().copied()) {
            let name = bucket(one, points, exclude, format);
            names.push(name.map_err(|reason| self.unsupported(&reason))?);
        }
        let mut place = self.build.number(0.0);
        for point in inner {
            let point = self.build.number(*point);
            let above = self
                .build
                .compare(Comparison::GreaterOrEqual, value.value, point);
            let above = self.build.to_number(above);
            place = self.build.add(place, above);
        }
        let last = self.build.number(inner.len() as f64);
        let nan = self.build.is_nan(value.value);
        let place = self.build.select(nan, last, place);
        let place = self.build.to_index(place);
        let names = build::texts(names.iter().map(String::as_str));
        let name = self.build.pick(names, place);
        Ok(self.scalar(Kind::Text, name, value.null))
    }

    fn constant_numbers(&self, value: &Value) -> Result<Vec<f64>, Unsupported> {
        let number = |value: &Value| match value {
            Value::Scalar { at, .. } => match self.build.operation(at.value) {
                Operation::Number(number) => Some(*number),
                _ => None,
            },
            _ => None,
        };
        let all: Option<Vec<f64>> = match value {
            Value::List(elements) => elements.iter().map(number).collect(),
            _ => None,
        };
        all.ok_or_else(|| self.unsupported("an array of numbers that varies"))
    }

    fn constant_texts(&self, value: &Value) -> Result<Vec<String>, Unsupported> {
        let all: Option<Vec<String>> = match value {
            Value::List(elements) => elements.iter().map(|one| self.constant_text(one)).collect(),
            _ => None,
        };
        all.ok_or_else(|| self.unsupported("an array of texts that varies"))
    }
}
