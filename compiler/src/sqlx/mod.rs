//! SQLX: text to tree, tree to the parts of an action, parts to JavaScript and back to positions

mod escape;
mod extract;
mod generate;
mod javascript;
mod lexer;
mod literal;
mod source_map;
mod tree;

pub use extract::{Input, Parts, Piece, PieceKind, SqlxError, Statement, extract};
pub use generate::{Generated, Segment, generate};
pub use lexer::parse;
pub use literal::parse_literal;
pub use source_map::{SqlPart, locate};
pub use tree::{Node, NodeKind};
