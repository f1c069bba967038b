//! Dates, times and zones

use super::Kind::{Civil, Date, Int, Interval, Text, Time};
use super::{Answer, Cell, Function, TextFunction, or_error};
use crate::value::bucket::{ORIGIN, Widths, bucket};
use crate::value::picture::{self, DAYS, Has};
use crate::value::{picture_parse, temporal, zone};

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_civil_of_instant",
        parameters: &[Civil, Text],
        result: Civil,
        body: |cells| {
            let name = cells[1].text();
            let civil = zone::civil(cells[0].int(), name).ok_or_else(|| unknown_zone(name))?;
            in_range(civil)
        },
    },
    Function {
        name: "gs_any_civil_of_instant",
        parameters: &[Civil, Text],
        result: Civil,
        body: |cells| {
            let name = cells[1].text();
            let civil = zone::civil(cells[0].int(), name).ok_or_else(|| unknown_zone(name))?;
            Ok(Answer::Micros(civil))
        },
    },
    Function {
        name: "gs_instant_of_civil",
        parameters: &[Civil, Text],
        result: Civil,
        body: |cells| {
            let name = cells[1].text();
            let utc = zone::instant(cells[0].int(), name).ok_or_else(|| unknown_zone(name))?;
            in_range(utc)
        },
    },
    Function {
        name: "gs_date_in_range",
        parameters: &[Date],
        result: Date,
        body: |cells| match cells[0].date() {
            days @ -719_162..=2_932_896 => Ok(Answer::Date(days)),
            _ => Err("DATE is out of range".to_owned()),
        },
    },
    Function {
        name: "gs_datetime_in_range",
        parameters: &[Civil],
        result: Civil,
        body: |cells| in_range(cells[0].int()),
    },
    Function {
        name: "gs_date",
        parameters: &[Int, Int, Int],
        result: Date,
        body: |cells| {
            let days = temporal::days_of(cells[0].int(), cells[1].int(), cells[2].int());
            or_error(days, Answer::Date, "no such DATE")
        },
    },
    Function {
        name: "gs_time",
        parameters: &[Int, Int, Int],
        result: Time,
        body: |cells| {
            let micros = clock(cells[0].int(), cells[1].int(), cells[2].int());
            let micros = micros.map(|micros| micros % temporal::MICROS_PER_DAY);
            or_error(micros, Answer::Micros, "no such TIME")
        },
    },
    Function {
        name: "gs_datetime",
        parameters: &[Int, Int, Int, Int, Int, Int],
        result: Civil,
        body: |cells| {
            let days = temporal::days_of(cells[0].int(), cells[1].int(), cells[2].int());
            let micros = clock(cells[3].int(), cells[4].int(), cells[5].int());
            let both = days
                .zip(micros)
                .map(|(days, micros)| temporal::join(days, micros));
            let both = both.filter(|both| temporal::in_range(*both));
            or_error(both, Answer::Micros, "no such DATETIME")
        },
    },
    Function {
        name: "gs_weeks_between",
        parameters: &[Date, Date, Int],
        result: Int,
        body: |cells| {
            // 1970-01-04 was a Sunday
            let week = |days: i32| (i64::from(days) - 3 - cells[2].int()).div_euclid(7);
            Ok(Answer::Int(week(cells[0].date()) - week(cells[1].date())))
        },
    },
    Function {
        name: "gs_time_subtract",
        parameters: &[Time, Interval],
        result: Time,
        body: |cells| {
            let micros = i128::from(cells[0].int()) - i128::from(cells[1].interval().micros);
            let of_day = micros.rem_euclid(i128::from(temporal::MICROS_PER_DAY));
            Ok(Answer::Micros(of_day as i64))
        },
    },
    Function {
        name: "gs_time_trunc",
        parameters: &[Time, Text],
        result: Time,
        body: |cells| {
            let unit = match cells[1].text() {
                "HOUR" => 3_600_000_000,
                "MINUTE" => 60_000_000,
                "SECOND" => 1_000_000,
                "MILLISECOND" => 1_000,
                _ => 1,
            };
            Ok(Answer::Micros(cells[0].int() / unit * unit))
        },
    },
    Function {
        name: "gs_last_day_of_isoyear",
        parameters: &[Date],
        result: Date,
        body: |cells| {
            let (year, _) = temporal::iso_week(cells[0].date());
            or_error(
                temporal::iso_year_start(year + 1).map(|start| start - 1),
                Answer::Date,
                "no such DATE",
            )
        },
    },
    Function {
        name: "gs_next_day",
        parameters: &[Date, Text],
        result: Date,
        body: |cells| {
            let next = next_day(cells[0].date(), cells[1].text());
            or_error(next, Answer::Date, "NEXT_DAY takes the name of a weekday")
        },
    },
    Function {
        name: "gs_timestamp_of_text_in",
        parameters: &[Text, Text],
        result: Civil,
        body: |cells| {
            let (text, name) = (cells[0].text(), cells[1].text());
            let civil = temporal::parse_datetime(text)
                .ok_or_else(|| format!("bad TIMESTAMP value without time zone: {text}"))?;
            in_range(zone::instant(civil, name).ok_or_else(|| unknown_zone(name))?)
        },
    },
    Function {
        name: "gs_date_bucket",
        parameters: &[Date, Interval],
        result: Date,
        body: |cells| {
            Ok(Answer::Date(
                temporal::split(bucketed(cells, Widths::Date)?).0,
            ))
        },
    },
    Function {
        name: "gs_date_bucket",
        parameters: &[Date, Interval, Date],
        result: Date,
        body: |cells| {
            Ok(Answer::Date(
                temporal::split(bucketed(cells, Widths::Date)?).0,
            ))
        },
    },
    Function {
        name: "gs_datetime_bucket",
        parameters: &[Civil, Interval],
        result: Civil,
        body: |cells| Ok(Answer::Micros(bucketed(cells, Widths::DateTime)?)),
    },
    Function {
        name: "gs_datetime_bucket",
        parameters: &[Civil, Interval, Civil],
        result: Civil,
        body: |cells| Ok(Answer::Micros(bucketed(cells, Widths::DateTime)?)),
    },
    Function {
        name: "gs_timestamp_bucket",
        parameters: &[Civil, Interval],
        result: Civil,
        body: |cells| Ok(Answer::Micros(bucketed(cells, Widths::Timestamp)?)),
    },
    Function {
        name: "gs_timestamp_bucket",
        parameters: &[Civil, Interval, Civil],
        result: Civil,
        body: |cells| Ok(Answer::Micros(bucketed(cells, Widths::Timestamp)?)),
    },
    Function {
        name: "gs_parse_date",
        parameters: &[Text, Text],
        result: Date,
        body: |cells| {
            let micros = picture_parse::parse(cells[0].text(), cells[1].text(), Has::Date, "UTC")?;
            Ok(Answer::Date(temporal::split(micros).0))
        },
    },
    Function {
        name: "gs_parse_datetime",
        parameters: &[Text, Text],
        result: Civil,
        body: |cells| {
            let micros =
                picture_parse::parse(cells[0].text(), cells[1].text(), Has::DateTime, "UTC")?;
            Ok(Answer::Micros(micros))
        },
    },
    Function {
        name: "gs_parse_time",
        parameters: &[Text, Text],
        result: Time,
        body: |cells| {
            let micros = picture_parse::parse(cells[0].text(), cells[1].text(), Has::Time, "UTC")?;
            Ok(Answer::Micros(micros))
        },
    },
    Function {
        name: "gs_parse_timestamp",
        parameters: &[Text, Text, Text],
        result: Civil,
        body: |cells| {
            picture_parse::parse(
                cells[0].text(),
                cells[1].text(),
                Has::Timestamp,
                cells[2].text(),
            )
            .map(Answer::Micros)
        },
    },
];

