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
