//! Instants and civil times as text

use jiff::SignedDuration;
use jiff::civil::DateTime;

/// Microseconds since 1970 as ISO 8601, with `zone` behind
pub fn instant_text(micros: i64, zone: &str) -> String {
    // in civil time, as the last day of the calendar has no instant in jiff
    const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    EPOCH
        .checked_add(SignedDuration::from_micros(micros))
        .map_or_else(
            |_| format!("{micros} µs after 1970-01-01T00:00:00{zone}"),
            |civil| format!("{civil}{zone}"),
        )
}
