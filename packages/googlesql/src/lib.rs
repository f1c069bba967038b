//! GoogleSQL on DuckDB: parse, resolve names and types against a catalog, lower a typed tree to
//! DuckDB SQL; what is not known is an error with a position, never a guess

mod analyze;
mod analyzed;
mod catalog;
mod check;
mod dialect;
mod error;
mod fitted;
mod functions;
mod lex;
mod lineage;
mod literal;
mod metadata;
mod native;
mod parse;
mod quote;
mod resolve;
mod routine_text;
pub mod script;
mod sites;
mod tree;
mod type_text;
mod types;
#[cfg(feature = "engine")]
pub mod udf;
#[cfg_attr(
    not(feature = "engine"),
    expect(dead_code, reason = "most of it is what the functions in Rust do")
)]
mod value;
mod weight;
mod words;
mod write;

pub use analyze::{analyze, analyze_with_sites, select_over};
pub use analyzed::{
    Analyzed, CreateModel, CreateRoutine, Effect, ExportModel, ExternalModel, FunctionKind,
    ModelOption, Relation, Value,
};
pub use catalog::{Catalog, ModelFunction, PhysicalName, StoredColumn, StoredTable, Table};
pub use check::{Checked, CheckedModel, CheckedScript, Schema, SchemaColumn, check};
pub use error::Error;
pub use fitted::{FITTED_FORMS, TransformStatistics, value_text};
pub use functions::{Parameter, Signature, SignatureKind, reference, signatures};
pub use lineage::Origin;
pub use metadata::{ColumnMetadata, Partition, StoredKey, StoredOption, TableMetadata};
pub use native::{Expression, expressions_over};
pub use parse::parse;
pub use parse::statement::Statement;
pub use quote::{quote_identifier, quote_string};
pub use routine_text::{RoutineText, describe_routine, literal_text, shown_texts};
pub use sites::{Sites, without_mark};
pub use type_text::physical_field;
pub use types::{Column, Field, Type};
pub use value::big_decimal::bignumeric_text;
pub use value::preprocessing::{BucketFormat, bucket};
pub use words::{ends_statement, function_names, keywords};
