//! A test of one value against many, in three-valued logic: whether it holds for any or for every one

use std::ops::Range;

use super::Resolver;
use super::grouping::has_aggregate;
use super::placement::find;
use super::query::{Output, indent};
use crate::tree::{Literal, Node, Typed};
use crate::{Error, Type, quote_identifier};

/// For how many of the values a test must hold
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one; FALSE for none at all
    Any,
    /// All; TRUE for none at all
    Every,
}

impl Quantifier {
    fn of_list(self) -> &'static str {
        match self {
            Self::Any => {
                "CASE WHEN list_bool_or($0) THEN TRUE WHEN len($0) > list_count($0) THEN NULL ELSE FALSE END"
            }
            Self::Every => {
                "CASE WHEN NOT list_bool_and($0) THEN FALSE WHEN len($0) > list_count($0) THEN NULL ELSE TRUE END"
            }
        }
    }

    fn of_rows(self) -> &'static str {
        match self {
            Self::Any => {
                "CASE WHEN bool_or($0) THEN TRUE WHEN count(*) > count($0) THEN NULL ELSE FALSE END"
            }
            Self::Every => {
                "CASE WHEN NOT bool_and($0) THEN FALSE WHEN count(*) > count($0) THEN NULL ELSE TRUE END"
            }
        }
    }
}

impl Resolver<'_> {
    /// Over the elements of an array; a NULL array has none
    pub fn over_array(
        &self,
        operand: Typed,
        array: Typed,
        quantifier: Quantifier,
        span: &Range<usize>,
        test: impl Fn(Typed, Typed) -> Result<Typed, Error>,
    ) -> Result<Typed, Error> {
        let element = match array.ty.clone() {
            Type::Array(element) => *element,
            Type::Unknown => Type::Unknown,
            other => {
                let message = format!("UNNEST takes an array, found {other}");
                return Err(self.mismatch(message, array.span));
            }
        };
        let variable = self.fresh("e");
        let stand_in = Typed::column(element, "", &variable, span.clone());
        // A lambda holds neither subqueries nor aggregates: they are evaluated before it
        let plain = |one: &Typed| {
            find(one, &|part| match &part.node {
                Node::Aggregate(_) => true,
                Node::Text(text) => text.contains('\n'),
                _ => false,
            })
            .is_none()
        };
        if plain(&operand) {
            let held = test(operand, stand_in)?.sql().replace('$', "$$");
            let tests = format!(
                "list_transform($0, lambda {}: {held})",
                quote_identifier(&variable)
            );
            let template = quantifier.of_list().replace("$0", &tests);
            return Ok(Typed::apply(
                Type::Bool,
                template,
                vec![array.into_exact()],
                span.clone(),
            ));
        }
        let outer = self.fresh("o");
        let given = Typed {
            literal: Literal::No,
            ..Typed::column(operand.ty.clone(), "", &outer, span.clone())
        };
        let held = test(given, stand_in)?.sql().replace('$', "$$");
        let all = self.fresh("a");
        let tests = format!(
            "list_transform({}, lambda {}: {held})",
            quote_identifier(&all),
            quote_identifier(&variable)
        );
        let template = format!(
            "list_transform([$1], lambda {}: list_transform([$0], lambda {}: {})[1])[1]",
            quote_identifier(&outer),
            quote_identifier(&all),
            quantifier.of_list().replace("$0", &tests)
        );
        let both = vec![array.into_exact(), operand.into_exact()];
        Ok(Typed::apply(Type::Bool, template, both, span.clone()))
    }

    /// Over the rows of a query of one column
    pub fn over_query(
        &self,
        operand: Typed,
        output: Output,
        quantifier: Quantifier,
        span: &Range<usize>,
        test: impl Fn(Typed, Typed) -> Result<Typed, Error>,
    ) -> Result<Typed, Error> {
        let [column] = output.columns.as_slice() else {
            let message = format!(
                "a subquery of values to test must have one column, not {}",
                output.columns.len()
            );
            return Err(self.invalid(message, span.clone()));
        };
        if has_aggregate(&operand) {
            let what = "a test of an aggregate or window function against a subquery of this type";
            return Err(self.unsupported(what, span.clone()));
        }
        let alias = self.fresh("q");
        let stand_in = Typed::column(column.ty.clone(), &alias, &column.physical, span.clone())
            .with_origins(column.origins.clone());
        let held = test(operand, stand_in)?;
        let origins = held.origins.clone();
        let held = Typed::apply(Type::Bool, quantifier.of_rows(), vec![held], span.clone()).sql();
        let text = format!(
            "(\nSELECT {held}\nFROM (\n{}\n) AS {}\n)",
            indent(&output.sql),
            quote_identifier(&alias)
        );
        Ok(Typed::text(Type::Bool, text, span.clone()).with_origins(origins))
    }
}
