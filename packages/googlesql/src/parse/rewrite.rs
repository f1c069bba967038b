//! Tokens that sqlparser's grammar lacks, turned into ones that it has
//!
//! Inserted tokens have the position of the token before them.
//! - `f(MODEL m, TABLE t)` becomes `f(MODEL => m, TABLE => t)`: named arguments
//! - `ARRAY<T>[…]` becomes `TRY_CAST([…] AS ARRAY<T>)`, which is no GoogleSQL of its own
//! - `WITH OFFSET` without an alias gets one, and `t.path AS a WITH OFFSET` becomes
//!   `UNNEST(t.path) AS a WITH OFFSET`
//! - `a LEFT UNION ALL BY NAME ON (x) b` becomes `a UNION ALL (SELECT MARK, 'LEFT', 'x') UNION ALL b`

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

pub fn rewrite(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    by_name(offsets(named_arguments(typed_arrays(tokens))))
}

fn at(token: Token, span: Span) -> TokenWithSpan {
    TokenWithSpan { token, span }
}

fn word(text: &str, span: Span) -> TokenWithSpan {
    at(Token::make_word(text, None), span)
}

fn is_word(token: Option<&TokenWithSpan>, words: &[&str]) -> bool {
    match token.map(|token| &token.token) {
        Some(Token::Word(word)) if word.quote_style.is_none() => words
            .iter()
            .any(|known| word.value.eq_ignore_ascii_case(known)),
        _ => false,
    }
}

fn is(token: Option<&TokenWithSpan>, wanted: &Token) -> bool {
    token.is_some_and(|token| token.token == *wanted)
}

fn named_arguments(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 4);
    let mut calls = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let previous = rewritten.last().map(|token| &token.token);
        let argument =
            matches!(previous, Some(Token::LParen | Token::Comma)) && calls.last() == Some(&true);
        let names = is_word(Some(&token), &["MODEL", "TABLE"])
            && tokens
                .peek()
                .is_some_and(|next| matches!(next.token, Token::Word(_)));
        match token.token {
            Token::LParen => calls.push(matches!(previous, Some(Token::Word(_)))),
            Token::RParen => {
                calls.pop();
            }
            _ => {}
        }
        let span = token.span;
        rewritten.push(token);
        if argument && names {
            rewritten.push(at(Token::RArrow, span));
        }
    }
    rewritten
}

fn typed_arrays(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten = Vec::with_capacity(tokens.len());
    // The types whose closing bracket is still to come, each with the depth of brackets before it
    let mut open: Vec<(usize, Vec<TokenWithSpan>)> = Vec::new();
    let mut depth = 0_usize;
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let span = token.span;
        // `SAFE.SUBSTR(…)` and the like: a keyword after the prefix is a plain function name
        let prefixed = index >= 2
            && is_word(tokens.get(index - 2), &["SAFE"])
            && is(tokens.get(index - 1), &Token::Period);
        if let (true, Token::Word(name)) = (prefixed, &token.token) {
            rewritten.push(at(Token::make_word(&name.value, Some('`')), span));
            index += 1;
            continue;
        }
        if is_word(Some(token), &["TRY_CAST"]) {
            rewritten.push(at(Token::make_word("TRY_CAST", Some('`')), span));
            index += 1;
            continue;
        }
        if is_word(Some(token), &["ARRAY"])
            && let Some(end) = type_end(&tokens, index + 1)
            && is(tokens.get(end), &Token::LBracket)
        {
            rewritten.push(word("TRY_CAST", span));
            rewritten.push(at(Token::LParen, span));
            open.push((depth, tokens[index..end].to_vec()));
            index = end;
            continue;
        }
        match token.token {
            Token::LBracket => depth += 1,
            Token::RBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        let closes = token.token == Token::RBracket;
        rewritten.push(token.clone());
        if closes
            && open.last().is_some_and(|(before, _)| *before == depth)
            && let Some((_, ty)) = open.pop()
        {
            rewritten.push(word("AS", span));
            rewritten.extend(ty);
            rewritten.push(at(Token::RParen, span));
        }
        index += 1;
    }
    rewritten
}

