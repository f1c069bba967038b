//! The machine formats of a run have schemas under `docs/schema`; `UPDATE_DOCS=1` renews them

#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

use std::path::Path;

use diagnostic::Finding;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use sqlx_runtime::{Event, RunDocument, TestDocument, TestEvent};

fn check<T: JsonSchema>(name: &str) {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap();
    text.push('\n');
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema");
    let file = folder.join(format!("{name}.json"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(&file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        kept, text,
        "renew it with UPDATE_DOCS=1 cargo test -p sqlx-runtime --test schema"
    );
}

#[test]
fn a_run_as_one_document() {
    check::<RunDocument>("run");
}

#[test]
fn a_run_as_events() {
    check::<Event>("run-events");
}

#[test]
fn unit_tests_as_one_document() {
    check::<TestDocument>("test");
}

#[test]
fn a_unit_test_as_an_event() {
    check::<TestEvent>("test-events");
}

#[test]
fn a_finding() {
    check::<Finding>("finding");
}
