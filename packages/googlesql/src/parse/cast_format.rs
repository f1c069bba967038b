//! Types and casts whose syntax sqlparser lacks
//!
//! - `CAST(a AS t FORMAT f AT TIME ZONE z)` becomes `CAST(format(a, f, z) AS t)`, where `format` is
//!   [`FORMAT`]
//! - `RANGE<DATE>` and `STRUCT<>` become type names with the brackets in them, a literal
//!   `RANGE<DATE> '…'` a cast, and `STRUCT()` becomes `TRY_CAST(NULL AS STRUCT<>)`, which is no
//!   GoogleSQL of its own

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::mark::FORMAT;
use super::token::{are_words, at, closing, find_outside, is, is_word, name, word};

/// Formatted casts
pub fn formats(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        rewritten.push(token.clone());
        index += 1;
        let call =
            is_word(Some(token), &["CAST", "SAFE_CAST"]) && is(tokens.get(index), &Token::LParen);
        if let Some(end) = call.then(|| closing(&tokens, index)).flatten()
            && let Some(inner) = formatted(&tokens[index + 1..end])
        {
            rewritten.push(tokens[index].clone());
            rewritten.extend(inner);
            rewritten.push(tokens[end].clone());
            index = end + 1;
        }
    }
    rewritten
}

/// What stands between a cast's parentheses, rewritten if it has a format
fn formatted(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let split = find_outside(tokens, |index| is_word(tokens.get(index), &["AS"]))?;
    let (value, rest) = tokens.split_at(split);
    let at_format = find_outside(rest, |index| {
        index > 1 && is_word(rest.get(index), &["FORMAT"])
    })?;
    let (ty, rest) = rest.split_at(at_format);
    let format = &rest[1..];
    let zone = find_outside(format, |index| {
        are_words(&format[index..], &["AT", "TIME", "ZONE"])
    });
    let (format, zone) = match zone {
        Some(zone) => (&format[..zone], &format[zone + 3..]),
        None => (format, &format[..0]),
    };
    let span = rest.first()?.span;
    let mut inner = vec![name(FORMAT, value.first()?.span), at(Token::LParen, span)];
    inner.extend(formats(value.to_vec()));
    inner.push(at(Token::Comma, span));
    inner.extend(formats(format.to_vec()));
    if !zone.is_empty() {
        inner.push(at(Token::Comma, span));
        inner.extend(formats(zone.to_vec()));
    }
    inner.push(at(Token::RParen, span));
    inner.extend(ty.iter().cloned());
    Some(inner)
}

/// Types with brackets that sqlparser does not read
pub fn bracketed_types(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut rewritten: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let span = token.span;
        if is_word(Some(token), &["STRUCT"]) {
            let typed = is(tokens.get(index + 1), &Token::Neq);
            let open = index + 1 + usize::from(typed);
            let called = is(tokens.get(open), &Token::LParen);
            if called && is(tokens.get(open + 1), &Token::RParen) {
                let ty = name("STRUCT<>", span);
                let call = [
                    word("TRY_CAST", span),
                    at(Token::LParen, span),
                    word("NULL", span),
                ];
                rewritten.extend(call);
                rewritten.extend([word("AS", span), ty, at(Token::RParen, span)]);
                index = open + 2;
                continue;
            }
            if typed && !called {
                rewritten.push(name("STRUCT<>", span));
                index += 2;
                continue;
            }
        }
        let Some((of, next, rest)) = range_type(&tokens, index) else {
            rewritten.push(token.clone());
            index += 1;
            continue;
        };
        let ty = name(&format!("RANGE<{of}>"), span);
        index = next;
        match tokens.get(index) {
            Some(text) if is_text(text) && rest.is_none() => {
                rewritten.extend([word("CAST", span), at(Token::LParen, span), text.clone()]);
                rewritten.extend([word("AS", span), ty, at(Token::RParen, text.span)]);
                index += 1;
            }
            _ => rewritten.push(ty),
        }
        rewritten.extend(rest);
    }
    rewritten
}

/// The element type of `RANGE<…>`, the index after it, and the half of a `>>` that is not its own
fn range_type(
    tokens: &[TokenWithSpan],
    index: usize,
) -> Option<(String, usize, Option<TokenWithSpan>)> {
    let start = is_word(tokens.get(index), &["RANGE"]) && is(tokens.get(index + 1), &Token::Lt);
    let of = tokens.get(index + 2).filter(|_| start)?;
    let known = is_word(Some(of), &["DATE", "DATETIME", "TIMESTAMP"]);
    let Token::Word(of) = &of.token else {
        return None;
    };
    let close = tokens.get(index + 3).filter(|_| known)?;
    let of = of.value.to_ascii_uppercase();
    match close.token {
        Token::Gt => Some((of, index + 4, None)),
        Token::ShiftRight => Some((of, index + 4, Some(at(Token::Gt, close.span)))),
        _ => None,
    }
}

fn is_text(token: &TokenWithSpan) -> bool {
    matches!(token.token, Token::SingleQuotedString(_))
}
