//! Deployments: a model at an endpoint with its share of the traffic. A new version takes the place of an old one
//! only after it serves, so that a failure leaves the traffic where it was.

use std::collections::{BTreeMap, HashSet};
use std::sync::PoisonError;

use diagnostic::code;
use reqwest::Method;
use serde_json::Value;
use sqlx_compiler::{Target, VertexAction, VertexDeployment, VertexMachines, VertexResource};

use super::traffic::{Share, split};
use super::{Change, Maker, Outcome, Task};
use crate::client::Failure;
use crate::resource::{
    DedicatedResources, DeployModelRequest, DeployedModel, Endpoint, MachineSpec,
    MutateDeployedModelRequest, NEW_MODEL, ResourceName, UndeployModelRequest,
};

impl Task<'_> {
    pub(super) fn deployment(&mut self, declared: &VertexDeployment) -> Result<Outcome, Failure> {
        let maker = self.maker;
        let _one_at_a_time = maker
            .deploying
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let name = maker.endpoint_name(&declared.endpoint)?;
        let model = maker.version(&declared.model, self.stop)?;
        let endpoint: Option<Endpoint> = self.client().get(&name.to_string(), self.stop)?;
        let (Some(model), Some(endpoint)) = (model, endpoint) else {
            if self.is_look() {
                let detail = format!(
                    "the model and the endpoint are made first, then {} % of the traffic",
                    declared.traffic
                );
                return Ok(Outcome::new(Change::Created, detail));
            }
            return Err(Failure::new(
                code::VERTEX_REFUSED,
                format!(
                    "the model or the endpoint of `{}` is not there",
                    self.action.target.name
                ),
            )
            .help("run the actions that it refers to, too: `-s +NAME`"));
        };
        let own = |deployed: &&DeployedModel| deployed.display_name == self.action.display_name;
        let own: Vec<&DeployedModel> = endpoint.deployed_models.iter().filter(own).collect();
        let same = own
            .iter()
            .find(|deployed| serves(deployed, &model, &declared.machines));
        match same {
            Some(deployed) => {
                let old: Vec<String> = others(&own, &deployed.id);
                self.adjust(declared, &name, &endpoint, deployed, old)
            }
            None => {
                let old = own.iter().map(|deployed| deployed.id.clone()).collect();
                self.deploy(declared, &name, &endpoint, &model, old)
            }
        }
    }

    /// What is deployed is right: the split, the number of machines and left-over old versions may not be
    fn adjust(
        &mut self,
        declared: &VertexDeployment,
        name: &ResourceName,
        endpoint: &Endpoint,
        deployed: &DeployedModel,
        old: Vec<String>,
    ) -> Result<Outcome, Failure> {
        let wanted = self
            .maker
            .declared_split(self.action, declared, endpoint, &deployed.id, &old);
        let share = wanted.get(&deployed.id).copied().unwrap_or_default();
        let described = format!("{share} % of the traffic");
        let resize = !has_replicas(deployed, &declared.machines);
        let mut changes = Vec::new();
        if !is_same_split(&wanted, &endpoint.traffic_split) {
            changes.push("traffic");
            if !self.is_look() {
                let patch = Endpoint {
                    traffic_split: wanted.clone(),
                    ..Endpoint::default()
                };
                let _: Value =
                    self.client()
                        .patch(&name.to_string(), "trafficSplit", &patch, self.stop)?;
            }
        }
        if resize {
            changes.push("replicas");
            if !self.is_look() {
                let request = MutateDeployedModelRequest {
                    deployed_model: DeployedModel {
                        id: deployed.id.clone(),
                        dedicated_resources: Some(resources(&declared.machines)),
                        ..DeployedModel::default()
                    },
                    update_mask:
                        "dedicatedResources.minReplicaCount,dedicatedResources.maxReplicaCount"
                            .to_owned(),
                    ..MutateDeployedModelRequest::default()
                };
                let path = format!("{name}:mutateDeployedModel");
                let _: Value = self
                    .client()
                    .operate(Method::POST, &path, &request, self.stop)?;
            }
        }
        if !old.is_empty() {
            changes.push("old versions");
            self.undeploy(name, &old)?;
        }
        Ok(match changes.is_empty() {
            true => Outcome::new(Change::Unchanged, described),
            false => Outcome::new(
                Change::Updated,
                format!("{described}: {} changed", changes.join(", ")),
            ),
        })
    }

    /// The model is not deployed yet, or in another version or on other machines
    fn deploy(
        &mut self,
        declared: &VertexDeployment,
        name: &ResourceName,
        endpoint: &Endpoint,
        model: &ResourceName,
        old: Vec<String>,
    ) -> Result<Outcome, Failure> {
        let traffic = self
            .maker
            .declared_split(self.action, declared, endpoint, NEW_MODEL, &old);
        let share = traffic.get(NEW_MODEL).copied().unwrap_or_default();
        let version = model.version.as_deref().unwrap_or_default();
        let detail = format!(
            "version {version} of `{}` with {share} % of the traffic",
            model.id
        );
        let change = match old.is_empty() {
            true => Change::Created,
            false => Change::Updated,
        };
        if self.is_look() {
            return Ok(Outcome::new(change, detail));
        }
        self.tell(format!("deploying version {version} of `{}`", model.id));
        let request = DeployModelRequest {
            deployed_model: DeployedModel {
                model: model.to_string(),
                display_name: self.action.display_name.clone(),
                dedicated_resources: Some(resources(&declared.machines)),
                rest: account(declared),
                ..DeployedModel::default()
            },
            traffic_split: traffic,
            ..DeployModelRequest::default()
        };
        let path = format!("{name}:deployModel");
        let _: Value = self
            .client()
            .operate(Method::POST, &path, &request, self.stop)?;
        self.undeploy(name, &old)?;
        Ok(Outcome::new(change, detail))
    }

    /// Takes deployed models away that get no traffic any more
    fn undeploy(&mut self, name: &ResourceName, old: &[String]) -> Result<(), Failure> {
        if self.is_look() {
            return Ok(());
        }
        for id in old {
            self.tell("undeploying the version before");
            let request = UndeployModelRequest {
                deployed_model_id: id.clone(),
                ..UndeployModelRequest::default()
            };
            let path = format!("{name}:undeployModel");
            let _: Value = self
                .client()
                .operate(Method::POST, &path, &request, self.stop)?;
        }
        Ok(())
    }
}

