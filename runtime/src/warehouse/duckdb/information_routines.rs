//! `ROUTINES` and `PARAMETERS` of the information schema, out of the statements that made the routines

use googlesql::{RoutineText, describe_routine};

use super::information_schema::{Source, Value};
use super::routines::{Routine, RoutineKind};

/// Rows of `ROUTINES`
///
/// # Errors
/// There are none
pub fn routines(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    Ok(of_dataset(source, dataset)
        .map(|routine| {
            let text = described(routine);
            let mut row = place(source, routine);
            row.extend(row.clone());
            let body = match (&text.language, routine.kind) {
                (Some(_), _) => "EXTERNAL",
                _ => "SQL",
            };
            let kind = match routine.kind {
                RoutineKind::Function => "FUNCTION",
                RoutineKind::AggregateFunction => "AGGREGATE FUNCTION",
                RoutineKind::TableFunction => "TABLE FUNCTION",
                RoutineKind::Procedure => "PROCEDURE",
            };
            row.extend([
                Value::Text(kind.to_owned()),
                Value::maybe(text.returns.clone()),
                Value::Text(body.to_owned()),
                Value::maybe(text.body.clone()),
                Value::maybe(text.language.clone()),
                match &text.language {
                    Some(_) => Value::yes(text.deterministic),
                    None => Value::Null,
                },
                Value::Null,
                Value::Micros(routine.created),
                Value::Micros(routine.altered),
                Value::Text(routine.sql.clone()),
            ]);
            row
        })
        .collect())
}

/// Rows of `PARAMETERS`
///
/// # Errors
/// There are none
pub fn parameters(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for routine in of_dataset(source, dataset) {
        let text = described(routine);
        if let Some(returns) = &text.returns {
            let mut row = place(source, routine);
            row.extend([
                Value::Int(0),
                Value::Null,
                Value::yes(true),
                Value::Null,
                Value::Text(returns.clone()),
                Value::Null,
            ]);
            rows.push(row);
        }
        for (number, (name, ty, mode)) in (1..).zip(&text.parameters) {
            let mut row = place(source, routine);
            row.extend([
                Value::Int(number),
                Value::maybe(mode.clone()),
                Value::yes(false),
                Value::Text(name.clone()),
                Value::Text(ty.clone()),
                Value::Null,
            ]);
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Rows of `ROUTINE_OPTIONS`
///
/// # Errors
/// There are none
pub fn options(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for routine in of_dataset(source, dataset) {
        for option in described(routine).options {
            let mut row = place(source, routine);
            row.extend([option.name, option.ty, option.value].map(Value::Text));
            rows.push(row);
        }
    }
    Ok(rows)
}

fn of_dataset<'s>(source: &'s Source, dataset: &'s str) -> impl Iterator<Item = &'s Routine> {
    source
        .routines
        .iter()
        .filter(move |routine| routine.schema == dataset)
}

fn described(routine: &Routine) -> RoutineText {
    describe_routine(&routine.sql).unwrap_or_default()
}

fn place(source: &Source, routine: &Routine) -> Vec<Value> {
    let (project, dataset) = source.split(&routine.schema);
    [project, dataset.to_owned(), routine.name.clone()]
        .map(Value::Text)
        .into()
}
