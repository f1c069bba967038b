//! Ids, times and etags of resources

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;

use super::call::check_name;
use crate::failure::Failure;

static STAMPS: AtomicU64 = AtomicU64::new(0);

/// The time, as resources have it: RFC 3339 in UTC with microseconds
pub fn now() -> String {
    written(Timestamp::now())
}

/// A time as resources have it
pub fn written(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// A number that no resource has yet: 19 digits, as Vertex AI's ids have
pub fn id() -> String {
    // its lowest bits are by chance, its highest never 0
    let number = rand::random::<u64>() % 8_000_000_000_000_000_000 + 1_000_000_000_000_000_000;
    number.to_string()
}

/// A text that is another after each change
pub fn etag() -> String {
    let count = STAMPS.fetch_add(1, Ordering::Relaxed);
    let time = Timestamp::now().as_microsecond();
    format!("{time:x}{count:x}")
}

/// An id that the caller has chosen, or a new one
///
/// # Errors
/// The id cannot be one
pub fn chosen_id(field: &str, chosen: Option<&str>) -> Result<String, Failure> {
    let Some(chosen) = chosen else {
        return Ok(id());
    };
    check_name(chosen).map_err(|reason| Failure::field(field, format!("`{chosen}` {reason}")))?;
    if chosen.contains([':', '@']) {
        let message = format!("`{chosen}` has a `:` or `@` in it");
        return Err(Failure::field(field, message));
    }
    Ok(chosen.to_owned())
}
