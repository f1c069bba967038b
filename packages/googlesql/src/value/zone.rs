//! Time zones by name or offset, from the bundled database so that every machine agrees

use std::cell::RefCell;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

thread_local! {
    /// The zone that was asked for last: a query mostly uses one
    static LAST: RefCell<Option<(String, Zone)>> = const { RefCell::new(None) };
}

#[derive(Clone)]
enum Zone {
    Fixed(i32),
    Named(TimeZone),
}

/// The calendar's period, which a zone's rules for the future share
const CYCLE: i64 = 146_097 * 86_400_000_000;

/// The year 9999, whose end jiff does not know: asked for one period earlier
const LAST_YEAR: i64 = 253_370_764_800_000_000;

/// Whether there is a zone of this name
pub fn is_known(name: &str) -> bool {
    zone(name).is_some()
}

/// Seconds that a zone is ahead of UTC at an instant; `None` for an unknown zone
pub fn offset(utc: i64, name: &str) -> Option<i32> {
    if utc >= LAST_YEAR {
        return offset(utc - CYCLE, name);
    }
    Some(match zone(name)? {
        Zone::Fixed(seconds) => seconds,
        Zone::Named(zone) => zone.to_offset(nearest(utc)).seconds(),
    })
}

/// As [`offset`], in whole minutes: how an instant's text shows it
pub fn offset_in_minutes(utc: i64, name: &str) -> Option<i32> {
    Some(offset(utc, name)? / 60 * 60)
}

/// The clock reading of an instant in a zone
pub fn civil(utc: i64, name: &str) -> Option<i64> {
    utc.checked_add(i64::from(offset(utc, name)?) * 1_000_000)
}

/// The instant of a clock reading in a zone; readings that a gap skips take the offset before it,
/// readings that occur twice the first
pub fn instant(civil: i64, name: &str) -> Option<i64> {
    if civil >= LAST_YEAR {
        return Some(instant(civil - CYCLE, name)? + CYCLE);
    }
    let seconds = match zone(name)? {
        Zone::Fixed(seconds) => seconds,
        Zone::Named(zone) => {
            let (days, micros) = super::temporal::split(civil);
            let (year, month, day) = super::temporal::date_of(days);
            let seconds = micros / 1_000_000;
            let reading = DateTime::new(
                i16::try_from(year).ok()?,
                i8::try_from(month).ok()?,
                i8::try_from(day).ok()?,
                i8::try_from(seconds / 3600).ok()?,
                i8::try_from(seconds / 60 % 60).ok()?,
                i8::try_from(seconds % 60).ok()?,
                0,
            )
            .ok()?;
            match zone.to_ambiguous_timestamp(reading).offset() {
                AmbiguousOffset::Unambiguous { offset } => offset.seconds(),
                AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => {
                    before.seconds()
                }
            }
        }
    };
    civil.checked_sub(i64::from(seconds) * 1_000_000)
}

/// The instant itself, but for those in the last hours of the year 9999 and the first of the year 1:
/// zones are as they are a day inside
fn nearest(utc: i64) -> Timestamp {
    let inside = utc.clamp(-62_135_510_400_000_000, 253_402_200_000_000_000);
    Timestamp::from_microsecond(inside).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn zone(name: &str) -> Option<Zone> {
    LAST.with(|last| {
        let mut last = last.borrow_mut();
        if let Some((known, zone)) = last.as_ref()
            && known == name
        {
            return Some(zone.clone());
        }
        let zone = find(name)?;
        *last = Some((name.to_owned(), zone.clone()));
        Some(zone)
    })
}

fn find(name: &str) -> Option<Zone> {
    let offset = name
        .strip_prefix("UTC")
        .filter(|rest| !rest.is_empty())
        .unwrap_or(name);
    if let Some(seconds) = fixed(offset) {
        return Some(Zone::Fixed(seconds));
    }
    if matches!(name, "UTC" | "GMT") {
        return Some(Zone::Fixed(0));
    }
    // Names are as the database writes them
    let zone = DATABASE.get(name).ok()?;
    (zone.iana_name() == Some(name)).then_some(Zone::Named(zone))
}

/// Seconds of `±H[H][:MM]` or `±HHMM`
fn fixed(text: &str) -> Option<i32> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if rest.len() == 4 && rest.is_ascii() => rest.split_at(2),
        None => (rest, "0"),
    };
    let digits = |text: &str| {
        let valid = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| text.parse::<i32>().ok()).flatten()
    };
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (minutes < 60 && hours * 60 + minutes <= 14 * 60)
        .then_some(sign * (hours * 3600 + minutes * 60))
}
