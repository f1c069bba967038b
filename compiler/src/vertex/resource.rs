//! What the file of each type says

use super::action::Kind;
use super::fields::Fields;
use super::names::Resolver;
use crate::graph::{
    VertexBatchPrediction, VertexContainer, VertexDeployment, VertexEndpoint, VertexMachines,
    VertexModel, VertexMonitor, VertexReference,
};

/// Keys of `type: model`, beside the common ones
pub const MODEL_KEYS: &[&str] = &[
    "displayName",
    "artifactUri",
    "container",
    "versionAliases",
    "versionDescription",
    "parentModel",
    "explanation",
];

/// Keys of `type: endpoint`
pub const ENDPOINT_KEYS: &[&str] = &["displayName", "dedicated", "network"];

/// Keys of `type: deployment`
pub const DEPLOYMENT_KEYS: &[&str] = &[
    "displayName",
    "model",
    "endpoint",
    "traffic",
    "serviceAccount",
    "machineType",
    "minReplicaCount",
    "maxReplicaCount",
    "acceleratorType",
    "acceleratorCount",
];

/// Keys of `type: batchPrediction`
pub const BATCH_KEYS: &[&str] = &[
    "displayName",
    "model",
    "input",
    "output",
    "excludedFields",
    "explain",
    "machineType",
    "minReplicaCount",
    "maxReplicaCount",
    "acceleratorType",
    "acceleratorCount",
];

/// Keys of `type: monitor`
pub const MONITOR_KEYS: &[&str] = &[
    "displayName",
    "endpoint",
    "trainingData",
    "targetField",
    "interval",
    "samplingRate",
    "skewThresholds",
    "driftThresholds",
    "alertEmails",
    "notificationChannels",
    "webhook",
];

const CONTAINER_KEYS: &[&str] = &[
    "imageUri",
    "command",
    "args",
    "env",
    "port",
    "predictRoute",
    "healthRoute",
];

/// The machine where none is named
const MACHINE: &str = "n1-standard-2";

/// How often a monitor looks where nothing is said: each hour, Vertex AI's least
const HOUR: u64 = 3600;

pub fn model(fields: &Fields<'_, '_>, resolver: &mut Resolver<'_, '_>) -> VertexModel {
    fields.require(
        "artifactUri",
        "${ref(\"export_of_a_model\")}",
        resolver.found,
    );
    fields.require("container", "{imageUri: …}", resolver.found);
    let container = fields.mapping("container", resolver.found);
    container.check(CONTAINER_KEYS, resolver.found);
    if fields.has("container") {
        let image = "us-docker.pkg.dev/vertex-ai/prediction/tf2-cpu.2-15:latest";
        container.require("imageUri", image, resolver.found);
    }
    let explanation = fields.mapping("explanation", resolver.found);
    explanation.check(&["pathCount"], resolver.found);
    if fields.has("explanation") {
        explanation.require("pathCount", "10", resolver.found);
    }
    let version_aliases = resolver.texts(fields, "versionAliases");
    for alias in &version_aliases {
        if !is_alias(alias) {
            let message = format!("`{alias}` cannot be a version's alias");
            let help = "an alias begins with a lower-case letter, goes on with letters, digits and `-`, and ends with a lower-case letter or digit";
            resolver
                .found
                .push(fields.wrong("versionAliases", message).help(help));
        }
    }
    VertexModel {
        artifact_uri: resolver.text(fields, "artifactUri").unwrap_or_default(),
        container: VertexContainer {
            image_uri: resolver.text(&container, "imageUri").unwrap_or_default(),
            command: resolver.texts(&container, "command"),
            args: resolver.texts(&container, "args"),
            env: resolver.pairs(&container, "env").into_iter().collect(),
            port: container
                .count("port", (1, 65_535), resolver.found)
                .and_then(|port| u16::try_from(port).ok()),
            predict_route: resolver.text(&container, "predictRoute"),
            health_route: resolver.text(&container, "healthRoute"),
        },
        version_aliases,
        version_description: resolver.text(fields, "versionDescription"),
        parent_model: fields
            .has("parentModel")
            .then(|| resolver.reference(fields, "parentModel", Kind::Model)),
        explanation_path_count: explanation.count("pathCount", (1, 50), resolver.found),
    }
}

pub fn endpoint(fields: &Fields<'_, '_>, resolver: &mut Resolver<'_, '_>) -> VertexEndpoint {
    VertexEndpoint {
        dedicated: fields.boolean("dedicated", resolver.found),
        network: resolver.text(fields, "network"),
    }
}

pub fn deployment(fields: &Fields<'_, '_>, resolver: &mut Resolver<'_, '_>) -> VertexDeployment {
    let traffic = fields.count("traffic", (0, 100), resolver.found);
    VertexDeployment {
        model: required(fields, resolver, "model", Kind::Model),
        endpoint: required(fields, resolver, "endpoint", Kind::Endpoint),
        traffic: traffic
            .and_then(|share| u8::try_from(share).ok())
            .unwrap_or(100),
        machines: machines(fields, resolver),
        service_account: resolver.text(fields, "serviceAccount"),
    }
}

