//! Notebooks

use super::config::check;
use super::target::{Home, raw_target};
use super::{Action, ActionId, Body, Raise, Session};
use crate::config::messages::NOTEBOOK;
use crate::graph::Notebook;
use crate::value::Value;

impl Session {
    /// Makes a notebook out of the JSON of its file; the caller defines it
    pub fn notebook(&mut self, config: &Value, file: &str, json: &str) -> Result<ActionId, Raise> {
        check(config, &NOTEBOOK)?;
        let mut raw = raw_target(config, "location")?;
        if raw.name.is_empty() {
            raw.name = crate::sqlx::base_name(file).to_owned();
        }
        let mut contents: serde_json::Value = serde_json::from_str(json)
            .map_err(|error| Raise::error(format!("Error parsing {file} as JSON: {error}")))?;
        clear_outputs(&mut contents, file)?;
        let (target, canonical) = self.targets(&raw, Home::Dataset, Some(file));
        let body = Body::Notebook(Notebook {
            notebook_contents: Some(contents.to_string()),
            ..Notebook::default()
        });
        let mut action = Action::new(target, canonical, body);
        action.file_name = Some(file.to_owned());
        if config.truthy("disabled").is_some() {
            action.disabled = Some(true);
        }
        let id = self.add(action);
        self.shared_config(id, config)?;
        Ok(id)
    }
}

fn clear_outputs(notebook: &mut serde_json::Value, file: &str) -> Result<(), Raise> {
    if let Some(metadata) = notebook.get_mut("metadata") {
        *metadata = serde_json::json!({});
    }
    let cells = notebook
        .get_mut("cells")
        .and_then(serde_json::Value::as_array_mut)
        .ok_or_else(|| {
            Raise::error(format!(
                "Notebook at {file} is invalid: cells field not present"
            ))
        })?;
    for cell in cells {
        for (key, empty) in [
            ("outputs", serde_json::json!([])),
            ("execution_count", serde_json::Value::Null),
            ("metadata", serde_json::json!({})),
        ] {
            if let Some(value) = cell.get_mut(key) {
                *value = empty;
            }
        }
    }
    Ok(())
}
