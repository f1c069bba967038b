//! Writing by the format elements of `FORMAT_DATE`, `FORMAT_TIMESTAMP` and their kin
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements>

use super::temporal::{date_of, day_of_year, iso_week, padded, split, weekday};

/// From Sunday on
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

/// Writes a clock reading behind what is there; `offset` is the zone's seconds ahead of UTC and its name
pub fn write(
    out: &mut String,
    picture: &str,
    civil: i64,
    has: Has,
    offset: (i32, &str),
) -> Result<(), String> {
    Reading::of(civil, has, offset.0).write(out, picture)
}

/// A clock reading in its parts
struct Reading {
    has: Has,
    civil: i64,
    /// Of the zone, in seconds ahead of UTC
    offset: i32,
    days: i32,
    year: i64,
    month: i64,
    day: i64,
    micros: i64,
}

impl Reading {
    fn of(civil: i64, has: Has, offset: i32) -> Self {
        let (days, micros) = split(civil);
        let (year, month, day) = date_of(days);
        Self {
            has,
            civil,
            offset,
            days,
            year,
            month,
            day,
            micros,
        }
    }

    fn write(&self, text: &mut String, picture: &str) -> Result<(), String> {
        let mut rest = picture;
        while let Some(start) = rest.find('%') {
            text.push_str(&rest[..start]);
            rest = &rest[start + 1..];
            let length = match rest.chars().next() {
                // A `%` at the end stands for itself
                None => {
                    text.push('%');
                    return Ok(());
                }
                Some('E' | 'O') => (rest.char_indices().skip(1))
                    .find(|(_, part)| part.is_alphabetic())
                    .map_or(rest.len(), |(at, part)| at + part.len_utf8()),
                Some(plain) => plain.len_utf8(),
            };
            let (element, after) = rest.split_at(length);
            match self.lacks(element) {
                // What the value lacks stays as it is written
                true => {
                    text.push('%');
                    text.push_str(element);
                }
                false => self.write_element(text, element)?,
            }
            rest = after;
        }
        text.push_str(rest);
        Ok(())
    }

    fn lacks(&self, element: &str) -> bool {
        match element.chars().next_back() {
            Some('Z' | 'z') if self.has != Has::Timestamp => true,
            Some('s') if matches!(self.has, Has::Date | Has::Time) => true,
            Some(
                'c' | 'H' | 'I' | 'k' | 'l' | 'M' | 'P' | 'p' | 'R' | 'r' | 'S' | 'T' | 'X' | 's',
            ) if self.has == Has::Date => true,
            _ => {
                let plain = element.trim_start_matches(['E', 'O', '4']);
                self.has == Has::Time
                    && !plain.is_empty()
                    && "AaBbhCcDdeFGgjmQUuVWwxYy".contains(plain)
            }
        }
    }

