//! Dates and times as text and back by the format elements of `CAST(… FORMAT '…')`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_date_time_as_string>

use super::picture::{DAYS, Has, MONTHS};
use super::temporal::{date_of, days_of, in_range, join, split, time_of, weekday};
use super::zone;

/// Elements by name; longer ones before those that they start with
const ELEMENTS: [&str; 48] = [
    "Y,YYY", "YYYY", "RRRR", "YYY", "YY", "RR", "Y", "MONTH", "MON", "MM", "MI", "DDD", "DD",
    "DAY", "DY", "D", "HH12", "HH24", "HH", "SSSSS", "SS", "FF1", "FF2", "FF3", "FF4", "FF5",
    "FF6", "FF7", "FF8", "FF9", "A.M.", "P.M.", "AM", "PM", "TZH", "TZM", "SYYYY", "YEAR", "IYYY",
    "IYY", "IY", "IW", "WW", "CC", "I", "J", "Q", "W",
];

/// A piece of a format
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// Its upper-case name, and as it is written
    Element(&'static str, String),
    Literal(String),
    Blanks(usize),
}

fn read(format: &str) -> Result<Vec<Piece>, String> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = format;
    while let Some(letter) = rest.chars().next() {
        let head = |name: &&&str| {
            rest.get(..name.len())
                .is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        if letter == '"' {
            let (text, length) = quoted(rest)
                .ok_or_else(|| format!("format `{format}`: a quotation mark is not closed"))?;
            pieces.push(Piece::Literal(text));
            rest = &rest[length..];
            continue;
        }
        if letter == ' ' {
            let count = rest.len() - rest.trim_start_matches(' ').len();
            pieces.push(Piece::Blanks(count));
            rest = &rest[count..];
            continue;
        }
        if "-./,';:".contains(letter) {
            pieces.push(Piece::Literal(letter.to_string()));
            rest = &rest[1..];
            continue;
        }
        let Some(name) = ELEMENTS.iter().find(head) else {
            return Err(format!("format `{format}`: no format element at `{rest}`"));
        };
        let (written, after) = rest.split_at(name.len());
        if matches!(
            *name,
            "SYYYY" | "YEAR" | "IYYY" | "IYY" | "IY" | "IW" | "I" | "J" | "WW" | "CC" | "Q" | "W"
        ) {
            return Err(format!("format element `{written}` is not supported"));
        }
        pieces.push(Piece::Element(name, written.to_owned()));
        rest = after;
    }
    Ok(pieces)
}

/// The text in quotation marks and its length with them
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((content, at + 1)),
            '\\' => content.push(letters.next()?.1),
            _ => content.push(letter),
        }
    }
    None
}

/// What an element tells
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Category {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    SecondOfDay,
    Fraction,
    Meridian,
    ZoneHour,
    ZoneMinute,
}

fn category(element: &str) -> Category {
    match element {
        "MONTH" | "MON" | "MM" => Category::Month,
        "MI" => Category::Minute,
        "DDD" | "DD" | "D" | "DAY" | "DY" => Category::Day,
        "HH" | "HH12" | "HH24" => Category::Hour,
        "SSSSS" => Category::SecondOfDay,
        "SS" => Category::Second,
        "A.M." | "P.M." | "AM" | "PM" => Category::Meridian,
        "TZH" => Category::ZoneHour,
        "TZM" => Category::ZoneMinute,
        fraction if fraction.starts_with("FF") => Category::Fraction,
        _ => Category::Year,
    }
}

fn check(element: &str, written: &str, has: Has) -> Result<(), String> {
    let fits = match category(element) {
        Category::Year | Category::Month | Category::Day => has != Has::Time,
        Category::ZoneHour | Category::ZoneMinute => has == Has::Timestamp,
        _ => has != Has::Date,
    };
    match fits {
        true => Ok(()),
        false => Err(format!("format element `{written}` does not fit the type")),
    }
}

