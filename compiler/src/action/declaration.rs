//! Declared sources

use super::config::{OldWords, check, modernize};
use super::target::{Home, raw_target};
use super::{Action, ActionId, Body, Raise, Session};
use crate::config::messages::DECLARATION;
use crate::graph::Declaration;
use crate::value::Value;

impl Session {
    /// Makes a declaration; the caller defines it
    pub fn declaration(&mut self, config: &Value) -> Result<ActionId, Raise> {
        let modern = Value::Object(modernize(
            config,
            OldWords {
                columns: true,
                ..OldWords::default()
            },
        )?);
        check(&modern, &DECLARATION)?;
        if modern.truthy("name").is_none() {
            return Err(Raise::error(
                "Declarations must have a populated 'name' field.",
            ));
        }
        let raw = raw_target(&modern, "dataset")?;
        let file = self.file_of(&modern);
        let (target, canonical) = self.unchecked_targets(&raw, Home::Dataset);
        let mut action = Action::new(target, canonical, Body::Declaration(Declaration::default()));
        action.file_name = file;
        let id = self.add(action);
        if let Some(tags) = modern.get("tags") {
            self.add_tags(id, tags);
        }
        self.describe(id, &modern);
        Ok(id)
    }
}
