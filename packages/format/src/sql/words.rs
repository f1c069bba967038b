//! The words that the layout knows, those of `google-sql-syntax-ts` 1.0.3

use std::collections::HashSet;
use std::sync::LazyLock;

/// Words in capital letters unless a dot or a dash stands next to them
pub static KEYWORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("words/keywords.txt").lines().collect());

/// Functions, whose arguments stay on one line and whose names are in capital letters before a parenthesis
pub static FUNCTIONS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("words/functions.txt").lines().collect());

/// Functions whose name has a dot: what stands before it and after it
pub static DOTTED_FUNCTIONS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    FUNCTIONS
        .iter()
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
