//! GoogleSQL on DuckDB: parse, resolve names and types against a catalog, lower a typed tree to
//! DuckDB SQL; what is not known is an error with a position, never a guess

mod analyze;
mod analyzed;
mod catalog;
mod dialect;
mod error;
mod functions;
mod lex;
mod literal;
mod parse;
mod quote;
mod resolve;
mod tree;
mod type_text;
mod types;
pub mod udf;
mod value;

pub use analyze::{analyze, select_over};
pub use analyzed::{Analyzed, CreateModel, Effect, ModelOption, Relation, Value};
pub use catalog::{Catalog, ModelFunction, PhysicalName, Table};
pub use error::Error;
pub use parse::parse;
pub use parse::statement::Statement;
pub use quote::{quote_identifier, quote_string};
pub use types::{Column, Field, Type};
