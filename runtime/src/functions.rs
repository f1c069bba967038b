//! Scripts that do nothing but create functions, which a query may need before its own statements run

/// Whether every statement of a script creates a function, a temporary one or a table function
pub fn only_creates(script: &str) -> bool {
    let Ok(statements) = googlesql::parse(script) else {
        return false;
    };
    !statements.is_empty()
        && statements.iter().all(|statement| {
            let text = script.get(statement.span()).unwrap_or_default();
            let mut words = text.split_whitespace().map(str::to_uppercase).peekable();
            words.next().as_deref() == Some("CREATE")
                && words
                    .find(|word| {
                        !["OR", "REPLACE", "TEMP", "TEMPORARY", "TABLE"].contains(&word.as_str())
                    })
                    .as_deref()
                    == Some("FUNCTION")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_functions_count() {
        for (script, expected) in [
            ("CREATE FUNCTION d.f(x INT64) AS (x + 1)", true),
            ("create or replace temp function f(x INT64) AS (x);", true),
            ("CREATE TABLE FUNCTION d.f() AS (SELECT 1 AS n)", true),
            ("CREATE TABLE d.t AS SELECT 1 AS n", false),
            ("CREATE TEMP FUNCTION f() AS (1); SELECT f()", false),
            ("", false),
        ] {
            assert_eq!(only_creates(script), expected, "{script}");
        }
    }
}
