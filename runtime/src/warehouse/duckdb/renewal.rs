//! Views follow what they read: BigQuery resolves a view's query when it is read, DuckDB keeps it with the
//! columns, tables and functions as they were, so views are made anew when one of these changes

use std::collections::BTreeSet;

use googlesql::{
    Analyzed, Column, PhysicalName, StoredColumn, StoredTable, TableMetadata, quote_identifier,
    quote_string,
};

use super::catalog::qualified;
use super::error;
use super::session::{DuckDbSession, dotted};
use super::stored::stored;
use crate::warehouse::SqlError;

impl DuckDbSession {
    /// Makes the views anew whose queries have the name of a function that changed, or of one that
    /// calls it; a view that no longer fits fails with the reason when it is read
    ///
    /// # Errors
    /// The engine cannot be asked
    pub fn renew_function_views(&self, changed: &PhysicalName) -> Result<(), SqlError> {
        let names = self.calling(&changed.name);
        self.renew(&|query| names.iter().any(|name| query.contains(name.as_str())))
    }

    /// As [`DuckDbSession::renew_function_views`], for a table or view that has got other columns
    ///
    /// # Errors
    /// The engine cannot be asked
    pub fn renew_readers(&self, changed: &PhysicalName) -> Result<(), SqlError> {
        self.renew(&|query| mentions(query, &changed.name))
    }

    /// Whether there may be views that read a table
    ///
    /// # Errors
    /// The engine cannot be asked
    pub fn may_have_readers(&self, name: &PhysicalName) -> Result<bool, SqlError> {
        let ask = || -> duckdb::Result<bool> {
            let sql = format!(
                "SELECT count(*) > 0 FROM duckdb_views() WHERE NOT internal \
                 AND (contains(comment, {}) OR contains(comment, '*`'))",
                quote_string(&name.name)
            );
            self.connection.query_row(&sql, [], |row| row.get(0))
        };
        ask().map_err(|failure| error::execution(&failure))
    }

    /// The columns of a table or view, hidden ones too
    ///
    /// # Errors
    /// The engine cannot be asked
    pub fn shape(&self, name: &PhysicalName) -> Result<Option<Vec<Column>>, SqlError> {
        let found = stored(&self.connection, name).map_err(|failure| error::execution(&failure))?;
        Ok(found.map(|table| shape_of(&table)))
    }

    fn renew(&self, reads: &dyn Fn(&str) -> bool) -> Result<(), SqlError> {
        let failed = |failure: duckdb::Error| error::execution(&failure);
        for view in self.views(reads).map_err(failed)? {
            let Some(table) = stored(&self.connection, &view).map_err(failed)? else {
                continue;
            };
            let metadata = TableMetadata::read(table.comment.as_deref());
            let Some(query) = metadata.query.as_deref().filter(|query| reads(query)) else {
                continue;
            };
            for statement in self.renewed(&view, &metadata, query) {
                self.batch(&statement)?;
            }
            let now = stored(&self.connection, &view).map_err(failed)?;
            let now = now.unwrap_or_default();
            for statement in column_comments(&view, &table, &now) {
                self.batch(&statement)?;
            }
            if shape_of(&now) != shape_of(&table) {
                self.renew_readers(&view)?;
            }
        }
        Ok(())
    }

    /// The DuckDB statements that make a view anew
    fn renewed(&self, view: &PhysicalName, metadata: &TableMetadata, query: &str) -> Vec<String> {
        let columns: Vec<_> = metadata
            .columns
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let list = match columns.is_empty() {
            true => String::new(),
            false => format!(" ({})", columns.join(", ")),
        };
        let sql = format!("CREATE OR REPLACE VIEW `{}`{list} AS {query}", dotted(view));
        let mut statements = self.made_anew(&sql).unwrap_or_else(|failure| {
            let reason = format!("the view no longer resolves: {}", failure.message);
            vec![format!(
                "CREATE OR REPLACE VIEW {} AS SELECT error({}) AS reason",
                qualified(view),
                quote_string(&reason)
            )]
        });
        statements.push(metadata.statement(view, true));
        statements
    }

    /// The name of a function and of those that call it, directly or not
    fn calling(&self, name: &str) -> BTreeSet<String> {
        let routines = self.routines.list().unwrap_or_default();
        let mut names = BTreeSet::from([name.to_owned()]);
        loop {
            let before = names.len();
            for routine in &routines {
                if names.iter().any(|name| routine.sql.contains(name.as_str())) {
                    names.insert(routine.name.clone());
                }
            }
            if names.len() == before {
                return names;
            }
        }
    }

    /// The DuckDB statements of a `CREATE VIEW`
    fn made_anew(&self, sql: &str) -> Result<Vec<String>, googlesql::Error> {
        let catalog = self.catalog(self.environment());
        for statement in googlesql::parse(sql)? {
            if let Analyzed::Execute { sql, .. } = googlesql::analyze(sql, &statement, &catalog)? {
                return Ok(sql);
            }
        }
        Ok(Vec::new())
    }

    /// The views whose query is one that `reads`
    fn views(&self, reads: &dyn Fn(&str) -> bool) -> duckdb::Result<Vec<PhysicalName>> {
        let mut statement = self.connection.prepare(
            "SELECT schema_name, view_name, comment FROM duckdb_views() \
             WHERE database_name = current_database() AND NOT internal AND comment IS NOT NULL",
        )?;
        let rows = statement.query_map([], |row| {
            let name = PhysicalName {
                schema: row.get(0)?,
                name: row.get(1)?,
            };
            Ok((name, row.get::<_, String>(2)?))
        })?;
        let mut views = Vec::new();
        for row in rows {
            let (name, comment) = row?;
            let query = TableMetadata::read(Some(&comment)).query;
            if query.is_some_and(|query| reads(&query)) {
                views.push(name);
            }
        }
        views.sort();
        Ok(views)
    }
}

fn shape_of(table: &StoredTable) -> Vec<Column> {
    let columns = table.columns.iter().map(|column| column.column.clone());
    columns.collect()
}

/// The statements that give a view's columns the comments that those before had
fn column_comments(view: &PhysicalName, before: &StoredTable, now: &StoredTable) -> Vec<String> {
    let comment = |column: &StoredColumn| {
        let mut old = before.columns.iter();
        let old = old.find(|old| old.column.name == column.column.name)?;
        Some(format!(
            "COMMENT ON COLUMN {}.{} IS {}",
            qualified(view),
            quote_identifier(&column.column.name),
            quote_string(old.comment.as_deref()?)
        ))
    };
    now.columns.iter().filter_map(comment).collect()
}

/// Whether a query has the name of a table, or the prefix of a wildcard that the table is part of
fn mentions(query: &str, name: &str) -> bool {
    let wildcard = |(at, _): (usize, &str)| {
        let (before, behind) = query.split_at(at);
        let start = before.rfind(['.', '`']).map_or(0, |place| place + 1);
        let prefix = &before[start..];
        !prefix.is_empty() && behind.starts_with("*`") && name.starts_with(prefix)
    };
    query.contains(name) || query.match_indices('*').any(wildcard)
}
