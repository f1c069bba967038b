//! Numbers: extremes and divisions

use std::ops::Range;

use super::Resolver;
use super::call::Call;
use crate::tree::{Literal, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    pub fn number_call(
        &self,
        template: &'static str,
        arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        match arguments.first() {
            Some(one) if super::expression::is_number(&one.ty) => Ok(Typed::apply(
                one.ty.clone(),
                template,
                arguments.clone(),
                span,
            )),
            _ => Err(self.mismatch("expected a number", span)),
        }
    }

    pub fn floats(&self, arguments: Vec<Typed>) -> Result<Vec<Typed>, Error> {
        arguments
            .into_iter()
            .map(|one| self.coerce(one, &Type::Float64))
            .collect()
    }

    /// NULL if any argument is; NaN if any is
    pub fn extreme(&self, call: &Call, arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let (arguments, ty) = self.unify(arguments, "arguments")?;
        if !super::order::orderable(&ty) {
            return Err(self.mismatch(format!("{ty} has no order"), span));
        }
        let arguments: Vec<_> = arguments.into_iter().map(Typed::into_exact).collect();
        let test = |template: &str| {
            let tests: Vec<_> = (0..arguments.len())
                .map(|at| template.replace('#', &format!("${{{at}}}")))
                .collect();
            tests.join(" OR ")
        };
        let name = if call.name == "GREATEST" {
            "greatest"
        } else {
            "least"
        };
        let template = match ty {
            Type::Float64 => format!(
                "CASE WHEN {} THEN NULL WHEN {} THEN CAST('nan' AS DOUBLE) ELSE {name}($*) END",
                test("# IS NULL"),
                test("isnan(#)")
            ),
            // The engine's own function knows no length of a month
            Type::Interval => format!(
                "CASE WHEN {} THEN NULL ELSE list_reduce([$*], lambda a, b: CASE WHEN b {} a THEN b ELSE a END) END",
                test("# IS NULL"),
                if name == "greatest" { ">" } else { "<" }
            ),
            _ => format!(
                "CASE WHEN {} THEN NULL ELSE {name}($*) END",
                test("# IS NULL")
            ),
        };
        Ok(Typed::apply(ty, template, arguments, span))
    }

    pub fn safe_divide(
        &self,
        mut arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let (Some(right), Some(left)) = (arguments.pop(), arguments.pop()) else {
            return Err(self.invalid("SAFE_DIVIDE takes two arguments", span));
        };
        let (left, right, ty) = self.numbers("/", left, right, &span)?;
        if ty == Type::Numeric {
            let both = vec![left, right];
            return Ok(Typed::apply(
                ty,
                "gs_numeric_safe_divide($0, $1)",
                both,
                span,
            ));
        }
        if ty == Type::BigNumeric {
            let (both, template) = (vec![left, right], "gs_bignumeric_safe_divide($0, $1)");
            return Ok(Typed::apply(ty, template, both, span));
        }
        let both = self.floats(vec![left, right])?;
        let template = "gs_safe_divide($0, $1)";
        Ok(Typed::apply(Type::Float64, template, both, span))
    }

    pub fn whole_division(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let (Some(right), Some(left)) = (arguments.pop(), arguments.pop()) else {
            return Err(self.wrong_count(call));
        };
        let (left, right, ty) = self.numbers(&call.name, left, right, &span)?;
        let never_zero = matches!(right.literal, Literal::Int(value) if value > 0);
        let template = match (&ty, call.name.as_str(), never_zero) {
            (Type::Int64, "DIV", true) => "$0 // $1".to_owned(),
            (Type::Int64, "DIV", false) => {
                "CASE WHEN $1 = 0 AND $0 IS NOT NULL THEN error('division by zero') ELSE $0 // $1 END".to_owned()
            }
            (Type::Int64, _, true) => "$0 % $1".to_owned(),
            (Type::Int64, _, false) => {
                "CASE WHEN $1 = 0 AND $0 IS NOT NULL THEN error('division by zero') WHEN $1 = -1 THEN $0 & 0 ELSE $0 % $1 END".to_owned()
            }
            (Type::Numeric, "DIV", _) => "gs_numeric_div($0, $1)".to_owned(),
            (Type::Numeric, ..) => "gs_numeric_mod($0, $1)".to_owned(),
            (Type::BigNumeric, "DIV", _) => "gs_bignumeric_div($0, $1)".to_owned(),
            (Type::BigNumeric, ..) => "gs_bignumeric_mod($0, $1)".to_owned(),
            (other, name, _) => {
                return Err(self.mismatch(format!("{name} has no form for {other}"), span));
            }
        };
        Ok(Typed::widest(ty, template, vec![left, right], span))
    }
}
