//! Files of Vertex AI actions: what they become in the graph, and what is said about wrong ones

use diagnostic::Renderer;
use sqlx_compiler::{ActionRef, Compilation, CompileOptions, MemoryProject, compile};

const SETTINGS: &str = "defaultProject: shop\ndefaultLocation: US\ndefaultDataset: marts\n\
    dataformCoreVersion: 3.0.65\nvars:\n  bucket: models\n";

fn project() -> MemoryProject {
    MemoryProject::new()
        .with("workflow_settings.yaml", SETTINGS)
        .with(
            "definitions/events.sqlx",
            "config { type: \"declaration\", schema: \"raw\", name: \"events\" }",
        )
        .with(
            "definitions/training.sqlx",
            "config { type: \"table\" }\nSELECT * FROM ${ref(\"events\")}",
        )
        .with(
            "definitions/churn.sqlx",
            "config { type: \"operations\", hasOutput: true }\n\
             CREATE OR REPLACE MODEL ${self()} OPTIONS (MODEL_TYPE = 'LOGISTIC_REG') AS\n\
             SELECT * FROM ${ref(\"training\")}",
        )
        .with(
            "definitions/churn_export.sqlx",
            "config { type: \"operations\" }\n\
             EXPORT MODEL ${ref(\"churn\")}\nOPTIONS (URI = 'gs://${dataform.projectConfig.vars.bucket}/churn')",
        )
}

fn compiled(project: &MemoryProject) -> Compilation {
    let options = CompileOptions {
        vertex_actions: true,
        ..CompileOptions::default()
    };
    compile(project, &options)
}

fn said(project: &MemoryProject) -> String {
    let renderer = Renderer::new(false, 100);
    let found = compiled(project).diagnostics;
    found.iter().map(|one| renderer.render(one)).collect()
}

#[test]
fn files_become_actions() {
    let project = project()
        .with(
            "definitions/serving/churn.vertex.yaml",
            "type: model\nartifactUri: ${ref(\"churn_export\")}/v1\ntags: [serving]\n\
             container:\n  imageUri: tf2-cpu\n  port: 8080\n  env: {BUCKET: \"${vars.bucket}\"}\n\
             versionAliases: baseline\nlabels: {team: growth}\nexplanation: {pathCount: 10}\n",
        )
        .with(
            "definitions/serving/churn_endpoint.vertex.yaml",
            "type: endpoint\ndisplayName: Churn\nlocation: europe-west1\ndisabled: true\n",
        )
        .with(
            "definitions/serving/deploy.vertex.yaml",
            "type: deployment\nname: churn_baseline\nmodel: ${ref(\"churn\")}\n\
             endpoint: ${ref(\"churn_endpoint\")}\ntraffic: 50\nmaxReplicaCount: 3\n",
        )
        .with(
            "definitions/serving/scores.vertex.yaml",
            "type: batchPrediction\nmodel: projects/p/locations/l/models/7\n\
             input: ${ref(\"marts\", \"training\")}\noutput: scores\ndependencies: [vertex.churn]\n",
        )
        .with(
            "definitions/serving/watch.vertex.yaml",
            "type: monitor\nendpoint: ${ref(\"churn_endpoint\")}\ntrainingData: ${ref(\"training\")}\n\
             targetField: churned\ninterval: 6h\nsamplingRate: 0.5\nskewThresholds: {country: 0.3}\n",
        );
    let compilation = compiled(&project);
    assert_eq!(said(&project), "");
    insta::assert_json_snapshot!(compilation.graph.vertex_actions);
    let dataform = compile(&project, &CompileOptions::default());
    assert!(dataform.graph.vertex_actions.is_empty());
    assert!(dataform.diagnostics.is_empty());
}

#[test]
fn wrong_files_are_told_at_their_places() {
    let cases = [
        ("no_yaml", "type: [model"),
        ("empty", ""),
        ("type", "type: modell"),
        ("no_type", "name: x"),
        ("keys", "type: model\nartifactUrl: x\ncontainer: {image: y}"),
        (
            "values",
            "type: deployment\nmodel: ${ref(\"m\")}\nendpoint: 7\ntraffic: 120\nminReplicaCount: 2.5",
        ),
        ("unknown", "type: endpoint\ndependencies: [trainin]"),
        (
            "kind",
            "type: deployment\nmodel: ${ref(\"training\")}\nendpoint: ${ref(\"e\")}",
        ),
        (
            "no_export",
            "type: model\nartifactUri: ${ref(\"churn\")}\ncontainer: {imageUri: i}",
        ),
        ("javascript", "type: endpoint\ndisplayName: ${1 + 1}"),
        ("variable", "type: endpoint\ndisplayName: ${vars.buket}"),
        ("label", "type: endpoint\nlabels: {Team: growth}"),
        (
            "alias",
            "type: model\nartifactUri: gs://b/m\ncontainer: {imageUri: i}\nversionAliases: [V1]",
        ),
        (
            "monitor",
            "type: monitor\nendpoint: ${ref(\"e\")}\nskewThresholds: {a: 2}\ninterval: often",
        ),
    ];
    let mut text = String::new();
    for (name, file) in cases {
        let project = project()
            .with(
                "definitions/m.vertex.yaml",
                "type: model\nartifactUri: gs://b/m\ncontainer: {imageUri: i}",
            )
            .with("definitions/e.vertex.yaml", "type: endpoint")
            .with(format!("definitions/{name}.vertex.yaml"), file);
        text.push_str(&format!("=== {name}\n{}\n", said(&project)));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn names_are_unique_and_circles_are_found() {
    let twice = project()
        .with("definitions/a/e.vertex.yaml", "type: endpoint")
        .with("definitions/b/e.vertex.yaml", "type: endpoint");
    let circle = MemoryProject::new()
        .with("workflow_settings.yaml", SETTINGS)
        .with(
            "definitions/scores.sqlx",
            "config { type: \"declaration\", schema: \"marts\", name: \"scores\" }",
        )
        .with(
            "definitions/input.sqlx",
            "config { type: \"table\" }\nSELECT * FROM ${ref(\"scores\")}",
        )
        .with(
            "definitions/predict.vertex.yaml",
            "type: batchPrediction\nmodel: projects/p/locations/l/models/7\n\
             input: ${ref(\"input\")}\noutput: ${ref(\"scores\")}\n",
        );
    insta::assert_snapshot!(format!("{}\n{}", said(&twice), said(&circle)));
    let compilation = compiled(&circle);
    let vertex = compilation.graph.actions().find_map(|action| match action {
        ActionRef::Vertex(action) => Some(action),
        _ => None,
    });
    assert_eq!(vertex.unwrap().dependency_targets.len(), 1);
}