pub fn batch_prediction(
    fields: &Fields<'_, '_>,
    resolver: &mut Resolver<'_, '_>,
) -> VertexBatchPrediction {
    fields.require("input", "${ref(\"a_table\")}", resolver.found);
    fields.require("output", "dataset.predictions", resolver.found);
    VertexBatchPrediction {
        model: required(fields, resolver, "model", Kind::Model),
        input: resolver.table(fields, "input", true).unwrap_or_default(),
        output: resolver.table(fields, "output", false).unwrap_or_default(),
        excluded_fields: resolver.texts(fields, "excludedFields"),
        machines: machines(fields, resolver),
        explain: fields
            .boolean("explain", resolver.found)
            .unwrap_or_default(),
    }
}

pub fn monitor(fields: &Fields<'_, '_>, resolver: &mut Resolver<'_, '_>) -> VertexMonitor {
    let thresholds = |key: &str, resolver: &mut Resolver<'_, '_>| {
        let numbers = fields.numbers(key, resolver.found);
        for (feature, threshold) in &numbers {
            if !(0.0..=1.0).contains(threshold) {
                let message = format!("the threshold of `{feature}` is {threshold}");
                let help = "distances between distributions are from 0 to 1";
                resolver.found.push(fields.wrong(key, message).help(help));
            }
        }
        numbers
    };
    let skew = thresholds("skewThresholds", resolver);
    let drift = thresholds("driftThresholds", resolver);
    if skew.is_empty() && drift.is_empty() {
        let message = "a monitor needs `skewThresholds` or `driftThresholds`";
        let help = "name the features to watch, such as `driftThresholds: {country: 0.3}`";
        resolver
            .found
            .push(fields.wrong("type", message).help(help));
    }
    if !skew.is_empty() && !fields.has("trainingData") {
        let message =
            "`skewThresholds` compare with the training data, and `trainingData` is missing";
        let help = "add `trainingData: ${ref(\"the_table_that_the_model_was_trained_on\")}`";
        resolver
            .found
            .push(fields.wrong("skewThresholds", message).help(help));
    }
    VertexMonitor {
        endpoint: required(fields, resolver, "endpoint", Kind::Endpoint),
        training_data: resolver.table(fields, "trainingData", true),
        target_field: resolver.text(fields, "targetField"),
        interval_seconds: fields.seconds("interval", resolver.found).unwrap_or(HOUR),
        sampling_rate: fields
            .number("samplingRate", (0.0, 1.0), resolver.found)
            .unwrap_or(1.0),
        skew_thresholds: skew.into_iter().collect(),
        drift_thresholds: drift.into_iter().collect(),
        alert_emails: resolver.texts(fields, "alertEmails"),
        notification_channels: resolver.texts(fields, "notificationChannels"),
        webhook: resolver.text(fields, "webhook"),
    }
}

fn required(
    fields: &Fields<'_, '_>,
    resolver: &mut Resolver<'_, '_>,
    key: &str,
    kind: Kind,
) -> VertexReference {
    let example = format!("${{ref(\"a_{}\")}}", kind.word());
    fields.require(key, &example, resolver.found);
    resolver.reference(fields, key, kind)
}

fn machines(fields: &Fields<'_, '_>, resolver: &mut Resolver<'_, '_>) -> VertexMachines {
    let least = fields
        .count("minReplicaCount", (1, 1000), resolver.found)
        .unwrap_or(1);
    let most = fields.count("maxReplicaCount", (1, 1000), resolver.found);
    if most.is_some_and(|most| most < least) {
        let message = "`maxReplicaCount` is less than `minReplicaCount`";
        resolver
            .found
            .push(fields.wrong("maxReplicaCount", message));
    }
    let accelerator_count = fields.count("acceleratorCount", (1, 16), resolver.found);
    if accelerator_count.is_some() != fields.has("acceleratorType") {
        let key = match accelerator_count {
            Some(_) => "acceleratorCount",
            None => "acceleratorType",
        };
        let message = "`acceleratorType` and `acceleratorCount` go together";
        resolver.found.push(fields.wrong(key, message));
    }
    VertexMachines {
        machine_type: resolver
            .text(fields, "machineType")
            .unwrap_or_else(|| MACHINE.to_owned()),
        min_replica_count: least,
        max_replica_count: most.unwrap_or(least),
        accelerator_type: resolver.text(fields, "acceleratorType"),
        accelerator_count,
    }
}

/// Vertex AI's rule: `[a-z][a-zA-Z0-9-]{0,126}[a-z0-9]`
fn is_alias(alias: &str) -> bool {
    (2..=128).contains(&alias.len())
        && alias.starts_with(|sign: char| sign.is_ascii_lowercase())
        && alias.ends_with(|sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit())
        && alias
            .chars()
            .all(|sign| sign.is_ascii_alphanumeric() || sign == '-')
}
