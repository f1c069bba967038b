//! Views that call functions: a function stands in the text of a view's DuckDB query, so views are made
//! anew when a function changes

use std::collections::BTreeSet;

use googlesql::{Analyzed, PhysicalName, TableMetadata, quote_string};

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
        let failed = |failure: duckdb::Error| error::execution(&failure);
        for view in self.views().map_err(failed)? {
            let Some(table) = stored(&self.connection, &view).map_err(failed)? else {
                continue;
            };
            let metadata = TableMetadata::read(table.comment.as_deref());
            let Some(query) = &metadata.query else {
                continue;
            };
            if !names.iter().any(|name| query.contains(name.as_str())) {
                continue;
            }
            let columns: Vec<_> = table
                .columns
                .iter()
                .map(|column| format!("`{}`", column.column.name))
                .collect();
            let head = format!("CREATE OR REPLACE VIEW `{}`", dotted(&view));
            let listed = format!("{head} ({}) AS {query}", columns.join(", "));
            let renewed = self
                .made_anew(&listed)
                .or_else(|_| self.made_anew(&format!("{head} AS {query}")));
            let mut statements = match renewed {
                Ok(statements) => statements,
                Err(failure) => {
                    let reason = format!("the view no longer resolves: {}", failure.message);
                    vec![format!(
                        "CREATE OR REPLACE VIEW {} AS SELECT error({}) AS reason",
                        qualified(&view),
                        quote_string(&reason)
                    )]
                }
            };
            statements.push(metadata.statement(&view, true));
            for statement in statements {
                self.batch(&statement)?;
            }
        }
        Ok(())
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

    fn views(&self) -> duckdb::Result<Vec<PhysicalName>> {
        self.connection
            .prepare_cached(
                "SELECT schema_name, view_name FROM duckdb_views() \
                 WHERE database_name = current_database() AND NOT internal AND comment IS NOT NULL ORDER BY ALL",
            )?
            .query_map([], |row| {
                Ok(PhysicalName {
                    schema: row.get(0)?,
                    name: row.get(1)?,
                })
            })?
            .collect()
    }
}
