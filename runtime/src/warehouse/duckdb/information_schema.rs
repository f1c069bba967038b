//! `INFORMATION_SCHEMA` and `__TABLES__`: what the file holds at this moment, as rows
//!
//! <https://cloud.google.com/bigquery/docs/information-schema-intro>

use std::ops::Range;

use bqml::Registry;
use diagnostic::{code, did_you_mean};
use duckdb::Connection;
use googlesql::{
    Column, Error, PhysicalName, StoredTable, Table, TableMetadata, Type, quote_identifier,
    quote_string,
};

use super::Names;
use super::information_columns as of_columns;
use super::information_ddl::{table_ddl, view_ddl};
use super::information_keys as of_keys;
use super::information_routines as of_routines;
use super::routines::Routine;
use super::stored::stored;

/// A view of the information schema: its name, its columns, and the rows of one dataset
struct View {
    name: &'static str,
    /// `name TYPE` pairs
    columns: &'static str,
    /// Those that BigQuery has too and nothing here is known of: `*` leaves them out, and reading one is an error
    unkept: &'static str,
    rows: fn(&Source, &str) -> duckdb::Result<Vec<Vec<Value>>>,
}

/// What the rows are made of
pub struct Source<'a> {
    /// The database
    pub connection: &'a Connection,
    /// How names are written
    pub names: &'a Names,
    /// All routines
    pub routines: &'a [Routine],
    /// The models beside the file
    pub models: &'a Registry,
}

/// A value of a row
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `NULL`
    Null,
    /// STRING
    Text(String),
    /// INT64
    Int(i64),
    /// TIMESTAMP
    Micros(i64),
}

const VIEWS: &[View] = &[
    View {
        name: "SCHEMATA",
        columns: "catalog_name STRING, schema_name STRING, schema_owner STRING, creation_time TIMESTAMP, \
                  last_modified_time TIMESTAMP, location STRING, ddl STRING, default_collation_name STRING",
        unkept: "",
        rows: schemata,
    },
    View {
        name: "TABLES",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, table_type STRING, \
                  is_insertable_into STRING, is_typed STRING, is_change_history_enabled STRING, creation_time TIMESTAMP, \
                  base_table_catalog STRING, base_table_schema STRING, base_table_name STRING, \
                  snapshot_time_ms TIMESTAMP, replica_source_catalog STRING, replica_source_schema STRING, \
                  replica_source_name STRING, replication_status STRING, replication_error STRING, ddl STRING, \
                  default_collation_name STRING, upsert_stream_apply_watermark TIMESTAMP",
        unkept: "",
        rows: tables,
    },
    View {
        name: "COLUMNS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, \
                  ordinal_position INT64, is_nullable STRING, data_type STRING, is_generated STRING, \
                  generation_expression STRING, is_stored STRING, is_hidden STRING, is_updatable STRING, \
                  is_system_defined STRING, is_partitioning_column STRING, clustering_ordinal_position INT64, \
                  collation_name STRING, column_default STRING, rounding_mode STRING",
        unkept: "policy_tags STRING",
        rows: of_columns::columns,
    },
    View {
        name: "COLUMN_FIELD_PATHS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, field_path STRING, \
                  data_type STRING, description STRING, collation_name STRING, rounding_mode STRING",
        unkept: "policy_tags STRING",
        rows: of_columns::field_paths,
    },
    View {
        name: "VIEWS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, view_definition STRING, \
                  check_option STRING, use_standard_sql STRING",
        unkept: "",
        rows: views,
    },
    View {
        name: "MATERIALIZED_VIEWS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING",
        unkept: "last_refresh_time TIMESTAMP, refresh_watermark TIMESTAMP, last_refresh_status STRING",
        rows: materialized_views,
    },
    View {
        name: "PARTITIONS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, partition_id STRING, total_rows INT64",
        unkept: "total_logical_bytes INT64, total_billable_bytes INT64, last_modified_time TIMESTAMP, storage_tier STRING",
        rows: super::information_partitions::partitions,
    },
    View {
        name: "TABLE_OPTIONS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, option_name STRING, option_type STRING, \
                  option_value STRING",
        unkept: "",
        rows: table_options,
    },
    View {
        name: "TABLE_CONSTRAINTS",
        columns: "constraint_catalog STRING, constraint_schema STRING, constraint_name STRING, table_catalog STRING, \
                  table_schema STRING, table_name STRING, constraint_type STRING, is_deferrable STRING, \
                  initially_deferred STRING, enforced STRING",
        unkept: "",
        rows: of_keys::constraints,
    },
    View {
        name: "KEY_COLUMN_USAGE",
        columns: "constraint_catalog STRING, constraint_schema STRING, constraint_name STRING, table_catalog STRING, \
                  table_schema STRING, table_name STRING, column_name STRING, ordinal_position INT64, \
                  position_in_unique_constraint INT64",
        unkept: "",
        rows: of_keys::key_columns,
    },
    View {
        name: "CONSTRAINT_COLUMN_USAGE",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, \
                  constraint_catalog STRING, constraint_schema STRING, constraint_name STRING",
        unkept: "",
        rows: of_keys::constraint_columns,
    },
    View {
        name: "ROUTINES",
        columns: "specific_catalog STRING, specific_schema STRING, specific_name STRING, routine_catalog STRING, \
                  routine_schema STRING, routine_name STRING, routine_type STRING, data_type STRING, routine_body STRING, \
                  routine_definition STRING, external_language STRING, is_deterministic STRING, security_type STRING, \
                  created TIMESTAMP, last_altered TIMESTAMP, ddl STRING",
        unkept: "",
        rows: of_routines::routines,
    },
    View {
        name: "ROUTINE_OPTIONS",
        columns: "specific_catalog STRING, specific_schema STRING, specific_name STRING, option_name STRING, \
                  option_type STRING, option_value STRING",
        unkept: "",
        rows: of_routines::options,
    },
    // BigQuery has no such view: it lists models through its API
    View {
        name: "MODELS",
        columns: "model_catalog STRING, model_schema STRING, model_name STRING, model_type STRING, version INT64, \
                  creation_time TIMESTAMP, last_modified_time TIMESTAMP, training_rows INT64, label_column STRING",
        unkept: "",
        rows: super::information_models::models,
    },
    View {
        name: "PARAMETERS",
        columns: "specific_catalog STRING, specific_schema STRING, specific_name STRING, ordinal_position INT64, \
                  parameter_mode STRING, is_result STRING, parameter_name STRING, data_type STRING, \
                  parameter_default STRING",
        unkept: "",
        rows: of_routines::parameters,
    },
];

