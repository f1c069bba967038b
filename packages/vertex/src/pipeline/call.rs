//! What making a resource of Vertex AI asks for, as the bodies of its REST interface, in definitions that make it anew
//! on each run

use std::collections::BTreeMap;

use diagnostic::{Diagnostic, code};
use serde_json::{Value, json};
use sqlx_compiler::{
    Target, VertexAction, VertexMachines, VertexModel, VertexMonitor, VertexReference,
    VertexResource,
};

use super::{Pipeline, Work};
use crate::action::{Share, split};

/// A request, by what it makes
pub enum Call {
    /// `models:upload`
    Upload {
        /// The model
        model: Value,
        /// What it is a version of
        parent: Option<String>,
    },
    /// `endpoints`
    CreateEndpoint(Value),
    /// `endpoints:deployModel`
    Deploy {
        /// The endpoint's name
        endpoint: String,
        /// The deployed model
        deployed_model: Value,
        /// The whole split afterwards
        traffic_split: Value,
    },
    /// `batchPredictionJobs`
    BatchPrediction(Value),
    /// `modelDeploymentMonitoringJobs`
    Monitor(Value),
}

/// The request of an action; `name` says how a definition names what another step makes
pub fn call(
    pipeline: &Pipeline<'_>,
    action: &VertexAction,
    name: &dyn Fn(&Target) -> String,
) -> Result<Call, Diagnostic> {
    let refer = |reference: &VertexReference| match reference {
        VertexReference::Name(name) => Ok(name.clone()),
        VertexReference::Action(target) => match pipeline.vertex_step(target) {
            Some(_) => Ok(name(target)),
            None => Err(outside(action, target)),
        },
    };
    let described = |mut body: Value| {
        if let Some(description) = &action.description {
            body["description"] = description.clone().into();
        }
        if !action.labels.is_empty() {
            body["labels"] = json!(action.labels);
        }
        body
    };
    Ok(match &action.resource {
        VertexResource::Model(model) => {
            remote(action, model)?;
            let mut body = described(json!({
                "displayName": action.display_name,
                "artifactUri": model.artifact_uri,
                "containerSpec": container(model),
            }));
            if !model.version_aliases.is_empty() {
                body["versionAliases"] = json!(model.version_aliases);
            }
            if let Some(text) = &model.version_description {
                body["versionDescription"] = text.clone().into();
            }
            if let Some(paths) = model.explanation_path_count {
                body["explanationSpec"] =
                    json!({"parameters": {"sampledShapleyAttribution": {"pathCount": paths}}});
            }
            Call::Upload {
                model: body,
                parent: model.parent_model.as_ref().map(refer).transpose()?,
            }
        }
        VertexResource::Endpoint(endpoint) => {
            let mut body = described(json!({"displayName": action.display_name}));
            if let Some(dedicated) = endpoint.dedicated {
                body["dedicatedEndpointEnabled"] = dedicated.into();
            }
            if let Some(network) = &endpoint.network {
                body["network"] = network.clone().into();
            }
            Call::CreateEndpoint(body)
        }
        VertexResource::Deployment(own) => {
            let mut deployed_model = json!({
                "id": deployed_id(action),
                "model": refer(&own.model)?,
                "displayName": action.display_name,
                "dedicatedResources": machines(&own.machines),
            });
            if let Some(account) = &own.service_account {
                deployed_model["serviceAccount"] = account.clone().into();
            }
            Call::Deploy {
                endpoint: refer(&own.endpoint)?,
                deployed_model,
                traffic_split: json!(traffic(pipeline, action, own.traffic)),
            }
        }
        VertexResource::BatchPrediction(own) => {
            let mut body = json!({
                "displayName": action.display_name,
                "model": refer(&own.model)?,
                "inputConfig": {
                    "instancesFormat": "bigquery",
                    "bigquerySource": {"inputUri": format!("bq://{}", own.input)},
                },
                "outputConfig": {
                    "predictionsFormat": "bigquery",
                    "bigqueryDestination": {"outputUri": format!("bq://{}", own.output)},
                },
                "dedicatedResources": {
                    "machineSpec": machines(&own.machines)["machineSpec"],
                    "startingReplicaCount": own.machines.min_replica_count,
                    "maxReplicaCount": own.machines.max_replica_count,
                },
            });
            if own.explain {
                body["generateExplanation"] = true.into();
            }
            if !own.excluded_fields.is_empty() {
                body["instanceConfig"] = json!({"excludedFields": own.excluded_fields});
            }
            Call::BatchPrediction(body)
        }
        VertexResource::Monitor(own) => {
            let mut body = json!({
                "displayName": action.display_name,
                "endpoint": refer(&own.endpoint)?,
                "modelDeploymentMonitoringScheduleConfig": {
                    "monitorInterval": format!("{}s", own.interval_seconds),
                },
                "loggingSamplingStrategy": {
                    "randomSampleConfig": {"sampleRate": own.sampling_rate},
                },
            });
            body["modelDeploymentMonitoringObjectiveConfigs"] = objectives(pipeline, own);
            let mut alerts = json!({"enableLogging": true});
            if !own.alert_emails.is_empty() {
                alerts["emailAlertConfig"] = json!({"userEmails": own.alert_emails});
            }
            if !own.notification_channels.is_empty() {
                alerts["notificationChannels"] = json!(own.notification_channels);
            }
            body["modelMonitoringAlertConfig"] = alerts;
            Call::Monitor(body)
        }
    })
}

