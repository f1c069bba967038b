//! `GAP_FILL`: a row for every bucket of time, with values carried on, interpolated or NULL
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/time-series-functions#gap_fill>

use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr};

use super::Resolver;
use super::query::{Output, indent};
use super::scope::{Scope, same};
use super::table_function::output_of;
use crate::{Column, Error, Relation, Type, Value, quote_identifier};

/// The names of the arguments after the table, in order
const ARGUMENTS: [&str; 6] = [
    "ts_column",
    "bucket_width",
    "partitioning_columns",
    "value_columns",
    "origin",
    "ignore_null_values",
];

/// How a value column is filled
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    Null,
    LastObserved,
    Linear,
}

/// What is asked for, resolved
struct Filling {
    relation: Relation,
    time: Column,
    /// DuckDB SQL of the bucket's width and, where given, the origin
    width: String,
    origin: Option<String>,
    partitions: Vec<Column>,
    values: Vec<(Column, Method)>,
    ignore_nulls: bool,
}

impl Resolver<'_> {
    /// The query that a call stands for
    pub fn gap_fill(
        &self,
        arguments: &[FunctionArg],
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Output, Error> {
        let bad = |message: &str| self.error(code::INVALID_ARGUMENTS, message, span.clone());
        let Some((table, rest)) = arguments.split_first() else {
            return Err(bad("GAP_FILL takes a table, a column and a width"));
        };
        let relation = self.table_argument(table, scope, &span)?;
        let given = self.gap_arguments(rest, &span)?;
        let [Some(time), Some(width), partitions, values, origin, ignore] = given else {
            return Err(bad("GAP_FILL takes a table, ts_column and bucket_width"));
        };
        let Value::String(time) = self.constant(time)? else {
            return Err(bad("ts_column is the name of a column"));
        };
        let time = self.column_named(&relation, &time, &span)?;
        if !matches!(time.ty, Type::Timestamp | Type::DateTime | Type::Date) {
            return Err(self.mismatch(format!("{} is no time to fill gaps of", time.ty), span));
        }
        let width = self.expression(width, scope)?;
        if width.ty != Type::Interval {
            return Err(self.mismatch("bucket_width is an INTERVAL", width.span));
        }
        let origin = match origin {
            Some(origin) => {
                let origin = self.coerce(self.expression(origin, scope)?, &time.ty)?;
                Some(origin.into_exact().sql())
            }
            None => None,
        };
        let partitions = match partitions.map(|expr| self.constant(expr)).transpose()? {
            Some(Value::Array(names)) => names
                .iter()
                .map(|name| match name {
                    Value::String(name) => self.column_named(&relation, name, &span),
                    _ => Err(bad("partitioning_columns is a list of names")),
                })
                .collect::<Result<_, _>>()?,
            None | Some(Value::Null) => Vec::new(),
            Some(_) => return Err(bad("partitioning_columns is a list of names")),
        };
        let values = match values.map(|expr| self.constant(expr)).transpose()? {
            Some(Value::Array(pairs)) => pairs
                .iter()
                .map(|pair| self.gap_value(&relation, pair, &span))
                .collect::<Result<_, _>>()?,
            None | Some(Value::Null) => Vec::new(),
            Some(_) => return Err(bad("value_columns is a list of columns with their methods")),
        };
        let ignore_nulls = match ignore.map(|expr| self.constant(expr)).transpose()? {
            None => true,
            Some(Value::Bool(ignore)) => ignore,
            Some(_) => return Err(bad("ignore_null_values is TRUE or FALSE")),
        };
        let filling = Filling {
            relation,
            time,
            width: width.into_exact().sql(),
            origin,
            partitions,
            values,
            ignore_nulls,
        };
        if !ignore_nulls
            && filling
                .values
                .iter()
                .any(|(_, method)| *method == Method::Linear)
        {
            return Err(self.unsupported("linear interpolation between NULLs", span));
        }
        Ok(output_of(&filling.query()))
    }

    /// The arguments after the table by their places
    fn gap_arguments<'e>(
        &self,
        given: &'e [FunctionArg],
        span: &Range<usize>,
    ) -> Result<[Option<&'e Expr>; 6], Error> {
        let mut found = [None; 6];
        for (at, argument) in given.iter().enumerate() {
            let named = match argument {
                FunctionArg::Named {
                    name,
                    arg: FunctionArgExpr::Expr(expr),
                    ..
                } => ARGUMENTS
                    .iter()
                    .position(|known| same(known, &name.value))
                    .map(|place| (place, expr)),
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some((at, expr)),
                _ => None,
            };
            match named.and_then(|(place, expr)| Some((found.get_mut(place)?, expr))) {
                Some((slot, expr)) => *slot = Some(expr),
                None => {
                    let message = format!("the arguments of GAP_FILL are {}", ARGUMENTS.join(", "));
                    return Err(self.error(code::INVALID_ARGUMENTS, message, span.clone()));
                }
            }
        }
        Ok(found)
    }

    fn gap_value(
        &self,
        relation: &Relation,
        pair: &Value,
        span: &Range<usize>,
    ) -> Result<(Column, Method), Error> {
        let named = match pair {
            Value::Struct(fields) => match fields.as_slice() {
                [(_, Value::String(name)), (_, Value::String(method))] => Some((name, method)),
                _ => None,
            },
            _ => None,
        };
        let Some((name, method)) = named else {
            let message = "value_columns is a list of columns with their methods";
            return Err(self.error(code::INVALID_ARGUMENTS, message, span.clone()));
        };
        let column = self.column_named(relation, name, span)?;
        let method = match method.to_ascii_lowercase().as_str() {
            "null" => Method::Null,
            "locf" => Method::LastObserved,
            "linear" if matches!(column.ty, Type::Int64 | Type::Float64) => Method::Linear,
            "linear" => {
                let what = format!("linear interpolation of {}", column.ty);
                return Err(self.unsupported(what, span.clone()));
            }
            _ => {
                let message = "gaps are filled by 'null', 'locf' or 'linear'";
                return Err(self.error(code::INVALID_ARGUMENTS, message, span.clone()));
            }
        };
        Ok((column, method))
    }
}

