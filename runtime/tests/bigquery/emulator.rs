//! On an emulator, what BigQuery does for a run

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bigquery_emulator::Emulator;
use sqlx_compiler::Target;
use sqlx_runtime::warehouse::bigquery::{BigQueryOptions, BigQueryWarehouse};
use sqlx_runtime::warehouse::{
    ColumnMetadata, Engine, Existing, Metadata, Outcome, SessionContext, TableKind, Warehouse,
};

/// One emulator for all tests; each has a project of its own
fn warehouse(project: &str) -> Option<BigQueryWarehouse> {
    static EMULATOR: OnceLock<Result<Emulator, String>> = OnceLock::new();
    let started = EMULATOR.get_or_init(|| Emulator::start().map_err(|reason| reason.to_string()));
    let emulator = match started {
        Ok(emulator) => emulator,
        Err(reason) => {
            eprintln!("skipped: {reason}");
            return None;
        }
    };
    let opened = BigQueryWarehouse::open(BigQueryOptions {
        project: Some(project.to_owned()),
        default_dataset: Some("d".to_owned()),
        endpoint: Some(format!("{}/bigquery/v2", emulator.endpoint())),
        location: Some("US".to_owned()),
        ..BigQueryOptions::default()
    });
    Some(opened.unwrap())
}

fn target(name: &str) -> Target {
    Target {
        database: None,
        schema: Some("d".to_owned()),
        name: name.to_owned(),
    }
}

