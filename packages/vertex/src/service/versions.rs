//! Versions of a model: kept as `…/models/ID@NUMBER`, found by number or alias

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::call::Call;
use super::{Documents, Service, artifacts, deployments, listing, operations, stamp};
use crate::failure::{Code, Failure};
use crate::resource::{DEFAULT_ALIAS, MergeVersionAliasesRequest, Model, ResourceName};
use crate::store::Transaction;

/// All versions of a model by number, ascending
pub fn all(documents: &impl Documents, model: &ResourceName) -> Vec<Model> {
    let prefix = format!("{}@", model.without_version());
    let mut versions: Vec<Model> = documents
        .documents(&prefix)
        .into_iter()
        .filter_map(|(_, value)| Model::deserialize(value.as_ref()).ok())
        .collect();
    versions.sort_by_key(number);
    versions
}

/// The version that a name means: its number, an alias, or the default one
///
/// # Errors
/// The model or the version is not there
pub fn find(documents: &impl Documents, name: &ResourceName) -> Result<Model, Failure> {
    let versions = all(documents, name);
    if versions.is_empty() {
        return Err(super::not_found(documents, &name.without_version()));
    }
    let wanted = name.version.as_deref().unwrap_or(DEFAULT_ALIAS);
    let has = |version: &&Model| {
        version.version_id == wanted || version.version_aliases.iter().any(|alias| alias == wanted)
    };
    if let Some(version) = versions.iter().find(has) {
        return Ok(version.clone());
    }
    let known: Vec<String> = versions
        .iter()
        .flat_map(|version| {
            [
                vec![version.version_id.clone()],
                version.version_aliases.clone(),
            ]
        })
        .flatten()
        .collect();
    let message = format!(
        "`{}` has no version `{wanted}`; there are {}",
        name.without_version(),
        known.join(", ")
    );
    Err(Failure::new(Code::NotFound, message))
}

/// A version's own name
pub fn name_of(version: &Model) -> Option<ResourceName> {
    Some(ResourceName::parse(&version.name)?.with_version(&version.version_id))
}

/// The number of a new version: one that no version of the model ever had
///
/// # Errors
/// None but those of JSON
pub fn next_number(
    transaction: &mut Transaction<'_>,
    model: &ResourceName,
) -> Result<u64, Failure> {
    let key = format!("versions/{model}");
    let last = transaction
        .get(&key)
        .and_then(|value| value["last"].as_u64());
    let next = last.unwrap_or(0) + 1;
    transaction.put(&key, &json!({ "last": next }))?;
    Ok(next)
}

/// Gives aliases to a version, and takes them from the model's other versions
///
/// # Errors
/// None but those of JSON
pub fn give_aliases(
    transaction: &mut Transaction<'_>,
    version: &mut Model,
    aliases: &[String],
) -> Result<(), Failure> {
    let Some(name) = ResourceName::parse(&version.name) else {
        return Ok(());
    };
    for mut other in all(transaction, &name) {
        if other.version_id == version.version_id {
            continue;
        }
        let before = other.version_aliases.len();
        other
            .version_aliases
            .retain(|alias| !aliases.contains(alias));
        if other.version_aliases.len() < before {
            put(transaction, &mut other)?;
        }
    }
    for alias in aliases {
        if !version.version_aliases.contains(alias) {
            version.version_aliases.push(alias.clone());
        }
    }
    Ok(())
}

/// Keeps a version that was changed
///
/// # Errors
/// It has no name, or none but those of JSON
pub fn put(transaction: &mut Transaction<'_>, version: &mut Model) -> Result<(), Failure> {
    let name =
        name_of(version).ok_or_else(|| Failure::new(Code::Internal, "a version has no name"))?;
    let now = stamp::now();
    version.version_update_time.clone_from(&now);
    version.update_time = now;
    version.etag = stamp::etag();
    version.deployed_models.clear();
    transaction.put(&name.to_string(), version)
}

