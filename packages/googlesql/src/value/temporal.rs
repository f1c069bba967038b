//! Dates, times and timestamps as text
//!
//! Dates are days and clock readings microseconds since 1970-01-01, times microseconds since
//! midnight. <https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types>

use super::zone;

pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Days of a proleptic Gregorian date; `None` outside years 1 to 9999 or for no real day
pub fn days_of(year: i64, month: i64, day: i64) -> Option<i32> {
    if !(1..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || day < 1
        || day > last_day(year, month)
    {
        return None;
    }
    i32::try_from(civil_days(year, month, day)).ok()
}

/// Days since 1970-01-01 of a date in any year
fn civil_days(year: i64, month: i64, day: i64) -> i64 {
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

pub fn last_day(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day
pub fn date_of(days: i32) -> (i64, i64, i64) {
    // As above: civil_from_days
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// 0 is Sunday
pub fn weekday(days: i32) -> i64 {
    (i64::from(days) + 4).rem_euclid(7)
}

/// The Monday that ISO year `year` starts with
pub fn iso_year_start(year: i64) -> Option<i32> {
    let fourth = days_of(year, 1, 4)?;
    i32::try_from(i64::from(fourth) - (weekday(fourth) + 6) % 7).ok()
}

/// ISO year and week from 1
pub fn iso_week(days: i32) -> (i64, i64) {
    // A week belongs to the year of its Thursday
    let thursday = i64::from(days) - (weekday(days) + 6) % 7 + 3;
    let (year, ..) = date_of(i32::try_from(thursday).unwrap_or(days));
    (year, (thursday - civil_days(year, 1, 1)) / 7 + 1)
}

/// The day of its year, from 1
pub fn day_of_year(days: i32) -> i64 {
    let (year, ..) = date_of(days);
    i64::from(days) - civil_days(year, 1, 1) + 1
}

/// Splits a clock reading into days and microseconds of the day
pub fn split(micros: i64) -> (i32, i64) {
    let days = micros.div_euclid(MICROS_PER_DAY);
    (
        i32::try_from(days).unwrap_or(i32::MAX),
        micros.rem_euclid(MICROS_PER_DAY),
    )
}

pub fn join(days: i32, micros: i64) -> i64 {
    i64::from(days) * MICROS_PER_DAY + micros
}

pub fn time_of(hour: i64, minute: i64, second: i64, micros: i64) -> Option<i64> {
    let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    valid.then(|| ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros)
}

pub fn format_date(days: i32) -> String {
    written(|out| write_date(out, days))
}

/// `HH:MM:SS` with 0, 3 or 6 digits of fraction
pub fn format_time(micros: i64) -> String {
    written(|out| write_time(out, micros))
}

pub fn format_datetime(micros: i64) -> String {
    written(|out| write_datetime(out, micros))
}

fn written(write: impl FnOnce(&mut String)) -> String {
    let mut text = String::new();
    write(&mut text);
    text
}

/// As [`format_date`]
pub fn write_date(out: &mut String, days: i32) {
    let (year, month, day) = date_of(days);
    padded(out, year, 4, '0');
    out.push('-');
    padded(out, month, 2, '0');
    out.push('-');
    padded(out, day, 2, '0');
}

/// As [`format_time`]
pub fn write_time(out: &mut String, micros: i64) {
    let seconds = micros / 1_000_000;
    padded(out, seconds / 3600, 2, '0');
    out.push(':');
    padded(out, seconds / 60 % 60, 2, '0');
    out.push(':');
    padded(out, seconds % 60, 2, '0');
    let fraction = micros % 1_000_000;
    if fraction != 0 {
        out.push('.');
        match fraction % 1000 {
            0 => padded(out, fraction / 1000, 3, '0'),
            _ => padded(out, fraction, 6, '0'),
        }
    }
}

/// As [`format_datetime`]
pub fn write_datetime(out: &mut String, micros: i64) {
    let (days, time) = split(micros);
    write_date(out, days);
    out.push(' ');
    write_time(out, time);
}

/// As `CAST(timestamp AS STRING)` writes it, with the zone's offset; `None` for an unknown zone
pub fn write_timestamp(out: &mut String, utc: i64, zone: &str) -> Option<()> {
    let offset = zone::offset_in_minutes(utc, zone)?;
    write_datetime(out, utc.checked_add(i64::from(offset) * 1_000_000)?);
    let minutes = i64::from(offset.abs() / 60);
    out.push(if offset < 0 { '-' } else { '+' });
    padded(out, minutes / 60, 2, '0');
    if minutes % 60 != 0 {
        out.push(':');
        padded(out, minutes % 60, 2, '0');
    }
    Some(())
}

/// Writes a number with at least so many letters
pub fn padded(out: &mut String, number: i64, least: usize, fill: char) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    let mut rest = number.unsigned_abs();
    while rest > 0 || start == digits.len() {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    if number < 0 {
        out.push('-');
    }
    let count = digits.len() - start + usize::from(number < 0);
    (count..least).for_each(|_| out.push(fill));
    out.push_str(std::str::from_utf8(&digits[start..]).unwrap_or_default());
}

pub fn parse_date(text: &str) -> Option<i32> {
    let mut reader = Reader::new(text);
    let days = reader.date()?;
    reader.is_done().then_some(days)
}

pub fn parse_time(text: &str) -> Option<i64> {
    let mut reader = Reader::new(text);
    let micros = reader.time()?;
    reader.is_done().then_some(micros % MICROS_PER_DAY)
}

pub fn parse_datetime(text: &str) -> Option<i64> {
    let mut reader = Reader::new(text);
    let micros = reader.datetime()?;
    (reader.is_done() && in_range(micros)).then_some(micros)
}

/// UTC microseconds of a timestamp text; `zone` is for texts that name none
pub fn parse_timestamp(text: &str, zone: &str) -> Option<i64> {
    let mut reader = Reader {
        rest: text,
        instant: true,
    };
    let civil = reader.datetime()?;
    let rest = reader.rest;
    // A zone follows a time of day only, an offset without a blank, a name after one
    let utc = if rest.is_empty() {
        zone::instant(civil, zone)?
    } else if !text.contains(':') {
        return None;
    } else if matches!(rest, "Z" | "z") {
        civil
    } else if rest.starts_with(['+', '-']) {
        zone::instant(civil, rest)?
    } else {
        let name = rest.strip_prefix(' ')?;
        let named = name.starts_with(|letter: char| letter.is_ascii_alphabetic());
        zone::instant(civil, name).filter(|_| named)?
    };
    in_range(utc).then_some(utc)
}

/// Whether a reading lies in years 1 to 9999
pub fn in_range(micros: i64) -> bool {
    (-62_135_596_800_000_000..253_402_300_800_000_000).contains(&micros)
}

struct Reader<'a> {
    rest: &'a str,
    /// Whether a TIMESTAMP is read
    instant: bool,
}

impl<'a> Reader<'a> {
    fn new(rest: &'a str) -> Self {
        Self {
            rest,
            instant: false,
        }
    }

    fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    fn take(&mut self, letters: &[char]) -> bool {
        match self.rest.strip_prefix(letters) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if count < least || count > most {
            return None;
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        digits.parse().ok()
    }

    fn date(&mut self) -> Option<i32> {
        let year = self.digits(4, 4)?;
        self.take(&['-']).then_some(())?;
        let month = self.digits(1, 2)?;
        self.take(&['-']).then_some(())?;
        let day = self.digits(1, 2)?;
        days_of(year, month, day)
    }

    fn time(&mut self) -> Option<i64> {
        let hour = self.digits(1, 2)?;
        self.take(&[':']).then_some(())?;
        let minute = self.digits(1, 2)?;
        self.take(&[':']).then_some(())?;
        let second = self.digits(1, 2)?;
        let mut micros = 0;
        if self.take(&['.']) {
            let before = self.rest.len();
            let digits = self.digits(1, 6)?;
            let count = before - self.rest.len();
            micros = digits * 10_i64.pow(6 - u32::try_from(count).ok()?);
        }
        // A leap second is the next minute's first, whose fraction only an instant keeps
        let leap = if self.instant { micros } else { 0 };
        match second {
            60 => time_of(hour, minute, 59, leap).map(|time| time + 1_000_000),
            _ => time_of(hour, minute, second, micros),
        }
    }

    fn datetime(&mut self) -> Option<i64> {
        let days = self.date()?;
        let before = self.rest;
        if self.take(&[' ', 'T', 't'])
            && self
                .rest
                .starts_with(|letter: char| letter.is_ascii_digit())
        {
            return Some(join(days, self.time()?));
        }
        self.rest = before;
        Some(join(days, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_both_ways() {
        for days in [-719_162, -1, 0, 59, 16_801, 2_932_896] {
            let (year, month, day) = date_of(days);
            assert_eq!(days_of(year, month, day), Some(days));
        }
        assert_eq!(format_date(-719_162), "0001-01-01");
        assert_eq!(days_of(2023, 2, 29), None);
        assert_eq!(iso_week(days_of(2015, 12, 28).unwrap()), (2015, 53));
        assert_eq!(weekday(0), 4);
    }

    #[test]
    fn timestamps_read_with_zones() {
        let at = parse_timestamp("2015-12-28 15:42:56.5-08", "UTC");
        let mut written = String::new();
        assert!(at.is_some_and(|at| write_timestamp(&mut written, at, "UTC").is_some()));
        assert_eq!(written, "2015-12-28 23:42:56.500+00");
        let named = parse_timestamp("2015-07-01T00:00:00 America/Los_Angeles", "UTC");
        assert_eq!(named, parse_timestamp("2015-07-01 07:00:00Z", "UTC"));
        assert_eq!(parse_timestamp("2015-13-01", "UTC"), None);
        assert_eq!(parse_timestamp("2015-12-01 junk", "UTC"), None);
    }
}
