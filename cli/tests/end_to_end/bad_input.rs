//! Bad input of every kind: a clear diagnostic, a documented exit code, and nothing lost

use crate::assert_transcript;
use crate::scratch::Scratch;

const NUMBERS: (&str, &str) = (
    "numbers.sqlx",
    "config { type: \"table\", tags: [\"staging\"] }\nSELECT 1 AS n UNION ALL SELECT 2\n",
);

#[test]
fn no_project() {
    let scratch = Scratch::empty();
    assert_transcript!("no_project", scratch.snapshot(&["run"]));
    assert_transcript!("no_folder", scratch.snapshot(&["-C", "nowhere", "compile"]));
}

#[test]
fn projects_that_do_not_compile() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        (
            "settings_not_yaml",
            &[
                ("workflow_settings.yaml", "defaultProject: [shop\n"),
                NUMBERS,
            ],
        ),
        (
            "settings_unknown_key",
            &[
                (
                    "workflow_settings.yaml",
                    "defaultProject: shop\ndefaultDatset: sales\n",
                ),
                NUMBERS,
            ],
        ),
        (
            "javascript_syntax",
            &[(
                "broken.sqlx",
                "config { type: \"view\" }\n\njs {\n  const limit = ;\n}\n\nSELECT ${limit}\n",
            )],
        ),
        (
            "javascript_throws",
            &[(
                "broken.sqlx",
                "config { type: \"view\" }\n\nSELECT\n  1,\n  ${missing.column}\n",
            )],
        ),
        (
            "ref_unknown",
            &[
                NUMBERS,
                (
                    "doubles.sqlx",
                    "config { type: \"view\" }\n\nSELECT n * 2 AS m\nFROM ${ref(\"nubmers\")}\n",
                ),
            ],
        ),
        (
            "ref_ambiguous",
            &[
                (
                    "a.sqlx",
                    "config { type: \"view\", schema: \"one\", name: \"t\" }\nSELECT 1 AS n\n",
                ),
                (
                    "b.sqlx",
                    "config { type: \"view\", schema: \"two\", name: \"t\" }\nSELECT 1 AS n\n",
                ),
                (
                    "c.sqlx",
                    "config { type: \"view\" }\nSELECT n FROM ${ref(\"t\")}\n",
                ),
            ],
        ),
        (
            "cycle",
            &[
                (
                    "a.sqlx",
                    "config { type: \"view\" }\nSELECT * FROM ${ref(\"b\")}\n",
                ),
                (
                    "b.sqlx",
                    "config { type: \"view\" }\nSELECT * FROM ${ref(\"c\")}\n",
                ),
                (
                    "c.sqlx",
                    "config { type: \"view\" }\nSELECT * FROM ${ref(\"a\")}\n",
                ),
            ],
        ),
        (
            "config_unknown_key",
            &[(
                "a.sqlx",
                "config {\n  type: \"table\",\n  descripton: \"typo\"\n}\nSELECT 1 AS n\n",
            )],
        ),
    ];
    for (name, files) in cases {
        let scratch = Scratch::project(files);
        assert_transcript!(*name, scratch.snapshot(&["run"]));
        assert!(
            !scratch.path().join(".sqlx-run").exists(),
            "{name}: nothing was run"
        );
    }
}

#[test]
fn an_endless_loop_ends() {
    let scratch = Scratch::project(&[(
        "loop.sqlx",
        "config { type: \"view\" }\n\njs {\n  while (true) {}\n}\n\nSELECT 1 AS n\n",
    )]);
    assert_transcript!(
        "endless_loop",
        scratch.snapshot(&["compile", "--compile-timeout", "1"])
    );
}

#[test]
fn too_much_memory_ends() {
    let scratch = Scratch::project(&[(
        "list.sqlx",
        "config { type: \"view\" }\n\njs {\n  const all = [];\n  for (;;) all.push(all.length);\n}\n\nSELECT 1 AS n\n",
    )]);
    let arguments = ["compile", "--compile-memory", "16"];
    assert_transcript!("too_much_memory", scratch.snapshot(&arguments));
    let arguments = [
        "compile",
        "--compile-memory",
        "16",
        "--output-format",
        "json",
    ];
    assert_transcript!("too_much_memory_json", scratch.snapshot(&arguments));
}

