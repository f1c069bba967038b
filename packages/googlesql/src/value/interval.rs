//! INTERVAL: months, days and microseconds, each with a sign of its own
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#interval_type>

/// The three parts
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Interval {
    /// 12 a year
    pub months: i32,
    /// Days, of whatever length
    pub days: i32,
    /// Of hours, minutes and seconds
    pub micros: i64,
}

/// 10,000 years
const MOST_MONTHS: i128 = 120_000;
const MOST_DAYS: i128 = 3_660_000;
/// 87,840,000 hours
const MOST_MICROS: i128 = 316_224_000_000_000_000;

const HOUR: i128 = 3_600_000_000;
const DAY: i128 = 24 * HOUR;
const MONTH: i128 = 30 * DAY;

/// The units that a part of an INTERVAL literal counts
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
}

impl Part {
    /// The part of an upper-case name
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "YEAR" => Self::Year,
            "QUARTER" => Self::Quarter,
            "MONTH" => Self::Month,
            "WEEK" => Self::Week,
            "DAY" => Self::Day,
            "HOUR" => Self::Hour,
            "MINUTE" => Self::Minute,
            "SECOND" => Self::Second,
            "MILLISECOND" => Self::Millisecond,
            "MICROSECOND" => Self::Microsecond,
            _ => return None,
        })
    }
}

impl Interval {
    /// The parts, where they are within an INTERVAL's limits
    pub fn new(months: i128, days: i128, micros: i128) -> Option<Self> {
        let within =
            months.abs() <= MOST_MONTHS && days.abs() <= MOST_DAYS && micros.abs() <= MOST_MICROS;
        within.then_some(())?;
        Some(Self {
            months: i32::try_from(months).ok()?,
            days: i32::try_from(days).ok()?,
            micros: i64::try_from(micros).ok()?,
        })
    }

    fn wide(self) -> (i128, i128, i128) {
        (self.months.into(), self.days.into(), self.micros.into())
    }

    /// `count` of one part
    pub fn of_part(count: i64, part: Part) -> Option<Self> {
        let count = i128::from(count);
        match part {
            Part::Year => Self::new(12 * count, 0, 0),
            Part::Quarter => Self::new(3 * count, 0, 0),
            Part::Month => Self::new(count, 0, 0),
            Part::Week => Self::new(0, 7 * count, 0),
            Part::Day => Self::new(0, count, 0),
            Part::Hour => Self::new(0, 0, HOUR * count),
            Part::Minute => Self::new(0, 0, 60_000_000 * count),
            Part::Second => Self::new(0, 0, 1_000_000 * count),
            Part::Millisecond => Self::new(0, 0, 1_000 * count),
            Part::Microsecond => Self::new(0, 0, count),
        }
    }

    pub fn add(self, other: Self) -> Option<Self> {
        let (left, right) = (self.wide(), other.wide());
        Self::new(left.0 + right.0, left.1 + right.1, left.2 + right.2)
    }

    pub fn negate(self) -> Self {
        Self {
            months: -self.months,
            days: -self.days,
            micros: -self.micros,
        }
    }

    pub fn multiply(self, factor: i64) -> Option<Self> {
        let (months, days, micros) = self.wide();
        let factor = i128::from(factor);
        Self::new(
            months.checked_mul(factor)?,
            days.checked_mul(factor)?,
            micros.checked_mul(factor)?,
        )
    }

    /// What is left of months goes on to days (30 each), what is left of days to hours (24 each)
    pub fn divide(self, divisor: i64) -> Option<Self> {
        Self::quotient(self.wide(), divisor)
    }

    /// Months, days and microseconds that need not fit an INTERVAL, divided as one
    pub fn quotient((months, days, micros): (i128, i128, i128), divisor: i64) -> Option<Self> {
        let divisor = i128::from(divisor);
        if divisor == 0 {
            return None;
        }
        let days = days + months % divisor * 30;
        let micros = micros + days % divisor * DAY;
        Self::new(months / divisor, days / divisor, micros / divisor)
    }

    /// Hours above 24 as days
    pub fn justify_hours(self) -> Option<Self> {
        let (months, days, micros) = self.wide();
        let (mut days, mut micros) = (days + micros / DAY, micros % DAY);
        if days > 0 && micros < 0 {
            (days, micros) = (days - 1, micros + DAY);
        } else if days < 0 && micros > 0 {
            (days, micros) = (days + 1, micros - DAY);
        }
        Self::new(months, days, micros)
    }

    /// Days above 30 as months
    pub fn justify_days(self) -> Option<Self> {
        let (months, days, micros) = self.wide();
        let (mut months, mut days) = (months + days / 30, days % 30);
        if months > 0 && days < 0 {
            (months, days) = (months - 1, days + 30);
        } else if months < 0 && days > 0 {
            (months, days) = (months + 1, days - 30);
        }
        Self::new(months, days, micros)
    }

