//! `EXPORT DATA`, `EXPORT MODEL` and `LOAD DATA`

use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::define::table_layout;
use super::statement::{CreateTable, Export, ExportModel, Kind, Load};
use crate::Error;

pub fn export(cursor: &mut Cursor) -> Result<Kind, Error> {
    let start = cursor.span().start;
    cursor.expect_keyword("EXPORT")?;
    if cursor.take_keywords(&["MODEL"]) {
        let path = cursor.path()?;
        let options = cursor.options()?;
        return Ok(Kind::ExportModel(ExportModel {
            path,
            options,
            span: start..cursor.previous_end(),
        }));
    }
    if !cursor.peek_keyword(&["DATA"]) {
        let what = cursor.peek_word().unwrap_or_default();
        return Ok(cursor.unsupported(format!("`EXPORT {what}`")));
    }
    cursor.expect_keyword("DATA")?;
    if cursor.peek_keyword(&["WITH"]) {
        return Ok(cursor.unsupported("`EXPORT DATA` through a connection".to_owned()));
    }
    let options = cursor.options()?;
    let span = start..cursor.previous_end();
    cursor.expect_keyword("AS")?;
    Ok(Kind::Export(Box::new(Export {
        options,
        query: cursor.query()?,
        span,
    })))
}

pub fn load(cursor: &mut Cursor) -> Result<Kind, Error> {
    let start = cursor.span().start;
    cursor.expect_keyword("LOAD")?;
    cursor.expect_keyword("DATA")?;
    let overwrite = cursor.take_keywords(&["OVERWRITE"]);
    if !overwrite {
        cursor.expect_keyword("INTO")?;
    }
    if cursor.peek_keyword(&["TEMP", "TEMPORARY"]) {
        return Ok(cursor.unsupported("`LOAD DATA` into a temporary table".to_owned()));
    }
    let path = cursor.path()?;
    let mut table = CreateTable::of(path);
    if cursor.peek_is(&Token::LParen) {
        super::define::columns(cursor, &mut table)?;
    }
    if cursor.peek_keyword(&["PARTITIONS"]) {
        return Ok(cursor.unsupported("`LOAD DATA` into one partition".to_owned()));
    }
    table_layout(cursor, &mut table)?;
    cursor.expect_keyword("FROM")?;
    cursor.expect_keyword("FILES")?;
    let files = cursor.option_list()?;
    if cursor.peek_keyword(&["WITH"]) {
        return Ok(cursor.unsupported("`LOAD DATA` with partition columns".to_owned()));
    }
    Ok(Kind::Load(Box::new(Load {
        overwrite,
        table,
        files,
        span: start..cursor.previous_end(),
    })))
}
