//! How much a row of each class weighs

use diagnostic::code;
use googlesql::Error;

use super::ClassWeights;
use crate::model::Class;

/// One per class; `labels` are the classes of the training rows
///
/// # Errors
/// `M002` at `CLASS_WEIGHTS` that names another class, or does not name one
pub fn of_classes(
    weights: &ClassWeights,
    classes: &[Class],
    labels: &[u32],
) -> Result<Vec<f64>, Error> {
    match weights {
        ClassWeights::Equal => Ok(vec![1.0; classes.len()]),
        ClassWeights::Balanced => {
            let mut counts = vec![0.0; classes.len()];
            for &label in labels {
                counts[label as usize] += 1.0;
            }
            let rows = labels.len() as f64;
            let weight = |count: &f64| {
                if *count == 0.0 {
                    1.0
                } else {
                    rows / (classes.len() as f64 * count)
                }
            };
            Ok(counts.iter().map(weight).collect())
        }
        ClassWeights::Given { weights, span } => {
            let invalid =
                |message: String| Error::new(code::MODEL_OPTION_INVALID, message, span.clone());
            let names: Vec<&str> = classes.iter().map(|class| class.value.as_str()).collect();
            if let Some((name, _)) = weights.iter().find(|(name, _)| !names.contains(&&**name)) {
                return Err(invalid(format!(
                    "`class_weights` names `{name}`, which is no value of the label"
                ))
                .help(format!("the label's values are {}", names.join(", "))));
            }
            let weight_of = |class: &&str| {
                let found = weights.iter().find(|(name, _)| name == class);
                found.map(|(_, weight)| *weight).ok_or_else(|| {
                    invalid(format!("`class_weights` has no weight for label `{class}`"))
                })
            };
            names.iter().map(weight_of).collect()
        }
    }
}
