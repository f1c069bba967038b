//! How rows are added to an incremental table that exists: insert, merge or replacement of partitions

use super::script::Text;
use super::{SqlPart, quoted};
use crate::graph::{BigQueryOptions, IncrementalStrategy, Table};
use crate::sqlx::{WHERE_BEFORE, WHERE_BETWEEN};

/// The statement or script that adds the rows of the incremental query; `columns` are those that
/// the table has now
pub fn statement(table: &Table, columns: &[String], unique: &mut dyn FnMut() -> String) -> Text {
    if table.incremental_strategy == Some(IncrementalStrategy::InsertOverwrite) {
        overwrite(table, columns, &unique())
    } else if table.unique_key.is_empty() {
        insert(table, columns)
    } else {
        merge(table, columns)
    }
}

/// The incremental query under the condition of `incremental_where`
pub fn query(table: &Table) -> Text {
    let query = match table
        .incremental_query
        .as_deref()
        .filter(|query| !query.is_empty())
    {
        Some(query) => Text::of_part(query, SqlPart::IncrementalQuery),
        None => Text::of_part(table.query.as_deref().unwrap_or_default(), SqlPart::Query),
    };
    let Some(condition) = table
        .where_clause
        .as_deref()
        .filter(|text| !text.is_empty())
    else {
        return query;
    };
    let mut text = Text::of(WHERE_BEFORE);
    text.append(&query);
    text.push(WHERE_BETWEEN);
    text.push_part(condition, SqlPart::Where);
    text
}

fn insert(table: &Table, columns: &[String]) -> Text {
    let columns = backticked(columns);
    let mut text = Text::of(&format!(
        "insert into {}\t\n({columns})\t\nselect {columns}\t\nfrom (",
        quoted(&table.target)
    ));
    text.append(&query(table));
    text.push(") as insertions");
    text
}

fn merge(table: &Table, columns: &[String]) -> Text {
    let keys: Vec<String> = table
        .unique_key
        .iter()
        .map(|key| format!("DATAFORM_DEST.{key} = DATAFORM_SOURCE.{key}"))
        .collect();
    let updates: Vec<String> = columns
        .iter()
        .map(|column| format!("`{column}` = DATAFORM_SOURCE.{column}"))
        .collect();
    let mut text = Text::of(&format!(
        "merge {} DATAFORM_DEST\nusing (",
        quoted(&table.target)
    ));
    text.append(&query(table));
    text.push(&format!(
        "\n) DATAFORM_SOURCE
on {} {}
{}
when matched then
  update set {}
when not matched then
  insert ({columns}) values ({columns})",
        keys.join(" and "),
        partition_filter(table),
        predicates(table),
        updates.join(","),
        columns = backticked(columns),
    ));
    text
}

fn overwrite(table: &Table, columns: &[String], id: &str) -> Text {
    let staging = format!("`staging_table_temp_{id}`");
    let partition = table
        .bigquery
        .as_ref()
        .and_then(|bigquery| bigquery.partition_by.as_deref())
        .unwrap_or_default();
    let mut text = Text::of(&format!("CREATE OR REPLACE TEMP TABLE {staging} AS (\n  "));
    text.append(&query(table));
    text.push(&format!(
        "
);

BEGIN
  DECLARE partitions_for_replacement DEFAULT (
    ARRAY(
      SELECT DISTINCT {partition}
      FROM {staging}
      WHERE {partition} IS NOT NULL
    )
  );

  MERGE {target} DATAFORM_DEST
  USING {staging} DATAFORM_SOURCE
  ON FALSE
  WHEN NOT MATCHED BY SOURCE AND {partition} IN UNNEST(partitions_for_replacement) {filter}
  {predicates}
  THEN
    DELETE
  WHEN NOT MATCHED BY TARGET THEN
    INSERT ({columns}) VALUES ({columns});
END;

DROP TABLE IF EXISTS {staging};",
        target = quoted(&table.target),
        filter = partition_filter(table),
        predicates = predicates(table),
        columns = backticked(columns),
    ));
    text
}

fn backticked(columns: &[String]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    columns.join(",")
}

fn partition_filter(table: &Table) -> String {
    options(table)
        .and_then(|bigquery| bigquery.update_partition_filter.as_deref())
        .filter(|filter| !filter.is_empty())
        .map(|filter| format!("and DATAFORM_DEST.{filter}"))
        .unwrap_or_default()
}

/// The conditions that are not blank, with a leading blank
fn predicates(table: &Table) -> String {
    let predicates: Vec<String> = options(table)
        .iter()
        .flat_map(|bigquery| &bigquery.incremental_predicates)
        .filter(|predicate| !predicate.trim().is_empty())
        .map(|predicate| format!("({predicate})"))
        .collect();
    if predicates.is_empty() {
        String::new()
    } else {
        format!(" and {}", predicates.join(" and "))
    }
}

fn options(table: &Table) -> Option<&BigQueryOptions> {
    table.bigquery.as_ref()
}
