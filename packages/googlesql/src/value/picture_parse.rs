//! Reading a text by the elements of `PARSE_DATE`, `PARSE_TIMESTAMP` and their kin
//!
//! White space in a picture stands for any amount of it, also none; a text may have more around it.
//! Where elements say the same thing twice the later one counts; ISO elements (`%G %g %J %V`) count
//! only where there are no others.
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements>

use super::picture::{DAYS, Has, MONTHS};
use super::temporal::{
    self, MICROS_PER_DAY, date_of, days_of, iso_year_start, join, time_of, weekday,
};
use super::zone;

/// Microseconds of the text: UTC where `has` is a timestamp (`zone` for texts without one), else a
/// clock reading, 1970-01-01 and midnight where the picture names no date or time
pub fn parse(picture: &str, text: &str, has: Has, zone: &str) -> Result<i64, String> {
    let failed = || format!("failed to parse `{text}` as `{picture}`");
    let mut fields = Fields::default();
    let rest = read(picture, text.trim_start(), has, &mut fields)?.ok_or_else(failed)?;
    if !rest.trim_start().is_empty() {
        return Err(failed());
    }
    if has == Has::Timestamp && !zone::is_known(zone) {
        return Err(format!("unknown time zone: {zone}"));
    }
    if let Some(seconds) = fields.instant {
        let micros = seconds.checked_mul(1_000_000).ok_or_else(failed)?;
        return checked(micros, failed);
    }
    let days = fields.days()?.ok_or_else(failed)?;
    let civil = join(days, fields.time().ok_or_else(failed)?);
    match has {
        Has::Timestamp => {
            let utc = match &fields.zone {
                Some(Place::Offset(seconds)) => Some(civil - seconds * 1_000_000),
                Some(Place::Named(name)) => Some(
                    zone::instant(civil, name)
                        .ok_or_else(|| format!("invalid time zone: {name}"))?,
                ),
                None => zone::instant(civil, zone),
            };
            checked(utc.ok_or_else(failed)?, failed)
        }
        Has::Time => Ok(civil.rem_euclid(MICROS_PER_DAY)),
        _ => checked(civil, failed),
    }
}

fn checked(micros: i64, failed: impl FnOnce() -> String) -> Result<i64, String> {
    match temporal::in_range(micros) {
        true => Ok(micros),
        false => Err(failed()),
    }
}

/// What a text gave; positions count the elements, so that the later of two can win
#[derive(Debug, Default)]
struct Fields {
    position: usize,
    /// Where the year, or a part of it, was told
    year_position: usize,
    year: Option<i64>,
    century: Option<i64>,
    year_of_century: Option<i64>,
    month: Option<(usize, i64)>,
    day: Option<(usize, i64)>,
    whole: Option<(usize, Whole)>,
    weekday: bool,
    iso_year: Option<i64>,
    iso_week: Option<i64>,
    iso_day: Option<i64>,
    hour: i64,
    /// The hour is one of twelve
    twelve: bool,
    afternoon: bool,
    minute: i64,
    second: i64,
    micros: i64,
    zone: Option<Place>,
    instant: Option<i64>,
}

/// Month and day by one number
#[derive(Debug, Clone, Copy)]
enum Whole {
    DayOfYear(i64),
    Quarter(i64),
    /// Weeks from the weekday that is so many days after Sunday
    Week(i64, i64),
}

#[derive(Debug)]
enum Place {
    Offset(i64),
    Named(String),
}

impl Fields {
    /// The date; `None` where there is no such day
    fn days(&self) -> Result<Option<i32>, String> {
        let civil = self.year.is_some()
            || self.century.is_some()
            || self.year_of_century.is_some()
            || self.month.is_some()
            || self.day.is_some()
            || self.whole.is_some();
        match self.iso_year {
            Some(year) if !civil => self.iso_days(year),
            _ => self.civil_days(),
        }
    }