#[test]
fn selections_of_nothing() {
    let scratch = Scratch::project(&[NUMBERS]);
    assert_transcript!("tag_unknown", scratch.snapshot(&["--tags", "stagign"]));
    assert_transcript!(
        "action_unknown",
        scratch.snapshot(&["--actions", "nubmers"])
    );
    assert_transcript!(
        "widen_nothing",
        scratch.snapshot(&["run", "--include-deps"])
    );
    assert_transcript!("flag_unknown", scratch.snapshot(&["run", "--fullrefresh"]));
}

#[test]
fn statements_that_fail_point_into_the_file() {
    let cases = [
        (
            "sql_function_unknown",
            "SELECT\n  COUNTT(*) AS n\nFROM ${ref(\"numbers\")}\n",
        ),
        (
            "sql_column_unknown",
            "SELECT\n  n,\n  mm\nFROM ${ref(\"numbers\")}\n",
        ),
        (
            "sql_syntax",
            "SELECT n\nFORM ${ref(\"numbers\")}\nWHERE n = 1\n",
        ),
        (
            "sql_types",
            "SELECT n + 'one' AS m\nFROM ${ref(\"numbers\")}\n",
        ),
        (
            "sql_division",
            "SELECT 1 / (n - 1) AS m\nFROM ${ref(\"numbers\")}\n",
        ),
    ];
    for (name, sql) in cases {
        let scratch = Scratch::project(&[
            NUMBERS,
            (
                "broken.sqlx",
                &format!("config {{\n  type: \"table\"\n}}\n\n{sql}"),
            ),
            (
                "after.sqlx",
                "config { type: \"table\" }\nSELECT * FROM ${ref(\"broken\")}\n",
            ),
        ]);
        assert_transcript!(name, scratch.snapshot(&["run"]));
        assert_eq!(scratch.number("SELECT SUM(n) FROM sales.numbers"), 3);
    }
}

#[test]
fn a_failed_replacement_leaves_the_old_table() {
    let scratch = Scratch::project(&[NUMBERS]);
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    scratch.write(
        "definitions/numbers.sqlx",
        "config { type: \"table\" }\nSELECT n, 1 / (n - 500) AS m FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS n\n",
    );
    assert_eq!(scratch.run(&["run"]).code, Some(1));
    assert_eq!(scratch.number("SELECT SUM(n) FROM sales.numbers"), 3);
}

#[test]
fn sources_without_data() {
    let files = [
        (
            "raw.sqlx",
            "config { type: \"declaration\", schema: \"raw\", name: \"orders\" }\n",
        ),
        (
            "orders.sqlx",
            "config { type: \"table\" }\n\nSELECT *\nFROM ${ref(\"orders\")}\n",
        ),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| {
            if *name == "orders.sqlx" {
                ("latest.sqlx", *text)
            } else {
                (*name, *text)
            }
        })
        .collect();
    let scratch = Scratch::project(&files);
    scratch.write("broken.parquet", "this is not parquet");
    assert_transcript!("source_without_data", scratch.snapshot(&["run"]));
    for (name, source) in [
        ("source_missing_file", "orders=nowhere.parquet"),
        ("source_broken_file", "orders=broken.parquet"),
        ("source_unknown_format", "orders=orders.xlsx"),
        ("source_unknown_name", "ordres=broken.parquet"),
        ("source_no_path", "orders"),
    ] {
        assert_transcript!(name, scratch.snapshot(&["run", "--source", source]));
    }
    scratch.write("sqlx-run.toml", "[sources]\norders = \"nowhere.parquet\"\n");
    assert_transcript!("source_settings_missing_file", scratch.snapshot(&["run"]));
    scratch.write("sqlx-run.toml", "[sourcs]\norders = \"nowhere.parquet\"\n");
    assert_transcript!("run_settings_invalid", scratch.snapshot(&["run"]));
}

#[test]
fn an_assertion_that_finds_rows_fails_and_stops_what_depends_on_it() {
    let scratch = Scratch::project(&[
        (
            "numbers.sqlx",
            "config { type: \"table\", assertions: { uniqueKey: [\"n\"] } }\nSELECT 1 AS n UNION ALL SELECT 1\n",
        ),
        (
            "after.sqlx",
            "config { type: \"table\", dependencies: [\"sales_numbers_assertions_uniqueKey_0\"] }\nSELECT 1 AS n\n",
        ),
    ]);
    assert_transcript!("assertion_failed", scratch.snapshot(&["run"]));
}
