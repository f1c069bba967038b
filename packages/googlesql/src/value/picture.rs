//! Writing by the format elements of `FORMAT_DATE`, `FORMAT_TIMESTAMP` and their kin
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements>

use super::temporal::{date_of, days_of, iso_week, split, weekday};

pub const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
pub const MONTHS: [&str; 12] = [
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
        // A `%` at the end is dropped
        let Some(element) = letters.next() else {
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
        Some('c' | 'H' | 'I' | 'k' | 'l' | 'M' | 'P' | 'p' | 'R' | 'r' | 'S' | 'T' | 'X' | 's')
    );
    if (has == Has::Time && needs_date) || (has == Has::Date && needs_time) {
        return Ok(None);
    }
    if element.ends_with(['Z', 'z']) && has != Has::Timestamp
        || element.ends_with('s') && matches!(has, Has::Date | Has::Time)
    {
        return Ok(None);
    }
    let plain = match element.as_bytes() {
        // `%Ez` and `%ET` have a meaning of their own; other modifiers change nothing
        [b'E', b'z' | b'T' | b'Y'] | [b'E' | b'O', b'Q'] => element,
        [b'E' | b'O', _] => &element[1..],
        _ => element,
    };
    Ok(Some(match plain {
        "A" => DAYS[week_day as usize].to_owned(),
        "a" => DAYS[week_day as usize][..3].to_owned(),
        "B" => MONTHS[month as usize - 1].to_owned(),
        "b" | "h" => MONTHS[month as usize - 1][..3].to_owned(),
        "C" => format!("{:02}", year / 100),
        "c" => return again("%a %b %e %H:%M:%S %E4Y"),
        "D" | "x" => return again("%m/%d/%y"),
        "d" => format!("{day:02}"),
        "e" => format!("{day:2}"),
        "F" => return again("%E4Y-%m-%d"),
        "G" => format!("{:04}", iso_week(days).0),
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
        "r" => return again("%I:%M:%S %p"),
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
        "E4Y" | "EY" => format!("{year:04}"),
        "ET" => "T".to_owned(),
        "Z" => match offset.0.abs() / 60 {
            0 => "UTC".to_owned(),
            minutes if minutes % 60 == 0 => format!("UTC{:+}", offset.0 / 3600),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::temporal::join;

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
    }
}
