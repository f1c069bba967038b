//! Chained calls: `(x).F(y)` becomes `F(x, y)`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-reference#chained_function_calls>

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::token::{at, closing, is, is_name, opening};

/// Rewrites every chained call, the first of a chain first
pub fn chained(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut tokens = tokens;
    let mut index = 1;
    while index + 2 < tokens.len() {
        if let Some((name, open)) = call_after(&tokens, index)
            && let Some(start) = operand_start(&tokens, index)
        {
            let span = tokens[index].span;
            let name = tokens[name.0..name.1].to_vec();
            let operand = tokens[start..index].to_vec();
            let empty = is(tokens.get(open + 1), &Token::RParen);
            let length = name.len() + 1 + operand.len() + usize::from(!empty);
            let mut call = name;
            call.push(tokens[open].clone());
            call.extend(operand);
            if !empty {
                call.push(at(Token::Comma, span));
            }
            tokens.splice(start..=open, call);
            index = start + length;
            continue;
        }
        index += 1;
    }
    tokens
}

/// After a dot that follows a bracket: where the function's name stands, and its parenthesis
fn call_after(tokens: &[TokenWithSpan], dot: usize) -> Option<((usize, usize), usize)> {
    let after_bracket = is(tokens.get(dot.checked_sub(1)?), &Token::RParen)
        || is(tokens.get(dot - 1), &Token::RBracket);
    if !after_bracket || !is(tokens.get(dot), &Token::Period) {
        return None;
    }
    if is_name(tokens.get(dot + 1)) && is(tokens.get(dot + 2), &Token::LParen) {
        return Some(((dot + 1, dot + 2), dot + 2));
    }
    // `.(NET.HOST)(…)`
    let inner = is(tokens.get(dot + 1), &Token::LParen) && is_name(tokens.get(dot + 2));
    let end = closing(tokens, dot + 1).filter(|_| inner)?;
    is(tokens.get(end + 1), &Token::LParen).then_some(((dot + 2, end), end + 1))
}

/// Where the expression before a dot starts: brackets, what is called or indexed, and what that hangs on
fn operand_start(tokens: &[TokenWithSpan], dot: usize) -> Option<usize> {
    let mut start = dot;
    loop {
        let last = start.checked_sub(1)?;
        match tokens[last].token {
            Token::RParen | Token::RBracket => start = opening(tokens, last)?,
            _ => return None,
        }
        let Some(mut before) = start.checked_sub(1) else {
            return Some(start);
        };
        // The name of a call, or the path that is indexed
        while is_callable(tokens.get(before)) {
            start = before;
            match before.checked_sub(2) {
                Some(earlier) if is(tokens.get(before - 1), &Token::Period) => before = earlier,
                _ => return Some(start),
            }
        }
        match tokens[before].token {
            Token::RParen | Token::RBracket => {}
            _ => return Some(start),
        }
    }
}

/// A name, or a word that is reserved and yet a function
fn is_callable(token: Option<&TokenWithSpan>) -> bool {
    let Some(Token::Word(word)) = token.map(|token| &token.token) else {
        return false;
    };
    let upper = word.value.to_ascii_uppercase();
    word.quote_style.is_some() || !RESERVED.contains(&upper.as_str())
}

/// GoogleSQL's reserved words that are no functions
const RESERVED: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "AS",
    "ASC",
    "AT",
    "BETWEEN",
    "BY",
    "CASE",
    "COLLATE",
    "CREATE",
    "CROSS",
    "CUBE",
    "CURRENT",
    "DEFAULT",
    "DEFINE",
    "DESC",
    "DISTINCT",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXCLUDE",
    "FALSE",
    "FOLLOWING",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "GROUPS",
    "HAVING",
    "IGNORE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "INTO",
    "IS",
    "JOIN",
    "LATERAL",
    "LIKE",
    "LIMIT",
    "MERGE",
    "NATURAL",
    "NO",
    "NOT",
    "NULL",
    "NULLS",
    "OF",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "PRECEDING",
    "QUALIFY",
    "RECURSIVE",
    "RESPECT",
    "ROLLUP",
    "ROWS",
    "SELECT",
    "SET",
    "SOME",
    "TABLESAMPLE",
    "THEN",
    "TO",
    "TRUE",
    "UNBOUNDED",
    "UNION",
    "UNNEST",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
    "EXTEND",
    "AGGREGATE",
    "ASSERT",
];
