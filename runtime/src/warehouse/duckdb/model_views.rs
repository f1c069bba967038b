//! Views that ask models: BigQuery asks the model when the view is read, DuckDB has its weights in the
//! view's text, so a model that is trained anew has its views made anew from their GoogleSQL

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use googlesql::PhysicalName;
use serde::{Deserialize, Serialize};

/// The views that ask models, in a file beside the models
#[derive(Debug, Clone)]
pub struct ModelViews {
    file: Arc<Mutex<PathBuf>>,
}

/// A view that asks models
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelView {
    /// The dataset's schema
    pub schema: String,
    /// The view's name
    pub name: String,
    /// The statement that makes the view, in GoogleSQL
    pub sql: String,
    /// `schema.name` of each model
    pub models: Vec<String>,
}

impl ModelViews {
    /// Kept in a folder, which need not exist yet
    pub fn new(folder: &std::path::Path) -> Self {
        Self {
            file: Arc::new(Mutex::new(folder.join("views.json"))),
        }
    }

    /// Remembers a view that was made; one that asks no model is forgotten
    ///
    /// # Errors
    /// The file cannot be read or written
    pub fn note(&self, view: &PhysicalName, sql: &str, models: &[PhysicalName]) -> io::Result<()> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut views = read(&file)?;
        let key = dotted(view);
        let changed = if models.is_empty() {
            views.remove(&key).is_some()
        } else {
            let models = models.iter().map(dotted).collect();
            let entry = ModelView {
                schema: view.schema.clone(),
                name: view.name.clone(),
                sql: sql.to_owned(),
                models,
            };
            views.insert(key, entry.clone()) != Some(entry)
        };
        if changed {
            write(&file, &views)?;
        }
        Ok(())
    }

    /// The views that ask a model
    ///
    /// # Errors
    /// The file cannot be read
    pub fn of_model(&self, model: &PhysicalName) -> io::Result<Vec<ModelView>> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let key = dotted(model);
        let views = read(&file)?;
        Ok(views
            .into_values()
            .filter(|view| view.models.contains(&key))
            .collect())
    }
}

fn read(file: &std::path::Path) -> io::Result<BTreeMap<String, ModelView>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

fn write(file: &std::path::Path, views: &BTreeMap<String, ModelView>) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let partial = file.with_extension("json.partial");
    std::fs::write(&partial, serde_json::to_vec_pretty(views)?)?;
    std::fs::rename(partial, file)
}

fn dotted(name: &PhysicalName) -> String {
    format!("{}.{}", name.schema, name.name)
}
