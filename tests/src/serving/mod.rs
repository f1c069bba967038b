//! The server of `sqlx-run serve` as a process of its own: asked, killed, and used by Google's own clients

mod model;
mod server;

pub use model::Models;
pub use server::{PARENT, Served};
