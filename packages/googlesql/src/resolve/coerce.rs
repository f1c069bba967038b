//! Implicit conversions and common types
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules>

use diagnostic::code;

use super::Resolver;
use crate::tree::{Literal, Node, Typed};
use crate::{Error, Field, Type};

/// How an expression gets to a type: not at all, as it is, or with a conversion of some cost
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost(pub u32);

/// What it costs to give `from` to a place that takes `to`; `None` when it does not fit
pub fn cost(from: &Typed, to: &Type) -> Option<Cost> {
    if from.ty == *to || !from.ty.is_known() || !to.is_known() {
        return Some(Cost(0));
    }
    match (&from.literal, to) {
        (Literal::Null | Literal::Error, _) => return Some(Cost(1)),
        (Literal::EmptyArray, Type::Array(_)) => return Some(Cost(1)),
        (Literal::Int(_), Type::Numeric) | (Literal::Float(_), Type::Numeric) => {
            return Some(Cost(3));
        }
        (Literal::Int(_) | Literal::Float(_), Type::BigNumeric) => return Some(Cost(4)),
        (Literal::Int(_), Type::Float64) => return Some(Cost(2)),
        (Literal::Text(_), Type::Date | Type::DateTime | Type::Time | Type::Timestamp) => {
            return Some(Cost(4));
        }
        (Literal::Text(text), Type::Bytes) if text.is_ascii() => return Some(Cost(4)),
        _ => {}
    }
    match (&from.node, to) {
        (Node::Array(elements), Type::Array(element)) => {
            return elements
                .iter()
                .map(|one| cost(one, element))
                .try_fold(Cost(1), |total, one| Some(Cost(total.0.max(one?.0))));
        }
        (Node::Struct(values), Type::Struct(fields)) if values.len() == fields.len() => {
            return values
                .iter()
                .zip(fields)
                .map(|((_, value), field)| cost(value, &field.ty))
                .try_fold(Cost(1), |total, one| Some(Cost(total.0.max(one?.0))));
        }
        _ => {}
    }
    widens(&from.ty, to)
}

fn widens(from: &Type, to: &Type) -> Option<Cost> {
    let rank = |ty: &Type| match ty {
        Type::Int64 => Some(0),
        Type::Numeric => Some(1),
        Type::BigNumeric => Some(2),
        Type::Float64 => Some(3),
        _ => None,
    };
    match (from, to) {
        (Type::Date, Type::DateTime) => Some(Cost(10)),
        (Type::Struct(left), Type::Struct(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .map(|(left, right)| match left.ty == right.ty {
                true => Some(Cost(1)),
                false => widens(&left.ty, &right.ty),
            })
            .try_fold(Cost(1), |total, one| Some(Cost(total.0.max(one?.0)))),
        // Functions of whole numbers prefer FLOAT64 to NUMERIC
        (Type::Int64, Type::Float64) => Some(Cost(10)),
        _ => match (rank(from)?, rank(to)?) {
            (from, to) if from < to => Some(Cost(10 + to - from)),
            _ => None,
        },
    }
}

/// The type that all expressions can become
pub fn supertype<'a>(all: impl Iterator<Item = &'a Typed> + Clone) -> Option<Type> {
    plain_supertype(all.clone()).or_else(|| struct_supertype(all.collect()))
}

/// The common type of structs some of whose fields are literals, field by field
fn struct_supertype(all: Vec<&Typed>) -> Option<Type> {
    let present: Vec<_> = all
        .into_iter()
        .filter(|one| !one.is_null_literal())
        .collect();
    let written = |one: &&Typed| matches!(one.node, Node::Struct(_));
    if !present.iter().any(written) {
        return None;
    }
    let named = present.iter().find(|one| !written(one)).or(present.first());
    let Some(Type::Struct(names)) = named.map(|one| &one.ty) else {
        return None;
    };
    let mut fields = Vec::with_capacity(names.len());
    for (at, Field { name, .. }) in names.iter().enumerate() {
        let values = present
            .iter()
            .map(|one| match (&one.node, &one.ty) {
                (Node::Struct(values), _) if values.len() == names.len() => {
                    Some(values[at].1.clone())
                }
                (_, Type::Struct(own)) if own.len() == names.len() => {
                    let ty = own[at].ty.clone();
                    Some(Typed::column(ty, "", "", one.span.clone()))
                }
                _ => None,
            })
            .collect::<Option<Vec<_>>>()?;
        fields.push(Field {
            name: name.clone(),
            ty: supertype(values.iter())?,
        });
    }
    Some(Type::Struct(fields))
}

fn plain_supertype<'a>(all: impl Iterator<Item = &'a Typed> + Clone) -> Option<Type> {
    if all.clone().any(|one| !one.ty.is_known()) {
        return Some(Type::Unknown);
    }
    let mut common: Option<Type> = None;
    let fixed = |one: &&Typed| {
        one.literal == Literal::No && !matches!(one.node, Node::Array(_) | Node::Struct(_))
    };
    for one in all.clone().filter(fixed) {
        common = Some(match common {
            None => one.ty.clone(),
            Some(common) => widest(&common, &one.ty)?,
        });
    }
    for one in all
        .clone()
        .filter(|one| !fixed(one) && !matches!(one.literal, Literal::Null | Literal::Error))
    {
        common = Some(match common {
            None => one.ty.clone(),
            Some(common) if cost(one, &common).is_some() && !narrows(one, &common) => common,
            Some(common) => merge(one, &common)?,
        });
    }
    let common =
        common.unwrap_or_else(|| all.clone().next().map_or(Type::Int64, |one| one.ty.clone()));
    all.into_iter()
        .all(|one| cost(one, &common).is_some())
        .then_some(common)
}

