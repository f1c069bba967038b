//! `ML.FEATURE_INFO`: statistics of the training rows, a row per feature column

use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::settings;
use crate::Model;
use crate::preprocess::FeatureSummary;
use crate::sql::{bigint, optional_double, quote_string};

/// The relation of a call
pub fn relation(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    settings::check(call, &[])?;
    settings::no_input(call)?;
    let rows: Vec<String> = model.feature_summaries.iter().map(row).collect();
    let mut columns = vec![Column::new("input", Type::String)];
    let numbers = ["min", "max", "mean", "median", "stddev"];
    columns.extend(numbers.iter().map(|name| Column::new(*name, Type::Float64)));
    let counts = ["category_count", "null_count", "dimension"];
    columns.extend(counts.iter().map(|name| Column::new(*name, Type::Int64)));
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    Ok(Relation {
        sql: format!(
            "SELECT * FROM (VALUES\n  {}\n) AS \"features\"({})",
            rows.join(",\n  "),
            names.join(", ")
        ),
        columns,
    })
}

fn row(summary: &FeatureSummary) -> String {
    let numbers = summary.numbers.as_ref();
    let categories = summary.category_count.map_or_else(
        || "CAST(NULL AS BIGINT)".to_owned(),
        |count| bigint(count as i64),
    );
    let cells = [
        quote_string(&summary.input),
        optional_double(numbers.map(|numbers| numbers.min)),
        optional_double(numbers.map(|numbers| numbers.max)),
        optional_double(numbers.map(|numbers| numbers.mean)),
        optional_double(numbers.map(|numbers| numbers.median)),
        optional_double(numbers.map(|numbers| numbers.deviation)),
        categories,
        bigint(summary.null_count as i64),
        summary.dimension.map_or_else(
            || "CAST(NULL AS BIGINT)".to_owned(),
            |dimension| bigint(dimension as i64),
        ),
    ];
    format!("({})", cells.join(", "))
}
