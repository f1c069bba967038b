//! A model that answers one request after another, as an exported one does when it is served

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::Model;
use crate::model::FORMAT;
use crate::preprocess::Distribution;
use crate::program::evaluate::{Evaluator, Tensor, Values};
use crate::program::{Element, Input, Unsupported};

/// Where an exported model's folder has the model itself
pub const MODEL_FILE: &str = "assets.extra/sqlx-run/model.json";

/// A model with its program; many threads may ask it at once
#[derive(Debug)]
pub struct Scorer {
    model: Model,
    evaluator: Evaluator,
    explainer: Result<Explainer, Unsupported>,
}

#[derive(Debug)]
struct Explainer {
    evaluator: Evaluator,
    features: Vec<(String, Option<usize>)>,
    baseline: Vec<f64>,
}

/// Why a prediction is what it is
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceExplanation {
    /// The output that is explained, such as `churned_probs`
    pub output_name: String,
    /// Its position in that output: the class with the greatest probability
    pub output_index: usize,
    /// The class there, as text; `None` for a regressor
    pub output_class: Option<String>,
    /// The prediction without any feature: the constant term
    pub baseline: f64,
    /// The prediction: log-odds of the class, or a regressor's value
    pub output: f64,
    /// What each feature adds; all of them and the baseline make up the prediction
    pub features: Vec<(String, f64)>,
}

