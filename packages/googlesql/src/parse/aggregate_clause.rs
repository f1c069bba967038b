//! `f(x HAVING MAX y ORDER BY z LIMIT n)`: the grammar wants HAVING last

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::token::{is, is_word};

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