/// The text of a clock reading, `offset` seconds ahead of UTC
pub fn format(picture: &str, civil: i64, has: Has, offset: i32) -> Result<String, String> {
    let (days, micros) = split(civil);
    let (year, month, day) = date_of(days);
    let seconds = micros / 1_000_000;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let mut text = String::new();
    for piece in read(picture)? {
        let (element, written) = match piece {
            Piece::Literal(literal) => {
                text.push_str(&literal);
                continue;
            }
            Piece::Blanks(count) => {
                text.push_str(&" ".repeat(count));
                continue;
            }
            Piece::Element(element, written) => (element, written),
        };
        check(element, &written, has)?;
        text.push_str(&match element {
            "YYYY" | "RRRR" => format!("{year:04}"),
            "YYY" => format!("{:03}", year % 1000),
            "YY" | "RR" => format!("{:02}", year % 100),
            "Y" => format!("{}", year % 10),
            "MM" => format!("{month:02}"),
            "MONTH" => cased(MONTHS[month as usize - 1], &written),
            "MON" => cased(&MONTHS[month as usize - 1][..3], &written),
            "DDD" => format!(
                "{:03}",
                i64::from(days - days_of(year, 1, 1).unwrap_or(days)) + 1
            ),
            "DD" => format!("{day:02}"),
            "D" => format!("{}", weekday(days) + 1),
            "DAY" => cased(DAYS[weekday(days) as usize], &written),
            "DY" => cased(&DAYS[weekday(days) as usize][..3], &written),
            "HH" | "HH12" => format!("{twelve:02}"),
            "HH24" => format!("{hour:02}"),
            "MI" => format!("{minute:02}"),
            "SS" => format!("{second:02}"),
            "SSSSS" => format!("{seconds:05}"),
            "AM" | "PM" => meridian(if hour < 12 { "AM" } else { "PM" }, &written),
            "A.M." | "P.M." => meridian(if hour < 12 { "A.M." } else { "P.M." }, &written),
            "TZH" => format!(
                "{}{:02}",
                if offset < 0 { '-' } else { '+' },
                offset.abs() / 3600
            ),
            "TZM" => format!("{:02}", offset.abs() / 60 % 60),
            fraction if fraction.starts_with("FF") => {
                let digits: usize = fraction[2..].parse().unwrap_or(6);
                format!("{:06}000", micros % 1_000_000)[..digits].to_owned()
            }
            _ => return Err(format!("format element `{written}` is not supported")),
        });
    }
    Ok(text)
}

/// A name in the case of an element's first two letters
fn cased(name: &str, written: &str) -> String {
    let upper: Vec<bool> = written
        .chars()
        .map(|letter| letter.is_ascii_uppercase())
        .collect();
    match upper.as_slice() {
        [true, true, ..] => name.to_ascii_uppercase(),
        [true, ..] => name.to_owned(),
        _ => name.to_ascii_lowercase(),
    }
}

fn meridian(name: &str, written: &str) -> String {
    match written.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        true => name.to_owned(),
        false => name.to_ascii_lowercase(),
    }
}

/// What a text gave
#[derive(Debug, Default)]
struct Fields {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    second_of_day: Option<i64>,
    micros: i64,
    afternoon: Option<bool>,
    zone_negative: bool,
    zone_hour: Option<i64>,
    zone_minute: Option<i64>,
}

/// Microseconds of the text: UTC where `has` is a timestamp, else a clock reading; `today` (days)
/// gives the year and the month where the format names none, the day is 1 then
pub fn parse(picture: &str, text: &str, has: Has, zone: &str, today: i32) -> Result<i64, String> {
    let failed = || format!("failed to parse `{text}` as `{picture}`");
    let pieces = read(picture)?;
    consistent(&pieces, has)?;
    let (this_year, this_month, _) = date_of(today);
    let mut fields = Fields::default();
    let mut rest = text.trim();
    for (at, piece) in pieces.iter().enumerate() {
        rest = match piece {
            Piece::Literal(literal) => rest.strip_prefix(literal.as_str()).ok_or_else(failed)?,
            Piece::Blanks(_) => {
                let after = rest.trim_start();
                if after.len() == rest.len() {
                    return Err(failed());
                }
                after
            }
            Piece::Element(element, _) => {
                let next = pieces.get(at + 1);
                let followed = matches!(next, Some(Piece::Element(next, _)) if !matches!(*next, "MON" | "MONTH" | "AM" | "PM" | "A.M." | "P.M."));
                read_one(element, rest, followed, this_year, &mut fields).ok_or_else(failed)?
            }
        };
    }
    if !rest.is_empty() {
        return Err(failed());
    }
    let days = days_of(
        fields.year.unwrap_or(this_year),
        fields.month.unwrap_or(this_month),
        fields.day.unwrap_or(1),
    );
    let hour = match (fields.hour, fields.afternoon) {
        (Some(hour), Some(afternoon)) => hour % 12 + if afternoon { 12 } else { 0 },
        (hour, _) => hour.unwrap_or(0),
    };
    let time = match fields.second_of_day {
        Some(second) => Some(second * 1_000_000 + fields.micros),
        None => time_of(
            hour,
            fields.minute.unwrap_or(0),
            fields.second.unwrap_or(0),
            fields.micros,
        ),
    };
    let time = time.ok_or_else(failed)?;
    if has == Has::Time {
        return Ok(time);
    }
    let civil = join(days.ok_or_else(failed)?, time);
    if has != Has::Timestamp {
        return Ok(civil);
    }
    let utc = match (fields.zone_hour, fields.zone_minute) {
        (None, None) => zone::instant(civil, zone).ok_or_else(failed)?,
        (hour, minute) => {
            let seconds = hour.unwrap_or(0) * 3600 + minute.unwrap_or(0) * 60;
            let negative = fields.zone_negative;
            civil - if negative { -seconds } else { seconds } * 1_000_000
        }
    };
    match in_range(utc) {
        true => Ok(utc),
        false => Err(failed()),
    }
}

