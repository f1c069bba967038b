//! `ML.TRIAL_INFO`, and the other functions on a model with trials

use diagnostic::code;
use googlesql::{Catalog, Column, Error, Field, ModelFunction, Relation, Type, Value};

use super::{Trial, TrialStatus, Tuning};
use crate::Model;
use crate::sql::{bigint, double, optional_double, quote_identifier, quote_string};

/// The setting that names a trial
const TRIAL_ID: &str = "trial_id";

impl Model {
    /// As [`Model::answer`], of the trial that the call names, else of the best one
    ///
    /// # Errors
    /// Those of [`Model::answer`], and a trial that there is not
    pub fn relation(&self, call: &ModelFunction, catalog: &dyn Catalog) -> Result<Relation, Error> {
        let function = call.function.to_ascii_uppercase();
        let named = call.settings.iter().find(|(name, _)| name == TRIAL_ID);
        let Some(tuning) = &self.tuning else {
            if function == "ML.TRIAL_INFO" || named.is_some() {
                let message = format!(
                    "`{}` was trained without `NUM_TRIALS` and has no trials",
                    call.model.join(".")
                );
                return Err(invalid(call, message));
            }
            return self.answer(call, catalog);
        };
        let mut plain = call.clone();
        plain.settings.retain(|(name, _)| name != TRIAL_ID);
        match function.as_str() {
            "ML.TRIAL_INFO" => info(tuning, call),
            "ML.TRAINING_INFO" => Err(Error::new(
                code::INVALID_ARGUMENTS,
                "`ML.TRAINING_INFO` has nothing of a model with trials",
                call.span.clone(),
            )
            .help("ask `ML.TRIAL_INFO`")),
            "ML.EVALUATE" | "ML.WEIGHTS" | "ML.CENTROIDS"
                if call.inputs.is_empty() && named.is_none() =>
            {
                self.of_all(tuning, &plain, catalog)
            }
            _ => match named {
                None => self.answer(&plain, catalog),
                Some((_, Value::Int64(id))) => match self.trial(*id) {
                    Some(model) => model.answer(&plain, catalog),
                    None => Err(invalid(call, unknown(tuning, *id))),
                },
                Some(_) => Err(invalid(
                    call,
                    "`trial_id` must be a whole number".to_owned(),
                )),
            },
        }
    }

    /// What each trial gives, with its number before it
    fn of_all(
        &self,
        tuning: &Tuning,
        call: &ModelFunction,
        catalog: &dyn Catalog,
    ) -> Result<Relation, Error> {
        let mut parts = Vec::new();
        let mut columns = Vec::new();
        for trial in &tuning.trials {
            let Some(model) = self.trial(trial.id) else {
                continue;
            };
            let relation = model.answer(call, catalog)?;
            parts.push(format!(
                "SELECT {} AS {}, * FROM (\n{}\n) AS \"trial\"",
                bigint(trial.id),
                quote_identifier(TRIAL_ID),
                relation.sql
            ));
            columns = relation.columns;
        }
        columns.insert(0, Column::new(TRIAL_ID, Type::Int64));
        Ok(Relation {
            sql: parts.join("\nUNION ALL\n"),
            columns,
        })
    }
}

fn invalid(call: &ModelFunction, message: String) -> Error {
    Error::new(code::INVALID_ARGUMENTS, message, call.span.clone())
}

fn unknown(tuning: &Tuning, id: i64) -> String {
    let found = tuning.trials.iter().find(|trial| trial.id == id);
    match found {
        Some(_) => format!("trial {id} did not succeed"),
        None => format!(
            "there is no trial {id}; they go from 1 to {}",
            tuning.trials.len()
        ),
    }
}