/// Whether a text can be an alias, which must differ from a number
///
/// # Errors
/// It cannot
pub fn check_alias(alias: &str) -> Result<(), Failure> {
    let begins = alias.starts_with(|letter: char| letter.is_ascii_lowercase());
    let rest = alias
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if begins && rest && alias.len() <= 128 {
        return Ok(());
    }
    let message =
        format!("`{alias}` is no alias: a lower-case letter, then letters, digits and `-`");
    Err(Failure::field("versionAliases", message))
}

/// `GET …/models/ID:listVersions`
pub fn list(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = super::models::name(call)?;
    let mut versions = all(&service.store, &name);
    if versions.is_empty() {
        return Err(super::not_found(&service.store, &name));
    }
    versions.reverse();
    let documents = versions
        .into_iter()
        .map(|version| super::models::shown(service, version));
    listing::page(call, "models", documents.collect::<Result<_, _>>()?)
}

/// `DELETE …/models/ID@VERSION:deleteVersion`
pub fn delete(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = super::models::name(call)?;
    if name.version.is_none() {
        let message = "a version must be named: `models/ID@VERSION`";
        return Err(Failure::field("name", message));
    }
    service.store.transact(|transaction| {
        let version = find(transaction, &name)?;
        let versions = all(transaction, &name);
        if versions.len() == 1 {
            let message = "it is the model's only version; delete the model instead";
            return Err(Failure::precondition(message));
        }
        if version
            .version_aliases
            .iter()
            .any(|alias| alias == DEFAULT_ALIAS)
        {
            let message =
                "it is the default version; give the alias `default` to another one first";
            return Err(Failure::precondition(message));
        }
        refuse_deployed(transaction, &version)?;
        remove(transaction, &version);
        operations::done(
            transaction,
            call,
            &name.without_version().to_string(),
            "DeleteOperationMetadata",
            empty(),
        )
    })
}

/// `POST …/models/ID@VERSION:mergeVersionAliases`
pub fn merge_aliases(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = super::models::name(call)?;
    let request: MergeVersionAliasesRequest = call.read_body()?;
    let (taken, given): (Vec<String>, Vec<String>) = request
        .version_aliases
        .into_iter()
        .partition(|alias| alias.starts_with('-'));
    for alias in given.iter().chain(&taken) {
        check_alias(alias.trim_start_matches('-'))?;
    }
    if taken.iter().any(|alias| &alias[1..] == DEFAULT_ALIAS) {
        let message = "the alias `default` can only be given to another version";
        return Err(Failure::field("versionAliases", message));
    }
    let version = service.store.transact(|transaction| {
        let mut version = find(transaction, &name)?;
        give_aliases(transaction, &mut version, &given)?;
        version
            .version_aliases
            .retain(|alias| !taken.iter().any(|taken| &taken[1..] == alias));
        put(transaction, &mut version)?;
        Ok(version)
    })?;
    super::models::shown(service, version)
}

/// Removes a version
pub fn remove(transaction: &mut Transaction<'_>, version: &Model) {
    if let Some(name) = name_of(version) {
        transaction.remove(&name.to_string());
        artifacts::forget(transaction, &name);
    }
}

/// A version that answers somewhere stays
///
/// # Errors
/// It is deployed
pub fn refuse_deployed(documents: &impl Documents, version: &Model) -> Result<(), Failure> {
    match deployments::of_version(documents, version).first() {
        None => Ok(()),
        Some(deployed) => Err(Failure::precondition(format!(
            "version {} of `{}` is deployed to `{}` as `{}`; undeploy it first",
            version.version_id, version.name, deployed.endpoint, deployed.deployed_model_id
        ))),
    }
}

/// What an operation answers that has nothing to say
pub fn empty() -> Value {
    json!({ "@type": "type.googleapis.com/google.protobuf.Empty" })
}

fn number(version: &Model) -> u64 {
    version.version_id.parse().unwrap_or(0)
}