/// Views that stand in a dataset without `INFORMATION_SCHEMA` before their names
const LEGACY: &[View] = &[
    View {
        name: "__TABLES__",
        columns: "project_id STRING, dataset_id STRING, table_id STRING, creation_time INT64, row_count INT64, type INT64",
        unkept: "last_modified_time INT64, size_bytes INT64",
        rows: legacy_tables,
    },
    View {
        name: "__TABLES_SUMMARY__",
        columns: "project_id STRING, dataset_id STRING, table_id STRING, creation_time INT64, type INT64",
        unkept: "",
        rows: legacy_summary,
    },
];

/// Whether a path names a view of the information schema
pub fn is_named(path: &[String]) -> bool {
    let legacy = |part: &String| LEGACY.iter().any(|view| view.name == part.as_str());
    path.iter()
        .any(|part| part.eq_ignore_ascii_case("INFORMATION_SCHEMA") || legacy(part))
}

/// The view that a path names, if it names one of the information schema
///
/// # Errors
/// A view that is not known, or a path without the dataset that it needs
pub fn table(source: &Source, path: &[String], span: Range<usize>) -> Result<Option<Table>, Error> {
    let (before, name) = match path {
        [dataset @ .., name] if LEGACY.iter().any(|view| view.name == name) => (dataset, name),
        [before @ .., schema, name] if schema.eq_ignore_ascii_case("INFORMATION_SCHEMA") => {
            (before, name)
        }
        _ => return Ok(None),
    };
    let legacy = LEGACY.iter().find(|view| view.name == name.as_str());
    let known = VIEWS
        .iter()
        .find(|view| view.name.eq_ignore_ascii_case(name));
    let Some(view) = legacy.or(known) else {
        let message =
            format!("`INFORMATION_SCHEMA.{name}` is not supported by the embedded engine");
        let mut error = Error::new(code::SQL_UNSUPPORTED, message, span);
        error.help = did_you_mean(name, VIEWS.iter().map(|view| view.name));
        return Err(error);
    };
    let failed = |failure: duckdb::Error| {
        Error::new(
            code::WAREHOUSE_UNAVAILABLE,
            super::error::message(&failure),
            span.clone(),
        )
    };
    let datasets = match before.last() {
        Some(region) if region.to_lowercase().starts_with("region-") => {
            source.datasets().map_err(failed)?
        }
        _ if view.name == "SCHEMATA" => source.datasets().map_err(failed)?,
        Some(_) => vec![source.names.dataset(before, span.clone())?],
        None => {
            let message = format!("`{}` needs a dataset", path.join("."));
            return Err(Error::new(code::UNKNOWN_TABLE, message, span)
                .help(format!("write `dataset.{}`", path.join("."))));
        }
    };
    let all = source.datasets().map_err(failed)?;
    if let Some(unknown) = datasets.iter().find(|dataset| !all.contains(dataset)) {
        let message = format!("no dataset `{unknown}` in this warehouse");
        return Err(Error::new(code::UNKNOWN_TABLE, message, span));
    }
    let mut rows = Vec::new();
    for dataset in &datasets {
        rows.extend((view.rows)(source, dataset).map_err(failed)?);
    }
    Ok(Some(of_rows(view, &rows)))
}

