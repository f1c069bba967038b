//! Models: a version for each content of the exported files

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx_compiler::{VertexAction, VertexModel, VertexReference, VertexResource};

use super::artifact;
use super::names::{ACTION_LABEL, DIGEST_LABEL, label_of};
use super::{Change, Maker, Outcome, Task};
use crate::client::{Failure, Stop};
use crate::resource::{
    ContainerSpec, MergeVersionAliasesRequest, Model, Port, ResourceName, UploadModelRequest,
    UploadModelResponse,
};

impl Task<'_> {
    pub(super) fn model(&mut self, declared: &VertexModel) -> Result<Outcome, Failure> {
        let name = self.maker.model_name(self.action)?;
        let wanted = match self.wanted(declared) {
            Ok(wanted) => wanted,
            // what is exported by this very run is not there when it is only looked at
            Err(_) if self.is_look() => {
                return Ok(Outcome::new(Change::Updated, "the model is exported first"));
            }
            Err(failure) => return Err(failure),
        };
        let there = self.maker.versions(&name, self.stop)?;
        let own = there
            .as_deref()
            .and_then(|versions| newest(versions, self.action));
        if let Some(own) = own
            && is_same_version(own, &wanted)
        {
            return self.keep(own, &wanted, &name);
        }
        let change = match &there {
            Some(_) => Change::Updated,
            None => Change::Created,
        };
        if self.is_look() {
            let detail = match &there {
                Some(_) => format!("a new version of `{}`", name.id),
                None => format!("the first version of `{}`", name.id),
            };
            return Ok(Outcome::new(change, detail));
        }
        let aliases = wanted.version_aliases.clone();
        let request = UploadModelRequest {
            model: Model {
                version_aliases: Vec::new(),
                ..wanted
            },
            model_id: match &there {
                Some(_) => String::new(),
                None => name.id.clone(),
            },
            parent_model: there.as_ref().map(|_| name.to_string()).unwrap_or_default(),
            ..UploadModelRequest::default()
        };
        self.tell(format!("uploading `{}`", name.id));
        let path = format!("{}/models:upload", name.parent);
        let uploaded: UploadModelResponse =
            self.client()
                .operate(Method::POST, &path, &request, self.stop)?;
        let version = match uploaded.model_version_id.as_str() {
            "" => "1",
            version => version,
        };
        self.merge(&name.with_version(version), &aliases)?;
        let aliases = match aliases.is_empty() {
            true => String::new(),
            false => format!(" ({})", aliases.join(", ")),
        };
        Ok(Outcome::new(
            change,
            format!("version {version} of `{}`{aliases}", name.id),
        ))
    }

    /// The version as it is declared
    fn wanted(&self, declared: &VertexModel) -> Result<Model, Failure> {
        let address = artifact::address(&declared.artifact_uri, &self.maker.folder);
        let mut labels = self.action.labels.clone();
        labels.insert(ACTION_LABEL.to_owned(), label_of(self.action));
        labels.insert(DIGEST_LABEL.to_owned(), self.maker.digest(&address)?);
        Ok(Model {
            display_name: self.action.display_name.clone(),
            description: self.action.description.clone().unwrap_or_default(),
            version_description: declared.version_description.clone().unwrap_or_default(),
            version_aliases: declared.version_aliases.clone(),
            artifact_uri: address,
            container_spec: Some(container(declared)),
            explanation_spec: declared.explanation_path_count.map(
                |paths| json!({"parameters": {"sampledShapleyAttribution": {"pathCount": paths}}}),
            ),
            labels,
            ..Model::default()
        })
    }

    /// The files are the same: only what describes them may differ
    fn keep(
        &mut self,
        own: &Model,
        wanted: &Model,
        name: &ResourceName,
    ) -> Result<Outcome, Failure> {
        let version = name.with_version(&own.version_id);
        let described = format!("version {} of `{}`", own.version_id, name.id);
        let missing: Vec<String> = wanted
            .version_aliases
            .iter()
            .filter(|alias| !own.version_aliases.contains(alias))
            .cloned()
            .collect();
        let mut patch = Model {
            name: version.to_string(),
            ..Model::default()
        };
        let mut mask = Vec::new();
        let mut compare = |field: &'static str, differs: bool| {
            if differs {
                mask.push(field);
            }
        };
        // the name and the text are the model's; a version of another action's model leaves them alone
        let is_first = wanted_parent(self.action).is_none();
        compare(
            "displayName",
            is_first && own.display_name != wanted.display_name,
        );
        compare(
            "description",
            is_first && own.description != wanted.description,
        );
        compare(
            "versionDescription",
            own.version_description != wanted.version_description,
        );
        compare("labels", own.labels != wanted.labels);
        patch.display_name.clone_from(&wanted.display_name);
        patch.description.clone_from(&wanted.description);
        patch
            .version_description
            .clone_from(&wanted.version_description);
        patch.labels.clone_from(&wanted.labels);
        if mask.is_empty() && missing.is_empty() {
            return Ok(Outcome::new(Change::Unchanged, described));
        }
        let mut parts: Vec<String> = mask.iter().map(|field| format!("`{field}`")).collect();
        if !missing.is_empty() {
            parts.push("`versionAliases`".to_owned());
        }
        if !self.is_look() {
            if !mask.is_empty() {
                let _: Value = self.client().patch(
                    &version.to_string(),
                    &mask.join(","),
                    &patch,
                    self.stop,
                )?;
            }
            self.merge(&version, &missing)?;
        }
        Ok(Outcome::new(
            Change::Updated,
            format!("{described}: {}", parts.join(", ")),
        ))
    }

    fn merge(&self, version: &ResourceName, aliases: &[String]) -> Result<(), Failure> {
        if aliases.is_empty() {
            return Ok(());
        }
        let request = MergeVersionAliasesRequest {
            version_aliases: aliases.to_vec(),
        };
        let path = format!("{version}:mergeVersionAliases");
        let _: Value = self.client().post(&path, &request, self.stop)?;
        Ok(())
    }
}

