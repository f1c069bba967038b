//! Scripts on an embedded warehouse in memory: what each statement gives, or the error and its place
//!
//! A case is a title after `###`, a script, and after `---` one line for each outcome: the rows of a
//! query (cells by ` | `, rows by ` ; `), `N rows`, `done`, or `CODE at LINE:COLUMN: message`.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

use sqlx_runtime::warehouse::duckdb::{DuckDbOptions, DuckDbWarehouse, Names};
use sqlx_runtime::warehouse::{Outcome, Session, SessionContext, SqlError, Warehouse};

/// The outcomes of a script in a session, as lines
fn run(session: &mut dyn Session, script: &str) -> String {
    let outcomes = session.execute(script, &mut |_| {});
    match outcomes {
        Ok(outcomes) => outcomes.iter().map(show).collect::<Vec<_>>().join("\n"),
        Err(failure) => show_failure(script, &failure),
    }
}

fn show(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Rows(rows) => rows
            .rows
            .iter()
            .map(|row| {
                let cells: Vec<String> = row.iter().map(|cell| cell.to_text("NULL")).collect();
                cells.join(" | ")
            })
            .collect::<Vec<_>>()
            .join(" ; "),
        Outcome::Changed(1) => "1 row".to_owned(),
        Outcome::Changed(rows) => format!("{rows} rows"),
        _ => "done".to_owned(),
    }
}

fn show_failure(script: &str, failure: &SqlError) -> String {
    let place = failure.span.clone().or_else(|| failure.statement.clone());
    let shown = place.as_ref().and_then(|place| script.get(place.clone()));
    assert!(
        shown.is_some_and(|shown| !shown.trim().is_empty()),
        "no place: {failure:?} of {script}"
    );
    let place = place.map_or_else(String::new, |span| {
        let before = &script[..span.start];
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        format!(" at {line}:{column}")
    });
    format!("{}{place}: {}", failure.code, failure.message)
}

fn warehouse() -> DuckDbWarehouse {
    let names = Names {
        default_project: Some("project".to_owned()),
        default_dataset: Some("main".to_owned()),
        ..Names::default()
    };
    DuckDbWarehouse::open(DuckDbOptions {
        names,
        ..DuckDbOptions::default()
    })
    .unwrap()
}

