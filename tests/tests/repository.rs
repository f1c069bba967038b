//! This repository's own project: its compiled graph and the statements of every action, as snapshots

#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

use std::path::Path;

use sqlx_compiler::sql::{Existing, Task, tasks};
use sqlx_compiler::{Compilation, CompileOptions, DiskProject, compile, to_json};

fn repository() -> Compilation {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let compilation = compile(&DiskProject::new(root), &CompileOptions::default());
    assert!(
        compilation.diagnostics.is_empty(),
        "{:?}",
        compilation.diagnostics
    );
    compilation
}

#[test]
fn the_compiled_graph() {
    insta::assert_snapshot!(to_json(&repository().graph));
}

#[test]
fn the_statements_of_every_action() {
    let compilation = repository();
    for action in compilation.graph.actions() {
        let statements: Vec<String> = tasks(action, Existing::None, false, &mut || "id".to_owned())
            .into_iter()
            .map(|task| match task {
                Task::Statement(statement) => statement.sql,
                Task::Assertion(statement) => format!("-- must find no rows\n{}", statement.sql),
            })
            .collect();
        if !statements.is_empty() {
            insta::assert_snapshot!(action.target().to_string(), statements.join("\n;\n"));
        }
    }
}