impl Maker {
    /// The split of an endpoint with the action's model under `id`: by all deployments of the graph that are there,
    /// on top of what others deployed. What is in `old` gets nothing.
    fn declared_split(
        &self,
        action: &VertexAction,
        declared: &VertexDeployment,
        endpoint: &Endpoint,
        id: &str,
        old: &[String],
    ) -> BTreeMap<String, i32> {
        let mut shares = Vec::new();
        let mut known: HashSet<&str> = old.iter().map(String::as_str).collect();
        for (deployment, other) in self.deployments(&declared.endpoint) {
            if deployment.target == action.target {
                shares.push(Share {
                    id: id.to_owned(),
                    percent: declared.traffic,
                });
                continue;
            }
            let mut there = endpoint.deployed_models.iter();
            let there = there.find(|deployed| deployed.display_name == deployment.display_name);
            if let Some(deployed) = there {
                known.insert(&deployed.id);
                shares.push(Share {
                    id: deployed.id.clone(),
                    percent: other.traffic,
                });
            }
        }
        known.insert(id);
        let foreign = endpoint.traffic_split.iter();
        let foreign = foreign
            .filter(|(deployed, _)| !known.contains(deployed.as_str()))
            .map(|(deployed, percent)| (deployed.clone(), *percent));
        split(&foreign.collect(), &shares)
    }

