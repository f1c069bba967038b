//! A script's text to its statements, each parsed

mod access;
mod aggregate_clause;
mod alter;
pub mod call;
mod cast_format;
mod chain;
mod chained;
mod change;
mod cursor;
mod define;
pub mod mark;
mod model;
mod operand;
mod pipe;
mod procedural;
mod reader;
pub mod rewrite;
mod routine;
mod script;
pub mod statement;
mod token;
mod transfer;
mod with;

use std::ops::Range;

use diagnostic::code;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::Error;
use crate::lex::lex;
use cursor::Cursor;
use statement::{Kind, Statement};

/// Splits a script into statements and parses each; empty statements are skipped
///
/// Spans are byte ranges in `sql`.
///
/// # Errors
/// The first place where the text is not GoogleSQL
pub fn parse(sql: &str) -> Result<Vec<Statement>, Error> {
    lex(sql)
        .and_then(script::statements)
        .map_err(|error| error.shown_in(sql))
}

/// Runs what recurses into a statement, on another stack where what is left of this one may not do: a text nests
/// no deeper than it is long
pub fn on_stack_for<T>(span: &Range<usize>, run: impl FnOnce() -> T) -> T {
    const STACK: usize = 64 * 1024 * 1024;
    const FOR_EACH_BYTE: usize = 4 * 1024;
    let needed = span.len().saturating_mul(FOR_EACH_BYTE);
    stacker::maybe_grow(needed.min(STACK / 2), STACK, run)
}

/// Parses a type as written
pub fn parse_type(text: &str) -> Result<sqlparser::ast::DataType, Error> {
    let tokens = lex(text)?;
    let mut cursor = Cursor::new(tokens, text.len());
    let ty = cursor.data_type()?;
    cursor.expect_end()?;
    Ok(ty)
}

/// Parses `SELECT <items>` without `FROM`; spans are byte ranges in `items`
pub fn parse_select_items(items: &str) -> Result<Box<sqlparser::ast::Query>, Error> {
    select_items(items).map_err(|error| error.shown_in(items))
}

fn select_items(items: &str) -> Result<Box<sqlparser::ast::Query>, Error> {
    let mut tokens = vec![TokenWithSpan {
        token: Token::make_word("SELECT", None),
        span: crate::lex::span_of(&(0..0)),
    }];
    tokens.extend(lex(items)?);
    let tokens = rewrite::rewrite(tokens);
    let mut cursor = Cursor::new(tokens, items.len());
    let query = cursor.query()?;
    cursor.expect_end()?;
    Ok(query)
}

fn statement(cursor: &mut Cursor) -> Result<Kind, Error> {
    let start = cursor.span();
    if cursor.peek_is(&Token::LParen) || cursor.peek_keyword(&["SELECT", "WITH", "FROM"]) {
        return Ok(Kind::Query(cursor.query()?));
    }
    let word = cursor.peek_word().unwrap_or_default();
    if let Some(statement) = procedural::statement(cursor, &word)? {
        return Ok(statement);
    }
    match word.as_str() {
        "CREATE" => define::create(cursor),
        "DROP" => define::drop(cursor),
        "ALTER" => alter::alter(cursor),
        "INSERT" => change::insert(cursor),
        "UPDATE" => change::update(cursor),
        "DELETE" => change::delete(cursor),
        "MERGE" => change::merge(cursor),
        "TRUNCATE" => change::truncate(cursor),
        "ASSERT" => change::assert(cursor),
        "EXPORT" => transfer::export(cursor),
        "LOAD" => transfer::load(cursor),
        "GRANT" => access::access(cursor, false),
        "REVOKE" => access::access(cursor, true),
        "BEGIN" | "IF" | "LOOP" | "WHILE" | "REPEAT" | "FOR" | "DECLARE" | "SET" | "CALL"
        | "EXECUTE" | "RAISE" | "RETURN" | "COMMIT" | "ROLLBACK" | "CASE" | "BREAK" | "LEAVE"
        | "CONTINUE" | "ITERATE" | "GRAPH" | "EXPLAIN" | "DESCRIBE" | "SHOW" | "UNDROP" => {
            Ok(cursor.unsupported(format!("`{word}` statement")))
        }
        _ => Err(Error::new(
            code::SQL_SYNTAX,
            "expected the start of a statement",
            start,
        )),
    }
}