/// An element once, one of each kind, and no two that contradict each other
fn consistent(pieces: &[Piece], has: Has) -> Result<(), String> {
    let mut seen: Vec<Category> = Vec::new();
    let (mut twelve, mut whole) = (false, false);
    for piece in pieces {
        let Piece::Element(element, written) = piece else {
            continue;
        };
        if matches!(*element, "DDD" | "D" | "DAY" | "DY") {
            return Err(format!(
                "format element `{written}` is not supported for parsing"
            ));
        }
        check(element, written, has)?;
        let own = category(element);
        if seen.contains(&own) {
            return Err(format!(
                "format element `{written}` repeats what another tells"
            ));
        }
        seen.push(own);
        twelve |= matches!(*element, "HH" | "HH12");
        whole |= *element == "HH24";
    }
    let has_meridian = seen.contains(&Category::Meridian);
    if twelve != has_meridian || whole && has_meridian {
        return Err("`HH` and `HH12` go with `AM`, `HH24` without".to_owned());
    }
    let clock = [Category::Hour, Category::Minute, Category::Second];
    if seen.contains(&Category::SecondOfDay) && clock.iter().any(|one| seen.contains(one)) {
        return Err("`SSSSS` excludes hours, minutes and seconds".to_owned());
    }
    Ok(())
}

fn read_one<'t>(
    element: &str,
    text: &'t str,
    followed: bool,
    this_year: i64,
    fields: &mut Fields,
) -> Option<&'t str> {
    let within =
        |value: i64, least: i64, most: i64| (least..=most).contains(&value).then_some(value);
    match element {
        "YYYY" | "RRRR" => {
            let (value, rest) = number(text, if followed { 4 } else { 5 })?;
            fields.year = Some(value);
            Some(rest)
        }
        "Y,YYY" => {
            let (thousands, rest) = number(text, 2)?;
            let rest = rest.strip_prefix(',')?;
            let (value, after) = number(rest, 3)?;
            (rest.len() - after.len() == 3).then_some(())?;
            fields.year = Some(thousands * 1000 + value);
            Some(after)
        }
        "YYY" | "YY" | "Y" => {
            let (value, rest) = number(text, element.len())?;
            let unit = 10_i64.pow(u32::try_from(element.len()).ok()?);
            fields.year = Some(this_year - this_year % unit + value);
            Some(rest)
        }
        "RR" => {
            let (value, rest) = number(text, 2)?;
            let century = this_year - this_year % 100;
            let shift = match (value < 50, this_year % 100 < 50) {
                (true, false) => 100,
                (false, true) => -100,
                _ => 0,
            };
            fields.year = Some(century + shift + value);
            Some(rest)
        }
        "MM" => {
            let (value, rest) = number(text, 2)?;
            fields.month = Some(within(value, 1, 12)?);
            Some(rest)
        }
        "MONTH" | "MON" => {
            let (at, length) = MONTHS.iter().enumerate().find_map(|(at, name)| {
                let name = if element == "MON" { &name[..3] } else { name };
                let head = text.get(..name.len())?;
                head.eq_ignore_ascii_case(name).then_some((at, name.len()))
            })?;
            fields.month = Some(i64::try_from(at).ok()? + 1);
            Some(&text[length..])
        }
        "DD" => {
            let (value, rest) = number(text, 2)?;
            fields.day = Some(within(value, 1, 31)?);
            Some(rest)
        }
        "HH" | "HH12" => {
            let (value, rest) = number(text, 2)?;
            fields.hour = Some(within(value, 1, 12)?);
            Some(rest)
        }
        "HH24" => {
            let (value, rest) = number(text, 2)?;
            fields.hour = Some(within(value, 0, 23)?);
            Some(rest)
        }
        "MI" => {
            let (value, rest) = number(text, 2)?;
            fields.minute = Some(within(value, 0, 59)?);
            Some(rest)
        }
        "SS" => {
            let (value, rest) = number(text, 2)?;
            fields.second = Some(within(value, 0, 59)?);
            Some(rest)
        }
        "SSSSS" => {
            let (value, rest) = number(text, 5)?;
            fields.second_of_day = Some(within(value, 0, 86_399)?);
            Some(rest)
        }
        "AM" | "PM" | "A.M." | "P.M." => {
            let (first, second) = if element.len() == 2 {
                ("AM", "PM")
            } else {
                ("A.M.", "P.M.")
            };
            let head = text.get(..first.len())?;
            let afternoon = head.eq_ignore_ascii_case(second);
            (afternoon || head.eq_ignore_ascii_case(first)).then_some(())?;
            fields.afternoon = Some(afternoon);
            Some(&text[first.len()..])
        }
        "TZH" => {
            let sign = text.chars().next()?;
            "+- ".contains(sign).then_some(())?;
            let (value, rest) = number(&text[1..], 2)?;
            fields.zone_negative = sign == '-';
            fields.zone_hour = Some(within(value, 0, 14)?);
            Some(rest)
        }
        "TZM" => {
            let (value, rest) = number(text, 2)?;
            fields.zone_minute = Some(within(value, 0, 59)?);
            Some(rest)
        }
        fraction => {
            let most: usize = fraction.strip_prefix("FF")?.parse().ok()?;
            let count = text
                .bytes()
                .take(most)
                .take_while(u8::is_ascii_digit)
                .count();
            (count > 0).then_some(())?;
            let (digits, rest) = text.split_at(count);
            let digits = format!("{digits:0<6}");
            fields.micros = digits[..6].parse().ok()?;
            Some(rest)
        }
    }
}

