//! What may stand in settings and action configs, and the check that Dataform makes of it

mod convert;
pub mod messages;
mod verify;
mod words;

pub use convert::converted;
pub use verify::{Field, Issue, verify};
