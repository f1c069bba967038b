//! Writes the Firebase Analytics export of a puzzle game that nobody plays: users with countries,
//! devices and habits, whose early play says something about whether they come back

mod audience;
mod error;
mod event;
mod nest;
mod play;
mod player;
mod random;
mod write;

use std::path::Path;

pub use error::SimulateError;

/// What to simulate; the same options give the same file, byte for byte
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimulateOptions {
    /// How many users play, at least 1
    pub users: u64,
    /// How many days the log spans, starting at 2018-06-12 00:00 UTC; 1 to 3,650
    ///
    /// Whether a user returns after 24 hours can only be seen in a log that is longer than that.
    pub days: u32,
    /// Chooses one of the possible worlds
    pub seed: u64,
}

impl Default for SimulateOptions {
    fn default() -> Self {
        Self {
            users: 5_000,
            days: 28,
            seed: 1,
        }
    }
}

/// What was written
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Rows of the file
    pub events: u64,
    /// Users that have at least one event
    pub users: u64,
}

/// The longest log, ten years
const MOST_DAYS: u32 = 3_650;
/// The most users, so that numbers stay within the range of the file's types
const MOST_USERS: u64 = 100_000_000;

/// Writes the events to a parquet file with the nested schema of the Firebase Analytics export,
/// ordered by user and time
///
/// Folders that do not exist are created. A file that exists is replaced only when the new one is
/// complete.
///
/// # Errors
/// [`SimulateError::Options`] when an option is out of its range, [`SimulateError::Output`] when
/// the file cannot be written, [`SimulateError::Engine`] when the engine fails
pub fn simulate(options: &SimulateOptions, out: &Path) -> Result<Summary, SimulateError> {
    if options.users == 0 || options.users > MOST_USERS {
        return Err(SimulateError::Options {
            option: "users",
            given: options.users,
            most: MOST_USERS,
        });
    }
    if options.days == 0 || options.days > MOST_DAYS {
        return Err(SimulateError::Options {
            option: "days",
            given: u64::from(options.days),
            most: u64::from(MOST_DAYS),
        });
    }
    write::write(options, out)
}
