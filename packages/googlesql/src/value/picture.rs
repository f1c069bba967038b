//! The format elements of `FORMAT_DATE`, `PARSE_TIMESTAMP` and their kin
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements>

use super::temporal::{MICROS_PER_DAY, date_of, days_of, iso_week, join, split, time_of, weekday};
use super::zone;

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What a value has: elements of what it lacks are copied as they stand
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    Date,
    Time,
    DateTime,
    Timestamp,
}

/// The text of a clock reading; `offset` is the zone's seconds ahead of UTC and its name
pub fn format(picture: &str, civil: i64, has: Has, offset: (i32, &str)) -> Result<String, String> {
    let mut text = String::new();
    let mut letters = picture.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            text.push(letter);
            continue;
        }
        let Some(element) = letters.next() else {
            text.push('%');
            break;
        };
        let element = match element {
            'E' | 'O' => {
                let mut long = String::from(element);
                for part in letters.by_ref() {
                    long.push(part);
                    if part.is_alphabetic() {
                        break;
                    }
                }
                long
            }
            plain => plain.to_string(),
        };
        match one(&element, civil, has, offset)? {
            Some(piece) => text.push_str(&piece),
            // What the value lacks stays as it is written
            None => text.push_str(&format!("%{element}")),
        }
    }
    Ok(text)
}

fn one(element: &str, civil: i64, has: Has, offset: (i32, &str)) -> Result<Option<String>, String> {
    let (days, micros) = split(civil);
    let (year, month, day) = date_of(days);
    let week_day = weekday(days);
    let day_of_year = i64::from(days - days_of(year, 1, 1).unwrap_or(days)) + 1;
    let seconds = micros / 1_000_000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let again = |picture: &str| format(picture, civil, has, offset).map(Some);
    let needs_date =
        "AaBbhCcDdeFGgjmQUuVWwxYy".contains(element.trim_start_matches(['E', 'O', '4']));
    let needs_time = matches!(
        element.chars().last(),
        Some('c' | 'H' | 'I' | 'k' | 'l' | 'M' | 'P' | 'p' | 'R' | 'S' | 'T' | 'X' | 's')
    );
    if (has == Has::Time && needs_date) || (has == Has::Date && needs_time) {
        return Ok(None);
    }
    if matches!(element, "Z" | "z" | "Ez") && has != Has::Timestamp
        || element == "s" && matches!(has, Has::Date | Has::Time)
    {
        return Ok(None);
    }
    Ok(Some(match element {
        "A" => DAYS[week_day as usize].to_owned(),
        "a" => DAYS[week_day as usize][..3].to_owned(),
        "B" => MONTHS[month as usize - 1].to_owned(),
        "b" | "h" => MONTHS[month as usize - 1][..3].to_owned(),
        "C" => format!("{:02}", year / 100),
        "c" => return again("%a %b %e %H:%M:%S %Y"),
        "D" | "x" => return again("%m/%d/%y"),
        "d" => format!("{day:02}"),
        "e" => format!("{day:2}"),
        "F" => return again("%Y-%m-%d"),
        "G" => format!("{}", iso_week(days).0),
        "g" => format!("{:02}", iso_week(days).0 % 100),
        "H" => format!("{hour:02}"),
        "I" => format!("{twelve:02}"),
        "j" => format!("{day_of_year:03}"),
        "k" => format!("{hour:2}"),
        "l" => format!("{twelve:2}"),
        "M" => format!("{minute:02}"),
        "m" => format!("{month:02}"),
        "n" => "\n".to_owned(),
        "P" => if hour < 12 { "am" } else { "pm" }.to_owned(),
        "p" => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        "Q" => format!("{}", (month + 2) / 3),
        "R" => return again("%H:%M"),
        "S" => format!("{second:02}"),
        "s" => (civil - i64::from(offset.0) * 1_000_000)
            .div_euclid(1_000_000)
            .to_string(),
        "T" | "X" => return again("%H:%M:%S"),
        "t" => "\t".to_owned(),
        "U" => format!("{:02}", (day_of_year + 6 - week_day) / 7),
        "u" => format!("{}", if week_day == 0 { 7 } else { week_day }),
        "V" => format!("{:02}", iso_week(days).1),
        "W" => format!("{:02}", (day_of_year + 6 - (week_day + 6) % 7) / 7),
        "w" => format!("{week_day}"),
        "Y" => format!("{year}"),
        "y" => format!("{:02}", year % 100),
        "E4Y" => format!("{year:04}"),
        "Z" => match offset.1.to_ascii_uppercase().as_str() {
            "UTC" => "UTC".to_owned(),
            _ if offset.0 == 0 => "UTC".to_owned(),
            _ if offset.0 % 3600 == 0 => format!("UTC{:+}", offset.0 / 3600),
            _ => format!("UTC{}", zone_offset(offset.0, "")),
        },
        "z" => zone_offset(offset.0, ""),
        "Ez" => zone_offset(offset.0, ":"),
        "%" => "%".to_owned(),
        "E*S" => {
            let fraction = format!("{:06}", micros % 1_000_000);
            match fraction.trim_end_matches('0') {
                "" => format!("{second:02}"),
                digits => format!("{second:02}.{digits}"),
            }
        }
        fraction => match fraction
            .strip_prefix('E')
            .and_then(|rest| rest.strip_suffix('S'))
        {
            Some("0") => format!("{second:02}"),
            Some(digits @ ("1" | "2" | "3" | "4" | "5" | "6")) => {
                let count: usize = digits.parse().unwrap_or(6);
                format!(
                    "{second:02}.{}",
                    &format!("{:06}", micros % 1_000_000)[..count]
                )
            }
            _ => return Err(format!("format element `%{element}` is not supported")),
        },
    }))
}

