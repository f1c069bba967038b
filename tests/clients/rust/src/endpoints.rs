//! An endpoint: both versions deployed, asked, and undeployed

use std::collections::HashSet;

use anyhow::{Context, Result};
use google_cloud_aiplatform_v1::model::{DedicatedResources, DeployedModel, Endpoint, MachineSpec};
use google_cloud_lro::Poller;
use google_cloud_wkt::FieldMask;
use serde_json::{Value, json};

use crate::clients::{Clients, PARENT};
use crate::models::{keep, model};
use crate::report::{Report, expect, refused};

/// The endpoint's name
pub fn endpoint() -> String {
    format!("{PARENT}/endpoints/77")
}

/// What is asked for
pub fn instance() -> Value {
    json!({ "country": "Japan", "os": "ios", "minutes": 10, "levels": 3 })
}

/// Makes the endpoint and deploys both versions, each for half of the traffic
pub async fn deploy(clients: &Clients, report: &mut Report) {
    let endpoints = &clients.endpoints;
    report
        .call("create_endpoint", async {
            let answer = endpoints
                .create_endpoint()
                .set_parent(PARENT)
                .set_endpoint_id("77")
                .set_endpoint(Endpoint::new().set_display_name("shop"))
                .poller()
                .until_done()
                .await?;
            expect(answer.display_name == "shop", answer)
        })
        .await;
    report
        .call("deploy_model", async {
            let answer = endpoints
                .deploy_model()
                .set_endpoint(endpoint())
                .set_deployed_model(deployed("11", "1"))
                .set_traffic_split([("0", 100)])
                .poller()
                .until_done()
                .await?;
            let is_first = answer.deployed_model.as_ref().is_some_and(|m| m.id == "11");
            expect(is_first, answer)?;
            split(clients, &[("11", 100)]).await
        })
        .await;
    report
        .call("deploy_model, half of the traffic", async {
            endpoints
                .deploy_model()
                .set_endpoint(endpoint())
                .set_deployed_model(deployed("12", "challenger"))
                .set_traffic_split([("0", 50), ("11", 50)])
                .poller()
                .until_done()
                .await?;
            split(clients, &[("11", 50), ("12", 50)]).await
        })
        .await;
    report
        .call("list_endpoints", async {
            let list = endpoints.list_endpoints().set_parent(PARENT);
            let found = list
                .set_filter("display_name=\"shop\"")
                .send()
                .await?
                .endpoints;
            let deployed: Vec<usize> = found.iter().map(|one| one.deployed_models.len()).collect();
            expect(deployed == [2], found)
        })
        .await;
}

/// Asks for predictions and explanations, and changes the split
pub async fn ask(clients: &Clients, report: &mut Report) {
    let predictions = &clients.predictions;
    let predict = |instance| {
        predictions
            .predict()
            .set_endpoint(endpoint())
            .set_instances([instance])
    };
    report
        .call("predict", async {
            let mut asked = HashSet::new();
            for _ in 0..10 {
                let answer = predict(instance()).send().await?;
                let prediction = answer.predictions.first().context("no prediction")?;
                expect(prediction["churned_values"] == json!(["1", "0"]), &answer)?;
                let shares = prediction["churned_probs"].as_array();
                let sum: f64 = shares.into_iter().flatten().filter_map(Value::as_f64).sum();
                expect((sum - 1.0).abs() < 1e-12, &answer)?;
                expect(answer.model.ends_with("/models/churn"), &answer)?;
                asked.insert(answer.deployed_model_id);
            }
            expect(asked.len() == 2, asked)
        })
        .await;
    report
        .call("predict refuses what does not fit", async {
            refused(predict(json!({ "minutes": "many" })).send().await)
        })
        .await;
    report
        .call("explain", async {
            let answer = predictions
                .explain()
                .set_endpoint(endpoint())
                .set_instances([instance()])
                .set_deployed_model_id("11")
                .send()
                .await?;
            let attribution = answer
                .explanations
                .first()
                .and_then(|e| e.attributions.first());
            let features = attribution.and_then(|a| a.feature_attributions.as_ref());
            let names = features.and_then(|features| Some(features.as_object()?.len()));
            expect(names == Some(4), answer)
        })
        .await;
    report
        .call("update_endpoint, another split", async {
            let changed = Endpoint::new()
                .set_name(endpoint())
                .set_traffic_split([("11", 20), ("12", 80)]);
            let mask = FieldMask::default().set_paths(["traffic_split"]);
            let update = clients.endpoints.update_endpoint().set_endpoint(changed);
            update.set_update_mask(mask).send().await?;
            split(clients, &[("11", 20), ("12", 80)]).await
        })
        .await;
}

/// Undeploys one version after the other, and deletes the endpoint
pub async fn undeploy(clients: &Clients, report: &mut Report) {
    let endpoints = &clients.endpoints;
    keep(clients, report).await;
    report
        .call("undeploy_model", async {
            let undeploy = endpoints.undeploy_model().set_endpoint(endpoint());
            let undeploy = undeploy.set_deployed_model_id("12");
            let undeploy = undeploy.set_traffic_split([("11", 100)]);
            undeploy.poller().until_done().await?;
            split(clients, &[("11", 100)]).await
        })
        .await;
    report
        .call("undeploy_model, the last", async {
            let undeploy = endpoints.undeploy_model().set_endpoint(endpoint());
            let undeploy = undeploy.set_deployed_model_id("11");
            undeploy.poller().until_done().await?;
            split(clients, &[]).await
        })
        .await;
    report
        .call("delete_endpoint", async {
            let delete = endpoints.delete_endpoint().set_name(endpoint());
            delete.poller().until_done().await?;
            let left = endpoints.list_endpoints().set_parent(PARENT).send().await?;
            expect(left.endpoints.is_empty(), left)
        })
        .await;
}

fn deployed(id: &str, version: &str) -> DeployedModel {
    let machine = DedicatedResources::new()
        .set_machine_spec(MachineSpec::new().set_machine_type("n1-standard-2"))
        .set_min_replica_count(1)
        .set_max_replica_count(1);
    DeployedModel::new()
        .set_id(id)
        .set_model(format!("{}@{version}", model()))
        .set_dedicated_resources(machine)
}

/// Fails unless this is how the endpoint splits its traffic
async fn split(clients: &Clients, expected: &[(&str, i32)]) -> Result<()> {
    let get = clients.endpoints.get_endpoint().set_name(endpoint());
    let mut found: Vec<(String, i32)> = get.send().await?.traffic_split.into_iter().collect();
    found.sort();
    let same = found.iter().map(|(id, share)| (id.as_str(), *share));
    expect(same.eq(expected.iter().copied()), &found)
}