fn number(text: &str, most: usize) -> Option<(i64, &str)> {
    let count = text
        .bytes()
        .take(most)
        .take_while(u8::is_ascii_digit)
        .count();
    let (digits, rest) = text.split_at(count);
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_format_and_parse() {
        let civil = super::super::temporal::parse_datetime("2020-01-02 13:04:05.123456").unwrap();
        let text = |picture: &str| format(picture, civil, Has::DateTime, 0);
        for (picture, expected) in [
            ("YYYY-MM-DD", "2020-01-02"),
            ("YYY YY Y RRRR RR", "020 20 0 2020 20"),
            (
                "MON Mon mon MONTH Month month",
                "JAN Jan jan JANUARY January january",
            ),
            ("DDD D DAY Day DY", "002 5 THURSDAY Thursday THU"),
            ("HH HH12 HH24 MI SS SSSSS", "01 01 13 04 05 47045"),
            ("FF1 FF3 FF9 AM a.m.", "1 123 123456000 PM p.m."),
            ("YYYY\"T\\\"\"MM", "2020T\"01"),
        ] {
            assert_eq!(text(picture).as_deref(), Ok(expected));
        }
        assert!(text("TZH").is_err());
        assert!(text("YYYY#").is_err());
        let today = super::super::temporal::parse_date("2026-11-22").unwrap();
        let parsed = |picture: &str, text: &str| {
            parse(picture, text, Has::DateTime, "UTC", today)
                .map(super::super::temporal::format_datetime)
        };
        for (picture, text, expected) in [
            (
                "YYYY-MM-DD HH24:MI:SS",
                "2020-1-2 3:4:5",
                "2020-01-02 03:04:05",
            ),
            ("DD/MON/YY", "02/Jan/20", "2020-01-02 00:00:00"),
            (
                "MONTH DD, YYYY HH:MI PM",
                "january 5, 1999 10:20 pm",
                "1999-01-05 22:20:00",
            ),
            ("YYYYMMDD", "20200102", "2020-01-02 00:00:00"),
            ("RR", "96", "1996-11-01 00:00:00"),
            ("Y,YYY", "2,020", "2020-11-01 00:00:00"),
            ("", "", "2026-11-01 00:00:00"),
        ] {
            assert_eq!(parsed(picture, text).as_deref(), Ok(expected), "{picture}");
        }
        for (picture, text) in [
            ("YYYY MM", "202001"),
            ("YYYY YY", "2020 20"),
            ("HH", "10"),
            ("YYYY-MM-DD", "2020-02-30"),
            ("YYYY-MM-DD", "2020-01-02x"),
            ("Q", "1"),
        ] {
            assert!(parsed(picture, text).is_err(), "{picture}");
        }
    }
}