fn zone_offset(seconds: i32, colon: &str) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
}

/// What a text gave
#[derive(Debug, Default)]
struct Fields {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    twelve: Option<i64>,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    micros: i64,
    offset: Option<i64>,
    instant: Option<i64>,
}

/// Microseconds of the text: UTC where `has` is a timestamp (`zone` for texts without one), else a
/// clock reading, 1970-01-01 and midnight where the picture names no date or time
pub fn parse(picture: &str, text: &str, has: Has, zone: &str) -> Result<i64, String> {
    let failed = || format!("failed to parse `{text}` as `{picture}`");
    let mut fields = Fields::default();
    let rest = read(picture, text, has, &mut fields)?.ok_or_else(failed)?;
    if !rest.trim_start().is_empty() {
        return Err(failed());
    }
    if let Some(instant) = fields.instant {
        return instant.checked_mul(1_000_000).ok_or_else(failed);
    }
    let year = fields.year.unwrap_or(1970);
    let days = match fields.day_of_year {
        Some(day) => {
            let start = days_of(year, 1, 1).ok_or_else(failed)?;
            let next = days_of(year, 12, 31).ok_or_else(failed)?;
            let days = start + i32::try_from(day - 1).map_err(|_| failed())?;
            Some(days).filter(|days| *days >= start && *days <= next)
        }
        None => days_of(year, fields.month.unwrap_or(1), fields.day.unwrap_or(1)),
    };
    let hour = match (fields.twelve, fields.afternoon) {
        (Some(twelve), Some(true)) => twelve % 12 + 12,
        (Some(twelve), _) => twelve % 12,
        _ => fields.hour,
    };
    // A leap second is the next minute's first
    let (second, leap) = if fields.second == 60 {
        (59, 1_000_000)
    } else {
        (fields.second, 0)
    };
    let time = time_of(hour, fields.minute, second, fields.micros).ok_or_else(failed)? + leap;
    let civil = join(days.ok_or_else(failed)?, time);
    match (has, fields.offset) {
        (Has::Timestamp, Some(offset)) => Ok(civil - offset * 1_000_000),
        (Has::Timestamp, None) => zone::instant(civil, zone).ok_or_else(failed),
        (Has::Time, _) => Ok(civil.rem_euclid(MICROS_PER_DAY)),
        _ => Ok(civil),
    }
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
            if part.is_alphabetic() && !matches!(part, 'E' | 'O') || part == '%' {
                break;
            }
        }
        match read_one(&element, rest, has, fields)? {
            Some(after) => rest = after,
            None => return Ok(None),
        }
    }
    Ok(Some(rest))
}

