//! Set operations that match columns by name: `BY NAME` and `CORRESPONDING`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#by_name_or_corresponding>

use std::ops::Range;

use sqlparser::ast::{Expr, SelectItem, SetExpr, Value};

use super::Resolver;
use super::query::{Output, over};
use super::scope::{OutputColumn, same};
use crate::parse::mark::BY_NAME;
use crate::tree::Typed;
use crate::{Error, Type, quote_identifier};

/// How the columns of two queries match
pub struct Matching {
    mode: Mode,
    columns: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Both have the same columns
    Strict,
    /// Columns of both
    Inner,
    /// Columns of the left
    Left,
    /// Columns of either
    Full,
}

/// What the marker that token rewriting leaves says
pub fn marked(body: &SetExpr) -> Option<Matching> {
    let SetExpr::Query(query) = body else {
        return None;
    };
    let SetExpr::Select(select) = query.body.as_ref() else {
        return None;
    };
    let mut texts = select.projection.iter().map_while(|item| match item {
        SelectItem::UnnamedExpr(Expr::Value(value)) => match &value.value {
            Value::SingleQuotedString(text) => Some(text.as_str()),
            _ => None,
        },
        _ => None,
    });
    if texts.next()? != BY_NAME {
        return None;
    }
    let mode = texts.next()?;
    Some(Matching::new(mode, texts.map(str::to_owned).collect()))
}

impl Matching {
    /// Matching in a written mode, over all columns or those that are listed
    pub fn new(mode: &str, columns: Vec<String>) -> Self {
        let mode = match mode {
            "STRICT" => Mode::Strict,
            "INNER" => Mode::Inner,
            "LEFT" => Mode::Left,
            _ => Mode::Full,
        };
        Self { mode, columns }
    }
}

impl Resolver<'_> {
    /// Both queries with the columns that match, in one order
    pub fn match_by_name(
        &self,
        left: Output,
        right: Output,
        matching: &Matching,
        span: Range<usize>,
    ) -> Result<(Output, Output), Error> {
        if [&left, &right]
            .iter()
            .any(|side| side.columns.iter().any(OutputColumn::is_rest))
        {
            return Ok((self.open_output(), right));
        }
        let names = |output: &Output| -> Result<Vec<String>, Error> {
            let mut names: Vec<String> = Vec::new();
            for column in &output.columns {
                match &column.name {
                    Some(name) if !names.iter().any(|other| same(other, name)) => {
                        names.push(name.clone());
                    }
                    _ => {
                        let message = "columns matched by name need distinct names";
                        return Err(self.invalid(message, span.clone()));
                    }
                }
            }
            Ok(names)
        };
        let (first, second) = (names(&left)?, names(&right)?);
        let has = |names: &[String], name: &str| names.iter().any(|own| same(own, name));
        let mismatch = || {
            self.invalid(
                "the queries have other columns than the match asks for",
                span.clone(),
            )
        };
        let chosen: Vec<String> = match (matching.mode, matching.columns.is_empty()) {
            (Mode::Strict, true) => first.clone(),
            (Mode::Inner, true) => first
                .iter()
                .filter(|name| has(&second, name))
                .cloned()
                .collect(),
            (Mode::Left, true) => first.clone(),
            (Mode::Full, true) => {
                let extra = second.iter().filter(|name| !has(&first, name));
                first.iter().chain(extra).cloned().collect()
            }
            (_, false) => matching.columns.clone(),
        };
        let fits = match matching.mode {
            Mode::Strict => {
                first.len() == chosen.len()
                    && second.len() == chosen.len()
                    && chosen
                        .iter()
                        .all(|name| has(&first, name) && has(&second, name))
            }
            Mode::Inner => chosen
                .iter()
                .all(|name| has(&first, name) && has(&second, name)),
            Mode::Left => chosen.iter().all(|name| has(&first, name)),
            Mode::Full => chosen
                .iter()
                .all(|name| has(&first, name) || has(&second, name)),
        };
        if !fits || chosen.is_empty() {
            return Err(mismatch());
        }
        Ok((
            self.chosen_columns(left, &chosen),
            self.chosen_columns(right, &chosen),
        ))
    }

    /// A query with only these columns; what it lacks is NULL
    fn chosen_columns(&self, output: Output, names: &[String]) -> Output {
        let alias = self.fresh("n");
        let mut items = Vec::new();
        let mut columns = Vec::new();
        for name in names {
            let found = output
                .columns
                .iter()
                .find(|column| column.name.as_deref().is_some_and(|own| same(own, name)));
            let span = self.whole.clone();
            let (value, column) = match found {
                Some(column) => (
                    Typed::column(column.ty.clone(), &alias, &column.physical, span),
                    OutputColumn {
                        physical: name.clone(),
                        ..column.clone()
                    },
                ),
                None => {
                    let null = Typed::null(Type::Int64, span);
                    let column = OutputColumn {
                        name: Some(name.clone()),
                        physical: name.clone(),
                        ty: Type::Int64,
                        literal: Some(null.clone()),
                        origins: crate::lineage::Origins::default(),
                    };
                    (null.into_exact(), column)
                }
            };
            items.push(format!("{} AS {}", value.sql(), quote_identifier(name)));
            columns.push(column);
        }
        Output {
            sql: over(&items, &output.sql, &alias),
            columns,
            value_table: false,
        }
    }
}
