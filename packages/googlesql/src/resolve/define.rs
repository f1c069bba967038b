//! `CREATE TABLE`, `CREATE SCHEMA` and `DROP`

use sqlparser::ast::Query;

use super::Resolver;
use super::layout::{INGESTION_TIME, ingestion_default};
use super::options::{Owner, merged};
use super::query::Output;
use super::scope::same;
use super::statement::{execute, qualified};
use super::table_function::relation_of;
use crate::catalog::StoredTable;
use crate::metadata::TableMetadata;
use crate::parse::statement as parsed;
use crate::{Analyzed, Column, Effect, Error, PhysicalName, Relation, quote_identifier};

/// Part of the text of every lowered `INFORMATION_SCHEMA` view: its rows are those of the moment
pub const MOMENTARY: &str = "_information_schema";

impl Resolver<'_> {
    pub fn create_table(&self, sql: &str, table: &parsed::CreateTable) -> Result<Analyzed, Error> {
        let table = &super::held::with_rounding(table);
        let span = table.path.span.clone();
        if table.or_replace && table.if_not_exists {
            return Err(self.invalid("OR REPLACE and IF NOT EXISTS exclude each other", span));
        }
        let name = self.created(&table.path, table.temporary)?;
        let existing = self.catalog.stored(&name, span.clone())?;
        let skips = table.if_not_exists && existing.is_some();
        let statements = if table.external {
            self.external_table(sql, table, &name)?
        } else if let Some(source) = &table.source {
            self.table_like(sql, table, source, &name)?
        } else {
            self.plain_table(sql, table, &name)?
        };
        match skips {
            true => Ok(execute(Vec::new(), Effect::Other)),
            false => Ok(execute(statements, Effect::CreateTable(name))),
        }
    }

    /// Where a statement's new table lives
    fn created(&self, path: &parsed::Path, temporary: bool) -> Result<PhysicalName, Error> {
        match temporary {
            true => self.catalog.temporary(&path.parts, path.span.clone()),
            false => self.physical(path),
        }
    }

    fn plain_table(
        &self,
        sql: &str,
        table: &parsed::CreateTable,
        name: &PhysicalName,
    ) -> Result<Vec<String>, Error> {
        let span = table.path.span.clone();
        let columns = self.declared_columns(&table.columns)?;
        let limits = self.declared_limits(&table.columns)?;
        let query = match &table.query {
            Some(query) => {
                let output = self.top_query(query)?;
                let rows = self.stored_rows(self.created_columns(output, &columns, query)?);
                Some(self.held_rows(rows, &limits))
            }
            None => None,
        };
        let all = match &query {
            Some(relation) => relation.columns.clone(),
            None => columns,
        };
        if all.is_empty() {
            return Err(self.invalid("a table needs columns or a query", span));
        }
        self.gives_stored(&all);
        let metadata = self.table_metadata(sql, table, &all, Owner::Table)?;
        let ingested = metadata
            .partition
            .as_ref()
            .filter(|partition| partition.column == INGESTION_TIME);
        if ingested.is_some() && query.is_some() {
            let message = "a table made of a query cannot be partitioned by ingestion time";
            return Err(self.invalid(message, span));
        }
        let head = head(table, name);
        let mut statements = Vec::new();
        let lines = self.written_columns(&table.columns, &all)?;
        match query {
            // the column list is there for names and types only, which the query has too
            Some(relation) if table.columns.iter().all(is_plain) => {
                statements.push(format!("{head} AS\n{}", relation.sql));
            }
            Some(relation) => {
                statements.push(format!("{head} (\n{}\n)", lines.join(",\n")));
                statements.push(insert_all(name, &relation.columns, &relation.sql));
            }
            None => {
                let mut lines = lines;
                if let Some(unit) = ingested.and_then(|partition| partition.unit.as_deref()) {
                    let column = quote_identifier(INGESTION_TIME);
                    let default = ingestion_default(unit);
                    lines.push(format!("  {column} TIMESTAMPTZ DEFAULT ({default})"));
                }
                statements.push(format!("{head} (\n{}\n)", lines.join(",\n")));
            }
        }
        self.comments(sql, name, &metadata, &table.columns, &mut statements)?;
        Ok(statements)
    }

    /// The statements that keep what DuckDB has no place for
    pub fn comments(
        &self,
        sql: &str,
        name: &PhysicalName,
        metadata: &TableMetadata,
        specs: &[parsed::ColumnSpec],
        statements: &mut Vec<String>,
    ) -> Result<(), Error> {
        if *metadata != TableMetadata::default() {
            statements.push(metadata.statement(name, false));
        }
        for spec in specs {
            let column = self.column_metadata(sql, spec)?;
            if column != crate::ColumnMetadata::default() {
                statements.push(column.statement(name, &spec.name.text));
            }
        }
        Ok(())
    }

    pub fn table_metadata(
        &self,
        sql: &str,
        table: &parsed::CreateTable,
        columns: &[Column],
        owner: Owner,
    ) -> Result<TableMetadata, Error> {
        let partition = table.partition_by.as_ref();
        let options = self.stored_options(sql, &table.options, owner)?;
        let like = table.source.is_some();
        let about_partitions = |option: &&parsed::OptionItem| {
            ["partition_expiration_days", "require_partition_filter"]
                .iter()
                .any(|name| same(&option.name.text, name))
        };
        if let Some(option) = table.options.iter().find(about_partitions)
            && partition.is_none()
            && !like
        {
            let message = format!("`{}` needs PARTITION BY", option.name.text);
            return Err(self.invalid(message, option.span.clone()));
        }
        Ok(TableMetadata {
            options: merged(Vec::new(), options),
            partition: partition
                .map(|key| self.partition(key, columns))
                .transpose()?,
            cluster: self.clustering(&table.cluster_by, columns)?,
            keys: self.keys(table, columns)?,
            ..TableMetadata::default()
        })
    }

    /// `LIKE`, `COPY`, `CLONE`
    fn table_like(
        &self,
        sql: &str,
        table: &parsed::CreateTable,
        source: &parsed::TableSource,
        name: &PhysicalName,
    ) -> Result<Vec<String>, Error> {
        let found = self
            .catalog
            .table(&source.path.parts, source.path.span.clone())?;
        let of = self.physical(&source.path)?;
        let like = source.word == "LIKE";
        if table.query.is_some() && !like {
            let message = format!("{} takes no query", source.word);
            return Err(self.invalid(message, source.path.span.clone()));
        }
        let stored = self.catalog.stored(&of, source.path.span.clone())?;
        let Some(stored) = stored.filter(|stored| !stored.view) else {
            return self.table_of_columns(table, &found, name, source.rows);
        };
        let metadata = self.like_metadata(sql, table, source, &stored, &found.columns)?;
        let head = head(table, name);
        let lines: Vec<_> = stored.columns.iter().map(written_stored).collect();
        let mut statements = vec![format!("{head} (\n{}\n)", lines.join(",\n"))];
        if let Some(query) = &table.query {
            let output = self.top_query(query)?;
            let rows = self.fitted(output, &found.columns, "table", self.span(query.as_ref()))?;
            let rows = self.stored_rows(rows);
            statements.push(insert_all(name, &rows.columns, &rows.sql));
        } else if source.rows {
            let list: Vec<Column> = stored
                .columns
                .iter()
                .map(|one| one.column.clone())
                .collect();
            let names: Vec<_> = list.iter().map(|one| quote_identifier(&one.name)).collect();
            let rows = format!("SELECT {} FROM {}", names.join(", "), qualified(&of));
            statements.push(insert_all(name, &list, &rows));
        }
        if metadata != TableMetadata::default() {
            statements.push(metadata.statement(name, false));
        }
        for column in &stored.columns {
            let kept = crate::ColumnMetadata::read(column.comment.as_deref());
            if kept != crate::ColumnMetadata::default() {
                statements.push(kept.statement(name, &column.column.name));
            }
        }
        Ok(statements)
    }

    fn like_metadata(
        &self,
        sql: &str,
        table: &parsed::CreateTable,
        source: &parsed::TableSource,
        stored: &StoredTable,
        columns: &[Column],
    ) -> Result<TableMetadata, Error> {
        let before = TableMetadata::read(stored.comment.as_deref());
        let given = self.table_metadata(sql, table, columns, Owner::Table)?;
        let kind = ["CLONE", "SNAPSHOT"].contains(&source.word);
        Ok(TableMetadata {
            kind: kind.then(|| source.word.to_owned()),
            options: merged(before.options, given.options),
            partition: given.partition.or(before.partition),
            cluster: match given.cluster.is_empty() {
                true => before.cluster,
                false => given.cluster,
            },
            keys: before.keys,
            query: None,
            columns: Vec::new(),
            base: kind.then(|| source.path.parts.join(".")),
            created: None,
        })
    }

    /// A table with the columns of a view or of files
    fn table_of_columns(
        &self,
        table: &parsed::CreateTable,
        found: &crate::Table,
        name: &PhysicalName,
        rows: bool,
    ) -> Result<Vec<String>, Error> {
        if table.query.is_some() {
            let message = "LIKE a view with a query";
            return Err(self.unsupported(message, table.path.span.clone()));
        }
        let list: Vec<_> = found
            .columns
            .iter()
            .map(|one| quote_identifier(&one.name))
            .collect();
        let tail = if rows { "" } else { "\nLIMIT 0" };
        Ok(vec![format!(
            "{} AS\nSELECT {} FROM {}{tail}",
            head(table, name),
            list.join(", "),
            found.sql
        )])
    }

    /// The query of `CREATE … AS` with declared columns' names and types, if there are any
    pub fn created_columns(
        &self,
        output: Output,
        columns: &[Column],
        query: &Query,
    ) -> Result<Relation, Error> {
        let span = self.span(query);
        if !output.value_table
            && let Some(at) = output
                .columns
                .iter()
                .position(|column| column.name.is_none())
            && columns.is_empty()
        {
            return Err(self
                .invalid(format!("column {} of the query has no name", at + 1), span)
                .help("give it one with AS"));
        }
        for (at, column) in output.columns.iter().enumerate() {
            let twice =
                output.columns[..at]
                    .iter()
                    .any(|other| match (&other.name, &column.name) {
                        (Some(left), Some(right)) => same(left, right),
                        _ => false,
                    });
            if twice && columns.is_empty() {
                let name = column.name.as_deref().unwrap_or_default();
                return Err(
                    self.invalid(format!("column `{name}` stands twice in the query"), span)
                );
            }
        }
        let output = self.expand_value_table(output);
        if columns.is_empty() {
            return Ok(relation_of(output));
        }
        self.fitted(output, columns, "table", span)
    }

    pub fn create_schema(
        &self,
        sql: &str,
        path: &parsed::Path,
        or_replace: bool,
        if_not_exists: bool,
        options: &[parsed::OptionItem],
    ) -> Result<Analyzed, Error> {
        self.schema_options(sql, options)?;
        let schema = self.catalog.schema(&path.parts, path.span.clone())?;
        if or_replace {
            return Err(self.unsupported("CREATE OR REPLACE SCHEMA", path.span.clone()));
        }
        let guard = if if_not_exists { "IF NOT EXISTS " } else { "" };
        let sql = format!("CREATE SCHEMA {guard}{}", quote_identifier(&schema));
        Ok(execute(vec![sql], Effect::CreateSchema(schema)))
    }

    pub fn drop(
        &self,
        object: parsed::DropObject,
        path: &parsed::Path,
        if_exists: bool,
        cascade: bool,
    ) -> Result<Analyzed, Error> {
        use parsed::DropObject;
        let guard = if if_exists { "IF EXISTS " } else { "" };
        let tail = if cascade { " CASCADE" } else { "" };
        let (word, kind) = match object {
            DropObject::Model => {
                return Ok(Analyzed::DropModel {
                    model: self.physical(path)?,
                    if_exists,
                });
            }
            DropObject::Schema => {
                let schema = self.catalog.schema(&path.parts, path.span.clone())?;
                let sql = format!("DROP SCHEMA {guard}{}{tail}", quote_identifier(&schema));
                return Ok(execute(vec![sql], Effect::DropSchema(schema)));
            }
            DropObject::Table => ("TABLE", None),
            DropObject::View => ("VIEW", None),
            DropObject::MaterializedView => ("VIEW", Some("MATERIALIZED VIEW")),
            DropObject::ExternalTable => ("VIEW", Some("EXTERNAL")),
            DropObject::SnapshotTable => ("TABLE", Some("SNAPSHOT")),
        };
        let name = self.physical(path)?;
        let stored = self.catalog.stored(&name, path.span.clone())?;
        let mut word = word;
        if let Some(stored) = stored {
            let own = TableMetadata::read(stored.comment.as_deref()).kind;
            let external = own.as_deref() == Some("EXTERNAL");
            let fits = match kind {
                Some(kind) => own.as_deref() == Some(kind),
                None if object == DropObject::View => {
                    stored.view && !external && own.as_deref() != Some("MATERIALIZED VIEW")
                }
                None => !stored.view || external,
            };
            if !fits {
                let what = match (own.as_deref(), stored.view) {
                    (Some("MATERIALIZED VIEW"), _) => "a materialized view",
                    (Some("EXTERNAL"), _) => "an external table",
                    (Some("SNAPSHOT"), _) => "a snapshot",
                    (_, true) => "a view",
                    (_, false) => "a table",
                };
                let message = format!("`{}` is {what}", path.parts.join("."));
                return Err(self.invalid(message, path.span.clone()));
            }
            word = if stored.view { "VIEW" } else { "TABLE" };
        } else if !if_exists {
            self.must_exist(path, Some("write `IF EXISTS` where it may be missing"))?;
        }
        let sql = format!("DROP {word} {guard}{}", qualified(&name));
        Ok(execute(vec![sql], Effect::Drop(name)))
    }

    /// A table or view of that name is there, or nothing is run
    ///
    /// # Errors
    /// There is none
    pub fn must_exist(&self, path: &parsed::Path, help: Option<&str>) -> Result<(), Error> {
        let found = self.catalog.table(&path.parts, path.span.clone());
        // what is only checked may stand in no warehouse yet
        match found {
            Err(mut error) if self.findings.is_none() => {
                let meant = error.help.take_if(|help| help.starts_with("did you mean"));
                error.help = meant.or_else(|| help.map(str::to_owned));
                Err(error)
            }
            _ => Ok(()),
        }
    }
}