impl Filling {
    fn query(&self) -> Relation {
        let time = quote_identifier(&self.time.name);
        let names = |columns: &mut dyn Iterator<Item = &Column>| -> String {
            columns
                .map(|column| format!("{}, ", quote_identifier(&column.name)))
                .collect()
        };
        let keys = names(&mut self.partitions.iter());
        let values = names(&mut self.values.iter().map(|(column, _)| column));
        let nulls: String = self
            .values
            .iter()
            .map(|(column, _)| format!("CAST(NULL AS {}), ", column.ty.duckdb()))
            .collect();
        let partition = match keys.trim_end_matches(", ") {
            "" => String::new(),
            keys => format!("PARTITION BY {keys} "),
        };
        let group = match keys.trim_end_matches(", ") {
            "" => String::new(),
            keys => format!("\n    GROUP BY {keys}"),
        };
        let bucket = |at: &str| self.bucket(at);
        let (first, last) = (bucket("min(\"_at\")"), bucket("max(\"_at\")"));
        let months = format!(
            "(datepart('month', {0}) <> 0 OR datepart('year', {0}) <> 0)",
            self.width
        );
        let guard = match &self.origin {
            Some(origin) => format!(
                "CASE WHEN {months} AND day({origin}) > 28 THEN CAST(gs_error('buckets of months from the end of a month are not supported') AS INTERVAL) ELSE {} END",
                self.width
            ),
            None => self.width.clone(),
        };
        let filled: String = self
            .values
            .iter()
            .map(|(column, method)| {
                let name = quote_identifier(&column.name);
                format!(",\n  {} AS {name}", self.filled(&name, &column.ty, *method))
            })
            .collect();
        let key_items: String = self
            .partitions
            .iter()
            .map(|column| format!(", {}", quote_identifier(&column.name)))
            .collect();
        let sql = format!(
            "WITH \"_data\" AS (
  SELECT {keys}{values}CASE WHEN count(*) OVER (PARTITION BY {keys}{time}) > 1 THEN CAST(gs_error('GAP_FILL of rows at the same time is not supported') AS TIMESTAMP) ELSE CAST({time} AS TIMESTAMP) END AS \"_at\"
  FROM (
{}
  ) AS \"_table\"
  WHERE {time} IS NOT NULL
), \"_ticks\" AS (
  SELECT {keys}unnest(generate_series(CASE WHEN \"_first\" < \"_least\" THEN \"_first\" + \"_width\" ELSE \"_first\" END, \"_last\", \"_width\")) AS \"_at\"
  FROM (
    SELECT {keys}min(\"_at\") AS \"_least\", {first} AS \"_first\", {last} AS \"_last\", {guard} AS \"_width\"
    FROM \"_data\"{group}
  ) AS \"_bounds\"
  WHERE \"_least\" IS NOT NULL
)
SELECT {at} AS {time}{key_items}{filled}
FROM (
  SELECT {keys}{values}\"_at\", 0 AS \"_tick\" FROM \"_data\"
  UNION ALL
  SELECT {keys}{nulls}\"_at\", 1 AS \"_tick\" FROM \"_ticks\"
) AS \"_both\"
{windows} \"_tick\" = 1",
            indent(&indent(&self.relation.sql)),
            windows = match self.values.is_empty() {
                true => "WHERE".to_owned(),
                false => windows(&partition),
            },
            at = format_args!("CAST(\"_at\" AS {})", self.time.ty.duckdb()),
        );
        let mut columns = vec![self.time.clone()];
        columns.extend(self.partitions.iter().cloned());
        columns.extend(self.values.iter().map(|(column, _)| column.clone()));
        Relation { sql, columns }
    }

    /// The start of the bucket of a TIMESTAMP, as a TIMESTAMP
    fn bucket(&self, at: &str) -> String {
        let origin = |cast: &str| match &self.origin {
            Some(origin) => format!(", CAST({origin} AS {cast})"),
            None => String::new(),
        };
        let width = &self.width;
        match self.time.ty {
            Type::Date => format!(
                "CAST(gs_date_bucket(CAST({at} AS DATE), {width}{}) AS TIMESTAMP)",
                origin("DATE")
            ),
            Type::DateTime => format!("gs_datetime_bucket({at}, {width}{})", origin("TIMESTAMP")),
            _ => format!("gs_timestamp_bucket({at}, {width}{})", origin("TIMESTAMP")),
        }
    }

    fn filled(&self, name: &str, ty: &Type, method: Method) -> String {
        let observed = |value: &str| format!("last_value({value} IGNORE NULLS) OVER \"_before\"");
        // A row at the very time stands just before its tick
        let pair = format!(
            "CASE WHEN {name} IS NOT NULL THEN struct_pack(t := epoch_us(\"_at\"), v := {name}) END"
        );
        match method {
            Method::Null => format!(
                "CASE WHEN lag(\"_at\") OVER \"_before\" = \"_at\" THEN lag({name}) OVER \"_before\" END"
            ),
            Method::LastObserved if self.ignore_nulls => observed(name),
            Method::LastObserved => {
                let row = format!("CASE WHEN \"_tick\" = 0 THEN struct_pack(v := {name}) END");
                format!("struct_extract({}, 'v')", observed(&row))
            }
            Method::Linear => {
                let before = observed(&pair);
                let after = format!("first_value({pair} IGNORE NULLS) OVER \"_after\"");
                let between = match ty {
                    Type::Float64 => "_b.v + (_a.v - _b.v) * ((_n - _b.t) / (_a.t - _b.t))",
                    // Which way halves are rounded is not documented
                    _ => {
                        "CASE WHEN (2 * (_a.v - _b.v)::HUGEINT * (_n - _b.t)) % (_a.t - _b.t) = 0 AND ((_a.v - _b.v)::HUGEINT * (_n - _b.t)) % (_a.t - _b.t) <> 0 THEN CAST(gs_error('interpolating INT64 gives a half') AS BIGINT) ELSE _b.v + CAST(round((_a.v - _b.v) * ((_n - _b.t) / (_a.t - _b.t))) AS BIGINT) END"
                    }
                };
                let field = |row: &str, field: &str| {
                    format!("struct_extract(struct_extract(\"_pair\", '{row}'), '{field}')")
                };
                let now = "struct_extract(\"_pair\", 'n')";
                let between = between
                    .replace("_b.v", &field("b", "v"))
                    .replace("_b.t", &field("b", "t"))
                    .replace("_a.v", &field("a", "v"))
                    .replace("_a.t", &field("a", "t"))
                    .replace("_n ", &format!("{now} "));
                format!(
                    "list_transform([struct_pack(b := {before}, a := {after}, n := epoch_us(\"_at\"))], lambda \"_pair\": CASE WHEN {} = {now} THEN {} ELSE {between} END)[1]",
                    field("b", "t"),
                    field("b", "v")
                )
            }
        }
    }
}

/// The rows before and after a tick, and the start of the condition after them
fn windows(partition: &str) -> String {
    let frame = |name: &str, bounds: &str| {
        format!("\"{name}\" AS ({partition}ORDER BY \"_at\", \"_tick\" ROWS BETWEEN {bounds})")
    };
    format!(
        "WINDOW\n  {},\n  {}\nQUALIFY",
        frame("_before", "UNBOUNDED PRECEDING AND CURRENT ROW"),
        frame("_after", "CURRENT ROW AND UNBOUNDED FOLLOWING")
    )
}
