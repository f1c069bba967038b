//! `PARTITION BY` and `CLUSTER BY`: they have no effect on rows, but must be what BigQuery takes

use std::ops::Range;

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::Resolver;
use super::scope::same;
use crate::metadata::Partition;
use crate::parse::statement as parsed;
use crate::{Column, Error, Type};

/// The time at which a row came, of tables that are partitioned by it
pub const INGESTION_TIME: &str = "_PARTITIONTIME";
/// Its day
pub const INGESTION_DATE: &str = "_PARTITIONDATE";

const MOST_CLUSTER_COLUMNS: usize = 4;

impl Resolver<'_> {
    /// The partitioning of a table with these columns
    pub fn partition(&self, key: &Expr, columns: &[Column]) -> Result<Partition, Error> {
        let span = self.span(key);
        let found = |column: &str, unit: Option<&str>| Partition {
            by: key.to_string(),
            column: column.to_owned(),
            unit: unit.map(str::to_owned),
        };
        let Expr::Function(function) = key else {
            let Expr::Identifier(name) = key else {
                return Err(self.unfit_partition(span));
            };
            if name.value.eq_ignore_ascii_case(INGESTION_DATE) {
                return Ok(found(INGESTION_TIME, Some("DAY")));
            }
            let column = self.layout_column(&name.value, columns, &span)?;
            return match column.ty {
                Type::Date => Ok(found(&column.name, Some("DAY"))),
                _ => Err(self.unfit_partition(span)),
            };
        };
        let name = function.name.to_string().to_ascii_uppercase();
        let FunctionArguments::List(list) = &function.args else {
            return Err(self.unfit_partition(span));
        };
        let arguments: Vec<&Expr> = list
            .args
            .iter()
            .filter_map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
                _ => None,
            })
            .collect();
        let Some(Expr::Identifier(first)) = arguments.first().copied() else {
            return Err(self.unfit_partition(span));
        };
        let ingestion = Column::new(INGESTION_TIME, Type::Timestamp);
        let column = match first.value.eq_ignore_ascii_case(INGESTION_TIME) {
            true => &ingestion,
            false => self.layout_column(&first.value, columns, &span)?,
        };
        let unit = arguments.get(1).map(|unit| unit.to_string().to_uppercase());
        let units: &[&str] = match (name.as_str(), &column.ty) {
            ("DATE", Type::Timestamp | Type::DateTime) if unit.is_none() => {
                return Ok(found(&column.name, Some("DAY")));
            }
            ("RANGE_BUCKET", Type::Int64) => {
                let buckets = arguments.get(1).is_some_and(
                    |one| matches!(one, Expr::Function(array) if array.name.to_string().eq_ignore_ascii_case("GENERATE_ARRAY")),
                );
                return match buckets {
                    true => Ok(found(&column.name, None)),
                    false => Err(self.unfit_partition(span)),
                };
            }
            ("DATE_TRUNC", Type::Date) => &["DAY", "MONTH", "YEAR"],
            ("DATETIME_TRUNC", Type::DateTime) | ("TIMESTAMP_TRUNC", Type::Timestamp) => {
                &["HOUR", "DAY", "MONTH", "YEAR"]
            }
            _ => return Err(self.unfit_partition(span)),
        };
        match unit {
            Some(unit) if units.contains(&unit.as_str()) => Ok(found(&column.name, Some(&unit))),
            _ => Err(self.unfit_partition(span)),
        }
    }

    /// The columns to cluster by
    pub fn clustering(
        &self,
        names: &[parsed::Name],
        columns: &[Column],
    ) -> Result<Vec<String>, Error> {
        if let Some(name) = names.get(MOST_CLUSTER_COLUMNS) {
            let message = format!("CLUSTER BY takes at most {MOST_CLUSTER_COLUMNS} columns");
            return Err(self.invalid(message, name.span.clone()));
        }
        names
            .iter()
            .map(|name| {
                let column = self.layout_column(&name.text, columns, &name.span)?;
                match column.ty {
                    Type::Float64
                    | Type::Bytes
                    | Type::Time
                    | Type::Interval
                    | Type::Json
                    | Type::Array(_)
                    | Type::Struct(_) => {
                        let message = format!("cannot cluster by {}", column.ty);
                        Err(self.mismatch(message, name.span.clone()))
                    }
                    _ => Ok(column.name.clone()),
                }
            })
            .collect()
    }

    fn layout_column<'c>(
        &self,
        name: &str,
        columns: &'c [Column],
        span: &Range<usize>,
    ) -> Result<&'c Column, Error> {
        if let Some(column) = columns.iter().find(|column| same(&column.name, name)) {
            return Ok(column);
        }
        let name = parsed::Name {
            text: name.to_owned(),
            span: span.clone(),
        };
        self.column_of(columns, &name)
    }

    fn unfit_partition(&self, span: Range<usize>) -> Error {
        self.invalid("PARTITION BY does not take this expression", span)
            .help(
                "write a DATE column, DATE(column), DATE_TRUNC, DATETIME_TRUNC or TIMESTAMP_TRUNC of a column, \
                 RANGE_BUCKET(column, GENERATE_ARRAY(…)) or _PARTITIONDATE",
            )
    }
}

/// The DuckDB default of a hidden column for the time of ingestion
pub fn ingestion_default(unit: &str) -> String {
    format!(
        "CAST(date_trunc('{}', CAST(now() AS TIMESTAMP)) AS TIMESTAMPTZ)",
        unit.to_lowercase()
    )
}
