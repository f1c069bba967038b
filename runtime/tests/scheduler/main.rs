//! Whatever the graph and whatever happens: each action ends once and begins only when all that it needs
//! has ended well, and exactly what is downstream of a failure is skipped

#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

mod drive;
mod scripted;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use diagnostic::code;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use sqlx_runtime::{ActionStatus, Decision, Event, Gate, RunOptions, RunStatus, Selection};

use drive::{Driven, downstream, drive, graph, graphs};
use scripted::Behaviour;

fn options(jobs: usize) -> RunOptions {
    RunOptions {
        run: "run".to_owned(),
        started: "now".to_owned(),
        jobs,
        first_wait: Duration::from_micros(1),
        grace: Duration::from_millis(5),
        ..RunOptions::default()
    }
}

fn one(behaviour: Behaviour) -> BTreeMap<String, Behaviour> {
    [("t0".to_owned(), behaviour)].into()
}

/// A chain of three
fn chain() -> Vec<BTreeSet<usize>> {
    vec![[].into(), [0].into(), [1].into()]
}

fn run_chain(behaviour: Behaviour, options: RunOptions) -> Driven {
    let graph = graph(&chain(), &BTreeSet::new());
    drive(graph, Selection::default(), one(behaviour), options, None)
}

/// What holds for the events of every run
fn check_events(
    driven: &Driven,
    dependencies: &[BTreeSet<usize>],
    jobs: usize,
) -> Result<(), TestCaseError> {
    let index = |name: &str| name.trim_start_matches("d.t").parse::<usize>().unwrap();
    let mut running = BTreeSet::new();
    let mut ended: BTreeMap<usize, ActionStatus> = BTreeMap::new();
    for (place, event) in driven.events.iter().enumerate() {
        let is_edge = place == 0 || place + 1 == driven.events.len();
        prop_assert_eq!(
            is_edge,
            matches!(event, Event::RunStarted { .. } | Event::RunFinished { .. })
        );
        match event {
            Event::ActionStarted { action, .. } => {
                let action = index(action);
                for needed in &dependencies[action] {
                    let well = matches!(
                        ended.get(needed),
                        Some(ActionStatus::Succeeded | ActionStatus::Reused)
                    );
                    prop_assert!(well, "t{} began before t{} had ended well", action, needed);
                }
                prop_assert!(running.insert(action), "t{} began twice", action);
                prop_assert!(running.len() <= jobs);
            }
            Event::ActionRetried { action, .. } => {
                prop_assert!(running.contains(&index(action)));
            }
            Event::ActionFinished(result) => {
                let action = index(&result.action);
                prop_assert_eq!(running.remove(&action), result.attempts > 0);
                let first = ended.insert(action, result.status).is_none();
                prop_assert!(first, "t{} ended twice", action);
            }
            _ => {}
        }
    }
    prop_assert_eq!(ended.len(), dependencies.len(), "all actions end");
    for (action, status) in ended {
        prop_assert_eq!(status, driven.status(action));
    }
    let attempts: u32 = driven.summary.results.iter().map(|one| one.attempts).sum();
    // one that is stopped before its first statement has begun, and run nothing
    prop_assert!(driven.ran.len() <= attempts as usize);
    Ok(())
}

/// What an earlier run has made
struct Made(BTreeSet<usize>);