    fn iso_days(&self, year: i64) -> Result<Option<i32>, String> {
        if self.iso_week.is_some() {
            return Err("ISO weeks cannot be parsed".to_owned());
        }
        let first = match year {
            // Year 1 starts with a Monday
            1.. => iso_year_start(year),
            _ => None,
        };
        let (Some(first), Some(day)) = (first, self.iso_day.or(Some(1))) else {
            return Ok(None);
        };
        let length = iso_year_start(year + 1).map_or(371, |next| i64::from(next - first));
        let days = i64::from(first) + day - 1;
        Ok((day <= length)
            .then(|| i32::try_from(days).ok())
            .flatten()
            .filter(|days| temporal::in_range(join(*days, 0))))
    }

    fn civil_days(&self) -> Result<Option<i32>, String> {
        let year = match (self.year, self.century, self.year_of_century) {
            (Some(year), ..) => year,
            (None, Some(century), rest) => century * 100 + rest.unwrap_or(0),
            (None, None, Some(rest)) if rest < 69 => 2000 + rest,
            (None, None, Some(rest)) => 1900 + rest,
            (None, None, None) => 1970,
        };
        let Some(first) = days_of(year, 1, 1) else {
            return Ok(None);
        };
        let (mut own_year, mut month, mut day) = (year, 1, 1);
        let since = self.whole.map_or(0, |(position, _)| position);
        if let Some((_, whole)) = self.whole {
            let Some(days) = whole_days(year, first, whole) else {
                return Ok(None);
            };
            if self.weekday && matches!(whole, Whole::Week(..)) {
                return Err("weekdays cannot be parsed with weeks".to_owned());
            }
            // Week 0 may lie in the year before, unless the year is told after it
            let (year_of_day, month_of_day, day_of_month) = date_of(days);
            (month, day) = (month_of_day, day_of_month);
            if self.year_position < since {
                own_year = year_of_day;
            }
        }
        if let Some((_, number)) = self.month.filter(|(position, _)| *position > since) {
            month = number;
        }
        if let Some((_, number)) = self.day.filter(|(position, _)| *position > since) {
            day = number;
        }
        Ok(days_of(own_year, month, day))
    }

    /// Microseconds since midnight, a day's length for a leap second at its end
    fn time(&self) -> Option<i64> {
        let hour = match (self.twelve, self.afternoon) {
            (true, true) => self.hour % 12 + 12,
            (true, false) => self.hour % 12,
            (false, _) => self.hour,
        };
        // A leap second is the next minute's first
        match self.second {
            60 => Some(time_of(hour, self.minute, 59, 0)? + 1_000_000),
            second => time_of(hour, self.minute, second, self.micros),
        }
    }
}

fn whole_days(year: i64, first: i32, whole: Whole) -> Option<i32> {
    let last = days_of(year, 12, 31)?;
    let days = match whole {
        Whole::DayOfYear(day) => i64::from(first) + day - 1,
        Whole::Quarter(quarter) => i64::from(days_of(year, quarter * 3 - 2, 1)?),
        Whole::Week(week, start) => {
            let into_week = (weekday(first) - start).rem_euclid(7);
            // Days before the year's first such weekday are in week 0
            let of_first = i64::from(into_week == 0);
            if week < of_first {
                return None;
            }
            i64::from(first) - into_week + (week - of_first) * 7
        }
    };
    i32::try_from(days).ok().filter(|days| *days <= last)
}

/// Reads a picture's elements from the text; gives the rest, or `None` where they do not match
fn read<'t>(
    picture: &str,
    text: &'t str,
    has: Has,
    fields: &mut Fields,
) -> Result<Option<&'t str>, String> {
    let mut rest = text;
    let mut letters = picture.chars();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        if letter != '%' {
            match rest.strip_prefix(letter) {
                Some(after) => rest = after,
                None => return Ok(None),
            }
            continue;
        }
        let mut element = String::new();
        for part in letters.by_ref() {
            element.push(part);
            let modifier = element.len() == 1 && matches!(part, 'E' | 'O');
            if !modifier && !part.is_ascii_digit() && !matches!(part, '*' | '#') {
                break;
            }
        }
        // A year may have five digits, none of which is valid, unless more digits are to follow
        let long = matches!(element.as_str(), "Y" | "EY") && !digits_follow(letters.as_str());
        if long && rest.bytes().take(5).filter(u8::is_ascii_digit).count() == 5 {
            let (year, after) = rest.split_at(5);
            match year.strip_prefix('0').and_then(|year| year.parse().ok()) {
                Some(year) => {
                    fields.position += 1;
                    fields.year_position = fields.position;
                    (fields.year, fields.century, fields.year_of_century) =
                        (Some(year), None, None);
                    rest = after;
                    continue;
                }
                None => return Ok(None),
            }
        }
        match read_one(&element, rest, has, fields)? {
            Some(after) => rest = after,
            None => return Ok(None),
        }
    }
    Ok(Some(rest))
}