    /// The graph's deployments to an endpoint: each after those that it depends on, otherwise in the graph's order
    fn deployments(
        &self,
        endpoint: &sqlx_compiler::VertexReference,
    ) -> Vec<(&VertexAction, &VertexDeployment)> {
        let mut all: Vec<(&VertexAction, &VertexDeployment)> = self
            .compilation
            .graph
            .vertex_actions
            .iter()
            .filter_map(|action| match &action.resource {
                VertexResource::Deployment(deployment) if deployment.endpoint == *endpoint => {
                    Some((action, deployment))
                }
                _ => None,
            })
            .filter(|(action, _)| action.disabled != Some(true))
            .collect();
        let mut ordered = Vec::with_capacity(all.len());
        while !all.is_empty() {
            let free = all.iter().position(|(action, _)| {
                let waits = |target: &Target| all.iter().any(|(other, _)| other.target == *target);
                !action.dependency_targets.iter().any(waits)
            });
            // the compiler reports circles, and a graph with one is not run
            ordered.push(all.remove(free.unwrap_or_default()));
        }
        ordered
    }
}

fn others(own: &[&DeployedModel], id: &str) -> Vec<String> {
    let ids = own.iter().map(|deployed| deployed.id.clone());
    ids.filter(|own| own != id).collect()
}

/// Whether a deployed model is this version on such machines
fn serves(deployed: &DeployedModel, model: &ResourceName, machines: &VertexMachines) -> bool {
    let version = model.version.as_deref().unwrap_or_default();
    let named = ResourceName::parse(&deployed.model);
    let id = |name: &ResourceName| (name.collection.clone(), name.id.clone());
    let same_model = named.as_ref().map(id) == Some(id(model));
    let own_version = match deployed.model_version_id.as_str() {
        "" => named.and_then(|name| name.version).unwrap_or_default(),
        version => version.to_owned(),
    };
    let same_machines = deployed.dedicated_resources.as_ref().is_none_or(|own| {
        let wanted = resources(machines);
        let rest = |spec: &MachineSpec, key: &str| spec.rest.get(key).cloned();
        own.machine_spec.machine_type == wanted.machine_spec.machine_type
            && ["acceleratorType", "acceleratorCount"]
                .iter()
                .all(|key| rest(&own.machine_spec, key) == rest(&wanted.machine_spec, key))
    });
    same_model && own_version == version && same_machines
}

fn has_replicas(deployed: &DeployedModel, machines: &VertexMachines) -> bool {
    deployed.dedicated_resources.as_ref().is_none_or(|own| {
        let wanted = resources(machines);
        // as many as at least, where nothing is said
        let most = |resources: &DedicatedResources| {
            resources.max_replica_count.max(resources.min_replica_count)
        };
        own.min_replica_count == wanted.min_replica_count && most(own) == most(&wanted)
    })
}

/// Deployed models without traffic may be left out
fn is_same_split(left: &BTreeMap<String, i32>, right: &BTreeMap<String, i32>) -> bool {
    let served = |split: &BTreeMap<String, i32>| {
        let parts = split.iter().filter(|(_, percent)| **percent > 0);
        parts
            .map(|(id, percent)| (id.clone(), *percent))
            .collect::<BTreeMap<_, _>>()
    };
    served(left) == served(right)
}

/// Machines as the REST interface has them
pub(super) fn resources(machines: &VertexMachines) -> DedicatedResources {
    let mut spec = MachineSpec {
        machine_type: machines.machine_type.clone(),
        ..MachineSpec::default()
    };
    if let (Some(kind), Some(count)) = (&machines.accelerator_type, machines.accelerator_count) {
        spec.rest
            .insert("acceleratorType".to_owned(), kind.clone().into());
        spec.rest
            .insert("acceleratorCount".to_owned(), count.into());
    }
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    DedicatedResources {
        machine_spec: spec,
        min_replica_count: count(machines.min_replica_count),
        max_replica_count: count(machines.max_replica_count),
        ..DedicatedResources::default()
    }
}

fn account(declared: &VertexDeployment) -> crate::resource::Rest {
    let mut rest = crate::resource::Rest::new();
    if let Some(account) = &declared.service_account {
        rest.insert("serviceAccount".to_owned(), account.clone().into());
    }
    rest
}
