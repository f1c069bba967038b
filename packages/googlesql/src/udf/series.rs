//! Series of numbers and of timestamps, none of which is longer than memory has room for

use num_bigint::BigInt;

use super::Kind::{Big, Civil, Decimal, Double, Int, Interval, List};
use super::{Answer, Cell, Function};
use crate::value::MOST_ELEMENTS;
use crate::value::temporal::MICROS_PER_DAY;

pub const TABLE: &[Function] = &[
    // The end of a series that the engine makes, given its start, end and step
    Function {
        name: "gs_series_end",
        parameters: &[Int, Int, Int],
        result: Int,
        body: |cells| {
            let [start, end, step] = three(cells, Cell::int);
            check_length(start.into(), end.into(), step.into())?;
            Ok(Answer::Int(end))
        },
    },
    // The step of a series of dates, given its start, end and step: there are not too many dates
    Function {
        name: "gs_date_step",
        parameters: &[Civil, Civil, Interval],
        result: Interval,
        body: |cells| match cells[2].interval() {
            step if step.micros != 0 => Err("a step between dates has no time of day".to_owned()),
            step if step.months == 0 && step.days == 0 => Err(NO_STEP.to_owned()),
            step => Ok(Answer::Interval(step)),
        },
    },
    // The step of a series of timestamps, given its start, end and step
    Function {
        name: "gs_timestamp_step",
        parameters: &[Civil, Civil, Interval],
        result: Interval,
        body: |cells| {
            let step = cells[2].interval();
            if step.months != 0 {
                return Err("a step between timestamps has no months".to_owned());
            }
            let micros =
                i128::from(step.days) * i128::from(MICROS_PER_DAY) + i128::from(step.micros);
            check_length(cells[0].int().into(), cells[1].int().into(), micros)?;
            Ok(Answer::Interval(step))
        },
    },
    Function {
        name: "gs_float_series",
        parameters: &[Double, Double, Double],
        result: List(&Double),
        body: |cells| floats(three(cells, Cell::double)),
    },
    Function {
        name: "gs_numeric_series",
        parameters: &[Decimal, Decimal, Decimal],
        result: List(&Decimal),
        body: |cells| {
            let [start, end, step] = three(cells, Cell::decimal);
            check_length(start, end, step)?;
            let numbers = (0..).map_while(|count| start.checked_add(step.checked_mul(count)?));
            Ok(up_to(numbers, &end, step > 0, Answer::Decimal))
        },
    },
    Function {
        name: "gs_bignumeric_series",
        parameters: &[Big, Big, Big],
        result: List(&Big),
        body: |cells| {
            let [start, end, step] = three(cells, Cell::big);
            let zero = BigInt::ZERO;
            if step == zero {
                return Err(NO_STEP.to_owned());
            }
            if (&end - &start) / &step >= BigInt::from(MOST_ELEMENTS) {
                return Err(too_long());
            }
            let up = step > zero;
            let numbers = std::iter::successors(Some(start), |number| Some(number + &step));
            Ok(up_to(numbers, &end, up, Answer::Big))
        },
    },
];

const NO_STEP: &str = "a step cannot be 0";

fn too_long() -> String {
    format!(
        "a generated array has more than {MOST_ELEMENTS} elements: generate several and join them"
    )
}

/// Refuses a step of 0, and a series of too many elements
fn check_length(start: i128, end: i128, step: i128) -> Result<(), String> {
    if step == 0 {
        return Err(NO_STEP.to_owned());
    }
    match (end - start) / step >= MOST_ELEMENTS as i128 {
        true => Err(too_long()),
        false => Ok(()),
    }
}

/// Numbers `start + count * step`, each rounded once
fn floats([start, end, step]: [f64; 3]) -> Result<Answer, String> {
    if [start, end, step].iter().any(|number| number.is_nan()) {
        return Err("start, end and step of a generated array cannot be NaN".to_owned());
    }
    if step.is_infinite() {
        return Err("a step cannot be infinite".to_owned());
    }
    if step == 0.0 {
        return Err(NO_STEP.to_owned());
    }
    // Both infinite: one element, and no difference
    if start == end {
        return Ok(Answer::List(vec![Answer::Double(start)]));
    }
    if (end - start) / step >= MOST_ELEMENTS as f64 {
        return Err(too_long());
    }
    let numbers = (0..MOST_ELEMENTS).map(|count| start + count as f64 * step);
    Ok(up_to(numbers, &end, step > 0.0, Answer::Double))
}

/// The numbers that are not past the end
fn up_to<T: PartialOrd>(
    numbers: impl Iterator<Item = T>,
    end: &T,
    up: bool,
    answer: fn(T) -> Answer,
) -> Answer {
    let inside = |number: &T| if up { number <= end } else { number >= end };
    Answer::List(numbers.take_while(inside).map(answer).collect())
}

fn three<'a, T>(cells: &[Cell<'a>], read: fn(&Cell<'a>) -> T) -> [T; 3] {
    [0, 1, 2].map(|at| read(&cells[at]))
}
