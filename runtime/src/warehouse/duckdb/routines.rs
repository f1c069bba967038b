//! Functions, table functions and procedures that statements created, in a file beside the warehouse:
//! DuckDB has no place for a GoogleSQL body

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use googlesql::PhysicalName;
use serde::{Deserialize, Serialize};

/// What a routine is; within a dataset the kinds share their names, as in BigQuery
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutineKind {
    /// Gives one value
    Function,
    /// Gives one value for many rows
    AggregateFunction,
    /// Gives rows
    TableFunction,
    /// A script with parameters
    Procedure,
}

/// A routine as it was created
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routine {
    /// The dataset's schema
    pub schema: String,
    /// Its name, case as written
    pub name: String,
    /// What it is
    pub kind: RoutineKind,
    /// The `CREATE` statement, in GoogleSQL as it was written
    pub sql: String,
    /// Microseconds since 1970 at which it was first created
    pub created: i64,
    /// Microseconds since 1970 at which it got its present definition
    pub altered: i64,
}

impl Routine {
    /// A routine that is created now
    pub fn new(name: &PhysicalName, kind: RoutineKind, sql: &str) -> Self {
        let now = jiff::Timestamp::now().as_microsecond();
        Self {
            schema: name.schema.clone(),
            name: name.name.clone(),
            kind,
            sql: sql.to_owned(),
            created: now,
            altered: now,
        }
    }
}

/// The routines of a warehouse; clones share them
#[derive(Debug, Clone)]
pub struct Routines {
    store: Arc<Mutex<Store>>,
}

#[derive(Debug)]
struct Store {
    /// `None` for a warehouse in memory
    file: Option<PathBuf>,
    /// What the file holds, once it was read
    known: Option<BTreeMap<String, Routine>>,
}

impl Routines {
    /// Kept in a folder, which need not exist yet, or in memory only
    pub fn new(folder: Option<&Path>) -> Self {
        let store = Store {
            file: folder.map(|folder| folder.join("routines.json")),
            known: None,
        };
        Self {
            store: Arc::new(Mutex::new(store)),
        }
    }

    /// The routine with a name
    ///
    /// # Errors
    /// The file cannot be read
    pub fn get(&self, name: &PhysicalName) -> io::Result<Option<Routine>> {
        self.with(|store| Ok(store.known()?.get(&dotted(name)).cloned()))
    }

    /// All routines, by dataset and name
    ///
    /// # Errors
    /// The file cannot be read
    pub fn list(&self) -> io::Result<Vec<Routine>> {
        self.with(|store| Ok(store.known()?.values().cloned().collect()))
    }

    /// Keeps, replaces or (with `None`) forgets the routine with a name; gives what was there
    ///
    /// # Errors
    /// The file cannot be read or written; then nothing has changed
    pub fn set(
        &self,
        name: &PhysicalName,
        routine: Option<Routine>,
    ) -> io::Result<Option<Routine>> {
        self.with(|store| {
            let mut next = store.known()?.clone();
            let before = match routine {
                Some(mut routine) => {
                    if let Some(before) = next.get(&dotted(name)) {
                        routine.created = before.created;
                    }
                    next.insert(dotted(name), routine)
                }
                None => next.remove(&dotted(name)),
            };
            if let Some(file) = &store.file {
                write(file, &next)?;
            }
            store.known = Some(next);
            Ok(before)
        })
    }

    fn with<T>(&self, use_store: impl FnOnce(&mut Store) -> io::Result<T>) -> io::Result<T> {
        use_store(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store {
    fn known(&mut self) -> io::Result<&BTreeMap<String, Routine>> {
        let known = match self.known.take() {
            Some(known) => known,
            None => match &self.file {
                Some(file) => read(file)?,
                None => BTreeMap::new(),
            },
        };
        Ok(self.known.insert(known))
    }
}

fn read(file: &Path) -> io::Result<BTreeMap<String, Routine>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
}

fn write(file: &Path, routines: &BTreeMap<String, Routine>) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let partial = file.with_extension("json.partial");
    std::fs::write(&partial, serde_json::to_vec_pretty(routines)?)?;
    std::fs::rename(partial, file)
}

fn dotted(name: &PhysicalName) -> String {
    format!("{}.{}", name.schema, name.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routines_survive_their_session() {
        let folder = tempfile::tempdir().unwrap();
        let name = PhysicalName {
            schema: "tools".to_owned(),
            name: "Greet".to_owned(),
        };
        let sql = "CREATE PROCEDURE tools.Greet() BEGIN END";
        let routine = Routine::new(&name, RoutineKind::Procedure, sql);
        let routines = Routines::new(Some(folder.path()));
        assert_eq!(routines.set(&name, Some(routine.clone())).unwrap(), None);
        let reopened = Routines::new(Some(folder.path()));
        assert_eq!(reopened.get(&name).unwrap(), Some(routine.clone()));
        assert_eq!(reopened.set(&name, None).unwrap(), Some(routine));
        assert_eq!(reopened.list().unwrap(), []);
    }
}
