//! Graphs, and runs of them

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use sqlx_compiler::{Compilation, CompiledGraph};
use sqlx_runtime::{ActionStatus, Event, Observer, Plan, RunOptions, RunSummary, Selection, run};
use tokio::sync::Notify;

use crate::scripted::{Behaviour, Scripted};

/// What a run did
pub struct Driven {
    pub summary: RunSummary,
    /// Every attempt at an action, in order
    pub ran: Vec<String>,
    pub events: Vec<Event>,
}

impl Driven {
    /// How each action ended
    pub fn status(&self, index: usize) -> ActionStatus {
        self.result(index).status
    }

    /// The result of an action
    pub fn result(&self, index: usize) -> &sqlx_runtime::ActionResult {
        let name = format!("d.t{index}");
        let mut results = self.summary.results.iter();
        results.find(|result| result.action == name).unwrap()
    }
}

/// Hears everything, and interrupts the run when so many actions have begun
struct Heard {
    events: Vec<Event>,
    begun: usize,
    interrupt_after: Option<usize>,
    interrupt: Arc<Notify>,
}

impl Observer for Heard {
    fn observe(&mut self, event: &Event) {
        if matches!(event, Event::ActionStarted { .. }) {
            self.begun += 1;
            if Some(self.begun) == self.interrupt_after {
                self.interrupt.notify_one();
            }
        }
        self.events.push(event.clone());
    }
}

/// Tables `t0`, `t1`, …; each depends on some of those before it. Those in `operations` are operations
pub fn graph(dependencies: &[BTreeSet<usize>], operations: &BTreeSet<usize>) -> Arc<Compilation> {
    let target = |index: usize| serde_json::json!({"schema": "d", "name": format!("t{index}")});
    let action = |(index, own): (usize, &BTreeSet<usize>)| {
        let needed: Vec<_> = own.iter().map(|&other| target(other)).collect();
        serde_json::json!({
            "target": target(index),
            "query": "SELECT 1",
            "enumType": "TABLE",
            "queries": [format!("UPDATE `d.t{index}` SET n = n + 1 WHERE TRUE")],
            "dependencyTargets": needed,
        })
    };
    // defined backwards, so that the order of definition is no help
    let defined = || dependencies.iter().enumerate().rev();
    let is_operation = |index: &usize| operations.contains(index);
    let tables: Vec<_> = defined()
        .filter(|(index, _)| !is_operation(index))
        .map(action)
        .collect();
    let operations: Vec<_> = defined()
        .filter(|(index, _)| is_operation(index))
        .map(action)
        .collect();
    let graph: CompiledGraph = serde_json::from_value(serde_json::json!({
        "tables": tables, "operations": operations, "graphErrors": {}, "jitData": {},
    }))
    .unwrap();
    let mut compilation = Compilation::default();
    compilation.graph = graph;
    Arc::new(compilation)
}

pub fn graphs() -> impl Strategy<Value = Vec<BTreeSet<usize>>> {
    prop::collection::vec(
        prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        1..25,
    )
    .prop_map(|drawn| {
        drawn
            .into_iter()
            .enumerate()
            .map(|(index, own)| {
                own.into_iter()
                    .filter(|_| index > 0)
                    .map(|other| other.index(index.max(1)))
                    .collect()
            })
            .collect()
    })
}

/// Everything that hangs on `from`, itself included
pub fn downstream(dependencies: &[BTreeSet<usize>], from: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut reached = from.clone();
    for (index, own) in dependencies.iter().enumerate() {
        if own.iter().any(|other| reached.contains(other)) {
            reached.insert(index);
        }
    }
    reached
}

/// Runs a graph; interrupts it when so many actions have begun
pub fn drive(
    compilation: Arc<Compilation>,
    selection: Selection,
    behaviour: BTreeMap<String, Behaviour>,
    options: RunOptions,
    interrupt_after: Option<usize>,
) -> Driven {
    let warehouse = Scripted {
        behaviour,
        ..Scripted::default()
    };
    let plan = Plan::new(compilation, selection, false).unwrap();
    let interrupt = Arc::new(Notify::new());
    let mut heard = Heard {
        events: Vec::new(),
        begun: 0,
        interrupt_after,
        interrupt: Arc::clone(&interrupt),
    };
    let threads = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let summary = threads.block_on(run(
        Arc::new(plan),
        Arc::new(warehouse.clone()),
        options,
        &mut [&mut heard],
        interrupt.notified(),
    ));
    warehouse.released.set();
    let ran = warehouse.ran.lock().unwrap().clone();
    Driven {
        summary,
        ran,
        events: heard.events,
    }
}
