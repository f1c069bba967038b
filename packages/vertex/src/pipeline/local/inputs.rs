//! What a task is given: constants, the pipeline's parameters, what other tasks made

use std::collections::BTreeMap;

use serde_json::Value;

use crate::resource::PipelineJob;

/// What is known while a pipeline runs
pub struct Values {
    parameters: BTreeMap<String, Value>,
    /// Metadata of artifacts, by task and output
    artifacts: BTreeMap<(String, String), Value>,
}

/// A task with all that it is given
pub struct Given<'s> {
    /// The component's executor
    pub executor: &'s Value,
    /// By name; what the component has by default, too
    pub parameters: BTreeMap<String, Value>,
    /// Metadata, by name
    pub artifacts: BTreeMap<String, Value>,
}

impl Values {
    /// The parameters of a job, on top of the pipeline's defaults
    pub fn of(job: &PipelineJob, spec: &Value) -> Self {
        let defined = spec["root"]["inputDefinitions"]["parameters"].as_object();
        let mut parameters: BTreeMap<String, Value> = defined
            .into_iter()
            .flatten()
            .map(|(name, definition)| (name.clone(), definition["defaultValue"].clone()))
            .collect();
        let given = job
            .runtime_config
            .as_ref()
            .map(|config| &config.parameter_values);
        for (name, value) in given.into_iter().flatten() {
            parameters.insert(name.clone(), value.clone());
        }
        Self {
            parameters,
            artifacts: BTreeMap::new(),
        }
    }

    /// Keeps what a task made
    pub fn made(&mut self, task: &str, artifacts: Vec<(&'static str, Value)>) {
        for (output, metadata) in artifacts {
            self.artifacts
                .insert((task.to_owned(), output.to_owned()), metadata);
        }
    }

    /// A task of the specification
    ///
    /// # Errors
    /// It has no executor, or is given what nothing makes
    pub fn task<'s>(&self, spec: &'s Value, name: &str) -> Result<Given<'s>, String> {
        let task = &spec["root"]["dag"]["tasks"][name];
        let component =
            &spec["components"][task["componentRef"]["name"].as_str().unwrap_or_default()];
        let executor = component["executorLabel"].as_str().ok_or(
            "it is a part of several tasks, such as a loop or a condition, which is not run on this machine",
        )?;
        let executor = &spec["deploymentSpec"]["executors"][executor];
        let defined = component["inputDefinitions"]["parameters"].as_object();
        let mut parameters: BTreeMap<String, Value> = defined
            .into_iter()
            .flatten()
            .filter(|(_, definition)| !definition["defaultValue"].is_null())
            .map(|(name, definition)| (name.clone(), definition["defaultValue"].clone()))
            .collect();
        let given = task["inputs"]["parameters"].as_object();
        let given = || given.into_iter().flatten();
        for (name, input) in given() {
            let value = match input["componentInputParameter"].as_str() {
                Some(parameter) => self.parameters.get(parameter).cloned(),
                None => input.pointer("/runtimeValue/constant").cloned(),
            };
            let value = value.ok_or_else(|| {
                format!("its input `{name}` is what another task tells, which is not run on this machine")
            })?;
            parameters.insert(name.clone(), value);
        }
        // texts may have other inputs in them, as KFP writes texts that Python put together
        let known = parameters.clone();
        for value in parameters.values_mut() {
            fill(value, &known);
        }
        let mut artifacts = BTreeMap::new();
        for (name, input) in task["inputs"]["artifacts"]
            .as_object()
            .into_iter()
            .flatten()
        {
            let made = &input["taskOutputArtifact"];
            let text = |key: &str| made[key].as_str().unwrap_or_default().to_owned();
            let key = (text("producerTask"), text("outputArtifactKey"));
            let metadata = self.artifacts.get(&key);
            let metadata = metadata.ok_or_else(|| format!("nothing made its input `{name}`"))?;
            artifacts.insert(name.clone(), metadata.clone());
        }
        Ok(Given {
            executor,
            parameters,
            artifacts,
        })
    }
}

impl Given<'_> {
    /// A parameter's text; empty where there is none
    pub fn text(&self, name: &str) -> &str {
        self.parameters
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// A parameter, unless it is empty
    pub fn value(&self, name: &str) -> Option<&Value> {
        let is_empty = |value: &Value| match value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Object(entries) => entries.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::Bool(value) => !value,
        };
        self.parameters.get(name).filter(|value| !is_empty(value))
    }

    /// What an artifact says of itself
    ///
    /// # Errors
    /// It does not say that
    pub fn metadata(&self, artifact: &str, key: &str) -> Result<&str, String> {
        let metadata = self.artifacts.get(artifact);
        let value = metadata.and_then(|metadata| metadata[key].as_str());
        value.ok_or_else(|| format!("its input `{artifact}` has no `{key}`"))
    }
}

/// Puts inputs into the places that name them
fn fill(value: &mut Value, known: &BTreeMap<String, Value>) {
    match value {
        Value::String(text) => {
            for (name, other) in known {
                let place = format!("{{{{$.inputs.parameters['{name}']}}}}");
                if text.contains(&place) {
                    let other = other
                        .as_str()
                        .map_or_else(|| other.to_string(), str::to_owned);
                    *text = text.replace(&place, &other);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, known)),
        Value::Object(entries) => entries.values_mut().for_each(|entry| fill(entry, known)),
        _ => {}
    }
}
