//! Operands that sqlparser reads as plain expressions only: the patterns of `LIKE ANY`, and the
//! arguments of `UNNEST`

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::mark;
use super::token::{at, closing, find_outside, is, is_word, name, string};

/// `x LIKE ANY (…)`, `x LIKE ALL UNNEST(…)` become `x LIKE any(…)`, `x LIKE every(unnest(…))`
pub fn quantified(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten = Vec::with_capacity(tokens.len());
    let mut closers: Vec<usize> = Vec::new();
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let quantified = is_word(Some(token), &["LIKE"])
            && is_word(tokens.get(index + 1), &["ANY", "SOME", "ALL"]);
        if quantified {
            let mark = match is_word(tokens.get(index + 1), &["ALL"]) {
                true => mark::EVERY,
                false => mark::ANY,
            };
            let span = tokens[index + 1].span;
            let array = is_word(tokens.get(index + 2), &["UNNEST"])
                && is(tokens.get(index + 3), &Token::LParen);
            rewritten.push(token.clone());
            rewritten.push(name(mark, span));
            index += 2;
            if array && let Some(end) = closing(&tokens, index + 1) {
                rewritten.push(at(Token::LParen, span));
                rewritten.push(name(mark::UNNEST, tokens[index].span));
                closers.push(end);
                index += 1;
            }
            continue;
        }
        rewritten.push(token.clone());
        while closers.last() == Some(&index) {
            closers.pop();
            rewritten.push(token.clone());
        }
        index += 1;
    }
    rewritten
}

/// `UNNEST(a AS x, b, mode => 'PAD')` becomes `UNNEST(named(a, 'x'), b, mode('PAD'))`
pub fn unnested(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let several =
            is_word(Some(token), &["UNNEST"]) && is(tokens.get(index + 1), &Token::LParen);
        if several
            && let Some(end) = closing(&tokens, index + 1)
            && let Some(arguments) = arguments(&tokens[index + 2..end])
        {
            rewritten.extend(tokens[index..index + 2].iter().cloned());
            rewritten.extend(unnested(arguments));
            rewritten.push(tokens[end].clone());
            index = end + 1;
            continue;
        }
        rewritten.push(token.clone());
        index += 1;
    }
    rewritten
}

/// The arguments anew, when one of them has a name
fn arguments(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let mut rewritten = Vec::new();
    let mut changed = false;
    let mut rest = tokens;
    loop {
        let end =
            find_outside(rest, |index| is(rest.get(index), &Token::Comma)).unwrap_or(rest.len());
        let argument = &rest[..end];
        let span = argument.first()?.span;
        let count = argument.len();
        if is_word(argument.first(), &["MODE"]) && is(argument.get(1), &Token::RArrow) {
            changed = true;
            rewritten.extend([name(mark::MODE, span), at(Token::LParen, span)]);
            rewritten.extend(argument[2..].iter().cloned());
            rewritten.push(at(Token::RParen, span));
        } else if count > 2
            && find_outside(argument, |index| index + 2 == count).is_some()
            && is_word(argument.get(count - 2), &["AS"])
            && let Token::Word(alias) = &argument[count - 1].token
        {
            changed = true;
            rewritten.extend([name(mark::NAMED, span), at(Token::LParen, span)]);
            rewritten.extend(argument[..count - 2].iter().cloned());
            rewritten.push(at(Token::Comma, span));
            rewritten.push(string(alias.value.clone(), argument[count - 1].span));
            rewritten.push(at(Token::RParen, span));
        } else {
            rewritten.extend(argument.iter().cloned());
        }
        if end == rest.len() {
            return changed.then_some(rewritten);
        }
        rewritten.push(rest[end].clone());
        rest = &rest[end + 1..];
    }
}

/// `UNPIVOT(… IN (a AS 1))` gets names instead of numbers
pub fn labels(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut tokens = tokens;
    for index in 0..tokens.len() {
        if !is_word(tokens.get(index), &["UNPIVOT"]) {
            continue;
        }
        let nulls = is_word(tokens.get(index + 1), &["INCLUDE", "EXCLUDE"]);
        let open = index + 1 + 2 * usize::from(nulls);
        let Some(end) = closing(&tokens, open).filter(|_| is(tokens.get(open), &Token::LParen))
        else {
            continue;
        };
        for at in open..end {
            if is_word(tokens.get(at), &["AS"])
                && let Token::Number(digits, _) = &tokens[at + 1].token
            {
                let label = format!("{}{digits}", mark::LABEL);
                tokens[at + 1] = name(&label, tokens[at + 1].span);
            }
        }
    }
    tokens
}
