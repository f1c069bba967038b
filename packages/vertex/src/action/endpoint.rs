//! Endpoints

use reqwest::Method;
use serde_json::Value;
use sqlx_compiler::VertexEndpoint;

use super::names::{ACTION_LABEL, endpoint_id, label_of};
use super::{Change, Outcome, Task};
use crate::client::Failure;
use crate::resource::Endpoint;

impl Task<'_> {
    pub(super) fn endpoint(&mut self, declared: &VertexEndpoint) -> Result<Outcome, Failure> {
        let parent = self.maker.parent(&self.action.location);
        let id = endpoint_id(self.action);
        let name = parent.child("endpoints", &id);
        let mut wanted = Endpoint {
            display_name: self.action.display_name.clone(),
            description: self.action.description.clone().unwrap_or_default(),
            labels: self.action.labels.clone(),
            ..Endpoint::default()
        };
        wanted
            .labels
            .insert(ACTION_LABEL.to_owned(), label_of(self.action));
        if let Some(dedicated) = declared.dedicated {
            wanted
                .rest
                .insert("dedicatedEndpointEnabled".to_owned(), dedicated.into());
        }
        if let Some(network) = &declared.network {
            wanted
                .rest
                .insert("network".to_owned(), network.clone().into());
        }
        let there: Option<Endpoint> = self.client().get(&name.to_string(), self.stop)?;
        let Some(there) = there else {
            if !self.is_look() {
                self.tell(format!("creating `{id}`"));
                let path = format!("{parent}/endpoints?endpointId={id}");
                let _: Value = self
                    .client()
                    .operate(Method::POST, &path, &wanted, self.stop)?;
            }
            return Ok(Outcome::new(Change::Created, format!("endpoint `{id}`")));
        };
        let mut mask = Vec::new();
        let mut compare = |field: &'static str, differs: bool| {
            if differs {
                mask.push(field);
            }
        };
        compare("displayName", there.display_name != wanted.display_name);
        compare("description", there.description != wanted.description);
        compare("labels", there.labels != wanted.labels);
        if mask.is_empty() {
            return Ok(Outcome::new(Change::Unchanged, format!("endpoint `{id}`")));
        }
        if !self.is_look() {
            let _: Value =
                self.client()
                    .patch(&name.to_string(), &mask.join(","), &wanted, self.stop)?;
        }
        let fields: Vec<String> = mask.iter().map(|field| format!("`{field}`")).collect();
        let detail = format!("endpoint `{id}`: {}", fields.join(", "));
        Ok(Outcome::new(Change::Updated, detail))
    }
}
