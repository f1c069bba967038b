//! Models on endpoints: deployed, undeployed, changed
//!
//! A model is loaded before anything changes; then the endpoint, its traffic and the operation's end are
//! one change. So a deployment that fails, or is killed, leaves the traffic where it was.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::call::Call;
use super::endpoints::{self, answered, name};
use super::{Documents, Service, found_as, operations, stamp, traffic_split, versions};
use crate::failure::{Code, Failure};
use crate::resource::{
    DeployModelRequest, DeployedModel, DeployedModelRef, Endpoint, Model,
    MutateDeployedModelRequest, ResourceName, UndeployModelRequest,
};

/// `POST …/endpoints/ID:deployModel`
pub fn deploy(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let endpoint = name(call)?;
    let mut request: DeployModelRequest = call.read_body()?;
    let version = version_named(service, &request.deployed_model.model)?;
    complete(&mut request.deployed_model, &version)?;
    // what is wrong already is said at once, not by the operation
    let mut rehearsal: Endpoint = found_as(&service.store, &endpoint)?;
    add(&mut rehearsal, &request)?;
    let operation = operations::new_name(&endpoint.to_string());
    service.store.transact(|transaction| {
        operations::begin(
            transaction,
            call,
            &operation,
            "DeployModelOperationMetadata",
        )
    })?;
    let begun = operation.clone();
    let response_type = call.api.message("DeployModelResponse");
    service.in_background(move |service| {
        let deployed = bring_up(
            service,
            &begun,
            &endpoint,
            &version,
            request,
            &response_type,
        );
        if let Err(failure) = deployed {
            operations::fail(service, &begun, &failure);
        }
        service.serving.refresh(service, &endpoint.to_string());
    })?;
    operations::soon(service, &operation)
}

/// Loads the model, then changes the endpoint
fn bring_up(
    service: &Service,
    operation: &str,
    endpoint: &ResourceName,
    version: &Model,
    request: DeployModelRequest,
    response_type: &str,
) -> Result<(), Failure> {
    // held until the endpoint has it, so that it is not loaded twice
    let _loaded = service.serving.load(service, version)?;
    service.store.transact(|transaction| {
        let mut endpoint: Endpoint = found_as(transaction, endpoint)?;
        // the version may be gone since
        versions::find(transaction, &version_name(version)?)?;
        add(&mut endpoint, &request)?;
        endpoints::put(transaction, &mut endpoint)?;
        let response = json!({
            "@type": response_type,
            "deployedModel": request.deployed_model,
        });
        operations::finish(transaction, operation, response)
    })
}

/// Adds a model to an endpoint, and changes its split as the request says
fn add(endpoint: &mut Endpoint, request: &DeployModelRequest) -> Result<(), Failure> {
    let deployed = &request.deployed_model;
    if endpoint
        .deployed_models
        .iter()
        .any(|model| model.id == deployed.id)
    {
        let message = format!(
            "`{}` has a deployed model `{}` already",
            endpoint.name, deployed.id
        );
        return Err(Failure::new(Code::AlreadyExists, message));
    }
    endpoint.deployed_models.push(deployed.clone());
    if !request.traffic_split.is_empty() {
        endpoint.traffic_split =
            traffic_split::with_new_model(&request.traffic_split, &deployed.id);
    }
    traffic_split::check(endpoint)
}

/// Fills in what the service sets, and checks the rest
fn complete(deployed: &mut DeployedModel, version: &Model) -> Result<(), Failure> {
    if let Some(resources) = &deployed.dedicated_resources {
        if resources.machine_spec.machine_type.is_empty() {
            let field = "deployedModel.dedicatedResources.machineSpec.machineType";
            return Err(Failure::field(
                field,
                "a kind of machine is required, such as `n1-standard-2`",
            ));
        }
        check_replicas(resources.min_replica_count, resources.max_replica_count)?;
        if resources.min_replica_count < 1 {
            let field = "deployedModel.dedicatedResources.minReplicaCount";
            return Err(Failure::field(field, "at least 1 is required"));
        }
    }
    if let Some(resources) = &deployed.automatic_resources {
        check_replicas(resources.min_replica_count, resources.max_replica_count)?;
    }
    if deployed.rest.contains_key("sharedResources") {
        let message = "resources that endpoints share are not served on this machine";
        return Err(Failure::unimplemented(message));
    }
    deployed.id = match deployed.id.as_str() {
        "" => stamp::id(),
        id if id.len() <= 20 && id.bytes().all(|byte| byte.is_ascii_digit()) && id != "0" => {
            id.to_owned()
        }
        id => {
            let message = format!("`{id}` is no number other than 0");
            return Err(Failure::field("deployedModel.id", message));
        }
    };
    deployed.model.clone_from(&version.name);
    deployed.model_version_id.clone_from(&version.version_id);
    deployed.create_time = stamp::now();
    if deployed.display_name.is_empty() {
        deployed.display_name.clone_from(&version.display_name);
    }
    Ok(())
}

fn check_replicas(least: i32, most: i32) -> Result<(), Failure> {
    if least < 0 || most != 0 && most < least {
        let message = format!("{most} at most are fewer than {least} at least");
        return Err(Failure::field("deployedModel.maxReplicaCount", message));
    }
    Ok(())
}

