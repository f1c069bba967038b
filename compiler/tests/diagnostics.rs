//! What people are shown for what is wrong in a project

use std::time::Duration;

use diagnostic::Renderer;
use sqlx_compiler::{Compilation, CompileOptions, MemoryProject, compile};

const SETTINGS: &str =
    "defaultProject: p\ndefaultDataset: d\ndefaultLocation: EU\ndefaultAssertionDataset: a\n";

fn project() -> MemoryProject {
    MemoryProject::new().with("workflow_settings.yaml", SETTINGS)
}

fn shown(compilation: &Compilation) -> String {
    let renderer = Renderer::new(false, 100);
    compilation
        .diagnostics
        .iter()
        .map(|diagnostic| renderer.render(diagnostic))
        .collect::<Vec<_>>()
        .join("")
}

fn diagnostics(project: &MemoryProject) -> String {
    let options = CompileOptions {
        time_limit: Duration::from_secs(1),
        memory_limit: 64 << 20,
        ..CompileOptions::default()
    };
    shown(&compile(project, &options))
}

#[test]
fn javascript_syntax_error() {
    let project = project()
        .with(
            "definitions/x.sqlx",
            "config { type: \"table\" }\nselect 1,\n  ${1 +} as x\n",
        )
        .with(
            "definitions/y.sqlx",
            "config {\n  type: \"table\"\n  tags: [\"a\"]\n}\nselect 1\n",
        )
        .with("definitions/z.js", "publish(\"a\" \"b\")\n");
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn javascript_exceptions() {
    let project = project()
        .with(
            "includes/helper.js",
            "const f = (x) => {\n  return x.missing.deep;\n};\nmodule.exports = { f };\n",
        )
        .with(
            "definitions/x.sqlx",
            "config { type: \"table\" }\njs {\n  const n = 1;\n}\nselect ${helper.f({})}\n",
        )
        .with(
            "definitions/y.sqlx",
            "config { type: \"table\" }\nselect ${nope} as x\n",
        )
        .with("definitions/z.js", "\nthrow new Error(\"boom\");\n");
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn what_is_not_a_function() {
    let project = project()
        .with("definitions/a.js", "publish(\"a\").query(ctx => ctx.reff(\"b\")).tag([\"t\"]);\n")
        .with(
            "definitions/b.js",
            "const o = {};\no.run(1,\n  [2].map((x) => x));\n",
        )
        .with(
            "definitions/c.js",
            "const o = { a: {} };\no\n  .a\n  .b(\n    \"é\", 2);\n",
        )
        .with("definitions/d.js", "let f;\n/* é */ f(1);\n")
        .with("definitions/e.js", "let f;\n[1].map(f);\n")
        .with(
            "definitions/f.sqlx",
            "config { type: \"table\" }\njs { const o = {}; }\nselect ${o.column(\"a\")}, ${[1].mapp((x) => x)}\n",
        )
        .with(
            "definitions/g.sqlx",
            "config { type: \"table\" }\nselect count(`é`), ${[1].mapp((x) => x + 1)}\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn one_exception_without_a_place_is_one_finding() {
    let project = project()
        .with(
            "definitions/x.js",
            "const f = () => { throw \"no\"; };\npublish(\"a\").query(f);\npublish(\"b\").query(f);\n",
        )
        .with("lib/broken.js", "const x = ;\n")
        .with(
            "definitions/y.js",
            "[1, 2].map((n) => publish(`y${n}`).query(() => require(\"../lib/broken.js\")));\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn endless_loop() {
    let project = project().with("definitions/x.js", "publish(\"a\");\nfor (;;) {}\n");
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn endless_loop_in_a_query() {
    let project = project().with(
        "definitions/x.sqlx",
        "config { type: \"table\" }\njs { while (true) {} }\nselect 1\n",
    );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn too_much_memory() {
    let project = project().with(
        "definitions/x.js",
        "const all = [];\nfor (;;) { all.push(new Array(1000).fill(\"x\".repeat(1000))); }\n",
    );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn endless_recursion() {
    let project = project().with("definitions/x.js", "const f = () => f();\nf();\n");
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn unknown_references() {
    let project = project()
        .with("definitions/customers.sqlx", "config { type: \"table\" }\nselect 1\n")
        .with(
            "definitions/x.sqlx",
            "config { type: \"incremental\", dependencies: [\"nothing\"] }\nselect * from ${ref(\"custmers\")}\njoin ${ref(\"d.customers\")}\njoin ${ref({ schema: \"other\", name: \"customers\" })}\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn ambiguous_reference() {
    let project = project()
        .with(
            "definitions/a.sqlx",
            "config { type: \"table\", name: \"t\", schema: \"one\" }\nselect 1\n",
        )
        .with(
            "definitions/b.sqlx",
            "config { type: \"table\", name: \"t\", schema: \"two\" }\nselect 1\n",
        )
        .with(
            "definitions/c.sqlx",
            "config { type: \"view\" }\nselect * from ${ref(\"t\")}\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn reference_to_an_operation_without_output() {
    let project = project()
        .with("definitions/o.sqlx", "select 1\n")
        .with(
            "definitions/r.sqlx",
            "config { type: \"table\" }\nselect * from ${ref(\"o\")}\n",
        )
        .with("definitions/s.sqlx", "insert into ${self()} select 1\n");
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn one_exception_for_many_actions_is_one_finding() {
    let project = project()
        .with(
            "includes/f.js",
            "module.exports = () => { throw new Error(\"no\"); };\n",
        )
        .with(
            "definitions/x.js",
            "[1, 2, 3].map((n) => publish(`t${n}`).query(() => f()));\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn cycle() {
    let project = project()
        .with(
            "definitions/a.sqlx",
            "config { type: \"table\" }\nselect * from ${ref(\"b\")}\n",
        )
        .with(
            "definitions/b.sqlx",
            "config { type: \"table\" }\nselect * from ${ref(\"c\")}\n",
        )
        .with(
            "definitions/c.sqlx",
            "config { type: \"table\" }\nselect * from ${ref(\"a\")}\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn duplicate() {
    let project = project()
        .with(
            "definitions/a.sqlx",
            "config { type: \"table\", name: \"t\" }\nselect 1\n",
        )
        .with(
            "definitions/b.sqlx",
            "config { type: \"view\", name: \"t\" }\nselect 1\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn duplicates_in_several_files() {
    let project = project()
        .with(
            "definitions/a.sqlx",
            "\nconfig { type: \"table\" }\nselect 1\n",
        )
        .with("definitions/b/a.sqlx", "select 1 as x\n")
        .with(
            "definitions/c.js",
            "publish(\"z\");\npublish(\"a\").query(\"select 1\");\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn unknown_type() {
    let project = project()
        .with("definitions/x.sqlx", "config {\n  schema: \"type\",\n  type: \"tabel\"\n}\nselect 1\n")
        .with(
            "definitions/y.sqlx",
            "js { const kind = \"materialised\"; }\nconfig { 'type': \"materialised\" }\nselect ${1}\n",
        )
        .with(
            "definitions/z.sqlx",
            "config { type: [\"vi\", \"ew\"].join(\"\") + \"s\" }\nselect 1\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

/// Places are the same in files with carriage returns and with a byte order mark, and stop before a line's end
#[test]
fn line_ends_and_byte_order_marks() {
    let files = [
        ("a.sqlx", "config { type: \"tabel\"\n}\nselect 1\n"),
        (
            "b.sqlx",
            "config {\n  type: \"table\",\n  descripton: \"x\"\n}\nselect 1\n",
        ),
        (
            "c.sqlx",
            "config { type: \"table\" }\njs {\n  const n = 1;\n}\nselect\n  ${n.é()} as x,\n  ${nope}\n",
        ),
        (
            "d.sqlx",
            "config { type: \"view\" } select * from ${\n  ref(\"nothing\")}\n",
        ),
        ("e.sqlx", "config { type: \"view\" }\nselect 1;\n"),
        ("f.js", "foo.bar();\n"),
        ("g.js", "const x = 1;\nx.y(\n);\n"),
        ("h.js", "const x = \n"),
        ("i.js", "publish(\"e\")\n"),
    ];
    let found = |change: fn(&str) -> String| {
        let mut project = MemoryProject::new().with("workflow_settings.yaml", change(SETTINGS));
        for (name, text) in files {
            project = project.with(format!("definitions/{name}"), change(text));
        }
        let compilation = compile(&project, &CompileOptions::default());
        let line = |diagnostic: &diagnostic::Diagnostic| {
            let underlined = diagnostic.location.as_ref().map_or("", |location| {
                assert!(!location.source.starts_with('\u{feff}'));
                &location.source[location.span.clone()]
            });
            format!("{diagnostic}: {underlined:?}").replace("\\r", "")
        };
        let mut lines: Vec<String> = compilation.diagnostics.iter().map(line).collect();
        lines.sort();
        lines.join("\n")
    };
    let plain = found(str::to_owned);
    assert_eq!(found(|text| text.replace('\n', "\r\n")), plain);
    assert_eq!(found(|text| format!("\u{feff}{text}")), plain);
    insta::assert_snapshot!(plain);
}

#[test]
fn another_core_version_is_refused_on_request() {
    let settings = "defaultProject: p\ndataformCoreVersion: 3.0.0\n";
    let project = MemoryProject::new().with("workflow_settings.yaml", settings);
    let options = CompileOptions {
        exact_core_version: true,
        ..CompileOptions::default()
    };
    let compilation = compile(&project, &options);
    assert!(compilation.thrown.is_some());
    insta::assert_snapshot!(shown(&compilation));
    assert!(!compile(&project, &CompileOptions::default()).has_errors());
}

#[test]
fn unknown_config_key() {
    let project = project()
        .with(
            "definitions/x.sqlx",
            "config {\n  type: \"table\",\n  descripton: \"x\"\n}\nselect 1\n",
        )
        .with(
            "definitions/y.sqlx",
            "config {\n  type: \"table\",\n  bigquery: { partitonBy: \"x\" }\n}\nselect 1\n",
        )
        .with(
            "definitions/z.sqlx",
            "config { type: \"view\", tags: \"a\" }\nselect ${1}\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn blocks_in_the_wrong_place() {
    let project = project()
        .with(
            "definitions/x.sqlx",
            "config { type: \"declaration\" }\npre_operations { select 1 }\n",
        )
        .with(
            "definitions/y.sqlx",
            "config { type: \"incremental\" }\nselect 1\nincremental_where { a\n---\nb }\n",
        )
        .with(
            "definitions/z.sqlx",
            "config { type: \"view\" }\nselect 1;\n",
        );
    insta::assert_snapshot!(diagnostics(&project));
}

#[test]
fn settings() {
    let shown =
        |text: &str| diagnostics(&MemoryProject::new().with("workflow_settings.yaml", text));
    let all = [
        "defaultProjct: p\n",
        "defaultProject: p\ndefaultDataset:\n",
        "a: : b\n",
        "defaultProject: [p\n",
        "- a\n",
        "",
        "defaultProject: p\nvars:\n  days: 7\n",
        "defaultProject: p\ndataformCoreVersion: 2.0.0\n",
        "defaultProject: p\ndataformCoreVersion: 3.0.64\n",
        "defaultProject: p\ndataformCoreVersion: 3.1.0-beta.2\n",
        "defaultProject: 5\n",
    ]
    .map(shown)
    .join("\n");
    insta::assert_snapshot!(all);
}

#[test]
fn no_settings() {
    insta::assert_snapshot!(diagnostics(&MemoryProject::new()));
}
