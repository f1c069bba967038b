//! `ALTER`

use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::define::{column, table_constraint};
use super::statement::{AlterAction, Key, Kind};
use crate::Error;

pub fn alter(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("ALTER")?;
    if cursor.take_keywords(&["SCHEMA"]) {
        return schema(cursor);
    }
    if cursor.take_keywords(&["MODEL"]) {
        return model(cursor);
    }
    let view = cursor.take_keywords(&["VIEW"]) || cursor.take_keywords(&["MATERIALIZED", "VIEW"]);
    if !view && !cursor.take_keywords(&["TABLE"]) && !cursor.take_keywords(&["EXTERNAL", "TABLE"]) {
        let what = cursor.peek_word().unwrap_or_default();
        return Ok(cursor.unsupported(format!("`ALTER {what}`")));
    }
    let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
    let path = cursor.path()?;
    let mut actions = Vec::new();
    loop {
        match alter_action(cursor)? {
            Some(action) => actions.push(action),
            None => return Ok(cursor.unsupported("this form of `ALTER TABLE`".to_owned())),
        }
        if !cursor.take(&Token::Comma) {
            break;
        }
    }
    Ok(Kind::AlterTable {
        path,
        if_exists,
        view,
        actions,
    })
}

fn model(cursor: &mut Cursor) -> Result<Kind, Error> {
    let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
    let path = cursor.path()?;
    cursor.expect_keyword("SET")?;
    if !cursor.peek_keyword(&["OPTIONS"]) {
        return Err(cursor.expected("`OPTIONS`"));
    }
    Ok(Kind::AlterModel {
        path,
        if_exists,
        options: cursor.options()?,
    })
}

fn schema(cursor: &mut Cursor) -> Result<Kind, Error> {
    let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
    let path = cursor.path()?;
    if !cursor.take_keywords(&["SET"]) || !cursor.peek_keyword(&["OPTIONS"]) {
        return Ok(cursor.unsupported("this form of `ALTER SCHEMA`".to_owned()));
    }
    Ok(Kind::AlterSchema {
        path,
        if_exists,
        options: cursor.options()?,
    })
}

fn alter_action(cursor: &mut Cursor) -> Result<Option<AlterAction>, Error> {
    if cursor.take_keywords(&["ADD", "COLUMN"]) {
        let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
        let column = column(cursor)?;
        return Ok(Some(AlterAction::AddColumn {
            column,
            if_not_exists,
        }));
    }
    if cursor.take_keywords(&["ADD"]) {
        return add_constraint(cursor);
    }
    if cursor.take_keywords(&["DROP"]) {
        return drop_part(cursor).map(Some);
    }
    if cursor.take_keywords(&["RENAME", "COLUMN"]) {
        let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
        let from = cursor.name()?;
        cursor.expect_keyword("TO")?;
        let to = cursor.name()?;
        return Ok(Some(AlterAction::RenameColumn {
            from,
            to,
            if_exists,
        }));
    }
    if cursor.take_keywords(&["RENAME", "TO"]) {
        return Ok(Some(AlterAction::RenameTo(cursor.path()?)));
    }
    if cursor.take_keywords(&["SET"]) {
        return match cursor.peek_keyword(&["OPTIONS"]) {
            true => Ok(Some(AlterAction::SetOptions(cursor.options()?))),
            false => Ok(None),
        };
    }
    match cursor.take_keywords(&["ALTER", "COLUMN"]) {
        true => alter_column(cursor),
        false => Ok(None),
    }
}

/// After `ADD`
fn add_constraint(cursor: &mut Cursor) -> Result<Option<AlterAction>, Error> {
    let next = |ahead: usize, wanted: &str, cursor: &Cursor| matches!(cursor.peek(ahead), Some(Token::Word(word)) if word.value.eq_ignore_ascii_case(wanted));
    let if_not_exists = next(0, "CONSTRAINT", cursor)
        && next(1, "IF", cursor)
        && next(2, "NOT", cursor)
        && next(3, "EXISTS", cursor);
    let key: Option<Key> = table_constraint(cursor)?;
    Ok(key.map(|key| AlterAction::AddKey { key, if_not_exists }))
}

/// After `DROP`
fn drop_part(cursor: &mut Cursor) -> Result<AlterAction, Error> {
    let span = cursor.span();
    if cursor.take_keywords(&["PRIMARY", "KEY"]) {
        let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
        return Ok(AlterAction::DropPrimaryKey { if_exists, span });
    }
    if cursor.take_keywords(&["CONSTRAINT"]) {
        let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
        let name = cursor.name()?;
        return Ok(AlterAction::DropConstraint { name, if_exists });
    }
    cursor.expect_keyword("COLUMN")?;
    let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
    let name = cursor.name()?;
    Ok(AlterAction::DropColumn { name, if_exists })
}

/// After `ALTER COLUMN`
fn alter_column(cursor: &mut Cursor) -> Result<Option<AlterAction>, Error> {
    let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
    let name = cursor.name()?;
    let action = if cursor.take_keywords(&["SET", "DATA", "TYPE"]) {
        AlterAction::SetType(name.clone(), cursor.data_type()?)
    } else if cursor.take_keywords(&["SET", "DEFAULT"]) {
        AlterAction::SetDefault(name.clone(), cursor.expression()?)
    } else if cursor.take_keywords(&["SET"]) {
        if !cursor.peek_keyword(&["OPTIONS"]) {
            return Ok(None);
        }
        AlterAction::SetColumnOptions(name.clone(), cursor.options()?)
    } else if cursor.take_keywords(&["DROP", "NOT", "NULL"]) {
        AlterAction::DropNotNull(name.clone())
    } else if cursor.take_keywords(&["DROP", "DEFAULT"]) {
        AlterAction::DropDefault(name.clone())
    } else {
        return Ok(None);
    };
    Ok(Some(match if_exists {
        true => AlterAction::IfExists(name, Box::new(action)),
        false => action,
    }))
}
