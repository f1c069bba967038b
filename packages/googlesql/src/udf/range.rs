//! RANGE: its text, and its division into steps

use super::Kind::{Bool, Civil, Interval as Parts, List, Text};
use super::big_decimal::row;
use super::{Answer, Function};
use crate::value::interval::Interval;
use crate::value::range;

pub const TABLE: &[Function] = &[
    row("gs_range_start", &[Text], Text, |cells| {
        let (start, _) = range::parse(cells[0].text())?;
        Ok(start.map_or(Answer::Null, |text| Answer::Text(text.to_owned())))
    }),
    row("gs_range_end", &[Text], Text, |cells| {
        let (_, end) = range::parse(cells[0].text())?;
        Ok(end.map_or(Answer::Null, |text| Answer::Text(text.to_owned())))
    }),
    // The ends of the steps, the first one's start included
    row(
        "gs_range_steps",
        &[Civil, Civil, Parts, Bool, Text],
        List(&Civil),
        |cells| {
            let (start, end) = (cells[0].int(), cells[1].int());
            let step = cells[2].interval();
            check_step(step, cells[4].text())?;
            let partial = cells[3].int() != 0;
            let ends = range::steps(start, end, step, partial)?;
            Ok(Answer::List(ends.into_iter().map(Answer::Micros).collect()))
        },
    ),
];

fn check_step(step: Interval, of: &str) -> Result<(), String> {
    let fits = match of {
        "DATE" => step.micros == 0,
        "TIMESTAMP" => step.months == 0,
        _ => true,
    };
    let mixed = step.months != 0 && (step.days != 0 || step.micros != 0);
    if !fits || mixed {
        return Err(format!("this step does not fit a RANGE<{of}>"));
    }
    let positive = step.months > 0 || step.days > 0 || step.micros > 0;
    let negative = step.months < 0 || step.days < 0 || step.micros < 0;
    match positive && !negative {
        true => Ok(()),
        false => Err("a step must be above 0".to_owned()),
    }
}
