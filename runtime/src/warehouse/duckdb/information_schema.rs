//! `INFORMATION_SCHEMA` and `__TABLES__`: what the file holds at this moment, as rows
//!
//! <https://cloud.google.com/bigquery/docs/information-schema-intro>

use std::ops::Range;

use bqml::Registry;
use diagnostic::{code, did_you_mean};
use duckdb::Connection;
use googlesql::{
    Column, ColumnMetadata, Error, PhysicalName, StoredOption, StoredTable, Table, TableMetadata,
    Type, quote_identifier, quote_string,
};

use super::Names;
use super::information_ddl::{table_ddl, view_ddl};
use super::information_keys as of_keys;
use super::information_routines as of_routines;
use super::routines::Routine;
use super::stored::{metadata, stored};

/// A view of the information schema: its name, its columns, and the rows of one dataset
struct View {
    name: &'static str,
    /// `name TYPE` pairs
    columns: &'static str,
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
        rows: schemata,
    },
    View {
        name: "TABLES",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, table_type STRING, \
                  is_insertable_into STRING, is_typed STRING, is_change_history_enabled STRING, creation_time TIMESTAMP, \
                  base_table_catalog STRING, base_table_schema STRING, base_table_name STRING, ddl STRING, \
                  default_collation_name STRING",
        rows: tables,
    },
    View {
        name: "COLUMNS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, \
                  ordinal_position INT64, is_nullable STRING, data_type STRING, is_generated STRING, \
                  generation_expression STRING, is_stored STRING, is_hidden STRING, is_updatable STRING, \
                  is_system_defined STRING, is_partitioning_column STRING, clustering_ordinal_position INT64, \
                  collation_name STRING, column_default STRING, rounding_mode STRING",
        rows: columns,
    },
    View {
        name: "COLUMN_FIELD_PATHS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, field_path STRING, \
                  data_type STRING, description STRING, collation_name STRING, rounding_mode STRING",
        rows: field_paths,
    },
    View {
        name: "VIEWS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, view_definition STRING, \
                  check_option STRING, use_standard_sql STRING",
        rows: views,
    },
    View {
        name: "PARTITIONS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, partition_id STRING, total_rows INT64",
        rows: partitions,
    },
    View {
        name: "TABLE_OPTIONS",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, option_name STRING, option_type STRING, \
                  option_value STRING",
        rows: table_options,
    },
    View {
        name: "TABLE_CONSTRAINTS",
        columns: "constraint_catalog STRING, constraint_schema STRING, constraint_name STRING, table_catalog STRING, \
                  table_schema STRING, table_name STRING, constraint_type STRING, is_deferrable STRING, \
                  initially_deferred STRING, enforced STRING",
        rows: of_keys::constraints,
    },
    View {
        name: "KEY_COLUMN_USAGE",
        columns: "constraint_catalog STRING, constraint_schema STRING, constraint_name STRING, table_catalog STRING, \
                  table_schema STRING, table_name STRING, column_name STRING, ordinal_position INT64, \
                  position_in_unique_constraint INT64",
        rows: of_keys::key_columns,
    },
    View {
        name: "CONSTRAINT_COLUMN_USAGE",
        columns: "table_catalog STRING, table_schema STRING, table_name STRING, column_name STRING, \
                  constraint_catalog STRING, constraint_schema STRING, constraint_name STRING",
        rows: of_keys::constraint_columns,
    },
    View {
        name: "ROUTINES",
        columns: "specific_catalog STRING, specific_schema STRING, specific_name STRING, routine_catalog STRING, \
                  routine_schema STRING, routine_name STRING, routine_type STRING, data_type STRING, routine_body STRING, \
                  routine_definition STRING, external_language STRING, is_deterministic STRING, security_type STRING, \
                  created TIMESTAMP, last_altered TIMESTAMP, ddl STRING",
        rows: of_routines::routines,
    },
    // BigQuery has no such view: it lists models through its API
    View {
        name: "MODELS",
        columns: "model_catalog STRING, model_schema STRING, model_name STRING, model_type STRING, version INT64, \
                  creation_time TIMESTAMP, last_modified_time TIMESTAMP, training_rows INT64, label_column STRING",
        rows: super::information_models::models,
    },
    View {
        name: "PARAMETERS",
        columns: "specific_catalog STRING, specific_schema STRING, specific_name STRING, ordinal_position INT64, \
                  parameter_mode STRING, is_result STRING, parameter_name STRING, data_type STRING, \
                  parameter_default STRING",
        rows: of_routines::parameters,
    },
];

const LEGACY: View = View {
    name: "__TABLES__",
    columns: "project_id STRING, dataset_id STRING, table_id STRING, creation_time INT64, row_count INT64, type INT64",
    rows: legacy_tables,
};

