//! `ML.EXPLAIN_PREDICT`: what each feature adds to the number, or to the log-odds (of several classes, the
//! margin of the predicted one), exactly: terms of linear models, Shapley values of trees

use googlesql::{Catalog, Column, Error, ModelFunction, Relation, Type};

use super::input::Input;
use super::predict::{beside, field, predicted};
use super::prediction::{Keep, Prediction};
use super::{kinds, settings};
use crate::Model;
use crate::model::Parameters;
use crate::scoring::{self, Function};
use crate::sql::{double, quote_string};

const FITS: &str = "linear models and models of trees";

/// BigQuery's default of `top_k_features`
const TOP: i64 = 5;

/// The list of baselines and attributions of trees inside the query
const ATTRIBUTIONS: &str = "\"__attributions\"";

/// The relation of a call
pub fn relation(
    model: &Model,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &["top_k_features", "threshold"])?;
    let top = settings::count(call, "top_k_features", TOP)?;
    let given = settings::needed_input(call)?;
    let input = Input::new(model, call, given, catalog)?;
    let label = kinds::label(model, call, FITS)?;
    let baselines: Vec<String> = match &model.parameters {
        Parameters::LogisticRegression { intercepts, .. } => intercepts
            .iter()
            .map(|intercept| double(*intercept))
            .collect(),
        Parameters::LinearRegression { intercept, .. } => vec![double(*intercept)],
        Parameters::Trees { forest, .. } => {
            let width = model.features.len() + 1;
            let each = 0..forest.groups();
            each.map(|output| attribution(output * width)).collect()
        }
        Parameters::KMeans(_)
        | Parameters::Pca(_)
        | Parameters::Onnx(_)
        | Parameters::TransformOnly => {
            return Err(kinds::unfit(model, call, FITS));
        }
    };
    let Some(prediction) = Prediction::new(model, label, &input, call, Keep::Margins)? else {
        return Err(kinds::unfit(model, call, FITS));
    };

    // of several margins that of the predicted class, the first of the largest
    let choose = |of: &dyn Fn(usize) -> String| -> String {
        if baselines.len() == 1 {
            return of(0);
        }
        let cases = (0..baselines.len()).map(|output| {
            let margin = &prediction.margins[output];
            format!(" WHEN {margin} = \"__largest\" THEN {}", of(output))
        });
        format!("CASE{} END", cases.collect::<String>())
    };
    let mut parts = Vec::new();
    let mut attributions = Vec::new();
    for (index, term) in prediction.score().terms().iter().enumerate() {
        for output in 0..baselines.len() {
            parts.push(format!(
                "{} AS {}",
                term.contribution(output),
                part(index, output)
            ));
        }
        attributions.push((term.feature.clone(), choose(&|output| part(index, output))));
    }
    if let Parameters::Trees { .. } = &model.parameters {
        let width = model.features.len() + 1;
        let called = scoring::call(Function::Attributions, model, &input);
        parts.push(format!("{called} AS {ATTRIBUTIONS}"));
        for (index, feature) in model.features.iter().enumerate() {
            let of_feature = choose(&|output| attribution(output * width + 1 + index));
            attributions.push((feature.name.clone(), of_feature));
        }
    }
    // features without weight add nothing, but are features still
    for feature in &model.features {
        if !attributions.iter().any(|(name, _)| *name == feature.name) {
            attributions.push((feature.name.clone(), "0e0".to_owned()));
        }
    }
    let list = ranked(&attributions, top);

    let mut outputs = vec![(predicted(label), prediction.predicted.clone())];
    if !label.classes.is_empty() {
        let own = format!("greatest({})", prediction.probabilities.join(", "));
        let of_predicted = if label.classes.len() == 2 {
            let probabilities = &prediction.probabilities;
            let positive = crate::sql::typed(&label.classes[1].value, &label.ty);
            format!(
                "CASE WHEN ({}) = {positive} THEN {} ELSE {} END",
                prediction.predicted, probabilities[1], probabilities[0]
            )
        } else {
            own
        };
        outputs.push((Column::new("probability", Type::Float64), of_predicted));
    }
    let pair = Type::Struct(vec![
        field("feature", Type::String),
        field("attribution", Type::Float64),
    ]);
    outputs.push((
        Column::new("top_feature_attributions", Type::Array(Box::new(pair))),
        list,
    ));
    let number = |name: &str| Column::new(name, Type::Float64);
    outputs.push((
        number("baseline_prediction_value"),
        choose(&|output| baselines[output].clone()),
    ));
    outputs.push((
        number("prediction_value"),
        choose(&|output| prediction.margins[output].clone()),
    ));
    outputs.push((number("approximation_error"), "0e0".to_owned()));
    beside(&input, call, outputs, |given| {
        let items: Vec<String> = parts.iter().chain(given).cloned().collect();
        prediction.query(&items)
    })
}

/// The attributions of trees, by their place
fn attribution(place: usize) -> String {
    format!("{ATTRIBUTIONS}[{}]", place + 1)
}

fn part(term: usize, output: usize) -> String {
    format!("\"__part_{term}_{output}\"")
}

/// The largest attributions, signs aside; of equal ones in the order of the features
fn ranked(attributions: &[(String, String)], top: i64) -> String {
    let all: Vec<String> = attributions
        .iter()
        .enumerate()
        .map(|(index, (name, sql))| {
            format!(
                "{{'size': abs({sql}), 'order': -{index}, 'feature': {}, 'attribution': {sql}}}",
                quote_string(name)
            )
        })
        .collect();
    format!(
        "list_transform(list_sort([{}], 'DESC')[1:{top}], lambda \"one\": {{'feature': \"one\".\"feature\", 'attribution': \"one\".\"attribution\"}})",
        all.join(", ")
    )
}
