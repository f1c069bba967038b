//! Pipe operators that sqlparser lacks, as `CALL` of a mark; the others stay as they are

use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::mark;
use super::rewrite::set_operator;
use super::token::{are_words, at, closing, find_outside, is, is_word, name, string, word};

/// Rewrites every pipe operator, at any depth of parentheses
pub fn pipes(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let any = tokens
        .iter()
        .any(|token| token.token == Token::VerticalBarRightAngleBracket);
    match any {
        true => {
            let mut rewritten = Vec::with_capacity(tokens.len() + 16);
            segment(&tokens, &mut rewritten);
            rewritten
        }
        false => tokens,
    }
}

fn segment(tokens: &[TokenWithSpan], out: &mut Vec<TokenWithSpan>) {
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        out.push(token.clone());
        index += 1;
        if token.token != Token::VerticalBarRightAngleBracket {
            continue;
        }
        let end = operator_end(&tokens[index..]) + index;
        let mut body = Vec::new();
        segment(&tokens[index..end], &mut body);
        if is(body.last(), &Token::Comma) {
            body.pop();
        }
        operator(body, token.span, out);
        index = end;
    }
}

/// Where an operator ends: before the next one, or the bracket around the query
fn operator_end(tokens: &[TokenWithSpan]) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.token {
            Token::VerticalBarRightAngleBracket if depth == 0 => return index,
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket if depth == 0 => return index,
            Token::RParen | Token::RBracket => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The operators that need no rewriting
const KNOWN: &[&str] = &[
    "SELECT", "EXTEND", "SET", "DROP", "RENAME", "AS", "WHERE", "LIMIT", "ORDER", "CALL", "JOIN",
    "INNER", "LEFT", "RIGHT", "FULL", "CROSS",
];

fn operator(mut body: Vec<TokenWithSpan>, pipe: Span, out: &mut Vec<TokenWithSpan>) {
    let span = body.first().map_or(pipe, |first| first.span);
    if let Some(call) = set_operation(&body, span) {
        out.extend(call);
        return;
    }
    let head = match body.first().map(|token| &token.token) {
        Some(Token::Word(word)) => word.value.to_ascii_uppercase(),
        _ => String::new(),
    };
    match head.as_str() {
        "SELECT" | "EXTEND" => selection(body, head == "EXTEND", span, out),
        "WINDOW" => {
            body[0] = word("EXTEND", span);
            out.extend(body);
        }
        "AGGREGATE" => aggregation(body, out),
        "PIVOT" | "UNPIVOT" | "TABLESAMPLE" => {
            let mut query = vec![word("SELECT", span), at(Token::Mul, span)];
            query.extend([word("FROM", span), name(mark::INPUT, span)]);
            // An alias belongs to the operator
            let open = body.iter().position(|token| token.token == Token::LParen);
            let close = open.and_then(|open| closing(&body, open));
            let alias = match close {
                Some(close) => body.split_off(close + 1),
                None => Vec::new(),
            };
            query.extend(body);
            call_query(mark::FROM, query, span, out);
            out.extend(alias);
        }
        "DISTINCT" if body.len() == 1 => call(mark::DISTINCT, Vec::new(), span, out),
        "WITH" => {
            body.extend([
                word("SELECT", span),
                at(Token::Number("1".into(), false), span),
            ]);
            call_query(mark::WITH, body, span, out);
        }
        "IF" => match branch(&body) {
            Some(chosen) => {
                // The operators of the branch stand where this one stood
                out.pop();
                out.extend(chosen);
            }
            None => call(mark::UNSUPPORTED, vec![string("IF", span)], span, out),
        },
        // What it prints about the columns changes no row
        "STATIC_DESCRIBE" if body.len() == 1 => {
            out.extend([word("WHERE", span), word("TRUE", span)]);
        }
        "ASSERT" => call(mark::ASSERT, body.split_off(1), span, out),
        "CALL" if is_mark(body.get(1)) => out.extend(body),
        known if KNOWN.contains(&known) => out.extend(body),
        other => {
            let other = match other.is_empty() {
                true => "without a name",
                false => other,
            };
            call(mark::UNSUPPORTED, vec![string(other, span)], span, out);
        }
    }
}

/// The operators that `IF condition THEN (…) ELSEIF … ELSE (…)` stands for, where the conditions
/// are `TRUE` and `FALSE`
fn branch(body: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let mut index = 0;
    while index < body.len() {
        let otherwise = is_word(body.get(index), &["ELSE"]);
        let open = match otherwise {
            true => index + 1,
            false => index + 3,
        };
        let known = otherwise
            || is_word(body.get(index), &["IF", "ELSEIF"])
                && is_word(body.get(index + 1), &["TRUE", "FALSE"])
                && is_word(body.get(index + 2), &["THEN"]);
        let close = closing(body, open).filter(|_| known && is(body.get(open), &Token::LParen))?;
        if otherwise || is_word(body.get(index + 1), &["TRUE"]) {
            return Some(body[open + 1..close].to_vec());
        }
        index = close + 1;
    }
    Some(Vec::new())
}

fn is_mark(token: Option<&TokenWithSpan>) -> bool {
    matches!(token.map(|token| &token.token), Some(Token::Word(word)) if word.value.starts_with('\0'))
}

/// `CALL mark(arguments)`
fn call(mark: &str, arguments: Vec<TokenWithSpan>, span: Span, out: &mut Vec<TokenWithSpan>) {
    out.extend([
        word("CALL", span),
        name(mark, span),
        at(Token::LParen, span),
    ]);
    out.extend(arguments);
    out.push(at(Token::RParen, span));
}

fn call_query(mark: &str, query: Vec<TokenWithSpan>, span: Span, out: &mut Vec<TokenWithSpan>) {
    let mut argument = vec![at(Token::LParen, span)];
    argument.extend(query);
    argument.push(at(Token::RParen, span));
    call(mark, argument, span, out);
}

/// `SELECT` with more than a list becomes a query, since sqlparser takes a list only
fn selection(mut body: Vec<TokenWithSpan>, extend: bool, span: Span, out: &mut Vec<TokenWithSpan>) {
    let window = find_outside(&body, |index| {
        index > 0 && is_word(body.get(index), &["WINDOW"]) && is_word(body.get(index + 2), &["AS"])
    });
    let more = is_word(body.get(1), &["DISTINCT", "ALL"])
        || is_word(body.get(1), &["AS"]) && is_word(body.get(2), &["STRUCT", "VALUE"]);
    if window.is_none() && (extend || !more) {
        out.extend(body);
        return;
    }
    let windows = window.map(|at| body.split_off(at)).unwrap_or_default();
    if is(body.last(), &Token::Comma) {
        body.pop();
    }
    if extend {
        body[0] = word("SELECT", span);
        body.insert(1, at(Token::Comma, span));
        body.insert(1, at(Token::Mul, span));
    }
    body.extend([word("FROM", span), name(mark::INPUT, span)]);
    body.extend(windows);
    call_query(mark::FROM, body, span, out);
}

/// `AGGREGATE … GROUP [AND ORDER] BY …`; a comma before `GROUP` goes
fn aggregation(body: Vec<TokenWithSpan>, out: &mut Vec<TokenWithSpan>) {
    let body = nulls_marked(body);
    let group = find_outside(&body, |index| is_word(body.get(index), &["GROUP"]));
    let Some(group) = group else {
        out.extend(body);
        return;
    };
    let span = body[group].span;
    let mut items = body[..group].to_vec();
    if is(items.last(), &Token::Comma) {
        items.pop();
    }
    out.extend(items);
    let rest = &body[group..];
    let (ordered, keys) = match are_words(rest, &["GROUP", "AND", "ORDER", "BY"]) {
        true => (true, &rest[4..]),
        false => (false, rest.get(2..).unwrap_or_default()),
    };
    out.extend([word("GROUP", span), word("BY", span)]);
    if ordered {
        out.extend([string(mark::ORDERED, span), at(Token::Comma, span)]);
    }
    let mut index = 0;
    while let Some(token) = keys.get(index) {
        if are_words(&keys[index..], &["GROUPING", "SETS"]) {
            out.push(name(mark::SETS, token.span));
            index += 2;
        } else if is(Some(token), &Token::LParen)
            && is(keys.get(index + 1), &Token::RParen)
            && (index == 0
                || is(keys.get(index - 1), &Token::LParen)
                || is(keys.get(index - 1), &Token::Comma))
        {
            out.push(name(mark::EMPTY, token.span));
            out.push(token.clone());
            index += 1;
        } else {
            out.push(token.clone());
            index += 1;
        }
    }
}

/// Turns `NULLS FIRST` and `NULLS LAST` behind an item, which sqlparser does not read there, into an item of their own
fn nulls_marked(body: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut marked = Vec::with_capacity(body.len());
    let mut depth = 0_usize;
    let mut index = 0;
    while let Some(token) = body.get(index) {
        match token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        let nulls = depth == 0
            && is_word(Some(token), &["NULLS"])
            && is_word(body.get(index + 1), &["FIRST", "LAST"]);
        if nulls {
            let mark = match is_word(body.get(index + 1), &["FIRST"]) {
                true => mark::NULLS_FIRST,
                false => mark::NULLS_LAST,
            };
            marked.extend([at(Token::Comma, token.span), string(mark, token.span)]);
            index += 2;
            continue;
        }
        marked.push(token.clone());
        index += 1;
    }
    marked
}

/// `[mode] UNION ALL [BY NAME …] (query), …`
fn set_operation(body: &[TokenWithSpan], span: Span) -> Option<Vec<TokenWithSpan>> {
    let set = set_operator(body, 0)?;
    let mut arguments = Vec::new();
    let mut texts = vec![
        set.operator.clone(),
        set.quantifier.clone(),
        set.mode.clone(),
    ];
    texts.extend(set.columns.iter().cloned());
    for text in texts {
        arguments.extend([string(text, span), at(Token::Comma, span)]);
    }
    arguments.extend(body[set.next..].iter().cloned());
    let mut out = Vec::new();
    call(mark::SET, arguments, span, &mut out);
    Some(out)
}