impl Scorer {
    /// The model of an exported folder
    ///
    /// # Errors
    /// The folder has no model of ours, or one that cannot be read
    pub fn load(folder: &Path) -> io::Result<Self> {
        let path = folder.join(MODEL_FILE);
        let text = fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::new(
                io::ErrorKind::NotFound,
                format!(
                    "{} has no {MODEL_FILE}: only models that `EXPORT MODEL` wrote here can be served",
                    folder.display()
                ),
            ),
            _ => error,
        })?;
        Self::read(&text).map_err(|reason| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{} is not valid: {reason}", path.display()),
            )
        })
    }

    /// The model in the content of [`MODEL_FILE`]
    ///
    /// # Errors
    /// Why it is none
    pub fn read(text: &[u8]) -> Result<Self, String> {
        #[derive(serde::Deserialize)]
        struct Head {
            format: u32,
        }
        let head: Head = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if head.format != FORMAT {
            return Err(format!(
                "format {} where format {FORMAT} is understood",
                head.format
            ));
        }
        let model: Model = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        Self::new(model).map_err(|error| error.message)
    }

    /// A model
    ///
    /// # Errors
    /// What no program can do
    pub fn new(model: Model) -> Result<Self, Unsupported> {
        let evaluator = Evaluator::new(model.program()?)?;
        let explainer = model.explanation().and_then(|explanation| {
            Ok(Explainer {
                evaluator: Evaluator::new(explanation.program)?,
                features: explanation.features,
                baseline: explanation.baseline,
            })
        });
        Ok(Self {
            model,
            evaluator,
            explainer,
        })
    }

    /// The model
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What an instance has, in the order of a list
    pub fn inputs(&self) -> &[Input] {
        &self.evaluator.program().inputs
    }

    /// The names of the outputs
    pub fn outputs(&self) -> impl Iterator<Item = &str> {
        let outputs = self.evaluator.program().outputs.iter();
        outputs.map(|output| output.name.as_str())
    }

    /// How the training rows were distributed, by input; an input that is a list has none
    pub fn training_statistics(&self) -> &BTreeMap<String, Distribution> {
        &self.model.input_distributions
    }

    /// An answer for each instance: an object by column name, or a list in the order of
    /// [`Scorer::inputs`]; `null` is NULL. The answer is an object by output, as a served SavedModel
    /// gives it, and the value itself where there is one output only
    ///
    /// # Errors
    /// What is wrong with an instance, and with which
    pub fn predict(&self, instances: &[Value]) -> Result<Vec<Value>, String> {
        let inputs = self.columns(instances)?;
        let outputs = self.evaluator.run(&inputs, instances.len())?;
        let names = &self.evaluator.program().outputs;
        let answer = |row: usize| match outputs.as_slice() {
            [only] => json(only, row),
            several => {
                let fields = names.iter().zip(several);
                let fields =
                    fields.map(|(output, tensor)| (output.name.clone(), json(tensor, row)));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        };
        Ok((0..instances.len()).map(answer).collect())
    }

    /// What each feature adds to the prediction for each instance
    ///
    /// # Errors
    /// As [`Scorer::predict`], and for models that are no sum over their features
    pub fn explain(&self, instances: &[Value]) -> Result<Vec<InstanceExplanation>, String> {
        let explainer = self
            .explainer
            .as_ref()
            .map_err(|error| error.message.clone())?;
        let inputs = self.columns(instances)?;
        let own: Vec<Values> = explainer
            .evaluator
            .program()
            .inputs
            .iter()
            .filter_map(|input| {
                let at = self
                    .inputs()
                    .iter()
                    .position(|known| known.name == input.name);
                at.map(|at| inputs[at].clone())
            })
            .collect();
        let rows = instances.len();
        let parts = explainer.evaluator.run(&own, rows)?;
        Ok((0..rows)
            .map(|row| self.attribution(explainer, &parts, row))
            .collect())
    }

    fn attribution(
        &self,
        explainer: &Explainer,
        parts: &[Tensor],
        row: usize,
    ) -> InstanceExplanation {
        let part = |output: &Option<usize>, column: usize| {
            output.map_or(0.0, |at| parts[at].numbers()[parts[at].place(row, column)])
        };
        let sum = |column: usize| {
            let parts = explainer.features.iter();
            let parts = parts.map(|(_, output)| part(output, column));
            explainer.baseline[column] + parts.sum::<f64>()
        };
        let columns = explainer.baseline.len();
        let classes = self
            .model
            .label
            .as_ref()
            .map_or(&[][..], |label| &label.classes);
        let label = self
            .model
            .label
            .as_ref()
            .map_or("", |label| label.column.as_str());
        let mut column = 0;
        for other in 1..columns {
            if sum(other) > sum(column) {
                column = other;
            }
        }
        let total = sum(column);
        // of two classes there is one sum, the positive one's
        let (class, sign) = match (columns, classes.len()) {
            (1, 2) if total > 0.0 => (Some(1), 1.0),
            (1, 2) => (Some(0), -1.0),
            (_, 0) => (None, 1.0),
            _ => (Some(column), 1.0),
        };
        InstanceExplanation {
            output_name: match class {
                Some(_) => format!("{label}_probs"),
                None => format!("predicted_{label}"),
            },
            output_index: class.map_or(0, |class| classes.len() - 1 - class),
            output_class: class.map(|class| classes[class].value.clone()),
            baseline: sign * explainer.baseline[column],
            output: sign * total,
            features: explainer
                .features
                .iter()
                .map(|(name, output)| (name.clone(), sign * part(output, column)))
                .collect(),
        }
    }

    /// The instances' values, a column per input
    fn columns(&self, instances: &[Value]) -> Result<Vec<Values>, String> {
        let inputs = self.inputs();
        let mut columns: Vec<Values> = inputs
            .iter()
            .map(|input| match input.element {
                Element::Number => Values::Numbers(Vec::with_capacity(instances.len())),
                _ => Values::Texts(Vec::with_capacity(instances.len())),
            })
            .collect();
        for (row, instance) in instances.iter().enumerate() {
            let at = |place: usize| -> Result<&Value, String> {
                let input = &inputs[place];
                let found = match instance {
                    Value::Object(fields) => fields.get(&input.name),
                    Value::Array(values) => values.get(place),
                    _ => None,
                };
                found.ok_or_else(|| format!("instance {row} lacks `{}`", input.name))
            };
            self.check(row, instance)?;
            for (place, column) in columns.iter_mut().enumerate() {
                let value = at(place)?;
                let refused = |expected: &str| {
                    let name = &inputs[place].name;
                    format!("instance {row}: `{name}` is {value}, expected {expected}")
                };
                match column {
                    Values::Numbers(all) => all.push(match value {
                        Value::Null => f64::NAN,
                        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
                        _ => return Err(refused("a number")),
                    }),
                    Values::Texts(all) => all.push(match value {
                        Value::Null => Arc::from(""),
                        Value::String(text) => text.as_str().into(),
                        Value::Bool(true) => "true".into(),
                        Value::Bool(false) => "false".into(),
                        _ => return Err(refused("a text")),
                    }),
                    Values::Bools(_) | Values::Indices(_) => {}
                }
            }
        }
        Ok(columns)
    }

    /// That an instance has nothing that the model does not know
    fn check(&self, row: usize, instance: &Value) -> Result<(), String> {
        let inputs = self.inputs();
        match instance {
            Value::Object(fields) => {
                let known = |name: &String| inputs.iter().any(|input| input.name == *name);
                let Some(name) = fields.keys().find(|name| !known(name)) else {
                    return Ok(());
                };
                let names = inputs.iter().map(|input| input.name.as_str());
                let hint = diagnostic::did_you_mean(name, names);
                let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
                Err(format!(
                    "instance {row} has `{name}`, which is no input of the model{hint}"
                ))
            }
            Value::Array(values) if values.len() == inputs.len() => Ok(()),
            Value::Array(values) => Err(format!(
                "instance {row} has {} values, the model takes {}",
                values.len(),
                inputs.len()
            )),
            other => Err(format!(
                "instance {row} is {other}, expected an object by column name or a list"
            )),
        }
    }
}

/// A row of an output: a list for a matrix, else a value
fn json(tensor: &Tensor, row: usize) -> Value {
    let value = |at: usize| match &tensor.values {
        Values::Numbers(all) => Value::from(all[at]),
        Values::Texts(all) => Value::from(all[at].as_ref()),
        Values::Bools(all) => Value::from(all[at]),
        Values::Indices(all) => Value::from(all[at]),
    };
    let columns = 0..tensor.width;
    columns
        .map(|column| value(tensor.place(row, column)))
        .collect()
}
