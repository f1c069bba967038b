//! Lambdas: `e -> …` and `(e, i) -> …` as DuckDB's, with the types of their parameters

use sqlparser::ast::LambdaFunction;

use super::Resolver;
use super::scope::{Scope, ScopeRelation};
use crate::tree::Typed;
use crate::{Error, Type, quote_identifier};

/// A lambda of GoogleSQL on DuckDB
pub struct Lambda {
    /// What stands between `lambda` and the colon
    pub parameters: String,
    /// The expression; it reads the parameters as columns without a relation
    pub body: Typed,
}

impl Lambda {
    /// `lambda x: …`, ready to stand in a template
    pub fn in_template(&self) -> String {
        let body = self.body.sql().replace('$', "$$");
        format!("lambda {}: {body}", self.parameters)
    }
}

impl Resolver<'_> {
    /// A lambda whose parameters have these types; `index` is the position from 1 that DuckDB gives
    /// and GoogleSQL counts from 0
    ///
    /// # Errors
    /// More parameters than types, and whatever the body has
    pub fn lambda(
        &self,
        lambda: &LambdaFunction,
        types: &[Type],
        index: Option<usize>,
        scope: &Scope,
    ) -> Result<Lambda, Error> {
        let mut level = Scope::inside(Some(scope));
        let mut parameters = Vec::new();
        for (at, parameter) in lambda.params.iter().enumerate() {
            let span = self.ident_span(&parameter.name);
            let Some(ty) = types.get(at) else {
                let message = format!("the lambda takes at most {} parameters", types.len());
                return Err(self.invalid(message, span));
            };
            let variable = self.fresh("e");
            let mut value = Typed::column(ty.clone(), "", &variable, span.clone());
            if index == Some(at) {
                value = Typed::apply(Type::Int64, "$0 - 1", vec![value], span);
            }
            let name = &parameter.name.value;
            let (columns, value) = self.value_columns(value, Some(name));
            level.relations.push(ScopeRelation {
                name: Some(name.clone()),
                alias: String::new(),
                columns,
                pseudo: Vec::new(),
                value,
            });
            parameters.push(quote_identifier(&variable));
        }
        Ok(Lambda {
            parameters: parameters.join(", "),
            body: self.expression(&lambda.body, &level)?,
        })
    }
}
