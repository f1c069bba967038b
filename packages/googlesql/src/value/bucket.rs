//! Buckets of time: `DATE_BUCKET`, `DATETIME_BUCKET`, `TIMESTAMP_BUCKET`
//!
//! Buckets are counted from an origin, in both directions.
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/time-series-functions>

use super::interval::Interval;
use super::temporal::{MICROS_PER_DAY, date_of, days_of, in_range, join, last_day, split};

/// 1950-01-01, the origin where none is given, in microseconds since 1970
pub const ORIGIN: i64 = -7305 * MICROS_PER_DAY;

/// The widths that a type takes
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widths {
    /// Months or days
    Date,
    /// Months, days or microseconds
    DateTime,
    /// Days or microseconds
    Timestamp,
}

/// The start of the bucket that a clock reading lies in
///
/// # Errors
/// A width that is not positive, has several parts or one that the type lacks; a bucket that starts
/// outside of the years 1 to 9999
pub fn bucket(value: i64, width: Interval, origin: i64, widths: Widths) -> Result<i64, String> {
    let parts = [width.months != 0, width.days != 0, width.micros != 0];
    if parts.iter().filter(|part| **part).count() != 1 {
        return Err("a bucket's width is an INTERVAL with exactly one part".to_owned());
    }
    if width.months < 0 || width.days < 0 || width.micros < 0 {
        return Err("a bucket's width is positive".to_owned());
    }
    match (widths, parts) {
        (Widths::Date, [_, _, true]) => {
            return Err("a bucket of dates is as wide as days or months".to_owned());
        }
        (Widths::Timestamp, [true, ..]) => {
            return Err("a bucket of timestamps has no width in months".to_owned());
        }
        _ => {}
    }
    let start = match parts {
        [true, ..] => by_months(value, width.months, origin),
        _ => {
            let width = i64::from(width.days) * MICROS_PER_DAY + width.micros;
            value
                .checked_sub(origin)
                .and_then(|since| since.div_euclid(width).checked_mul(width))
                .and_then(|since| since.checked_add(origin))
        }
    };
    start
        .filter(|start| in_range(*start))
        .ok_or_else(|| "the bucket starts before the year 1".to_owned())
}

fn by_months(value: i64, width: i32, origin: i64) -> Option<i64> {
    let months = |civil: i64| {
        let (year, month, _) = date_of(split(civil).0);
        year * 12 + month
    };
    let width = i64::from(width);
    // At most one bucket off, since days and times of day do not count yet
    let number = (months(value) - months(origin)).div_euclid(width);
    let start = add_months(origin, number * width);
    match start {
        Some(start) if start <= value => Some(start),
        _ => add_months(origin, (number - 1) * width),
    }
}

/// So many months on, at the month's last day where it is shorter
pub fn add_months(civil: i64, months: i64) -> Option<i64> {
    let (days, time) = split(civil);
    let (year, month, day) = date_of(days);
    let months = (year * 12 + month - 1).checked_add(months)?;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let days = days_of(year, month, day.min(last_day(year, month)))?;
    Some(join(days, time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::temporal::{format_datetime, parse_datetime};

    #[test]
    fn buckets_are_counted_from_their_origin() {
        for (value, width, origin, start) in [
            ("2020-02-05", (2, 0, 0), "2020-01-31", "2020-01-31 00:00:00"),
            (
                "2020-02-05",
                (12, 0, 0),
                "2020-02-29",
                "2019-02-28 00:00:00",
            ),
            ("1949-12-31", (0, 2, 0), "1950-01-01", "1949-12-30 00:00:00"),
            (
                "2020-02-05 03:04:05",
                (0, 0, 7 * 3_600_000_000),
                "2020-02-05",
                "2020-02-05 00:00:00",
            ),
        ] {
            let (months, days, micros) = width;
            let width = Interval {
                months,
                days,
                micros,
            };
            let (value, origin) = (
                parse_datetime(value).unwrap(),
                parse_datetime(origin).unwrap(),
            );
            let found = bucket(value, width, origin, Widths::DateTime).map(format_datetime);
            assert_eq!(found.as_deref(), Ok(start));
        }
        let hours = Interval {
            months: 0,
            days: 0,
            micros: 3_600_000_000,
        };
        assert!(bucket(0, hours, 0, Widths::Date).is_err());
        assert!(bucket(0, Interval::default(), 0, Widths::DateTime).is_err());
        assert_eq!(format_datetime(ORIGIN), "1950-01-01 00:00:00");
    }
}