/// `POST …/endpoints/ID:undeployModel`
pub fn undeploy(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    let request: UndeployModelRequest = call.read_body()?;
    let operation = service.store.transact(|transaction| {
        let mut endpoint: Endpoint = found_as(transaction, &name)?;
        take_away(&mut endpoint, &request)?;
        endpoints::put(transaction, &mut endpoint)?;
        operations::done(
            transaction,
            call,
            &endpoint.name,
            "UndeployModelOperationMetadata",
            json!({ "@type": call.api.message("UndeployModelResponse") }),
        )
    })?;
    service.serving.refresh(service, &name.to_string());
    Ok(operation)
}

fn take_away(endpoint: &mut Endpoint, request: &UndeployModelRequest) -> Result<(), Failure> {
    let id = &request.deployed_model_id;
    position(endpoint, id, "deployedModelId")?;
    endpoint.deployed_models.retain(|model| model.id != *id);
    if endpoint.deployed_models.is_empty() {
        endpoint.traffic_split.clear();
    } else if !request.traffic_split.is_empty() {
        endpoint.traffic_split.clone_from(&request.traffic_split);
    } else if let Some(percent) = endpoint
        .traffic_split
        .remove(id)
        .filter(|percent| *percent > 0)
    {
        return Err(Failure::precondition(format!(
            "`{id}` has {percent} percent of the traffic; say in `trafficSplit` who takes it over"
        )));
    }
    traffic_split::check(endpoint)
}

/// `POST …/endpoints/ID:mutateDeployedModel`
pub fn mutate(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    let request: MutateDeployedModelRequest = call.read_body()?;
    let operation = service.store.transact(|transaction| {
        let mut endpoint: Endpoint = found_as(transaction, &name)?;
        let at = position(&endpoint, &request.deployed_model.id, "deployedModel.id")?;
        let new = &request.deployed_model;
        if let Some(resources) = &new.dedicated_resources {
            check_replicas(resources.min_replica_count, resources.max_replica_count)?;
        }
        let deployed = &mut endpoint.deployed_models[at];
        for field in request.update_mask.split(',').map(str::trim) {
            let parts = super::call::camel(field);
            let given = new.dedicated_resources.clone().unwrap_or_default();
            let resources = deployed.dedicated_resources.get_or_insert_default();
            match parts.as_str() {
                "dedicatedResources" => *resources = given,
                "dedicatedResources.minReplicaCount" => {
                    resources.min_replica_count = given.min_replica_count;
                }
                "dedicatedResources.maxReplicaCount" => {
                    resources.max_replica_count = given.max_replica_count;
                }
                _ => {
                    let message = format!(
                        "`{field}` cannot be changed; dedicatedResources, its minReplicaCount and its maxReplicaCount can"
                    );
                    return Err(Failure::field("updateMask", message));
                }
            }
        }
        let deployed = deployed.clone();
        endpoints::put(transaction, &mut endpoint)?;
        operations::done(
            transaction,
            call,
            &endpoint.name,
            "MutateDeployedModelOperationMetadata",
            answered(call, "MutateDeployedModelResponse", &json!({ "deployedModel": deployed }))?,
        )
    })?;
    service.serving.refresh(service, &name.to_string());
    Ok(operation)
}

fn position(endpoint: &Endpoint, id: &str, field: &str) -> Result<usize, Failure> {
    let found = endpoint
        .deployed_models
        .iter()
        .position(|model| model.id == *id);
    found.ok_or_else(|| {
        let ids: Vec<&str> = endpoint
            .deployed_models
            .iter()
            .map(|model| model.id.as_str())
            .collect();
        let there = match ids.as_slice() {
            [] => "no model is deployed".to_owned(),
            ids => format!("deployed are {}", ids.join(", ")),
        };
        let mut failure =
            Failure::field(field, format!("there is no deployed model `{id}`; {there}"));
        failure.code = Code::NotFound;
        failure
    })
}

/// Where a version is deployed
pub fn of_version(documents: &impl Documents, version: &Model) -> Vec<DeployedModelRef> {
    let Some(name) = ResourceName::parse(&version.name) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (_, endpoint) in documents.documents(&format!("{}/endpoints/", name.parent)) {
        let Ok(endpoint) = Endpoint::deserialize(endpoint.as_ref()) else {
            continue;
        };
        for deployed in endpoint.deployed_models {
            if deployed.model == version.name && deployed.model_version_id == version.version_id {
                found.push(DeployedModelRef {
                    endpoint: endpoint.name.clone(),
                    deployed_model_id: deployed.id,
                    ..DeployedModelRef::default()
                });
            }
        }
    }
    found
}

/// The version that a field of a request names
///
/// # Errors
/// The field is no model's name, or the version is not there
pub fn version_named(service: &Service, model: &str) -> Result<Model, Failure> {
    let name = ResourceName::parse(model)
        .filter(|name| name.collection == "models")
        .ok_or_else(|| {
            let message =
                format!("`{model}` is no model's name: `projects/P/locations/L/models/ID@VERSION`");
            Failure::field("model", message)
        })?;
    versions::find(&service.store, &name)
}

fn version_name(version: &Model) -> Result<ResourceName, Failure> {
    versions::name_of(version).ok_or_else(|| Failure::new(Code::Internal, "a version has no name"))
}
