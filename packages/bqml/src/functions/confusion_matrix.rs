//! `ML.CONFUSION_MATRIX`: a row per true class, a column per predicted one

use googlesql::{Catalog, Column, Error, ModelFunction, Relation, Type};

use super::{classes, kinds, levels, settings};
use crate::Model;
use crate::evaluation::Evaluation;
use crate::model::Label;
use crate::sql::{bigint, quote_identifier, typed};

const FITS: &str = "classifiers";

/// The relation of a call; without input that of the rows evaluated at training
pub fn relation(
    model: &Model,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &["threshold"])?;
    let label = kinds::label(model, call, FITS)?;
    let given = settings::input(call)?;
    let sql = match &model.evaluation {
        Evaluation::Binary(evaluation) => {
            let threshold = settings::threshold(call)?;
            let levels = match given {
                Some(given) => levels::of_input(model, call, given, catalog)?,
                None => levels::of_training(evaluation),
            };
            binary(label, &levels, threshold)
        }
        Evaluation::Multiclass(evaluation) => {
            settings::no_threshold(call, "classifiers of two classes")?;
            match given {
                Some(given) => multiclass(label, &classes::of_input(model, call, given, catalog)?),
                None => stored(label, &evaluation.confusion),
            }
        }
        _ => return Err(kinds::unfit(model, call, FITS)),
    };
    let mut columns = vec![Column::new("expected_label", label.ty.clone())];
    let names = names(label).into_iter();
    columns.extend(names.map(|name| Column::new(name, Type::Int64)));
    Ok(Relation { sql, columns })
}

fn binary(label: &Label, levels: &str, threshold: f64) -> String {
    let names = names(label);
    let row = |class: usize, predicted_negative: &str, predicted_positive: &str| {
        format!(
            "SELECT {} AS \"expected_label\", \"{predicted_negative}\" AS {}, \"{predicted_positive}\" AS {} FROM \"confusion\"",
            typed(&label.classes[class].value, &label.ty),
            quote_identifier(&names[0]),
            quote_identifier(&names[1]),
        )
    };
    format!(
        "WITH \"levels\" AS (\n  {levels}\n), \"confusion\" AS (\n  {}\n)\n{}\nUNION ALL\n{}",
        levels::confusion(threshold),
        row(0, "true_negatives", "false_positives"),
        row(1, "false_negatives", "true_positives"),
    )
}

fn multiclass(label: &Label, scored: &str) -> String {
    let counts: Vec<String> = names(label)
        .iter()
        .enumerate()
        .map(|(index, name)| {
            format!(
                "count(*) FILTER (WHERE \"predicted\" = {index}) AS {}",
                quote_identifier(name)
            )
        })
        .collect();
    let values: Vec<String> = label
        .classes
        .iter()
        .enumerate()
        .map(|(index, class)| format!("({index}, {})", typed(&class.value, &label.ty)))
        .collect();
    format!(
        "SELECT \"expected_label\", {}
FROM (VALUES {}) AS \"classes\"(\"class\", \"expected_label\")
LEFT JOIN (
  {scored}
) AS \"scored\" ON \"scored\".\"truth\" = \"classes\".\"class\"
GROUP BY \"class\", \"expected_label\"
ORDER BY \"class\"",
        counts.join(", "),
        values.join(", "),
    )
}

fn stored(label: &Label, confusion: &[Vec<u64>]) -> String {
    let rows = label.classes.iter().zip(confusion).map(|(class, counts)| {
        let counts: Vec<String> = counts.iter().map(|count| bigint(*count as i64)).collect();
        format!(
            "({}, {})",
            typed(&class.value, &label.ty),
            counts.join(", ")
        )
    });
    let names: Vec<String> = names(label)
        .iter()
        .map(|name| quote_identifier(name))
        .collect();
    format!(
        "SELECT * FROM (VALUES {}) AS \"confusion\"(\"expected_label\", {})",
        rows.collect::<Vec<_>>().join(", "),
        names.join(", ")
    )
}

fn names(label: &Label) -> Vec<String> {
    let classes = label.classes.iter();
    classes.map(|class| column_name(&class.value)).collect()
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
