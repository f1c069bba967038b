//! Questions to an endpoint, answered by the model whose turn it is

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Service;
use crate::failure::{Code, Failure};
use crate::resource::{Attribution, ExplainResponse, Explanation, ResourceName};
use crate::serving::{ServedEndpoint, ServedModel};

/// What an endpoint is asked
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// `:predict`
    Predict,
    /// `:rawPredict`: the answer as a container gives it
    RawPredict,
    /// `:explain`
    Explain,
}

/// A question, found out by its path alone
#[derive(Debug)]
pub struct Prediction<'a> {
    endpoint: Cow<'a, str>,
    question: Question,
}

/// An answer to a question
#[derive(Debug)]
pub struct Answered {
    /// The body
    pub body: Vec<u8>,
    /// The endpoint and the deployed model, which an answer to `:rawPredict` has in its head
    pub head: Option<(String, String)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    #[serde(default)]
    instances: Option<Vec<Value>>,
    #[serde(default)]
    deployed_model_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Predicted<'a> {
    predictions: &'a [Value],
    deployed_model_id: &'a str,
    model: &'a str,
    model_version_id: &'a str,
    model_display_name: &'a str,
}

#[derive(Serialize)]
struct Raw<'a> {
    predictions: &'a [Value],
}

impl<'a> Prediction<'a> {
    /// The question at a path; `None` where it is another call
    pub fn at(path: &'a str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        let path = path
            .strip_prefix("v1/")
            .or_else(|| path.strip_prefix("v1beta1/"))?;
        let (endpoint, verb) = path.rsplit_once(':')?;
        let question = match verb {
            "predict" => Question::Predict,
            "rawPredict" => Question::RawPredict,
            "explain" => Question::Explain,
            _ => return None,
        };
        let endpoint = percent_decode_str(endpoint).decode_utf8().ok()?;
        Some(Self { endpoint, question })
    }

    /// The verb, for what is counted
    pub fn method(&self) -> &'static str {
        match self.question {
            Question::Predict => "predict",
            Question::RawPredict => "rawPredict",
            Question::Explain => "explain",
        }
    }

    /// Answers the question
    ///
    /// # Errors
    /// The endpoint is not there or has no model; the instances do not fit
    pub fn answer(&self, service: &Service, body: &[u8]) -> Result<Answered, Failure> {
        let asked: Asked = serde_json::from_slice(body).map_err(|error| {
            let message = format!("the body is not valid: {error}");
            Failure::new(Code::InvalidArgument, message)
        })?;
        let endpoint = self.endpoint(service)?;
        let model = match chosen(&endpoint, &asked.deployed_model_id) {
            Some(model) => model,
            // the endpoint may just have changed
            None => {
                service.serving.refresh(service, &self.endpoint);
                let endpoint = self.endpoint(service)?;
                chosen(&endpoint, &asked.deployed_model_id)
                    .ok_or_else(|| self.nobody(&endpoint, &asked.deployed_model_id))?
            }
        };
        model.metrics.requests.inc();
        let begun = Instant::now();
        let answered = self.ask(service, &endpoint, &model, asked.instances, body.len());
        model.metrics.seconds.observe(begun.elapsed().as_secs_f64());
        if answered.is_err() {
            model.metrics.failures.inc();
        }
        answered
    }

    fn ask(
        &self,
        service: &Service,
        endpoint: &ServedEndpoint,
        model: &ServedModel,
        instances: Option<Vec<Value>>,
        size: usize,
    ) -> Result<Answered, Failure> {
        let instances = instances
            .ok_or_else(|| Failure::field("instances", "a list of instances is required"))?;
        if instances.is_empty() {
            return Err(Failure::field(
                "instances",
                "at least one instance is required",
            ));
        }
        let scorer = model.scorer.as_ref().map_err(Clone::clone)?;
        let refused = |reason: String| Failure::field("instances", reason);
        let predictions = scorer.predict(&instances).map_err(refused)?;
        model.metrics.predictions.inc_by(predictions.len() as u64);
        let body = match self.question {
            Question::Predict => serde_json::to_vec(&Predicted {
                predictions: &predictions,
                deployed_model_id: &model.id,
                model: &model.model,
                model_version_id: &model.version,
                model_display_name: &model.display_name,
            })?,
            Question::RawPredict => serde_json::to_vec(&Raw {
                predictions: &predictions,
            })?,
            Question::Explain => {
                let attributions = scorer.explain(&instances).map_err(refused)?;
                serde_json::to_vec(&ExplainResponse {
                    explanations: attributions.into_iter().map(explanation).collect(),
                    deployed_model_id: model.id.clone(),
                    predictions: predictions.clone(),
                })?
            }
        };
        if endpoint.sampling > 0.0 {
            service
                .requests
                .offer(endpoint, &model.id, instances, predictions, size);
        }
        let head = match self.question {
            Question::RawPredict => {
                let id = self.endpoint.rsplit('/').next().unwrap_or_default();
                Some((id.to_owned(), model.id.clone()))
            }
            _ => None,
        };
        Ok(Answered { body, head })
    }

    fn endpoint(&self, service: &Service) -> Result<Arc<ServedEndpoint>, Failure> {
        if let Some(endpoint) = service.serving.endpoint(&self.endpoint) {
            return Ok(endpoint);
        }
        service.serving.refresh(service, &self.endpoint);
        service.serving.endpoint(&self.endpoint).ok_or_else(|| {
            match ResourceName::parse(&self.endpoint) {
                Some(name) if name.collection == "endpoints" => {
                    super::not_found(&service.store, &name)
                }
                _ => Failure::new(
                    Code::NotFound,
                    format!("`{}` is no endpoint's name", self.endpoint),
                ),
            }
        })
    }

    fn nobody(&self, endpoint: &ServedEndpoint, wanted: &str) -> Failure {
        let ids: Vec<&str> = endpoint
            .deployed
            .iter()
            .map(|model| model.id.as_str())
            .collect();
        let there = match ids.as_slice() {
            [] => "no model is deployed to it".to_owned(),
            ids => format!("deployed are {}", ids.join(", ")),
        };
        match wanted {
            "" => Failure::precondition(format!(
                "`{}` has no model with traffic; {there}",
                self.endpoint
            )),
            wanted => Failure::field(
                "deployedModelId",
                format!("there is no deployed model `{wanted}`; {there}"),
            ),
        }
    }
}

fn chosen(endpoint: &ServedEndpoint, wanted: &str) -> Option<Arc<ServedModel>> {
    match wanted {
        "" => endpoint.next().cloned(),
        id => endpoint.model(id).cloned(),
    }
}

fn explanation(found: bqml::scorer::InstanceExplanation) -> Explanation {
    Explanation {
        attributions: vec![Attribution {
            baseline_output_value: found.baseline,
            instance_output_value: found.output,
            feature_attributions: found.features.into_iter().collect(),
            output_index: vec![i32::try_from(found.output_index).unwrap_or(0)],
            output_display_name: found.output_class.unwrap_or_default(),
            approximation_error: 0.0,
            output_name: found.output_name,
        }],
    }
}

/// An instance by the names of its values, also where it came as a list
pub fn named(instance: Value, inputs: &[&str]) -> Map<String, Value> {
    match instance {
        Value::Object(fields) => fields,
        Value::Array(values) => {
            let names = inputs.iter().map(|name| (*name).to_owned());
            names.zip(values).collect()
        }
        only => inputs
            .first()
            .map(|name| ((*name).to_owned(), only))
            .into_iter()
            .collect(),
    }
}
