//! What a line editor asks: the words of the language, and whether a statement has ended

use sqlparser::tokenizer::Token;

use crate::functions;
use crate::lex::lex;

/// The words that statements and clauses begin with, and what stands between them, upper case
pub fn keywords() -> impl Iterator<Item = &'static str> {
    KEYWORDS.split_whitespace()
}

/// The names of all functions, upper case
pub fn function_names() -> impl Iterator<Item = &'static str> {
    functions::names()
}

/// Whether a text ends with a semicolon that ends its statement: outside texts, comments and blocks
pub fn ends_statement(text: &str) -> bool {
    match lex(text) {
        Ok(tokens) => {
            let tokens: Vec<Token> = tokens.into_iter().map(|one| one.token).collect();
            tokens.last() == Some(&Token::SemiColon) && open_blocks(&tokens) == 0
        }
        // a text that is not closed may go on; anything else is wrong whatever follows
        Err(error) => error.span.end < text.len() && text.trim_end().ends_with(';'),
    }
}

/// How many `BEGIN`, `IF`, `LOOP` and the like wait for their `END`
fn open_blocks(tokens: &[Token]) -> usize {
    let word = |at: usize| match tokens.get(at) {
        Some(Token::Word(word)) if word.quote_style.is_none() => word.value.to_ascii_uppercase(),
        _ => String::new(),
    };
    let begins = |at: usize| {
        at == 0
            || tokens.get(at - 1) == Some(&Token::SemiColon)
            || ["BEGIN", "THEN", "ELSE", "LOOP", "DO", "REPEAT"].contains(&word(at - 1).as_str())
    };
    let mut open = 0_usize;
    for at in 0..tokens.len() {
        match word(at).as_str() {
            "BEGIN"
                if word(at + 1) != "TRANSACTION"
                    && tokens.get(at + 1) != Some(&Token::SemiColon) =>
            {
                open += 1;
            }
            "CASE" if at == 0 || word(at - 1) != "END" => open += 1,
            "IF" | "LOOP" | "WHILE" | "REPEAT" | "FOR" if begins(at) => open += 1,
            "END" => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open
}

const KEYWORDS: &str = "\
ALL ALTER AND ANY AS ASC ASSERT BEGIN BETWEEN BY CALL CASE CAST CLUSTER COLUMN COMMIT CREATE CROSS CUBE \
CURRENT DECLARE DEFAULT DELETE DESC DISTINCT DROP ELSE ELSEIF END EXCEPT EXECUTE EXISTS EXPORT EXTRACT FALSE \
FOLLOWING FOR FROM FULL FUNCTION GROUP GROUPING HAVING IF IGNORE IMMEDIATE IN INNER INSERT INTERSECT INTERVAL \
INTO IS JOIN LEFT LIKE LIMIT LOAD LOOP MATCHED MERGE MODEL NOT NULL NULLS OFFSET ON OPTIONS OR ORDER OUTER OVER \
PARTITION PIVOT PRECEDING PROCEDURE QUALIFY RAISE RANGE RECURSIVE REPEAT REPLACE RESPECT RETURN RIGHT ROLLBACK \
ROLLUP ROWS SCHEMA SELECT SET SETS STRUCT TABLE TABLESAMPLE TEMP THEN TO TRANSACTION TRUE TRUNCATE UNBOUNDED \
UNION UNNEST UNPIVOT UPDATE USING VALUES VIEW WHEN WHERE WHILE WINDOW WITH \
ARRAY BIGNUMERIC BOOL BYTES DATE DATETIME FLOAT64 INT64 JSON NUMERIC STRING TIME TIMESTAMP";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_with_its_end() {
        for (text, ended) in [
            ("SELECT 1;", true),
            ("SELECT IF(TRUE, 1, 2);", true),
            ("SELECT CASE WHEN TRUE THEN 1 END;", true),
            ("SELECT CASE WHEN TRUE THEN 1;", false),
            ("BEGIN SELECT 1;", false),
            ("BEGIN SELECT 1; END;", true),
            ("BEGIN TRANSACTION;", true),
            ("BEGIN;", true),
            ("IF TRUE THEN SELECT 1; END IF;", true),
            ("IF TRUE THEN SELECT 1;", false),
            ("LOOP IF TRUE THEN BREAK; END IF;", false),
            ("LOOP IF TRUE THEN BREAK; END IF; END LOOP;", true),
            ("FOR x IN (SELECT 1) DO SELECT x; END FOR;", true),
            ("SELECT 'a", false),
            ("SELECT \u{1};", true),
        ] {
            assert_eq!(ends_statement(text), ended, "{text}");
        }
    }
}