/// The index after `<…>` that starts at `start`; `None` when that is no type
fn type_end(tokens: &[TokenWithSpan], start: usize) -> Option<usize> {
    if !is(tokens.get(start), &Token::Lt) {
        return None;
    }
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        match &token.token {
            Token::Lt => depth += 1,
            Token::Gt => depth = depth.checked_sub(1)?,
            Token::ShiftRight => depth = depth.checked_sub(2)?,
            Token::Word(_) | Token::Comma | Token::LParen | Token::RParen | Token::Number(..) => {}
            _ => return None,
        }
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

/// The first item of a query that stands for a set operation's matching by name
pub const BY_NAME: &str = "\u{0}by name";

fn by_name(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while index < tokens.len() {
        match matching(&tokens, index) {
            Some((operator, items, next)) => {
                let span = tokens[index].span;
                rewritten.extend(tokens[operator..operator + 2].iter().cloned());
                rewritten.extend([at(Token::LParen, span), word("SELECT", span)]);
                for (position, item) in items.into_iter().enumerate() {
                    if position > 0 {
                        rewritten.push(at(Token::Comma, span));
                    }
                    rewritten.push(at(Token::SingleQuotedString(item), span));
                }
                rewritten.push(at(Token::RParen, span));
                rewritten.extend(tokens[operator..operator + 2].iter().cloned());
                index = next;
            }
            None => {
                rewritten.push(tokens[index].clone());
                index += 1;
            }
        }
    }
    rewritten
}

/// Where the operator stands, the marker's items, and what follows, for an operator by name
fn matching(tokens: &[TokenWithSpan], start: usize) -> Option<(usize, Vec<String>, usize)> {
    let mut index = start;
    let mut mode = "";
    for outer in ["FULL", "LEFT", "INNER"] {
        if is_word(tokens.get(index), &[outer]) {
            mode = outer;
            index += 1;
            index += usize::from(is_word(tokens.get(index), &["OUTER"]));
            break;
        }
    }
    let operator = index;
    let known = is_word(tokens.get(index), &["UNION", "EXCEPT", "INTERSECT"])
        && is_word(tokens.get(index + 1), &["ALL", "DISTINCT"]);
    if !known {
        return None;
    }
    index += 2;
    let strict = is_word(tokens.get(index), &["STRICT"]);
    index += usize::from(strict);
    let list = if is_word(tokens.get(index), &["CORRESPONDING"]) {
        index += 1;
        if mode.is_empty() {
            mode = if strict { "STRICT" } else { "INNER" };
        }
        "BY"
    } else if is_word(tokens.get(index), &["BY"]) && is_word(tokens.get(index + 1), &["NAME"]) {
        index += 2;
        if mode.is_empty() {
            mode = "STRICT";
        }
        "ON"
    } else {
        return None;
    };
    let mut items = vec![BY_NAME.to_owned(), mode.to_owned()];
    if is_word(tokens.get(index), &[list]) && is(tokens.get(index + 1), &Token::LParen) {
        index += 2;
        loop {
            match tokens.get(index).map(|token| &token.token) {
                Some(Token::Word(name)) => items.push(name.value.clone()),
                Some(Token::Comma) => {}
                Some(Token::RParen) => break,
                _ => return None,
            }
            index += 1;
        }
        index += 1;
    }
    Some((operator, items, index))
}

fn offsets(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let offset = is_word(Some(token), &["WITH"]) && is_word(tokens.get(index + 1), &["OFFSET"]);
        if !offset {
            rewritten.push(token.clone());
            index += 1;
            continue;
        }
        wrap_path(&mut rewritten);
        let span = token.span;
        rewritten.extend(tokens[index..index + 2].iter().cloned());
        index += 2;
        let aliased = match tokens.get(index).map(|next| &next.token) {
            Some(Token::Word(next)) => {
                next.quote_style.is_some()
                    || next.keyword == Keyword::AS
                    || !ENDS.contains(&next.value.to_ascii_uppercase().as_str())
            }
            _ => false,
        };
        if !aliased {
            rewritten.push(word("AS", span));
            rewritten.push(word("offset", span));
        }
    }
    rewritten
}

/// What may follow a table in `FROM`
const ENDS: &[&str] = &[
    "JOIN",
    "LEFT",
    "RIGHT",
    "FULL",
    "INNER",
    "CROSS",
    "ON",
    "USING",
    "WHERE",
    "GROUP",
    "HAVING",
    "QUALIFY",
    "WINDOW",
    "ORDER",
    "LIMIT",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "PIVOT",
    "UNPIVOT",
    "TABLESAMPLE",
    "WHEN",
];

/// Turns a path with an alias at the end of the tokens into `UNNEST(path) AS alias`
fn wrap_path(tokens: &mut Vec<TokenWithSpan>) {
    let is_name = |token: Option<&TokenWithSpan>| {
        matches!(token.map(|token| &token.token), Some(Token::Word(_)))
    };
    let count = tokens.len();
    if !is_name(tokens.last()) {
        return;
    }
    // The end of the path: before `AS alias`, before `alias`, or here
    let end = if count > 2 && is_word(tokens.get(count - 2), &["AS"]) {
        count - 2
    } else if count > 1
        && is_name(tokens.get(count - 2))
        && !is_word(tokens.get(count - 2), &["JOIN", "FROM"])
    {
        count - 1
    } else {
        count
    };
    let mut start = end;
    while start > 0 && is_name(tokens.get(start - 1)) {
        start -= 1;
        match start > 0 && is(tokens.get(start - 1), &Token::Period) {
            true => start -= 1,
            false => break,
        }
    }
    let follows = start > 0
        && (is(tokens.get(start - 1), &Token::Comma)
            || is_word(tokens.get(start - 1), &["JOIN", "FROM"]));
    if start >= end || !follows {
        return;
    }
    let alias = tokens.get(end - 1).cloned();
    let (from, to) = (tokens[start].span, tokens[end - 1].span);
    let unnamed = end == count;
    tokens.insert(end, at(Token::RParen, to));
    tokens.insert(start, at(Token::LParen, from));
    tokens.insert(start, word("UNNEST", from));
    if let (true, Some(alias)) = (unnamed, alias) {
        tokens.push(word("AS", to));
        tokens.push(alias);
    }
}
