//! A model as programs: what it predicts, and what each feature has to do with it

use googlesql::Column;

use super::features::{self, Columns, Given};
use super::head::{self, Contribution};
use super::transform::{Transformed, select_list};
use super::{Builder, Program, Unsupported};
use crate::model::{Model, Parameters};

/// What each feature adds to a prediction
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// One output per feature that has a part: a column, or a matrix with a column per class
    pub program: Program,
    /// The features in order, each with its output
    pub features: Vec<(String, Option<usize>)>,
    /// The constant terms, one per column of the outputs
    pub baseline: Vec<f64>,
}

impl Model {
    /// What the model does with the columns of its training query, from before its `TRANSFORM` to the
    /// outputs that BigQuery's export has
    ///
    /// # Errors
    /// A feature, a function in the `TRANSFORM` or a kind of model that no program has
    pub fn program(&self) -> Result<Program, Unsupported> {
        if let (Parameters::TransformOnly, Some(items)) =
            (&self.parameters, self.applied_transform())
        {
            return select_list(items, &self.given_columns(), &|_| true);
        }
        let mut build = Builder::default();
        let mut columns = columns(self)?;
        let encoded = features::encode(self, columns.as_mut(), &mut build)?;
        let outputs = head::outputs(self, &encoded, &mut build)?;
        Ok(build.finish(outputs))
    }

    /// The columns of the training query
    pub(crate) fn given_columns(&self) -> Vec<Column> {
        let columns = self.input_columns.iter();
        columns
            .map(|column| Column::new(&column.name, column.ty.clone()))
            .collect()
    }

    /// What each feature adds to a prediction: to the log-odds of a classifier's class, to a
    /// regressor's value
    ///
    /// # Errors
    /// As [`Model::program`], and kinds of models that are no weighted sum
    pub fn explanation(&self) -> Result<Explanation, Unsupported> {
        let mut build = Builder::default();
        let mut columns = columns(self)?;
        let encoded = features::encode(self, columns.as_mut(), &mut build)?;
        let Some((parts, baseline)) = head::contributions(self, &encoded, &mut build) else {
            return Err(Unsupported::new(format!(
                "a model of type {} has no attributions of features",
                self.parameters.kind()
            )));
        };
        let mut outputs = Vec::new();
        let mut features = Vec::new();
        for Contribution { feature, value } in parts {
            let output = value.map(|node| {
                outputs.push((feature.clone(), node));
                outputs.len() - 1
            });
            features.push((feature, output));
        }
        Ok(Explanation {
            program: build.finish(outputs),
            features,
            baseline,
        })
    }
}

fn columns(model: &Model) -> Result<Box<dyn Columns>, Unsupported> {
    Ok(match model.applied_transform() {
        None => Box::new(Given),
        Some(items) => Box::new(Transformed::new(model, items)?),
    })
}