/// Whether the rest of a picture begins with a digit or an element that is written in digits
fn digits_follow(picture: &str) -> bool {
    let mut letters = picture.chars();
    match letters.next() {
        Some('%') => letters
            .next()
            .is_some_and(|letter| "CdegGHIjklmMQsSuUVwWyYE".contains(letter)),
        Some(letter) => letter.is_ascii_digit(),
        None => false,
    }
}

fn read_one<'t>(
    element: &str,
    text: &'t str,
    has: Has,
    fields: &mut Fields,
) -> Result<Option<&'t str>, String> {
    fits(element, has)?;
    fields.position += 1;
    let at = fields.position;
    if matches!(element, "Y" | "EY" | "E4Y" | "C" | "EC" | "y" | "Ey") {
        fields.year_position = at;
    }
    let again = |picture: &str, fields: &mut Fields| read(picture, text, has, fields);
    let whole = |found: Option<(i64, &'t str)>, fields: &mut Fields, kind: fn(i64) -> Whole| {
        found.map(|(number, rest)| {
            fields.whole = Some((at, kind(number)));
            rest
        })
    };
    Ok(match element {
        "Y" | "EY" => number(text, 4, 0..=9999).map(|(year, rest)| {
            (fields.year, fields.century, fields.year_of_century) = (Some(year), None, None);
            rest
        }),
        "E4Y" => number(text, 4, 0..=9999)
            .filter(|(_, rest)| text.len() - rest.len() == 4)
            .map(|(year, rest)| {
                (fields.year, fields.century, fields.year_of_century) = (Some(year), None, None);
                rest
            }),
        "C" | "EC" => number(text, 2, 0..=99).map(|(century, rest)| {
            (fields.year, fields.century) = (None, Some(century));
            rest
        }),
        "y" | "Ey" => number(text, 2, 0..=99).map(|(year, rest)| {
            (fields.year, fields.year_of_century) = (None, Some(year));
            rest
        }),
        "m" => number(text, 2, 1..=12).map(|(month, rest)| {
            fields.month = Some((at, month));
            rest
        }),
        "B" | "b" | "h" => named(text, &MONTHS).map(|(month, rest)| {
            fields.month = Some((at, month as i64 + 1));
            rest
        }),
        "d" | "e" => number(text, 2, 1..=31).map(|(day, rest)| {
            fields.day = Some((at, day));
            rest
        }),
        "j" => whole(number(text, 3, 1..=366), fields, Whole::DayOfYear),
        "Q" => whole(number(text, 1, 1..=4), fields, Whole::Quarter),
        "U" | "W" => number(text, 2, 0..=53).map(|(week, rest)| {
            // A day of the year says more than a week
            if !matches!(fields.whole, Some((_, Whole::DayOfYear(_)))) {
                fields.whole = Some((at, Whole::Week(week, i64::from(element == "W"))));
            }
            rest
        }),
        "A" | "a" => named(text, &DAYS).map(|(_, rest)| {
            fields.weekday = true;
            rest
        }),
        "u" | "w" => {
            let days = if element == "u" { 1..=7 } else { 0..=6 };
            number(text, 1, days).map(|(_, rest)| {
                fields.weekday = true;
                rest
            })
        }
        "G" => number(text, 4, 0..=9999).map(|(year, rest)| {
            fields.iso_year = Some(year);
            rest
        }),
        "g" => number(text, 2, 0..=99).map(|(year, rest)| {
            fields.iso_year = Some(year + if year < 69 { 2000 } else { 1900 });
            rest
        }),
        "V" => number(text, 2, 1..=53).map(|(week, rest)| {
            fields.iso_week = Some(week);
            rest
        }),
        "J" => number(text, 3, 1..=371).map(|(day, rest)| {
            fields.iso_day = Some(day);
            rest
        }),
        "H" | "k" => {
            // An hour by itself may be set off by a blank
            let text = text
                .strip_prefix(' ')
                .filter(|_| element == "k")
                .unwrap_or(text);
            number(text, 2, 0..=23).map(|(hour, rest)| {
                (fields.hour, fields.twelve) = (hour, false);
                rest
            })
        }
        "I" | "l" => {
            let text = text
                .strip_prefix(' ')
                .filter(|_| element == "l")
                .unwrap_or(text);
            number(text, 2, 1..=12).map(|(hour, rest)| {
                (fields.hour, fields.twelve) = (hour, true);
                rest
            })
        }
        "M" => number(text, 2, 0..=59).map(|(minute, rest)| {
            fields.minute = minute;
            rest
        }),
        "S" | "E0S" => seconds(text, 0, fields),
        "E1S" | "E2S" | "E3S" | "E4S" | "E5S" | "E6S" => {
            let most = usize::from(element.as_bytes()[1] - b'0');
            seconds(text, most, fields)
        }
        "E*S" => seconds(text, usize::MAX, fields),
        "p" | "P" => text.get(..2).and_then(|head| {
            let afternoon = head.eq_ignore_ascii_case("PM");
            (afternoon || head.eq_ignore_ascii_case("AM")).then(|| {
                fields.afternoon = afternoon;
                &text[2..]
            })
        }),
        "F" => again("%Y-%m-%d", fields)?,
        "D" | "x" | "Ex" => again("%m/%d/%y", fields)?,
        "R" => again("%H:%M", fields)?,
        "r" => again("%I:%M:%S %p", fields)?,
        "T" | "X" | "EX" => again("%H:%M:%S", fields)?,
        "c" | "Ec" => again("%a %b %e %H:%M:%S %Y", fields)?,
        "n" | "t" => Some(text.trim_start()),
        "%" => text.strip_prefix('%'),
        "s" => instant(text).map(|(seconds, rest)| {
            fields.instant = Some(seconds);
            rest
        }),
        "z" | "Ez" => {
            let Some((seconds, rest)) = offset(text, element == "Ez") else {
                return Ok(None);
            };
            if seconds.abs() > 14 * 3600 {
                return Err("a time zone's offset lies between -14:00 and +14:00".to_owned());
            }
            fields.zone = Some(Place::Offset(seconds));
            Some(rest)
        }
        "Z" => {
            let (name, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
            fields.zone = Some(Place::Named(name.to_owned()));
            Some(rest)
        }
        "" => return Err("a format cannot end with a single `%`".to_owned()),
        _ => {
            return Err(format!(
                "format element `%{element}` is not supported in PARSE"
            ));
        }
    })
}

