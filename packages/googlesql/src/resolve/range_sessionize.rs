//! The table function `RANGE_SESSIONIZE`: ranges that overlap or meet, joined to sessions
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/range-functions#range_sessionize>

use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::{FunctionArg, FunctionArgExpr};

use super::Resolver;
use super::query::{Output, indent};
use super::scope::Scope;
use super::table_function::output_of;
use crate::{Column, Error, Relation, Type, Value, quote_identifier};

/// The column that the function adds
const SESSION: &str = "session_range";

impl Resolver<'_> {
    /// The rows of a table with the session of each row's range, among rows of equal partitioning
    /// columns
    pub fn range_sessionize(
        &self,
        arguments: &[FunctionArg],
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Output, Error> {
        let bad = |message: &str| self.error(code::INVALID_ARGUMENTS, message, span.clone());
        let (Some((table, rest)), true) = (arguments.split_first(), arguments.len() >= 3) else {
            return Err(bad(
                "RANGE_SESSIONIZE takes a table, a column and a list of columns",
            ));
        };
        let mut relation = self.table_argument(table, scope, &span)?;
        let mut constants = Vec::new();
        for argument in rest {
            let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument else {
                return Err(bad("RANGE_SESSIONIZE takes constants after the table"));
            };
            constants.push(self.constant(expr)?);
        }
        let (column, partitions, strict) = match constants.as_slice() {
            [Value::String(column), Value::Array(partitions)] => (column, partitions, false),
            [
                Value::String(column),
                Value::Array(partitions),
                Value::String(option),
            ] => match option.to_ascii_uppercase().as_str() {
                "MEETS" => (column, partitions, false),
                "OVERLAPS" => (column, partitions, true),
                _ => return Err(bad("a session's ranges MEETS or OVERLAPS")),
            },
            _ => return Err(bad("RANGE_SESSIONIZE takes a column and a list of columns")),
        };
        let range = self.column_named(&relation, column, &span)?;
        if !matches!(range.ty, Type::Range(_)) {
            return Err(bad("RANGE_SESSIONIZE takes a column of ranges"));
        }
        let mut keys = Vec::new();
        for partition in partitions {
            let Value::String(name) = partition else {
                return Err(bad("RANGE_SESSIONIZE takes a list of columns"));
            };
            keys.push(quote_identifier(
                &self.column_named(&relation, name, &span)?.name,
            ));
        }
        relation.sql = sessions(&relation, &range, &keys, strict);
        relation.columns.push(Column::new(SESSION, range.ty));
        Ok(output_of(&relation))
    }
}

/// A session begins where no range before it reaches the row's
fn sessions(relation: &Relation, range: &Column, keys: &[String], strict: bool) -> String {
    let column = quote_identifier(&range.name);
    let (start, end) = (
        format!("struct_extract({column}, '[')"),
        format!("struct_extract({column}, ')')"),
    );
    // Rows without a range are apart from all sessions
    let mut partition = keys.to_vec();
    partition.push(format!("{column} IS NULL"));
    let partition = partition.join(", ");
    let reaches = if strict { "<" } else { "<=" };
    let columns: Vec<_> = relation
        .columns
        .iter()
        .map(|column| quote_identifier(&column.name))
        .collect();
    let columns = columns.join(", ");
    format!(
        "SELECT {columns}, CASE WHEN {column} IS NOT NULL THEN {{'[': min({start}) OVER \"_session\", ')': max({end}) OVER \"_session\"}} END AS {SESSION}
FROM (
  SELECT *, sum(\"_begins\") OVER (PARTITION BY {partition} ORDER BY {column} ROWS UNBOUNDED PRECEDING) AS \"_number\"
  FROM (
    SELECT *, CASE WHEN {start} {reaches} max({end}) OVER (PARTITION BY {partition} ORDER BY {column} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END AS \"_begins\"
    FROM (
{}
    ) AS \"_ranges\"
  ) AS \"_beginnings\"
) AS \"_numbered\"
WINDOW \"_session\" AS (PARTITION BY {partition}, \"_number\")",
        indent(&indent(&indent(&relation.sql)))
    )
}