/// A literal text does not become what the other side is not
fn narrows(one: &Typed, common: &Type) -> bool {
    matches!(one.literal, Literal::EmptyArray) && !matches!(common, Type::Array(_))
}

fn merge(one: &Typed, common: &Type) -> Option<Type> {
    match (&one.node, common) {
        (Node::Array(_), Type::Array(element)) => match &one.ty {
            Type::Array(own) => Some(Type::Array(Box::new(widest(own, element)?))),
            _ => None,
        },
        _ => widest(common, &one.ty),
    }
}

/// The narrowest type that both types become
pub fn widest(left: &Type, right: &Type) -> Option<Type> {
    if !left.is_known() || !right.is_known() {
        return Some(Type::Unknown);
    }
    if left == right || widens(right, left).is_some() && !matches!(left, Type::Struct(_)) {
        return Some(left.clone());
    }
    match (left, right) {
        (Type::Struct(first), Type::Struct(second)) if first.len() == second.len() => first
            .iter()
            .zip(second)
            .map(|(first, second)| {
                Some(Field {
                    name: first.name.clone(),
                    ty: widest(&first.ty, &second.ty)?,
                })
            })
            .collect::<Option<_>>()
            .map(Type::Struct),
        _ => widens(left, right).map(|_| right.clone()),
    }
}

impl Resolver<'_> {
    /// The expression as `to`, by implicit conversion only
    pub fn coerce(&self, from: Typed, to: &Type) -> Result<Typed, Error> {
        if from.ty == *to {
            return Ok(from);
        }
        if !from.ty.is_known() || !to.is_known() {
            return Ok(Typed {
                ty: to.clone(),
                ..from
            });
        }
        if cost(&from, to).is_none() {
            return Err(Error::new(
                code::TYPE_MISMATCH,
                format!("expected {to}, found {}", from.ty),
                from.span,
            ));
        }
        match (&from.literal, to) {
            (Literal::Null, _) => return Ok(Typed::null(to.clone(), from.span)),
            // Its lowering takes the type that it has
            (Literal::Error, _) => {
                return Ok(Typed {
                    ty: to.clone(),
                    ..from
                });
            }
            (Literal::EmptyArray, _) => {
                return Ok(Typed {
                    ty: to.clone(),
                    exact: false,
                    ..from
                });
            }
            (Literal::Int(value), Type::Float64) => {
                let text = super::literal::float_text(*value as f64);
                return Ok(Typed::text(Type::Float64, text, from.span));
            }
            (Literal::Float(text), Type::Numeric | Type::BigNumeric) => {
                return self.literal_of(to, text, from.span.clone());
            }
            (Literal::Int(value), Type::BigNumeric) => {
                return self.literal_of(to, &value.to_string(), from.span.clone());
            }
            (Literal::Text(text), Type::Bytes) => {
                let text = crate::quote::quote_bytes(text.as_bytes());
                return Ok(Typed::text(Type::Bytes, text, from.span));
            }
            (Literal::Text(text), _) => return self.literal_of(to, text, from.span.clone()),
            _ => {}
        }
        match (from.node, to) {
            (Node::Array(elements), Type::Array(element)) => {
                let elements: Vec<_> = elements
                    .into_iter()
                    .map(|one| self.coerce(one, element))
                    .collect::<Result<_, _>>()?;
                let exact = elements.iter().all(|one: &Typed| one.exact);
                Ok(Typed {
                    exact,
                    ..Typed::new(to.clone(), Node::Array(elements), from.span)
                })
            }
            (Node::Struct(values), Type::Struct(fields)) => {
                let values = values
                    .into_iter()
                    .zip(fields)
                    .enumerate()
                    .map(|(at, ((_, value), field))| {
                        let value = self.coerce(value, &field.ty)?.into_exact();
                        Ok((crate::type_text::physical_field(fields, at), value))
                    })
                    .collect::<Result<_, Error>>()?;
                Ok(Typed::new(to.clone(), Node::Struct(values), from.span))
            }
            (node, _) => self.cast(Typed { node, ..from }, to, false),
        }
    }

    /// All expressions as their common type
    pub fn unify(&self, all: Vec<Typed>, what: &str) -> Result<(Vec<Typed>, Type), Error> {
        let Some(common) = supertype(all.iter()) else {
            let types: Vec<_> = all.iter().map(|one| one.ty.to_string()).collect();
            let start = all.first().map_or(0, |one| one.span.start);
            let end = all.last().map_or(start, |one| one.span.end.max(start));
            return Err(Error::new(
                code::TYPE_MISMATCH,
                format!("{what} have no common type: {}", types.join(", ")),
                start..end,
            ));
        };
        let all = all
            .into_iter()
            .map(|one| self.coerce(one, &common))
            .collect::<Result<_, _>>()?;
        Ok((all, common))
    }
}