/// Whether a type has what the element says
fn fits(element: &str, has: Has) -> Result<(), String> {
    let last = element.chars().last().unwrap_or(' ');
    let date = "AaBbhCcDdeFGgJjmQUuVWwxYy".contains(last);
    let time = "cHIklMPpRrSTX".contains(last);
    let wrong = match has {
        Has::Time => date || matches!(last, 's' | 'Z' | 'z'),
        Has::Date => time || matches!(last, 's' | 'Z' | 'z'),
        Has::DateTime => matches!(last, 'Z' | 'z'),
        Has::Timestamp => false,
    };
    match wrong {
        true => Err(format!("format element `%{element}` does not fit the type")),
        false => Ok(()),
    }
}

/// A number of at most so many digits
fn number(text: &str, most: usize, valid: std::ops::RangeInclusive<i64>) -> Option<(i64, &str)> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit);
    let (digits, rest) = text.split_at(digits.count());
    let value = digits.parse().ok()?;
    valid.contains(&value).then_some((value, rest))
}

/// Seconds since 1970
fn instant(text: &str) -> Option<(i64, &str)> {
    let signed = text.strip_prefix(['-', '+']).unwrap_or(text);
    let count = signed.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(text.len() - signed.len() + count);
    Some((number.parse().ok()?, rest))
}

