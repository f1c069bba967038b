//! Clauses of aggregate calls as sqlparser's grammar takes them
//!
//! - `f(x HAVING MAX y ORDER BY z LIMIT n)`: the grammar wants HAVING last
//! - `f(g(x) IGNORE NULLS)`: the grammar gives the clause to `g`, but not to `(g(x))`

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::token::{at, is, is_word};

pub fn having_last(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut start = 0;
    while let Some(having) = (start..tokens.len()).find(|at| is_extreme(&tokens, *at)) {
        if let Some((order, close)) = rest(&tokens, having + 2) {
            tokens[having..close].rotate_left(order - having);
        }
        // What was moved on is found again, with nothing after it
        start = having + 1;
    }
    tokens
}

/// Puts parentheses around a call that `IGNORE NULLS` or `RESPECT NULLS` follows
pub fn nulls_apart(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 2);
    for (index, token) in tokens.iter().enumerate() {
        let treatment = is_word(Some(token), &["IGNORE", "RESPECT"])
            && is_word(tokens.get(index + 1), &["NULLS"]);
        if treatment && let Some(start) = call_start(&rewritten) {
            let (first, last) = (rewritten[start].span, token.span);
            rewritten.insert(start, at(Token::LParen, first));
            rewritten.push(at(Token::RParen, last));
        }
        rewritten.push(token.clone());
    }
    rewritten
}

/// Where the call that ends here starts: its name, or the prefix before that
fn call_start(tokens: &[TokenWithSpan]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut open = tokens.len();
    loop {
        open = open.checked_sub(1)?;
        match tokens[open].token {
            Token::RParen => depth += 1,
            Token::LParen => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return None,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    let mut start = open.checked_sub(1)?;
    if !matches!(tokens[start].token, Token::Word(_)) {
        return None;
    }
    while start >= 2
        && is(tokens.get(start - 1), &Token::Period)
        && matches!(tokens[start - 2].token, Token::Word(_))
    {
        start -= 2;
    }
    Some(start)
}

fn is_extreme(tokens: &[TokenWithSpan], at: usize) -> bool {
    is_word(tokens.get(at), &["HAVING"]) && is_word(tokens.get(at + 1), &["MAX", "MIN"])
}

/// Where ORDER BY or LIMIT starts, and the parenthesis that closes the call
fn rest(tokens: &[TokenWithSpan], start: usize) -> Option<(usize, usize)> {
    let mut depth = 0_usize;
    let mut order = None;
    for at in start..tokens.len() {
        let token = tokens.get(at);
        if depth == 0 && order.is_none() && is_word(token, &["ORDER", "LIMIT"]) {
            order = Some(at);
        }
        if is(token, &Token::LParen) || is(token, &Token::LBracket) {
            depth += 1;
        } else if is(token, &Token::RParen) || is(token, &Token::RBracket) {
            match depth.checked_sub(1) {
                Some(outer) => depth = outer,
                None => return Some((order?, at)),
            }
        }
    }
    None
}
