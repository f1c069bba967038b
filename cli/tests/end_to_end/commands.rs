//! Each command on a small project: what it prints and what it leaves

use crate::assert_transcript;
use crate::scratch::Scratch;

fn shop() -> Scratch {
    let scratch = Scratch::project(&[
        (
            "raw.sqlx",
            "config { type: \"declaration\", schema: \"raw\", name: \"orders\" }\n",
        ),
        (
            "customers.sqlx",
            "config {\n  type: \"table\",\n  tags: [\"staging\"],\n  assertions: { uniqueKey: [\"customer\"] }\n}\n\
             SELECT customer, COUNT(*) AS orders, SUM(amount) AS amount\nFROM ${ref(\"orders\")}\nGROUP BY customer\n",
        ),
        (
            "best.sqlx",
            "config { type: \"view\", tags: [\"reports\"] }\nSELECT * FROM ${ref(\"customers\")} WHERE amount > 10\n",
        ),
        (
            "log.sqlx",
            "config { type: \"incremental\", uniqueKey: [\"customer\"] }\nSELECT * FROM ${ref(\"customers\")}\n\
             ${when(incremental(), `WHERE orders > 1`)}\n",
        ),
        (
            "old.sqlx",
            "config { type: \"table\", disabled: true }\nSELECT 1 AS n\n",
        ),
    ]);
    scratch.write(
        "data/orders.csv",
        "customer,amount\nann,5\nbob,7\nann,6.5\n",
    );
    scratch.write("sqlx-run.toml", "[sources]\norders = \"data/*.csv\"\n");
    scratch
}

#[test]
fn compile_lists_and_prints_the_graph() {
    let scratch = shop();
    assert_transcript!("compile", scratch.snapshot(&["compile"]));
    let by_path = scratch.path().to_string_lossy().into_owned();
    let ran = scratch.run(&["compile", &by_path, "--json"]);
    let graph: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(graph["tables"].as_array().unwrap().len(), 4);
    assert_eq!(ran.code, Some(0));
    assert_transcript!(
        "compile_report",
        scratch.snapshot(&["compile", "--output-format", "json"])
    );
}

#[test]
fn graph_draws_in_every_format() {
    let scratch = shop();
    assert_transcript!(
        "graph_mermaid",
        scratch.snapshot(&["graph", "--format", "mermaid"])
    );
    for format in ["dot", "json", "html"] {
        let ran = scratch.run(&["graph", "--format", format]);
        assert_eq!(ran.code, Some(0), "{format}: {}", ran.stderr);
        assert!(ran.stdout.contains("customers"), "{format}");
    }
    let ran = scratch.run(&["graph", "--format", "html", "--output", "graph.html"]);
    assert_eq!(ran.code, Some(0));
    assert!(scratch.path().join("graph.html").exists());
}

#[test]
fn run_selects_runs_and_records() {
    let scratch = shop();
    assert_transcript!("dry_run", scratch.snapshot(&["run", "--dry-run"]));
    assert!(
        !scratch.path().join(".sqlx-run").exists(),
        "a dry run leaves nothing"
    );
    assert_transcript!(
        "run_tag",
        scratch.snapshot(&["--tags", "staging", "--jobs", "1"])
    );
    assert_transcript!(
        "run_dependents",
        scratch.snapshot(&[
            "run",
            "--actions",
            "cust*",
            "--include-dependents",
            "--jobs",
            "1"
        ])
    );
    assert_transcript!(
        "run_report",
        scratch.snapshot(&["run", "--actions", "best", "--output-format", "json"])
    );
    let records = std::fs::read_dir(scratch.path().join(".sqlx-run/runs")).unwrap();
    for record in records {
        let text = std::fs::read_to_string(record.unwrap().path()).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["format"], 2);
        assert_eq!(lines.last().unwrap()["event"], "run_finished");
    }
}

#[test]
fn an_incremental_table_grows_and_is_rebuilt_when_asked() {
    let scratch = shop();
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    scratch.write("data/more.csv", "customer,amount\nbob,1\ncid,2\n");
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    let rows = "SELECT customer, orders FROM sales.log ORDER BY customer";
    assert_eq!(
        scratch.rows(rows),
        serde_json::json!([{"customer": "ann", "orders": 2}, {"customer": "bob", "orders": 2}]),
    );
    assert_eq!(scratch.run(&["run", "--full-refresh"]).code, Some(0));
    assert_eq!(scratch.number("SELECT COUNT(*) FROM sales.log"), 3);
}

#[test]
fn query_prints_what_came_before_a_failure() {
    let scratch = Scratch::empty();
    let statements = "SELECT 1 AS one; SELECT ERROR('late'); SELECT 2 AS two";
    let ran = scratch.run(&["query", "--format", "csv", statements]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), "one\n1\n"));
    assert!(ran.stderr.contains("late"), "{}", ran.stderr);
    assert!(!scratch.path().join("exports").exists());
    let export =
        "EXPORT DATA OPTIONS (uri = 'exports/deep/one.csv', format = 'CSV') AS SELECT 1 AS one";
    assert_eq!(scratch.run(&["query", export]).code, Some(0));
    assert!(scratch.path().join("exports/deep/one.csv").is_file());
}

