//! What a script asks of the engine that it runs on

use super::{Environment, Failure, Settings};
use crate::{Catalog, PhysicalName, Statement};

/// An engine's session, on which a script runs
pub trait Host {
    /// The catalog as it is now, with the script's variables
    fn catalog<'a>(&'a self, environment: &'a Environment) -> Box<dyn Catalog + 'a>;

    /// Runs a plain statement of `text`; its result is the host's to keep
    ///
    /// # Errors
    /// The statement does not resolve, or the engine refuses it
    fn statement(
        &mut self,
        text: &str,
        statement: &Statement,
        environment: &Environment,
    ) -> Result<Ran, Failure>;

    /// Runs DuckDB SQL that sets a variable or makes a scratch table
    ///
    /// # Errors
    /// A value cannot be computed
    fn execute(&mut self, sql: &str) -> Result<(), Failure>;

    /// The one cell of a DuckDB query, as text
    ///
    /// # Errors
    /// The value cannot be computed
    fn value(&mut self, sql: &str) -> Result<Option<String>, Failure>;

    /// Called after a statement has set a system variable
    fn configure(&mut self, settings: &Settings);

    /// Begins or ends a transaction that the script asks for
    ///
    /// # Errors
    /// One is open already, or none is
    fn transaction(&mut self, what: Transaction) -> Result<(), Failure>;

    /// Called before a handler catches a failure: brings the engine back to where statements can run
    ///
    /// # Errors
    /// It cannot go on; the failure then ends the script
    fn recover(&mut self) -> Result<(), Failure>;

    /// Keeps a procedure, whose `CREATE PROCEDURE` statement is `sql`
    ///
    /// # Errors
    /// One exists and is not to be replaced, or it cannot be stored
    fn create_procedure(
        &mut self,
        name: &PhysicalName,
        sql: &str,
        or_replace: bool,
        if_not_exists: bool,
    ) -> Result<(), Failure>;

    /// Forgets a procedure; false when there is none
    ///
    /// # Errors
    /// It cannot be removed
    fn drop_procedure(&mut self, name: &PhysicalName) -> Result<bool, Failure>;

    /// The `CREATE PROCEDURE` statement of a procedure
    ///
    /// # Errors
    /// It cannot be read
    fn procedure(&self, name: &PhysicalName) -> Result<Option<String>, Failure>;

    /// Called before each statement and each turn of a loop
    ///
    /// # Errors
    /// The script was interrupted, or a limit is reached
    fn step(&mut self) -> Result<(), Failure>;
}

/// What a plain statement did
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ran {
    /// The rows that DML changed, for `@@row_count`
    pub changed: Option<u64>,
}

/// A step of a transaction
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transaction {
    /// `BEGIN TRANSACTION`
    Begin,
    /// `COMMIT TRANSACTION`
    Commit,
    /// `ROLLBACK TRANSACTION`
    Rollback,
}
