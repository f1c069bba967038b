//! What the server knows, in memory and on the disk: documents by name, changed together or not at all

mod journal;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};
use std::{io, mem};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::{Code, Failure};
use journal::{Changes, Journal, State};

pub use journal::sync_folder;

/// The file in the server's folder
pub const FILE: &str = "state.jsonl";

/// Documents by name
#[derive(Debug)]
pub struct Store {
    journal: Mutex<Journal>,
    state: RwLock<State>,
    changed: (Mutex<u64>, Condvar),
}

/// A change that is being made: what is there, and what is to be
#[derive(Debug)]
pub struct Transaction<'a> {
    state: &'a State,
    changes: Changes,
}

impl Store {
    /// The store in a folder, which must be there
    ///
    /// # Errors
    /// The file cannot be read or written, or is not valid
    pub fn open(folder: &Path) -> io::Result<Self> {
        let (journal, state) = Journal::open(&folder.join(FILE))?;
        Ok(Self {
            journal: Mutex::new(journal),
            state: RwLock::new(state),
            changed: (Mutex::new(0), Condvar::new()),
        })
    }

    /// What a store in a folder holds, while another process may write to it
    ///
    /// # Errors
    /// The file cannot be read, or is not valid
    pub fn peek(folder: &Path) -> io::Result<BTreeMap<String, Arc<Value>>> {
        journal::read(&folder.join(FILE))
    }

    /// A document
    pub fn get(&self, name: &str) -> Option<Arc<Value>> {
        self.state().get(name).cloned()
    }

    /// A document as a type; `None` where it is not there, or is none of this type
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.get(name)?.as_ref()).ok()
    }

    /// All documents whose names begin so, in the names' order
    pub fn beginning(&self, prefix: &str) -> Vec<(String, Arc<Value>)> {
        beginning(&self.state(), prefix)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Makes a change; nobody else makes one meanwhile. When this returns it is on the disk
    ///
    /// # Errors
    /// Those of `change`, after which nothing has changed; or the change cannot be written
    pub fn transact<T>(
        &self,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut journal = unpoisoned(self.journal.lock());
        let (outcome, changes) = {
            let state = self.state();
            let mut transaction = Transaction {
                state: &state,
                changes: Changes::new(),
            };
            let outcome = change(&mut transaction)?;
            (outcome, mem::take(&mut transaction.changes))
        };
        if changes.is_empty() {
            return Ok(outcome);
        }
        journal.append(&changes).map_err(|error| {
            let message = format!("the change cannot be kept: {error}");
            Failure::new(Code::Unavailable, message)
        })?;
        journal::apply(
            &mut self.state.write().unwrap_or_else(PoisonError::into_inner),
            changes,
        );
        // the file only grows where this fails
        let _ = journal.compact(&self.state());
        *unpoisoned(self.changed.0.lock()) += 1;
        self.changed.1.notify_all();
        Ok(outcome)
    }

    /// Waits until a document fulfills a condition, at most for a time; gives it as it then is
    pub fn wait(
        &self,
        name: &str,
        limit: Duration,
        fulfilled: impl Fn(&Value) -> bool,
    ) -> Option<Arc<Value>> {
        let end = Instant::now() + limit;
        let mut changes = unpoisoned(self.changed.0.lock());
        loop {
            let found = self.get(name);
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || found.as_deref().is_none_or(&fulfilled) {
                return found;
            }
            changes = match self.changed.1.wait_timeout(changes, left) {
                Ok((changes, _)) => changes,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transaction<'_> {
    /// A document, as it is with the changes so far
    pub fn get(&self, name: &str) -> Option<Arc<Value>> {
        match self.changes.get(name) {
            Some(changed) => changed.clone(),
            None => self.state.get(name).cloned(),
        }
    }

    /// A document as a type
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.get(name)?.as_ref()).ok()
    }

    /// All documents whose names begin so, in the names' order, as they are with the changes so far
    pub fn beginning(&self, prefix: &str) -> Vec<(String, Arc<Value>)> {
        let mut found: State = beginning(self.state, prefix)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let changes = self.changes.iter();
        let changes = changes.filter(|(name, _)| name.starts_with(prefix));
        journal::apply(
            &mut found,
            changes
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        );
        found.into_iter().collect()
    }

    /// Makes or replaces a document
    ///
    /// # Errors
    /// The value is none of JSON
    pub fn put(&mut self, name: &str, value: &impl Serialize) -> Result<(), Failure> {
        let value = Arc::new(serde_json::to_value(value)?);
        self.changes.insert(name.to_owned(), Some(value));
        Ok(())
    }

    /// Removes a document
    pub fn remove(&mut self, name: &str) {
        self.changes.insert(name.to_owned(), None);
    }
}

fn beginning<'a>(
    state: &'a State,
    prefix: &'a str,
) -> impl Iterator<Item = (&'a String, &'a Arc<Value>)> {
    state
        .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
        .take_while(move |(name, _)| name.starts_with(prefix))
}

fn unpoisoned<'a, T>(
    locked: Result<MutexGuard<'a, T>, PoisonError<MutexGuard<'a, T>>>,
) -> MutexGuard<'a, T> {
    // a document is replaced in one step, so that a panic elsewhere leaves nothing half-done
    locked.unwrap_or_else(PoisonError::into_inner)
}
