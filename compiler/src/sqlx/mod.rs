//! SQLX: text to tree, tree to the parts of an action, parts to JavaScript and back to positions

mod asserted;
mod escape;
mod extract;
mod generate;
mod javascript;
mod lexer;
mod literal;
mod source_map;
mod template;
mod tree;

pub use asserted::{assertions, locate_assertion};
pub use extract::{Parts, Statement, extract};
pub use generate::{Generated, base_name, generate, is_constant, is_static};
pub use literal::parse_literal;
pub use source_map::{SqlPart, locate};
pub use template::{Slot, TemplatePart, constant, slots, template};
