//! `GRANT` and `REVOKE`: accepted, since Dataform projects have them, and without effect on one machine

use super::Resolver;
use crate::parse::statement as parsed;
use crate::{Analyzed, Error};

impl Resolver<'_> {
    pub fn grant(
        &self,
        revoke: bool,
        object: &str,
        path: &parsed::Path,
    ) -> Result<Analyzed, Error> {
        match object {
            "SCHEMA" | "DATASET" => {
                self.catalog.schema(&path.parts, path.span.clone())?;
            }
            "TABLE" | "VIEW" => {
                self.catalog.table(&path.parts, path.span.clone())?;
            }
            "FUNCTION" | "PROCEDURE" | "MODEL" | "PROJECT" | "CONNECTION" => {}
            other => {
                return Err(self.invalid(format!("no object `{other}`"), path.span.clone()));
            }
        }
        let word = if revoke { "REVOKE" } else { "GRANT" };
        Ok(Analyzed::NoEffect {
            reason: format!("{word} has no effect here, where there are no other users"),
        })
    }
}
