//! A parsed statement: its kinds with their parts, not yet resolved

use std::ops::Range;

use crate::script::tree::Procedural;
use sqlparser::ast::{DataType, Expr, Query, TableFactor, TableWithJoins};

/// A statement of a script, parsed
#[derive(Debug, Clone)]
pub struct Statement {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
}

impl Statement {
    /// Where the statement stands in the script, without its semicolon
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Whether it is a query, which changes nothing
    pub fn is_query(&self) -> bool {
        matches!(self.kind, Kind::Query(_))
    }
}

/// A dotted name as written
#[derive(Debug, Clone)]
pub struct Path {
    pub parts: Vec<String>,
    pub span: Range<usize>,
}

impl Path {
    /// What the path names, without project and dataset
    pub fn last(&self) -> &str {
        self.parts.last().map_or("", String::as_str)
    }
}

/// A name with its place
#[derive(Debug, Clone)]
pub struct Name {
    pub text: String,
    pub span: Range<usize>,
}

#[derive(Debug, Clone)]
pub enum Kind {
    Query(Box<Query>),
    Procedural(Box<Procedural>),
    CreateTable(Box<CreateTable>),
    CreateView(CreateView),
    CreateSchema {
        path: Path,
        or_replace: bool,
        if_not_exists: bool,
        options: Vec<OptionItem>,
    },
    CreateModel(Box<CreateModel>),
    ExternalModel(Box<ExternalModel>),
    CreateFunction(Box<CreateFunction>),
    DropRoutine {
        table_function: bool,
        path: Path,
        if_exists: bool,
    },
    AlterSchema {
        path: Path,
        if_exists: bool,
        options: Vec<OptionItem>,
    },
    AlterModel {
        path: Path,
        if_exists: bool,
        options: Vec<OptionItem>,
    },
    /// `GRANT` and `REVOKE`
    Access {
        revoke: bool,
        object: String,
        path: Path,
    },
    Export(Box<Export>),
    ExportModel(ExportModel),
    Load(Box<Load>),
    Drop {
        object: DropObject,
        path: Path,
        if_exists: bool,
        cascade: bool,
    },
    AlterTable {
        path: Path,
        if_exists: bool,
        view: bool,
        actions: Vec<AlterAction>,
    },
    Insert {
        path: Path,
        columns: Vec<Name>,
        source: Box<Query>,
    },
    Update {
        path: Path,
        alias: Option<Name>,
        assignments: Vec<(Expr, Expr)>,
        from: Vec<TableWithJoins>,
        condition: Expr,
    },
    Delete {
        path: Path,
        alias: Option<Name>,
        condition: Expr,
    },
    Merge(Box<Merge>),
    Truncate(Path),
    Assert {
        condition: Expr,
        message: Option<Expr>,
    },
    Unsupported {
        what: String,
        span: Range<usize>,
    },
}

#[derive(Debug, Clone)]
pub struct CreateTable {
    pub path: Path,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub temporary: bool,
    pub columns: Vec<ColumnSpec>,
    /// What `LIKE`, `COPY` or `CLONE` names
    pub source: Option<TableSource>,
    pub keys: Vec<Key>,
    pub external: bool,
    /// Folders such as `day=2024-01-01` give columns
    pub folders: bool,
    pub partition_by: Option<Expr>,
    pub cluster_by: Vec<Name>,
    pub options: Vec<OptionItem>,
    pub query: Option<Box<Query>>,
}

/// A column of `CREATE TABLE` or `ADD COLUMN`
#[derive(Debug, Clone)]
pub struct ColumnSpec {
    pub name: Name,
    pub ty: DataType,
    pub not_null: bool,
    pub default: Option<Expr>,
    pub options: Vec<OptionItem>,
    pub primary: bool,
    pub references: Option<Reference>,
}

/// `LIKE`, `COPY`, `CLONE`: a table that another one takes after
#[derive(Debug, Clone)]
pub struct TableSource {
    pub path: Path,
    pub rows: bool,
    /// Upper case: `LIKE`, `COPY`, `CLONE` or `SNAPSHOT`
    pub word: &'static str,
}

/// `[CONSTRAINT name] PRIMARY KEY (…)` or `FOREIGN KEY (…) REFERENCES …`, neither enforced
#[derive(Debug, Clone)]
pub struct Key {
    pub name: Option<Name>,
    pub columns: Vec<Name>,
    pub references: Option<Reference>,
    pub span: Range<usize>,
}

/// `REFERENCES table(columns)`
#[derive(Debug, Clone)]
pub struct Reference {
    pub path: Path,
    pub columns: Vec<Name>,
}

#[derive(Debug, Clone)]
pub struct CreateView {
    pub path: Path,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub materialized: bool,
    pub columns: Vec<ViewColumn>,
    pub partition_by: Option<Expr>,
    pub cluster_by: Vec<Name>,
    pub options: Vec<OptionItem>,
    pub query: Box<Query>,
    pub query_span: Range<usize>,
}

