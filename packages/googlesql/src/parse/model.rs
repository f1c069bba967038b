//! `CREATE MODEL … TRANSFORM(…) OPTIONS(…) AS query`

use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::statement::{CreateModel, Kind};
use crate::Error;

/// After `CREATE [OR REPLACE] MODEL`
pub fn create(cursor: &mut Cursor, or_replace: bool) -> Result<Kind, Error> {
    let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
    let path = cursor.path()?;
    let mut transform = None;
    if cursor.take_keywords(&["TRANSFORM"]) {
        cursor.expect(&Token::LParen)?;
        let start = cursor.span().start;
        let mut depth = 0_usize;
        while !(depth == 0 && cursor.peek_is(&Token::RParen)) {
            match cursor.peek(0) {
                Some(Token::LParen) => depth += 1,
                Some(Token::RParen) => depth -= 1,
                Some(_) => {}
                None => return Err(cursor.expected("`)`")),
            }
            cursor.advance();
        }
        transform = Some(start..cursor.previous_end().max(start));
        cursor.expect(&Token::RParen)?;
    }
    if ["INPUT", "OUTPUT", "REMOTE"]
        .iter()
        .any(|word| cursor.peek_keyword(&[word]))
    {
        return Ok(cursor.unsupported("remote and imported models".to_owned()));
    }
    let options = cursor.options()?;
    if !cursor.take_keywords(&["AS"]) {
        return match cursor.expect_end() {
            Ok(()) => Ok(cursor.unsupported("`CREATE MODEL` without a query".to_owned())),
            Err(_) => Err(cursor.expected("`AS`")),
        };
    }
    let start = cursor.span().start;
    let query = cursor.query()?;
    Ok(Kind::CreateModel(Box::new(CreateModel {
        path,
        or_replace,
        if_not_exists,
        transform,
        options,
        query,
        query_span: start..cursor.previous_end(),
    })))
}
