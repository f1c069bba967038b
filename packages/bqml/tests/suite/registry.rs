//! Models on disk

use googlesql::{PhysicalName, Type};

use bqml::Registry;

use crate::support::{NoCatalog, call, engine, logistic, relation, rows, train};

fn name(schema: &str, name: &str) -> PhysicalName {
    PhysicalName {
        schema: schema.to_owned(),
        name: name.to_owned(),
    }
}

#[test]
fn a_model_comes_back_as_it_was() {
    let connection = engine(
        "CREATE TABLE t AS SELECT sin(i) AS x, 'c' || i % 13 AS c, i % 3 = 0 AS label FROM range(700) AS r(i)",
    );
    let columns = [
        ("x", Type::Float64),
        ("c", Type::String),
        ("label", Type::Bool),
    ];
    let training = relation("SELECT * FROM t", &columns);
    let model = train(&connection, &logistic(training.clone(), "label", &[])).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::new(folder.path().join("models"));
    let name = name("d", "m");

    assert_eq!(registry.list().unwrap(), []);
    assert_eq!(registry.load(&name).unwrap(), None);
    registry.save(&name, &model, None).unwrap();
    let loaded = registry.load(&name).unwrap().unwrap();
    assert_eq!(loaded, model);

    let predict = call("ML.PREDICT", vec![training], &[]);
    let before = model.relation(&predict, &NoCatalog).unwrap();
    let after = loaded.relation(&predict, &NoCatalog).unwrap();
    assert_eq!(before, after);
    assert_eq!(rows(&connection, &after.sql).len(), 700);

    assert_eq!(registry.version(&name).unwrap(), Some(1));
    registry.save(&name, &model, None).unwrap();
    assert_eq!(registry.version(&name).unwrap(), Some(2));
    // made again by one that was interrupted, in place of what it had made
    registry.save(&name, &model, Some("a run")).unwrap();
    registry.save(&name, &model, Some("a run")).unwrap();
    assert_eq!(registry.version(&name).unwrap(), Some(3));
    assert_eq!(registry.versions(&name).unwrap(), [1, 2, 3]);
    registry.save(&name, &model, Some("another run")).unwrap();
    assert_eq!(registry.version(&name).unwrap(), Some(4));
    assert!(registry.remove(&name).unwrap());
    assert!(!registry.remove(&name).unwrap());
    assert_eq!(registry.load(&name).unwrap(), None);
}

#[test]
fn names_of_any_kind_are_kept_apart_and_listed() {
    let connection =
        engine("CREATE TABLE t AS SELECT i AS x, i % 2 AS label FROM range(9) AS r(i)");
    let columns = [("x", Type::Int64), ("label", Type::Int64)];
    let statement = logistic(relation("SELECT * FROM t", &columns), "label", &[]);
    let model = train(&connection, &statement).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::new(folder.path().to_owned());
    let mut names = vec![
        name("d", "m"),
        name("other-project.d", "m"),
        name("d", "m.json"),
        name("..", "../m"),
        name("d", "modèle / 100%"),
        name("d", "%2F"),
    ];
    for name in &names {
        registry.save(name, &model, None).unwrap();
    }
    names.sort();
    assert_eq!(registry.list().unwrap(), names);
}

#[test]
fn a_damaged_or_newer_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::new(folder.path().to_owned());
    std::fs::create_dir(folder.path().join("d")).unwrap();
    let path = folder.path().join("d/m.json");
    for (text, expected) in [
        ("{\"format\": 1, \"version\"", "not valid"),
        (
            "{\"format\": 99, \"version\": 3, \"model\": {}}",
            "format 99",
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = registry.load(&name("d", "m")).unwrap_err().to_string();
        assert!(
            error.contains("m.json") && error.contains(expected),
            "{error}"
        );
    }
}
