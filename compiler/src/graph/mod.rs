//! The compiled graph: its shape, how names in it are resolved, and what makes it invalid

mod action_ref;
mod assemble;
mod compiled;
mod dependencies;
mod evaluate;
mod evaluate_test;
mod fill;
mod problems;
mod resolve;
mod settings;
mod vertex;

pub use action_ref::*;
pub(crate) use assemble::assemble;
pub use compiled::*;
pub(crate) use evaluate::{evaluate, kind_of};
pub(crate) use resolve::in_backticks;
pub use settings::*;
pub use vertex::*;
