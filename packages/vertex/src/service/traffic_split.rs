//! How an endpoint's requests are split among its models: whole percents that make 100

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::resource::{Endpoint, NEW_MODEL};

/// Whether an endpoint's split is empty, or makes 100 percent of models that are there
///
/// # Errors
/// It is not
pub fn check(endpoint: &Endpoint) -> Result<(), Failure> {
    let split = &endpoint.traffic_split;
    if split.is_empty() {
        return Ok(());
    }
    for (id, percent) in split {
        if !endpoint.deployed_models.iter().any(|model| model.id == *id) {
            let ids: Vec<&str> = endpoint
                .deployed_models
                .iter()
                .map(|model| model.id.as_str())
                .collect();
            let there = match ids.as_slice() {
                [] => "no model is deployed".to_owned(),
                ids => format!("deployed are {}", ids.join(", ")),
            };
            let message = format!("there is no deployed model `{id}`; {there}");
            return Err(Failure::field("trafficSplit", message));
        }
        if !(0..=100).contains(percent) {
            let message = format!("{percent} is no percentage between 0 and 100");
            return Err(Failure::field(format!("trafficSplit.{id}"), message));
        }
    }
    let sum: i64 = split.values().map(|percent| i64::from(*percent)).sum();
    match sum {
        100 => Ok(()),
        _ => Err(Failure::field(
            "trafficSplit",
            format!("the percentages make {sum} where they must make 100"),
        )),
    }
}

/// A split with the new model's id in place of the key that stands for it
pub fn with_new_model(split: &BTreeMap<String, i32>, id: &str) -> BTreeMap<String, i32> {
    split
        .iter()
        .map(|(key, percent)| match key.as_str() {
            NEW_MODEL => (id.to_owned(), *percent),
            _ => (key.clone(), *percent),
        })
        .collect()
}
