//! The compiled graph: its shape, how names in it are resolved, and what makes it invalid

mod action_ref;
mod compiled;
mod settings;

pub use action_ref::*;
pub use compiled::*;
pub use settings::*;
