//! A parsed statement: its kinds with their parts, not yet resolved

use std::ops::Range;

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
}

/// A dotted name as written
#[derive(Debug, Clone)]
pub struct Path {
    pub parts: Vec<String>,
    pub span: Range<usize>,
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
    CreateTable(Box<CreateTable>),
    CreateView(CreateView),
    CreateSchema {
        path: Path,
        or_replace: bool,
        if_not_exists: bool,
        options: Vec<OptionItem>,
    },
    CreateModel(Box<CreateModel>),
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
    pub like: Option<Path>,
    pub copy: Option<Path>,
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
}

#[derive(Debug, Clone)]
pub struct CreateView {
    pub path: Path,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub columns: Vec<Name>,
    pub options: Vec<OptionItem>,
    pub query: Box<Query>,
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
