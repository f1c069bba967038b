//! `CASE`, `IF`, `IS NULL`, `IS TRUE`

use std::ops::Range;

use sqlparser::ast::{CaseWhen, Expr};

use super::Resolver;
use super::scope::Scope;
use crate::tree::Typed;
use crate::{Error, Type};

impl Resolver<'_> {
    pub fn is_null(
        &self,
        operand: &Expr,
        template: &'static str,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let operand = self.expression(operand, scope)?;
        Ok(Typed::apply(Type::Bool, template, vec![operand], span))
    }

    pub fn is_bool(
        &self,
        operand: &Expr,
        template: &'static str,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let operand = self
            .coerce(self.expression(operand, scope)?, &Type::Bool)?
            .into_exact();
        Ok(Typed::apply(Type::Bool, template, vec![operand], span))
    }

    pub fn case(
        &self,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let operand = match operand {
            Some(operand) => Some(self.expression(operand, scope)?),
            None => None,
        };
        let mut tests = Vec::new();
        let mut results = Vec::new();
        for when in conditions {
            tests.push(match &operand {
                Some(operand) => {
                    let value = self.expression(&when.condition, scope)?;
                    let place = value.span.clone();
                    self.compare(operand.clone(), "=", value, place)?
                }
                None => self.condition(&when.condition, scope, "WHEN condition")?,
            });
            results.push(self.expression(&when.result, scope)?);
        }
        if let Some(otherwise) = otherwise {
            results.push(self.expression(otherwise, scope)?);
        }
        self.choose(tests, results, "results of CASE", span)
    }

    /// The result of the first true test; one more result than tests is the default
    pub fn choose(
        &self,
        tests: Vec<Typed>,
        results: Vec<Typed>,
        what: &str,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let (results, ty) = self.unify(results, what)?;
        let exact = results.iter().any(|one| one.exact)
            && results.iter().all(|one| one.exact || narrow(one));
        let mut template = String::from("CASE");
        let mut arguments = Vec::new();
        let mut results = results.into_iter();
        for (test, result) in tests.into_iter().zip(results.by_ref()) {
            let at = arguments.len();
            template.push_str(&format!(" WHEN ${{{at}}} THEN ${{{}}}", at + 1));
            arguments.push(test);
            arguments.push(result);
        }
        if let Some(default) = results.next() {
            template.push_str(&format!(" ELSE ${{{}}}", arguments.len()));
            arguments.push(default);
        }
        template.push_str(" END");
        Ok(Typed {
            exact,
            ..Typed::apply(ty, template, arguments, span)
        })
    }
}

/// A scalar that widens to the type of the other branches
fn narrow(one: &Typed) -> bool {
    !matches!(one.ty, Type::Array(_) | Type::Struct(_)) || one.is_null_literal()
}
