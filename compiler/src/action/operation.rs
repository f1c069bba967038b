//! Custom SQL

use super::config::{OldWords, check, modernize};
use super::table::Origin;
use super::target::Home;
use super::{Action, ActionId, Body, Raise, Session};
use crate::config::messages::OPERATION;
use crate::graph::{Hermeticity, Operation};
use crate::value::Value;

impl Session {
    /// Makes an operation; the caller defines it
    pub fn operation(&mut self, config: &Value, origin: Origin) -> Result<ActionId, Raise> {
        // `operate` adds no type, and old words are understood only beside one
        let modern = match origin {
            Origin::Yaml => config.clone(),
            Origin::Code if config.truthy("type").is_none() => config.clone(),
            Origin::Code => Value::Object(modernize(
                config,
                OldWords {
                    dependencies: true,
                    columns: true,
                    ..OldWords::default()
                },
            )?),
        };
        check(&modern, &OPERATION)?;
        let raw = self.raw_with_name(&modern, "dataset")?;
        let file = self.file_of(&modern);
        let reported = self.reported_file(origin, file.as_deref());
        let (target, canonical) = self.targets(&raw, Home::Dataset, reported.as_deref());
        let has_output = modern.truthy("hasOutput").map(|_| true);
        let body = Body::Operation(Operation {
            has_output,
            ..Operation::default()
        });
        let mut action = Action::new(target, canonical, body);
        action.file_name = file;
        let hermetic = modern.truthy("hermetic").is_some();
        action.hermeticity = Some(if hermetic {
            Hermeticity::Hermetic
        } else {
            Hermeticity::NonHermetic
        });
        if modern.truthy("disabled").is_some() {
            action.disabled = Some(true);
        }
        let id = self.add(action);
        self.shared_config(id, &modern)?;
        self.describe(id, &modern);
        self.retarget_by_config(id, &modern);
        Ok(id)
    }
}
