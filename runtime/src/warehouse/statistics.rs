//! What statements take, before and after they run

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the statements of a session took, in all
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    /// Bytes read
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bytes_processed: Option<u64>,
    /// Bytes to pay for
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bytes_billed: Option<u64>,
    /// Milliseconds of one slot
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub slot_millis: Option<u64>,
    /// Jobs in order, as `project:location.id`
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub jobs: Vec<String>,
}

impl Statistics {
    /// Whether the engine told nothing
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// With what another session took
    pub fn add(&mut self, other: &Self) {
        let sum = |mine: &mut Option<u64>, theirs: Option<u64>| {
            if let Some(theirs) = theirs {
                *mine = Some(mine.unwrap_or_default().saturating_add(theirs));
            }
        };
        sum(&mut self.bytes_processed, other.bytes_processed);
        sum(&mut self.bytes_billed, other.bytes_billed);
        sum(&mut self.slot_millis, other.slot_millis);
        self.jobs.extend(other.jobs.iter().cloned());
    }
}

/// What a script would take
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Bytes it would read
    pub bytes: u64,
}
