//! Every file under `tests/googlesql` holds on the embedded engine

use std::path::Path;

use sqlx_tests::googlesql::{Engine, statements};

#[test]
fn files_of_statements_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("googlesql");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "slt"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let failures: Vec<_> = files
        .iter()
        .filter_map(|file| {
            let engine = Engine::open("UTC").unwrap();
            statements::run(engine, file).err()
        })
        .map(|error| error.to_string())
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
