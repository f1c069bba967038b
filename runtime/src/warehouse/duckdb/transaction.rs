//! Which transaction a session is in: none, the runner's around an action's statements, or one that a
//! script began; and what has to be undone beside the database when it ends in vain
//!
//! DuckDB has no savepoints, and gives a transaction up when a statement in it fails while it runs. So
//! a script cannot go on after an error within a transaction, but to roll it back.

use diagnostic::code;
use duckdb::Connection;
use googlesql::PhysicalName;
use googlesql::script::Failure;

use super::error;
use super::routines::{Routine, Routines};
use crate::warehouse::SqlError;

/// What a session's statements are part of
#[derive(Debug, Default)]
pub struct Transactions {
    state: State,
    /// The script needs statements that take effect one by one
    needs: Needs,
    /// Routines as they were before the transaction changed them, in order
    journal: Vec<(PhysicalName, Option<Routine>)>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Each statement takes effect at once
    #[default]
    None,
    /// The runner's, around a whole script
    Outer,
    /// Begun by `BEGIN TRANSACTION`
    Script,
    /// Begun by `BEGIN TRANSACTION` and given up by the engine after an error
    Aborted,
}

/// What a script needs that failed within the runner's transaction
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// It would fail in the same way without the transaction
    #[default]
    Nothing,
    /// To be run again without it: it begins its own, or catches errors of the engine
    OwnTransactions,
}

impl Transactions {
    /// Opens the runner's transaction
    ///
    /// # Errors
    /// The engine refuses
    pub fn begin_outer(&mut self, connection: &Connection) -> Result<(), SqlError> {
        batch(connection, "BEGIN TRANSACTION")?;
        self.state = State::Outer;
        self.needs = Needs::Nothing;
        Ok(())
    }

    /// Makes the work of the runner's transaction visible
    ///
    /// # Errors
    /// The engine refuses; nothing became visible
    pub fn commit_outer(
        &mut self,
        connection: &Connection,
        routines: &Routines,
    ) -> Result<(), SqlError> {
        let committed = batch(connection, "COMMIT");
        match committed {
            Ok(()) => self.ended(),
            Err(_) => self.undo(connection, routines),
        }
        committed
    }

    /// Forgets the work of the runner's transaction
    pub fn rollback_outer(&mut self, connection: &Connection, routines: &Routines) -> Needs {
        self.undo(connection, routines);
        std::mem::take(&mut self.needs)
    }

    /// `BEGIN TRANSACTION`
    ///
    /// # Errors
    /// One is open
    pub fn begin(&mut self, connection: &Connection) -> Result<(), Failure> {
        match self.state {
            State::None => {
                batch(connection, "BEGIN TRANSACTION").map_err(Failure::from)?;
                self.state = State::Script;
                Ok(())
            }
            State::Outer => {
                self.needs = Needs::OwnTransactions;
                let message = "the script begins a transaction of its own";
                Err(Failure::new(code::SQL_UNSUPPORTED, message).fatal())
            }
            State::Script | State::Aborted => Err(Failure::new(
                code::SQL_INVALID,
                "a transaction is open already: transactions do not nest",
            )),
        }
    }

    /// `COMMIT TRANSACTION`
    ///
    /// # Errors
    /// None is open, the engine gave it up, or the engine refuses
    pub fn commit(&mut self, connection: &Connection, routines: &Routines) -> Result<(), Failure> {
        match self.state {
            State::Script => match batch(connection, "COMMIT") {
                Ok(()) => {
                    self.ended();
                    Ok(())
                }
                Err(failure) => {
                    self.undo(connection, routines);
                    Err(failure.into())
                }
            },
            State::Aborted => Err(given_up()),
            State::None | State::Outer => Err(none_open("COMMIT")),
        }
    }

    /// `ROLLBACK TRANSACTION`
    ///
    /// # Errors
    /// None is open
    pub fn rollback(
        &mut self,
        connection: &Connection,
        routines: &Routines,
    ) -> Result<(), Failure> {
        match self.state {
            State::Script => {
                self.undo(connection, routines);
                Ok(())
            }
            State::Aborted => {
                self.state = State::None;
                Ok(())
            }
            State::None | State::Outer => Err(none_open("ROLLBACK")),
        }
    }

    /// Before a handler goes on after an error
    ///
    /// # Errors
    /// The runner's transaction was given up by the engine: the script is to run without it
    pub fn recover(&mut self, connection: &Connection, routines: &Routines) -> Result<(), Failure> {
        let usable = || batch(connection, "SELECT 1").is_ok();
        match self.state {
            State::Outer if !usable() => {
                self.needs = Needs::OwnTransactions;
                Err(given_up().fatal())
            }
            State::Script if !usable() => {
                self.undo(connection, routines);
                self.state = State::Aborted;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A script has ended: what it left open is rolled back, as on BigQuery
    pub fn close(&mut self, connection: &Connection, routines: &Routines) {
        match self.state {
            State::Script => self.undo(connection, routines),
            State::Aborted => self.state = State::None,
            State::None | State::Outer => {}
        }
    }

    /// Whether tables can be neither read nor written until `ROLLBACK TRANSACTION`
    pub fn is_given_up(&self) -> bool {
        self.state == State::Aborted
    }

    /// Whether a statement takes effect by itself
    pub fn is_none(&self) -> bool {
        matches!(self.state, State::None | State::Aborted)
    }

    /// Remembers a routine as it was before a change
    pub fn note(&mut self, name: &PhysicalName, before: Option<Routine>) {
        if !self.is_none() {
            self.journal.push((name.clone(), before));
        }
    }

    fn ended(&mut self) {
        self.state = State::None;
        self.journal.clear();
    }

    fn undo(&mut self, connection: &Connection, routines: &Routines) {
        // a transaction that the engine has given up wholly needs no rollback
        let _ = batch(connection, "ROLLBACK");
        for (name, before) in self.journal.drain(..).rev() {
            // the routine is in the way of nothing: what cannot be restored is replaced by the next run
            let _ = routines.set(&name, before);
        }
        self.state = State::None;
    }
}

/// Runs DuckDB statements outside of a session, all of them or none
///
/// # Errors
/// The engine refuses one
pub fn together(
    connection: &Connection,
    statements: &[impl std::borrow::Borrow<str>],
) -> duckdb::Result<()> {
    if statements.is_empty() {
        return Ok(());
    }
    let script = format!("BEGIN TRANSACTION; {}; COMMIT", statements.join("; "));
    connection.execute_batch(&script).inspect_err(|_| {
        // the engine may have ended it already
        let _ = connection.execute_batch("ROLLBACK");
    })
}

/// What statements say between an error in a transaction and its end
pub fn given_up() -> Failure {
    Failure::new(
        code::EXECUTION_FAILED,
        "the transaction cannot go on after the error in it",
    )
    .help("end it with ROLLBACK TRANSACTION")
}

fn none_open(what: &str) -> Failure {
    let message = format!("{what} TRANSACTION without an open transaction");
    Failure::new(code::SQL_INVALID, message)
}

fn batch(connection: &Connection, sql: &str) -> Result<(), SqlError> {
    connection
        .execute_batch(sql)
        .map_err(|failure| error::execution(&failure))
}
