//! `HAVING MAX key` and `HAVING MIN key` in an aggregate: only the rows with the greatest or least key
//! count
//!
//! The rows are collected into a list with their keys, and the aggregate runs over those of the list
//! that have the extreme.

use sqlparser::ast::HavingBoundKind;

use super::Resolver;
use super::call::Call;
use crate::tree::{Aggregate, Node, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    /// The aggregate over the rows with the extreme key; none where a key is NaN or all are NULL
    pub fn with_extreme(
        &self,
        call: &Call,
        value: Typed,
        bound: &HavingBoundKind,
        key: Typed,
    ) -> Result<Typed, Error> {
        let span = call.span.clone();
        if call.function.over.is_some() {
            return Err(self.invalid("HAVING and OVER exclude each other", span));
        }
        if !super::order::orderable(&key.ty) {
            return Err(self.mismatch(format!("{} has no order", key.ty), key.span));
        }
        let unsupported = || self.unsupported(format!("HAVING in {}", call.name), span.clone());
        let Node::Aggregate(mut aggregate) = value.node else {
            return Err(unsupported());
        };
        aggregate.template = match aggregate.template.as_ref() {
            "%{any_value($0)}" if !call.distinct => one_row(&aggregate, bound, &key).into(),
            _ => over_rows(&aggregate, bound, &key)
                .ok_or_else(unsupported)?
                .into(),
        };
        let filter = std::mem::take(&mut aggregate.filter);
        aggregate.arguments.extend(filter);
        aggregate.arguments.push(key.into_exact());
        let node = Node::Aggregate(aggregate);
        Ok(Typed {
            weight: crate::weight::of_node(&node),
            node,
            ..value
        })
    }
}

/// Any row's value will do: DuckDB finds one without a list
fn one_row(aggregate: &Aggregate, bound: &HavingBoundKind, key: &Typed) -> String {
    let at = aggregate.arguments.len() + aggregate.filter.len();
    let name = match bound {
        HavingBoundKind::Max => "arg_max_null",
        HavingBoundKind::Min => "arg_min_null",
    };
    let found = format!("%{{{name}($0, ${at})}}");
    match key.ty {
        Type::Float64 => format!("CASE WHEN NOT %{{bool_or(isnan(${at}))}} THEN {found} END"),
        _ => found,
    }
}

/// The template over a list of the rows: arguments, then conditions, then the key
fn over_rows(aggregate: &Aggregate, bound: &HavingBoundKind, key: &Typed) -> Option<String> {
    let arguments = aggregate.arguments.len();
    let at = arguments + aggregate.filter.len();
    let values: String = (0..at).map(|at| format!(", v{at} := ${at}")).collect();
    let name = match bound {
        HavingBoundKind::Max => "max",
        HavingBoundKind::Min => "min",
    };
    let extreme = match key.ty {
        Type::Float64 => {
            format!("CASE WHEN NOT %{{bool_or(isnan(${at}))}} THEN %{{{name}(${at})}} END")
        }
        _ => format!("%{{{name}(${at})}}"),
    };
    let conditions: String = (arguments..at)
        .map(|at| format!(" AND struct_extract(\"_row\", 'v{at}')"))
        .collect();
    let rows = format!(
        "list_filter(struct_extract(\"_group\", 'l'), lambda \"_row\": struct_extract(\"_row\", 'k') = struct_extract(\"_group\", 'm'){conditions})"
    );
    let mut body = String::new();
    let mut rest = aggregate.template.as_ref();
    while let Some((before, after)) = rest.split_once("%{") {
        let (core, after) = after.split_once('}')?;
        body.push_str(before);
        body.push_str(&over_list(core, &rows)?);
        rest = after;
    }
    body.push_str(rest);
    Some(format!(
        "list_transform([struct_pack(l := %{{list(struct_pack(k := ${at}{values}))}}, m := {extreme})], lambda \"_group\": {body})[1]"
    ))
}

/// A native call over a list of rows; `None` for calls of several arguments
fn over_list(core: &str, rows: &str) -> Option<String> {
    let (name, argument) = core.strip_suffix(')')?.split_once('(')?;
    if argument == "*" {
        return Some(format!("coalesce(len({rows}), 0)"));
    }
    if has_comma(argument) {
        return None;
    }
    let mut written = String::new();
    let mut rest = argument;
    while let Some((before, hole)) = rest.split_once('$') {
        let digits = hole.bytes().take_while(u8::is_ascii_digit).count();
        let (index, after) = hole.split_at(digits);
        written.push_str(&format!("{before}struct_extract(\"_row\", 'v{index}')"));
        rest = after;
    }
    let argument = written + rest;
    let values = format!("list_transform({rows}, lambda \"_row\": {argument})");
    Some(match name {
        "list" => values,
        "count" => format!("coalesce(list_aggregate({values}, 'count'), 0)"),
        _ => format!("list_aggregate({values}, '{name}')"),
    })
}

/// Whether a comma stands outside of all parentheses
fn has_comma(text: &str) -> bool {
    let mut depth = 0_usize;
    text.chars().any(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    })
}
