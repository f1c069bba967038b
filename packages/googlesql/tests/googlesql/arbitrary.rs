//! No text makes the front end panic, and every error has a code and a place in the text: what `cargo xtask fuzz`
//! does at length, for a moment

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::support;

#[path = "../../../../fuzz/targets/front_end/mod.rs"]
mod front_end;
#[path = "../../../../fuzz/targets/grammar/mod.rs"]
mod grammar;

/// The statements of the cases
static STATEMENTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/googlesql/cases");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let statements = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with("--"));
        let statements = lines.filter_map(|line| Some(line.split_once(" => ")?.0.to_owned()));
        statements.collect::<Vec<_>>()
    });
    statements.collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,80}") {
        front_end::check(&text);
    }

    #[test]
    fn any_change_is_survived(start in any::<Index>(), seeds in prop::collection::vec(any::<u32>(), 1..8)) {
        let mut text = start.get(&STATEMENTS).clone();
        for seed in seeds {
            text = grammar::mutate(&text, seed);
        }
        front_end::check(&text);
    }

    #[test]
    fn any_crossing_is_survived(one in any::<Index>(), other in any::<Index>(), seed in any::<u32>()) {
        let (one, other): (&String, &String) = (one.get(&STATEMENTS), other.get(&STATEMENTS));
        front_end::check(&grammar::cross(one, other, seed));
    }
}

/// What fuzzing once found
#[test]
fn what_was_found_is_survived() {
    for text in include_str!("survived.txt").split("\n---\n") {
        front_end::check(text);
    }
}

#[test]
fn deep_nesting_is_an_error_or_fine() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("NOT ", ""),
        ("-", ""),
        ("STRUCT(", ")"),
        ("(SELECT ", ")"),
        ("(SELECT * FROM ", ")"),
        ("EXISTS(", ")"),
        ("CASE WHEN TRUE THEN ", " END"),
        ("CASE ", ""),
        ("ABS(", ")"),
        ("ARRAY_TRANSFORM([1], e -> ", ")"),
        // what multiplies
        ("GREATEST(x, ", ")"),
        ("IFERROR(", ", 1)"),
        ("TO_JSON(STRUCT(", " AS k))"),
        ("WITH(w AS x, w + ", ")"),
        ("d.any_of(", ", 1)"),
        ("ANY_VALUE((SELECT ", ") HAVING MAX x)"),
    ] {
        for depth in [14, 2000] {
            let nested = format!("{}x{}", open.repeat(depth), close.repeat(depth));
            front_end::check(&format!("SELECT {nested} FROM d.t"));
        }
    }
}

#[test]
fn long_statements_are_an_error_or_fine() {
    let list = |count: usize, one: fn(usize) -> String, between: &str| {
        (0..count).map(one).collect::<Vec<_>>().join(between)
    };
    for text in [
        format!("SELECT 1{}", " + 1".repeat(3000)),
        format!("SELECT 1{}", " IS DISTINCT FROM 1 AND TRUE".repeat(3000)),
        format!("SELECT 1 AS x{}", " UNION ALL SELECT x".repeat(1000)),
        format!("SELECT (x){} FROM d.t", ".ABS()".repeat(1500)),
        format!("FROM d.t{}", " |> WHERE b".repeat(1500)),
        format!(
            "SELECT x IN ({}) FROM d.t",
            list(5000, |at| at.to_string(), ", ")
        ),
        format!(
            "SELECT {} FROM d.t",
            list(2000, |at| format!("x AS c{at}"), ", ")
        ),
        format!("SELECT {} FROM d.t", list(2000, |_| "x".to_owned(), ", ")),
        format!(
            "SELECT CASE {} END FROM d.t",
            list(2000, |at| format!("WHEN x = {at} THEN 'a'"), " ")
        ),
        format!(
            "SELECT * FROM d.t WHERE {}",
            list(800, |at| format!("t.x = {at}"), " OR ")
        ),
        format!("SELECT '{}'", "a".repeat(1 << 20)),
        "SELECT 1;".repeat(1000),
    ] {
        front_end::check(&text);
    }
}

/// Chains that are no deeper than the engine takes are answered
#[test]
fn long_chains_are_answered() {
    let conditions = vec!["o.id != 1 AND o.customer = 'a'"; 450].join(" AND ");
    let arms = "WHEN o.id = 1 THEN 'a' ".repeat(3000);
    let replaced = format!(
        "{}customer{}",
        "REPLACE(".repeat(60),
        ", 'a', 'b')".repeat(60)
    );
    for text in [
        format!("SELECT id FROM orders AS o WHERE {conditions}"),
        format!("SELECT CASE {arms}END FROM orders AS o"),
        format!("SELECT {replaced} FROM orders"),
    ] {
        support::analyze(&text, &support::shop()).unwrap();
    }
}
