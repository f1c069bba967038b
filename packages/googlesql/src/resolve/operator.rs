//! Binary operators: arithmetic, concatenation, bits, logic
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/operators>

use std::ops::Range;

use sqlparser::ast::{BinaryOperator, Expr, Value};

use super::Resolver;
use super::expression::is_number;
use super::scope::Scope;
use crate::tree::{Literal, Node, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    pub fn binary(
        &self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        if takes_no_null(op) && (is_null(left) || is_null(right)) {
            return Err(self.null_operand(op, span));
        }
        let left = self.expression(left, scope)?;
        let right = self.expression(right, scope)?;
        match op {
            BinaryOperator::And | BinaryOperator::Or => {
                let left = self.coerce(left, &Type::Bool)?;
                let right = self.coerce(right, &Type::Bool)?;
                let template = match op {
                    BinaryOperator::And => "$0 AND $1",
                    _ => "$0 OR $1",
                };
                Ok(Typed::apply(Type::Bool, template, vec![left, right], span))
            }
            BinaryOperator::Eq => self.compare(left, "=", right, span),
            BinaryOperator::NotEq => self.compare(left, "<>", right, span),
            BinaryOperator::Lt => self.compare(left, "<", right, span),
            BinaryOperator::LtEq => self.compare(left, "<=", right, span),
            BinaryOperator::Gt => self.compare(left, ">", right, span),
            BinaryOperator::GtEq => self.compare(left, ">=", right, span),
            BinaryOperator::Plus => self.sum(left, true, right, span),
            BinaryOperator::Minus => self.sum(left, false, right, span),
            BinaryOperator::Multiply => self.product(left, right, span),
            BinaryOperator::Divide => self.quotient(left, right, span),
            BinaryOperator::StringConcat => self.concatenation(left, right, span),
            BinaryOperator::BitwiseAnd => self.bits(left, "$0 & $1", right, span),
            BinaryOperator::BitwiseOr => self.bits(left, "$0 | $1", right, span),
            BinaryOperator::BitwiseXor => self.bits(left, "xor($0, $1)", right, span),
            BinaryOperator::PGBitwiseShiftLeft => {
                self.bits(left, "gs_shift_left($0, $1)", right, span)
            }
            BinaryOperator::PGBitwiseShiftRight => {
                self.bits(left, "gs_shift_right($0, $1)", right, span)
            }
            other => Err(self.unsupported(format!("operator `{other}`"), span)),
        }
    }

    /// A literal NULL where an operator takes none
    pub fn null_operand(&self, op: impl std::fmt::Display, span: Range<usize>) -> Error {
        self.mismatch(
            format!("operator `{op}` takes no literal NULL: its result would always be NULL"),
            span,
        )
        .help("compare with `IS NULL`; a NULL of some type is `CAST(NULL AS …)`")
    }

    fn no_operator(&self, op: &str, left: &Typed, right: &Typed, span: Range<usize>) -> Error {
        self.mismatch(
            format!(
                "operator `{op}` has no form for {} and {}",
                left.ty, right.ty
            ),
            span,
        )
    }

    /// Both sides as their common number type
    pub fn numbers(
        &self,
        op: &str,
        left: Typed,
        right: Typed,
        span: &Range<usize>,
    ) -> Result<(Typed, Typed, Type), Error> {
        let common = super::coerce::supertype([&left, &right].into_iter());
        match common {
            Some(ty) if is_number(&ty) => {
                let left = self.coerce(left, &ty)?;
                let right = self.coerce(right, &ty)?;
                // Two narrow literals would be added as 32-bit numbers
                let left = match right.exact {
                    true => left,
                    false => left.into_exact(),
                };
                Ok((left, right, ty))
            }
            _ => Err(self.no_operator(op, &left, &right, span.clone())),
        }
    }

    fn sum(
        &self,
        left: Typed,
        plus: bool,
        right: Typed,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let op = if plus { "+" } else { "-" };
        match (&left.ty, &right.ty) {
            (_, Type::Interval) if !left.is_null_literal() => {
                return self.shift_by_interval(left, plus, right, span);
            }
            (Type::Interval, _) if plus && !right.is_null_literal() => {
                return self.shift_by_interval(right, plus, left, span);
            }
            (Type::Date, Type::Int64) if !matches!(right.literal, Literal::Null) => {
                return Ok(self.shift_days(left, plus, right, span));
            }
            (Type::Int64, Type::Date) if plus && !matches!(left.literal, Literal::Null) => {
                return Ok(self.shift_days(right, plus, left, span));
            }
            _ if !plus => {
                if let Some(between) = self.interval_between(&left, &right, &span)? {
                    return Ok(between);
                }
            }
            _ => {}
        }
        let (left, right, ty) = self.numbers(op, left, right, &span)?;
        let template = if plus { "$0 + $1" } else { "$0 - $1" };
        let both = vec![left, right];
        Ok(match ty {
            Type::Float64 => self.finite(template, both, span),
            Type::BigNumeric if plus => Typed::apply(ty, "gs_bignumeric_add($0, $1)", both, span),
            Type::BigNumeric => Typed::apply(ty, "gs_bignumeric_subtract($0, $1)", both, span),
            ty => Typed::widest(ty, template, both, span),
        })
    }

    /// FLOAT64 arithmetic; a result that is not finite is an error where both operands are
    ///
    /// Columns are calculated by DuckDB itself, which reads them twice; other operands go to a Rust
    /// function, so that they are written once.
    fn finite(&self, template: &'static str, both: Vec<Typed>, span: Range<usize>) -> Typed {
        let product = template == "$0 * $1";
        if both.iter().any(|side| never_overflows(side, product)) {
            return Typed::apply(Type::Float64, template, both, span);
        }
        let plain = both.iter().all(is_plain);
        let template = match plain {
            true => {
                let finite: Vec<_> = ["$0", "$1"]
                    .iter()
                    .zip(&both)
                    .filter(|(_, side)| side.literal == Literal::No)
                    .map(|(hole, _)| format!(" AND isfinite({hole})"))
                    .collect();
                format!(
                    "CASE WHEN isinf({template}){} THEN error('floating point overflow') ELSE {template} END",
                    finite.concat()
                )
            }
            false if product => "gs_multiply($0, $1)".to_owned(),
            false if template == "$0 + $1" => "gs_add($0, $1)".to_owned(),
            false => "gs_add($0, -$1)".to_owned(),
        };
        Typed::apply(Type::Float64, template, both, span)
    }

    fn shift_days(&self, date: Typed, plus: bool, days: Typed, span: Range<usize>) -> Typed {
        let template = match (plus, days.exact) {
            (true, false) => "$0 + $1",
            (false, false) => "$0 - $1",
            (true, true) => "$0 + CAST($1 AS INTEGER)",
            (false, true) => "$0 - CAST($1 AS INTEGER)",
        };
        super::part::in_range(Typed::apply(Type::Date, template, vec![date, days], span))
    }

    fn product(&self, left: Typed, right: Typed, span: Range<usize>) -> Result<Typed, Error> {
        match (&left.ty, &right.ty) {
            (Type::Interval, Type::Int64) => {
                return self.interval_scaled(left, true, right, span);
            }
            (Type::Int64, Type::Interval) => {
                return self.interval_scaled(right, true, left, span);
            }
            _ => {}
        }
        let (left, right, ty) = self.numbers("*", left, right, &span)?;
        let both = vec![left, right];
        Ok(match ty {
            Type::Numeric => Typed::apply(ty, "gs_numeric_multiply($0, $1)", both, span),
            Type::BigNumeric => Typed::apply(ty, "gs_bignumeric_multiply($0, $1)", both, span),
            Type::Float64 => self.finite("$0 * $1", both, span),
            ty => Typed::widest(ty, "$0 * $1", both, span),
        })
    }

    /// `/`: FLOAT64 or NUMERIC; a zero divisor is an error
    pub fn quotient(&self, left: Typed, right: Typed, span: Range<usize>) -> Result<Typed, Error> {
        if left.ty == Type::Interval {
            return self.interval_scaled(left, false, right, span);
        }
        let (left, right, ty) = self.numbers("/", left, right, &span)?;
        if ty == Type::Numeric {
            let both = vec![left, right];
            return Ok(Typed::apply(ty, "gs_numeric_divide($0, $1)", both, span));
        }
        if ty == Type::BigNumeric {
            let both = vec![left, right];
            return Ok(Typed::apply(ty, "gs_bignumeric_divide($0, $1)", both, span));
        }
        let never_zero = match &right.literal {
            Literal::Int(value) => *value != 0,
            Literal::Float(text) => text.parse::<f64>().is_ok_and(|value| value != 0.0),
            _ => false,
        };
        let left = self.coerce(left, &Type::Float64)?;
        let right = self.coerce(right, &Type::Float64)?;
        // A divisor of at least 1 leaves any finite number finite
        let shrinks = match &right.node {
            Node::Text(text) => text.parse::<f64>().is_ok_and(|value| value.abs() >= 1.0),
            _ => false,
        };
        let plain = [&left, &right].iter().all(|side| is_plain(side));
        let template = match (never_zero && shrinks, plain) {
            (true, _) => "$0 / $1",
            // What DuckDB calculates itself is faster, but written several times
            (false, true) => {
                "CASE WHEN $1 = 0 AND $0 IS NOT NULL THEN error('division by zero') WHEN isinf($0 / $1) AND isfinite($0) AND isfinite($1) THEN error('floating point overflow') ELSE $0 / $1 END"
            }
            (false, false) => "gs_divide($0, $1)",
        };
        Ok(Typed::apply(
            Type::Float64,
            template,
            vec![left, right],
            span,
        ))
    }

    fn concatenation(&self, left: Typed, right: Typed, span: Range<usize>) -> Result<Typed, Error> {
        let common = super::coerce::supertype([&left, &right].into_iter());
        let null = left.is_null_literal() || right.is_null_literal();
        match common {
            // DuckDB gives a concatenation with a bare NULL no type
            Some(ty @ (Type::String | Type::Bytes)) if null => Ok(Typed::null(ty, span)),
            Some(ty @ (Type::String | Type::Bytes)) => {
                let left = self.coerce(left, &ty)?;
                let right = self.coerce(right, &ty)?;
                Ok(Typed::apply(ty, "$0 || $1", vec![left, right], span))
            }
            Some(ty @ Type::Array(_)) => {
                let both = vec![self.coerce(left, &ty)?, self.coerce(right, &ty)?];
                let template =
                    "CASE WHEN $0 IS NOT NULL AND $1 IS NOT NULL THEN list_concat($0, $1) END";
                Ok(Typed::apply(ty, template, both, span))
            }
            _ => {
                let left = self.as_text(left, &Type::String, "operator `||`")?;
                let right = self.as_text(right, &Type::String, "operator `||`")?;
                Ok(Typed::apply(
                    Type::String,
                    "$0 || $1",
                    vec![left, right],
                    span,
                ))
            }
        }
    }

    fn bits(
        &self,
        left: Typed,
        template: &'static str,
        right: Typed,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let shift = template.starts_with("gs_shift");
        let name = match template {
            "$0 & $1" => "and",
            "$0 | $1" => "or",
            "xor($0, $1)" => "xor",
            "gs_shift_left($0, $1)" => "shift_left",
            _ => "shift_right",
        };
        if left.ty == Type::Bytes && (shift || right.ty == Type::Bytes) {
            let template = format!("gs_bytes_{name}($0, $1)");
            let right = match shift {
                true => self.coerce(right, &Type::Int64)?,
                false => right,
            };
            return Ok(Typed::apply(Type::Bytes, template, vec![left, right], span));
        }
        let fits = |side: &Typed| side.ty == Type::Int64;
        if !fits(&left) || !fits(&right) {
            return Err(self.no_operator("&", &left, &right, span));
        }
        let both = vec![left.into_exact(), right.into_exact()];
        Ok(Typed::apply(Type::Int64, template, both, span))
    }
}

