//! Comparisons with GoogleSQL's answers for NaN, NULL and structs
//!
//! DuckDB orders NaN above every number and takes it as equal to itself; GoogleSQL finds every
//! comparison with NaN false (`!=` true). DuckDB compares structs as wholes, NULL fields included;
//! GoogleSQL compares them field by field in three-valued logic.

use std::ops::Range;

use sqlparser::ast::Expr;

use super::Resolver;
use super::coerce::supertype;
use super::scope::Scope;
use crate::tree::{Node, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    pub fn compare(
        &self,
        left: Typed,
        op: &'static str,
        right: Typed,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let (left, right) = self.comparable(op, left, right, &span)?;
        self.compare_same(left, op, right, span)
    }

    /// Both sides as a common type that has an order (or equality, for `=` and `<>`)
    fn comparable(
        &self,
        op: &str,
        left: Typed,
        right: Typed,
        span: &Range<usize>,
    ) -> Result<(Typed, Typed), Error> {
        let common = supertype([&left, &right].into_iter());
        let equality = matches!(op, "=" | "<>" | "IS DISTINCT FROM");
        match common {
            Some(ty)
                if comparable_type(&ty, equality)
                    || op == "IS DISTINCT FROM" && super::grouping::groupable(&ty) =>
            {
                let left = self.coerce(left, &ty)?;
                Ok((left, self.coerce(right, &ty)?))
            }
            Some(Type::Array(_)) => Err(self.unsupported("comparing arrays", span.clone())),
            _ => Err(self.mismatch(
                format!(
                    "operator `{op}` has no form for {} and {}",
                    left.ty, right.ty
                ),
                span.clone(),
            )),
        }
    }

    /// Compares two expressions of one type
    pub fn compare_same(
        &self,
        left: Typed,
        op: &'static str,
        right: Typed,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        match left.ty.clone() {
            Type::Struct(fields) => {
                let pairs = fields
                    .iter()
                    .enumerate()
                    .map(|(at, field)| {
                        let part = |side: &Typed| {
                            let (ty, name) = (
                                field.ty.clone(),
                                crate::type_text::physical_field(&fields, at),
                            );
                            self.struct_field(side.clone(), at, ty, &name, span.clone())
                        };
                        self.compare_same(part(&left), "=", part(&right), span.clone())
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                let all = pairs
                    .into_iter()
                    .reduce(|all, one| {
                        Typed::apply(Type::Bool, "$0 AND $1", vec![all, one], span.clone())
                    })
                    .unwrap_or_else(|| {
                        let template = "CASE WHEN $0 IS NOT NULL AND $1 IS NOT NULL THEN TRUE END";
                        Typed::apply(Type::Bool, template, vec![left, right], span.clone())
                    });
                Ok(match op {
                    "<>" => Typed::apply(Type::Bool, "NOT $0", vec![all], span),
                    _ => all,
                })
            }
            Type::Float64 => Ok(self.compare_floats(left, op, right, span)),
            _ => {
                let template = format!("$0 {op} $1");
                Ok(Typed::apply(Type::Bool, template, vec![left, right], span))
            }
        }
    }

    fn compare_floats(
        &self,
        left: Typed,
        op: &'static str,
        right: Typed,
        span: Range<usize>,
    ) -> Typed {
        let (first, second) = (may_be_nan(&left), may_be_nan(&right));
        let constant =
            |side: &Typed| matches!(&side.node, Node::Text(text) if text.parse::<f64>().is_ok());
        // NaN beside NULL is NULL
        let (first_is_number, second_is_number) = (
            match constant(&right) {
                true => "NOT isnan($0)",
                false => "(NOT isnan($0) OR $1 IS NULL)",
            },
            match constant(&left) {
                true => "NOT isnan($1)",
                false => "(NOT isnan($1) OR $0 IS NULL)",
            },
        );
        let template = match op {
            // DuckDB is right unless the greater (or, for `=`, each) side is NaN
            "=" if first && second => format!("$0 = $1 AND {first_is_number}"),
            "<>" if first && second => "$0 <> $1 OR (isnan($0) AND $1 IS NOT NULL)".to_owned(),
            "<" | "<=" if second => format!("$0 {op} $1 AND {second_is_number}"),
            ">" | ">=" if first => format!("$0 {op} $1 AND {first_is_number}"),
            _ => format!("$0 {op} $1"),
        };
        Typed::apply(Type::Bool, template, vec![left, right], span)
    }

    pub fn distinct(
        &self,
        left: &Expr,
        right: &Expr,
        distinct: bool,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let left = self.expression(left, scope)?;
        let right = self.expression(right, scope)?;
        self.distinct_values(left, right, distinct, span)
    }

    /// `left IS [NOT] DISTINCT FROM right`
    pub fn distinct_values(
        &self,
        left: Typed,
        right: Typed,
        distinct: bool,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let (left, right) = self.comparable("IS DISTINCT FROM", left, right, &span)?;
        let template = match distinct {
            true => "$0 IS DISTINCT FROM $1",
            false => "$0 IS NOT DISTINCT FROM $1",
        };
        Ok(Typed::apply(Type::Bool, template, vec![left, right], span))
    }

    pub fn between(
        &self,
        operand: &Expr,
        low: &Expr,
        high: &Expr,
        negated: bool,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let operand = self.expression(operand, scope)?;
        let low = self.expression(low, scope)?;
        let high = self.expression(high, scope)?;
        let common = supertype([&operand, &low, &high].into_iter());
        let plain = common.filter(|ty| {
            comparable_type(ty, false) && !matches!(ty, Type::Float64 | Type::Struct(_))
        });
        let inside = match plain {
            Some(ty) => {
                let all = [operand, low, high]
                    .into_iter()
                    .map(|one| self.coerce(one, &ty))
                    .collect::<Result<Vec<_>, _>>()?;
                Typed::apply(Type::Bool, "$0 BETWEEN $1 AND $2", all, span.clone())
            }
            None => {
                let above = self.compare(operand.clone(), ">=", low, span.clone())?;
                let below = self.compare(operand, "<=", high, span.clone())?;
                Typed::apply(Type::Bool, "$0 AND $1", vec![above, below], span.clone())
            }
        };
        Ok(match negated {
            true => Typed::apply(Type::Bool, "NOT $0", vec![inside], span),
            false => inside,
        })
    }
}

/// Whether values of the type can be compared (only for equality, where `equality`)
pub fn comparable_type(ty: &Type, equality: bool) -> bool {
    match ty {
        Type::Array(_) | Type::Json => false,
        Type::Struct(fields) => {
            equality && fields.iter().all(|field| comparable_type(&field.ty, true))
        }
        _ => true,
    }
}

/// Whether a FLOAT64 expression could be NaN; a literal or a converted whole number cannot
pub fn may_be_nan(value: &Typed) -> bool {
    match &value.node {
        Node::Text(text) => {
            text != "NULL" && !text.starts_with(|letter: char| "-.0123456789".contains(letter))
        }
        Node::Apply { template, .. }
            if matches!(
                template.as_ref(),
                "gs_float_of_numeric($0)" | "gs_float_of_bignumeric($0)"
            ) =>
        {
            false
        }
        Node::Apply {
            template,
            arguments,
        } if template == "CAST($0 AS DOUBLE)" => arguments
            .first()
            .is_none_or(|inner| inner.ty == Type::String),
        _ => true,
    }
}
