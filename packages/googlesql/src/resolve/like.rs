//! `LIKE` and its quantified forms `LIKE ANY`, `LIKE SOME`, `LIKE ALL`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#like_operator_quantified>

use std::ops::Range;

use sqlparser::ast::Expr;

use super::Resolver;
use super::operator::is_null;
use super::pipe::{Marked, marked};
use super::quantified::Quantifier;
use super::scope::Scope;
use crate::parse::mark;
use crate::tree::{Literal, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    pub fn like(
        &self,
        operand: &Expr,
        pattern: &Expr,
        negated: bool,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        if let Expr::Function(function) = pattern
            && let Some((quantifier, patterns)) = marked(function)
        {
            let operand = self.expression(operand, scope)?;
            let quantifier = match quantifier {
                mark::EVERY => Quantifier::Every,
                _ => Quantifier::Any,
            };
            return self.like_quantified(operand, quantifier, &patterns, negated, scope, span);
        }
        if is_null(operand) || is_null(pattern) {
            return Err(self.null_operand(if negated { "NOT LIKE" } else { "LIKE" }, span));
        }
        let operand = self.expression(operand, scope)?;
        let pattern = self.expression(pattern, scope)?;
        self.like_one(operand, pattern, negated, &span)
    }

    /// `NOT LIKE ANY` is true where one of the patterns does not match, `NOT LIKE ALL` where none does
    fn like_quantified(
        &self,
        operand: Typed,
        quantifier: Quantifier,
        patterns: &Marked,
        negated: bool,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let test = |operand, pattern| self.like_one(operand, pattern, negated, &span);
        if let ([query], true) = (patterns.queries.as_slice(), patterns.exprs.len() < 2) {
            let output = self.query(query, Some(scope))?;
            return self.over_query(operand, output, quantifier, &span, test);
        }
        if let [Expr::Function(function)] = patterns.exprs.as_slice()
            && let Some((mark::UNNEST, arguments)) = marked(function)
        {
            let array = match (arguments.exprs.as_slice(), arguments.queries.as_slice()) {
                ([array], _) => self.expression(array, scope)?,
                (_, [query]) => self.scalar_subquery(query, scope, span.clone())?,
                _ => return Err(self.invalid("UNNEST takes one array here", span)),
            };
            return self.over_array(operand, array, quantifier, &span, test);
        }
        if patterns.exprs.is_empty() {
            return Err(self.invalid("LIKE ANY and LIKE ALL need patterns", span));
        }
        let tests = patterns
            .exprs
            .iter()
            .map(|pattern| test(operand.clone(), self.expression(pattern, scope)?))
            .collect::<Result<Vec<_>, Error>>()?;
        let template = match quantifier {
            Quantifier::Any => "$0 OR $1",
            Quantifier::Every => "$0 AND $1",
        };
        let all = tests
            .into_iter()
            .reduce(|all, one| Typed::apply(Type::Bool, template, vec![all, one], span.clone()));
        Ok(all.unwrap_or_else(|| Typed::text(Type::Bool, "FALSE", span.clone())))
    }

    fn like_one(
        &self,
        operand: Typed,
        pattern: Typed,
        negated: bool,
        span: &Range<usize>,
    ) -> Result<Typed, Error> {
        let bytes = operand.ty == Type::Bytes || pattern.ty == Type::Bytes;
        let ty = match bytes {
            true => Type::Bytes,
            false => Type::String,
        };
        let both = vec![self.coerce(operand, &ty)?, self.coerce(pattern, &ty)?];
        let template = match &both[1].literal {
            _ if bytes => "gs_bytes_like($0, $1)",
            Literal::Text(text) if !text.contains('\\') => "$0 LIKE $1",
            _ => "$0 LIKE $1 ESCAPE '\\'",
        };
        let found = Typed::apply(Type::Bool, template, both, span.clone());
        Ok(match negated {
            true => Typed::apply(Type::Bool, "NOT $0", vec![found], span.clone()),
            false => found,
        })
    }
}
