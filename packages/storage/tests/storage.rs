//! Folders replaced and read as a whole

use std::fs;
use std::path::Path;

use storage::{File, Location};

fn files(names: &[&str]) -> Vec<File> {
    names
        .iter()
        .map(|name| File::new(*name, format!("content of {name}")))
        .collect()
}

#[test]
fn a_location_is_a_bucket_or_a_path() {
    let base = Path::new("/project");
    let parse = |uri: &str| Location::parse(uri, base).map(|found| found.to_string());
    assert_eq!(parse("gs://bucket/a/b/").unwrap(), "gs://bucket/a/b");
    assert_eq!(parse("gs://bucket").unwrap(), "gs://bucket/");
    assert_eq!(parse("models/m").unwrap(), "/project/models/m");
    assert_eq!(parse("/models/m").unwrap(), "/models/m");
    assert_eq!(parse("file:///models/m").unwrap(), "/models/m");
    for (uri, part) in [
        ("gs://", "it names no bucket"),
        ("s3://bucket/a", "`s3` is not supported"),
        (" ", "it is empty"),
    ] {
        let error = parse(uri).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_local_folder_is_replaced_as_a_whole() {
    let scratch = tempfile::tempdir().unwrap();
    let location = Location::parse("a/model", scratch.path()).unwrap();
    assert_eq!(location.read_all().unwrap(), []);
    let first = files(&["one", "sub/two", "sub/deep/three"]);
    location.replace_all(&first).unwrap();
    assert_eq!(location.read_all().unwrap().len(), 3);
    assert_eq!(
        location.read("sub/two").unwrap().unwrap(),
        b"content of sub/two"
    );
    let second = files(&["one", "other"]);
    location.replace_all(&second).unwrap();
    assert_eq!(location.read_all().unwrap(), second);
    // nothing is left beside it
    let beside = fs::read_dir(scratch.path().join("a")).unwrap().count();
    assert_eq!(beside, 1);
}

#[test]
fn a_failed_write_leaves_the_folder_alone() {
    let scratch = tempfile::tempdir().unwrap();
    let location = Location::parse("model", scratch.path()).unwrap();
    let first = files(&["one"]);
    location.replace_all(&first).unwrap();
    // a file cannot stand where a folder must
    let impossible = files(&["a", "a/b"]);
    assert!(location.replace_all(&impossible).is_err());
    assert_eq!(location.read_all().unwrap(), first);
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
}
