//! `create or replace` of tables and views

use super::script::Text;
use super::{SqlPart, quoted};
use crate::graph::{Table, TableType};

/// The statement that makes the table or view anew
pub fn statement(table: &Table) -> Text {
    let materialized = if table.materialized == Some(true) {
        "materialized "
    } else {
        ""
    };
    let kind = match table.enum_type {
        Some(TableType::View) => "view",
        Some(TableType::Table | TableType::Incremental) | None => "table",
    };
    let mut text = Text::of(&format!(
        "create or replace {materialized}{kind} {} ",
        quoted(&table.target)
    ));
    text.push(&layout(table));
    text.push("as ");
    text.push_part(table.query.as_deref().unwrap_or_default(), SqlPart::Query);
    text
}

/// How the table is partitioned and clustered, and its options
fn layout(table: &Table) -> String {
    let Some(bigquery) = &table.bigquery else {
        return String::new();
    };
    let mut layout = String::new();
    let mut options = Vec::new();
    if let Some(partition_by) = bigquery.partition_by.as_deref().filter(|by| !by.is_empty()) {
        layout.push_str(&format!("partition by {partition_by} "));
        if let Some(days) = bigquery.partition_expiration_days.filter(|days| *days != 0) {
            options.push(format!("partition_expiration_days={days}"));
        }
        if bigquery.require_partition_filter == Some(true) {
            options.push("require_partition_filter=true".to_owned());
        }
    }
    if !bigquery.cluster_by.is_empty() {
        layout.push_str(&format!("cluster by {} ", bigquery.cluster_by.join(", ")));
    }
    for (name, value) in &bigquery.additional_options {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        options.push(format!("{name}={value}"));
    }
    if !options.is_empty() {
        layout.push_str(&format!("OPTIONS({})", options.join(",")));
    }
    layout
}
