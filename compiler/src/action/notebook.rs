//! Notebooks

use diagnostic::{Diagnostic, Location, code};

use super::config::check;
use super::target::{Home, raw_target};
use super::{Action, ActionId, Body, Detail, Raise, Session};
use crate::config::messages::NOTEBOOK;
use crate::graph::Notebook;
use crate::project::json_reason;
use crate::value::Value;

impl Session {
    /// Makes a notebook out of the JSON of its file; the caller defines it
    pub fn notebook(&mut self, config: &Value, file: &str, json: &str) -> Result<ActionId, Raise> {
        check(config, &NOTEBOOK)?;
        let mut raw = raw_target(config, "location")?;
        if raw.name.is_empty() {
            raw.name = crate::sqlx::base_name(file).to_owned();
        }
        let mut contents: serde_json::Value = serde_json::from_str(json).map_err(|error| {
            let end = diagnostic::offset_of(json, error.line(), error.column());
            let place = Location::new(file, json, end.saturating_sub(1)..end);
            let shown = Diagnostic::error(code::CONFIG_INVALID, json_reason(&error))
                .at(place)
                .help("the notebook is not valid JSON");
            Raise::error(format!("Error parsing {file} as JSON: {error}"))
                .with(Detail::Shown(vec![shown]))
        })?;
        clear_outputs(&mut contents, file)?;
        let (target, canonical) = self.targets(&raw, Home::Dataset, Some(file));
        let body = Body::Notebook(Notebook {
            notebook_contents: Some(Value::from_serde(&contents).to_json()),
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
            let shown = Diagnostic::error(code::CONFIG_INVALID, "the notebook has no `cells`")
                .in_file(file);
            Raise::error(format!(
                "Notebook at {file} is invalid: cells field not present"
            ))
            .with(Detail::Shown(vec![shown]))
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