/// Whether BigQuery refuses a literal NULL as an operand
fn takes_no_null(op: &BinaryOperator) -> bool {
    !matches!(
        op,
        BinaryOperator::And
            | BinaryOperator::Or
            | BinaryOperator::PGBitwiseShiftLeft
            | BinaryOperator::PGBitwiseShiftRight
    )
}

/// `NULL` as it is written
pub fn is_null(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_null(inner),
        Expr::Value(value) => value.value == Value::Null,
        _ => false,
    }
}

/// A column or a constant, which may be written several times
fn is_plain(side: &Typed) -> bool {
    let leaf = |node: &Node| matches!(node, Node::Column { .. } | Node::Text(_));
    match &side.node {
        Node::Apply {
            template,
            arguments,
        } if template == "CAST($0 AS DOUBLE)" => arguments.iter().all(|one| leaf(&one.node)),
        node => side.literal != Literal::No || leaf(node),
    }
}

/// A constant that leaves any finite number finite
fn never_overflows(side: &Typed, product: bool) -> bool {
    let value = match (&side.node, &side.literal) {
        (Node::Text(text), Literal::Int(_) | Literal::Float(_)) => text.parse::<f64>().ok(),
        (Node::Text(text), Literal::No) => text.parse::<f64>().ok(),
        _ => None,
    };
    // Adding less than half the last digit of the greatest number does not change it
    let most = if product { 1.0 } else { 1e291 };
    value.is_some_and(|value| value.abs() <= most)
}
