//! The graph as others use it: its JSON, its actions, the way back from compiled SQL to the file

use std::path::Path;

use sqlx_compiler::{
    ActionKind, CompileOptions, CompiledGraph, DiskProject, MemoryProject, SqlPart, compile,
    to_json,
};

const SETTINGS: &str = "defaultProject: p\ndefaultDataset: d\ndefaultAssertionDataset: a\n";

#[test]
fn json_of_the_reference_reads_back_to_the_same_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path().join("expected.json");
        let text = std::fs::read_to_string(&file).unwrap();
        if text.contains("\"thrown\": {") {
            continue;
        }
        let graph: CompiledGraph = serde_json::from_str(&text).unwrap();
        let written = serde_json::to_string_pretty(&graph).unwrap();
        assert_eq!(written.trim(), text.trim(), "{}", file.display());
    }
}

#[test]
fn a_small_project() {
    let project = MemoryProject::new()
        .with("workflow_settings.yaml", SETTINGS)
        .with("includes/c.js", "module.exports = { column: (name) => `lower(${name})` };\n")
        .with("definitions/events.sqlx", "config { type: \"declaration\", schema: \"raw\" }\n")
        .with(
            "definitions/users.sqlx",
            "config {\n  type: \"table\",\n  tags: [\"daily\"],\n  assertions: { nonNull: \"id\" }\n}\nselect ${c.column(\"id\")} as id\nfrom ${ref(\"events\")}\npre_operations { set x = 1 }\n",
        )
        .with(
            "definitions/more.js",
            "publish(\"v\").query((ctx) => `select * from ${ctx.ref(\"users\")}`).tags(\"daily\");\noperate(\"o\", \"select 1\");\n",
        );
    let compilation = compile(&project, &CompileOptions::default());
    assert_eq!(compilation.diagnostics, []);
    assert!(!compilation.has_errors());
    insta::assert_snapshot!(to_json(&compilation.graph));

    let actions: Vec<_> = compilation
        .graph
        .actions()
        .map(|action| {
            (
                action.kind(),
                action.target().to_string(),
                action.dependency_targets().len(),
            )
        })
        .collect();
    assert_eq!(
        actions,
        [
            (ActionKind::View, "p.d.v".to_owned(), 1),
            (ActionKind::Table, "p.d.users".to_owned(), 1),
            (ActionKind::Operation, "p.d.o".to_owned(), 0),
            (
                ActionKind::Assertion,
                "p.a.d_users_assertions_rowConditions".to_owned(),
                1
            ),
            (ActionKind::Declaration, "p.raw.events".to_owned(), 0),
        ]
    );

    let users = &compilation.graph.tables[1];
    let query = users.query.as_deref().unwrap();
    let place = |part, sql: &str, word: &str| {
        let start = sql.find(word).unwrap();
        let location = compilation
            .locate(
                "definitions/users.sqlx",
                part,
                sql,
                start..start + word.len(),
            )
            .unwrap();
        (
            location.line_column(),
            location.source[location.span.clone()].to_owned(),
        )
    };
    assert_eq!(
        place(SqlPart::Query, query, "lower(id)"),
        ((6, 8), "${c.column(\"id\")}".to_owned())
    );
    assert_eq!(
        place(SqlPart::Query, query, "from"),
        ((7, 1), "from".to_owned())
    );
    assert_eq!(
        place(SqlPart::Query, query, "raw"),
        ((7, 6), "${ref(\"events\")}".to_owned())
    );
    assert_eq!(
        place(SqlPart::PreOperation(0), &users.pre_ops[0], "x"),
        ((8, 22), "x".to_owned())
    );
    assert_eq!(
        compilation.locate("definitions/more.js", SqlPart::Query, "select", 0..1),
        None
    );
}

/// The queries of inline assertions lead into the config; those of manual ones to themselves
#[test]
fn inline_assertions_lead_to_the_config() {
    let config = "config {\r\n  type: \"table\",\r\n  assertions: {\r\n    uniqueKey: [\"id\", \"nope\"],\r\n    nonNull: 'email',\r\n    rowConditions: [\"id > 0\", \"missing < 'x'\"]\r\n  }\r\n}\r\n${\"select 1 as id\"}\r\n";
    let project = MemoryProject::new()
        .with("workflow_settings.yaml", SETTINGS)
        .with("definitions/t.sqlx", config)
        .with(
            "definitions/m.sqlx",
            "config { type: \"assertion\" }\nselect nope from t\n",
        );
    let compilation = compile(&project, &CompileOptions::default());
    assert!(!compilation.has_errors());
    let mut places = Vec::new();
    for assertion in &compilation.graph.assertions {
        let sql = assertion.query.as_deref().unwrap();
        let file = assertion.file_name.as_deref().unwrap();
        for word in ["nope", "email", "missing", "missing < 'x'", "id", "COUNT"] {
            let Some(start) = sql.rfind(word) else {
                continue;
            };
            let span = start..start + word.len();
            let place = compilation.locate(file, SqlPart::Query, sql, span);
            let place = place.map_or("nowhere".to_owned(), |location| {
                let (line, column) = location.line_column();
                let text = &location.source[location.span.clone()];
                format!("{}:{line}:{column} {text}", location.file)
            });
            places.push(format!("{}: {word}: {place}", assertion.target.name));
        }
    }
    places.sort();
    insta::assert_snapshot!(places.join("\n"));
}

