//! `--skip-unchanged` and `prune`: what earlier runs made, and whether it is still as they made it

use std::collections::BTreeSet;

use crate::resuming::outcomes;
use crate::scratch::Scratch;

fn project() -> Scratch {
    let scratch = Scratch::project(&[
        (
            "orders.sqlx",
            "config { type: \"declaration\", schema: \"raw\", name: \"orders\" }\n",
        ),
        (
            "staged.sqlx",
            "config { type: \"view\" }\nSELECT id, amount FROM ${ref(\"raw\", \"orders\")}\n",
        ),
        (
            "total.sqlx",
            "config { type: \"table\" }\nSELECT SUM(amount) AS summed FROM ${ref(\"staged\")}\n",
        ),
        (
            "rounded.sqlx",
            "config { type: \"table\" }\nSELECT DIV(summed, 100) AS hundreds FROM ${ref(\"total\")}\n",
        ),
        // the name of the table stands in the text alone
        (
            "hidden.sqlx",
            "config { type: \"table\", dependencies: [\"rounded\"] }\nSELECT summed FROM sales.total\n",
        ),
        (
            "grown.sqlx",
            "config { type: \"incremental\" }\nSELECT id FROM ${ref(\"staged\")}\n",
        ),
        (
            "today.sqlx",
            "config { type: \"table\" }\nSELECT CURRENT_DATE() AS day\n",
        ),
        (
            "positive.sqlx",
            "config { type: \"assertion\" }\nSELECT * FROM ${ref(\"staged\")} WHERE amount < 0\n",
        ),
        ("sqlx-run.toml", "[sources]\norders = \"orders.csv\"\n"),
    ]);
    scratch.write("orders.csv", "id,amount\n1,150\n2,250\n");
    let ran = scratch.run(&["run"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    scratch
}

/// The actions that ran, with the reasons
fn ran(scratch: &Scratch) -> Vec<String> {
    let ran = scratch.run(&["run", "--skip-unchanged"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    outcomes(scratch, "last")
        .into_iter()
        .filter(|(_, (status, _))| status != "reused")
        .map(|(action, (_, why))| format!("{action}: {why}"))
        .collect()
}

const TODAY: &str = "sales.today: its SQL uses CURRENT_DATE";

fn edit(scratch: &Scratch, sql: &str) {
    let file = scratch.path().join(".sqlx-run/warehouse.duckdb");
    let connection = duckdb::Connection::open(file).unwrap();
    connection.execute_batch(sql).unwrap();
}

#[test]
fn only_what_may_be_different_runs() {
    let scratch = project();
    assert_eq!(ran(&scratch), [TODAY]);
    assert_eq!(ran(&scratch), [TODAY]);
    assert_eq!(scratch.number("SELECT COUNT(*) FROM sales.grown"), 2);

    // another program edits a table
    edit(&scratch, "UPDATE sales.rounded SET hundreds = 5");
    assert_eq!(
        ran(&scratch),
        [
            "sales.rounded: `sales.rounded` was changed by another",
            TODAY
        ]
    );
    assert_eq!(scratch.number("SELECT hundreds FROM sales.rounded"), 4);

    // a source changes, behind a view, so that the total changes and what is rounded does not
    scratch.write("orders.csv", "id,amount\n1,150\n2,260\n");
    assert_eq!(
        ran(&scratch),
        [
            "checks.positive: input `raw.orders` changed",
            "sales.grown: input `raw.orders` changed",
            "sales.hidden: input `sales.total` changed",
            "sales.rounded: input `sales.total` changed",
            "sales.staged: input `raw.orders` changed",
            TODAY,
            "sales.total: input `raw.orders` changed",
        ]
    );
    assert_eq!(scratch.number("SELECT summed FROM sales.hidden"), 410);

    // the same rows in another table are the same
    edit(
        &scratch,
        "CREATE OR REPLACE TABLE sales.total AS SELECT 410::BIGINT AS summed",
    );
    let after: BTreeSet<String> = ran(&scratch).into_iter().collect();
    assert!(
        !after.iter().any(|line| line.contains("hidden")),
        "{after:?}"
    );

    // a definition changes
    scratch.write(
        "definitions/rounded.sqlx",
        "config { type: \"table\" }\nSELECT DIV(summed, 10) AS hundreds FROM ${ref(\"total\")}\n",
    );
    assert_eq!(
        ran(&scratch),
        [
            "sales.hidden: input `sales.rounded` changed",
            "sales.rounded: its definition changed",
            TODAY
        ]
    );

    // a table is dropped
    edit(&scratch, "DROP TABLE sales.hidden");
    assert_eq!(
        ran(&scratch),
        ["sales.hidden: `sales.hidden` is gone", TODAY]
    );
}

#[test]
fn only_tables_of_ours_are_dropped() {
    let scratch = Scratch::project(&[
        ("kept.sqlx", "config { type: \"table\" }\nSELECT 1 AS n\n"),
        ("old.sqlx", "config { type: \"table\" }\nSELECT 2 AS n\n"),
        ("edited.sqlx", "config { type: \"table\" }\nSELECT 3 AS n\n"),
        ("seen.sqlx", "config { type: \"view\" }\nSELECT 4 AS n\n"),
    ]);
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    for name in ["old", "edited", "seen"] {
        std::fs::remove_file(scratch.path().join(format!("definitions/{name}.sqlx"))).unwrap();
    }
    edit(
        &scratch,
        "CREATE TABLE sales.foreign AS SELECT 5 AS n; INSERT INTO sales.edited VALUES (6); \
         CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.t AS SELECT 1 AS n",
    );
    let listed = scratch.run(&["prune", "--dry-run"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let words: Vec<Vec<&str>> = listed
        .stdout
        .lines()
        .map(|line| line.split_whitespace().take(3).collect())
        .collect();
    assert_eq!(
        words,
        [
            ["keep", "table", "shop.sales.edited"],
            ["keep", "table", "shop.sales.foreign"],
            ["drop", "table", "shop.sales.old"],
            ["drop", "view", "shop.sales.seen"],
        ]
    );
    let unasked = scratch.run(&["prune"]);
    assert_eq!(unasked.code, Some(2), "{}", unasked.stderr);
    let dropped = scratch.run(&["prune", "--yes"]);
    assert_eq!(dropped.code, Some(0), "{}", dropped.stderr);
    assert!(dropped.stderr.contains("2 dropped"), "{}", dropped.stderr);
    let left = scratch.rows(
        "SELECT STRING_AGG(table_name, ' ' ORDER BY table_name) AS names FROM sales.INFORMATION_SCHEMA.TABLES",
    );
    assert_eq!(left[0]["names"], "edited foreign kept");
}
