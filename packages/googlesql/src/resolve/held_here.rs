//! Aggregates that read columns of an outer query only
//!
//! In GoogleSQL an aggregate belongs to the query in which it stands. DuckDB gives one that reads no column of that query
//! to the outer query instead; a condition that is always true and reads such a column keeps it in its place.

use super::Resolver;
use super::placement::find;
use super::scope::Scope;
use crate::tree::{Node, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    /// The condition that an aggregate over these values needs, if it needs one
    pub fn held_here(&self, values: &[Typed], scope: &Scope) -> Result<Option<Typed>, Error> {
        let mut levels = scope
            .levels()
            .skip_while(|level| !level.is_select && level.relations.is_empty());
        let Some(level) = levels.next() else {
            return Ok(None);
        };
        if levels.all(|outer| outer.relations.is_empty()) {
            return Ok(None);
        }
        let is_own = |value: &Typed| match &value.node {
            Node::Column { relation, .. } => {
                let mut own = level.relations.iter();
                own.any(|one| *one.alias == **relation)
            }
            _ => false,
        };
        if values.iter().any(|one| find(one, &is_own).is_some())
            || !values.iter().any(super::grouping::has_column)
        {
            return Ok(None);
        }
        let relations = level.relations.iter().flat_map(|one| &one.columns);
        let columns = level.star.iter().chain(relations);
        if let Some(own) = columns
            .map(|column| &column.expr)
            .find_map(|value| find(value, &is_own))
        {
            let template = "($0 IS NULL) IS NOT NULL";
            let span = own.span.clone();
            return Ok(Some(Typed::apply(
                Type::Bool,
                template,
                vec![own.clone()],
                span,
            )));
        }
        let is_column = |value: &Typed| matches!(value.node, Node::Column { .. });
        match values.iter().find_map(|one| find(one, &is_column)) {
            Some(column) => {
                let message = "an aggregate of an outer query's column needs a FROM clause";
                Err(self.invalid(message, column.span.clone()))
            }
            None => Ok(None),
        }
    }
}
