//! A model as a small dataflow program over columns of rows, from its inputs before `TRANSFORM` to
//! its predictions
//!
//! [`Model::program`](crate::Model::program) builds it; [`evaluate`] runs it here. NULL is no value of the program: a missing number comes as NaN,
//! a missing text as the empty one, and what SQL would do with NULL is spelled out in the nodes.

mod build;
pub mod evaluate;
mod features;
mod head;
mod model;
pub mod onnx;
pub mod tensorflow;
mod transform;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use build::Builder;
pub use model::Explanation;
pub use transform::select_list;

/// What goes in, what is done, what comes out
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// The columns that a caller gives, one value per row each
    pub inputs: Vec<Input>,
    /// Steps, each over earlier ones only
    pub nodes: Vec<Node>,
    /// What a caller gets
    pub outputs: Vec<Output>,
}

/// A column that a caller gives
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// As the training query calls it; a struct's field is `column_field`
    pub name: String,
    /// [`Element::Number`] (NaN is missing) or [`Element::Text`] (`''` is missing)
    pub element: Element,
}

/// A named result
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Such as `churned_probs`
    pub name: String,
    /// Its value
    pub node: NodeId,
}

/// A node's place in [`Program::nodes`]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A step
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What is done
    pub operation: Operation,
    /// What its values are
    pub element: Element,
    /// How many there are per row
    pub shape: Shape,
}

/// What a value is
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Element {
    /// A double
    Number,
    /// Unicode text
    Text,
    /// True or false
    Bool,
    /// A whole number that counts positions
    Index,
}

/// How many values there are
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One for all rows, which stretches to any other shape
    Constant,
    /// One per row
    Column,
    /// So many per row; one stretches to several
    Matrix(usize),
}

/// Values that a program holds
#[derive(Debug, Clone, PartialEq)]
pub enum List {
    /// Doubles
    Numbers(Arc<[f64]>),
    /// Texts
    Texts(Arc<[Arc<str>]>),
    /// Positions
    Indices(Arc<[i64]>),
}

/// What a step does; elementwise unless said otherwise
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// The caller's column at this position
    Input(usize),
    /// One number for all rows
    Number(f64),
    /// One text for all rows
    Text(Arc<str>),
    /// One truth for all rows
    Bool(bool),
    /// One position for all rows
    Index(i64),
    /// The same numbers for each row: a matrix
    Row(Arc<[f64]>),
    /// The same positions for each row: a matrix
    IndexRow(Arc<[i64]>),
    /// A function of a number
    Unary(Unary, NodeId),
    /// A function of two numbers
    Binary(Binary, NodeId, NodeId),
    /// Two numbers, two texts or two positions; false where a number is NaN, but for `<>`
    Compare(Comparison, NodeId, NodeId),
    /// Whether a number is NaN
    IsNan(NodeId),
    /// Whether a number is infinite
    IsInfinite(NodeId),
    /// Both
    And(NodeId, NodeId),
    /// One of both
    Or(NodeId, NodeId),
    /// Not
    Not(NodeId),
    /// The second where the first is true, else the third
    Select(NodeId, NodeId, NodeId),
    /// A position or truth as a number
    ToNumber(NodeId),
    /// A whole number as a position
    ToIndex(NodeId),
    /// The position of a text among keys, or another position
    Find {
        /// A column of texts
        text: NodeId,
        /// Different texts
        keys: Arc<[Arc<str>]>,
        /// For any other text
        otherwise: i64,
    },
    /// The fingerprint of a text (FarmHash's, unsigned) modulo a number of buckets, as a position
    Hash {
        /// The text
        text: NodeId,
        /// How many
        buckets: i64,
    },
    /// What a list has at a position inside it
    Pick {
        /// The list
        list: List,
        /// Positions of any shape
        index: NodeId,
    },
    /// A row of a table of numbers at a position inside it: column to matrix
    PickRow {
        /// Rows after one another
        table: Arc<[f64]>,
        /// Numbers per row
        width: usize,
        /// A column of positions
        index: NodeId,
    },
    /// What a matrix of numbers has at each position of a matrix of positions, row by row
    PickColumn {
        /// The numbers
        matrix: NodeId,
        /// The positions
        index: NodeId,
    },
    /// 1 at a position and 0 elsewhere, nothing but 0 for a position outside: column to matrix
    OneHot {
        /// A column of positions
        index: NodeId,
        /// How many
        width: usize,
    },
    /// Columns (or constants) beside each other as a matrix
    Stack(Vec<NodeId>),
    /// Matrices beside each other as one
    Join(Vec<NodeId>),
    /// One column of a matrix
    Column(NodeId, usize),
    /// A matrix times a table of numbers, each row of which stands for a column of the matrix
    MatMul {
        /// The matrix
        matrix: NodeId,
        /// Rows after one another
        table: Arc<[f64]>,
        /// Numbers per row
        width: usize,
    },
    /// The sum over each row of a matrix
    Sum(NodeId),
    /// The greatest of each row of a matrix
    Max(NodeId),
    /// The position of the first greatest of each row of a matrix
    ArgMax(NodeId),
    /// The positions of each row's numbers in ascending order, equals in their order: a matrix
    Order(NodeId),
    /// A function of a text that gives a text
    Change(Change, NodeId),
    /// Texts after one another
    Concat(Vec<NodeId>),
    /// Part of a text by its Unicode characters; both positions are columns or constants
    Substring {
        /// The text
        text: NodeId,
        /// From 0, not negative
        start: NodeId,
        /// Not negative
        length: NodeId,
    },
    /// How many Unicode characters a text has, as a number
    Characters(NodeId),
    /// How many bytes a text has in UTF-8, as a number
    Bytes(NodeId),
    /// Whether a pattern (RE2's syntax) matches the whole text
    Matches {
        /// The text
        text: NodeId,
        /// The pattern
        pattern: Arc<str>,
    },
    /// All matches of a pattern (RE2's syntax) replaced; `\1` to `\9` stand for groups
    Replace {
        /// The text
        text: NodeId,
        /// The pattern
        pattern: Arc<str>,
        /// What comes in
        rewrite: Arc<str>,
    },
    /// A whole number in decimal digits
    Digits(NodeId),
    /// The number that a text spells; what happens with other texts is the backend's affair
    Parse(NodeId),
}

