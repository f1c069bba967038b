//! No text makes the parser or the resolver panic, and every error has a place in the text

use proptest::prelude::*;

use crate::support;

/// Pieces that make texts which get far
const PIECES: &[&str] = &[
    "SELECT",
    "FROM",
    "WHERE",
    "orders",
    "id",
    "customer",
    "amount",
    "day",
    "at",
    "tags",
    "*",
    ",",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "=",
    "+",
    "-",
    "/",
    "||",
    ".",
    "'x'",
    "\"y\"",
    "1",
    "2.5",
    "NULL",
    "AS",
    "a",
    "GROUP BY",
    "ORDER BY",
    "LIMIT",
    "JOIN",
    "USING",
    "ON",
    "UNNEST",
    "WITH",
    "OFFSET",
    "COUNT",
    "SUM",
    "OVER",
    "PARTITION BY",
    "EXTRACT",
    "YEAR",
    "CAST",
    "INT64",
    "DATE",
    "ARRAY",
    "STRUCT",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "IN",
    "LIKE",
    "BETWEEN",
    "AND",
    "OR",
    "NOT",
    "UNION ALL",
    "BY NAME",
    "EXCEPT",
    "CREATE TABLE",
    "INSERT INTO",
    "MERGE",
    "`a.b`",
    "|>",
    ";",
    "INTERVAL",
    "DAY",
    "DISTINCT",
    "QUALIFY",
    "ML.PREDICT",
    "MODEL",
    "TABLE",
    "r'\\'",
    "/*",
    "--",
    "@x",
    "é",
    "PIVOT",
    "FOR",
    "->",
    "CREATE OR REPLACE MODEL",
    "TRANSFORM",
    "OPTIONS",
    "DECLARE",
    "DEFAULT",
    "SET",
    "BEGIN",
    "EXCEPTION WHEN ERROR THEN",
    "IF",
    "ELSEIF",
    "END IF",
    "LOOP",
    "END LOOP",
    "WHILE",
    "DO",
    "FOR",
    "REPEAT",
    "UNTIL",
    "BREAK",
    "CONTINUE",
    "a:",
    "RAISE",
    "CALL",
    "CREATE PROCEDURE p",
    "EXECUTE IMMEDIATE",
    "INTO",
    "@@row_count",
    "?",
];

fn check(text: &str) {
    let catalog = support::shop();
    let errors = match googlesql::parse(text) {
        Ok(statements) => statements
            .iter()
            .filter_map(|statement| googlesql::analyze(text, statement, &catalog).err())
            .collect(),
        Err(error) => vec![error],
    };
    for error in errors {
        assert!(error.span.start <= error.span.end, "{error:?} in {text:?}");
        assert!(error.span.end <= text.len(), "{error:?} in {text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,80}") {
        check(&text);
    }

    #[test]
    fn any_pieces_are_survived(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        check(&format!("SELECT {}", pieces.join(" ")));
        check(&pieces.join(" "));
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
        ("CASE WHEN TRUE THEN ", " END"),
    ] {
        check(&format!(
            "SELECT {}1{}",
            open.repeat(2000),
            close.repeat(2000)
        ));
    }
    check(&format!("SELECT 1{}", " + 1".repeat(3000)));
    check(&format!("SELECT 1{}", " UNION ALL SELECT x".repeat(1000)));
}
