//! One file per command; each gives an exit code

mod compile;
mod graph;
mod init;
mod query;
mod run;
mod simulate;

pub use compile::compile;
pub use graph::graph;
pub use init::init;
pub use query::query;
pub use run::run;
pub use simulate::simulate;
