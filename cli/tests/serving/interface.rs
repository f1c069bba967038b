//! Calls and answers, one after the other

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::serving::{PARENT, Served};
use crate::{customer, models, program};

/// Calls that are made in order: method, path behind the location, body
fn calls(baseline: &str, transformed: &str) -> Vec<(&'static str, &'static str, Value)> {
    let model = |id: &str| format!("projects/shop/locations/us-central1/models/{id}");
    let machine =
        json!({ "machineSpec": { "machineType": "n1-standard-2" }, "minReplicaCount": 1 });
    let deployed = |id: &str, name: &str| json!({ "id": id, "model": model(name), "dedicatedResources": machine });
    let none = Value::Null;
    vec![
        // models and their versions
        (
            "POST",
            "models:upload",
            json!({ "modelId": "churn", "model": { "displayName": "Churn", "artifactUri": baseline, "labels": { "team": "growth" } } }),
        ),
        (
            "POST",
            "models:upload",
            json!({ "modelId": "churn", "model": { "displayName": "Churn" } }),
        ),
        (
            "POST",
            "models:upload",
            json!({ "parentModel": model("churn"), "model": { "displayName": "Churn", "artifactUri": transformed, "versionAliases": ["challenger"] } }),
        ),
        (
            "POST",
            "models:upload",
            json!({ "parentModel": model("chrun"), "model": { "displayName": "Churn" } }),
        ),
        (
            "POST",
            "models:upload",
            json!({ "model": { "displayName": "nothing", "artifactUri": "no/such/folder" } }),
        ),
        (
            "POST",
            "models:upload",
            json!({ "model": { "displayName": 7 } }),
        ),
        (
            "POST",
            "models:upload",
            json!({ "modelId": "image", "model": { "displayName": "Image", "containerSpec": { "imageUri": "example.com/image" } } }),
        ),
        ("GET", "models/churn", none.clone()),
        ("GET", "models/churn%40challenger", none.clone()),
        ("GET", "models/churn@3", none.clone()),
        ("GET", "models/chrun", none.clone()),
        ("GET", "models/churn:listVersions", none.clone()),
        (
            "GET",
            "models?filter=labels.team%3Dgrowth&pageSize=1&readMask=name,displayName",
            none.clone(),
        ),
        (
            "GET",
            "models?orderBy=display_name%20desc&readMask=displayName&pageSize=1",
            none.clone(),
        ),
        ("GET", "models?filter=display_name", none.clone()),
        (
            "PATCH",
            "models/churn@2?updateMask=labels.owner,versionDescription",
            json!({ "labels": { "owner": "ada" }, "versionDescription": "with a transform" }),
        ),
        (
            "PATCH",
            "models/churn?updateMask=artifactUri",
            json!({ "artifactUri": "x" }),
        ),
        (
            "POST",
            "models/churn@2:mergeVersionAliases",
            json!({ "versionAliases": ["best", "-challenger"] }),
        ),
        (
            "POST",
            "models/churn@2:mergeVersionAliases",
            json!({ "versionAliases": ["-default"] }),
        ),
        // endpoints and traffic
        (
            "POST",
            "endpoints?endpointId=shop",
            json!({ "displayName": "Shop" }),
        ),
        (
            "POST",
            "endpoints?endpointId=shop",
            json!({ "displayName": "Shop" }),
        ),
        (
            "POST",
            "endpoints/shop:predict",
            json!({ "instances": [customer("Japan", 10)] }),
        ),
        (
            "POST",
            "endpoints/shop:deployModel",
            json!({ "deployedModel": deployed("1", "churn@default"), "trafficSplit": { "0": 90 } }),
        ),
        (
            "POST",
            "endpoints/shop:deployModel",
            json!({ "deployedModel": deployed("1", "churn@default"), "trafficSplit": { "0": 100 } }),
        ),
        (
            "POST",
            "endpoints/shop:deployModel",
            json!({ "deployedModel": deployed("2", "image"), "trafficSplit": { "0": 50, "1": 50 } }),
        ),
        ("GET", "endpoints/shop", none.clone()),
        (
            "POST",
            "endpoints/shop:deployModel",
            json!({ "deployedModel": deployed("2", "churn@best"), "trafficSplit": { "0": 50, "9": 50 } }),
        ),
        (
            "POST",
            "endpoints/shop:deployModel",
            json!({ "deployedModel": deployed("2", "churn@best"), "trafficSplit": { "0": 50, "1": 50 } }),
        ),
        (
            "PATCH",
            "endpoints/shop?updateMask=trafficSplit",
            json!({ "trafficSplit": { "1": 50, "2": 60 } }),
        ),
        (
            "PATCH",
            "endpoints/shop?updateMask=trafficSplit",
            json!({ "trafficSplit": { "1": 100 } }),
        ),
        (
            "POST",
            "endpoints/shop:mutateDeployedModel",
            json!({ "deployedModel": { "id": "1", "dedicatedResources": { "minReplicaCount": 2 } }, "updateMask": "dedicatedResources.minReplicaCount" }),
        ),
        ("GET", "models/churn", none.clone()),
        // predictions
        (
            "POST",
            "endpoints/shop:predict",
            json!({ "instances": [customer("Japan", 10), ["Germany", "ios", 110, 4], customer("Atlantis", 0)] }),
        ),
        (
            "POST",
            "endpoints/shop:rawPredict",
            json!({ "instances": [customer("Japan", 10)] }),
        ),
        (
            "POST",
            "endpoints/shop:explain",
            json!({ "instances": [customer("Japan", 10)], "deployedModelId": "1" }),
        ),
        (
            "POST",
            "endpoints/shop:predict",
            json!({ "instances": [{ "minutes": "many" }] }),
        ),
        ("POST", "endpoints/shop:predict", json!({ "instances": [] })),
        (
            "POST",
            "endpoints/shp:predict",
            json!({ "instances": [customer("Japan", 10)] }),
        ),
        // what is in use stays
        ("DELETE", "models/churn", none.clone()),
        ("DELETE", "models/churn@1:deleteVersion", none.clone()),
        ("DELETE", "endpoints/shop", none.clone()),
        (
            "POST",
            "endpoints/shop:undeployModel",
            json!({ "deployedModelId": "1" }),
        ),
        (
            "POST",
            "endpoints/shop:undeployModel",
            json!({ "deployedModelId": "1", "trafficSplit": { "2": 100 } }),
        ),
        (
            "POST",
            "endpoints/shop:undeployModel",
            json!({ "deployedModelId": "2" }),
        ),
        ("GET", "endpoints/shop", none.clone()),
        ("DELETE", "endpoints/shop", none.clone()),
        ("DELETE", "models/churn@2:deleteVersion", none.clone()),
        ("DELETE", "models/churn", none.clone()),
        // what is not there
        ("GET", "endpoint", none.clone()),
        ("GET", "featurestores", none.clone()),
        ("POST", "models/churn:export", none.clone()),
        (
            "POST",
            "pipelineJobs?pipelineJobId=p",
            json!({ "displayName": "p", "pipelineSpec": { "root": {} } }),
        ),
        ("GET", "operations/7", none),
    ]
}

