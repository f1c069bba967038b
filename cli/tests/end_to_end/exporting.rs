//! `EXPORT MODEL` as an operation of a project: to a folder, and to Cloud Storage

use bigquery_emulator::StorageEmulator;

use crate::scratch::{Ran, Scratch};

const MODEL: &str = "
config { type: \"operations\", hasOutput: true }
CREATE OR REPLACE MODEL ${self()} OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['label']) AS
SELECT MOD(i * 7, 10) AS x, IF(MOD(i, 4) = 0, NULL, CONCAT('c', CAST(MOD(i, 3) AS STRING))) AS c, MOD(i, 2) AS label
FROM UNNEST(GENERATE_ARRAY(1, 60)) AS i
";

fn project(uri: &str, options: &str) -> Scratch {
    let export = format!(
        "config {{ type: \"operations\" }}\nEXPORT MODEL ${{ref(\"m\")}} OPTIONS (uri = '{uri}'{options})"
    );
    Scratch::project(&[("m.sqlx", MODEL), ("out.sqlx", &export)])
}

fn run(scratch: &Scratch, endpoint: &str) -> Ran {
    let output = scratch
        .command(&["run"])
        .env("STORAGE_EMULATOR_HOST", endpoint)
        .output()
        .unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_model_goes_to_a_folder_of_the_project() {
    let scratch = project("exports/m", "");
    for _ in 0..2 {
        let ran = scratch.run(&["run"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let folder = scratch.path().join("exports/m");
        assert!(folder.join("saved_model.pb").is_file());
        let own = std::fs::read(folder.join("assets.extra/sqlx-run/model.json")).unwrap();
        let own: serde_json::Value = serde_json::from_slice(&own).unwrap();
        assert_eq!(own["parameters"]["kind"], "LOGISTIC_REG");
        // nothing of an earlier or unfinished export stays beside it
        let beside = std::fs::read_dir(scratch.path().join("exports")).unwrap();
        assert_eq!(beside.count(), 1);
    }
}

#[test]
fn an_export_that_cannot_be_says_why() {
    for (uri, options, code, part) in [
        (
            "exports/m",
            ", format = 'PMML'",
            "M002",
            "unknown format `PMML`",
        ),
        ("exports/m", ", format = 'XGBOOST'", "M010", "has no trees"),
        ("s3://bucket/m", "", "Q010", "`s3` is not supported"),
    ] {
        let ran = project(uri, options).run(&["run"]);
        assert_ne!(ran.code, Some(0));
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert!(text.contains(part), "{code} {part}: {text}");
    }
}

#[test]
fn a_model_goes_to_cloud_storage_and_replaces_what_was_there() {
    let storage = match StorageEmulator::start() {
        Ok(storage) => storage,
        Err(reason) => return eprintln!("skipped: {reason:#}"),
    };
    storage.create_bucket("models").unwrap();
    let scratch = project("gs://models/churn/1", ", format = 'ONNX'");
    let ran = run(&scratch, storage.endpoint());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let expected = [
        "churn/1/assets.extra/sqlx-run/model.json",
        "churn/1/model.onnx",
    ];
    assert_eq!(storage.names("models").unwrap(), expected);

    let saved = project("gs://models/churn/1", "");
    let ran = run(&saved, storage.endpoint());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let expected = [
        "churn/1/assets.extra/sqlx-run/model.json",
        "churn/1/saved_model.pb",
    ];
    assert_eq!(storage.names("models").unwrap(), expected);

    let missing = project("gs://other/churn", "");
    let ran = run(&missing, storage.endpoint());
    assert_ne!(ran.code, Some(0));
    let text = format!("{}{}", ran.stdout, ran.stderr);
    assert!(
        text.contains("R050") || text.contains("gs://other"),
        "{text}"
    );
}