    /// Both, with one sign for all parts
    pub fn justify(self) -> Option<Self> {
        let (months, days, micros) = self.wide();
        let total = months * MONTH + days * DAY + micros;
        Self::new(total / MONTH, total % MONTH / DAY, total % DAY)
    }

    /// What `EXTRACT` gives of an upper-case part
    pub fn extract(self, part: &str) -> Option<i64> {
        Some(match part {
            "YEAR" => i64::from(self.months / 12),
            "MONTH" => i64::from(self.months % 12),
            "DAY" => i64::from(self.days),
            "HOUR" => self.micros / 3_600_000_000,
            "MINUTE" => self.micros / 60_000_000 % 60,
            "SECOND" => self.micros / 1_000_000 % 60,
            "MILLISECOND" => self.micros / 1_000 % 1_000,
            "MICROSECOND" => self.micros % 1_000_000,
            _ => return None,
        })
    }
}

/// `Y-M D H:M:S[.F]`, each group with its sign; a fraction has 3 or 6 digits
pub fn format(interval: Interval) -> String {
    let sign = |negative: bool| if negative { "-" } else { "" };
    let months = interval.months.unsigned_abs();
    let micros = interval.micros.unsigned_abs();
    let seconds = micros / 1_000_000;
    let fraction = match micros % 1_000_000 {
        0 => String::new(),
        part if part % 1_000 == 0 => format!(".{:03}", part / 1_000),
        part => format!(".{part:06}"),
    };
    format!(
        "{}{}-{} {} {}{}:{}:{}{fraction}",
        sign(interval.months < 0),
        months / 12,
        months % 12,
        interval.days,
        sign(interval.micros < 0),
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
    )
}

/// `P…T…` without parts that are zero, as JSON has it
pub fn format_iso(interval: Interval) -> String {
    let mut text = String::from("P");
    let mut part = |value: i64, unit: &str| {
        if value != 0 {
            text.push_str(&format!("{value}{unit}"));
        }
    };
    part(i64::from(interval.months / 12), "Y");
    part(i64::from(interval.months % 12), "M");
    part(i64::from(interval.days), "D");
    if interval.micros != 0 {
        let sign = if interval.micros < 0 { "-" } else { "" };
        let (seconds, micros) = (interval.micros / 1_000_000, interval.micros % 1_000_000);
        text.push('T');
        for (value, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
            if value != 0 {
                text.push_str(&format!("{value}{unit}"));
            }
        }
        if seconds % 60 != 0 || micros != 0 {
            let fraction = format!("{:06}", micros.abs());
            let number = format!("{sign}{}.{fraction}", (seconds % 60).abs());
            let number = number.trim_end_matches('0').trim_end_matches('.');
            text.push_str(&format!("{number}S"));
        }
    }
    if text == "P" { "P0Y".to_owned() } else { text }
}

/// The text of a literal whose parts go from `first` to `last`
pub fn parse_parts(text: &str, first: Part, last: Part) -> Option<Interval> {
    use Part::{Day, Hour, Minute, Month, Second, Year};
    if first == last {
        return match first {
            Second => {
                let micros = seconds(&mut Reader { rest: text }, true)?;
                Interval::new(0, 0, micros)
            }
            part => Interval::of_part(text.parse().ok()?, part),
        };
    }
    let known = matches!(first, Year | Month | Day | Hour | Minute)
        && matches!(last, Month | Day | Hour | Minute | Second)
        && first < last;
    known.then_some(())?;
    let mut reader = Reader { rest: text };
    let (mut months, mut days, mut micros) = (0, 0, 0);
    if first <= Month {
        let negative = reader.sign();
        if first == Year {
            let years = reader.number()?;
            reader.take('-').then_some(())?;
            months = 12 * years;
        }
        months += reader.number()?;
        months = if negative { -months } else { months };
        if last > Month {
            reader.take(' ').then_some(())?;
        }
    }
    if first <= Day && last >= Day {
        let negative = reader.sign();
        days = reader.number()?;
        days = if negative { -days } else { days };
        if last > Day {
            reader.take(' ').then_some(())?;
        }
    }
    if last >= Hour {
        micros = clock(&mut reader, first.max(Hour), last)?;
    }
    reader.rest.is_empty().then_some(())?;
    Interval::new(months, days, micros)
}

