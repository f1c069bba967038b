//! Every project of `projects` gives the graph that Dataform gave when `cargo xtask conformance peer --update`
//! ran last

use sqlx_tests::dataform::vectors;
use sqlx_tests::peer::projects;

#[test]
fn graphs_are_those_of_the_peer() {
    let vectors = vectors(&projects()).unwrap();
    assert!(!vectors.is_empty());
    let unequal: Vec<String> = vectors
        .iter()
        .filter_map(|vector| {
            let difference = vector.difference().unwrap()?;
            Some(format!("{}: {difference}", vector.name))
        })
        .collect();
    assert!(unequal.is_empty(), "{}", unequal.join("\n"));
}
