//! What comes out: one analysed statement, ready to run on DuckDB

use std::ops::Range;

use crate::{Column, PhysicalName, TransformStatistics};

/// A query on DuckDB with its columns
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// A DuckDB `SELECT` without a trailing semicolon; columns have exactly the names and types below
    pub sql: String,
    /// Columns in order
    pub columns: Vec<Column>,
}

/// A literal value in `OPTIONS` or in a model function's settings
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `NULL`
    Null,
    /// `TRUE` or `FALSE`
    Bool(bool),
    /// A whole number
    Int64(i64),
    /// Any other number
    Float64(f64),
    /// Text
    String(String),
    /// `[…]`
    Array(Vec<Value>),
    /// `STRUCT(…)` or `(…)`; names where given
    Struct(Vec<(Option<String>, Value)>),
    /// `HPARAM_RANGE(low, high)` or `HPARAM_CANDIDATES([…])`, as the value of an option
    Search {
        /// In upper case
        function: String,
        /// In order
        arguments: Vec<Value>,
    },
}

/// A statement that was resolved and lowered
#[derive(Debug, Clone, PartialEq)]
pub enum Analyzed {
    /// A query whose rows are the result
    Query(Relation),
    /// Data definition or manipulation: run `sql` (one or more DuckDB statements, in order)
    Execute {
        /// DuckDB statements, in order; a failure of one fails the statement
        sql: Vec<String>,
        /// What it does, to what
        effect: Effect,
    },
    /// `CREATE MODEL`: for the trainer
    CreateModel(CreateModel),
    /// `CREATE MODEL` without a query: imported, or remote
    ExternalModel(ExternalModel),
    /// `CREATE FUNCTION` and `CREATE TABLE FUNCTION`: kept as written
    CreateRoutine(CreateRoutine),
    /// `DROP FUNCTION` and `DROP TABLE FUNCTION`
    DropRoutine {
        /// Its path as written, split at the dots; one part names a temporary function first
        path: Vec<String>,
        /// Whether it gives rows
        table_function: bool,
        /// No error when there is none
        if_exists: bool,
        /// Where the path stands
        span: Range<usize>,
    },
    /// Accepted, and without effect on one machine
    NoEffect {
        /// Why, as a fragment
        reason: String,
    },
    /// `EXPORT MODEL`
    ExportModel(ExportModel),
    /// `ALTER MODEL … SET OPTIONS`
    AlterModel {
        /// Which
        model: PhysicalName,
        /// No error when there is none
        if_exists: bool,
        /// In order
        options: Vec<ModelOption>,
        /// Where the model's path stands
        span: Range<usize>,
    },
    /// `DROP MODEL`
    DropModel {
        /// Which
        model: PhysicalName,
        /// No error when there is none
        if_exists: bool,
    },
}

/// `EXPORT MODEL … OPTIONS(uri = …)`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportModel {
    /// Which
    pub model: PhysicalName,
    /// The folder that the files go to: `gs://…`, or a path
    pub uri: String,
    /// The form of the files as written, an option of ours; BigQuery has one for each kind of model
    pub format: Option<String>,
    /// Which trial of a hyperparameter tuning
    pub trial: Option<i64>,
    /// Where the statement stands
    pub span: Range<usize>,
}

/// What a function is
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionKind {
    /// Gives one value
    Scalar,
    /// Gives one value for many rows
    Aggregate,
    /// Gives rows
    Table,
}

/// A function whose definition was found to resolve
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRoutine {
    /// Its path as written, split at the dots
    pub path: Vec<String>,
    /// What it is
    pub kind: FunctionKind,
    /// Known to the session only
    pub temporary: bool,
    /// Replace one that exists
    pub or_replace: bool,
    /// Leave one that exists alone
    pub if_not_exists: bool,
    /// The statement as written
    pub sql: String,
    /// Where the path stands
    pub span: Range<usize>,
}

/// What a statement does to the warehouse
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A table is made or replaced
    CreateTable(PhysicalName),
    /// A view is made or replaced
    CreateView(PhysicalName),
    /// Columns or options of a table or view change; the name is the one that it then has
    Alter(PhysicalName),
    /// Rows of a table change; DuckDB reports their number
    Change(PhysicalName),
    /// A table or view goes
    Drop(PhysicalName),
    /// A dataset is made
    CreateSchema(String),
    /// A dataset goes
    DropSchema(String),
    /// A check that fails the script when its query gives FALSE or NULL (`ASSERT`)
    Assert,
    /// Rows are written to files, whose folder is made where it is missing (`EXPORT DATA`)
    Export {
        /// The path of a file; files of several parts lie beside it
        file: String,
    },
    /// Anything else
    Other,
}

/// An option of `CREATE MODEL`
#[derive(Debug, Clone, PartialEq)]
pub struct ModelOption {
    /// Lower case
    pub name: String,
    /// Its value
    pub value: Value,
    /// Where the option stands
    pub span: Range<usize>,
}

/// `CREATE MODEL … TRANSFORM(…) OPTIONS(…) AS query`
#[derive(Debug, Clone, PartialEq)]
pub struct CreateModel {
    /// Where the model lives
    pub model: PhysicalName,
    /// Replace one that exists
    pub or_replace: bool,
    /// Leave one that exists alone
    pub if_not_exists: bool,
    /// The GoogleSQL select list of `TRANSFORM`, as written
    pub transform: Option<String>,
    /// What the analytic functions of the transform ask of all training rows
    pub statistics: Option<TransformStatistics>,
    /// The transform with these functions in their fitted forms, once the statistics are known
    pub fitted_transform: Option<String>,
    /// Options in order
    pub options: Vec<ModelOption>,
    /// The training query as written in GoogleSQL (for the record)
    pub query: String,
    /// The training query before the transform
    pub training: Relation,
    /// The training query after the transform; same as `training` without one
    pub transformed: Relation,
    /// Where the statement stands
    pub span: Range<usize>,
}

/// `CREATE MODEL … INPUT(…) OUTPUT(…) REMOTE WITH CONNECTION … OPTIONS(…)`, without a query
#[derive(Debug, Clone, PartialEq)]
pub struct ExternalModel {
    /// Where the model lives
    pub model: PhysicalName,
    /// Replace one that exists
    pub or_replace: bool,
    /// Leave one that exists alone
    pub if_not_exists: bool,
    /// The columns of `INPUT`, as written
    pub inputs: Vec<Column>,
    /// The columns of `OUTPUT`, as written
    pub outputs: Vec<Column>,
    /// The connection of a remote model as written, `DEFAULT` too; an imported model has none
    pub connection: Option<String>,
    /// Options in order
    pub options: Vec<ModelOption>,
    /// Where the statement stands
    pub span: Range<usize>,
}
