//! `ML.CONFUSION_MATRIX`: a row per true class, a column per predicted one

use googlesql::{Catalog, Column, Error, ModelFunction, Relation, Type};

use super::{levels, settings};
use crate::Model;
use crate::sql::{quote_identifier, typed};

/// The relation of a call; without input that of the rows evaluated at training
pub fn relation(
    model: &Model,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &["threshold"])?;
    let threshold = settings::threshold(call)?;
    let levels = match settings::input(call)? {
        Some(given) => levels::of_input(model, call, given, catalog)?,
        None => levels::of_training(model),
    };
    let label = &model.label;
    let names: Vec<String> = label
        .classes
        .iter()
        .map(|class| column_name(&class.value))
        .collect();
    let row = |class: usize, predicted_negative: &str, predicted_positive: &str| {
        format!(
            "SELECT {} AS \"expected_label\", \"{predicted_negative}\" AS {}, \"{predicted_positive}\" AS {} FROM \"confusion\"",
            typed(&label.classes[class].value, &label.ty),
            quote_identifier(&names[0]),
            quote_identifier(&names[1]),
        )
    };
    let mut columns = vec![Column::new("expected_label", label.ty.clone())];
    columns.extend(names.iter().map(|name| Column::new(name, Type::Int64)));
    Ok(Relation {
        sql: format!(
            "WITH \"levels\" AS (\n  {levels}\n), \"confusion\" AS (\n  {}\n)\n{}\nUNION ALL\n{}",
            levels::confusion(threshold),
            row(0, "true_negatives", "false_positives"),
            row(1, "false_negatives", "true_positives"),
        ),
        columns,
    })
}

/// A class as a column name: what is no letter, digit or underscore becomes an underscore, and one
/// leads where a name may not begin so; 0 is `_0`
fn column_name(class: &str) -> String {
    let name: String = class
        .chars()
        .map(|character| {
            if character.is_alphanumeric() || character == '_' {
                character
            } else {
                '_'
            }
        })
        .collect();
    let plain = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
    if plain { name } else { format!("_{name}") }
}
