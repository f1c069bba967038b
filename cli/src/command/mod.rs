//! One file per command; each gives an exit code

mod check;
mod compile;
mod format;
mod graph;
mod init;
mod install;
mod lineage;
mod list;
mod pipeline;
mod plan;
mod prune;
mod query;
mod resume;
mod run;
mod runs;
mod simulate;
mod test;

pub use check::check;
pub use compile::compile;
pub use format::format;
pub use graph::graph;
pub use init::init;
pub use install::install;
pub use lineage::lineage;
pub use list::list;
pub use pipeline::pipeline;
pub use plan::plan;
pub use prune::prune;
pub use query::query;
pub use run::run;
pub use runs::runs;
pub use simulate::simulate;
pub use test::test;
