//! Models whose prediction is no sum, asked inside the engine: a function that DuckDB calls with a
//! model's key and a struct of raw features, and that encodes them as the training did
//!
//! A query holds the key alone: the model's name and a digest of what it learned. The session that
//! made the query remembers the model; another one, which reads a view, loads it from the registry.

mod columns;
mod function;
mod remembered;

use std::sync::OnceLock;

use duckdb::arrow::array::{Array, StructArray};
use googlesql::PhysicalName;

use crate::Model;
use crate::functions::Input;
use crate::model::Parameters;
use crate::onnx::{Imported, Runtime};
use crate::preprocess::{Design, Feature};
use crate::sql::quote_string;
use crate::trees;

pub use function::{Function, register};

/// What a model that is asked through a function needs to answer
#[derive(Debug)]
pub struct Scored {
    features: Vec<Feature>,
    parameters: Parameters,
    /// The feature of each slot
    owners: Vec<usize>,
    /// Of an imported model, when it was first asked
    runtime: OnceLock<Result<Runtime, String>>,
}

impl Scored {
    fn new(model: &Model) -> Self {
        Self {
            owners: trees::owners(&model.features),
            features: model.features.clone(),
            parameters: model.parameters.clone(),
            runtime: OnceLock::new(),
        }
    }

    /// What a function says of rows
    ///
    /// # Errors
    /// The function is none of the model's, or the rows do not fit
    fn answer(&self, function: Function, rows: &StructArray) -> Result<Answers, String> {
        match (function, &self.parameters) {
            (Function::Scores, Parameters::Onnx(imported)) => self.run(imported, rows),
            (Function::Scores, _) => self.scores(&columns::design(&self.features, rows)?),
            (Function::Attributions, _) => {
                self.attributions(&columns::design(&self.features, rows)?)
            }
        }
    }

    /// The values of all outputs of an imported model
    fn run(&self, imported: &Imported, rows: &StructArray) -> Result<Answers, String> {
        let runtime = self.runtime.get_or_init(|| imported.runtime());
        let runtime = runtime.as_ref().map_err(Clone::clone)?;
        Ok(Answers {
            width: imported.width(),
            values: runtime.run(&imported.read(rows)?, rows.len())?,
        })
    }

    /// For each row: a number per class or the one predicted, before its link; the distances from the
    /// clusters; or what principal components say of it, and then the error
    ///
    /// # Errors
    /// The kind of model is asked in SQL
    fn scores(&self, design: &Design) -> Result<Answers, String> {
        let (width, values) = match &self.parameters {
            Parameters::KMeans(clusters) => (clusters.clusters.len(), clusters.score(design)),
            Parameters::Pca(components) => {
                (components.components.len() + 1, components.score(design))
            }
            Parameters::Trees { forest, .. } => (forest.groups(), forest.score(design)),
            other => return Err(format!("{} models are asked in SQL", other.kind())),
        };
        Ok(Answers { width, values })
    }

    /// For each row and group, one after the other: the baseline, and then what each feature adds
    ///
    /// # Errors
    /// The model is none of trees
    fn attributions(&self, design: &Design) -> Result<Answers, String> {
        let Parameters::Trees { forest, .. } = &self.parameters else {
            let kind = self.parameters.kind();
            return Err(format!("{kind} models have no attributions here"));
        };
        let features = self.features.len();
        let width = forest.groups() * (features + 1);
        let mut values = Vec::with_capacity(design.rows() * width);
        design.visit(0..design.rows(), |_, slots| {
            let found = trees::attributions(forest, slots, &self.owners, features);
            for (baseline, own) in found.baseline.iter().zip(&found.features) {
                values.push(*baseline);
                values.extend(own);
            }
        });
        Ok(Answers { width, values })
    }
}

/// Numbers, as many for each row
struct Answers {
    width: usize,
    values: Vec<f64>,
}

/// A call of a function on the rows of the alias `input`, a `DOUBLE[]` expression
pub fn call(function: Function, model: &Model, input: &Input) -> String {
    let features = model.features.iter();
    let values: Vec<String> = features.filter_map(|one| input.feature(one)).collect();
    called(function, model, &values)
}

/// A call of an imported model on the values of its inputs, an expression of a `DOUBLE[]` with the values
/// of all outputs
pub fn call_with(model: &Model, values: &[String]) -> String {
    called(Function::Scores, model, values)
}

fn called(function: Function, model: &Model, values: &[String]) -> String {
    let key = remembered::remember(model);
    let features: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(index, value)| format!("'f{index}': {value}"))
        .collect();
    format!(
        "{}({}, {}, {}, {{{}}})",
        function.name(),
        quote_string(&model.name.schema),
        quote_string(&model.name.name),
        quote_string(&key),
        features.join(", ")
    )
}

/// The name that a key is under
fn physical(schema: &str, name: &str) -> PhysicalName {
    PhysicalName {
        schema: schema.to_owned(),
        name: name.to_owned(),
    }
}