fn check(cases: &str) {
    let mut wrong = Vec::new();
    for case in cases.split("### ").skip(1) {
        let (title, case) = case.split_once('\n').unwrap();
        let (script, expected) = case.split_once("\n---\n").unwrap_or((case, ""));
        let warehouse = warehouse();
        let mut session = warehouse.session(&SessionContext::default()).unwrap();
        let found = run(&mut *session, script);
        if found != expected.trim_end() {
            wrong.push(format!(
                "### {title}\n{script}\n--- expected\n{}\n--- found\n{found}\n",
                expected.trim_end()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn variables_have_types_and_scopes() {
    check(include_str!("scripts/variables.txt"));
}

#[test]
fn definitions_are_what_they_say() {
    check(include_str!("scripts/definitions.txt"));
}

#[test]
fn partitions_are_read_as_tables_ask_for() {
    check(include_str!("scripts/partitions.txt"));
}

#[test]
fn control_flow_goes_where_it_says() {
    check(include_str!("scripts/control.txt"));
}

#[test]
fn errors_reach_their_handlers() {
    check(include_str!("scripts/errors.txt"));
}

#[test]
fn errors_stand_where_they_come_from() {
    check(include_str!("scripts/places.txt"));
}

#[test]
fn dynamic_statements_see_their_parameters() {
    check(include_str!("scripts/dynamic.txt"));
}

#[test]
fn procedures_take_and_give_values() {
    check(include_str!("scripts/procedures.txt"));
}

#[test]
fn transactions_end_as_the_script_says() {
    check(include_str!("scripts/transactions.txt"));
}

#[test]
fn texts_that_are_no_scripts_are_refused_at_their_place() {
    check(include_str!("scripts/syntax.txt"));
}

#[test]
fn functions_stand_for_their_bodies() {
    check(include_str!("scripts/functions.txt"));
}

#[test]
fn functions_in_javascript_take_and_give_values() {
    check(include_str!("scripts/javascript.txt"));
}

#[test]
fn tables_are_made_altered_and_listed() {
    check(include_str!("scripts/tables.txt"));
}

#[test]
fn rows_change_as_the_statements_say() {
    check(include_str!("scripts/changes.txt"));
}

#[test]
fn files_go_out_and_come_in() {
    let folder = tempfile::tempdir().unwrap();
    let names = Names {
        default_dataset: Some("main".to_owned()),
        folder: folder.path().to_owned(),
        ..Names::default()
    };
    let options = DuckDbOptions {
        names,
        ..DuckDbOptions::default()
    };
    let warehouse = DuckDbWarehouse::open(options).unwrap();
    let mut session = warehouse.session(&SessionContext::default()).unwrap();
    let mut wrong = Vec::new();
    for case in include_str!("scripts/files.txt").split("### ").skip(1) {
        let (script, expected) = case.split_once("\n---\n").unwrap();
        let script = script.split_once('\n').unwrap().1;
        let found = run(&mut *session, script);
        if found.replace(&*folder.path().to_string_lossy(), "") != expected.trim_end() {
            wrong.push(format!("{script}\n--- found\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(
        text("out.csv"),
        "i,f,t,b,s\n1,1.5,2024-01-01 00:00:00 UTC,AP8=,\"x,y\"\n,,,,\n"
    );
    assert_eq!(
        text("out.json"),
        "{\"i\":\"1\",\"l\":[{\"a\":\"2\",\"b\":\"x\"}],\"n\":\"1.5\"}\n"
    );
}

#[test]
fn variables_live_as_long_as_the_session() {
    let warehouse = warehouse();
    let mut session = warehouse.session(&SessionContext::default()).unwrap();
    assert_eq!(run(&mut *session, "DECLARE a INT64 DEFAULT 41"), "");
    assert_eq!(run(&mut *session, "SET a = a + 1; SELECT a"), "42");
    assert_eq!(
        run(&mut *session, "DECLARE a STRING DEFAULT 'x'; SELECT a"),
        "x"
    );
    let mut other = warehouse.session(&SessionContext::default()).unwrap();
    assert_eq!(
        run(&mut *other, "SELECT a"),
        "Q004 at 1:8: no column `a` in scope"
    );
}

#[test]
fn procedures_live_as_long_as_the_warehouse() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        DuckDbWarehouse::open(DuckDbOptions {
            file: Some(folder.path().join("w.duckdb")),
            names: Names {
                default_dataset: Some("main".to_owned()),
                ..Names::default()
            },
            ..DuckDbOptions::default()
        })
        .unwrap()
    };
    let create = "CREATE PROCEDURE twice(INOUT x INT64) BEGIN SET x = 2 * x; END";
    assert_eq!(
        run(
            &mut *open().session(&SessionContext::default()).unwrap(),
            create
        ),
        "done"
    );
    let call = "DECLARE x INT64 DEFAULT 4; CALL main.twice(x); SELECT x";
    assert_eq!(
        run(
            &mut *open().session(&SessionContext::default()).unwrap(),
            call
        ),
        "8"
    );
}

#[test]
fn a_script_that_fails_within_a_transaction_leaves_nothing() {
    let warehouse = warehouse();
    let mut session = warehouse.session(&SessionContext::default()).unwrap();
    let together = |session: &mut dyn Session, script: &str| match session
        .execute_together(script, &mut |_| {})
    {
        Ok(outcomes) => outcomes.iter().map(show).collect::<Vec<_>>().join("\n"),
        Err(failure) => show_failure(script, &failure),
    };
    let script =
        "CREATE TABLE t AS SELECT 1 AS x; CREATE PROCEDURE p() BEGIN END; SELECT ERROR('no')";
    assert_eq!(together(&mut *session, script), "Q010 at 1:73: no");
    assert_eq!(
        run(&mut *session, "SELECT * FROM t"),
        "Q005 at 1:15: no table or view `t` in this warehouse"
    );
    assert_eq!(
        run(&mut *session, "CALL p()"),
        "Q012 at 1:6: no procedure `p` in this warehouse"
    );
    // what begins a transaction itself, or catches an error of the engine, runs without the outer one
    let script = "BEGIN TRANSACTION; CREATE TEMP TABLE u AS SELECT 1 AS x; ROLLBACK; SELECT 2";
    assert_eq!(together(&mut *session, script), "done\n1 row\ndone\n2");
    let script = "CREATE TABLE v AS SELECT 1 AS x;
        BEGIN SELECT ERROR('no'); EXCEPTION WHEN ERROR THEN SELECT x FROM v; END";
    assert_eq!(together(&mut *session, script), "1 row\n1");
}

#[test]
fn an_interrupt_ends_a_loop_that_no_handler_continues() {
    let warehouse = warehouse();
    let mut session = warehouse.session(&SessionContext::default()).unwrap();
    let handle = session.interrupt_handle();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        handle.interrupt();
    });
    let script = "DECLARE n INT64 DEFAULT 0;
        BEGIN LOOP SET n = n + 1; END LOOP; EXCEPTION WHEN ERROR THEN SELECT 'caught'; END";
    let found = run(&mut *session, script);
    stopper.join().unwrap();
    assert!(found.to_lowercase().contains("interrupted"), "{found}");
    assert_eq!(run(&mut *session, "SELECT n > 0"), "true");
}
