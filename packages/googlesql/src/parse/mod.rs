//! A script's text to its statements, each parsed

mod chain;
mod change;
mod cursor;
mod define;
mod model;
pub mod rewrite;
pub mod statement;

use std::ops::Range;

use diagnostic::code;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::Error;
use crate::lex::{lex, range_of};
use cursor::Cursor;
use statement::{Kind, Statement};

/// Splits a script into statements and parses each; empty statements are skipped
///
/// Spans are byte ranges in `sql`.
///
/// # Errors
/// The first place where the text is not GoogleSQL
pub fn parse(sql: &str) -> Result<Vec<Statement>, Error> {
    split(lex(sql)?)
        .into_iter()
        .map(|tokens| {
            let span = tokens_span(&tokens);
            chain::check(&tokens)?;
            let tokens = rewrite::rewrite(tokens);
            let parse = || {
                let mut cursor = Cursor::new(&tokens, span.end);
                let kind = statement(&mut cursor)?;
                cursor.expect_end()?;
                Ok(kind)
            };
            let kind = on_stack_for(&span, parse)?;
            Ok(Statement { span, kind })
        })
        .collect()
}

/// Runs what recurses into a statement; only a long text can nest deeply
pub fn on_stack_for<T>(span: &Range<usize>, run: impl FnOnce() -> T) -> T {
    const LONG: usize = 2_000;
    const STACK: usize = 64 * 1024 * 1024;
    match span.len() > LONG {
        true => stacker::grow(STACK, run),
        false => run(),
    }
}

/// Parses `SELECT <items>` without `FROM`; spans are byte ranges in `items`
pub fn parse_select_items(items: &str) -> Result<Box<sqlparser::ast::Query>, Error> {
    let mut tokens = vec![TokenWithSpan {
        token: Token::make_word("SELECT", None),
        span: crate::lex::span_of(&(0..0)),
    }];
    tokens.extend(lex(items)?);
    let tokens = rewrite::rewrite(tokens);
    let mut cursor = Cursor::new(&tokens, items.len());
    let query = cursor.query()?;
    cursor.expect_end()?;
    Ok(query)
}

/// Token runs between semicolons; from a scripting block on, the rest is one run
fn split(tokens: Vec<TokenWithSpan>) -> Vec<Vec<TokenWithSpan>> {
    let mut statements = Vec::new();
    let mut current: Vec<TokenWithSpan> = Vec::new();
    let mut block = false;
    for token in tokens {
        if token.token == Token::SemiColon && !block {
            if !current.is_empty() {
                statements.push(std::mem::take(&mut current));
            }
            continue;
        }
        current.push(token);
        block = block || opens_block(&current);
    }
    if !current.is_empty() {
        statements.push(current);
    }
    statements
}

fn opens_block(tokens: &[TokenWithSpan]) -> bool {
    let word = |at: usize| match tokens.get(at).map(|token| &token.token) {
        Some(Token::Word(word)) if word.quote_style.is_none() => word.value.to_ascii_uppercase(),
        _ => String::new(),
    };
    match word(0).as_str() {
        "BEGIN" => tokens.len() == 2 && word(1) != "TRANSACTION",
        "IF" | "LOOP" | "WHILE" | "REPEAT" | "FOR" => true,
        "CREATE" => tokens.len() <= 5 && word(tokens.len() - 1) == "PROCEDURE",
        _ => false,
    }
}

fn tokens_span(tokens: &[TokenWithSpan]) -> Range<usize> {
    let range = |token: Option<&TokenWithSpan>| token.and_then(|token| range_of(token.span));
    let start = range(tokens.first()).map_or(0, |range| range.start);
    let end = range(tokens.last()).map_or(start, |range| range.end);
    start..end
}

fn statement(cursor: &mut Cursor) -> Result<Kind, Error> {
    let start = cursor.span();
    if cursor.peek_is(&Token::LParen) || cursor.peek_keyword(&["SELECT", "WITH", "FROM"]) {
        return Ok(Kind::Query(cursor.query()?));
    }
    let word = cursor.peek_word().unwrap_or_default();
    match word.as_str() {
        "CREATE" => define::create(cursor),
        "DROP" => define::drop(cursor),
        "ALTER" => define::alter(cursor),
        "INSERT" => change::insert(cursor),
        "UPDATE" => change::update(cursor),
        "DELETE" => change::delete(cursor),
        "MERGE" => change::merge(cursor),
        "TRUNCATE" => change::truncate(cursor),
        "ASSERT" => change::assert(cursor),
        "BEGIN" | "IF" | "LOOP" | "WHILE" | "REPEAT" | "FOR" | "DECLARE" | "SET" | "CALL"
        | "EXECUTE" | "RAISE" | "RETURN" | "COMMIT" | "ROLLBACK" | "CASE" | "EXPORT" | "LOAD"
        | "GRANT" | "REVOKE" | "BREAK" | "LEAVE" | "CONTINUE" | "ITERATE" | "GRAPH" | "EXPLAIN"
        | "DESCRIBE" | "SHOW" | "UNDROP" => Ok(cursor.unsupported(format!("`{word}` statement"))),
        _ => Err(Error::new(
            code::SQL_SYNTAX,
            "expected the start of a statement",
            start,
        )),
    }
}
