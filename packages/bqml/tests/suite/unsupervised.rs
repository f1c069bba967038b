//! Clusters and principal components against scikit-learn's; `tests/reference/kinds.py` makes the files

use bqml::{Model, Parameters};
use googlesql::{Relation, Type, Value};

use crate::scikit_learn::{Reference, close, number, numbers};
use crate::support::{NoCatalog, call, create, rows, text, train};

/// The features of a file's rows, and `marked` from what is their last number, if there is one
fn load(file: &str, marked: bool) -> Reference {
    let mut reference = Reference::load(file, Type::Float64);
    let columns = &mut reference.training.columns;
    let mut names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    if marked {
        columns.pop();
        columns.push(googlesql::Column::new("marked", Type::Bool));
        names.pop();
        names.push("label = 1 AS marked".to_owned());
    }
    reference.training.sql = format!("SELECT {} FROM t", names.join(", "));
    reference
}

fn trained(reference: &Reference, model_type: &str, more: &[(&str, Value)]) -> Model {
    let mut options = vec![("model_type", text(model_type))];
    options.extend(more.iter().cloned());
    let statement = create(reference.training.clone(), &options);
    train(&reference.connection, &statement).unwrap()
}

#[test]
fn clusters_are_those_of_scikit_learn() {
    let reference = load("kmeans.json", true);
    let model = trained(
        &reference,
        "KMEANS",
        &[
            ("num_clusters", Value::Int64(3)),
            ("kmeans_init_method", text("CUSTOM")),
            ("kmeans_init_col", text("marked")),
            ("max_iterations", Value::Int64(100)),
            ("min_rel_progress", Value::Float64(0.0)),
        ],
    );
    let Parameters::KMeans(clusters) = &model.parameters else {
        panic!("{:?}", model.parameters);
    };
    // ids follow the rows' order by value, not the file's
    let centers: Vec<Vec<f64>> = reference.expected["centers"]
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect();
    let place = |center: &Vec<f64>| {
        let far = |own: &[f64]| -> f64 {
            let pairs = own.iter().zip(center);
            pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
        };
        let found = clusters
            .clusters
            .iter()
            .position(|own| far(&own.centroid) < 1e-9);
        found.unwrap_or_else(|| panic!("no centroid at {center:?}"))
    };
    let places: Vec<usize> = centers.iter().map(place).collect();
    reference.check_metrics(&model, &reference.expected["metrics"], 1e-9);

    let predicted = reference.ask(&model, "ML.PREDICT", true);
    let labels = reference.expected["labels"].as_array().unwrap();
    for (row, label) in predicted.iter().zip(labels) {
        let label = label.as_u64().unwrap() as usize;
        assert_eq!(row[0], (places[label] + 1).to_string());
    }
    let answer = model.relation(
        &call("ML.PREDICT", vec![reference.training.clone()], &[]),
        &NoCatalog,
    );
    let sql = format!(
        "SELECT one.CENTROID_ID, one.DISTANCE FROM (SELECT row_number() OVER () AS n, unnest(NEAREST_CENTROIDS_DISTANCE) AS one FROM ({})) WHERE n <= 5 ORDER BY n",
        answer.unwrap().sql
    );
    let mut pairs = rows(&reference.connection, &sql).into_iter();
    for expected in reference.expected["distances"].as_array().unwrap() {
        let expected = numbers(expected);
        let mut nearest: Vec<(f64, usize)> = expected
            .iter()
            .zip(&places)
            .map(|(distance, place)| (*distance, place + 1))
            .collect();
        nearest.sort_by(|left, right| left.0.total_cmp(&right.0));
        for (distance, id) in nearest {
            let pair = pairs.next().unwrap();
            let (found_id, found) = pair.split_once(" | ").unwrap();
            assert_eq!(found_id, id.to_string());
            close(found.parse().unwrap(), distance, 1e-8, "distance");
        }
    }
}

