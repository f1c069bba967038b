//! What the resolver asks of the outside world: tables by name, physical names, model functions

use std::ops::Range;

use diagnostic::code;

use crate::script::Variable;
use crate::{Column, Error, Relation, Value};

/// A name on DuckDB
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhysicalName {
    /// `dataset` for the default project, `project.dataset` for others
    pub schema: String,
    /// The table's, view's or model's own name
    pub name: String,
}

/// A table, view or source that a `FROM` names
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What stands in DuckDB's `FROM`: a quoted name, a table function or a parenthesised query
    pub sql: String,
    /// Columns in order, each already of the DuckDB type that [`crate::Type`] names
    pub columns: Vec<Column>,
    /// Columns that `*` leaves out, such as `_TABLE_SUFFIX`
    pub pseudo_columns: Vec<Column>,
}

/// A call such as `ML.PREDICT(MODEL m, TABLE t, STRUCT(0.5 AS threshold))` in a `FROM`
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFunction {
    /// Upper case, such as `ML.PREDICT`
    pub function: String,
    /// The model's path as written, split at the dots
    pub model: Vec<String>,
    /// The table or query arguments, lowered
    pub inputs: Vec<Relation>,
    /// The fields of the `STRUCT` argument, names in lower case
    pub settings: Vec<(String, Value)>,
    /// Where the call stands
    pub span: Range<usize>,
}

/// A table or view as DuckDB keeps it
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredTable {
    /// Whether it is a view
    pub view: bool,
    /// Its comment, in which [`crate::TableMetadata`] stands
    pub comment: Option<String>,
    /// Its columns in order, hidden ones too
    pub columns: Vec<StoredColumn>,
}

/// A column as DuckDB keeps it
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredColumn {
    /// Name and type
    pub column: Column,
    /// `NOT NULL`
    pub not_null: bool,
    /// A DuckDB expression
    pub default: Option<String>,
    /// Its comment, in which [`crate::ColumnMetadata`] stands
    pub comment: Option<String>,
}

/// The outside world as the resolver sees it
pub trait Catalog {
    /// The table, view or wildcard (last part ends in `*`) with the path as written, split at the dots
    ///
    /// # Errors
    /// An unknown table, or a source without data, positioned at `span`
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error>;

    /// Of a table that is read with a filter over its partitions only: its name and the columns, one of which
    /// has to be in a condition
    ///
    /// # Errors
    /// The database cannot be asked
    fn required_filter(
        &self,
        path: &[String],
        span: Range<usize>,
    ) -> Result<Option<(PhysicalName, Vec<String>)>, Error> {
        let _ = (path, span);
        Ok(None)
    }

    /// Where a table, view or model with this path lives or would live on DuckDB
    ///
    /// # Errors
    /// A path with too few or too many parts, positioned at `span`
    fn physical(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error>;

    /// The DuckDB schema of a dataset path (one or two parts)
    ///
    /// # Errors
    /// A path with too many parts, positioned at `span`
    fn schema(&self, path: &[String], span: Range<usize>) -> Result<String, Error>;

    /// Whether there is a dataset with this DuckDB schema; where nothing is known about it, there may be
    fn has_schema(&self, schema: &str) -> bool {
        let _ = schema;
        true
    }

    /// The query that a model function stands for
    ///
    /// # Errors
    /// An unknown model or function, or unfitting input, positioned at the call
    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error>;

    /// The `CREATE FUNCTION` or `CREATE TABLE FUNCTION` statement of the routine with this path;
    /// procedures are none of these
    ///
    /// # Errors
    /// The routines cannot be read
    fn routine(&self, path: &[String], span: Range<usize>) -> Result<Option<String>, Error> {
        let _ = (path, span);
        Ok(None)
    }

    /// The table or view with this name, `None` also where nothing is known about what DuckDB keeps
    ///
    /// # Errors
    /// The database cannot be asked
    fn stored(
        &self,
        name: &PhysicalName,
        span: Range<usize>,
    ) -> Result<Option<StoredTable>, Error> {
        let _ = (name, span);
        Ok(None)
    }

    /// Where a temporary table with this path lives or would live on DuckDB
    ///
    /// # Errors
    /// There are none here
    fn temporary(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        let _ = path;
        Err(Error::new(
            code::SQL_UNSUPPORTED,
            "a temporary table is not supported here",
            span,
        ))
    }

    /// The local file, or the pattern of files, that a URI names
    ///
    /// # Errors
    /// A URI of a cloud service, or no files here, positioned at `span`
    fn file(&self, uri: &str, span: Range<usize>) -> Result<String, Error> {
        Err(Error::new(
            code::SQL_UNSUPPORTED,
            format!("the file `{uri}` cannot be reached from here"),
            span,
        ))
    }

    /// What a script's variable `x`, a parameter `@x` or `?1`, or a system variable `@@x` stands for;
    /// `None` outside of scripts
    fn variable(&self, name: &str) -> Option<Variable> {
        let _ = name;
        None
    }

    /// The names of a script's variables, for suggestions
    fn variables(&self) -> Vec<String> {
        Vec::new()
    }

    /// Something of DuckDB's that can stand in `FROM`, with columns of GoogleSQL's types; with `texts`,
    /// times without a zone are TIMESTAMP
    ///
    /// # Errors
    /// It cannot be read, or has a type that GoogleSQL lacks
    fn described(&self, from: &str, texts: bool, span: Range<usize>) -> Result<Table, Error> {
        let _ = (from, texts);
        Err(Error::new(
            code::SQL_UNSUPPORTED,
            "files cannot be read from here",
            span,
        ))
    }

    /// The name of the time zone in which TIMESTAMP values become dates and texts, and back
    fn time_zone(&self) -> &str {
        "UTC"
    }
}
