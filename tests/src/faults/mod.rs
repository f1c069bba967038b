//! Runs that are disturbed: killed, without room, with broken files, before a server that fails

mod content;
mod files;
pub mod kill;
mod project;
mod proxy;
mod server;
pub mod serving;
pub mod situation;

use std::error::Error;

/// What went wrong
pub type Fault = Box<dyn Error + Send + Sync>;