/// The rows as a constant relation; the alias tells that they are those of a moment
fn of_rows(view: &View, rows: &[Vec<Value>]) -> Table {
    let (columns, unkept) = (declared(view.columns), declared(view.unkept));
    let names: Vec<_> = columns
        .iter()
        .map(|column| quote_identifier(&column.name))
        .collect();
    let written = |row: &Vec<Value>| {
        let cells: Vec<_> = row
            .iter()
            .zip(&columns)
            .map(|(value, column)| value.sql(&column.ty))
            .collect();
        format!("({})", cells.join(", "))
    };
    let nothing = vec![Value::Null; columns.len()];
    let (lines, tail) = match rows.is_empty() {
        true => (written(&nothing), " WHERE FALSE"),
        false => {
            let lines: Vec<_> = rows.iter().map(written).collect();
            (lines.join(", "), "")
        }
    };
    let refused: String = unkept
        .iter()
        .map(|column| {
            let message = format!(
                "`{}` of `{}` is not kept by the embedded engine",
                column.name, view.name
            );
            let message = quote_string(&message);
            let (ty, name) = (column.ty.duckdb(), quote_identifier(&column.name));
            format!(", CAST(gs_error({message}) AS {ty}) AS {name}")
        })
        .collect();
    Table {
        sql: format!(
            "(SELECT *{refused} FROM (VALUES {lines}) AS \"_information_schema\"({}){tail})",
            names.join(", ")
        ),
        columns,
        pseudo_columns: unkept,
    }
}

/// Columns out of `name TYPE` pairs
fn declared(pairs: &str) -> Vec<Column> {
    let column = |(name, ty): (&str, &str)| {
        let ty = match ty {
            "INT64" => Type::Int64,
            "TIMESTAMP" => Type::Timestamp,
            _ => Type::String,
        };
        Column::new(name, ty)
    };
    pairs
        .split(", ")
        .filter_map(|pair| pair.trim().split_once(' '))
        .map(column)
        .collect()
}

impl Value {
    fn sql(&self, ty: &Type) -> String {
        match self {
            Self::Null => format!("CAST(NULL AS {})", ty.duckdb()),
            Self::Text(text) => quote_string(text),
            Self::Int(number) => format!("CAST({number} AS BIGINT)"),
            Self::Micros(micros) => format!("make_timestamptz({micros})"),
        }
    }

    /// `YES` or `NO`
    pub fn yes(value: bool) -> Self {
        Self::Text(if value { "YES" } else { "NO" }.to_owned())
    }

    /// A text or NULL
    pub fn maybe(text: Option<String>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl Source<'_> {
    fn datasets(&self) -> duckdb::Result<Vec<String>> {
        self.connection
            .prepare_cached(
                "SELECT schema_name FROM duckdb_schemas() WHERE database_name = current_database() \
                 AND NOT internal AND schema_name <> $1 ORDER BY 1",
            )?
            .query_map([super::once::SCHEMA], |row| row.get(0))?
            .collect::<duckdb::Result<Vec<String>>>()
            .map(|mut found| {
                // DuckDB's own schema is a dataset only where it is used as one
                let used = self.names.default_dataset.as_deref() == Some("main")
                    || super::catalog::tables(self.connection, "main")
                        .is_ok_and(|tables| !tables.is_empty());
                if used && !found.iter().any(|name| name == "main") {
                    found.push("main".to_owned());
                }
                found.retain(|name| used || name != "main");
                found
            })
    }

    /// The tables and views of a dataset
    ///
    /// # Errors
    /// The engine cannot be asked
    pub fn tables(&self, dataset: &str) -> duckdb::Result<Vec<(PhysicalName, StoredTable)>> {
        let mut found = Vec::new();
        for name in super::catalog::tables(self.connection, dataset)? {
            let name = PhysicalName {
                schema: dataset.to_owned(),
                name,
            };
            if let Some(table) = stored(self.connection, &name)? {
                found.push((name, table));
            }
        }
        Ok(found)
    }

    /// The project and the dataset of a schema
    pub fn split<'s>(&'s self, schema: &'s str) -> (String, &'s str) {
        match schema.rsplit_once('.') {
            Some((project, dataset)) => (project.to_owned(), dataset),
            None => (self.names.project(), schema),
        }
    }

