//! INTERVAL: construction within its limits, arithmetic, text

use super::Kind::{Civil, Date, Int, Interval as Parts, List, Text, Time};
use super::big_decimal::row;
use super::{Answer, Cell, Function, or_error};
use crate::value::interval::{self, Interval, Part};
use crate::value::temporal::MICROS_PER_DAY;

const OUT_OF_RANGE: &str = "INTERVAL is out of range";

pub const TABLE: &[Function] = &[
    row("gs_interval", &[Int, Text], Parts, |cells| {
        let made =
            Part::of(cells[1].text()).and_then(|part| Interval::of_part(cells[0].int(), part));
        in_range(made)
    }),
    row(
        "gs_make_interval",
        &[Int, Int, Int, Int, Int, Int],
        Parts,
        |cells| {
            let number = |at: usize| i128::from(cells[at].int());
            let micros = ((number(3) * 60 + number(4)) * 60 + number(5)) * 1_000_000;
            in_range(Interval::new(number(0) * 12 + number(1), number(2), micros))
        },
    ),
    row("gs_interval_of_text", &[Text], Parts, |cells| {
        let text = cells[0].text();
        let message = format_args!("bad INTERVAL value: {text}");
        or_error(interval::parse(text), Answer::Interval, message)
    }),
    row("gs_text_of_interval", &[Parts], Text, |cells| {
        Ok(Answer::Text(interval::format(cells[0].interval())))
    }),
    row("gs_iso_of_interval", &[Parts], Text, |cells| {
        Ok(Answer::Text(interval::format_iso(cells[0].interval())))
    }),
    row("gs_interval_add", &[Parts, Parts], Parts, |cells| {
        in_range(cells[0].interval().add(cells[1].interval()))
    }),
    row("gs_interval_subtract", &[Parts, Parts], Parts, |cells| {
        in_range(cells[0].interval().add(cells[1].interval().negate()))
    }),
    row("gs_interval_negate", &[Parts], Parts, |cells| {
        Ok(Answer::Interval(cells[0].interval().negate()))
    }),
    row("gs_interval_multiply", &[Parts, Int], Parts, |cells| {
        in_range(cells[0].interval().multiply(cells[1].int()))
    }),
    row("gs_interval_divide", &[Parts, Int], Parts, |cells| {
        divided(cells[0].interval(), cells[1].int())
    }),
    row("gs_justify_hours", &[Parts], Parts, |cells| {
        in_range(cells[0].interval().justify_hours())
    }),
    row("gs_justify_days", &[Parts], Parts, |cells| {
        in_range(cells[0].interval().justify_days())
    }),
    row("gs_justify_interval", &[Parts], Parts, |cells| {
        in_range(cells[0].interval().justify())
    }),
    row("gs_interval_extract", &[Parts, Text], Int, |cells| {
        let part = cells[1].text();
        let message = format_args!("INTERVAL has no part {part}");
        or_error(cells[0].interval().extract(part), Answer::Int, message)
    }),
    // A TIMESTAMP takes no months, which have no fixed length
    row(
        "gs_interval_of_instants",
        &[Parts],
        Parts,
        |cells| match cells[0].interval() {
            parts if parts.months != 0 => {
                Err("a TIMESTAMP takes no INTERVAL with years or months".to_owned())
            }
            parts => Ok(Answer::Interval(parts)),
        },
    ),
    row("gs_interval_between_dates", &[Date, Date], Parts, |cells| {
        let days = i128::from(cells[0].date()) - i128::from(cells[1].date());
        in_range(Interval::new(0, days, 0))
    }),
    row(
        "gs_interval_between_civils",
        &[Civil, Civil],
        Parts,
        |cells| {
            let micros = cells[0].int() - cells[1].int();
            let (days, rest) = (micros / MICROS_PER_DAY, micros % MICROS_PER_DAY);
            in_range(Interval::new(0, days.into(), rest.into()))
        },
    ),
    row(
        "gs_interval_between_instants",
        &[Civil, Civil],
        Parts,
        |cells| {
            let micros = cells[0].int() - cells[1].int();
            in_range(Interval::new(0, 0, micros.into()))
        },
    ),
    row("gs_interval_between_times", &[Time, Time], Parts, |cells| {
        let micros = cells[0].int() - cells[1].int();
        in_range(Interval::new(0, 0, micros.into()))
    }),
    row(
        "gs_interval_sum",
        &[List(&Parts)],
        Parts,
        |cells| match sum(&cells[0]) {
            (_, 0) => Ok(Answer::Null),
            ((months, days, micros), _) => in_range(Interval::new(months, days, micros)),
        },
    ),
    row(
        "gs_interval_average",
        &[List(&Parts)],
        Parts,
        |cells| match sum(&cells[0]) {
            (_, 0) => Ok(Answer::Null),
            (total, count) => in_range(Interval::quotient(total, count)),
        },
    ),
];

fn in_range(parts: Option<Interval>) -> Result<Answer, String> {
    or_error(parts, Answer::Interval, OUT_OF_RANGE)
}

fn divided(parts: Interval, divisor: i64) -> Result<Answer, String> {
    let message = if divisor == 0 {
        "division by zero"
    } else {
        OUT_OF_RANGE
    };
    or_error(parts.divide(divisor), Answer::Interval, message)
}

/// The total months, days and microseconds of the items that are not NULL, and their count
fn sum(list: &Cell) -> ((i128, i128, i128), i64) {
    let (mut months, mut days, mut micros, mut count) = (0_i128, 0_i128, 0_i128, 0);
    for item in list.items().iter().flatten() {
        let parts = item.interval();
        months += i128::from(parts.months);
        days += i128::from(parts.days);
        micros += i128::from(parts.micros);
        count += 1;
    }
    ((months, days, micros), count)
}