/// `CAST` from STRING: all or some neighbouring groups of `Y-M D H:M:S`, or ISO 8601's `P…T…`
pub fn parse(text: &str) -> Option<Interval> {
    use Part::{Day, Hour, Minute, Month, Second, Year};
    if text.starts_with('P') {
        return parse_iso(text);
    }
    let body = text.trim_start_matches(['-', '+']);
    let dashes = body.char_indices().filter(|(at, letter)| {
        *letter == '-' && *at > 0 && body.as_bytes()[at - 1].is_ascii_digit()
    });
    let (spaces, colons) = (text.matches(' ').count(), text.matches(':').count());
    let (first, last) = match (dashes.count(), spaces, colons) {
        (1, 0, 0) => (Year, Month),
        (1, 1, 0) => (Year, Day),
        (1, 2, 0) => (Year, Hour),
        (1, 2, 1) => (Year, Minute),
        (1, 2, 2) => (Year, Second),
        (0, 2, 0) => (Month, Hour),
        (0, 2, 1) => (Month, Minute),
        (0, 2, 2) => (Month, Second),
        (0, 1, 1) => (Day, Minute),
        (0, 1, 2) => (Day, Second),
        (0, 0, 2) => (Hour, Second),
        _ => return None,
    };
    parse_parts(text, first, last)
}

/// `PnYnMnWnDTnHnMnS`, each number with an optional sign, seconds with an optional fraction, in any
/// order before and after the `T`
fn parse_iso(text: &str) -> Option<Interval> {
    let mut reader = Reader { rest: text };
    reader.take('P').then_some(())?;
    let (mut months, mut days, mut micros) = (0_i128, 0_i128, 0_i128);
    let (mut clock, mut some) = (false, false);
    while !reader.rest.is_empty() {
        if !clock && reader.take('T') {
            clock = true;
            continue;
        }
        let sign = if reader.sign() { -1 } else { 1 };
        let number = reader.number()?;
        let fraction = reader.fraction()?;
        let unit = reader.rest.chars().next()?;
        reader.rest = &reader.rest[unit.len_utf8()..];
        let (into, size) = match (unit, clock) {
            ('Y', false) => (&mut months, 12),
            ('M', false) => (&mut months, 1),
            ('W', false) => (&mut days, 7),
            ('D', false) => (&mut days, 1),
            ('H', true) => (&mut micros, HOUR),
            ('M', true) => (&mut micros, 60_000_000),
            ('S', true) => (&mut micros, 1_000_000),
            _ => return None,
        };
        if fraction.is_some() && unit != 'S' {
            return None;
        }
        some = true;
        *into += sign * (number * size + fraction.unwrap_or(0));
    }
    some.then_some(())?;
    Interval::new(months, days, micros)
}

/// `H:M:S` or what of it stands between the parts
fn clock(reader: &mut Reader, first: Part, last: Part) -> Option<i128> {
    let negative = reader.sign();
    let mut micros = 0;
    for (part, size) in [(Part::Hour, HOUR), (Part::Minute, 60_000_000)] {
        if first <= part && part <= last {
            micros += reader.number()? * size;
            if part < last {
                reader.take(':').then_some(())?;
            }
        }
    }
    if last == Part::Second {
        micros += seconds(reader, false)?;
    }
    Some(if negative { -micros } else { micros })
}

fn seconds(reader: &mut Reader, signed: bool) -> Option<i128> {
    let negative = signed && reader.sign();
    let whole = match reader.rest.starts_with('.') {
        true => 0,
        false => reader.number()?,
    };
    let micros = whole * 1_000_000 + reader.fraction()?.unwrap_or(0);
    if signed && !reader.rest.is_empty() {
        return None;
    }
    Some(if negative { -micros } else { micros })
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, letter: char) -> bool {
        match self.rest.strip_prefix(letter) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Whether a minus is taken; a plus is taken too
    fn sign(&mut self) -> bool {
        let negative = self.take('-');
        if !negative {
            self.take('+');
        }
        negative
    }

    fn number(&mut self) -> Option<i128> {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        digits.parse::<i64>().ok().map(i128::from)
    }

    /// Microseconds after a point, if there is one; at most 9 digits, of which 6 count
    fn fraction(&mut self) -> Option<Option<i128>> {
        if !self.take('.') {
            return Some(None);
        }
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        (1..=9).contains(&count).then_some(())?;
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        let digits = format!("{digits:0<6}");
        let (kept, dropped) = digits.split_at(6);
        dropped.bytes().all(|digit| digit == b'0').then_some(())?;
        kept.parse().ok().map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_go_both_ways() {
        for text in [
            "0-0 0 0:0:0",
            "1-2 3 4:5:6.700",
            "0-1 2 3:0:0",
            "-1-2 -3 -4:5:6.000001",
            "10000-0 3660000 87840000:0:0",
        ] {
            let parsed = parse(text).map(format);
            assert_eq!(parsed.as_deref(), Some(text));
        }
        for (text, full) in [
            ("P1Y2M3DT4H5M6.7S", "1-2 3 4:5:6.700"),
            ("PT-1H", "0-0 0 -1:0:0"),
            ("1 2:3", "0-0 1 2:3:0"),
        ] {
            assert_eq!(parse(text).map(format).as_deref(), Some(full), "{text}");
        }
        for bad in [
            "",
            "1",
            "P",
            "10001-0",
            "1-2 3 4:5:6.7x",
            "PT",
            "p1y",
            " 1-2",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
