//! A history: the states of a project one after the other, and what is done in each

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// `history.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// The datasets whose tables are shown
    #[serde(default = "default_datasets")]
    pub datasets: Vec<String>,
    /// Engine → why the history does not run on it
    #[serde(default)]
    pub skip: BTreeMap<String, String>,
    /// Engine → why what stands there is another than the embedded engine's: then it is in
    /// `states.ENGINE.txt`
    #[serde(default)]
    pub differs: BTreeMap<String, String>,
    /// What happens, in order
    pub step: Vec<Step>,
}

/// A step: files change, perhaps the warehouse too, then the project runs
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What the step is about
    pub title: String,
    /// Files that are written, relative to the project; those of earlier steps stay
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Files that go
    #[serde(default)]
    pub remove: Vec<String>,
    /// A script that somebody else runs on the warehouse before
    #[serde(default)]
    pub before: Option<String>,
    /// Arguments of `sqlx-run run`
    #[serde(default)]
    pub arguments: Vec<String>,
}

impl History {
    /// Reads the history of a folder
    pub fn read(folder: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(folder.join("history.toml"))?;
        toml::from_str(&text).context("history.toml")
    }
}

fn default_datasets() -> Vec<String> {
    vec!["work".to_owned()]
}