#[test]
fn components_are_those_of_scikit_learn() {
    let mut reference = load("pca.json", false);
    // the file has no label: the last number is a feature, too
    reference.training.sql = "SELECT * FROM t".to_owned();
    let count = reference.expected["count"].as_i64().unwrap();
    for (name, scale, solver) in [
        ("scaled", true, "FULL"),
        ("raw", false, "FULL"),
        ("scaled", true, "RANDOMIZED"),
    ] {
        let model = trained(
            &reference,
            "PCA",
            &[
                ("num_principal_components", Value::Int64(count)),
                ("scale_features", Value::Bool(scale)),
                ("pca_solver", text(solver)),
            ],
        );
        let expected = &reference.expected[name];
        let tolerance = if solver == "FULL" { 1e-9 } else { 1e-6 };
        let relative = |value: f64| tolerance * value.abs().max(1.0);

        let info = reference.ask(&model, "ML.PRINCIPAL_COMPONENT_INFO", false);
        let eigenvalues = numbers(&expected["eigenvalues"]);
        let ratios = numbers(&expected["ratios"]);
        let mut cumulative = 0.0;
        for (id, row) in info.iter().enumerate() {
            cumulative += ratios[id];
            assert_eq!(row[0], id.to_string());
            let all = [eigenvalues[id], ratios[id], cumulative];
            for (found, expected) in row[1..].iter().zip(all) {
                close(found.parse().unwrap(), expected, relative(expected), "info");
            }
        }
        let evaluated = reference.ask(&model, "ML.EVALUATE", false);
        close(
            evaluated[0][0].parse().unwrap(),
            cumulative,
            1e-9,
            "explained",
        );

        let Parameters::Pca(components) = &model.parameters else {
            panic!("{:?}", model.parameters);
        };
        let directions = expected["components"].as_array().unwrap();
        for (component, expected) in components.components.iter().zip(directions) {
            for (found, expected) in component.direction.iter().zip(numbers(expected)) {
                close(*found, expected, tolerance, "direction");
            }
        }
        let scores = expected["scores"].as_array().unwrap();
        let predicted = reference.ask(&model, "ML.PREDICT", true);
        for (row, expected) in predicted.iter().zip(scores) {
            for (found, expected) in row.iter().zip(numbers(expected)) {
                close(
                    found.parse().unwrap(),
                    expected,
                    relative(expected),
                    "score",
                );
            }
        }
        let anomalies = call(
            "ML.DETECT_ANOMALIES",
            vec![reference.training.clone()],
            &[("contamination", Value::Float64(0.1))],
        );
        let answer = model.relation(&anomalies, &NoCatalog).unwrap();
        let sql = format!("SELECT mean_squared_error FROM ({})", answer.sql);
        let errors = rows(&reference.connection, &sql);
        for (found, expected) in errors.iter().zip(expected["errors"].as_array().unwrap()) {
            let expected = number(expected);
            close(
                found.parse().unwrap(),
                expected,
                relative(expected),
                "error",
            );
        }
        let sql = format!(
            "SELECT count(*) FILTER (WHERE is_anomaly) FROM ({})",
            answer.sql
        );
        assert_eq!(rows(&reference.connection, &sql), ["18"]);
    }
}

#[test]
fn as_many_components_as_explain_enough_are_kept() {
    let mut reference = load("pca.json", false);
    reference.training.sql = "SELECT * FROM t".to_owned();
    let ratios = numbers(&reference.expected["scaled"]["ratios"]);
    for wanted in 1..ratios.len() {
        let enough: f64 = ratios[..wanted].iter().sum();
        let model = trained(
            &reference,
            "PCA",
            &[(
                "pca_explained_variance_ratio",
                Value::Float64(enough - 1e-6),
            )],
        );
        let info = reference.ask(&model, "ML.PRINCIPAL_COMPONENT_INFO", false);
        assert_eq!(info.len(), wanted);
    }
}

#[test]
fn every_start_finds_clusters_that_lie_apart() {
    let connection = crate::support::engine(
        "CREATE TABLE t AS SELECT CAST(i % 4 AS DOUBLE) * 10 + sin(i) AS x, CAST(i % 4 // 2 AS DOUBLE) * 50 + cos(i * 7) AS y,
           'g' || i % 4 AS g FROM range(400) AS r(i)",
    );
    let columns = [("x", Type::Float64), ("y", Type::Float64)];
    let training: Relation = crate::support::relation("SELECT x, y FROM t", &columns);
    for (method, distance) in [
        ("KMEANS++", "EUCLIDEAN"),
        ("RANDOM", "EUCLIDEAN"),
        ("KMEANS++", "COSINE"),
    ] {
        let options = [
            ("model_type", text("KMEANS")),
            ("num_clusters", Value::Int64(4)),
            ("kmeans_init_method", text(method)),
            ("distance_type", text(distance)),
        ];
        let model = train(&connection, &create(training.clone(), &options)).unwrap();
        let again = train(&connection, &create(training.clone(), &options)).unwrap();
        assert_eq!(model.parameters, again.parameters);
        let losses: Vec<f64> = model.training.iter().map(|step| step.loss).collect();
        assert!(
            losses
                .windows(2)
                .all(|pair| pair[1] <= pair[0] * (1.0 + 1e-12)),
            "{losses:?}"
        );
        let Parameters::KMeans(clusters) = &model.parameters else {
            panic!("{:?}", model.parameters);
        };
        let sizes: u64 = clusters.clusters.iter().map(|cluster| cluster.size).sum();
        assert_eq!(sizes, 400);
        if method == "KMEANS++" && distance == "EUCLIDEAN" {
            assert!(clusters.clusters.iter().all(|cluster| cluster.size == 100));
        }
    }
}

/// Numbers with NULLs, a category and an array in three groups that lie apart
const GROUPS: &str = "CREATE TABLE t AS SELECT
    CASE WHEN i % 10 <> 9 THEN CAST(i % 3 AS DOUBLE) * 100 + i % 7 END AS x,
    CASE WHEN i % 11 <> 5 THEN 'g' || i % 3 END AS g,
    ['a' || i % 2, 'b'] AS s
  FROM range(30) AS r(i)";

