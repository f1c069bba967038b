//! Endpoints: made, listed, changed, deleted

use std::sync::Arc;

use serde_json::Value;

use super::call::Call;
use super::{
    Service, check_display_name, check_labels, found, listing, mask, operations, stamp,
    traffic_split, versions,
};
use crate::failure::{Code, Failure};
use crate::resource::{Endpoint, ResourceName};
use crate::store::Transaction;

/// The fields that can be changed
const MUTABLE: [&str; 6] = [
    "displayName",
    "description",
    "labels",
    "trafficSplit",
    "predictRequestResponseLoggingConfig",
    "clientConnectionConfig",
];

/// `POST …/endpoints`
pub fn create(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let mut endpoint: Endpoint = call.read_body()?;
    check(&endpoint)?;
    if !endpoint.traffic_split.is_empty() {
        let message = "an endpoint without models has no traffic to split";
        return Err(Failure::field("trafficSplit", message));
    }
    let id = stamp::chosen_id("endpointId", call.parameter("endpointId"))?;
    let name = call.parent.child("endpoints", &id);
    endpoint.name = name.to_string();
    endpoint.create_time = stamp::now();
    endpoint.deployed_models.clear();
    service.store.transact(|transaction| {
        if transaction.get(&endpoint.name).is_some() {
            let message = format!("`{name}` is there already");
            return Err(Failure::new(Code::AlreadyExists, message));
        }
        put(transaction, &mut endpoint)?;
        operations::done(
            transaction,
            call,
            &endpoint.name,
            "CreateEndpointOperationMetadata",
            answered(call, "Endpoint", &endpoint)?,
        )
    })
}

/// `GET …/endpoints/ID`
pub fn get(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    Ok(found(&service.store, &name(call)?)?.as_ref().clone())
}

/// `GET …/endpoints`
pub fn list(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let all = super::collection(&service.store, &call.parent, "endpoints");
    // operations on endpoints stand elsewhere, so all here are endpoints
    listing::page(call, "endpoints", all)
}

/// `PATCH …/endpoints/ID?updateMask=…`
pub fn patch(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    let endpoint = service
        .store
        .transact(|transaction| changed(transaction, call, &name))?;
    service.serving.refresh(service, &name.to_string());
    Ok(serde_json::to_value(endpoint)?)
}

/// `POST …/endpoints/ID:update`: the same as an operation, the endpoint in a field of the body
pub fn update(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    let body: Value = call.read_body()?;
    let inner = serde_json::to_vec(&body["endpoint"])?;
    let inner = Call {
        method: call.method.clone(),
        api: call.api,
        parent: call.parent.clone(),
        segments: call.segments.clone(),
        verb: None,
        query: call.query.clone(),
        body: &inner,
    };
    let operation = service.store.transact(|transaction| {
        let endpoint = changed(transaction, &inner, &name)?;
        operations::done(
            transaction,
            call,
            &endpoint.name,
            "UpdateEndpointOperationMetadata",
            answered(call, "Endpoint", &endpoint)?,
        )
    })?;
    service.serving.refresh(service, &name.to_string());
    Ok(operation)
}

fn changed(
    transaction: &mut Transaction<'_>,
    call: &Call<'_>,
    name: &ResourceName,
) -> Result<Endpoint, Failure> {
    let mut document = found(transaction, name)?.as_ref().clone();
    mask::patch(call, &mut document, &MUTABLE)?;
    let mut endpoint: Endpoint = serde_json::from_value(document)
        .map_err(|error| Failure::new(Code::InvalidArgument, error.to_string()))?;
    check(&endpoint)?;
    traffic_split::check(&endpoint)?;
    put(transaction, &mut endpoint)?;
    Ok(endpoint)
}

/// `DELETE …/endpoints/ID`
pub fn delete(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    let operation = service.store.transact(|transaction| {
        let endpoint: Endpoint = super::found_as(transaction, &name)?;
        if let Some(deployed) = endpoint.deployed_models.first() {
            return Err(Failure::precondition(format!(
                "`{name}` has deployed models, `{}` for one; undeploy them first",
                deployed.id
            )));
        }
        if !endpoint.model_deployment_monitoring_job.is_empty() {
            return Err(Failure::precondition(format!(
                "`{name}` is watched by `{}`; delete that first",
                endpoint.model_deployment_monitoring_job
            )));
        }
        transaction.remove(&endpoint.name);
        operations::done(
            transaction,
            call,
            &endpoint.name,
            "DeleteOperationMetadata",
            versions::empty(),
        )
    })?;
    service.serving.refresh(service, &name.to_string());
    if let Err(error) = service.requests.remove(&name.to_string()) {
        (service.log)(&format!("requests of `{name}` stay: {error}"));
    }
    Ok(operation)
}

/// Keeps an endpoint that was changed
///
/// # Errors
/// Its traffic would not be split whole
pub fn put(transaction: &mut Transaction<'_>, endpoint: &mut Endpoint) -> Result<(), Failure> {
    // whatever led here, no endpoint is kept whose traffic goes nowhere
    traffic_split::check(endpoint)?;
    endpoint.update_time = stamp::now();
    endpoint.etag = stamp::etag();
    transaction.put(&endpoint.name.clone(), endpoint)
}

/// The endpoint that a call names
///
/// # Errors
/// It names none
pub fn name(call: &Call<'_>) -> Result<ResourceName, Failure> {
    call.name().ok_or_else(|| {
        let message = format!("`{}` is no endpoint's name", call.path());
        Failure::field("name", message)
    })
}

/// A message as an operation answers it
///
/// # Errors
/// None but those of JSON
pub fn answered(
    call: &Call<'_>,
    message: &str,
    content: &impl serde::Serialize,
) -> Result<Value, Failure> {
    let mut fields = serde_json::Map::new();
    fields.insert("@type".into(), call.api.message(message).into());
    if let Value::Object(rest) = serde_json::to_value(content)? {
        fields.extend(rest);
    }
    Ok(Value::Object(fields))
}

fn check(endpoint: &Endpoint) -> Result<(), Failure> {
    check_display_name("displayName", &endpoint.display_name)?;
    check_labels(&endpoint.labels)?;
    match &endpoint.predict_request_response_logging_config {
        Some(config) => match config["samplingRate"].as_f64() {
            None => Ok(()),
            Some(rate) if rate > 0.0 && rate <= 1.0 => Ok(()),
            Some(rate) => Err(Failure::field(
                "predictRequestResponseLoggingConfig.samplingRate",
                format!("{rate} is not more than 0 and at most 1"),
            )),
        },
        None => Ok(()),
    }
}
