//! `ML.*` functions: each a DuckDB query with the columns that BigQuery documents

use googlesql::{Catalog, Error, ModelFunction, Relation};
use diagnostic::code;

use crate::Model;

impl Model {
    /// The query that a model function stands for
    pub fn relation(&self, call: &ModelFunction, _catalog: &dyn Catalog) -> Result<Relation, Error> {
        Err(Error::new(code::MODEL_UNSUPPORTED, format!("`{}` is not supported locally", call.function), call.span.clone()))
    }
}