/// The id that a deployed model gets, since later deployments and monitors have to name it
pub fn deployed_id(action: &VertexAction) -> String {
    let hash = xxhash_rust::xxh3::xxh3_64(action.target.name.as_bytes());
    (1_000_000_000 + hash % 1_000_000_000).to_string()
}

/// The split after a deployment and those before it, with `0` for its own
pub fn traffic(
    pipeline: &Pipeline<'_>,
    action: &VertexAction,
    percent: u8,
) -> BTreeMap<String, i32> {
    let before = pipeline.deployed_before(action);
    let mut shares: Vec<Share> = before
        .into_iter()
        .filter_map(|other| match &other.resource {
            VertexResource::Deployment(own) => Some(Share {
                id: deployed_id(other),
                percent: own.traffic,
            }),
            _ => None,
        })
        .collect();
    shares.push(Share {
        id: "0".to_owned(),
        percent,
    });
    split(&BTreeMap::new(), &shares)
}

/// The container of a model
pub fn container(model: &VertexModel) -> Value {
    let container = &model.container;
    let mut spec = json!({"imageUri": container.image_uri});
    if !container.command.is_empty() {
        spec["command"] = json!(container.command);
    }
    if !container.args.is_empty() {
        spec["args"] = json!(container.args);
    }
    if !container.env.is_empty() {
        let env = container.env.iter();
        let env: Vec<Value> = env
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        spec["env"] = env.into();
    }
    if let Some(port) = container.port {
        spec["ports"] = json!([{"containerPort": port}]);
    }
    for (key, route) in [
        ("predictRoute", &container.predict_route),
        ("healthRoute", &container.health_route),
    ] {
        if let Some(route) = route {
            spec[key] = route.clone().into();
        }
    }
    spec
}

/// What a monitor watches of each deployment to its endpoint
pub fn objectives(pipeline: &Pipeline<'_>, monitor: &VertexMonitor) -> Value {
    let thresholds = |by_feature: &BTreeMap<String, f64>| {
        let pairs = by_feature.iter();
        pairs
            .map(|(feature, value)| (feature.clone(), json!({"value": value})))
            .collect::<serde_json::Map<_, _>>()
    };
    let mut objective = json!({});
    if let Some(table) = &monitor.training_data {
        objective["trainingDataset"] =
            json!({"bigquerySource": {"inputUri": format!("bq://{table}")}});
        if let Some(field) = &monitor.target_field {
            objective["trainingDataset"]["targetField"] = field.clone().into();
        }
    }
    if !monitor.skew_thresholds.is_empty() {
        objective["trainingPredictionSkewDetectionConfig"] =
            json!({"skewThresholds": thresholds(&monitor.skew_thresholds)});
    }
    if !monitor.drift_thresholds.is_empty() {
        objective["predictionDriftDetectionConfig"] =
            json!({"driftThresholds": thresholds(&monitor.drift_thresholds)});
    }
    let steps = pipeline.steps.iter();
    let watched: Vec<Value> = steps
        .filter_map(|step| match step.work {
            Work::Vertex(action) => match &action.resource {
                VertexResource::Deployment(own) if own.endpoint == monitor.endpoint => Some(
                    json!({"deployedModelId": deployed_id(action), "objectiveConfig": objective}),
                ),
                _ => None,
            },
            _ => None,
        })
        .collect();
    watched.into()
}

fn machines(machines: &VertexMachines) -> Value {
    let mut spec = json!({"machineType": machines.machine_type});
    if let (Some(kind), Some(count)) = (&machines.accelerator_type, machines.accelerator_count) {
        spec["acceleratorType"] = kind.clone().into();
        spec["acceleratorCount"] = count.into();
    }
    json!({
        "machineSpec": spec,
        "minReplicaCount": machines.min_replica_count,
        "maxReplicaCount": machines.max_replica_count,
    })
}

/// Whether a pipeline can read a model's files
pub fn remote(action: &VertexAction, model: &VertexModel) -> Result<(), Diagnostic> {
    if model.artifact_uri.starts_with("gs://") {
        return Ok(());
    }
    let uri = &model.artifact_uri;
    Err(refused(
        action,
        &format!("takes `{uri}`, which is on this machine, and pipelines read `gs://…`"),
        "export the model to a bucket, with a variable of the project for the address",
    ))
}

/// What is referred to is not selected
pub fn outside(action: &VertexAction, target: &Target) -> Diagnostic {
    refused(
        action,
        &format!("refers to `{target}`, which is not in the pipeline"),
        "select it, too: `-s +NAME`",
    )
}

fn refused(action: &VertexAction, reason: &str, help: &str) -> Diagnostic {
    let name = &action.target.name;
    Diagnostic::error(code::PIPELINE_UNSUPPORTED, format!("`{name}` {reason}"))
        .help(help)
        .in_file(action.file_name.clone().unwrap_or_default())
}
