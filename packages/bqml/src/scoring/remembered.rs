//! The models that queries of this process have asked, by the digest of what they learned

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::{Scored, physical};
use crate::{Model, Registry};

/// The most that are kept; beyond that the one that was not asked for the longest time goes, and is
/// loaded anew when it is asked again
const KEPT: usize = 64;

/// Models by key, the latest last
type Kept = Vec<(String, Arc<Scored>)>;

static MODELS: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// Keeps a model for the queries that are about to ask it; gives its key
pub fn remember(model: &Model) -> String {
    let key = digest(model);
    if find(&key).is_none() {
        keep(key.clone(), Arc::new(Scored::new(model)));
    }
    key
}

/// The model of a key, from the registry where nobody asked for it yet
///
/// # Errors
/// There is none, or another one by now
pub fn recall(
    registry: Option<&Registry>,
    schema: &str,
    name: &str,
    key: &str,
) -> Result<Arc<Scored>, String> {
    if let Some(found) = find(key) {
        return Ok(found);
    }
    let loaded = match registry {
        Some(registry) => registry.load(&physical(schema, name)),
        None => Ok(None),
    };
    match loaded {
        Ok(Some(model)) if digest(&model) == key => {
            let scored = Arc::new(Scored::new(&model));
            keep(key.to_owned(), Arc::clone(&scored));
            Ok(scored)
        }
        Ok(Some(_)) => Err(format!(
            "the model `{schema}.{name}` was trained anew since this query was made"
        )),
        Ok(None) => Err(format!("no model `{schema}.{name}` in this warehouse")),
        Err(error) => Err(error.to_string()),
    }
}

fn digest(model: &Model) -> String {
    let learned = (&model.features, &model.parameters);
    // what was read from JSON, or is written there, can be written
    let text = serde_json::to_vec(&learned).unwrap_or_default();
    format!("{:016x}", farmhash::fingerprint64(&text))
}

fn find(key: &str) -> Option<Arc<Scored>> {
    let mut models = MODELS.lock().unwrap_or_else(PoisonError::into_inner);
    let at = models.iter().position(|(own, _)| own == key)?;
    let last = models.len() - 1;
    if at + KEPT / 2 <= last {
        let asked = models.remove(at);
        models.push(asked);
        return models.last().map(|(_, model)| Arc::clone(model));
    }
    models.get(at).map(|(_, model)| Arc::clone(model))
}

fn keep(key: String, model: Arc<Scored>) {
    let mut models = MODELS.lock().unwrap_or_else(PoisonError::into_inner);
    if models.len() >= KEPT {
        models.remove(0);
    }
    models.push((key, model));
}
