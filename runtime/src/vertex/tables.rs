//! The warehouse as batch predictions see it

use std::sync::Arc;

use vertex::action::Tables;
use vertex::client::Failure;

use crate::warehouse::{Cell, Outcome, SessionContext, Warehouse};

/// Tables of a warehouse
pub struct WarehouseTables(pub Arc<dyn Warehouse>);

impl Tables for WarehouseTables {
    fn execute(&self, script: &str) -> Result<(), Failure> {
        self.run(script).map(|_| ())
    }

    fn texts(&self, query: &str) -> Result<Vec<String>, Failure> {
        let mut texts = Vec::new();
        for outcome in self.run(query)? {
            if let Outcome::Rows(rows) = outcome {
                let cells = rows
                    .rows
                    .into_iter()
                    .filter_map(|row| row.into_iter().next());
                texts.extend(cells.filter_map(|cell| match cell {
                    Cell::Text(text) => Some(text),
                    _ => None,
                }));
            }
        }
        Ok(texts)
    }
}

impl WarehouseTables {
    fn run(&self, script: &str) -> Result<Vec<Outcome>, Failure> {
        let session = self.0.session(&SessionContext::default());
        let mut session = session.map_err(|failure| Failure {
            help: failure.help,
            ..Failure::new(failure.code, failure.message)
        })?;
        let done = session.execute(script, &mut |_| {});
        done.map_err(|failure| Failure {
            help: failure.help,
            transient: failure.transient,
            ..Failure::new(failure.code, failure.message)
        })
    }
}
