//! The tree of procedural statements; plain statements stand in it as they are

use sqlparser::ast::{DataType, Expr, Query};

use crate::parse::statement::{Name, OptionItem, Path, Statement};

/// A statement of the procedural language
#[derive(Debug, Clone)]
pub enum Procedural {
    /// `DECLARE a, b INT64 DEFAULT 1`
    Declare {
        names: Vec<Name>,
        ty: Option<DataType>,
        default: Option<Expr>,
    },
    /// `SET a = 1`, `SET (a, b) = (1, 2)`
    Set {
        targets: Vec<Target>,
        /// Whether the targets stand in parentheses, so that the value is a struct
        tuple: bool,
        value: Expr,
    },
    /// `EXECUTE IMMEDIATE 'SELECT ?' INTO a USING 1`
    Execute {
        text: Expr,
        into: Vec<Name>,
        using: Vec<(Expr, Option<Name>)>,
    },
    /// `BEGIN … [EXCEPTION WHEN ERROR THEN …] END`
    Block {
        label: Option<Name>,
        body: Vec<Statement>,
        handler: Option<Vec<Statement>>,
    },
    /// `IF … THEN … ELSEIF … THEN … ELSE … END IF`
    If {
        branches: Vec<(Expr, Vec<Statement>)>,
        otherwise: Vec<Statement>,
    },
    /// `CASE [operand] WHEN … THEN … ELSE … END CASE`
    Case {
        operand: Option<Expr>,
        branches: Vec<(Expr, Vec<Statement>)>,
        otherwise: Vec<Statement>,
    },
    /// `LOOP`, `WHILE`, `REPEAT` and `FOR`
    Loop(Loop),
    /// `BREAK`, `LEAVE`
    Leave(Option<Name>),
    /// `CONTINUE`, `ITERATE`
    Iterate(Option<Name>),
    /// `RAISE [USING MESSAGE = …]`
    Raise(Option<Expr>),
    /// `RETURN`
    Return,
    /// `CALL dataset.procedure(1, a)`
    Call { path: Path, arguments: Vec<Expr> },
    /// `CREATE PROCEDURE`
    CreateProcedure(Box<CreateProcedure>),
    /// `DROP PROCEDURE`
    DropProcedure { path: Path, if_exists: bool },
    /// `BEGIN TRANSACTION`
    BeginTransaction,
    /// `COMMIT TRANSACTION`
    CommitTransaction,
    /// `ROLLBACK TRANSACTION`
    RollbackTransaction,
}

/// What `SET` changes
#[derive(Debug, Clone)]
pub enum Target {
    /// A declared variable
    Variable(Name),
    /// Such as `@@time_zone`, in lower case
    System(Name),
}

/// A loop
#[derive(Debug, Clone)]
pub struct Loop {
    pub label: Option<Name>,
    pub kind: LoopKind,
    pub body: Vec<Statement>,
}

/// What ends a loop
#[derive(Debug, Clone)]
pub enum LoopKind {
    /// Only a `BREAK`
    Forever,
    /// A condition before each turn that is not TRUE
    While(Expr),
    /// A condition after a turn that is TRUE
    Until(Expr),
    /// One turn for each row
    Rows { name: Name, query: Box<Query> },
}

/// `CREATE PROCEDURE path(parameters) OPTIONS(…) BEGIN … END`
#[derive(Debug, Clone)]
pub struct CreateProcedure {
    pub path: Path,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub parameters: Vec<Parameter>,
    pub options: Vec<OptionItem>,
    /// A [`Procedural::Block`]
    pub body: Statement,
}

/// A parameter of a procedure
#[derive(Debug, Clone)]
pub struct Parameter {
    pub mode: Mode,
    pub name: Name,
    /// `None` for `ANY TYPE`
    pub ty: Option<DataType>,
}

/// Which way a parameter goes
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    In,
    Out,
    InOut,
}

impl Procedural {
    /// The statement's name in messages
    pub fn what(&self) -> &'static str {
        match self {
            Self::Declare { .. } => "DECLARE",
            Self::Set { .. } => "SET",
            Self::Execute { .. } => "EXECUTE IMMEDIATE",
            Self::Block { .. } => "BEGIN",
            Self::If { .. } => "IF",
            Self::Case { .. } => "CASE",
            Self::Loop(one) => match one.kind {
                LoopKind::Forever => "LOOP",
                LoopKind::While(_) => "WHILE",
                LoopKind::Until(_) => "REPEAT",
                LoopKind::Rows { .. } => "FOR",
            },
            Self::Leave(_) => "BREAK",
            Self::Iterate(_) => "CONTINUE",
            Self::Raise(_) => "RAISE",
            Self::Return => "RETURN",
            Self::Call { .. } => "CALL",
            Self::CreateProcedure(_) => "CREATE PROCEDURE",
            Self::DropProcedure { .. } => "DROP PROCEDURE",
            Self::BeginTransaction => "BEGIN TRANSACTION",
            Self::CommitTransaction => "COMMIT TRANSACTION",
            Self::RollbackTransaction => "ROLLBACK TRANSACTION",
        }
    }
}