/// Functions of a number
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the functions")]
pub enum Unary {
    Negate,
    Absolute,
    Sign,
    Floor,
    Ceiling,
    SquareRoot,
    Exp,
    Log,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Asinh,
    Acosh,
    Atanh,
}

/// Functions of two numbers
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the functions")]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Minimum,
    Maximum,
    Atan2,
}

/// Comparisons
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the comparisons")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Functions of a text that give a text
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// Unicode lower case
    Lower,
    /// Unicode upper case
    Upper,
    /// Without ASCII white space at either end
    Trim,
}

/// What a model has that no exported program can do
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// A lower-case fragment
    pub message: String,
    /// Where it stands in the model's `TRANSFORM`, if it stands there
    pub span: Option<Range<usize>>,
}

impl Unsupported {
    /// Something outside of a `TRANSFORM`
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span: None,
        }
    }
}

impl fmt::Display for Unsupported {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Unsupported {}

impl Program {
    /// A node
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }
}

impl Operation {
    /// The nodes that it reads, in order
    pub fn operands(&self) -> Vec<NodeId> {
        let mut own = self.clone();
        own.operands_mut().into_iter().map(|id| *id).collect()
    }

    fn operands_mut(&mut self) -> Vec<&mut NodeId> {
        match self {
            Self::Input(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Bool(_)
            | Self::Index(_)
            | Self::Row(_)
            | Self::IndexRow(_) => Vec::new(),
            Self::Unary(_, one)
            | Self::IsNan(one)
            | Self::IsInfinite(one)
            | Self::Not(one)
            | Self::ToNumber(one)
            | Self::ToIndex(one)
            | Self::Find { text: one, .. }
            | Self::Hash { text: one, .. }
            | Self::Pick { index: one, .. }
            | Self::PickRow { index: one, .. }
            | Self::OneHot { index: one, .. }
            | Self::Column(one, _)
            | Self::MatMul { matrix: one, .. }
            | Self::Sum(one)
            | Self::Max(one)
            | Self::ArgMax(one)
            | Self::Order(one)
            | Self::Change(_, one)
            | Self::Characters(one)
            | Self::Bytes(one)
            | Self::Matches { text: one, .. }
            | Self::Replace { text: one, .. }
            | Self::Digits(one)
            | Self::Parse(one) => vec![one],
            Self::Binary(_, left, right)
            | Self::Compare(_, left, right)
            | Self::And(left, right)
            | Self::Or(left, right)
            | Self::PickColumn {
                matrix: left,
                index: right,
            } => vec![left, right],
            Self::Select(test, yes, no) => vec![test, yes, no],
            Self::Substring {
                text,
                start,
                length,
            } => vec![text, start, length],
            Self::Stack(all) | Self::Join(all) | Self::Concat(all) => all.iter_mut().collect(),
        }
    }
}
