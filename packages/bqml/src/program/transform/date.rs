//! Dates and moments as whole numbers: days, and microseconds, since 1970
//!
//! Civil dates by Howard Hinnant's algorithms, <https://howardhinnant.github.io/date_algorithms.html>.

use super::Lowering;
use super::value::{Kind, Value};
use crate::program::features::Nullable;
use crate::program::{Comparison, NodeId, Unary, Unsupported};

const DAY: f64 = 86_400_000_000.0;
const HOUR: f64 = 3_600_000_000.0;
const MINUTE: f64 = 60_000_000.0;
const SECOND: f64 = 1_000_000.0;

/// How a text is a date
const DATE_TEXT: &str = r"[0-9]{4}-[0-9]{2}-[0-9]{2}";

/// Year, month and day
struct Civil {
    year: NodeId,
    month: NodeId,
    day: NodeId,
}

impl Lowering<'_> {
    /// A function of dates or moments; `None` for no function of these
    pub fn date_function(
        &mut self,
        name: &str,
        values: &[Value],
    ) -> Result<Option<Value>, Unsupported> {
        let kind = |value: &Value| match value {
            Value::Scalar { kind, .. } => Some(*kind),
            _ => None,
        };
        let date = |value: &Value| matches!(kind(value), Some(Kind::Date | Kind::DateText));
        Ok(Some(match (name, values) {
            ("+" | "-", [left, right]) if date(left) && kind(right) == Some(Kind::Integer) => {
                let (left, right) = (self.days(left)?, self.number(right)?);
                let value = match name {
                    "+" => self.build.add(left.value, right.value),
                    _ => self.build.subtract(left.value, right.value),
                };
                let null = self.any_null(&[left, right]);
                self.scalar(Kind::Date, value, null)
            }
            ("-", [left, right]) if date(left) && date(right) => {
                let (left, right) = (self.days(left)?, self.days(right)?);
                let value = self.build.subtract(left.value, right.value);
                let null = self.any_null(&[left, right]);
                self.scalar(Kind::Integer, value, null)
            }
            ("make_timestamp", [one]) => {
                let one = self.number(one)?;
                self.scalar(Kind::Moment, one.value, one.null)
            }
            ("epoch_us", [one]) => {
                let one = self.micros(one)?;
                self.scalar(Kind::Integer, one.value, one.null)
            }
            ("gs_date_of_text", [one]) => {
                let text = self.text(one)?;
                let one = self.days_of_text(text);
                self.scalar(Kind::Date, one.value, one.null)
            }
            ("gs_text_of_date", [one]) => {
                let text = self.date_text(one)?;
                self.scalar(Kind::Text, text.value, text.null)
            }
            ("gs_date", [year, month, day]) => {
                let (year, month, day) =
                    (self.number(year)?, self.number(month)?, self.number(day)?);
                let null = self.any_null(&[year, month, day]);
                let value = self.days_of(&Civil {
                    year: year.value,
                    month: month.value,
                    day: day.value,
                });
                self.scalar(Kind::Date, value, null)
            }
            ("date_sub", [part, start, end]) => {
                let unit = match self.constant_text(part).as_deref() {
                    Some("microsecond") => 1.0,
                    Some("millisecond") => 1e3,
                    Some("second") => SECOND,
                    Some("minute") => MINUTE,
                    Some("hour") => HOUR,
                    Some("day") => DAY,
                    _ => return Err(self.unsupported("a difference of calendar parts")),
                };
                let (start, end) = (self.micros(start)?, self.micros(end)?);
                let between = self.build.subtract(end.value, start.value);
                let unit = self.build.number(unit);
                let units = self.build.divide(between, unit);
                let value = self.truncated(units);
                let null = self.any_null(&[start, end]);
                self.scalar(Kind::Integer, value, null)
            }
            ("year" | "month" | "day" | "quarter" | "dayofweek" | "dayofyear", [one]) => {
                let one = self.days(one)?;
                let value = self.day_part(name, one.value);
                self.scalar(Kind::Integer, value, one.null)
            }
            ("hour" | "minute" | "second" | "millisecond" | "microsecond", [one]) => {
                let one = self.micros(one)?;
                let (within, unit) = match name {
                    "hour" => (DAY, HOUR),
                    "minute" => (HOUR, MINUTE),
                    "second" => (MINUTE, SECOND),
                    "millisecond" => (MINUTE, 1e3),
                    _ => (MINUTE, 1.0),
                };
                let rest = self.modulo(one.value, within);
                let value = self.whole(rest, unit);
                self.scalar(Kind::Integer, value, one.null)
            }
            _ => return Ok(None),
        }))
    }

    /// `DATE '…'` and its kin
    pub fn temporal_literal(&mut self, ty: &str, text: &str) -> Result<Value, Unsupported> {
        let (date, clock) = text.split_once(' ').unwrap_or((text, "00:00:00"));
        let clock = clock.strip_suffix("+00").unwrap_or(clock);
        let numbers = |text: &str, sign: char| -> Option<Vec<f64>> {
            text.split(sign).map(|part| part.parse().ok()).collect()
        };
        let days = numbers(date, '-').and_then(|parts| match parts.as_slice() {
            [year, month, day] => Some(days_of_civil(*year, *month, *day)),
            _ => None,
        });
        let micros = numbers(clock, ':').and_then(|parts| match parts.as_slice() {
            [hour, minute, second] => {
                Some(hour * HOUR + minute * MINUTE + (second * SECOND).round())
            }
            _ => None,
        });
        match (ty, days, micros) {
            ("DATE", Some(days), _) => {
                let value = self.build.number(days);
                Ok(self.known(Kind::Date, value))
            }
            ("TIMESTAMP" | "TIMESTAMPTZ", Some(days), Some(micros)) => {
                let value = self.build.number(days * DAY + micros);
                Ok(self.known(Kind::Moment, value))
            }
            _ => Err(self.unsupported(&format!("a literal of type {ty}"))),
        }
    }

    /// A cast to DATE, or to a moment
    pub fn temporal_cast(&mut self, value: &Value, date: bool) -> Result<Value, Unsupported> {
        Ok(match date {
            true => {
                let days = self.days(value)?;
                self.scalar(Kind::Date, days.value, days.null)
            }
            false => {
                let micros = self.micros(value)?;
                self.scalar(Kind::Moment, micros.value, micros.null)
            }
        })
    }

    /// As days since 1970
    pub fn days(&mut self, value: &Value) -> Result<Nullable, Unsupported> {
        let (kind, at) = self.parts(value)?;
        Ok(match kind {
            Kind::Date | Kind::Null => at,
            Kind::DateText => self.days_of_text(at),
            Kind::Moment => Nullable {
                value: self.whole(at.value, DAY),
                null: at.null,
            },
            _ => return Err(self.unsupported("a date of this value")),
        })
    }

    /// As microseconds since 1970
    fn micros(&mut self, value: &Value) -> Result<Nullable, Unsupported> {
        let (kind, at) = self.parts(value)?;
        if matches!(kind, Kind::Moment | Kind::Null) {
            return Ok(at);
        }
        let days = self.days(value)?;
        let day = self.build.number(DAY);
        Ok(Nullable {
            value: self.build.multiply(days.value, day),
            null: days.null,
        })
    }

    /// As `2024-01-31`
    pub fn date_text(&mut self, value: &Value) -> Result<Nullable, Unsupported> {
        let (kind, at) = self.parts(value)?;
        if kind == Kind::DateText {
            return Ok(at);
        }
        let days = self.days(value)?;
        let civil = self.civil(days.value);
        let parts = [
            self.padded(civil.year, 4),
            self.padded(civil.month, 2),
            self.padded(civil.day, 2),
        ];
        let dash = self.build.text("-");
        let [year, month, day] = parts;
        Ok(Nullable {
            value: self.build.concat(vec![year, dash, month, dash, day]),
            null: days.null,
        })
    }

    fn padded(&mut self, number: NodeId, digits: u32) -> NodeId {
        let above = self.build.number(10_f64.powi(digits as i32));
        let number = self.build.add(number, above);
        let text = self.build.digits(number);
        let (one, length) = (self.build.number(1.0), self.build.number(f64::from(digits)));
        self.build.substring(text, one, length)
    }

    /// NULL where a text is no date; what comes after it does not matter
    fn days_of_text(&mut self, text: Nullable) -> Nullable {
        let fits = self.build.matches(text.value, &format!("{DATE_TEXT}(.*)"));
        let other = self.build.text("1970-01-01");
        let safe = self.build.select(fits, text.value, other);
        let part = |lowering: &mut Self, start: f64, length: f64| {
            let start = lowering.build.number(start);
            let length = lowering.build.number(length);
            let part = lowering.build.substring(safe, start, length);
            lowering.build.parse(part)
        };
        let civil = Civil {
            year: part(self, 0.0, 4.0),
            month: part(self, 5.0, 2.0),
            day: part(self, 8.0, 2.0),
        };
        let wrong = self.build.not(fits);
        Nullable {
            value: self.days_of(&civil),
            null: self.build.or(text.null, wrong),
        }
    }

    fn day_part(&mut self, part: &str, days: NodeId) -> NodeId {
        match part {
            "dayofweek" => {
                let four = self.build.number(4.0);
                let since_sunday = self.build.add(days, four);
                self.modulo(since_sunday, 7.0)
            }
            "dayofyear" => {
                let year = self.civil(days).year;
                let one = self.build.number(1.0);
                let first = self.days_of(&Civil {
                    year,
                    month: one,
                    day: one,
                });
                let since = self.build.subtract(days, first);
                self.build.add(since, one)
            }
            "year" => self.civil(days).year,
            "month" => self.civil(days).month,
            "day" => self.civil(days).day,
            _ => {
                let month = self.civil(days).month;
                let two = self.build.number(2.0);
                let month = self.build.add(month, two);
                self.whole(month, 3.0)
            }
        }
    }

    fn civil(&mut self, days: NodeId) -> Civil {
        let shift = self.build.number(719_468.0);
        let shifted = self.build.add(days, shift);
        let era = self.whole(shifted, 146_097.0);
        let day_of_era = self.modulo(shifted, 146_097.0);
        let leaps = [(1_460.0, -1.0), (36_524.0, 1.0), (146_096.0, -1.0)];
        let mut years = day_of_era;
        for (length, sign) in leaps {
            let count = self.whole(day_of_era, length);
            years = match sign {
                1.0 => self.build.add(years, count),
                _ => self.build.subtract(years, count),
            };
        }
        let year_of_era = self.whole(years, 365.0);
        let start = self.days_before(year_of_era);
        let day_of_year = self.build.subtract(day_of_era, start);
        // months from March on, in groups of 153 days for five
        let five = self.build.number(5.0);
        let two = self.build.number(2.0);
        let scaled = self.build.multiply(day_of_year, five);
        let scaled = self.build.add(scaled, two);
        let from_march = self.whole(scaled, 153.0);
        let start = self.days_before_month(from_march);
        let day = self.build.subtract(day_of_year, start);
        let one = self.build.number(1.0);
        let day = self.build.add(day, one);
        let ten = self.build.number(10.0);
        let this_year = self.build.compare(Comparison::Less, from_march, ten);
        let (three, nine) = (self.build.number(3.0), self.build.number(-9.0));
        let offset = self.build.select(this_year, three, nine);
        let month = self.build.add(from_march, offset);
        let four_hundred = self.build.number(400.0);
        let years = self.build.multiply(era, four_hundred);
        let year = self.build.add(year_of_era, years);
        let zero = self.build.number(0.0);
        let later = self.build.select(this_year, zero, one);
        Civil {
            year: self.build.add(year, later),
            month,
            day,
        }
    }

    fn days_of(&mut self, civil: &Civil) -> NodeId {
        let two = self.build.number(2.0);
        let early = self
            .build
            .compare(Comparison::LessOrEqual, civil.month, two);
        let (zero, one) = (self.build.number(0.0), self.build.number(1.0));
        let (nine, minus_three) = (self.build.number(9.0), self.build.number(-3.0));
        let less = self.build.select(early, one, zero);
        let year = self.build.subtract(civil.year, less);
        let era = self.whole(year, 400.0);
        let year_of_era = self.modulo(year, 400.0);
        let offset = self.build.select(early, nine, minus_three);
        let from_march = self.build.add(civil.month, offset);
        let in_year = self.days_before_month(from_march);
        let in_year = self.build.add(in_year, civil.day);
        let before = self.days_before(year_of_era);
        let days = self.build.add(before, in_year);
        let length = self.build.number(146_097.0);
        let eras = self.build.multiply(era, length);
        let days = self.build.add(days, eras);
        let shift = self.build.number(719_469.0);
        self.build.subtract(days, shift)
    }

    /// Days of an era before one of its years, which begin in March
    fn days_before(&mut self, year_of_era: NodeId) -> NodeId {
        let length = self.build.number(365.0);
        let days = self.build.multiply(year_of_era, length);
        let fourth = self.whole(year_of_era, 4.0);
        let hundredth = self.whole(year_of_era, 100.0);
        let days = self.build.add(days, fourth);
        self.build.subtract(days, hundredth)
    }

    fn days_before_month(&mut self, from_march: NodeId) -> NodeId {
        let length = self.build.number(153.0);
        let two = self.build.number(2.0);
        let days = self.build.multiply(from_march, length);
        let days = self.build.add(days, two);
        self.whole(days, 5.0)
    }

    /// How many whole units
    fn whole(&mut self, value: NodeId, unit: f64) -> NodeId {
        let unit = self.build.number(unit);
        let units = self.build.divide(value, unit);
        self.build.unary(Unary::Floor, units)
    }

    /// What is left of whole units, never negative
    fn modulo(&mut self, value: NodeId, unit: f64) -> NodeId {
        let units = self.whole(value, unit);
        let unit = self.build.number(unit);
        let whole = self.build.multiply(units, unit);
        self.build.subtract(value, whole)
    }
}

fn days_of_civil(year: f64, month: f64, day: f64) -> f64 {
    let year = if month <= 2.0 { year - 1.0 } else { year };
    let era = (year / 400.0).floor();
    let of_era = year - era * 400.0;
    let from_march = if month <= 2.0 {
        month + 9.0
    } else {
        month - 3.0
    };
    let of_year = ((153.0 * from_march + 2.0) / 5.0).floor() + day - 1.0;
    let before = of_era * 365.0 + (of_era / 4.0).floor() - (of_era / 100.0).floor();
    era * 146_097.0 + before + of_year - 719_468.0
}
