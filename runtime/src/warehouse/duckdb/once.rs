//! Scripts of actions that take effect once, even where a process is killed and another one goes on
//!
//! A table in the schema `_sqlx_run` gets a row in the very transaction in which a script takes effect. The
//! runner's record may be a moment behind; this table is not. It is there only while a run is going on,
//! and after one that was killed until that is resumed.

use std::sync::atomic::Ordering;

use diagnostic::code;
use duckdb::Connection;
use googlesql::quote_string;

use super::error;
use super::session::DuckDbSession;
use super::transaction::{Needs, together};
use crate::warehouse::{Atomicity, Outcome, Progress, SessionContext, SqlError};

/// The schema of the markers, which is no dataset
pub const SCHEMA: &str = "_sqlx_run";

/// Which script of which action of which run
#[derive(Debug, Clone)]
struct Marker {
    run: String,
    action: String,
    attempt: u32,
    script: u32,
}

/// What the markers say of a script
enum Applied {
    /// Nothing
    No,
    /// Its statements have begun to take effect one by one
    InPart,
    /// All of it, with the rows that it changed
    Wholly(Option<u64>),
}

/// Makes the table of markers
///
/// # Errors
/// The engine refuses
pub fn begin(connection: &Connection) -> duckdb::Result<()> {
    let schema = format!("CREATE SCHEMA IF NOT EXISTS {SCHEMA}");
    let table = format!(
        "CREATE TABLE IF NOT EXISTS {SCHEMA}.applied \
         (run VARCHAR, action VARCHAR, attempt UINTEGER, script UINTEGER, whole BOOLEAN, changed UBIGINT)"
    );
    together(connection, &[schema, table])
}

/// Drops the markers of runs, and the table with the last of them
///
/// # Errors
/// The engine refuses
pub fn end(connection: &Connection, runs: &[&str]) -> duckdb::Result<()> {
    let known: u32 = connection.query_row(
        &format!("SELECT count(*) FROM duckdb_tables() WHERE schema_name = '{SCHEMA}'"),
        [],
        |row| row.get(0),
    )?;
    if known == 0 {
        return Ok(());
    }
    let theirs: Vec<String> = runs.iter().map(|run| quote_string(run)).collect();
    let theirs = format!(
        "coalesce(list_contains([{}]::VARCHAR[], run), FALSE)",
        theirs.join(", ")
    );
    let sql = format!("SELECT count(*) FROM {SCHEMA}.applied WHERE NOT {theirs}");
    let left: u64 = connection.query_row(&sql, [], |row| row.get(0))?;
    connection.execute_batch(&match left {
        0 => format!("DROP SCHEMA {SCHEMA} CASCADE"),
        _ => format!("DELETE FROM {SCHEMA}.applied WHERE {theirs}"),
    })
}

impl DuckDbSession {
    /// Runs the action's next script, unless it has been applied under the session's name
    ///
    /// # Errors
    /// The first statement that fails; or it is not known how far an earlier process came
    pub fn once(
        &mut self,
        context: &SessionContext,
        script: &str,
        atomicity: Atomicity,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        self.scripts += 1;
        let marker = Marker {
            run: context.run.clone(),
            action: context.action.clone(),
            attempt: context.attempt,
            script: self.scripts,
        };
        match self.applied(&marker)? {
            Applied::Wholly(changed) => {
                return Ok(vec![changed.map_or(Outcome::Done, Outcome::Changed)]);
            }
            Applied::InPart if atomicity == Atomicity::ByStatement => {
                return Err(half_done(&marker));
            }
            Applied::InPart | Applied::No => {}
        }
        self.transactions.begin_outer(&self.connection)?;
        let mut outcome = self.execute_declared(script, progress);
        if let Ok(outcomes) = &outcome {
            let marked = self.mark(&marker, true, rows(outcomes));
            let transactions = &mut self.transactions;
            let committed =
                marked.and_then(|()| transactions.commit_outer(&self.connection, &self.routines));
            match committed {
                Ok(()) => return outcome,
                Err(failure) => outcome = Err(failure),
            }
        }
        let interrupted = self.stopped.load(Ordering::SeqCst);
        let needs = self
            .transactions
            .rollback_outer(&self.connection, &self.routines);
        // as on BigQuery, what an operation's statements did before the one that failed stays
        let by_statement =
            needs == Needs::OwnTransactions || atomicity == Atomicity::ByStatement && !interrupted;
        if !by_statement {
            return outcome;
        }
        self.mark(&marker, false, None)?;
        let outcome = self.execute_declared(script, progress);
        self.unmark(&marker)?;
        if let Ok(outcomes) = &outcome {
            self.mark(&marker, true, rows(outcomes))?;
        }
        outcome
    }

    fn applied(&self, marker: &Marker) -> Result<Applied, SqlError> {
        let sql = format!(
            "SELECT whole, changed FROM {SCHEMA}.applied WHERE {} ORDER BY whole DESC LIMIT 1",
            marker.condition()
        );
        let found = (|| {
            let mut statement = self.connection.prepare(&sql)?;
            let rows = statement.query_map([], |row| {
                Ok(match row.get(0)? {
                    true => Applied::Wholly(row.get(1)?),
                    false => Applied::InPart,
                })
            });
            rows?.next().transpose()
        })();
        found
            .map(|found| found.unwrap_or(Applied::No))
            .map_err(|failure| error::execution(&failure))
    }

    fn mark(&self, marker: &Marker, whole: bool, changed: Option<u64>) -> Result<(), SqlError> {
        let Marker {
            run,
            action,
            attempt,
            script,
        } = marker;
        let (run, action) = (quote_string(run), quote_string(action));
        let changed = changed.map_or_else(|| "NULL".to_owned(), |rows| rows.to_string());
        self.batch(&format!(
            "INSERT INTO {SCHEMA}.applied VALUES \
             ({run}, {action}, {attempt}, {script}, {whole}, {changed})"
        ))
    }

    fn unmark(&self, marker: &Marker) -> Result<(), SqlError> {
        let condition = marker.condition();
        self.batch(&format!("DELETE FROM {SCHEMA}.applied WHERE {condition}"))
    }
}

impl Marker {
    /// What is true of its rows alone; each is asked for once, so there is nothing to prepare
    fn condition(&self) -> String {
        format!(
            "run = {} AND action = {} AND attempt = {} AND script = {}",
            quote_string(&self.run),
            quote_string(&self.action),
            self.attempt,
            self.script
        )
    }
}

/// The last count is what the script is remembered by
fn rows(outcomes: &[Outcome]) -> Option<u64> {
    outcomes.iter().rev().find_map(|outcome| match outcome {
        Outcome::Changed(rows) => Some(*rows),
        _ => None,
    })
}

fn half_done(marker: &Marker) -> SqlError {
    let mut error = SqlError::new(
        code::HALF_DONE,
        format!(
            "run {} ended while the operation's statements took effect one by one, and it is not known how \
             far they came",
            marker.run
        ),
    );
    error.help = Some(
        "put right what it did, then run it from its beginning with `run --actions`".to_owned(),
    );
    error
}
