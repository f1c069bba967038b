//! `WITH` where sqlparser does not read it: `WITH DEPTH` after a recursive table, and the expression
//! `WITH(a AS value, …, result)`; queries in parentheses that start with `FROM`

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::mark;
use super::token::{are_words, at, closing, is, is_name, is_word, name, opening, string, word};

/// `t AS (query) WITH DEPTH AS d BETWEEN 1 AND 4` becomes
/// `t AS (SELECT DEPTH, 'd', 1, 4 FROM (query))`
pub fn depths(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let starts: Vec<usize> = (1..tokens.len())
        .filter(|index| {
            is(tokens.get(index - 1), &Token::RParen)
                && are_words(&tokens[*index..], &["WITH", "DEPTH"])
        })
        .collect();
    let mut tokens = tokens;
    // From the last one on, so that earlier places stay
    for start in starts.into_iter().rev() {
        let Some(open) = opening(&tokens, start - 1) else {
            continue;
        };
        let span = tokens[start].span;
        let mut next = start + 2;
        let mut column = "depth".to_owned();
        let explicit = is_word(tokens.get(next), &["AS"]);
        next += usize::from(explicit);
        if let Some(Token::Word(word)) = tokens.get(next).map(|token| &token.token)
            && (explicit || !is_word(tokens.get(next), &["BETWEEN", "MAX", "SELECT", "FROM"]))
        {
            column.clone_from(&word.value);
            next += 1;
        }
        let bound = |index: usize| match is_word(tokens.get(index), &["UNBOUNDED"]) {
            true => Some(word("NULL", span)),
            false => tokens.get(index).cloned(),
        };
        let null = || Some(word("NULL", span));
        let (low, high, next) =
            if is_word(tokens.get(next), &["BETWEEN"]) && is_word(tokens.get(next + 2), &["AND"]) {
                (bound(next + 1), bound(next + 3), next + 4)
            } else if is_word(tokens.get(next), &["MAX"]) {
                (null(), bound(next + 1), next + 2)
            } else {
                (null(), null(), next)
            };
        let (Some(low), Some(high)) = (low, high) else {
            continue;
        };
        let close = tokens[start - 1].clone();
        let tail = vec![close.clone(), close];
        let comma = || at(Token::Comma, span);
        let mut head = vec![tokens[open].clone(), word("SELECT", span)];
        head.extend([
            string(mark::DEPTH, span),
            comma(),
            string(column, span),
            comma(),
        ]);
        head.extend([low, comma(), high, word("FROM", span), tokens[open].clone()]);
        tokens.splice(start - 1..next, tail);
        tokens.splice(open..=open, head);
    }
    tokens
}

/// `WITH(a AS value, b AS value, result)` becomes `let('a', value, 'b', value, result)`
pub fn lets(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let opens = |pair: &[TokenWithSpan]| {
        is(pair.get(1), &Token::LParen) && is_word(pair.first(), &["WITH"])
    };
    if !tokens.windows(2).any(opens) {
        return tokens;
    }
    let mut rewritten = Vec::with_capacity(tokens.len());
    let mut starts_argument = false;
    let mut depth: Vec<bool> = Vec::new();
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let opens = is_word(Some(token), &["WITH"])
            && is(tokens.get(index + 1), &Token::LParen)
            && is_name(tokens.get(index + 2))
            && is_word(tokens.get(index + 3), &["AS"]);
        if opens && closing(&tokens, index + 1).is_some() {
            rewritten.push(name(mark::LET, token.span));
            rewritten.push(tokens[index + 1].clone());
            depth.push(true);
            starts_argument = true;
            index += 2;
            continue;
        }
        let within = depth.last() == Some(&true);
        if within
            && starts_argument
            && let Token::Word(word) = &token.token
        {
            starts_argument = false;
            if is_word(tokens.get(index + 1), &["AS"]) {
                rewritten.push(string(word.value.clone(), token.span));
                rewritten.push(at(Token::Comma, token.span));
                index += 2;
                continue;
            }
        }
        starts_argument = false;
        match token.token {
            Token::LParen | Token::LBracket => depth.push(false),
            Token::RParen | Token::RBracket => {
                depth.pop();
            }
            Token::Comma if within => starts_argument = true,
            _ => {}
        }
        rewritten.push(token.clone());
        index += 1;
    }
    rewritten
}

/// `(FROM t …)` becomes `(SELECT ALL FROM t …)`, where `ALL` is a mark
pub fn from_first(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let first = |index: usize| {
        is(tokens.get(index.wrapping_sub(1)), &Token::LParen)
            && is_word(tokens.get(index), &["FROM"])
    };
    if !(0..tokens.len()).any(first) {
        return tokens;
    }
    let mut rewritten = Vec::with_capacity(tokens.len() + 8);
    for (index, token) in tokens.iter().enumerate() {
        if first(index) {
            rewritten.extend([word("SELECT", token.span), name(mark::ALL, token.span)]);
        }
        rewritten.push(token.clone());
    }
    rewritten
}

/// Leaves out hints: `@{name = value, …}` and `@5`
pub fn without_hints(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let hint = |token: &Token| match token {
        Token::Placeholder(text) => text
            .strip_prefix('@')
            .is_some_and(|rest| rest.chars().all(|digit| digit.is_ascii_digit())),
        _ => false,
    };
    if !tokens.iter().any(|token| hint(&token.token)) {
        return tokens;
    }
    let mut rewritten = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        if hint(&token.token) {
            index = match is(tokens.get(index + 1), &Token::LBrace) {
                true => closing(&tokens, index + 1).unwrap_or(index) + 1,
                false => index + 1,
            };
            continue;
        }
        rewritten.push(token.clone());
        index += 1;
    }
    rewritten
}
