//! A warehouse that does what each table is told to do

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};

use diagnostic::{Diagnostic, code};
use googlesql::{Column, PhysicalName};
use sqlx_compiler::Target;
use sqlx_runtime::warehouse::{
    Engine, Existing, Interrupt, Metadata, Outcome, Progress, Session, SessionContext, SqlError,
    Statistics, TableKind, TableState, Warehouse,
};

/// What happens when an action runs that does not just succeed
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// It fails for good
    Broken,
    /// So many attempts fail with an error that may pass
    Flaky(u32),
    /// It runs until it is stopped
    Endless,
    /// It does not even stop when it is told to
    Deaf,
}

/// Remembers what ran, in order
#[derive(Clone, Default)]
pub struct Scripted {
    /// What is not named succeeds
    pub behaviour: BTreeMap<String, Behaviour>,
    /// Every attempt
    pub ran: Arc<Mutex<Vec<String>>>,
    /// Lets the deaf ones go
    pub released: Arc<Signal>,
}

/// Set once, and waited for
#[derive(Default)]
pub struct Signal {
    set: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    pub fn set(&self) {
        *self.set.lock().unwrap() = true;
        self.changed.notify_all();
    }

    fn wait(&self) {
        let mut set = self.set.lock().unwrap();
        while !*set {
            set = self.changed.wait(set).unwrap();
        }
    }
}

impl Interrupt for Signal {
    fn interrupt(&self) {
        self.set();
    }
}

struct ScriptedSession {
    warehouse: Scripted,
    attempt: u32,
    stopped: Arc<Signal>,
}

impl Warehouse for Scripted {
    fn engine(&self) -> Engine {
        Engine::Embedded
    }

    fn describe(&self, targets: &[Target]) -> Result<Vec<Option<TableState>>, Diagnostic> {
        Ok(vec![None; targets.len()])
    }

    fn set_metadata(&self, _: &Target, _: &Metadata) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn drop(&self, _: &Target, _: TableKind) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn create_datasets(&self, _: &[Target]) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn existing(&self, _: &Target) -> Result<Existing, Diagnostic> {
        Ok(Existing::None)
    }

    fn columns(&self, _: &PhysicalName) -> Option<Vec<Column>> {
        None
    }

    fn tables(&self) -> Result<Vec<PhysicalName>, Diagnostic> {
        Ok(Vec::new())
    }

    fn session(&self, context: &SessionContext) -> Result<Box<dyn Session>, Diagnostic> {
        Ok(Box::new(ScriptedSession {
            warehouse: self.clone(),
            attempt: context.attempt,
            stopped: Arc::default(),
        }))
    }
}

impl Session for ScriptedSession {
    fn execute(
        &mut self,
        script: &str,
        _: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        let name = script.split('`').nth(1).unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default().to_owned();
        self.warehouse.ran.lock().unwrap().push(name.clone());
        let failure = || SqlError::new(code::EXECUTION_FAILED, "broken");
        match self.warehouse.behaviour.get(&name) {
            None => Ok(vec![Outcome::Changed(1)]),
            Some(Behaviour::Broken) => Err(failure()),
            Some(&Behaviour::Flaky(times)) if self.attempt <= times => Err(SqlError {
                transient: true,
                ..failure()
            }),
            Some(Behaviour::Flaky(_)) => Ok(vec![Outcome::Changed(1)]),
            Some(Behaviour::Endless) => {
                self.stopped.wait();
                Err(failure())
            }
            Some(Behaviour::Deaf) => {
                self.warehouse.released.wait();
                Err(failure())
            }
        }
    }

    fn execute_together(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        self.execute(script, progress)
    }

    fn statistics(&self) -> Statistics {
        Statistics {
            bytes_billed: Some(1),
            ..Statistics::default()
        }
    }

    fn interrupt_handle(&self) -> Arc<dyn Interrupt> {
        Arc::clone(&self.stopped) as Arc<dyn Interrupt>
    }
}