#[test]
fn calls_are_answered_as_vertex_ai_answers_them() {
    let (_folder, models) = models();
    let served = Served::start(program(), &models.project, &[]).unwrap();
    let mut transcript = String::new();
    for (method, path, body) in calls("exports/baseline", "exports/transformed") {
        let body = Some(body).filter(|body| !body.is_null());
        let (status, mut answer) = served
            .call(method, &format!("{PARENT}/{path}"), body.as_ref())
            .unwrap();
        let name = answer["name"].as_str().unwrap_or_default().to_owned();
        if name.contains("/operations/") && answer["done"] == false {
            let path = format!("/ui/{name}:wait");
            answer = served.call("POST", &path, None).unwrap().1;
        }
        rounded(&mut answer);
        let body = body.map_or_else(String::new, |body| format!(" {body}"));
        writeln!(transcript, "{method} {path}{body}").unwrap();
        writeln!(transcript, "{status} {answer:#}\n").unwrap();
    }
    insta::with_settings!({ filters => vec![
        (r#""\d{4}-\d\d-\d\dT[\d:.]+Z""#, r#""TIME""#),
        (r"operations/\d{19}", "operations/OPERATION"),
        (r"\b\d{19}\b", "ID"),
        (r#""etag": "[0-9a-f]+""#, r#""etag": "ETAG""#),
        (r"`[^`]*/no/such/folder`", "`no/such/folder`"),
    ] }, {
        insta::assert_snapshot!(transcript);
    });
}

/// Numbers to six digits, so that the last ones may differ between machines
fn rounded(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let rounded = format!("{:.6}", number.as_f64().unwrap());
            *value = rounded.parse::<f64>().unwrap().into();
        }
        Value::Array(values) => values.iter_mut().for_each(rounded),
        Value::Object(fields) => fields.values_mut().for_each(rounded),
        _ => {}
    }
}
