//! Reading and making tokens, for the rewriting of syntax

use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

pub fn at(token: Token, span: Span) -> TokenWithSpan {
    TokenWithSpan { token, span }
}

pub fn word(text: &str, span: Span) -> TokenWithSpan {
    at(Token::make_word(text, None), span)
}

/// A quoted name
pub fn name(text: &str, span: Span) -> TokenWithSpan {
    at(Token::make_word(text, Some('`')), span)
}

pub fn string(text: impl Into<String>, span: Span) -> TokenWithSpan {
    at(Token::SingleQuotedString(text.into()), span)
}

pub fn is_word(token: Option<&TokenWithSpan>, words: &[&str]) -> bool {
    match token.map(|token| &token.token) {
        Some(Token::Word(word)) if word.quote_style.is_none() => words
            .iter()
            .any(|known| word.value.eq_ignore_ascii_case(known)),
        _ => false,
    }
}

/// Whether one of the words is there at all: most statements need no rewriting
pub fn mentions(tokens: &[TokenWithSpan], words: &[&str]) -> bool {
    tokens.iter().any(|token| is_word(Some(token), words))
}

/// Whether the words follow each other from the start
pub fn are_words(tokens: &[TokenWithSpan], words: &[&str]) -> bool {
    words
        .iter()
        .enumerate()
        .all(|(index, word)| is_word(tokens.get(index), &[word]))
}

pub fn is(token: Option<&TokenWithSpan>, wanted: &Token) -> bool {
    token.is_some_and(|token| token.token == *wanted)
}

pub fn is_name(token: Option<&TokenWithSpan>) -> bool {
    matches!(token.map(|token| &token.token), Some(Token::Word(_)))
}

/// The index of the bracket that closes the one at `open`
pub fn closing(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.token {
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

/// The index of the first token outside of brackets that meets a test
pub fn find_outside(tokens: &[TokenWithSpan], test: impl Fn(usize) -> bool) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        if depth == 0 && test(index) {
            return Some(index);
        }
        match token.token {
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The index of the bracket that the one at `close` closes
pub fn opening(tokens: &[TokenWithSpan], close: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().take(close + 1).rev() {
        match token.token {
            Token::RParen | Token::RBracket | Token::RBrace => depth += 1,
            Token::LParen | Token::LBracket | Token::LBrace => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}
