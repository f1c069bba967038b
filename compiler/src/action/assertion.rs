//! Manual assertions

use super::config::{OldWords, check, modernize};
use super::table::Origin;
use super::target::Home;
use super::{Action, ActionId, Body, Raise, Session};
use crate::config::messages::ASSERTION;
use crate::graph::{Assertion, Hermeticity};
use crate::value::Value;

impl Session {
    /// Makes an assertion; the caller defines it
    pub fn assertion(&mut self, config: &Value, origin: Origin) -> Result<ActionId, Raise> {
        let modern = match origin {
            Origin::Yaml => config.clone(),
            Origin::Code => Value::Object(modernize(
                config,
                OldWords {
                    dependencies: true,
                    ..OldWords::default()
                },
            )?),
        };
        check(&modern, &ASSERTION)?;
        let raw = self.raw_with_name(&modern, "dataset")?;
        let file = self.file_of(&modern);
        let reported = self.reported_file(origin, file.as_deref());
        let (target, canonical) = self.targets(&raw, Home::Assertions, reported.as_deref());
        let mut action = Action::new(target, canonical, Body::Assertion(Assertion::default()));
        action.file_name = file;
        if modern.truthy("hermetic").is_some() {
            action.hermeticity = Some(Hermeticity::Hermetic);
        }
        let disabled = modern.truthy("disabled").is_some();
        if disabled || self.config.disable_assertions == Some(true) {
            action.disabled = Some(true);
        }
        let id = self.add(action);
        self.shared_config(id, &modern)?;
        self.describe(id, &modern);
        self.retarget_by_config(id, &modern);
        Ok(id)
    }
}
