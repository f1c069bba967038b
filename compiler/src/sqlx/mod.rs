//! SQLX: text to tree, tree to the parts of an action, parts to JavaScript and back to positions

mod escape;
mod extract;
mod generate;
mod javascript;
mod lexer;
mod literal;
mod source_map;
mod tree;

pub use extract::{Parts, Statement, extract};
pub use generate::{Generated, base_name, generate};
pub use literal::parse_literal;
pub use source_map::{SqlPart, locate};
