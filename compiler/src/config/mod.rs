//! What may stand in settings and action configs, and the check that Dataform makes of it

pub mod messages;
mod verify;
mod words;

pub use verify::{Issue, verify};
