//! Whatever the graph: everything selected is run once and after what it depends on, and exactly what
//! is downstream of a failure is skipped

#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use diagnostic::{Diagnostic, code};
use googlesql::{Column, PhysicalName};
use proptest::prelude::*;
use sqlx_compiler::{Compilation, CompiledGraph, Target};
use sqlx_runtime::warehouse::{
    Engine, Existing, Interrupt, Metadata, Outcome, Progress, Session, SessionContext, SqlError,
    TableKind, TableState, Warehouse,
};
use sqlx_runtime::{ActionStatus, Event, Observer, Plan, RunOptions, RunStatus, Selection, run};

/// A warehouse that only remembers, and refuses the tables in `broken`
#[derive(Default)]
struct Remembering {
    broken: BTreeSet<String>,
    ran: Arc<Mutex<Vec<String>>>,
}

struct RememberingSession {
    broken: BTreeSet<String>,
    ran: Arc<Mutex<Vec<String>>>,
}

impl Warehouse for Remembering {
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

    fn session(&self, _: &SessionContext) -> Result<Box<dyn Session>, Diagnostic> {
        Ok(Box::new(RememberingSession {
            broken: self.broken.clone(),
            ran: Arc::clone(&self.ran),
        }))
    }
}

impl Session for RememberingSession {
    fn execute(
        &mut self,
        script: &str,
        _: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        let name = script.split('`').nth(1).unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default().to_owned();
        self.ran.lock().unwrap().push(name.clone());
        if self.broken.contains(&name) {
            return Err(SqlError::new(code::EXECUTION_FAILED, "broken"));
        }
        Ok(vec![Outcome::Changed(1)])
    }

    fn execute_together(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        self.execute(script, progress)
    }

    fn interrupt_handle(&self) -> Arc<dyn Interrupt> {
        struct Nothing;
        impl Interrupt for Nothing {
            fn interrupt(&self) {}
        }
        Arc::new(Nothing)
    }
}

#[derive(Default)]
struct Heard(Vec<Event>);

impl Observer for Heard {
    fn observe(&mut self, event: &Event) {
        self.0.push(event.clone());
    }
}

/// Tables `t0`, `t1`, …; each depends on some of those before it
fn graph(dependencies: &[BTreeSet<usize>]) -> Arc<Compilation> {
    let target = |index: usize| serde_json::json!({"schema": "d", "name": format!("t{index}")});
    let tables: Vec<_> = dependencies
        .iter()
        .enumerate()
        // defined backwards, so that the order of definition is no help
        .rev()
        .map(|(index, own)| {
            serde_json::json!({
                "target": target(index),
                "query": "SELECT 1",
                "enumType": "TABLE",
                "dependencyTargets": own.iter().map(|&other| target(other)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let graph: CompiledGraph = serde_json::from_value(
        serde_json::json!({"tables": tables, "graphErrors": {}, "jitData": {}}),
    )
    .unwrap();
    let mut compilation = Compilation::default();
    compilation.graph = graph;
    Arc::new(compilation)
}

fn graphs() -> impl Strategy<Value = Vec<BTreeSet<usize>>> {
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
fn downstream(dependencies: &[BTreeSet<usize>], from: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut reached = from.clone();
    for (index, own) in dependencies.iter().enumerate() {
        if own.iter().any(|other| reached.contains(other)) {
            reached.insert(index);
        }
    }
    reached
}

fn drive(
    compilation: Arc<Compilation>,
    selection: Selection,
    broken: &BTreeSet<usize>,
    jobs: usize,
) -> (sqlx_runtime::RunSummary, Vec<String>, Vec<Event>) {
    let warehouse = Remembering {
        broken: broken.iter().map(|index| format!("t{index}")).collect(),
        ..Remembering::default()
    };
    let ran = Arc::clone(&warehouse.ran);
    let plan = Plan::new(compilation, selection, false).unwrap();
    let mut heard = Heard::default();
    let options = RunOptions {
        jobs,
        run: "run".to_owned(),
        started: "now".to_owned(),
        ..RunOptions::default()
    };
    let threads = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let summary = threads.block_on(run(
        Arc::new(plan),
        Arc::new(warehouse),
        options,
        &mut [&mut heard],
        std::future::pending(),
    ));
    let ran = ran.lock().unwrap().clone();
    (summary, ran, heard.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_hangs_on_a_failure_is_skipped_and_nothing_else(
        dependencies in graphs(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        jobs in 1usize..5,
    ) {
        let broken: BTreeSet<usize> = picks.iter().map(|pick| pick.index(dependencies.len())).collect();
        let (summary, ran, events) = drive(graph(&dependencies), Selection::default(), &broken, jobs);
        let gone = downstream(&dependencies, &broken);
        let statuses: BTreeMap<String, ActionStatus> = summary
            .results
            .iter()
            .map(|result| (result.action.clone(), result.status))
            .collect();
        for index in 0..dependencies.len() {
            let behind_a_failure = dependencies[index].iter().any(|other| gone.contains(other));
            let expected = if behind_a_failure {
                ActionStatus::Skipped
            } else if broken.contains(&index) {
                ActionStatus::Failed
            } else {
                ActionStatus::Succeeded
            };
            prop_assert_eq!(statuses[&format!("d.t{index}")], expected, "t{}", index);
        }
        prop_assert_eq!(summary.status == RunStatus::Succeeded, broken.is_empty());
        let mut once = ran.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), ran.len(), "nothing runs twice");
        let place = |name: &str| ran.iter().position(|other| other == name);
        for (index, own) in dependencies.iter().enumerate() {
            if let Some(at) = place(&format!("t{index}")) {
                for other in own {
                    let before = place(&format!("t{other}"));
                    prop_assert!(before.is_some_and(|before| before < at));
                }
            }
        }
        let ended = events.iter().filter(|event| matches!(event, Event::ActionFinished(_))).count();
        prop_assert_eq!(ended, dependencies.len(), "each action ends once");
    }

    #[test]
    fn a_selection_reaches_what_it_is_widened_to(dependencies in graphs(), pick in any::<prop::sample::Index>()) {
        let start = pick.index(dependencies.len());
        let select = |include_dependencies, include_dependents| Selection {
            actions: vec![format!("t{start}")],
            include_dependencies,
            include_dependents,
            ..Selection::default()
        };
        let names = |selection| -> BTreeSet<String> {
            let (summary, ..) = drive(graph(&dependencies), selection, &BTreeSet::new(), 2);
            summary.results.into_iter().map(|result| result.action).collect()
        };
        let only: BTreeSet<String> = [format!("d.t{start}")].into();
        prop_assert_eq!(names(select(false, false)), only);
        let after: BTreeSet<String> = downstream(&dependencies, &[start].into())
            .into_iter()
            .map(|index| format!("d.t{index}"))
            .collect();
        prop_assert_eq!(names(select(false, true)), after);
        let before: BTreeSet<String> = (0..dependencies.len())
            .filter(|&index| downstream(&dependencies, &[index].into()).contains(&start))
            .map(|index| format!("d.t{index}"))
            .collect();
        prop_assert_eq!(names(select(true, false)), before);
    }
}
