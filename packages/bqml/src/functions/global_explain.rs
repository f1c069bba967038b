//! `ML.GLOBAL_EXPLAIN`: features by their mean absolute attribution over the evaluated rows, of the
//! model or of each class

use diagnostic::code;
use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::{kinds, settings};
use crate::Model;
use crate::explanation::Attribution;
use crate::sql::{double, quote_string};

/// How many features BigQuery gives of each class
const FEATURES_PER_CLASS: usize = 10;

/// The relation of a call
pub fn relation(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    settings::check(call, &["class_level_explain"])?;
    settings::no_input(call)?;
    let by_class = settings::flag(call, "class_level_explain")?;
    let Some(explanation) = &model.explanation else {
        return Err(Error::new(
            code::INVALID_ARGUMENTS,
            format!(
                "the model `{}` was trained without `ENABLE_GLOBAL_EXPLAIN = TRUE`",
                call.model.join(".")
            ),
            call.span.clone(),
        )
        .help("train it with the option"));
    };
    let mut columns = vec![
        Column::new("feature", Type::String),
        Column::new("attribution", Type::Float64),
    ];
    let rows: Vec<String> = if by_class {
        let classes = match &model.label {
            Some(label) if !label.classes.is_empty() => &label.classes,
            _ => {
                return Err(kinds::unfit(
                    model,
                    call,
                    "classifiers with `class_level_explain`",
                ));
            }
        };
        columns.insert(0, Column::new("class_name", Type::String));
        let each = classes.iter().zip(&explanation.classes);
        each.flat_map(|(class, features)| {
            let class = quote_string(&class.value);
            let top = features.iter().take(FEATURES_PER_CLASS);
            top.map(move |feature| format!("({class}, {})", cells(feature)))
        })
        .collect()
    } else {
        let features = explanation.features.iter();
        features
            .map(|feature| format!("({})", cells(feature)))
            .collect()
    };
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    Ok(Relation {
        sql: format!(
            "SELECT * FROM (VALUES\n  {}\n) AS \"explanation\"({})",
            rows.join(",\n  "),
            names.join(", ")
        ),
        columns,
    })
}

fn cells(attribution: &Attribution) -> String {
    format!(
        "{}, {}",
        quote_string(&attribution.feature),
        double(attribution.attribution)
    )
}