    /// The first columns of most views
    pub fn place(&self, name: &PhysicalName) -> Vec<Value> {
        let (project, dataset) = self.split(&name.schema);
        [project, dataset.to_owned(), name.name.clone()]
            .map(Value::Text)
            .into()
    }

    /// How many rows a table has
    ///
    /// # Errors
    /// The engine cannot be asked
    pub fn count(&self, name: &PhysicalName) -> duckdb::Result<i64> {
        let sql = format!("SELECT count(*) FROM {}", super::catalog::qualified(name));
        self.connection.query_row(&sql, [], |row| row.get(0))
    }
}

/// What BigQuery calls it
fn table_type(source: &Source, name: &PhysicalName, table: &StoredTable) -> String {
    let metadata = TableMetadata::read(table.comment.as_deref());
    let declared = source.names.declarations.contains(name);
    match (metadata.kind, table.view && !declared) {
        (Some(kind), _) => kind,
        (None, true) => "VIEW".to_owned(),
        (None, false) => "BASE TABLE".to_owned(),
    }
}

fn schemata(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let (project, name) = source.split(dataset);
    let ddl = format!("CREATE SCHEMA `{project}.{name}`;");
    Ok(vec![vec![
        Value::Text(project),
        Value::Text(name.to_owned()),
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Null,
        Value::Text(ddl),
        Value::Null,
    ]])
}

fn tables(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        let metadata = TableMetadata::read(table.comment.as_deref());
        let kind = table_type(source, &name, &table);
        let (project, dataset) = source.split(&name.schema);
        let full = format!("{project}.{dataset}.{}", name.name);
        let ddl = match (&metadata.query, kind.as_str()) {
            (Some(query), _) => Some(view_ddl(&full, &kind, &table, &metadata, query)),
            (None, "BASE TABLE" | "CLONE" | "SNAPSHOT") => {
                Some(table_ddl(&full, &table, &metadata))
            }
            _ => None,
        };
        let base = metadata.base.as_deref().unwrap_or_default();
        let mut base: Vec<_> = base.split('.').filter(|part| !part.is_empty()).collect();
        let base_name = base.pop().map(str::to_owned);
        let base_dataset = base.pop().map(str::to_owned);
        let base_project = base.pop().map(str::to_owned);
        let mut row = source.place(&name);
        row.extend([
            Value::Text(kind.clone()),
            Value::yes(kind == "BASE TABLE" || kind == "CLONE"),
            Value::yes(false),
            Value::yes(
                metadata
                    .option("enable_change_history")
                    .is_some_and(|option| option.value.eq_ignore_ascii_case("true")),
            ),
            metadata.created.map_or(Value::Null, Value::Micros),
            Value::maybe(base_name.as_ref().map(|_| base_project.unwrap_or(project))),
            Value::maybe(base_dataset),
            Value::maybe(base_name),
            match kind.as_str() {
                "CLONE" | "SNAPSHOT" => metadata.created.map_or(Value::Null, Value::Micros),
                _ => Value::Null,
            },
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::maybe(ddl),
            Value::Null,
            Value::Null,
        ]);
        rows.push(row);
    }
    Ok(rows)
}

fn views(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        let metadata = TableMetadata::read(table.comment.as_deref());
        if table_type(source, &name, &table) == "VIEW" {
            let mut row = source.place(&name);
            row.extend([Value::maybe(metadata.query), Value::Null, Value::yes(true)]);
            rows.push(row);
        }
    }
    Ok(rows)
}

fn materialized_views(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut found = source.tables(dataset)?;
    found.retain(|(name, table)| table_type(source, name, table) == "MATERIALIZED VIEW");
    Ok(found.iter().map(|(name, _)| source.place(name)).collect())
}

fn table_options(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        for option in TableMetadata::read(table.comment.as_deref()).options {
            let mut row = source.place(&name);
            row.extend([option.name, option.ty, option.value].map(Value::Text));
            rows.push(row);
        }
    }
    Ok(rows)
}

fn legacy_tables(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        let metadata = TableMetadata::read(table.comment.as_deref());
        let (kind, count) = match table_type(source, &name, &table).as_str() {
            "VIEW" => (2, Value::Null),
            "EXTERNAL" => (3, Value::Null),
            _ => (1, Value::Int(source.count(&name)?)),
        };
        let mut row = source.place(&name);
        let created = metadata.created.map(|micros| Value::Int(micros / 1000));
        row.extend([created.unwrap_or(Value::Null), count, Value::Int(kind)]);
        rows.push(row);
    }
    Ok(rows)
}

fn legacy_summary(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = legacy_tables(source, dataset)?;
    for row in &mut rows {
        // the number of rows
        row.remove(4);
    }
    Ok(rows)
}
