//! GoogleSQL on DuckDB: parse, resolve names and types against a catalog, lower a typed tree to
//! DuckDB SQL; what is not known is an error with a position, never a guess

mod analyzed;
mod catalog;
mod error;
mod types;

pub use analyzed::{Analyzed, CreateModel, Effect, ModelOption, Relation, Value};
pub use catalog::{Catalog, ModelFunction, PhysicalName, Table};
pub use error::Error;
pub use types::{Column, Field, Type};
