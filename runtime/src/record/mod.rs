//! The run record: what happened in each run, as lines of JSON that are appended as it happens, and
//! what later runs and people read out of them

mod folder;
mod line;
mod notes;
mod read;
mod recorder;

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value as Json;

pub use folder::{RecordFile, Records};
pub use line::{ActionNote, Identity};
pub use notes::Notes;
pub use read::{RecordStatus, RecordedAction, RecordedRun, RecordedStatus};
pub use recorder::Recorder;

/// Version of the records' format, in the first line of each; older ones are read, newer ones refused
///
/// 2 added the lines that begin with `action_inputs` and `action_output`
pub const FORMAT: u32 = 2;

/// A new run's name, which sorts by time: `20180612t010203123-4f2a`. What stands behind the dash is
/// different from run to run, so that few letters of it are enough to name a run
pub fn new_run() -> (String, String) {
    let now = Timestamp::now();
    let seed = format!("{} {}", now.as_nanosecond(), std::process::id());
    let tail = xxhash_rust::xxh3::xxh3_64(seed.as_bytes()) & 0xffff;
    let name = format!("{}-{tail:04x}", now.strftime("%Y%m%dt%H%M%S%3f"));
    (name, now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The results of the newest run in a folder of records, as their JSON; `None` without any run
///
/// # Errors
/// A record cannot be read
pub fn last_results(folder: &Path) -> io::Result<Option<Vec<Json>>> {
    let Some(newest) = Records::new(folder).files()?.pop() else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(newest.path)?;
    // a killed process may have cut the last line
    Ok(Some(
        text.lines()
            .filter_map(|line| serde_json::from_str::<Json>(line).ok())
            .filter(|event| event["event"] == "action_finished")
            .collect(),
    ))
}