    fn write_element(&self, text: &mut String, element: &str) -> Result<(), String> {
        let plain = match element.as_bytes() {
            // `%Ez` and `%ET` have a meaning of their own; other modifiers change nothing
            [b'E', b'z' | b'T' | b'Y'] | [b'E' | b'O', b'Q'] => element,
            [b'E' | b'O', _] => &element[1..],
            _ => element,
        };
        let seconds = self.micros / 1_000_000;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        match plain {
            "A" => text.push_str(DAYS[self.week_day() as usize]),
            "a" => text.push_str(&DAYS[self.week_day() as usize][..3]),
            "B" => text.push_str(MONTHS[self.month as usize - 1]),
            "b" | "h" => text.push_str(&MONTHS[self.month as usize - 1][..3]),
            "C" => padded(text, self.year / 100, 2, '0'),
            "c" => return self.write(text, "%a %b %e %H:%M:%S %E4Y"),
            "D" | "x" => return self.write(text, "%m/%d/%y"),
            "d" => padded(text, self.day, 2, '0'),
            "e" => padded(text, self.day, 2, ' '),
            "F" => return self.write(text, "%E4Y-%m-%d"),
            "G" => padded(text, iso_week(self.days).0, 4, '0'),
            "g" => padded(text, iso_week(self.days).0 % 100, 2, '0'),
            "H" => padded(text, hour, 2, '0'),
            "I" => padded(text, twelve, 2, '0'),
            "j" => padded(text, self.day_of_year(), 3, '0'),
            "k" => padded(text, hour, 2, ' '),
            "l" => padded(text, twelve, 2, ' '),
            "M" => padded(text, minute, 2, '0'),
            "m" => padded(text, self.month, 2, '0'),
            "n" => text.push('\n'),
            "P" => text.push_str(if hour < 12 { "am" } else { "pm" }),
            "p" => text.push_str(if hour < 12 { "AM" } else { "PM" }),
            "Q" => padded(text, (self.month + 2) / 3, 1, '0'),
            "R" => return self.write(text, "%H:%M"),
            "r" => return self.write(text, "%I:%M:%S %p"),
            "S" | "E0S" => padded(text, second, 2, '0'),
            "s" => {
                let utc = self.civil - i64::from(self.offset) * 1_000_000;
                padded(text, utc.div_euclid(1_000_000), 1, '0');
            }
            "T" | "X" => return self.write(text, "%H:%M:%S"),
            "t" => text.push('\t'),
            "U" => {
                let week = (self.day_of_year() + 6 - self.week_day()) / 7;
                padded(text, week, 2, '0');
            }
            "u" => match self.week_day() {
                0 => text.push('7'),
                day => padded(text, day, 1, '0'),
            },
            "V" => padded(text, iso_week(self.days).1, 2, '0'),
            "W" => {
                let week = (self.day_of_year() + 6 - (self.week_day() + 6) % 7) / 7;
                padded(text, week, 2, '0');
            }
            "w" => padded(text, self.week_day(), 1, '0'),
            "Y" => padded(text, self.year, 1, '0'),
            "y" => padded(text, self.year % 100, 2, '0'),
            "E4Y" | "EY" => padded(text, self.year, 4, '0'),
            "ET" => text.push('T'),
            "Z" => {
                text.push_str("UTC");
                match self.offset.abs() / 60 {
                    0 => {}
                    minutes if minutes % 60 == 0 => {
                        text.push_str(&format!("{:+}", self.offset / 3600));
                    }
                    _ => text.push_str(&zone_offset(self.offset, "")),
                }
            }
            "z" => text.push_str(&zone_offset(self.offset, "")),
            "Ez" => text.push_str(&zone_offset(self.offset, ":")),
            "%" => text.push('%'),
            "E*S" => {
                padded(text, second, 2, '0');
                let fraction = format!("{:06}", self.micros % 1_000_000);
                match fraction.trim_end_matches('0') {
                    "" => {}
                    digits => {
                        text.push('.');
                        text.push_str(digits);
                    }
                }
            }
            "E1S" | "E2S" | "E3S" | "E4S" | "E5S" | "E6S" | "E7S" | "E8S" | "E9S" => {
                let count = usize::from(plain.as_bytes()[1] - b'0');
                padded(text, second, 2, '0');
                text.push('.');
                text.push_str(&format!("{:06}000", self.micros % 1_000_000)[..count]);
            }
            _ => return Err(format!("format element `%{element}` is not supported")),
        }
        Ok(())
    }

    /// From Sunday, which is 0
    fn week_day(&self) -> i64 {
        weekday(self.days)
    }

    /// From 1
    fn day_of_year(&self) -> i64 {
        day_of_year(self.days)
    }
}

fn zone_offset(seconds: i32, colon: &str) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::temporal::{days_of, join};

    #[test]
    fn pictures_format_and_parse() {
        let civil = join(days_of(2008, 12, 25).unwrap(), 55_800_000_000 + 123_400);
        for (picture, text) in [
            ("%a %b %e %Y", "Thu Dec 25 2008"),
            ("%H:%M:%E*S", "15:30:00.1234"),
            ("%E3S %j %U %V", "00.123 360 51 52"),
            ("%I %p %y%%", "03 PM 08%"),
        ] {
            let mut written = String::new();
            let result = write(&mut written, picture, civil, Has::DateTime, (0, "UTC"));
            assert_eq!((result, written.as_str()), (Ok(()), text));
        }
    }
}
