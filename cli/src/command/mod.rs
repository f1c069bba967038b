//! One file per command; each gives an exit code

mod compile;
mod format;
mod graph;
mod init;
mod install;
mod query;
mod run;
mod simulate;

pub use compile::compile;
pub use format::format;
pub use graph::graph;
pub use init::init;
pub use install::install;
pub use query::query;
pub use run::run;
pub use simulate::simulate;
