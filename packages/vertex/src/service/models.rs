//! Models: uploaded, listed, changed, deleted

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::call::Call;
use super::{
    Service, artifacts, check_display_name, check_labels, deployments, listing, mask, newest_first,
    operations, stamp, versions,
};
use crate::failure::{Code, Failure};
use crate::resource::{DEFAULT_ALIAS, Model, ResourceName, UploadModelRequest};

/// The fields that can be changed
const MUTABLE: [&str; 7] = [
    "displayName",
    "description",
    "versionDescription",
    "labels",
    "explanationSpec",
    "metadata",
    "metadataSchemaUri",
];

/// `POST …/models:upload`: an operation that copies the files and makes a model, or a version of one
pub fn upload(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let request: UploadModelRequest = call.read_body()?;
    check(&request.model)?;
    let name = match request.parent_model.as_str() {
        "" => {
            let chosen = Some(request.model_id.as_str()).filter(|id| !id.is_empty());
            let id = stamp::chosen_id("modelId", chosen)?;
            let name = call.parent.child("models", &id);
            if !versions::all(&service.store, &name).is_empty() {
                let message = format!(
                    "`{name}` is there already; to upload a version of it, name it as `parentModel`"
                );
                return Err(Failure::new(Code::AlreadyExists, message));
            }
            name
        }
        parent => {
            let name = ResourceName::parse(parent)
                .filter(|name| name.collection == "models")
                .ok_or_else(|| {
                    Failure::field("parentModel", format!("`{parent}` is no model's name"))
                })?
                .without_version();
            versions::find(&service.store, &name)?;
            name
        }
    };
    let operation = operations::new_name(&name.to_string());
    let api = call.api;
    service.store.transact(|transaction| {
        operations::begin(
            transaction,
            call,
            &operation,
            "UploadModelOperationMetadata",
        )
    })?;
    let (begun, model, is_new) = (
        operation.clone(),
        request.model,
        request.parent_model.is_empty(),
    );
    service.in_background(move |service| {
        let uploaded = register(service, &begun, &name, model, is_new, |number| {
            json!({
                "@type": api.message("UploadModelResponse"),
                "model": name.to_string(),
                "modelVersionId": number,
            })
        });
        if let Err(failure) = uploaded {
            operations::fail(service, &begun, &failure);
        }
    })?;
    operations::soon(service, &operation)
}

/// Copies the files, and makes the version and ends the operation in one change
fn register(
    service: &Service,
    operation: &str,
    name: &ResourceName,
    mut model: Model,
    is_new: bool,
    response: impl FnOnce(&str) -> Value,
) -> Result<(), Failure> {
    let copy = artifacts::take(service, &model.artifact_uri)?;
    service.store.transact(|transaction| {
        let before = versions::all(transaction, name);
        match (is_new, before.last()) {
            (true, Some(_)) => {
                let message = format!("`{name}` is there already");
                return Err(Failure::new(Code::AlreadyExists, message));
            }
            (false, None) => return Err(super::not_found(transaction, name)),
            _ => {}
        }
        let number = versions::next_number(transaction, name)?;
        let now = stamp::now();
        model.name = name.to_string();
        model.version_id = number.to_string();
        model.version_create_time.clone_from(&now);
        // the model is as old as its first version
        model.create_time = before
            .first()
            .map_or(now, |first| first.create_time.clone());
        let mut aliases = std::mem::take(&mut model.version_aliases);
        if before.is_empty() && !aliases.iter().any(|alias| alias == DEFAULT_ALIAS) {
            aliases.push(DEFAULT_ALIAS.to_owned());
        }
        versions::give_aliases(transaction, &mut model, &aliases)?;
        versions::put(transaction, &mut model)?;
        if let Some(copy) = &copy {
            artifacts::keep(transaction, &name.with_version(&model.version_id), copy)?;
        }
        operations::finish(transaction, operation, response(&model.version_id))
    })
}

fn check(model: &Model) -> Result<(), Failure> {
    check_display_name("model.displayName", &model.display_name)?;
    check_labels(&model.labels)?;
    model
        .version_aliases
        .iter()
        .try_for_each(|alias| versions::check_alias(alias))?;
    match &model.container_spec {
        Some(container) if container.image_uri.is_empty() => Err(Failure::field(
            "model.containerSpec.imageUri",
            "an image is required",
        )),
        _ => Ok(()),
    }
}

/// `GET …/models/ID`, `…/models/ID@VERSION`
pub fn get(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    shown(service, versions::find(&service.store, &name(call)?)?)
}

/// `GET …/models`: the default version of each
pub fn list(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let all = super::collection(&service.store, &call.parent, "models");
    let mut defaults = BTreeMap::new();
    for version in all {
        let version: Model = serde_json::from_value(version)?;
        if version
            .version_aliases
            .iter()
            .any(|alias| alias == DEFAULT_ALIAS)
        {
            defaults.insert(version.name.clone(), shown(service, version)?);
        }
    }
    let mut models: Vec<Value> = defaults.into_values().collect();
    newest_first(&mut models);
    listing::page(call, "models", models)
}

/// `PATCH …/models/ID?updateMask=…`
pub fn patch(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    let version = service.store.transact(|transaction| {
        let version = versions::find(transaction, &name)?;
        let mut changed = serde_json::to_value(&version)?;
        mask::patch(call, &mut changed, &MUTABLE)?;
        let mut changed: Model = serde_json::from_value(changed)
            .map_err(|error| Failure::new(Code::InvalidArgument, error.to_string()))?;
        check(&changed)?;
        // name, description and labels are the model's, whatever version they are changed through
        for mut other in versions::all(transaction, &name) {
            if other.version_id != changed.version_id {
                other.display_name.clone_from(&changed.display_name);
                other.description.clone_from(&changed.description);
                other.labels.clone_from(&changed.labels);
                versions::put(transaction, &mut other)?;
            }
        }
        versions::put(transaction, &mut changed)?;
        Ok(changed)
    })?;
    shown(service, version)
}

/// `DELETE …/models/ID`, with all versions
pub fn delete(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    if name.version.is_some() {
        let message = "a model is deleted without a version; `:deleteVersion` deletes one";
        return Err(Failure::field("name", message));
    }
    service.store.transact(|transaction| {
        versions::find(transaction, &name)?;
        for version in versions::all(transaction, &name) {
            versions::refuse_deployed(transaction, &version)?;
            versions::remove(transaction, &version);
        }
        operations::done(
            transaction,
            call,
            &name.to_string(),
            "DeleteOperationMetadata",
            versions::empty(),
        )
    })
}

/// The model that a call names
///
/// # Errors
/// It names none
pub fn name(call: &Call<'_>) -> Result<ResourceName, Failure> {
    call.name().ok_or_else(|| {
        let message = format!("`{}` is no model's name", call.path());
        Failure::field("name", message)
    })
}

/// A version as it is answered: with where it is deployed
///
/// # Errors
/// None but those of JSON
pub fn shown(service: &Service, mut version: Model) -> Result<Value, Failure> {
    version.deployed_models = deployments::of_version(&service.store, &version);
    // what Vertex AI says of models with containers, and what holds here; gcloud does not deploy without it
    for (field, value) in [
        ("supportedDeploymentResourcesTypes", "DEDICATED_RESOURCES"),
        ("supportedInputStorageFormats", "jsonl"),
        ("supportedOutputStorageFormats", "jsonl"),
    ] {
        version.rest.insert(field.into(), json!([value]));
    }
    Ok(serde_json::to_value(version)?)
}
