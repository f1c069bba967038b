//! BigQuery ML's scalar functions for features and for vectors

use std::ops::Range;

use super::Resolver;
use super::call::Call;
use crate::tree::{Literal, Typed};
use crate::{Error, Field, Type};

/// More features than these give more combinations than BigQuery takes
const MOST_FEATURES: usize = 10;

impl Resolver<'_> {
    /// A function of the table's group that has a lowering of its own
    pub fn preprocessing(&self, call: &Call, arguments: Vec<Typed>) -> Result<Typed, Error> {
        match (call.name.as_str(), arguments.len()) {
            ("ML.BUCKETIZE", 2..=4) => self.bucketize(call, arguments),
            ("ML.FEATURE_CROSS", 1 | 2) => self.feature_cross(call, arguments),
            ("ML.POLYNOMIAL_EXPAND", 1 | 2) => self.polynomial_expand(call, arguments),
            ("ML.NORMALIZER", 1 | 2) => {
                let result = Type::Array(Box::new(Type::Float64));
                self.with_degree("gs_normalize($0, $1)", result, call, arguments)
            }
            ("ML.LP_NORM", 2) => {
                self.with_degree("gs_lp_norm($0, $1)", Type::Float64, call, arguments)
            }
            ("ML.DISTANCE", 2 | 3) => self.distance_of_kind(call, arguments),
            _ => Err(self.wrong_count(call)),
        }
    }

    fn bucketize(&self, call: &Call, arguments: Vec<Typed>) -> Result<Typed, Error> {
        let mut given = arguments.into_iter();
        let (Some(value), Some(points)) = (given.next(), given.next()) else {
            return Err(self.wrong_count(call));
        };
        let span = call.span.clone();
        let exclude = match given.next() {
            Some(exclude) => self.coerce(exclude, &Type::Bool)?,
            None => Typed::text(Type::Bool, "FALSE", span.clone()),
        };
        let format = match given.next() {
            Some(format) => self.coerce(format, &Type::String)?,
            None => self.string("bucket_names", span.clone()),
        };
        let parts = vec![
            self.coerce(value, &Type::Float64)?.into_exact(),
            self.number_array(points)?,
            exclude,
            format,
        ];
        Ok(Typed {
            exact: true,
            ..Typed::apply(Type::String, "gs_bucketize($0, $1, $2, $3)", parts, span)
        })
    }

    /// A function of a vector and the degree of a norm, 2 where none is given
    fn with_degree(
        &self,
        template: &'static str,
        result: Type,
        call: &Call,
        arguments: Vec<Typed>,
    ) -> Result<Typed, Error> {
        let span = call.span.clone();
        let mut given = arguments.into_iter();
        let Some(vector) = given.next() else {
            return Err(self.wrong_count(call));
        };
        let degree = match given.next() {
            Some(degree) => self.coerce(degree, &Type::Float64)?.into_exact(),
            None => Typed::text(Type::Float64, "2e0", span.clone()),
        };
        let parts = vec![self.number_array(vector)?, degree];
        Ok(Typed {
            exact: true,
            ..Typed::apply(result, template, parts, span)
        })
    }

    /// `ML.DISTANCE(vector, vector, [type])`
    fn distance_of_kind(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let name = match arguments.get(2) {
            None => "euclidean_distance",
            Some(kind) => {
                let Literal::Text(name) = &kind.literal else {
                    let message = "the type of ML.DISTANCE is a literal";
                    return Err(self.invalid(message, kind.span.clone()));
                };
                match name.to_ascii_uppercase().as_str() {
                    "EUCLIDEAN" => "euclidean_distance",
                    "MANHATTAN" => "manhattan_distance",
                    "COSINE" => "cosine_distance",
                    _ => {
                        let message = "the type of ML.DISTANCE is EUCLIDEAN, MANHATTAN or COSINE";
                        return Err(self.invalid(message, kind.span.clone()));
                    }
                }
            }
        };
        arguments.truncate(2);
        let vectors = arguments
            .into_iter()
            .map(|vector| match &vector.ty {
                Type::Array(element) if !matches!(element.as_ref(), Type::Struct(_)) => {
                    self.number_array(vector)
                }
                _ => Ok(vector),
            })
            .collect::<Result<_, Error>>()?;
        self.distance(call, name, vectors)
    }

    /// An array of numbers of any type, as FLOAT64s
    fn number_array(&self, array: Typed) -> Result<Typed, Error> {
        let floats = Type::Array(Box::new(Type::Float64));
        let template = match &array.ty {
            Type::Array(element) => match element.as_ref() {
                Type::Int64 | Type::Numeric => Some("CAST($0 AS DOUBLE[])"),
                Type::BigNumeric => {
                    Some("list_transform($0, lambda _number: gs_float_of_bignumeric(_number))")
                }
                _ => None,
            },
            _ => None,
        };
        let span = array.span.clone();
        match template {
            Some(template) => Ok(Typed {
                exact: true,
                ..Typed::apply(floats, template, vec![array.into_exact()], span)
            }),
            None => Ok(self.coerce(array, &floats)?.into_exact()),
        }
    }

    /// `ML.FEATURE_CROSS(STRUCT(…), [degree])`: categories side by side
    fn feature_cross(&self, call: &Call, arguments: Vec<Typed>) -> Result<Typed, Error> {
        let (features, degree) = self.features(call, arguments, 2..=4, &Type::String)?;
        let chosen = combinations(features.len(), 2, degree, false);
        self.combined(call, &features, &chosen, "$0 || '_' || $1")
    }

    /// `ML.POLYNOMIAL_EXPAND(STRUCT(…), [degree])`: products, in FLOAT64 as BigQuery gives them
    fn polynomial_expand(&self, call: &Call, arguments: Vec<Typed>) -> Result<Typed, Error> {
        let (features, degree) = self.features(call, arguments, 1..=4, &Type::Float64)?;
        let chosen = combinations(features.len(), 1, degree, true);
        self.combined(call, &features, &chosen, "$0 * $1")
    }

    /// The fields of the struct by name, and the degree, 2 where none is given
    fn features(
        &self,
        call: &Call,
        arguments: Vec<Typed>,
        degrees: std::ops::RangeInclusive<i64>,
        ty: &Type,
    ) -> Result<(Vec<(String, Typed)>, usize), Error> {
        let invalid = |message: String, span: &Range<usize>| self.invalid(message, span.clone());
        let Some(features) = arguments.first() else {
            return Err(self.wrong_count(call));
        };
        let degree = match arguments.get(1) {
            None => 2,
            Some(degree) => match &degree.literal {
                Literal::Int(value) if degrees.contains(value) => *value as usize,
                _ => {
                    let (least, most) = (degrees.start(), degrees.end());
                    let message = format!(
                        "the degree of {} is a number from {least} to {most}",
                        call.name
                    );
                    return Err(invalid(message, &degree.span));
                }
            },
        };
        let Type::Struct(fields) = &features.ty else {
            let message = format!("{} takes a STRUCT, not {}", call.name, features.ty);
            return Err(self.mismatch(message, features.span.clone()));
        };
        if fields.len() > MOST_FEATURES {
            let message = format!("{} takes at most {MOST_FEATURES} features", call.name);
            return Err(invalid(message, &features.span));
        }
        let mut named: Vec<(String, Typed)> = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let Some(name) = &field.name else {
                let message = format!("each feature of {} needs a name", call.name);
                return Err(invalid(message, &features.span));
            };
            if named
                .iter()
                .any(|(other, _)| other.eq_ignore_ascii_case(name))
            {
                let message = format!("{} has the feature `{name}` twice", call.name);
                return Err(invalid(message, &features.span));
            }
            let physical = crate::type_text::physical_field(fields, at);
            let span = features.span.clone();
            let value = self.struct_field(features.clone(), at, field.ty.clone(), &physical, span);
            named.push((name.clone(), self.coerce(value, ty)?.into_exact()));
        }
        Ok((named, degree))
    }

    /// A struct with a field for each combination
    fn combined(
        &self,
        call: &Call,
        features: &[(String, Typed)],
        chosen: &[Vec<usize>],
        join: &'static str,
    ) -> Result<Typed, Error> {
        let span = call.span.clone();
        let (mut fields, mut values) = (Vec::new(), Vec::new());
        for combination in chosen {
            let names: Vec<&str> = combination
                .iter()
                .map(|at| features[*at].0.as_str())
                .collect();
            let parts = combination.iter().map(|at| features[*at].1.clone());
            let value = parts.reduce(|left, right| Typed {
                exact: true,
                ..Typed::apply(left.ty.clone(), join, vec![left, right], span.clone())
            });
            if let Some(value) = value {
                fields.push(Field {
                    name: Some(names.join("_")),
                    ty: value.ty.clone(),
                });
                values.push(value);
            }
        }
        self.struct_value(fields, values, span)
    }
}

/// The ascending combinations of positions with `least` to `most` members, which may repeat, each
/// before those that go on from it
fn combinations(count: usize, least: usize, most: usize, repeat: bool) -> Vec<Vec<usize>> {
    fn extend(
        chosen: &mut Vec<usize>,
        (count, least, most, repeat): (usize, usize, usize, bool),
        found: &mut Vec<Vec<usize>>,
    ) {
        let start = chosen.last().map_or(0, |last| last + usize::from(!repeat));
        for at in start..count {
            chosen.push(at);
            if chosen.len() >= least {
                found.push(chosen.clone());
            }
            if chosen.len() < most {
                extend(chosen, (count, least, most, repeat), found);
            }
            chosen.pop();
        }
    }
    let mut found = Vec::new();
    extend(&mut Vec::new(), (count, least, most, repeat), &mut found);
    found
}