#[test]
fn project_code_is_shut_in() {
    let project = MemoryProject::new().with("workflow_settings.yaml", SETTINGS).with(
        "definitions/x.js",
        r#"
const tried = {};
const attempt = (name, f) => { try { tried[name] = typeof f(); } catch (error) { tried[name] = error.message; } };
attempt("fs", () => require("fs"));
attempt("child_process", () => require("child_process"));
attempt("outside", () => require("../../etc/passwd"));
attempt("absolute", () => require("/etc/passwd"));
attempt("environment", () => process.env.PATH);
attempt("fetch", () => fetch("http://localhost"));
attempt("std", () => std.open("/etc/passwd"));
attempt("import", () => import("fs"));
publish("t").query(JSON.stringify(tried));
"#,
    );
    let compilation = compile(&project, &CompileOptions::default());
    let query = compilation.graph.tables[0].query.clone().unwrap();
    insta::assert_snapshot!(query.replace(",\"", ",\n\""));
}

#[cfg(unix)]
#[test]
fn links_out_of_the_project_are_refused() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(
        outside.path().join("secret.js"),
        "module.exports = \"secret\";",
    )
    .unwrap();
    let project = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(project.path().join(name), text).unwrap();
    std::fs::create_dir_all(project.path().join("definitions")).unwrap();
    write("workflow_settings.yaml", SETTINGS);
    write(
        "definitions/x.js",
        "publish(\"t\").query(require(\"./link\"));\n",
    );
    std::os::unix::fs::symlink(
        outside.path().join("secret.js"),
        project.path().join("definitions/link.js"),
    )
    .unwrap();
    let compilation = compile(
        &DiskProject::new(project.path()),
        &CompileOptions::default(),
    );
    assert_eq!(compilation.graph.tables[0].query, None);
    let shown: Vec<String> = compilation
        .diagnostics
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        shown,
        [
            "definitions/link.js: the link leads out of the project folder",
            "definitions/x.js:1:20: Cannot find module './link'"
        ]
    );
}

#[test]
fn console_output_is_kept_apart() {
    let project = MemoryProject::new()
        .with("workflow_settings.yaml", SETTINGS)
        .with(
            "definitions/x.js",
            "console.log(\"a\", { b: 1 });\nconsole.error(2);\n",
        );
    let compilation = compile(&project, &CompileOptions::default());
    assert_eq!(compilation.console, ["log: a {\"b\":1}", "error: 2"]);
}

#[test]
fn an_extension_runs_before_the_files_or_instead_of_them() {
    let names = |mode: u8| {
        let settings = format!("{SETTINGS}extension: {{name: ext, compilationMode: {mode}}}\n");
        let project = MemoryProject::new()
            .with("workflow_settings.yaml", settings)
            .with(
                "node_modules/ext/index.js",
                "exports.extension = () => ({ compile: (request, session) => { session.publish(\"first\", \"select 1\"); } });\n",
            )
            .with("definitions/x.js", "publish(\"second\", \"select 2\");\n");
        let graph = compile(&project, &CompileOptions::default()).graph;
        let names = graph.tables.into_iter().map(|table| table.target.name);
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(1), ["first", "second"]);
    assert_eq!(names(2), ["first"]);
    assert_eq!(names(0), ["second"]);
}

mod any_text {
    use proptest::prelude::*;

    use super::*;

    fn sqlx() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("config { type: \"table\" }".to_owned()),
            Just("config { type: \"incremental\", assertions: { nonNull: [\"a\"] } }".to_owned()),
            Just("config { type: \"test\", dataset: \"x\" }".to_owned()),
            Just(
                "config { type: \"operations\", hasOutput: true, dependencies: [\"y\"] }"
                    .to_owned()
            ),
            Just("js { const q = 1; }".to_owned()),
            Just("pre_operations { ${self()} }".to_owned()),
            Just("incremental_where { ${q} }".to_owned()),
            Just("input \"a\" { select 1 }".to_owned()),
            Just("${ref(\"x\")}".to_owned()),
            Just("${ref(\"a\", \"b\", \"c\", \"d\")}".to_owned()),
            Just("${ref({ name: \"x\", includeDependentAssertions: true })}".to_owned()),
            Just("${when(incremental(), `a ${name()}`)}".to_owned()),
            Just("${".to_owned()),
            Just("---".to_owned()),
            Just("/* \\u */".to_owned()),
            Just(";".to_owned()),
            "['\"`{} \n\\\\$é🎉a-z]{0,4}",
        ];
        prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.join("\n"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn compiles_without_a_crash(x in sqlx(), y in sqlx()) {
            let project = MemoryProject::new()
                .with("workflow_settings.yaml", SETTINGS)
                .with("definitions/x.sqlx", x)
                .with("definitions/y.sqlx", y);
            let compilation = compile(&project, &CompileOptions::default());
            let crash = compilation.thrown.as_ref().is_some_and(|thrown| thrown.message.contains("unexpectedly"));
            prop_assert!(!crash);
            prop_assert_eq!(compilation.has_errors(), !compilation.diagnostics.is_empty());
            for diagnostic in &compilation.diagnostics {
                prop_assert!(!diagnostic.to_string().is_empty());
            }
        }
    }
}