#[test]
fn functions_return_what_is_documented() {
    let connection = crate::support::engine(GROUPS);
    let columns = [
        ("x", Type::Float64),
        ("g", Type::String),
        ("s", Type::Array(Box::new(Type::String))),
    ];
    let all = crate::support::relation("SELECT x, g, s FROM t", &columns);
    let few = crate::support::relation("SELECT x, g, s FROM t LIMIT 3", &columns);
    let part = [("contamination", Value::Float64(0.1))];
    let yes = |name| [(name, Value::Bool(true))];
    let mut shown = Vec::new();
    for (model_type, option) in [
        ("KMEANS", ("num_clusters", Value::Int64(3))),
        ("PCA", ("num_principal_components", Value::Int64(2))),
    ] {
        let options = [
            ("model_type", text(model_type)),
            option,
            ("kmeans_init_method", text("KMEANS++")),
        ];
        let used = if model_type == "KMEANS" {
            &options[..]
        } else {
            &options[..2]
        };
        let mut model = train(&connection, &create(all.clone(), used)).unwrap();
        for iteration in &mut model.training {
            iteration.duration_ms = 0;
        }
        let standardized = yes("standardize");
        let kept = yes("keep_original_columns");
        let mut calls = vec![
            call("ML.PREDICT", vec![few.clone()], &[]),
            call("ML.DETECT_ANOMALIES", vec![few.clone()], &part),
            call("ML.EVALUATE", vec![], &[]),
            call("ML.TRAINING_INFO", vec![], &[]),
            call("ML.FEATURE_INFO", vec![], &[]),
        ];
        if model_type == "KMEANS" {
            calls.push(call("ML.EVALUATE", vec![all.clone()], &[]));
            calls.push(call("ML.CENTROIDS", vec![], &[]));
            calls.push(call("ML.CENTROIDS", vec![], &standardized));
        } else {
            calls.push(call("ML.PREDICT", vec![few.clone()], &kept));
            calls.push(call("ML.PRINCIPAL_COMPONENTS", vec![], &[]));
            calls.push(call("ML.PRINCIPAL_COMPONENT_INFO", vec![], &[]));
        }
        for one in calls {
            let answer = model.relation(&one, &NoCatalog).unwrap();
            let types: Vec<String> = answer
                .columns
                .iter()
                .map(|column| format!("{} {}", column.name, column.ty))
                .collect();
            shown.push(format!(
                "{model_type} {}\n{}\n{}\n",
                one.function,
                types.join(", "),
                rows(&connection, &answer.sql).join("\n")
            ));
        }
        for one in [
            call("ML.WEIGHTS", vec![], &[]),
            call("ML.ROC_CURVE", vec![], &[]),
            call("ML.EXPLAIN_PREDICT", vec![few.clone()], &[]),
            call("ML.FEATURE_IMPORTANCE", vec![], &[]),
            call("ML.DETECT_ANOMALIES", vec![few.clone()], &[]),
            call("ML.RECONSTRUCTION_LOSS", vec![few.clone()], &[]),
        ] {
            let error = model.relation(&one, &NoCatalog).unwrap_err();
            shown.push(crate::errors::line(&error));
        }
    }
    insta::assert_snapshot!("unsupervised", shown.join("\n"));
}

#[test]
fn options_are_checked() {
    let connection = crate::support::engine(GROUPS);
    let columns = [("x", Type::Float64), ("g", Type::String)];
    let all = crate::support::relation("SELECT x, g FROM t", &columns);
    let kmeans = ("model_type", text("KMEANS"));
    let pca = ("model_type", text("PCA"));
    let cases: Vec<Vec<(&str, Value)>> = vec![
        vec![kmeans.clone(), ("num_clusters", Value::Int64(1))],
        vec![kmeans.clone(), ("num_clusters", Value::Int64(50))],
        vec![kmeans.clone(), ("kmeans_init_method", text("CUSTOM"))],
        vec![kmeans.clone(), ("kmeans_init_col", text("g"))],
        vec![
            kmeans.clone(),
            ("num_clusters", Value::Int64(3)),
            ("kmeans_init_method", text("CUSTOM")),
            ("kmeans_init_col", text("g")),
        ],
        vec![kmeans.clone(), ("distance_type", text("MANHATTAN"))],
        vec![kmeans.clone(), ("warm_start", Value::Bool(true))],
        vec![
            kmeans.clone(),
            ("input_label_cols", Value::Array(vec![text("g")])),
        ],
        vec![kmeans, ("l2_reg", Value::Int64(1))],
        vec![pca.clone()],
        vec![
            pca.clone(),
            ("num_principal_components", Value::Int64(2)),
            ("pca_explained_variance_ratio", Value::Float64(0.5)),
        ],
        vec![pca.clone(), ("num_principal_components", Value::Int64(6))],
        vec![
            pca.clone(),
            ("pca_explained_variance_ratio", Value::Float64(1.5)),
        ],
        vec![
            pca,
            ("pca_explained_variance_ratio", Value::Float64(0.5)),
            ("pca_solver", text("RANDOMIZED")),
        ],
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|options| {
            let trained = train(&connection, &create(all.clone(), options));
            crate::errors::line(&trained.unwrap_err())
        })
        .collect();
    insta::assert_snapshot!("unsupervised_options", lines.join("\n"));
}