/// Seconds with at most so many digits of a fraction; what is finer than a microsecond is cut
fn seconds<'t>(text: &'t str, most: usize, fields: &mut Fields) -> Option<&'t str> {
    let (second, rest) = number(text, 2, 0..=60)?;
    (fields.second, fields.micros) = (second, 0);
    let Some(digits) = rest.strip_prefix('.').filter(|_| most > 0) else {
        return Some(rest);
    };
    let count = digits.bytes().take(most).take_while(u8::is_ascii_digit);
    let (fraction, after) = digits.split_at(count.count());
    if fraction.is_empty() {
        return Some(rest);
    }
    let micros = &fraction[..fraction.len().min(6)];
    fields.micros = format!("{micros:0<6}").parse().ok()?;
    Some(after)
}

/// The name (or its first three letters) that the text starts with
fn named<'t>(text: &'t str, names: &[&str]) -> Option<(usize, &'t str)> {
    let starts = |name: &str| {
        text.get(..name.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(name))
    };
    names.iter().enumerate().find_map(|(at, name)| {
        if starts(name) {
            return Some((at, &text[name.len()..]));
        }
        starts(&name[..3]).then(|| (at, &text[3..]))
    })
}

/// `±HH`, `±HHMM`, with a colon where allowed also `±HH:MM` and `Z`
fn offset(text: &str, colon: bool) -> Option<(i64, &str)> {
    if let Some(rest) = text.strip_prefix(['Z', 'z']) {
        return colon.then_some((0, rest));
    }
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, rest) =
        number(digits, 2, 0..=99).filter(|(_, rest)| digits.len() - rest.len() == 2)?;
    let minutes = match rest.strip_prefix(':').filter(|_| colon) {
        Some(rest) => rest,
        None => rest,
    };
    match number(minutes, 2, 0..=59) {
        Some((number, after)) if minutes.len() - after.len() == 2 => {
            Some((sign * (hours * 3600 + number * 60), after))
        }
        _ => Some((sign * hours * 3600, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::temporal::split;

    #[test]
    fn dates_read_by_their_elements() {
        for (picture, text, date) in [
            ("%Y%m%d", "20081225", Some("2008-12-25")),
            ("%y%j", "24120", Some("2024-04-29")),
            ("%Y - %m", " 2020   -1 ", Some("2020-01-01")),
            ("%Y %U", "2020 0", Some("2019-12-29")),
            ("%Y %W", "2018 0", None),
            ("%U %d %Y", "6 5 2020", Some("2020-02-05")),
            ("%G %J", "2020 371", Some("2021-01-03")),
            ("%C%y", "1985", Some("1985-01-01")),
            ("%a %Y-%m-%d", "Monday 2020-01-01", Some("2020-01-01")),
            ("%m/%d", "2/29", None),
            ("%H", "1", None),
        ] {
            let found = parse(picture, text, Has::Date, "UTC").ok();
            let found = found.map(|micros| temporal::format_date(split(micros).0));
            assert_eq!(found.as_deref(), date, "{picture} {text}");
        }
    }

    #[test]
    fn times_read_by_their_elements() {
        for (picture, text, time) in [
            ("%I %p", "12 AM", Some("00:00:00")),
            ("%I %H %p", "5 13 PM", Some("13:00:00")),
            ("%H:%M:%E*S", "05:06:60.5", Some("05:07:00")),
            ("%E3S", "5.12", Some("00:00:05.120")),
            ("%E3S", "5.1234", None),
            ("%E*S", "5.1234567", Some("00:00:05.123456")),
            ("%H%M", "2 5", None),
        ] {
            let found = parse(picture, text, Has::Time, "UTC").ok();
            let found = found.map(temporal::format_time);
            assert_eq!(found.as_deref(), time, "{picture} {text}");
        }
        let west = parse("%H %Z", "0 America/New_York", Has::Timestamp, "UTC");
        assert_eq!(west, parse("%H", "5", Has::Timestamp, "UTC"));
        assert_eq!(west, parse("%H%Ez", "0-05:00", Has::Timestamp, "UTC"));
    }
}
