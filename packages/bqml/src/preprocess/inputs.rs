//! How the columns that a model is given are distributed in its training rows, before `TRANSFORM`

use std::collections::BTreeMap;

use duckdb::Connection;
use googlesql::CreateModel;

use super::{Distribution, Part, Plan, expand};
use crate::data::{self, Frame, FrameColumn, FrameQuery, NULL};
use crate::kind::Target;
use crate::sql::quote_identifier;

/// The distributions by input: those of the features where there is no `TRANSFORM`, else those of the
/// training query's own columns, for which it is run once more
///
/// An input that cannot be read as a feature has none.
pub fn distributions(
    connection: &Connection,
    create: &CreateModel,
    plans: &[Plan],
    frame: &Frame,
) -> BTreeMap<String, Distribution> {
    if create.transform.is_none() {
        return of_frame(plans, frame);
    }
    let plans: Vec<Plan> = create
        .training
        .columns
        .iter()
        .filter_map(|column| expand(column, &create.span).ok())
        .flatten()
        .filter(|plan| plan.part == Part::Whole)
        .collect();
    let items: Vec<String> = plans
        .iter()
        .enumerate()
        .map(|(index, plan)| {
            let column = quote_identifier(&plan.column);
            format!("{} AS \"f{index}\"", plan.sql(&column))
        })
        .collect();
    let query = FrameQuery {
        sql: format!(
            "SELECT {} FROM ({}) AS \"input\"",
            items.join(", "),
            create.training.sql
        ),
        plans: &plans,
        target: Target::Nothing,
        split: false,
    };
    // a column that is no feature may hold what no feature may; then nothing is known of the inputs
    data::load(connection, &query, &create.span)
        .map(|frame| of_frame(&plans, &frame))
        .unwrap_or_default()
}

fn of_frame(plans: &[Plan], frame: &Frame) -> BTreeMap<String, Distribution> {
    let columns = plans.iter().zip(&frame.columns);
    columns
        .filter(|(plan, _)| plan.part == Part::Whole)
        .filter_map(|(plan, column)| Some((plan.name.clone(), of_column(column)?)))
        .collect()
}

fn of_column(column: &FrameColumn) -> Option<Distribution> {
    match column {
        FrameColumn::Number(values) => {
            let mut known = values.clone();
            known.retain(|value| !value.is_nan());
            let missing = (values.len() - known.len()) as u64;
            Some(Distribution::of_numbers(&mut known, missing))
        }
        FrameColumn::Category { codes, dictionary } => {
            let mut counts = vec![0_u64; dictionary.len()];
            let mut missing = 0;
            for &code in codes {
                match code {
                    NULL => missing += 1,
                    code => counts[code as usize] += 1,
                }
            }
            let counts = dictionary.iter().cloned().zip(counts);
            Some(Distribution::of_categories(counts, missing))
        }
        // lists are no inputs of a served model
        FrameColumn::Categories { .. } | FrameColumn::Vector { .. } => None,
    }
}
