//! Remote models: a connection and an endpoint, and nothing that was learned

use std::collections::BTreeMap;

use diagnostic::code;
use googlesql::{Error, ExternalModel, Value};
use serde::{Deserialize, Serialize};

use crate::model::ModelColumn;
use crate::options::json;

/// `CREATE MODEL … REMOTE WITH CONNECTION … OPTIONS(ENDPOINT = …)`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemoteModel {
    /// The connection as written, `DEFAULT` too
    pub connection: String,
    /// `ENDPOINT`: the name of a model, or the address of an endpoint
    pub endpoint: String,
    /// The columns of `INPUT`
    pub inputs: Vec<ModelColumn>,
    /// The columns of `OUTPUT`
    pub outputs: Vec<ModelColumn>,
    /// The options as they were given, by lower-case name
    pub options: BTreeMap<String, serde_json::Value>,
}

/// The options that BigQuery has for remote models
const OPTIONS: &[&str] = &[
    "endpoint",
    "remote_service_type",
    "speech_recognizer",
    "document_processor",
    "prompt_col",
    "max_batching_rows",
    "friendly_name",
    "description",
    "labels",
    "expiration_timestamp",
    "kms_key_name",
];

impl RemoteModel {
    /// Reads a statement without a query and with a connection
    ///
    /// # Errors
    /// `M002` an unknown option or no endpoint, `M003` a service of Google's that has no endpoint
    pub fn new(create: &ExternalModel) -> Result<Self, Error> {
        for option in &create.options {
            if !OPTIONS.contains(&option.name.as_str()) {
                let mut error = Error::new(
                    code::MODEL_OPTION_INVALID,
                    format!("unknown option `{}` of a remote model", option.name),
                    option.span.clone(),
                );
                error.help = diagnostic::did_you_mean(&option.name, OPTIONS.iter().copied());
                return Err(error);
            }
        }
        let find = |name: &str| create.options.iter().find(|option| option.name == name);
        if let Some(service) = find("remote_service_type") {
            return Err(Error::new(
                code::MODEL_UNSUPPORTED,
                "services of Google Cloud behind a remote model are asked on BigQuery only",
                service.span.clone(),
            ));
        }
        let endpoint = match find("endpoint").map(|option| (&option.value, &option.span)) {
            Some((Value::String(endpoint), _)) if !endpoint.is_empty() => endpoint.clone(),
            Some((_, span)) => {
                return Err(Error::new(
                    code::MODEL_OPTION_INVALID,
                    "option `endpoint` must be the name or the address of a model",
                    span.clone(),
                ));
            }
            None => {
                return Err(Error::new(
                    code::MODEL_OPTION_INVALID,
                    "option `endpoint` is missing",
                    create.span.clone(),
                )
                .help("add `ENDPOINT = 'gemini-2.5-flash'` to OPTIONS"));
            }
        };
        let columns = |columns: &[googlesql::Column]| {
            let each = columns.iter().map(|column| ModelColumn {
                name: column.name.clone(),
                ty: column.ty.clone(),
            });
            each.collect()
        };
        Ok(Self {
            connection: create.connection.clone().unwrap_or_default(),
            endpoint,
            inputs: columns(&create.inputs),
            outputs: columns(&create.outputs),
            options: create
                .options
                .iter()
                .map(|option| (option.name.clone(), json(&option.value)))
                .collect(),
        })
    }

    /// The last part of an endpoint's address, which is the model's own name
    pub fn endpoint_name(&self) -> &str {
        self.endpoint
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or(&self.endpoint)
    }
}
