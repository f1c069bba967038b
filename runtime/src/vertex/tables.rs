//! The warehouse as batch predictions see it

use std::sync::Arc;

use vertex::action::Tables;
use vertex::client::Failure;

use crate::warehouse::{SessionContext, Warehouse};

/// Tables of a warehouse
pub struct WarehouseTables(pub Arc<dyn Warehouse>);

impl Tables for WarehouseTables {
    fn execute(&self, script: &str) -> Result<(), Failure> {
        let session = self.0.session(&SessionContext::default());
        let mut session = session.map_err(|failure| Failure {
            help: failure.help,
            ..Failure::new(failure.code, failure.message)
        })?;
        let done = session.execute(script, &mut |_| {});
        done.map(|_| ()).map_err(|failure| Failure {
            help: failure.help,
            transient: failure.transient,
            ..Failure::new(failure.code, failure.message)
        })
    }
}
