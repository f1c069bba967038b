//! Timestamps in YAML: js-yaml reads them as dates, which JSON writes in UTC

/// The time in the form of JavaScript's `toISOString`, for a plain scalar that YAML takes for a time
pub fn to_iso(text: &str) -> Option<String> {
    let (date, rest) =
        text.split_at_checked(text.find(['T', 't', ' ', '\t']).unwrap_or(text.len()))?;
    let mut parts = date.split('-');
    let mut number = |shortest: usize, longest: usize| digits(parts.next()?, shortest, longest);
    let whole = rest.is_empty();
    let (year, month, day) = if whole {
        (number(4, 4)?, number(2, 2)?, number(2, 2)?)
    } else {
        (number(4, 4)?, number(1, 2)?, number(1, 2)?)
    };
    if parts.next().is_some() {
        return None;
    }
    let milliseconds = if whole { 0 } else { time_of_day(rest)? };
    Some(format(days(year, month, day) * DAY + milliseconds))
}

const DAY: i64 = 86_400_000;

/// Milliseconds of `T10:20:30.5+02:00`
fn time_of_day(text: &str) -> Option<i64> {
    let text = text
        .strip_prefix(['T', 't'])
        .unwrap_or_else(|| text.trim_start());
    let zone_at = text.find(['Z', '+', '-', ' ', '\t']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone_at);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 1, 2)?;
    let minute = digits(parts.next()?, 2, 2)?;
    let second = digits(parts.next()?, 2, 2)?;
    if parts.next().is_some() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: i64 = format!("{fraction:0<3}")[..3].parse().ok()?;
    let zone = zone.trim_start();
    let offset = match zone.strip_prefix(['+', '-']) {
        None if zone.is_empty() || zone == "Z" => 0,
        None => return None,
        Some(offset) => {
            let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "0"));
            let minutes = digits(hours, 1, 2)? * 60 + digits(minutes, 1, 2)?;
            if zone.starts_with('-') {
                -minutes
            } else {
                minutes
            }
        }
    };
    Some(((hour * 60 + minute - offset) * 60 + second) * 1000 + fraction)
}

fn digits(text: &str, shortest: usize, longest: usize) -> Option<i64> {
    let valid = (shortest..=longest).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit());
    if valid { text.parse().ok() } else { None }
}

/// Days since 1970-01-01 in the Gregorian calendar
fn days(year: i64, month: i64, day: i64) -> i64 {
    let months = year * 12 + month - 1;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn format(milliseconds: i64) -> String {
    let shifted = milliseconds.div_euclid(DAY) + 719_468;
    let time = milliseconds.rem_euclid(DAY);
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        time / 3_600_000,
        time / 60_000 % 60,
        time / 1000 % 60,
        time % 1000
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        for (text, time) in [
            ("2024-02-29", Some("2024-02-29T00:00:00.000Z")),
            ("1969-12-31T23:59:59.5Z", Some("1969-12-31T23:59:59.500Z")),
            (
                "2001-12-14 21:59:43.10 -5",
                Some("2001-12-15T02:59:43.100Z"),
            ),
            ("2001-1-4t1:02:03+01:30", Some("2001-01-03T23:32:03.000Z")),
            ("2024-2-29", None),
            ("2024-02", None),
            ("2024-02-29 noon", None),
            ("v2024-02-29", None),
        ] {
            assert_eq!(to_iso(text).as_deref(), time, "{text}");
        }
    }
}
