//! `ML.PREDICT` of models without a label: the nearest centroids, or what principal components say

use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::input::Input;
use super::predict::{beside, field};
use super::settings;
use crate::Model;
use crate::kmeans::Clusters;
use crate::pca::Components;
use crate::scoring::{self, Function};

/// How many of the nearest centroids BigQuery gives
const NEAREST: usize = 5;

/// `CENTROID_ID`, `NEAREST_CENTROIDS_DISTANCE` and the input's columns
pub fn clusters(
    model: &Model,
    clusters: &Clusters,
    input: &Input,
    call: &ModelFunction,
) -> Result<Relation, Error> {
    settings::check(call, &[])?;
    let count = clusters.clusters.len();
    let pairs: Vec<String> = (1..=count)
        .map(|place| format!("{{'d': \"__scores\"[{place}], 'c': CAST({place} AS BIGINT)}}"))
        .collect();
    let ranked = format!("list_sort([{}])", pairs.join(", "));
    let pair = Type::Struct(vec![
        field("CENTROID_ID", Type::Int64),
        field("DISTANCE", Type::Float64),
    ]);
    let outputs = vec![
        (
            Column::new("CENTROID_ID", Type::Int64),
            "CAST(list_position(\"__scores\", list_min(\"__scores\")) AS BIGINT)".to_owned(),
        ),
        (
            Column::new("NEAREST_CENTROIDS_DISTANCE", Type::Array(Box::new(pair))),
            format!(
                "list_transform({ranked}[1:{}], lambda \"one\": {{'CENTROID_ID': \"one\".\"c\", 'DISTANCE': \"one\".\"d\"}})",
                NEAREST.min(count)
            ),
        ),
    ];
    beside(input, call, outputs, |given| scored(model, input, given))
}

/// `principal_component_<n>`, and with `keep_original_columns` the input's columns
pub fn components(
    model: &Model,
    components: &Components,
    mut input: Input,
    call: &ModelFunction,
) -> Result<Relation, Error> {
    settings::check(call, &["keep_original_columns"])?;
    if !settings::flag(call, "keep_original_columns")? {
        input.given.clear();
    }
    let outputs = (1..=components.components.len()).map(|place| {
        (
            Column::new(format!("principal_component_{place}"), Type::Float64),
            format!("\"__scores\"[{place}]"),
        )
    });
    let outputs = outputs.collect();
    beside(&input, call, outputs, |given| scored(model, &input, given))
}

fn scored(model: &Model, input: &Input, given: &[String]) -> String {
    let called = scoring::call(Function::Scores, model, input);
    let mut items = vec![format!("{called} AS \"__scores\"")];
    items.extend(given.iter().cloned());
    format!(
        "SELECT\n    {}\n  FROM ({}) AS \"input\"\n",
        items.join(",\n    "),
        input.sql
    )
}