/// The view that a path names, if it names one of the information schema
///
/// # Errors
/// A view that is not known, or a path without the dataset that it needs
pub fn table(source: &Source, path: &[String], span: Range<usize>) -> Result<Option<Table>, Error> {
    let (before, name) = match path {
        [dataset @ .., name] if name == LEGACY.name => (dataset, name),
        [before @ .., schema, name] if schema.eq_ignore_ascii_case("INFORMATION_SCHEMA") => {
            (before, name)
        }
        _ => return Ok(None),
    };
    let legacy = Some(&LEGACY).filter(|view| view.name == name.as_str());
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
    let columns: Vec<Column> = view
        .columns
        .split(", ")
        .filter_map(|pair| pair.trim().split_once(' '))
        .map(|(name, ty)| {
            let ty = match ty {
                "INT64" => Type::Int64,
                "TIMESTAMP" => Type::Timestamp,
                _ => Type::String,
            };
            Column::new(name, ty)
        })
        .collect();
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
    Table {
        sql: format!(
            "(SELECT * FROM (VALUES {lines}) AS \"_information_schema\"({}){tail})",
            names.join(", ")
        ),
        columns,
        pseudo_columns: Vec::new(),
    }
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

    fn count(&self, name: &PhysicalName) -> duckdb::Result<i64> {
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
            (Some(query), _) => Some(view_ddl(&full, &kind, &metadata, query)),
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
            Value::yes(false),
            metadata.created.map_or(Value::Null, Value::Micros),
            Value::maybe(base_name.as_ref().map(|_| base_project.unwrap_or(project))),
            Value::maybe(base_dataset),
            Value::maybe(base_name),
            Value::maybe(ddl),
            Value::Null,
        ]);
        rows.push(row);
    }
    Ok(rows)
}

const HIDDEN: &str = "_PARTITIONTIME";

fn columns(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        let layout = TableMetadata::read(table.comment.as_deref());
        for (at, column) in table.columns.iter().enumerate() {
            let own = &column.column.name;
            let kept = metadata(column);
            let hidden = own == HIDDEN;
            let partitions = layout.partition.as_ref();
            let clustered = layout.cluster.iter().position(|other| other == own);
            let required = column.not_null;
            let number = |at: usize| Value::Int(i64::try_from(at).unwrap_or(i64::MAX - 1) + 1);
            let mut row = source.place(&name);
            row.extend([
                Value::Text(own.clone()),
                if hidden { Value::Null } else { number(at) },
                Value::yes(!required),
                Value::Text(shown_type(&column.column.ty, &kept)),
                Value::Text("NEVER".to_owned()),
                Value::Null,
                Value::Null,
                Value::yes(hidden),
                Value::Null,
                Value::yes(hidden),
                Value::yes(partitions.is_some_and(|partition| partition.column == *own)),
                clustered.map_or(Value::Null, number),
                Value::Text("NULL".to_owned()),
                Value::Text(kept.default.clone().unwrap_or_else(|| "NULL".to_owned())),
                Value::maybe(text_option(&kept, "rounding_mode")),
            ]);
            rows.push(row);
        }
    }
    Ok(rows)
}

/// A column's type as it was declared
pub fn shown_type(ty: &Type, kept: &ColumnMetadata) -> String {
    kept.written_type.clone().unwrap_or_else(|| ty.to_string())
}

/// The text of a literal option
fn text_option(kept: &ColumnMetadata, name: &str) -> Option<String> {
    option_text(&kept.options, name)
}

fn option_text(options: &[StoredOption], name: &str) -> Option<String> {
    let option = options.iter().find(|option| option.name == name)?;
    Some(googlesql::literal_text(&option.value).unwrap_or_else(|| option.value.clone()))
}

fn field_paths(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        for column in &table.columns {
            let kept = metadata(column);
            let mut paths = Vec::new();
            collect_paths(&column.column.name, &column.column.ty, &mut paths);
            for (at, (path, ty)) in paths.into_iter().enumerate() {
                let top = at == 0;
                let below = path.get(column.column.name.len() + 1..).unwrap_or_default();
                let options = match top {
                    true => Some(&kept.options),
                    false => kept.fields.get(&below.to_lowercase()),
                };
                let description = options.and_then(|options| option_text(options, "description"));
                let mut row = source.place(&name);
                row.extend([
                    Value::Text(column.column.name.clone()),
                    Value::Text(path),
                    Value::Text(if top {
                        shown_type(&ty, &kept)
                    } else {
                        ty.to_string()
                    }),
                    Value::maybe(description),
                    Value::Text("NULL".to_owned()),
                    Value::maybe(text_option(&kept, "rounding_mode").filter(|_| top)),
                ]);
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

fn collect_paths(path: &str, ty: &Type, paths: &mut Vec<(String, Type)>) {
    paths.push((path.to_owned(), ty.clone()));
    let inner = match ty {
        Type::Array(element) => element,
        other => other,
    };
    if let Type::Struct(fields) = inner {
        for field in fields {
            if let Some(name) = &field.name {
                collect_paths(&format!("{path}.{name}"), &field.ty, paths);
            }
        }
    }
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

fn partitions(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        if table.view {
            continue;
        }
        let layout = TableMetadata::read(table.comment.as_deref());
        let unit = layout
            .partition
            .as_ref()
            .and_then(|partition| partition.unit.as_deref().map(|unit| (partition, unit)));
        let Some((partition, unit)) = unit else {
            let mut row = source.place(&name);
            row.extend([Value::Null, Value::Int(source.count(&name)?)]);
            rows.push(row);
            continue;
        };
        let picture = match unit {
            "HOUR" => "%Y%m%d%H",
            "MONTH" => "%Y%m",
            "YEAR" => "%Y",
            _ => "%Y%m%d",
        };
        let sql = format!(
            "SELECT coalesce(strftime(CAST({} AS TIMESTAMP), '{picture}'), '__NULL__'), count(*) \
             FROM {} GROUP BY 1 ORDER BY 1",
            quote_identifier(&partition.column),
            super::catalog::qualified(&name)
        );
        let mut statement = source.connection.prepare(&sql)?;
        let found = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        })?;
        for one in found {
            let (id, count) = one?;
            let mut row = source.place(&name);
            row.extend([Value::Text(id), Value::Int(count)]);
            rows.push(row);
        }
    }
    Ok(rows)
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
