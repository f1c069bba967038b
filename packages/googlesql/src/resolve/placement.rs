//! Where aggregates, windows and columns may stand

use super::Resolver;
use crate::Error;
use crate::tree::{Node, Typed};

impl Resolver<'_> {
    /// A clause that is evaluated before grouping and windows
    pub fn before_grouping(&self, value: &Typed, place: &str) -> Result<(), Error> {
        match find(value, &|one| matches!(one.node, Node::Aggregate(_))) {
            None => Ok(()),
            Some(found) => {
                let kind = if is_window(found) {
                    "a window"
                } else {
                    "an aggregate"
                };
                let message = format!("{kind} function is not allowed in the {place}");
                Err(self.invalid(message, found.span.clone()))
            }
        }
    }

    /// What an aggregate or window call may have inside: a window call takes aggregates, nothing
    /// takes window calls
    pub fn not_nested(&self, argument: &Typed, window: bool) -> Result<(), Error> {
        let inside = find(argument, &|one| {
            matches!(one.node, Node::Aggregate(_)) && (!window || is_window(one))
        });
        let message = match inside {
            None => return Ok(()),
            Some(found) if is_window(found) => {
                "a window function is not allowed inside an aggregate or window function"
            }
            Some(_) => "an aggregate function is not allowed inside an aggregate function",
        };
        Err(self.invalid(message, argument.span.clone()))
    }

    /// After `SELECT DISTINCT`, a sort key sees the select items only
    pub fn after_distinct(&self, key: &Typed, items: &[Typed]) -> Result<(), Error> {
        match hidden_column(key, items) {
            None => Ok(()),
            Some(_) => Err(self.invalid(
                "ORDER BY after SELECT DISTINCT takes columns of the select list only",
                key.span.clone(),
            )),
        }
    }
}

/// The first node, in reading order, that meets a test; a subquery is not looked into
pub fn find<'t>(value: &'t Typed, test: &dyn Fn(&Typed) -> bool) -> Option<&'t Typed> {
    if test(value) {
        return Some(value);
    }
    parts(value).into_iter().find_map(|one| find(one, test))
}

pub fn is_window(value: &Typed) -> bool {
    matches!(&value.node, Node::Aggregate(aggregate) if aggregate.over.is_some())
}

fn parts(value: &Typed) -> Vec<&Typed> {
    match &value.node {
        Node::Apply { arguments, .. } | Node::Array(arguments) => arguments.iter().collect(),
        Node::Aggregate(aggregate) => aggregate.arguments.iter().collect(),
        Node::Struct(fields) => fields.iter().map(|(_, one)| one).collect(),
        Node::Column { .. } | Node::Text(_) => Vec::new(),
    }
}

fn hidden_column<'t>(value: &'t Typed, items: &[Typed]) -> Option<&'t Typed> {
    if items.iter().any(|item| item.node == value.node) {
        return None;
    }
    match value.node {
        Node::Column { .. } => Some(value),
        _ => parts(value)
            .into_iter()
            .find_map(|one| hidden_column(one, items)),
    }
}