/// The outcomes of a script, as lines
fn run(warehouse: &BigQueryWarehouse, script: &str) -> String {
    let mut session = warehouse.session(&SessionContext::default()).unwrap();
    let outcomes = match session.execute(script, &mut |_| {}) {
        Ok(outcomes) => outcomes,
        Err(error) => return format!("{} at {:?}: {}", error.code, error.span, error.message),
    };
    let line = |outcome: &Outcome| match outcome {
        Outcome::Rows(rows) => {
            let row = |row: &Vec<sqlx_runtime::warehouse::Cell>| {
                let cells: Vec<String> = row.iter().map(|cell| cell.to_text("NULL")).collect();
                cells.join(" | ")
            };
            rows.rows.iter().map(row).collect::<Vec<_>>().join(" ; ")
        }
        Outcome::Changed(rows) => format!("{rows} rows"),
        Outcome::Trained { .. } => "trained".to_owned(),
        Outcome::Done => "done".to_owned(),
    };
    outcomes.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn statements_give_what_they_do_and_their_rows() {
    let Some(warehouse) = warehouse("statements") else {
        return;
    };
    assert_eq!(warehouse.engine(), Engine::BigQuery);
    warehouse.create_datasets(&[target("t")]).unwrap();
    warehouse.create_datasets(&[target("t")]).unwrap();
    for (script, expected) in [
        (
            "CREATE TABLE d.t AS SELECT x, 'a' AS y FROM UNNEST([1, 2, 3]) AS x",
            "3 rows",
        ),
        ("INSERT INTO d.t VALUES (4, NULL)", "1 rows"),
        ("UPDATE d.t SET y = 'b' WHERE x < 3", "2 rows"),
        (
            "SELECT * FROM t ORDER BY x",
            "1 | b ; 2 | b ; 3 | a ; 4 | NULL",
        ),
        ("CREATE VIEW d.v AS SELECT x FROM d.t", "done"),
        (
            "DELETE FROM d.t WHERE x = 1; SELECT 'two' AS two, [1, 2]",
            "1 rows\ntwo | [1,2]",
        ),
        (
            "SELECT TIMESTAMP '2020-01-01 00:00:00.5', DATE '2020-01-01', DATETIME '2020-01-01 01:02:03', \
             TIME '01:02:03', NUMERIC '1.50', BIGNUMERIC '2.5', b'ab', 1.5, TRUE, STRUCT(1 AS a, ['x'] AS b), \
             JSON '{\"a\": 1}', INTERVAL 1 DAY, CAST('nan' AS FLOAT64), CAST(NULL AS STRING)",
            "2020-01-01T00:00:00.5Z | 2020-01-01 | 2020-01-01T01:02:03 | 01:02:03 | 1.5 | 2.5 | YWI= | 1.5 \
             | true | {\"a\":1,\"b\":[\"x\"]} | {\"a\":1} | 0-0 1 0:0:0 | nan | NULL",
        ),
        (
            "SELECT RANGE<DATE> '[2020-01-01, UNBOUNDED)'",
            "[2020-01-01, UNBOUNDED)",
        ),
        (
            "SELECT foo FROM d.t",
            "Q004 at Some(7..10): unrecognized name: foo",
        ),
        (
            "SELECT * FROM d.nope",
            "Q005 at None: not found: Table statements:d.nope was not found in location US",
        ),
        (
            "SELECT * FROM nope.nope",
            "R045 at None: not found: Dataset statements:nope was not found in location US",
        ),
    ] {
        assert_eq!(run(&warehouse, script), expected, "{script}");
    }
    let names: Vec<String> = warehouse
        .tables()
        .unwrap()
        .iter()
        .map(|name| name.name.clone())
        .collect();
    assert_eq!(names, ["t", "v"]);
}

#[test]
fn pages_of_rows_are_all_read() {
    let Some(warehouse) = warehouse("pages") else {
        return;
    };
    let mut session = warehouse.session(&SessionContext::default()).unwrap();
    let script = "SELECT x FROM UNNEST(GENERATE_ARRAY(1, 30000)) AS x";
    let outcomes = session.execute(script, &mut |_| {}).unwrap();
    let [Outcome::Rows(rows)] = &outcomes[..] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(rows.rows.len(), 30_000);
}

#[test]
fn states_are_asked_for_together_and_follow_what_runs() {
    let Some(warehouse) = warehouse("states") else {
        return;
    };
    let targets = ["t", "v", "nope"].map(target);
    // there is no dataset yet
    assert_eq!(warehouse.describe(&targets).unwrap(), [None, None, None]);
    warehouse.create_datasets(&targets).unwrap();
    warehouse.expect(&targets);
    assert_eq!(warehouse.existing(&targets[0]).unwrap(), Existing::None);
    let make = "CREATE TABLE d.t (a INT64, s STRUCT<x STRING, y ARRAY<NUMERIC>>); CREATE VIEW d.v AS SELECT a FROM d.t";
    run(&warehouse, make);
    let columns = vec!["a".to_owned(), "s".to_owned()];
    for _ in 0..2 {
        let found = warehouse.existing(&targets[0]).unwrap();
        assert_eq!(found, Existing::Table(columns.clone()));
    }
    assert_eq!(warehouse.existing(&targets[1]).unwrap(), Existing::View);
    assert_eq!(warehouse.existing(&targets[2]).unwrap(), Existing::None);
    let before = warehouse.describe(&targets).unwrap();
    let table = before[0].clone().unwrap();
    assert_eq!(table.kind, TableKind::Table);
    let types: Vec<String> = table
        .columns
        .iter()
        .map(|column| column.ty.to_string())
        .collect();
    assert_eq!(types, ["INT64", "STRUCT<x STRING, y ARRAY<NUMERIC>>"]);
    assert_eq!(before[1].clone().unwrap().kind, TableKind::View);
    assert_eq!(before[2], None);
    assert_eq!(warehouse.describe(&targets).unwrap(), before);
    run(&warehouse, "INSERT INTO d.t (a) VALUES (1)");
    let after = warehouse.describe(&targets).unwrap();
    assert_ne!(after[0].clone().unwrap().version, table.version);
    warehouse.drop(&targets[1], TableKind::Table).unwrap();
    assert_eq!(warehouse.existing(&targets[1]).unwrap(), Existing::View);
    warehouse.drop(&targets[1], TableKind::View).unwrap();
    assert_eq!(warehouse.existing(&targets[1]).unwrap(), Existing::None);
}

#[test]
fn the_same_attempt_finds_its_job_again() {
    let Some(warehouse) = warehouse("attempts") else {
        return;
    };
    warehouse.create_datasets(&[target("t")]).unwrap();
    run(&warehouse, "CREATE TABLE d.t (a INT64)");
    let insert = |attempt: u32| {
        let mut session = warehouse
            .session(&SessionContext {
                run: "r".to_owned(),
                action: "d.t".to_owned(),
                attempt,
                labels: BTreeMap::new(),
            })
            .unwrap();
        session
            .execute("INSERT INTO d.t VALUES (1)", &mut |_| {})
            .unwrap()
    };
    for attempt in [1, 1, 2] {
        assert_eq!(insert(attempt), [Outcome::Changed(1)]);
    }
    assert_eq!(run(&warehouse, "SELECT COUNT(*) FROM d.t"), "1");
}

#[test]
fn descriptions_and_labels_are_added_to_what_is_there() {
    let Some(warehouse) = warehouse("described") else {
        return;
    };
    warehouse.create_datasets(&[target("t")]).unwrap();
    let make = "CREATE TABLE d.t (a INT64 OPTIONS (description = 'by hand'), s STRUCT<x STRING>) \
                OPTIONS (labels = [('kept', '1')])";
    run(&warehouse, make);
    let metadata = Metadata {
        description: Some("what it is".to_owned()),
        columns: vec![ColumnMetadata {
            path: vec!["s".to_owned(), "x".to_owned()],
            description: Some("inner".to_owned()),
            policy_tags: Vec::new(),
        }],
        labels: BTreeMap::from([("team".to_owned(), "a".to_owned())]),
    };
    warehouse.set_metadata(&target("t"), &metadata).unwrap();
    let options =
        "SELECT option_name, option_value FROM d.INFORMATION_SCHEMA.TABLE_OPTIONS ORDER BY 1";
    let told = run(&warehouse, options);
    for part in ["what it is", "kept", "team"] {
        assert!(told.contains(part), "{told}");
    }
    let fields =
        "SELECT field_path, description FROM d.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS ORDER BY 1";
    assert_eq!(
        run(&warehouse, fields),
        "a | by hand ; s | NULL ; s.x | inner"
    );
}

#[test]
fn an_estimate_runs_nothing() {
    let Some(warehouse) = warehouse("estimates") else {
        return;
    };
    warehouse.create_datasets(&[target("t")]).unwrap();
    assert!(
        warehouse
            .estimate("CREATE TABLE d.t AS SELECT 1 AS a")
            .unwrap()
            .is_some()
    );
    assert_eq!(warehouse.existing(&target("t")).unwrap(), Existing::None);
    let refused = warehouse
        .estimate("SELECT nope FROM UNNEST([1]) AS a")
        .unwrap_err();
    assert_eq!(refused.code.id, "Q004");
}