/// A row for each trial
fn info(tuning: &Tuning, call: &ModelFunction) -> Result<Relation, Error> {
    crate::functions::check_settings(call, &[])?;
    if !call.inputs.is_empty() {
        let message = "`ML.TRIAL_INFO` takes no table or query".to_owned();
        return Err(invalid(call, message));
    }
    let names: Vec<(&String, Type)> = tuning
        .trials
        .first()
        .map(|trial| trial.hyperparameters.keys().collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .map(|name| (name, type_of(tuning, name)))
        .collect();
    let field = |name: &str, ty: Type| Field {
        name: Some(name.to_owned()),
        ty,
    };
    let hyperparameters = Type::Struct(
        names
            .iter()
            .map(|(name, ty)| field(name, ty.clone()))
            .collect(),
    );
    let metrics = Type::Struct(vec![field(&tuning.objective, Type::Float64)]);
    let rows: Vec<String> = tuning
        .trials
        .iter()
        .map(|trial| row(trial, &names, &tuning.objective))
        .collect();
    let columns = vec![
        Column::new(TRIAL_ID, Type::Int64),
        Column::new("hyperparameters", hyperparameters),
        Column::new("hparam_tuning_evaluation_metrics", metrics),
        Column::new("training_loss", Type::Float64),
        Column::new("eval_loss", Type::Float64),
        Column::new("status", Type::String),
        Column::new("error_message", Type::String),
        Column::new("is_optimal", Type::Bool),
    ];
    let list: Vec<String> = columns
        .iter()
        .map(|column| quote_identifier(&column.name))
        .collect();
    Ok(Relation {
        sql: format!(
            "SELECT * FROM (VALUES\n  {}\n) AS \"trials\"({})",
            rows.join(",\n  "),
            list.join(", ")
        ),
        columns,
    })
}

fn row(trial: &Trial, names: &[(&String, Type)], objective: &str) -> String {
    let fields: Vec<String> = names
        .iter()
        .map(|(name, ty)| {
            let value = trial.hyperparameters.get(*name);
            format!("{}: {}", quote_string(name), literal(value, ty))
        })
        .collect();
    let last = trial.learned.as_ref().and_then(|own| own.training.last());
    let succeeded = trial.status == TrialStatus::Succeeded;
    let status = match trial.status {
        TrialStatus::Succeeded => "SUCCEEDED",
        TrialStatus::Failed => "FAILED",
        TrialStatus::Infeasible => "INFEASIBLE",
    };
    let cells = [
        bigint(trial.id),
        format!("{{{}}}", fields.join(", ")),
        format!(
            "{{{}: {}}}",
            quote_string(objective),
            optional_double(succeeded.then_some(trial.metric))
        ),
        optional_double(last.map(|step| step.loss)),
        optional_double(last.and_then(|step| step.eval_loss)),
        quote_string(status),
        trial
            .error
            .as_deref()
            .map_or_else(|| "CAST(NULL AS VARCHAR)".to_owned(), quote_string),
        trial.optimal.to_string(),
    ];
    format!("({})", cells.join(", "))
}

/// FLOAT64 as soon as one value is no whole number
fn type_of(tuning: &Tuning, name: &str) -> Type {
    let values = tuning
        .trials
        .iter()
        .filter_map(|trial| trial.hyperparameters.get(name));
    let mut ty = Type::Int64;
    for value in values {
        match value {
            serde_json::Value::Number(number) if number.is_i64() => {}
            serde_json::Value::Number(_) => ty = Type::Float64,
            _ => return Type::String,
        }
    }
    ty
}

fn literal(value: Option<&serde_json::Value>, ty: &Type) -> String {
    match (value, ty) {
        (Some(serde_json::Value::Number(number)), Type::Int64) => {
            bigint(number.as_i64().unwrap_or_default())
        }
        (Some(serde_json::Value::Number(number)), _) => double(number.as_f64().unwrap_or(f64::NAN)),
        (Some(serde_json::Value::String(text)), _) => quote_string(text),
        (Some(other), _) if !other.is_null() => quote_string(&other.to_string()),
        _ => crate::sql::null(ty),
    }
}
