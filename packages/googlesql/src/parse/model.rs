//! `CREATE MODEL … TRANSFORM(…) OPTIONS(…) AS query`, and models that are made elsewhere: imported ones
//! without a query, remote ones with a connection

use diagnostic::code;
use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::statement::{CreateModel, ExternalModel, Kind, ModelField};
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
    let inputs = fields(cursor, "INPUT")?;
    let outputs = fields(cursor, "OUTPUT")?;
    let connection = match cursor.take_keywords(&["REMOTE"]) {
        true => {
            cursor.expect_keyword("WITH")?;
            cursor.expect_keyword("CONNECTION")?;
            Some(cursor.path()?)
        }
        false => None,
    };
    let options = match cursor.peek_keyword(&["OPTIONS"]) {
        true => cursor.options()?,
        false => Vec::new(),
    };
    if transform.is_none() && !cursor.peek_keyword(&["AS"]) {
        cursor.expect_end().map_err(|_| cursor.expected("`AS`"))?;
        return Ok(Kind::ExternalModel(Box::new(ExternalModel {
            path,
            or_replace,
            if_not_exists,
            inputs,
            outputs,
            connection,
            options,
        })));
    }
    if let Some(field) = inputs.first().or(outputs.first()) {
        return Err(Error::new(
            code::SQL_INVALID,
            "`INPUT` and `OUTPUT` are for models without a query",
            field.name.span.clone(),
        ));
    }
    cursor.expect_keyword("AS")?;
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

/// `INPUT(name type, …)` or `OUTPUT(…)`, if it is there
fn fields(cursor: &mut Cursor, keyword: &str) -> Result<Vec<ModelField>, Error> {
    let mut fields = Vec::new();
    if !cursor.take_keywords(&[keyword]) {
        return Ok(fields);
    }
    cursor.expect(&Token::LParen)?;
    loop {
        fields.push(ModelField {
            name: cursor.name()?,
            data_type: cursor.data_type()?,
        });
        if !cursor.take(&Token::Comma) {
            break;
        }
    }
    cursor.expect(&Token::RParen)?;
    Ok(fields)
}
