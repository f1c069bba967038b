//! Generated projects are what they say

use sqlx_compiler::{CompileOptions, MemoryProject, compile};
use sqlx_tests::generate::project;

#[test]
fn the_same_numbers_give_the_same_files_and_they_compile() {
    let files = project(120, 7);
    assert_eq!(files, project(120, 7));
    assert_ne!(files, project(120, 8));
    let memory = files
        .iter()
        .fold(MemoryProject::new(), |project, (path, text)| {
            project.with(path, text)
        });
    let compilation = compile(&memory, &CompileOptions::default());
    assert_eq!(compilation.diagnostics, []);
    let graph = &compilation.graph;
    assert_eq!(graph.tables.len() + graph.operations.len(), 120);
    assert_eq!(graph.declarations.len(), 6);
}
