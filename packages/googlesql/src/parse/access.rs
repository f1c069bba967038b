//! `GRANT` and `REVOKE`

use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::statement::Kind;
use crate::Error;

/// `GRANT roles ON object path TO users`, `REVOKE roles ON object path FROM users`
pub fn access(cursor: &mut Cursor, revoke: bool) -> Result<Kind, Error> {
    cursor.expect_keyword(if revoke { "REVOKE" } else { "GRANT" })?;
    loop {
        cursor.path()?;
        if !cursor.take(&Token::Comma) {
            break;
        }
    }
    cursor.expect_keyword("ON")?;
    let mut object = cursor.name()?.text.to_uppercase();
    if ["MATERIALIZED", "EXTERNAL"].contains(&object.as_str()) {
        object = cursor.name()?.text.to_uppercase();
    }
    let path = cursor.path()?;
    cursor.expect_keyword(if revoke { "FROM" } else { "TO" })?;
    loop {
        cursor.expression()?;
        if !cursor.take(&Token::Comma) {
            break;
        }
    }
    Ok(Kind::Access {
        revoke,
        object,
        path,
    })
}
