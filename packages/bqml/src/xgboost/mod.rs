//! Trees as an XGBoost booster, with the categories of features and a program that answers, as
//! BigQuery ML exports them
//!
//! XGBoost keeps thresholds and leaves in single precision, and so are features compared.

mod booster;
mod ubjson;

use serde_json::{Value as Json, json};

use crate::model::{Model, Parameters};
use crate::preprocess::{Encoding, Feature, Part};
use crate::program::{Unsupported, select_list, tensorflow};
use crate::trees::Link;

/// What answers: `python main.py FOLDER < instances.json`
const PROGRAM: &str = include_str!("main.py");

/// The booster, what becomes of the inputs, and the program
///
/// # Errors
/// A model without trees, a feature of a type that has no place, a `TRANSFORM` that no program has
pub fn files(model: &Model) -> Result<Vec<(String, Vec<u8>)>, Unsupported> {
    let Parameters::Trees { forest, .. } = &model.parameters else {
        return Err(Unsupported::new(format!(
            "a model of type {} has no trees",
            model.parameters.kind()
        )));
    };
    let features = model
        .features
        .iter()
        .map(feature)
        .collect::<Result<Vec<_>, _>>()?;
    let label = model.label.as_ref();
    let classes: Vec<&str> = label
        .map_or(&[][..], |label| &label.classes)
        .iter()
        .map(|class| class.value.as_str())
        .collect();
    let metadata = json!({
        "model_type": model.parameters.kind(),
        "label": label.map(|label| label.column.as_str()),
        "classes": classes,
        "link": match forest.link {
            Link::Identity => "identity",
            Link::Logistic => "logistic",
            Link::Softmax => "softmax",
        },
        "features": features,
    });
    let mut files = vec![
        (
            "model.bst".to_owned(),
            booster::write(forest, &model.features),
        ),
        (
            "assets/model_metadata.json".to_owned(),
            metadata.to_string().into_bytes(),
        ),
        ("main.py".to_owned(), PROGRAM.as_bytes().to_vec()),
    ];
    if let Some(items) = model.applied_transform() {
        let wanted = |name: &str| {
            let mut features = model.features.iter();
            features.any(|feature| feature.column.eq_ignore_ascii_case(name))
        };
        let program = select_list(items, &model.given_columns(), &wanted)?;
        files.push((
            "transform/saved_model.pb".to_owned(),
            tensorflow::saved_model(&program)?,
        ));
    }
    Ok(files)
}

fn feature(feature: &Feature) -> Result<Json, Unsupported> {
    let refused = |why: &str| {
        Err(Unsupported::new(format!(
            "the feature `{}` of type {} cannot be exported: {why}",
            feature.name, feature.ty
        )))
    };
    if feature.part != Part::Whole {
        return refused("BigQuery exports no TIMESTAMP features");
    }
    let encoding = match &feature.encoding {
        Encoding::Standardized { mean, deviation } => {
            json!({ "kind": "standardized", "mean": mean, "deviation": deviation })
        }
        Encoding::Number { mean } => json!({ "kind": "number", "mean": mean }),
        Encoding::Label { categories } => json!({ "kind": "label", "categories": categories }),
        Encoding::OneHot {
            categories,
            dropped,
        } => json!({ "kind": "one_hot", "categories": categories, "dropped": dropped }),
        Encoding::MultiHot { .. } | Encoding::Vector { .. } => {
            return refused("BigQuery exports no ARRAY features");
        }
    };
    Ok(json!({ "name": feature.name, "encoding": encoding }))
}
