//! The versions of tables as a run asks for them, each once until something may have changed it

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use sqlx_compiler::Target;

use crate::warehouse::{Version, Warehouse};

/// What a warehouse says, remembered
pub struct Versions {
    warehouse: Arc<dyn Warehouse>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    versions: HashMap<Target, Option<Version>>,
    /// Counts what was forgotten: an answer that was asked for before is not kept after
    forgotten: u64,
}

impl Versions {
    /// Of a warehouse
    pub fn new(warehouse: Arc<dyn Warehouse>) -> Self {
        Self {
            warehouse,
            known: Mutex::default(),
        }
    }

    /// The version at a target; `None` where nothing is there
    pub fn of(&self, target: &Target) -> Option<Version> {
        let before = {
            let known = self.lock();
            if let Some(version) = known.versions.get(target) {
                return version.clone();
            }
            known.forgotten
        };
        let version = self.warehouse.version(target).unwrap_or_else(|_| {
            // what cannot be told is taken for changed: no two of these are equal
            let text = format!("unknown {}", Timestamp::now().as_nanosecond());
            let is_view = false;
            Some(Version { text, is_view })
        });
        let mut known = self.lock();
        if known.forgotten == before {
            known.versions.insert(target.clone(), version.clone());
        }
        version
    }

    /// What is at a target may be something else now
    pub fn forget(&self, target: &Target) {
        let mut known = self.lock();
        known.forgotten += 1;
        known.versions.remove(target);
    }

    /// Anything may be something else now
    pub fn forget_all(&self) {
        let mut known = self.lock();
        known.forgotten += 1;
        known.versions.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
