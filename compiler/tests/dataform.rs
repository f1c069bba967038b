//! Every project of `vectors` gives the graph that Dataform Core gives, but for those that
//! `known_unequal.txt` lists, line by line as `name: reason`

mod conformance;

use std::collections::BTreeMap;
use std::path::Path;

use conformance::vectors;

#[test]
fn graphs_are_equal() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let listed = std::fs::read_to_string(folder.join("known_unequal.txt")).unwrap();
    let listed: BTreeMap<&str, &str> = listed
        .lines()
        .filter_map(|line| line.split_once(": "))
        .collect();
    let vectors = vectors(&folder.join("vectors")).unwrap();
    let mut unequal = BTreeMap::new();
    for vector in &vectors {
        if let Some(difference) = vector.difference().unwrap() {
            unequal.insert(vector.name.as_str(), difference);
        }
    }
    println!(
        "equal / all: {} / {}",
        vectors.len() - unequal.len(),
        vectors.len()
    );
    for (name, difference) in &unequal {
        println!("{name}: {difference}");
    }
    let fresh: Vec<_> = unequal
        .keys()
        .filter(|name| !listed.contains_key(*name))
        .collect();
    let stale: Vec<_> = listed
        .keys()
        .filter(|name| !unequal.contains_key(*name))
        .collect();
    assert!(fresh.is_empty(), "unequal but not listed: {fresh:?}");
    assert!(stale.is_empty(), "listed but equal now: {stale:?}");
}