impl Gate for Made {
    fn decide(&self, index: usize) -> Decision {
        match self.0.contains(&index) {
            true => Decision::Reuse("made before".to_owned()),
            false => Decision::Run(Some("new".to_owned())),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_hangs_on_a_failure_is_skipped_and_nothing_else(
        dependencies in graphs(),
        picks in prop::collection::vec((any::<prop::sample::Index>(), 0u32..5), 0..4),
        operations in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        retry_operations in any::<bool>(),
        jobs in 1usize..5,
    ) {
        let count = dependencies.len();
        let operations: BTreeSet<usize> = operations.iter().map(|pick| pick.index(count)).collect();
        let behaviour: BTreeMap<usize, Behaviour> = picks
            .iter()
            .map(|(pick, times)| (pick.index(count), match times {
                0 => Behaviour::Broken,
                times => Behaviour::Flaky(*times),
            }))
            .collect();
        let retried = |index: usize| !operations.contains(&index) || retry_operations;
        let attempts = |index: usize| match behaviour.get(&index) {
            Some(Behaviour::Flaky(times)) if retried(index) => (times + 1).min(3),
            _ => 1,
        };
        let broken: BTreeSet<usize> = behaviour
            .iter()
            .filter(|(index, behaviour)| match behaviour {
                Behaviour::Flaky(times) => *times > 2 || !retried(**index),
                _ => true,
            })
            .map(|(index, _)| *index)
            .collect();
        let named = behaviour.iter().map(|(index, what)| (format!("t{index}"), *what)).collect();
        let options = RunOptions { retry_operations, ..options(jobs) };
        let driven = drive(graph(&dependencies, &operations), Selection::default(), named, options, None);
        check_events(&driven, &dependencies, jobs)?;
        let gone = downstream(&dependencies, &broken);
        for (index, needed) in dependencies.iter().enumerate() {
            let behind_a_failure = needed.iter().any(|other| gone.contains(other));
            let (status, tried) = if behind_a_failure {
                (ActionStatus::Skipped, 0)
            } else if broken.contains(&index) {
                (ActionStatus::Failed, attempts(index))
            } else {
                (ActionStatus::Succeeded, attempts(index))
            };
            let result = driven.result(index);
            prop_assert_eq!(result.status, status, "t{}", index);
            prop_assert_eq!(result.attempts, tried, "t{}", index);
            let billed = (tried > 0).then_some(u64::from(tried));
            prop_assert_eq!(result.statistics.bytes_billed, billed, "attempts are all paid for");
        }
        prop_assert_eq!(driven.summary.status == RunStatus::Succeeded, broken.is_empty());
        let attempts: u32 = driven.summary.results.iter().map(|one| one.attempts).sum();
        prop_assert_eq!(driven.ran.len(), attempts as usize);
    }

    #[test]
    fn an_interrupt_ends_everything_once(
        dependencies in graphs(),
        endless in any::<prop::sample::Index>(),
        after in 1usize..6,
        jobs in 1usize..5,
    ) {
        let endless = endless.index(dependencies.len());
        let behaviour = [(format!("t{endless}"), Behaviour::Endless)].into();
        // it may come when all that can end has ended, so it comes with the endless one at the latest
        let options = RunOptions { run_timeout: Some(Duration::from_millis(200)), ..options(jobs) };
        let graph = graph(&dependencies, &BTreeSet::new());
        let driven = drive(graph, Selection::default(), behaviour, options, Some(after));
        check_events(&driven, &dependencies, jobs)?;
        prop_assert_eq!(driven.status(endless), ActionStatus::Cancelled);
        prop_assert!(matches!(driven.summary.status, RunStatus::Cancelled | RunStatus::TimedOut));
        for index in downstream(&dependencies, &[endless].into()) {
            prop_assert_eq!(driven.status(index), ActionStatus::Cancelled);
        }
    }

    #[test]
    fn the_first_failure_ends_the_run_when_it_shall(
        dependencies in graphs(),
        broken in any::<prop::sample::Index>(),
        jobs in 1usize..5,
    ) {
        let broken = broken.index(dependencies.len());
        let behaviour = [(format!("t{broken}"), Behaviour::Broken)].into();
        let options = RunOptions { fail_fast: true, ..options(jobs) };
        let graph = graph(&dependencies, &BTreeSet::new());
        let driven = drive(graph, Selection::default(), behaviour, options, None);
        check_events(&driven, &dependencies, jobs)?;
        prop_assert_eq!(driven.summary.status, RunStatus::Failed);
        let mut events = driven.events.iter();
        let failed = |event: &&Event| {
            matches!(event, Event::ActionFinished(result) if result.status == ActionStatus::Failed)
        };
        events.find(failed);
        // those that were already on their way
        let begun = events.filter(|event| matches!(event, Event::ActionStarted { .. })).count();
        prop_assert!(begun < jobs);
    }

    #[test]
    fn what_an_earlier_run_made_is_not_run(
        dependencies in graphs(),
        made in prop::collection::btree_set(0usize..25, 0..12),
        jobs in 1usize..5,
    ) {
        let options = RunOptions { gate: Some(Arc::new(Made(made.clone()))), ..options(jobs) };
        let graph = graph(&dependencies, &BTreeSet::new());
        let driven = drive(graph, Selection::default(), BTreeMap::new(), options, None);
        check_events(&driven, &dependencies, jobs)?;
        let reused = driven.summary.count(ActionStatus::Reused);
        prop_assert_eq!(reused, made.iter().filter(|&&place| place < dependencies.len()).count());
        prop_assert_eq!(driven.ran.len(), dependencies.len() - reused);
        prop_assert_eq!(driven.summary.status, RunStatus::Succeeded);
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
            let graph = graph(&dependencies, &BTreeSet::new());
            let driven = drive(graph, selection, BTreeMap::new(), options(2), None);
            driven.summary.results.into_iter().map(|result| result.action).collect()
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

#[test]
fn an_action_that_takes_too_long_fails_and_what_hangs_on_it_is_skipped() {
    for behaviour in [Behaviour::Endless, Behaviour::Deaf] {
        let limited = RunOptions {
            action_timeout: Some(Duration::from_millis(20)),
            ..options(2)
        };
        let driven = run_chain(behaviour, limited);
        let result = driven.result(0);
        assert_eq!(result.status, ActionStatus::Failed);
        let diagnostic = result.diagnostic.as_ref().unwrap();
        assert_eq!(diagnostic.code, code::ACTION_TIMED_OUT);
        assert_eq!(result.detail.is_some(), behaviour == Behaviour::Deaf);
        assert_eq!(driven.status(2), ActionStatus::Skipped);
        assert_eq!(driven.summary.status, RunStatus::Failed);
    }
}

#[test]
fn a_run_that_takes_too_long_is_stopped() {
    for behaviour in [Behaviour::Endless, Behaviour::Deaf] {
        let limited = RunOptions {
            run_timeout: Some(Duration::from_millis(20)),
            ..options(2)
        };
        let driven = run_chain(behaviour, limited);
        assert_eq!(driven.summary.status, RunStatus::TimedOut);
        assert_eq!(driven.summary.count(ActionStatus::Cancelled), 3);
    }
}

#[test]
fn waiting_for_the_next_attempt_can_be_interrupted() {
    let patient = RunOptions {
        first_wait: Duration::from_secs(3600),
        run_timeout: Some(Duration::from_millis(20)),
        ..options(2)
    };
    let driven = run_chain(Behaviour::Flaky(9), patient);
    assert_eq!(driven.status(0), ActionStatus::Cancelled);
    assert_eq!(driven.ran, ["t0"]);
}