fn read_one<'t>(
    element: &str,
    text: &'t str,
    has: Has,
    fields: &mut Fields,
) -> Result<Option<&'t str>, String> {
    let again = |picture: &str, fields: &mut Fields| read(picture, text, has, fields);
    let date = "AaBbhCcDdeFjmYy".contains(element) || element == "E4Y";
    let time = matches!(
        element.chars().last(),
        Some('c' | 'H' | 'I' | 'k' | 'l' | 'M' | 'P' | 'p' | 'R' | 'S' | 'T' | 'X' | 's')
    );
    if (has == Has::Time && date) || (has == Has::Date && time) {
        return Err(format!("format element `%{element}` does not fit the type"));
    }
    if matches!(element, "s" | "Z" | "z" | "Ez") && has != Has::Timestamp {
        return Err(format!("format element `%{element}` does not fit the type"));
    }
    Ok(match element {
        "Y" | "E4Y" => number(text, 4, &mut fields.year),
        "m" => number(text, 2, &mut fields.month),
        "d" | "e" => number(text.trim_start(), 2, &mut fields.day),
        "j" => number(text, 3, &mut fields.day_of_year),
        "H" | "k" => {
            let mut hour = None;
            let rest = number(text.trim_start(), 2, &mut hour);
            fields.hour = hour.unwrap_or(0);
            fields.twelve = None;
            rest
        }
        "I" | "l" => {
            let rest = number(text.trim_start(), 2, &mut fields.twelve);
            rest.filter(|_| fields.twelve.is_some_and(|hour| (1..=12).contains(&hour)))
        }
        "M" => {
            let mut minute = None;
            let rest = number(text, 2, &mut minute);
            fields.minute = minute.unwrap_or(0);
            rest
        }
        "S" => {
            let mut second = None;
            let rest = number(text, 2, &mut second);
            fields.second = second.unwrap_or(0);
            rest
        }
        "y" => {
            let mut short = None;
            let rest = number(text, 2, &mut short);
            fields.year = short.map(|year| if year < 69 { 2000 + year } else { 1900 + year });
            rest
        }
        "B" | "b" | "h" => named(text, &MONTHS).map(|(at, rest)| {
            fields.month = Some(at as i64 + 1);
            rest
        }),
        "A" | "a" => named(text, &DAYS).map(|(_, rest)| rest),
        "p" | "P" => {
            let head = text.get(..2).unwrap_or_default().to_ascii_uppercase();
            match head.as_str() {
                "AM" | "PM" => {
                    fields.afternoon = Some(head == "PM");
                    text.get(2..)
                }
                _ => None,
            }
        }
        "F" => again("%Y-%m-%d", fields)?,
        "D" | "x" => again("%m/%d/%y", fields)?,
        "R" => again("%H:%M", fields)?,
        "T" | "X" => again("%H:%M:%S", fields)?,
        "c" => again("%a %b %e %H:%M:%S %Y", fields)?,
        "n" | "t" => Some(text.trim_start()),
        "%" => text.strip_prefix('%'),
        "s" => number(text, 18, &mut fields.instant),
        "z" | "Ez" => offset(text).map(|(seconds, rest)| {
            fields.offset = Some(seconds);
            rest
        }),
        "E*S" | "E0S" | "E1S" | "E2S" | "E3S" | "E4S" | "E5S" | "E6S" => fraction(text, fields),
        _ => {
            return Err(format!(
                "format element `%{element}` is not supported in PARSE"
            ));
        }
    })
}

fn number<'t>(text: &'t str, most: usize, into: &mut Option<i64>) -> Option<&'t str> {
    let count = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    let (digits, rest) = text.split_at(count);
    *into = Some(digits.parse().ok()?);
    Some(rest)
}

fn fraction<'t>(text: &'t str, fields: &mut Fields) -> Option<&'t str> {
    let mut second = None;
    let rest = number(text, 2, &mut second)?;
    fields.second = second.unwrap_or(0);
    let Some(digits) = rest.strip_prefix('.') else {
        return Some(rest);
    };
    let count = digits
        .bytes()
        .take(6)
        .take_while(u8::is_ascii_digit)
        .count();
    fields.micros = format!("{:0<6}", &digits[..count]).parse().ok()?;
    Some(digits[count..].trim_start_matches(|letter: char| letter.is_ascii_digit()))
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

/// `±HHMM`, `±HH:MM` or `Z`
fn offset(text: &str) -> Option<(i64, &str)> {
    if let Some(rest) = text.strip_prefix(['Z', 'z']) {
        return Some((0, rest));
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (mut hours, mut minutes) = (None, None);
    let rest = number(&text[1..], 2, &mut hours)?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let rest = number(rest, 2, &mut minutes).unwrap_or(rest);
    Some((sign * (hours? * 3600 + minutes.unwrap_or(0) * 60), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_format_and_parse() {
        let civil = join(days_of(2008, 12, 25).unwrap(), 55_800_000_000 + 123_400);
        for (picture, text) in [
            ("%a %b %e %Y", "Thu Dec 25 2008"),
            ("%H:%M:%E*S", "15:30:00.1234"),
            ("%E3S %j %U %V", "00.123 360 51 52"),
            ("%I %p %y%%", "03 PM 08%"),
        ] {
            assert_eq!(
                format(picture, civil, Has::DateTime, (0, "UTC")).as_deref(),
                Ok(text)
            );
        }
        assert_eq!(
            parse("%Y%m%d", "20081225", Has::Date, "UTC"),
            Ok(join(days_of(2008, 12, 25).unwrap(), 0))
        );
        assert_eq!(
            parse("%y%j", "24120", Has::Date, "UTC"),
            Ok(join(days_of(2024, 4, 29).unwrap(), 0))
        );
        assert!(parse("%H:%M %p", "2:03 PM", Has::Time, "UTC").is_ok());
        assert!(parse("%Y-%m-%d", "xxx", Has::Date, "UTC").is_err());
        assert!(parse("%H", "1", Has::Date, "UTC").is_err());
    }
}
