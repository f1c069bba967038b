//! The words that the layout knows, those of `google-sql-syntax-ts` 1.0.3

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Words in capital letters unless a dot or a dash stands next to them
pub static KEYWORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("words/keywords.txt").lines().collect());

/// Functions, whose arguments stay on one line and whose names are in capital letters before a parenthesis
pub static FUNCTIONS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("words/functions.txt").lines().collect());

/// Functions whose name has a dot: what stands before it and after it
pub static DOTTED_FUNCTIONS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    include_str!("words/functions.txt")
        .lines()
        .filter_map(|name| name.split_once('.'))
        .collect()
});

/// Clauses, which stand on lines of their own, in the order in which they are looked for
pub static CLAUSES: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    include_str!("words/clauses.txt")
        .lines()
        .map(|clause| clause.split(' ').collect())
        .collect()
});

/// The clauses that begin with a word, by their places in [`CLAUSES`]
static CLAUSES_BY_WORD: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, clause) in CLAUSES.iter().enumerate() {
        places.entry(clause[0]).or_default().push(place);
    }
    places
});

/// The places in [`CLAUSES`] of those that begin with a word, in any case
pub fn clauses_from(word: &str) -> &'static [usize] {
    CLAUSES_BY_WORD
        .get(word.to_ascii_uppercase().as_str())
        .map_or(&[], Vec::as_slice)
}

/// Ends and beginnings of words that stay on one line although each is, or may be, a clause
pub static CONNECTED: LazyLock<HashSet<(&str, &str)>> = LazyLock::new(|| {
    CLAUSES
        .iter()
        .flat_map(|clause| clause.windows(2).map(|pair| (pair[0], pair[1])))
        .chain([("FROM", "("), ("JOIN", "(")])
        .collect()
});

/// Words that begin a line, in the order in which they are looked for
pub const LINE_WORDS: [&str; 9] = [
    "AND", "OR", "ON", "RETURNS", "LANGUAGE", "CASE", "WHEN", "END", "ELSE",
];