pub const TEXTS: &[TextFunction] = &[
    TextFunction {
        name: "gs_format_date",
        parameters: &[Text, Date],
        body: |cells, out| {
            let civil = temporal::join(cells[1].date(), 0);
            picture::write(out, cells[0].text(), civil, Has::Date, (0, "UTC"))
        },
    },
    TextFunction {
        name: "gs_format_datetime",
        parameters: &[Text, Civil],
        body: |cells, out| {
            let (picture, civil) = (cells[0].text(), cells[1].int());
            picture::write(out, picture, civil, Has::DateTime, (0, "UTC"))
        },
    },
    TextFunction {
        name: "gs_format_time",
        parameters: &[Text, Time],
        body: |cells, out| {
            let (picture, micros) = (cells[0].text(), cells[1].int());
            picture::write(out, picture, micros, Has::Time, (0, "UTC"))
        },
    },
    TextFunction {
        name: "gs_format_timestamp",
        parameters: &[Text, Civil, Text],
        body: |cells, out| {
            let (utc, name) = (cells[1].int(), cells[2].text());
            let offset = zone::offset_in_minutes(utc, name)
                .ok_or_else(|| format!("unknown time zone: {name}"))?;
            let civil = utc + i64::from(offset) * 1_000_000;
            let picture = cells[0].text();
            picture::write(out, picture, civil, Has::Timestamp, (offset, name))
        },
    },
];

fn unknown_zone(name: &str) -> String {
    format!("unknown time zone: {name}")
}

fn in_range(micros: i64) -> Result<Answer, String> {
    match temporal::in_range(micros) {
        true => Ok(Answer::Micros(micros)),
        false => Err("DATETIME or TIMESTAMP is out of range".to_owned()),
    }
}

/// Microseconds since midnight; the second 60 is the next minute's first
fn clock(hour: i64, minute: i64, second: i64) -> Option<i64> {
    match second {
        60 => Some(temporal::time_of(hour, minute, 59, 0)? + 1_000_000),
        _ => temporal::time_of(hour, minute, second, 0),
    }
}

/// The first of the weekday that the name or its first letters say, after a date
fn next_day(days: i32, name: &str) -> Option<i32> {
    let name = name.trim();
    let wanted = DAYS.iter().position(|day| {
        let head = day.get(..name.len().max(2));
        head.is_some_and(|head| head.eq_ignore_ascii_case(name))
            && (name.len() <= 3 || name.len() == day.len())
    })?;
    let ahead = (wanted as i64 - temporal::weekday(days) + 6).rem_euclid(7) + 1;
    let next = days + i32::try_from(ahead).ok()?;
    temporal::in_range(temporal::join(next, 0)).then_some(next)
}

fn bucketed(cells: &[Cell], widths: Widths) -> Result<i64, String> {
    let reading = |cell: &Cell| match cell {
        Cell::Date(days) => temporal::join(*days, 0),
        other => other.int(),
    };
    let origin = cells.get(2).map_or(ORIGIN, reading);
    bucket(reading(&cells[0]), cells[1].interval(), origin, widths)
}
