//! Tokens that sqlparser's grammar lacks, turned into ones that it has
//!
//! Inserted tokens have the position of the token before them.
//! - `f(MODEL m, TABLE t)` becomes `f(MODEL => m, TABLE => t)`: named arguments
//! - `ARRAY<T>[…]` becomes `TRY_CAST([…] AS ARRAY<T>)`, which is no GoogleSQL of its own
//! - `WITH OFFSET` without an alias gets one, and `t.path AS a WITH OFFSET` becomes
//!   `UNNEST(t.path) AS a WITH OFFSET`
//! - `a LEFT UNION ALL BY NAME ON (x) b` becomes `a UNION ALL (SELECT MARK, 'LEFT', 'x') UNION ALL b`
//!
//! What belongs to one construct is in a module of its own.

use sqlparser::keywords::{ALL_KEYWORDS, Keyword};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::aggregate_clause::{having_last, nulls_apart};
use super::cast_format::{bracketed_types, formats};
use super::chained::chained;
use super::mark::BY_NAME;
use super::operand::{labels, quantified, unnested};
use super::pipe::pipes;
use super::token::{at, is, is_name, is_word, mentions, string, word};
use super::with::{depths, from_first, lets, without_hints};

pub fn rewrite(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut mentioned = vec![false; ALL_KEYWORDS.len() + 1];
    for token in &tokens {
        if let Token::Word(word) = &token.token
            && let Some(known) = mentioned.get_mut(word.keyword as usize)
        {
            *known = true;
        }
    }
    let is_mentioned = |keyword: &Keyword| mentioned.get(*keyword as usize) == Some(&true);
    for (keywords, pass) in PASSES {
        if keywords.is_empty() || keywords.iter().any(is_mentioned) {
            tokens = pass(tokens);
        }
    }
    tokens
}

type Pass = fn(Vec<TokenWithSpan>) -> Vec<TokenWithSpan>;

/// What is done in this order, where one of the keywords is there at all: most statements need little
/// of it. The passes without keywords find out for themselves, and no pass adds another's keyword.
const PASSES: &[(&[Keyword], Pass)] = &[
    (&[Keyword::FORMAT], formats),
    (&[Keyword::HAVING], having_last),
    (&[Keyword::NULLS], nulls_apart),
    (&[], without_hints),
    (&[Keyword::FROM], from_first),
    (&[Keyword::WITH], depths),
    (&[Keyword::WITH], lets),
    (
        &[Keyword::SAFE, Keyword::TRY_CAST, Keyword::ARRAY],
        typed_arrays,
    ),
    (&[Keyword::RANGE, Keyword::STRUCT], bracketed_types),
    (&[], named_arguments),
    (&[], chained),
    (&[Keyword::LIKE], quantified),
    (&[Keyword::UNNEST], unnested),
    (&[Keyword::UNPIVOT], labels),
    (&[Keyword::OFFSET], offsets),
    (&[], pipes),
    (&[Keyword::NAME, Keyword::CORRESPONDING], by_name),
];

fn named_arguments(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    if !mentions(&tokens, &["MODEL", "TABLE"]) {
        return tokens;
    }
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

fn by_name(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while index < tokens.len() {
        match set_operator(&tokens, index) {
            Some(set) if !set.mode.is_empty() => {
                let span = tokens[index].span;
                let operator = [word(&set.operator, span), word(&set.quantifier, span)];
                rewritten.extend(operator.iter().cloned());
                rewritten.extend([at(Token::LParen, span), word("SELECT", span)]);
                rewritten.push(string(BY_NAME, span));
                for item in std::iter::once(set.mode).chain(set.columns) {
                    rewritten.extend([at(Token::Comma, span), string(item, span)]);
                }
                rewritten.push(at(Token::RParen, span));
                rewritten.extend(operator);
                index = set.next;
            }
            _ => {
                rewritten.push(tokens[index].clone());
                index += 1;
            }
        }
    }
    rewritten
}

/// A set operator as written
pub struct SetOperatorTokens {
    /// `UNION`, `EXCEPT` or `INTERSECT`
    pub operator: String,
    /// `ALL` or `DISTINCT`
    pub quantifier: String,
    /// How columns match by name; empty where they match by position
    pub mode: String,
    /// The columns that `ON` or `BY` lists
    pub columns: Vec<String>,
    /// The index after it
    pub next: usize,
}

/// The set operator at an index, if one is there
pub fn set_operator(tokens: &[TokenWithSpan], start: usize) -> Option<SetOperatorTokens> {
    let upper = |index: usize| match tokens.get(index).map(|token| &token.token) {
        Some(Token::Word(word)) => word.value.to_ascii_uppercase(),
        _ => String::new(),
    };
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
    let known = is_word(tokens.get(index), &["UNION", "EXCEPT", "INTERSECT"])
        && is_word(tokens.get(index + 1), &["ALL", "DISTINCT"]);
    if !known {
        return None;
    }
    let (operator, quantifier) = (upper(index), upper(index + 1));
    index += 2;
    let outer = !mode.is_empty();
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
    } else if outer || strict {
        return None;
    } else {
        ""
    };
    let mut columns = Vec::new();
    if !list.is_empty()
        && is_word(tokens.get(index), &[list])
        && is(tokens.get(index + 1), &Token::LParen)
    {
        index += 2;
        loop {
            match tokens.get(index).map(|token| &token.token) {
                Some(Token::Word(name)) => columns.push(name.value.clone()),
                Some(Token::Comma) => {}
                Some(Token::RParen) => break,
                _ => return None,
            }
            index += 1;
        }
        index += 1;
    }
    Some(SetOperatorTokens {
        operator,
        quantifier,
        mode: mode.to_owned(),
        columns,
        next: index,
    })
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
