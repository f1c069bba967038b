//! Compiles a project again after an edit: what of an earlier compilation still holds is kept.
//!
//! A compilation leaves a [`Trace`], from which a [`Snapshot`] is made that can be stored. When only texts of
//! definitions have changed since, [`recompile`] loads the includes and those files, next to the actions that
//! the others defined, and [`Snapshot::update`] tells what of the graph is replaced. Both give up, rather
//! than guess, when files may have an effect on each other in another way than by the names of their actions:
//! then the whole project is compiled.

mod effects;
mod recompile;
mod snapshot;
mod trace;

pub use recompile::{recompile, settings_warnings};
pub use snapshot::{DefinitionFile, Name, Replaced, Snapshot, SnapshotAction};
pub use trace::{Neighbour, Sources, Trace};