#[derive(Debug, Clone)]
pub struct ViewColumn {
    pub name: Name,
    pub options: Vec<OptionItem>,
}

/// `CREATE [AGGREGATE] FUNCTION` and `CREATE TABLE FUNCTION`
#[derive(Debug, Clone)]
pub struct CreateFunction {
    pub path: Path,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub temporary: bool,
    pub aggregate: bool,
    pub parameters: Vec<Parameter>,
    pub returns: Option<DataType>,
    pub deterministic: bool,
    pub body: FunctionBody,
    pub body_span: Range<usize>,
    pub options: Vec<OptionItem>,
}

/// A parameter of a function
#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: Name,
    pub ty: ParameterType,
    /// The same for all rows of an aggregate function
    pub not_aggregate: bool,
}

#[derive(Debug, Clone)]
pub enum ParameterType {
    /// `ANY TYPE`
    Any,
    One(DataType),
    /// `TABLE<…>`: a struct of the columns; `None` for `ANY TABLE`
    Table(Option<DataType>),
}

#[derive(Debug, Clone)]
pub enum FunctionBody {
    Expression(Box<Expr>),
    /// A table function's query; what it returns is a struct of the columns
    Query(Box<Query>),
    JavaScript(Name),
}

/// `EXPORT DATA OPTIONS (…) AS query`
#[derive(Debug, Clone)]
pub struct Export {
    pub options: Vec<OptionItem>,
    pub query: Box<Query>,
    pub span: Range<usize>,
}

/// `EXPORT MODEL model OPTIONS (…)`
#[derive(Debug, Clone)]
pub struct ExportModel {
    pub path: Path,
    pub options: Vec<OptionItem>,
    pub span: Range<usize>,
}

/// `LOAD DATA INTO|OVERWRITE table (columns) FROM FILES (…)`
#[derive(Debug, Clone)]
pub struct Load {
    pub overwrite: bool,
    pub table: CreateTable,
    pub files: Vec<OptionItem>,
    pub span: Range<usize>,
}

#[derive(Debug, Clone)]
pub struct CreateModel {
    pub path: Path,
    pub or_replace: bool,
    pub if_not_exists: bool,
    /// The byte range between the parentheses of `TRANSFORM`
    pub transform: Option<Range<usize>>,
    pub options: Vec<OptionItem>,
    pub query: Box<Query>,
    pub query_span: Range<usize>,
}

/// `CREATE MODEL … INPUT(…) OUTPUT(…) REMOTE WITH CONNECTION … OPTIONS(…)`, without a query
#[derive(Debug, Clone)]
pub struct ExternalModel {
    pub path: Path,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub inputs: Vec<ModelField>,
    pub outputs: Vec<ModelField>,
    pub connection: Option<Path>,
    pub options: Vec<OptionItem>,
}

/// `name type` in `INPUT` or `OUTPUT`
#[derive(Debug, Clone)]
pub struct ModelField {
    pub name: Name,
    pub data_type: DataType,
}

/// `name = value` in `OPTIONS`
#[derive(Debug, Clone)]
pub struct OptionItem {
    pub name: Name,
    pub value: Expr,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropObject {
    Table,
    View,
    Schema,
    Model,
    MaterializedView,
    ExternalTable,
    SnapshotTable,
}

#[derive(Debug, Clone)]
pub enum AlterAction {
    AddColumn {
        column: ColumnSpec,
        if_not_exists: bool,
    },
    DropColumn {
        name: Name,
        if_exists: bool,
    },
    RenameColumn {
        from: Name,
        to: Name,
        if_exists: bool,
    },
    RenameTo(Path),
    SetOptions(Vec<OptionItem>),
    SetType(Name, DataType),
    SetDefault(Name, Expr),
    DropDefault(Name),
    DropNotNull(Name),
    SetColumnOptions(Name, Vec<OptionItem>),
    AddKey {
        key: Key,
        if_not_exists: bool,
    },
    DropPrimaryKey {
        if_exists: bool,
        span: Range<usize>,
    },
    DropConstraint {
        name: Name,
        if_exists: bool,
    },
    /// `IF EXISTS` and the column
    IfExists(Name, Box<AlterAction>),
}

#[derive(Debug, Clone)]
pub struct Merge {
    pub path: Path,
    pub alias: Option<Name>,
    pub source: TableFactor,
    pub condition: Expr,
    pub clauses: Vec<MergeClause>,
}

#[derive(Debug, Clone)]
pub struct MergeClause {
    pub when: MergeWhen,
    pub condition: Option<Expr>,
    pub action: MergeAction,
    /// Where it stands
    pub span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeWhen {
    Matched,
    NotMatchedByTarget,
    NotMatchedBySource,
}

#[derive(Debug, Clone)]
pub enum MergeAction {
    Delete,
    Update(Vec<(Expr, Expr)>),
    /// Columns (all, where empty) and values (`None`: `ROW`)
    Insert(Vec<Name>, Option<Vec<Expr>>),
}
