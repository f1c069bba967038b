//! An action as project code sees it in `proto`, and what it changes there

use serde_json::Value as Json;

use super::{Action, ActionId, Body, Session, Sql};
use crate::graph::{ActionDescriptor, ActionKind, Hermeticity, Target, kind_of};

impl Session {
    /// The actions of the project from a place on, each with its kind
    pub fn defined_from(&self, place: usize) -> Vec<(ActionId, ActionKind)> {
        let ids = self.order.get(place..).unwrap_or_default();
        ids.iter()
            .map(|id| (*id, kind_of(&self.actions[*id])))
            .collect()
    }

    /// What project code sees as `action.proto`: the form of the graph, before SQL is made and names are resolved
    pub fn describe_action(&self, id: ActionId) -> Json {
        let action = &self.actions[id];
        let mut proto = match &action.body {
            Body::Table(table) => serde_json::to_value(&**table),
            Body::Operation(operation) => serde_json::to_value(operation),
            Body::Assertion(assertion) => serde_json::to_value(assertion),
            Body::Declaration(declaration) => serde_json::to_value(declaration),
            Body::Notebook(notebook) => serde_json::to_value(notebook),
            Body::DataPreparation(preparation) => serde_json::to_value(&**preparation),
            Body::PropertyGraph(graph) => serde_json::to_value(&**graph),
        }
        .unwrap_or_default();
        let Json::Object(entries) = &mut proto else {
            return proto;
        };
        for list in lists(&action.body) {
            entries
                .entry(*list)
                .or_insert_with(|| Json::Array(Vec::new()));
        }
        let mut set = |key: &str, value: Option<Json>| {
            if let Some(value) = value {
                entries.insert(key.to_owned(), value);
            }
        };
        set("target", json(&action.target));
        set("canonicalTarget", json(&action.canonical_target));
        set("fileName", action.file_name.as_deref().map(Json::from));
        set("tags", json(&action.tags));
        set("disabled", action.disabled.map(Json::from));
        set(
            "actionDescriptor",
            action.descriptor.as_ref().and_then(json),
        );
        set("hermeticity", action.hermeticity.as_ref().and_then(json));
        proto
    }

    /// Takes over what project code has changed in `action.proto`
    pub fn amend_action(&mut self, id: ActionId, proto: &Json) {
        let action = &mut self.actions[id];
        if let Some(target) = read::<Target>(proto, "target") {
            action.target = target;
        }
        if let Some(tags) = read::<Vec<String>>(proto, "tags") {
            action.tags = tags;
        }
        if let Some(disabled) = read::<bool>(proto, "disabled") {
            action.disabled = Some(disabled);
        }
        if let Some(hermeticity) = read::<Hermeticity>(proto, "hermeticity") {
            action.hermeticity = Some(hermeticity);
        }
        action.descriptor = read::<ActionDescriptor>(proto, "actionDescriptor");
        amend_body(action, proto);
    }
}

fn amend_body(action: &mut Action, proto: &Json) {
    match &mut action.body {
        Body::Table(table) => {
            table.bigquery = read(proto, "bigquery");
            table.protected = read(proto, "protected");
            table.materialized = read(proto, "materialized");
            table.unique_key = read(proto, "uniqueKey").unwrap_or_default();
            for (key, list) in [
                ("preOps", &mut action.pre_ops),
                ("postOps", &mut action.post_ops),
            ] {
                let added: Vec<String> = read(proto, key).unwrap_or_default();
                list.splice(0..0, added.into_iter().map(Sql::Text));
            }
        }
        Body::Operation(operation) => operation.has_output = read(proto, "hasOutput"),
        _ => {}
    }
}

/// The lists that are there even when they are empty
fn lists(body: &Body) -> &'static [&'static str] {
    match body {
        Body::Table(_) => &["preOps", "postOps", "dependencyTargets", "uniqueKey"],
        Body::Operation(_) => &["queries", "dependencyTargets"],
        Body::Assertion(_) => &["dependencyTargets"],
        _ => &[],
    }
}

fn json(value: &impl serde::Serialize) -> Option<Json> {
    serde_json::to_value(value).ok()
}

fn read<T: serde::de::DeserializeOwned>(proto: &Json, key: &str) -> Option<T> {
    let value = proto.get(key).filter(|value| !value.is_null())?;
    serde_json::from_value(value.clone()).ok()
}
