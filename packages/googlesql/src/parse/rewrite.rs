//! Tokens that sqlparser's grammar lacks, turned into ones that it has
//!
//! `f(MODEL m, TABLE t)` becomes `f(MODEL => m, TABLE => t)`: named arguments. The inserted arrow
//! has the position of the word before it.

use sqlparser::tokenizer::{Token, TokenWithSpan};

pub fn rewrite(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len() + 4);
    let mut calls = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let previous = rewritten.last().map(|token| &token.token);
        let argument = matches!(previous, Some(Token::LParen | Token::Comma))
            && calls.last() == Some(&true);
        let names = is_word(&token.token, &["MODEL", "TABLE"])
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
            rewritten.push(TokenWithSpan {
                token: Token::RArrow,
                span,
            });
        }
    }
    rewritten
}

fn is_word(token: &Token, words: &[&str]) -> bool {
    match token {
        Token::Word(word) if word.quote_style.is_none() => {
            words.iter().any(|known| word.value.eq_ignore_ascii_case(known))
        }
        _ => false,
    }
}
