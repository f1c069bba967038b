//! `NUM_TRIALS` and what belongs to it

use std::ops::Range;

use diagnostic::code;
use googlesql::{CreateModel, Error, Value};

use super::search::{Algorithm, Point};
use super::space::{Dimension, Tunable, tunables};
use crate::options::{self, Options, Reader};

/// What a tuning searches, and for what
#[derive(Debug)]
pub struct TuningOptions {
    /// `NUM_TRIALS`
    pub trials: usize,
    /// `HPARAM_TUNING_ALGORITHM`
    pub algorithm: Algorithm,
    /// `HPARAM_TUNING_OBJECTIVES`, in lower case
    pub objective: &'static str,
    /// What is searched
    pub space: Vec<Dimension>,
}

const MOST_TRIALS: i64 = 100;
const MOST_PARALLEL: i64 = 5;

const OF_CLASSES: &[&str] = &[
    "roc_auc",
    "precision",
    "recall",
    "accuracy",
    "f1_score",
    "log_loss",
];

const OF_NUMBERS: &[&str] = &[
    "r2_score",
    "mean_absolute_error",
    "mean_squared_error",
    "mean_squared_log_error",
    "median_absolute_error",
    "explained_variance",
];

const OF_CLUSTERS: &[&str] = &["davies_bouldin_index"];

/// The options that there are only with `NUM_TRIALS`
const COMPANIONS: &[&str] = &[
    "max_parallel_trials",
    "hparam_tuning_algorithm",
    "hparam_tuning_objectives",
    "data_split_test_fraction",
];

/// Reads the tuning of a statement, if it has one
///
/// # Errors
/// `M002` at an option that is not valid, or that needs `NUM_TRIALS`; `M003` for a model type that is
/// not tuned
pub fn read(create: &CreateModel) -> Result<Option<TuningOptions>, Error> {
    let reader = Reader::new(create)?;
    let invalid = |message: String, span: &Range<usize>| {
        Error::new(code::MODEL_OPTION_INVALID, message, span.clone())
    };
    let Some((trials, span)) =
        reader.number("num_trials", "a whole number from 1 to 100", |value| {
            value.fract() == 0.0 && (1.0..=MOST_TRIALS as f64).contains(&value)
        })?
    else {
        let needs = create.options.iter().find(|option| {
            let companion = COMPANIONS.contains(&option.name.as_str());
            companion && option.value != Value::Null || matches!(option.value, Value::Search { .. })
        });
        return match needs {
            Some(option) => Err(invalid(
                format!("option `{}` needs `num_trials`", option.name),
                &option.span,
            )),
            None => Ok(None),
        };
    };
    let kind = match reader.text("model_type")? {
        Some((kind, _)) => kind.to_uppercase(),
        None => return Ok(None),
    };
    let known = tunables(&kind);
    if known.is_empty() {
        return Err(Error::new(
            code::MODEL_UNSUPPORTED,
            format!("hyperparameters of {kind} models are not tuned"),
            span,
        ));
    }
    reader.number(
        "max_parallel_trials",
        "a whole number from 1 to 5",
        |value| value.fract() == 0.0 && (1.0..=MOST_PARALLEL as f64).contains(&value),
    )?;
    let algorithm = reader
        .word(
            "hparam_tuning_algorithm",
            &[
                ("VIZIER_DEFAULT", Algorithm::Default),
                ("RANDOM_SEARCH", Algorithm::Random),
                ("GRID_SEARCH", Algorithm::Grid),
            ],
        )?
        .map_or(Algorithm::Default, |(algorithm, _)| algorithm);
    Ok(Some(TuningOptions {
        trials: trials as usize,
        algorithm,
        objective: objective(&reader, &kind)?,
        space: space(create, known, &kind, &span)?,
    }))
}

