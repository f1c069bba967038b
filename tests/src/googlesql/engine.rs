//! An embedded warehouse in memory, asked as a user of the program asks it

use diagnostic::Diagnostic;
use sqlx_compiler::Target;
use sqlx_runtime::warehouse::duckdb::{DuckDbOptions, DuckDbWarehouse, Names};
use sqlx_runtime::warehouse::{Outcome, Rows, Session, SessionContext, SqlError, Warehouse};

/// A warehouse in memory and a session on it
pub struct Engine {
    warehouse: DuckDbWarehouse,
    session: Box<dyn Session>,
}

/// The dataset of names that stand alone
const DATASET: &str = "t";

impl Engine {
    /// An empty warehouse whose sessions have this time zone
    ///
    /// # Errors
    /// The engine cannot be opened
    pub fn open(time_zone: &str) -> Result<Self, Diagnostic> {
        let warehouse = DuckDbWarehouse::open(DuckDbOptions {
            names: Names {
                default_dataset: Some(DATASET.to_owned()),
                time_zone: Some(time_zone.to_owned()),
                ..Names::default()
            },
            // aggregates without ORDER BY see rows in the order of the text
            threads: Some(1),
            // what a function gives can be compared, even where BigQuery would not give it as a result
            array_nulls: true,
            ..DuckDbOptions::default()
        })?;
        let session = warehouse.session(&SessionContext::default())?;
        let engine = Self { warehouse, session };
        engine.create_datasets([DATASET])?;
        Ok(engine)
    }

    /// Makes datasets that do not exist yet
    ///
    /// # Errors
    /// The engine refuses
    pub fn create_datasets<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<(), Diagnostic> {
        let targets: Vec<_> = names
            .into_iter()
            .map(|name| Target {
                database: None,
                schema: Some(name.to_owned()),
                name: String::new(),
            })
            .collect();
        self.warehouse.create_datasets(&targets)
    }

    /// Runs a script and gives the result of its last statement that has rows
    ///
    /// # Errors
    /// A statement fails
    pub fn run(&mut self, script: &str) -> Result<Option<Rows>, SqlError> {
        let outcomes = self.session.execute(script, &mut |_| ())?;
        Ok(outcomes
            .into_iter()
            .rev()
            .find_map(|outcome| match outcome {
                Outcome::Rows(rows) => Some(rows),
                _ => None,
            }))
    }
}