impl Maker {
    /// All versions of a model; `None` where there is no such model
    pub(super) fn versions(
        &self,
        name: &ResourceName,
        stop: &Stop,
    ) -> Result<Option<Vec<Model>>, Failure> {
        match self
            .client
            .list(&format!("{name}:listVersions"), "models", stop)
        {
            Ok(versions) => Ok(Some(versions).filter(|versions: &Vec<Model>| !versions.is_empty())),
            Err(failure) if failure.is_missing() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The version that a reference means: of an action the newest that it made; `None` where there is none yet
    pub(super) fn version(
        &self,
        reference: &VertexReference,
        stop: &Stop,
    ) -> Result<Option<ResourceName>, Failure> {
        match reference {
            VertexReference::Action(target) => {
                let action = self.action(target)?;
                let name = self.model_name(action)?;
                let versions = self.versions(&name, stop)?;
                let own = versions
                    .as_deref()
                    .and_then(|versions| newest(versions, action));
                Ok(own.map(|own| name.with_version(&own.version_id)))
            }
            VertexReference::Name(name) => {
                let name = super::named(name, "models")?;
                let found: Option<Model> = self.client.get(&name.to_string(), stop)?;
                Ok(found.map(|found| name.with_version(&found.version_id)))
            }
        }
    }

    /// What tells the files at an address from others
    fn digest(&self, address: &str) -> Result<String, Failure> {
        artifact::digest(address)
    }
}

/// The model whose version an action declares, where it is another's
fn wanted_parent(action: &VertexAction) -> Option<&VertexReference> {
    match &action.resource {
        VertexResource::Model(model) => model.parent_model.as_ref(),
        _ => None,
    }
}

/// The newest version that an action made
fn newest<'v>(versions: &'v [Model], action: &VertexAction) -> Option<&'v Model> {
    let label = label_of(action);
    versions
        .iter()
        .filter(|version| version.labels.get(ACTION_LABEL) == Some(&label))
        .max_by_key(|version| version.version_id.parse::<u64>().unwrap_or_default())
}

/// Whether what decides predictions is the same
fn is_same_version(own: &Model, wanted: &Model) -> bool {
    let digest = |labels: &BTreeMap<String, String>| labels.get(DIGEST_LABEL).cloned();
    let explains = |model: &Model| {
        let parameters = model.explanation_spec.as_ref();
        parameters.and_then(|spec| {
            spec.pointer("/parameters/sampledShapleyAttribution/pathCount")
                .cloned()
        })
    };
    digest(&own.labels) == digest(&wanted.labels)
        && own.artifact_uri == wanted.artifact_uri
        && explains(own) == explains(wanted)
        && match (&own.container_spec, &wanted.container_spec) {
            (Some(own), Some(wanted)) => is_same_container(own, wanted),
            (own, wanted) => own.is_none() && wanted.is_none(),
        }
}

/// Vertex AI fills in what is not declared: that is no difference
fn is_same_container(own: &ContainerSpec, wanted: &ContainerSpec) -> bool {
    let same = |own: &str, wanted: &str| wanted.is_empty() || own == wanted;
    own.image_uri == wanted.image_uri
        && own.command == wanted.command
        && own.args == wanted.args
        && own.rest.get("env") == wanted.rest.get("env")
        && (wanted.ports.is_empty() || own.ports == wanted.ports)
        && same(&own.predict_route, &wanted.predict_route)
        && same(&own.health_route, &wanted.health_route)
}

fn container(declared: &VertexModel) -> ContainerSpec {
    let container = &declared.container;
    let mut spec = ContainerSpec {
        image_uri: container.image_uri.clone(),
        command: container.command.clone(),
        args: container.args.clone(),
        ports: Vec::new(),
        predict_route: container.predict_route.clone().unwrap_or_default(),
        health_route: container.health_route.clone().unwrap_or_default(),
        ..ContainerSpec::default()
    };
    spec.ports.extend(container.port.map(|port| Port {
        container_port: i32::from(port),
        ..Port::default()
    }));
    if !container.env.is_empty() {
        let env = container.env.iter();
        let env: Vec<Value> = env
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        spec.rest.insert("env".to_owned(), env.into());
    }
    spec
}