#[test]
fn query_prints_rows_of_every_type() {
    let scratch = shop();
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    let values = "SELECT 1 AS n, 1.5 AS x, 'a,\"b\"' AS s, CAST(NULL AS STRING) AS nothing, DATE '2018-06-12' AS d, \
                  TIMESTAMP '2018-06-12 01:02:03+00' AS t, [1, 2] AS list, STRUCT(1 AS a, 'x' AS b) AS pair; \
                  SELECT customer FROM sales.customers ORDER BY customer";
    for format in ["table", "json", "csv"] {
        assert_transcript!(
            format!("query_{format}"),
            scratch.snapshot(&["query", "--format", format, values])
        );
    }
    assert_transcript!(
        "query_wrong",
        scratch.snapshot(&["query", "SELECT custmer FROM sales.customers"])
    );
    let script = "CREATE TABLE sales.extra AS SELECT 1 AS n; INSERT INTO sales.extra (n) VALUES (2), (3); \
                  SELECT SUM(n) AS total FROM sales.extra";
    assert_transcript!("query_script", scratch.snapshot(&["query", script]));
}

#[test]
fn the_file_reads_as_it_is_named() {
    let scratch = shop();
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    let file = scratch.path().join(".sqlx-run/warehouse.duckdb");
    let connection = duckdb::Connection::open(file).unwrap();
    let customers: i64 = connection
        .query_row("SELECT count(*) FROM sales.customers", [], |row| row.get(0))
        .unwrap();
    assert_eq!(customers, 2);
}

#[test]
fn init_makes_a_project_that_runs() {
    let scratch = Scratch::empty();
    assert_transcript!("init", scratch.snapshot(&["init", "mine"]));
    assert_transcript!("init_again", scratch.snapshot(&["init", "mine"]));
    let ran = scratch.run(&["-C", "mine"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = scratch.run(&[
        "-C",
        "mine",
        "query",
        "--format",
        "csv",
        "SELECT SUM(square) AS total FROM dataform.squares",
    ]);
    assert_eq!(ran.stdout, "total\n385\n");
}

#[test]
fn simulate_writes_the_same_events_for_the_same_seed() {
    let scratch = Scratch::empty();
    let simulate = |name: &str, seed: &str| {
        let ran = scratch.run(&[
            "simulate", "--users", "30", "--days", "2", "--seed", seed, name,
        ]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        std::fs::read(scratch.path().join(name)).unwrap()
    };
    assert_eq!(simulate("a.parquet", "1"), simulate("b.parquet", "1"));
    assert_ne!(simulate("c.parquet", "2"), simulate("b.parquet", "1"));
    assert_transcript!(
        "simulate_nobody",
        scratch.snapshot(&["simulate", "--users", "0", "none.parquet"])
    );
}

#[test]
fn the_help_says_what_there_is() {
    let scratch = Scratch::empty();
    assert_transcript!("help", scratch.snapshot(&["--help"]));
}

#[test]
fn wildcard_sources_have_the_suffix_of_their_files() {
    let scratch = Scratch::project(&[
        (
            "events.sqlx",
            "config { type: \"declaration\", database: \"other\", schema: \"raw\", name: \"events_*\" }\n",
        ),
        (
            "june.sqlx",
            "config { type: \"view\" }\nSELECT _TABLE_SUFFIX AS day, COUNT(*) AS events\nFROM ${ref(\"events_*\")}\n\
             WHERE _TABLE_SUFFIX BETWEEN '20180601' AND '20180630'\nGROUP BY day\n",
        ),
    ]);
    for (day, rows) in [
        ("20180531", "1\n"),
        ("20180601", "2\n3\n"),
        ("20180630", "4\n"),
    ] {
        scratch.write(&format!("days/events_{day}.csv"), &format!("n\n{rows}"));
    }
    let ran = scratch.run(&["run", "--source", "other.raw.events_*=days/events_*.csv"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        scratch.rows("SELECT * FROM sales.june ORDER BY day"),
        serde_json::json!([{"day": "20180601", "events": 2}, {"day": "20180630", "events": 1}]),
    );
    assert_eq!(
        scratch.number("SELECT SUM(n) FROM other.raw.`events_*`"),
        10
    );
}

#[test]
fn a_view_that_asks_a_model_asks_the_newest() {
    let model = |low: &str, high: &str| {
        format!(
            "config {{ type: \"operations\", hasOutput: true }}\nCREATE OR REPLACE MODEL ${{self()}}\n\
             OPTIONS (MODEL_TYPE = 'LOGISTIC_REG', INPUT_LABEL_COLS = ['label']) AS\n\
             SELECT x, IF(x < 50, '{low}', '{high}') AS label FROM UNNEST(GENERATE_ARRAY(1, 100)) AS x\n"
        )
    };
    let scratch = Scratch::project(&[
        ("size.sqlx", &model("a", "b")),
        (
            "sizes.sqlx",
            "config { type: \"view\" }\nSELECT x, predicted_label\n\
             FROM ML.PREDICT(MODEL ${ref(\"size\")}, (SELECT x FROM UNNEST([1, 99]) AS x))\n",
        ),
    ]);
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    let sizes = "SELECT STRING_AGG(predicted_label, '' ORDER BY x) AS sizes FROM sales.sizes";
    assert_eq!(scratch.rows(sizes)[0]["sizes"], "ab");
    scratch.write("definitions/size.sqlx", &model("b", "a"));
    assert_eq!(scratch.run(&["run", "--actions", "size"]).code, Some(0));
    assert_eq!(scratch.rows(sizes)[0]["sizes"], "ba");
}
