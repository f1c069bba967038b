//! BigQuery's procedural language: variables, blocks, conditions, loops, exceptions, procedures and
//! dynamic SQL, walked over a host that runs plain statements

mod assign;
mod call;
mod dynamic;
mod environment;
mod failure;
mod host;
mod interpret;
mod loops;
pub(crate) mod tree;

pub use environment::{Environment, Settings, Variable};
pub use failure::{Failure, Place};
pub use host::{Host, Ran, Transaction};
pub use interpret::run;
