//! The typed tree of an expression
//!
//! Every node has its GoogleSQL type. Calls and operators are templates over typed arguments
//! (`$0`, `$1`, …, `$*` for all).

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use crate::Type;
use crate::lineage::Origins;
use crate::weight;

/// An expression with its type
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    pub ty: Type,
    pub node: Node,
    pub literal: Literal,
    /// Whether DuckDB gives the written expression exactly the type [`Type::duckdb`] names; small
    /// numbers and NULL are narrower until cast
    pub exact: bool,
    pub span: Range<usize>,
    /// About how many bytes it is written as; see [`weight`]
    pub weight: usize,
    /// The stored columns it is made of, while a statement is checked
    pub origins: Origins,
}

/// What a literal may still become
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Not a literal
    No,
    /// `NULL`, of any type
    Null,
    /// `ERROR(…)`, of any type
    Error,
    /// A whole number, also FLOAT64 or NUMERIC
    Int(i64),
    /// A number with point or exponent as written, also NUMERIC
    Float(String),
    /// Text, also a date, time and so on
    Text(String),
    /// `[]`, of any array type
    EmptyArray,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Column {
        relation: Rc<str>,
        name: Rc<str>,
    },
    /// Text that needs no parentheses anywhere
    Text(String),
    Apply {
        template: Cow<'static, str>,
        arguments: Vec<Typed>,
    },
    Aggregate(Box<Aggregate>),
    Array(Vec<Typed>),
    /// Fields with their names on DuckDB
    Struct(Vec<(String, Typed)>),
}

/// An aggregate or window call; its template has the native call in `%{…}`
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    pub template: Cow<'static, str>,
    pub arguments: Vec<Typed>,
    pub distinct: bool,
    /// Written sort keys
    pub order: Vec<String>,
    /// Conditions that a row must meet
    pub filter: Vec<Typed>,
    /// Such as `IGNORE NULLS`, inside the parentheses
    pub nulls: Option<&'static str>,
    /// The written window
    pub over: Option<String>,
}

impl Node {
    fn origins(&self) -> Origins {
        fn all<'t>(parts: impl IntoIterator<Item = &'t Typed>) -> Origins {
            Origins::union(parts.into_iter().map(|one| &one.origins))
        }
        match self {
            Self::Column { .. } | Self::Text(_) => Origins::default(),
            Self::Apply { arguments, .. } => all(arguments),
            Self::Aggregate(one) => all(one.arguments.iter().chain(&one.filter)),
            Self::Array(elements) => all(elements),
            Self::Struct(fields) => all(fields.iter().map(|(_, field)| field)),
        }
    }
}

impl Typed {
    pub fn new(ty: Type, node: Node, span: Range<usize>) -> Self {
        Self {
            ty,
            literal: Literal::No,
            exact: true,
            span,
            weight: weight::of_node(&node),
            origins: node.origins(),
            node,
        }
    }

    /// Of any type, while a statement is checked
    pub fn unknown(span: Range<usize>) -> Self {
        Self::text(Type::Unknown, "unknown", span)
    }

    pub fn with_origins(self, origins: Origins) -> Self {
        Self { origins, ..self }
    }

    pub fn text(ty: Type, text: impl Into<String>, span: Range<usize>) -> Self {
        Self::new(ty, Node::Text(text.into()), span)
    }

    pub fn null(ty: Type, span: Range<usize>) -> Self {
        Self {
            literal: Literal::Null,
            exact: false,
            ..Self::text(ty, "NULL", span)
        }
    }

    pub fn column(ty: Type, relation: &str, name: &str, span: Range<usize>) -> Self {
        let node = Node::Column {
            relation: relation.into(),
            name: name.into(),
        };
        Self::new(ty, node, span)
    }

    /// A template over arguments; exact as far as the arguments are, or when it casts
    pub fn apply(
        ty: Type,
        template: impl Into<Cow<'static, str>>,
        arguments: Vec<Self>,
        span: Range<usize>,
    ) -> Self {
        let template = template.into();
        let casts = template.starts_with("CAST(") || template.contains("::");
        let reduced = template.starts_with("gs_") && arguments.iter().any(Self::is_null_constant);
        let exact =
            casts || !reduced && (ty == Type::Bool || arguments.iter().all(|one| one.exact));
        Self {
            exact,
            ..Self::new(
                ty,
                Node::Apply {
                    template,
                    arguments,
                },
                span,
            )
        }
    }

    /// As [`Typed::apply`], for an operator whose result is as wide as its widest operand
    pub fn widest(
        ty: Type,
        template: impl Into<Cow<'static, str>>,
        arguments: Vec<Self>,
        span: Range<usize>,
    ) -> Self {
        let exact = arguments.iter().any(|one| one.exact);
        let value = Self::apply(ty, template, arguments, span);
        Self {
            exact: exact || value.exact,
            ..value
        }
    }

    /// The same expression, of exactly the DuckDB type that its type names
    pub fn into_exact(self) -> Self {
        if self.exact {
            return self;
        }
        let template = format!("$0::{}", self.ty.duckdb());
        let span = self.span.clone();
        Self::apply(self.ty.clone(), template, vec![self], span)
    }

    pub fn is_null_literal(&self) -> bool {
        self.literal == Literal::Null
    }

    /// NULL, cast or not, to which DuckDB reduces a function call without keeping its type
    pub fn is_null_constant(&self) -> bool {
        match &self.node {
            Node::Apply {
                template,
                arguments,
            } if template.starts_with("$0::") || template.starts_with("CAST($0 AS ") => {
                arguments.first().is_some_and(Self::is_null_constant)
            }
            Node::Apply {
                template,
                arguments,
            } if template.starts_with("gs_") || template.starts_with("$0 ") => {
                arguments.iter().any(Self::is_null_constant)
            }
            Node::Text(text) => text == "NULL",
            _ => false,
        }
    }
}
