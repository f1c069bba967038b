//! SQLX: text to tree, tree to the parts of an action, parts to JavaScript and back to positions

mod asserted;
mod escape;
mod expression;
mod extract;
mod generate;
mod javascript;
mod layout;
mod lexer;
mod literal;
mod source_map;
mod template;
mod tree;

pub use asserted::{assertions, locate_assertion};
pub use expression::{CONTEXT, Expression, Literal};
pub use extract::{Parts, PieceKind, Statement, extract};
pub use generate::{Generated, base_name, generate};
pub use layout::{GeneratedLine, line_of_javascript, line_of_sqlx};
pub use lexer::parse as parse_tree;
pub use literal::{Draft, parse_config, read_call};
pub use source_map::{SqlPart, TestedPlace, WHERE_BEFORE, WHERE_BETWEEN, locate, locate_tested};
pub use template::{Slot, TemplatePart, constant, plain_template, slots, template};
pub use tree::{Node, NodeKind};
