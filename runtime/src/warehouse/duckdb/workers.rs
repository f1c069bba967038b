//! The engine's worker threads, which begin when a statement first has rows to work on
//!
//! While there are workers, one of them may take the task in which a transaction is committed, and whoever
//! waits for it spins until the file is on the disk. Views, datasets and the catalog need none.

use std::sync::{Arc, Mutex, PoisonError};

use duckdb::Connection;

/// The workers of a database, shared by its sessions
#[derive(Debug, Clone)]
pub struct Workers(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    threads: Option<usize>,
    started: bool,
}

impl Workers {
    /// Of a database that works with one thread so far, and is to work with `threads`; all processors
    /// unless given
    pub fn new(threads: Option<usize>) -> Self {
        Self(Arc::new(Mutex::new(State {
            threads,
            started: false,
        })))
    }

    /// Begins them, if that has not been done
    pub fn start(&self, connection: &Connection) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.started {
            return;
        }
        let sql = match state.threads {
            Some(threads) => format!("SET GLOBAL threads = {threads}"),
            None => "RESET GLOBAL threads".to_owned(),
        };
        // answers do not depend on it; a transaction that the engine gave up is the next statement's to tell
        state.started = connection.execute_batch(&sql).is_ok();
    }
}