/// `CREATE TABLE name` with what stands around it
pub fn head(table: &parsed::CreateTable, name: &PhysicalName) -> String {
    let replace = if table.or_replace { "OR REPLACE " } else { "" };
    let temporary = if table.temporary { "TEMP " } else { "" };
    let guard = match table.if_not_exists && !table.or_replace {
        true => "IF NOT EXISTS ",
        false => "",
    };
    format!(
        "CREATE {replace}{temporary}TABLE {guard}{}",
        qualified(name)
    )
}

pub fn insert_all(name: &PhysicalName, columns: &[Column], rows: &str) -> String {
    let list: Vec<_> = columns
        .iter()
        .map(|one| quote_identifier(&one.name))
        .collect();
    format!(
        "INSERT INTO {} ({})\n{rows}",
        qualified(name),
        list.join(", ")
    )
}

/// Whether a declared column has nothing but name and type
fn is_plain(spec: &parsed::ColumnSpec) -> bool {
    !spec.not_null && spec.default.is_none() && !super::column::is_limited(&spec.ty)
}

fn written_stored(column: &crate::catalog::StoredColumn) -> String {
    let name = quote_identifier(&column.column.name);
    let mut line = format!("  {name} {}", column.column.ty.duckdb());
    if column.not_null {
        line.push_str(" NOT NULL");
    }
    if let Some(default) = &column.default {
        line.push_str(&format!(" DEFAULT ({default})"));
    }
    line
}