fn objective(reader: &Reader<'_>, kind: &str) -> Result<&'static str, Error> {
    let known = if kind == "KMEANS" {
        OF_CLUSTERS
    } else if kind == "LINEAR_REG" || kind.ends_with("_REGRESSOR") {
        OF_NUMBERS
    } else {
        OF_CLASSES
    };
    let Some((given, span)) = reader.texts("hparam_tuning_objectives")? else {
        return Ok(known[0]);
    };
    let found = match given.as_slice() {
        [only] => known.iter().find(|own| own.eq_ignore_ascii_case(only)),
        _ => None,
    };
    found.copied().ok_or_else(|| {
        let names: Vec<String> = known.iter().map(|name| name.to_uppercase()).collect();
        Error::new(
            code::MODEL_OPTION_INVALID,
            format!(
                "`hparam_tuning_objectives` of {kind} models is one of {}",
                names.join(", ")
            ),
            span,
        )
    })
}

/// The hyperparameters whose values are given as a range or as candidates; where none is, those with
/// a default range whose value is not given
fn space(
    create: &CreateModel,
    known: &'static [Tunable],
    kind: &str,
    span: &Range<usize>,
) -> Result<Vec<Dimension>, Error> {
    let mut space = Vec::new();
    for option in &create.options {
        let Value::Search {
            function,
            arguments,
        } = &option.value
        else {
            continue;
        };
        let invalid =
            |message: String| Error::new(code::MODEL_OPTION_INVALID, message, option.span.clone());
        let Some(tunable) = known.iter().find(|own| own.name == option.name) else {
            let message = format!("`{}` of {kind} models is not tuned", option.name);
            return Err(invalid(message));
        };
        let dimension = match (function.as_str(), arguments.as_slice()) {
            ("HPARAM_CANDIDATES", [Value::Array(candidates)]) if !candidates.is_empty() => {
                Ok(tunable.among(candidates.clone()))
            }
            ("HPARAM_CANDIDATES", _) => Err("candidates are an array of values".to_owned()),
            (_, [low, high]) => match (number(low), number(high)) {
                (Some(low), Some(high)) => tunable.over(Some((low, high))),
                _ => Err("a range is two numbers".to_owned()),
            },
            _ => Err("a range is two numbers".to_owned()),
        };
        space.push(dimension.map_err(invalid)?);
    }
    if space.is_empty() {
        let free = known.iter().filter(|tunable| {
            let given = create.options.iter().any(|own| own.name == tunable.name);
            tunable.range.is_some() && !given
        });
        for tunable in free {
            let dimension = tunable.over(None);
            space.extend(dimension.ok());
        }
    }
    if space.is_empty() {
        return Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "there is no hyperparameter to tune: all have a value",
            span.clone(),
        ));
    }
    Ok(space)
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int64(value) => Some(*value as f64),
        Value::Float64(value) => Some(*value),
        _ => None,
    }
}

impl TuningOptions {
    /// Whether a small objective is a good one
    pub fn minimizes(&self) -> bool {
        self.objective.ends_with("_error")
            || matches!(self.objective, "log_loss" | "davies_bouldin_index")
    }

    /// The hyperparameters at a point
    pub fn values(&self, point: &Point) -> Vec<(&'static str, Value)> {
        let pairs = self.space.iter().zip(point);
        pairs
            .map(|(dimension, place)| (dimension.name, dimension.values.at(*place)))
            .collect()
    }

    /// The options of the statement with the hyperparameters that the search begins at
    ///
    /// # Errors
    /// As [`crate::options::read`]
    pub fn first(&self, create: &CreateModel) -> Result<Options, Error> {
        let point = self.space.iter().map(|dimension| dimension.start).collect();
        let mut options = options::read(&self.statement(create, &self.values(&point)))?;
        if options.kind.splits {
            options.split = options.split.with_test(create)?;
        }
        options.given = Reader::new(create)?.given();
        Ok(options)
    }

    /// The statement that trains with these hyperparameters, without what tunes
    pub fn statement(&self, create: &CreateModel, values: &[(&str, Value)]) -> CreateModel {
        let mut statement = create.clone();
        let span = create.span.clone();
        statement.options.retain(|option| {
            option.name != "num_trials" && !COMPANIONS.contains(&option.name.as_str())
        });
        for (name, value) in values {
            match statement.options.iter_mut().find(|own| own.name == *name) {
                Some(option) => option.value = value.clone(),
                None => statement.options.push(googlesql::ModelOption {
                    name: (*name).to_owned(),
                    value: value.clone(),
                    span: span.clone(),
                }),
            }
        }
        statement
    }
}
