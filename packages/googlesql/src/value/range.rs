//! RANGE as text and its division into steps
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/range-functions>

use super::MOST_ELEMENTS;
use super::interval::Interval;
use super::temporal::{date_of, days_of, in_range, join, last_day, split};

/// The texts of both ends of `[start, end)`; `None` for an end without a bound
pub fn parse(text: &str) -> Result<(Option<&str>, Option<&str>), String> {
    let bad = || format!("`{text}` is no RANGE: expected `[start, end)`");
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(')'));
    let (start, end) = inner
        .and_then(|inner| inner.split_once(", "))
        .ok_or_else(bad)?;
    if end.contains(", ") || start.trim() != start || end.trim() != end {
        return Err(bad());
    }
    let bound = |text: &'_ str| {
        let open = text.eq_ignore_ascii_case("UNBOUNDED") || text.eq_ignore_ascii_case("NULL");
        !open
    };
    Ok((
        Some(start).filter(|text| bound(text)),
        Some(end).filter(|text| bound(text)),
    ))
}

/// Clock readings from `start` on, each a step after the one before, months counted from the start;
/// with `partial`, `end` is the last where no step ends there
pub fn steps(start: i64, end: i64, step: Interval, partial: bool) -> Result<Vec<i64>, String> {
    let mut ends = vec![start];
    for count in 1..=MOST_ELEMENTS as i64 {
        match shifted(start, step, count) {
            Some(next) if next <= end => ends.push(next),
            _ => {
                if partial && ends.last() != Some(&end) {
                    ends.push(end);
                }
                return Ok(ends);
            }
        }
    }
    Err("GENERATE_RANGE_ARRAY of too many ranges".to_owned())
}

fn shifted(start: i64, step: Interval, count: i64) -> Option<i64> {
    let (days, micros) = split(start);
    let (year, month, day) = date_of(days);
    let months = year * 12 + month - 1 + i64::from(step.months) * count;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let days = days_of(year, month, day.min(last_day(year, month)))?;
    let day_micros = (i64::from(step.days) * count).checked_mul(super::temporal::MICROS_PER_DAY)?;
    let moved = join(days, micros)
        .checked_add(day_micros)?
        .checked_add(step.micros.checked_mul(count)?)?;
    in_range(moved).then_some(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_read() {
        assert_eq!(
            parse("[2020-01-01, UNBOUNDED)"),
            Ok((Some("2020-01-01"), None))
        );
        assert_eq!(parse("[null, 2020-01-01)"), Ok((None, Some("2020-01-01"))));
        for bad in ["", "[a,b)", "[a, b]", "[ a, b)", "[a, b, c)"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
