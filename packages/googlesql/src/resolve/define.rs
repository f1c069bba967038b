//! `CREATE TABLE`, `CREATE VIEW`, `CREATE SCHEMA` and `DROP`

use sqlparser::ast::Query;

use super::Resolver;
use super::layout::{INGESTION_TIME, ingestion_default};
use super::options::{Owner, merged};
use super::query::Output;
use super::scope::same;
use super::statement::{execute, qualified};
use super::table_function::relation_of;
use crate::catalog::StoredTable;
use crate::metadata::{StoredKey, TableMetadata};
use crate::parse::statement as parsed;
use crate::{Analyzed, Column, Effect, Error, PhysicalName, Relation, Type, quote_identifier};

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

    fn keys(
        &self,
        table: &parsed::CreateTable,
        columns: &[Column],
    ) -> Result<Vec<StoredKey>, Error> {
        let own = table.path.parts.last().map_or("", String::as_str);
        let mut keys = Vec::new();
        for spec in &table.columns {
            let column = std::slice::from_ref(&spec.name);
            if spec.primary {
                keys.push(self.key(own, None, column, None, columns, foreign_keys(&keys))?);
            }
            if let Some(reference) = &spec.references {
                keys.push(self.key(
                    own,
                    None,
                    column,
                    Some(reference),
                    columns,
                    foreign_keys(&keys),
                )?);
            }
        }
        for key in &table.keys {
            let (name, reference) = (key.name.as_ref(), key.references.as_ref());
            keys.push(self.key(
                own,
                name,
                &key.columns,
                reference,
                columns,
                foreign_keys(&keys),
            )?);
        }
        let primary = keys.iter().filter(|key| key.references.is_none()).count();
        match primary > 1 {
            true => Err(self.invalid(
                "a table has one primary key at most",
                table.path.span.clone(),
            )),
            false => Ok(keys),
        }
    }

    /// A key of the table `own`, named as BigQuery does where it has no name
    pub fn key(
        &self,
        own: &str,
        name: Option<&parsed::Name>,
        key: &[parsed::Name],
        reference: Option<&parsed::Reference>,
        all: &[Column],
        number: usize,
    ) -> Result<StoredKey, Error> {
        let columns = key
            .iter()
            .map(|column| Ok(self.column_of(all, column)?.name.clone()))
            .collect::<Result<Vec<_>, Error>>()?;
        if let Some(reference) = reference {
            self.referenced(own, &columns, reference, all)?;
        }
        let made_up = match reference {
            Some(_) => format!("{own}.fk${}", number + 1),
            None => format!("{own}.pk$"),
        };
        Ok(StoredKey {
            name: name.map_or(made_up, |name| format!("{own}.{}", name.text)),
            columns,
            references: reference.map(|reference| {
                let names = reference.columns.iter().map(|one| one.text.clone());
                (reference.path.parts.join("."), names.collect())
            }),
        })
    }

    /// Checks that a foreign key's columns fit those of the primary key that it refers to
    fn referenced(
        &self,
        own: &str,
        columns: &[String],
        reference: &parsed::Reference,
        all: &[Column],
    ) -> Result<(), Error> {
        let path = &reference.path;
        if path.last() == own {
            return Ok(());
        }
        let found = self.catalog.table(&path.parts, path.span.clone());
        let table = match found {
            // what is only checked may stand in no warehouse yet
            Err(_) if self.findings.is_some() => return Ok(()),
            found => found?,
        };
        let types = |name: &str| {
            let column = all.iter().find(|column| same(&column.name, name));
            column.map(|column| &column.ty)
        };
        if columns.len() != reference.columns.len() {
            let message = "a foreign key has as many columns as the key that it refers to";
            return Err(self.invalid(message, path.span.clone()));
        }
        for (column, name) in columns.iter().zip(&reference.columns) {
            let target = self.column_of(&table.columns, name)?;
            let known = target.ty.is_known() && types(column).is_some_and(Type::is_known);
            if known && types(column) != Some(&target.ty) {
                let message = format!(
                    "column `{}` is {}, and `{column}`, which refers to it, is not",
                    name.text, target.ty
                );
                return Err(self.mismatch(message, name.span.clone()));
            }
        }
        let stored = self
            .catalog
            .stored(&self.physical(path)?, path.span.clone())?;
        let Some(stored) = stored else {
            return Ok(());
        };
        let keys = TableMetadata::read(stored.comment.as_deref()).keys;
        let primary = keys.iter().find(|key| key.references.is_none());
        let fits = primary.is_some_and(|key| {
            key.columns.len() == reference.columns.len()
                && key
                    .columns
                    .iter()
                    .all(|own| reference.columns.iter().any(|name| same(own, &name.text)))
        });
        match fits {
            true => Ok(()),
            false => {
                let message = format!(
                    "a foreign key refers to a primary key, which `{}` does not have with these columns",
                    path.parts.join(".")
                );
                Err(self.invalid(message, path.span.clone()))
            }
        }
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

    pub fn create_view(&self, sql: &str, view: &parsed::CreateView) -> Result<Analyzed, Error> {
        let span = view.path.span.clone();
        let name = self.physical(&view.path)?;
        let output = self.top_query(&view.query)?;
        let relation = match view.columns.is_empty() {
            true => self.created_columns(output, &[], &view.query)?,
            false => {
                if output.columns.len() != view.columns.len() {
                    return Err(self.invalid("the view's column list does not fit its query", span));
                }
                let columns: Vec<_> = output
                    .columns
                    .iter()
                    .zip(&view.columns)
                    .map(|(column, one)| Column::new(one.name.text.clone(), column.ty.clone()))
                    .collect();
                self.fitted(output, &columns, "view", span.clone())?
            }
        };
        if relation.sql.contains(MOMENTARY) {
            return Err(self.unsupported("a view over INFORMATION_SCHEMA", span));
        }
        let head = match (view.or_replace, view.if_not_exists) {
            (true, false) => "CREATE OR REPLACE VIEW",
            (false, true) => "CREATE VIEW IF NOT EXISTS",
            (false, false) => "CREATE VIEW",
            (true, true) => {
                return Err(self.invalid("OR REPLACE and IF NOT EXISTS exclude each other", span));
            }
        };
        let partition = view.partition_by.as_ref();
        let options = self.stored_options(sql, &view.options, Owner::View)?;
        let text = sql.get(view.query_span.clone()).unwrap_or_default();
        let metadata = TableMetadata {
            kind: view.materialized.then(|| "MATERIALIZED VIEW".to_owned()),
            options: merged(Vec::new(), options),
            partition: partition
                .map(|key| self.partition(key, &relation.columns))
                .transpose()?,
            cluster: self.clustering(&view.cluster_by, &relation.columns)?,
            query: Some(text.trim().to_owned()),
            columns: view
                .columns
                .iter()
                .map(|column| column.name.text.clone())
                .collect(),
            ..TableMetadata::default()
        };
        let mut statements = vec![
            format!("{head} {} AS\n{}", qualified(&name), relation.sql),
            metadata.statement(&name, true),
        ];
        for column in &view.columns {
            let options = self.stored_options(sql, &column.options, Owner::Column)?;
            let kept = crate::ColumnMetadata {
                options: merged(Vec::new(), options),
                ..crate::ColumnMetadata::default()
            };
            if kept != crate::ColumnMetadata::default() {
                statements.push(kept.statement(&name, &column.name.text));
            }
        }
        if view.if_not_exists && self.catalog.stored(&name, span)?.is_some() {
            return Ok(execute(Vec::new(), Effect::Other));
        }
        Ok(execute(statements, Effect::CreateView(name)))
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
}

impl Resolver<'_> {
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

/// How many of the keys refer to other tables
pub fn foreign_keys(keys: &[StoredKey]) -> usize {
    keys.iter().filter(|key| key.references.is_some()).count()
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
