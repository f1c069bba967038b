//! `CREATE`, `DROP` and `ALTER`

use sqlparser::ast::Expr;
use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::model;
use super::statement::{AlterAction, ColumnSpec, CreateTable, CreateView, DropObject, Kind};
use crate::Error;

pub fn create(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("CREATE")?;
    let or_replace = cursor.take_keywords(&["OR", "REPLACE"]);
    let temporary = cursor.take_keywords(&["TEMP"]) || cursor.take_keywords(&["TEMPORARY"]);
    if cursor.take_keywords(&["TABLE"]) {
        if cursor.peek_keyword(&["FUNCTION"]) {
            return Ok(cursor.unsupported("table function definition".to_owned()));
        }
        let table = create_table(cursor, or_replace, temporary)?;
        return Ok(Kind::CreateTable(Box::new(table)));
    }
    if !temporary
        && (cursor.take_keywords(&["VIEW"]) || cursor.take_keywords(&["MATERIALIZED", "VIEW"]))
    {
        return create_view(cursor, or_replace);
    }
    if !temporary && cursor.take_keywords(&["SCHEMA"]) {
        let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
        let path = cursor.path()?;
        if cursor.peek_keyword(&["DEFAULT"]) {
            return Ok(cursor.unsupported("default collation of a schema".to_owned()));
        }
        return Ok(Kind::CreateSchema {
            path,
            or_replace,
            if_not_exists,
            options: cursor.options()?,
        });
    }
    if !temporary && cursor.take_keywords(&["MODEL"]) {
        return model::create(cursor, or_replace);
    }
    let what = cursor.peek_word().unwrap_or_default().to_lowercase();
    match what.as_str() {
        "function" | "aggregate" | "procedure" | "external" | "snapshot" | "search" | "vector"
        | "row" | "assignment" | "reservation" | "capacity" | "live" | "property" | "view"
        | "constant" | "private" | "public" => {
            Ok(cursor.unsupported(format!("`CREATE {}`", what.to_uppercase())))
        }
        _ => Err(cursor.expected("what to create")),
    }
}

fn create_table(
    cursor: &mut Cursor,
    or_replace: bool,
    temporary: bool,
) -> Result<CreateTable, Error> {
    let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
    let path = cursor.path()?;
    let mut table = CreateTable {
        path,
        or_replace,
        if_not_exists,
        temporary,
        columns: Vec::new(),
        like: None,
        copy: None,
        partition_by: None,
        cluster_by: Vec::new(),
        options: Vec::new(),
        query: None,
    };
    if cursor.peek_is(&Token::LParen) {
        table.columns = columns(cursor)?;
    } else if cursor.take_keywords(&["LIKE"]) {
        table.like = Some(cursor.path()?);
    } else if cursor.take_keywords(&["COPY"]) || cursor.take_keywords(&["CLONE"]) {
        table.copy = Some(cursor.path()?);
    }
    if cursor.take_keywords(&["PARTITION", "BY"]) {
        table.partition_by = Some(cursor.expression()?);
    }
    if cursor.take_keywords(&["CLUSTER", "BY"]) {
        table.cluster_by.push(cursor.name()?);
        while cursor.take(&Token::Comma) {
            table.cluster_by.push(cursor.name()?);
        }
    }
    table.options = cursor.options()?;
    if cursor.take_keywords(&["AS"]) {
        table.query = Some(cursor.query()?);
    }
    Ok(table)
}

fn columns(cursor: &mut Cursor) -> Result<Vec<ColumnSpec>, Error> {
    cursor.expect(&Token::LParen)?;
    let mut columns = Vec::new();
    while !cursor.take(&Token::RParen) {
        if !table_constraint(cursor)? {
            columns.push(column(cursor)?);
        }
        if !cursor.take(&Token::Comma) {
            cursor.expect(&Token::RParen)?;
            break;
        }
    }
    Ok(columns)
}

/// Keys that BigQuery does not enforce have no effect on rows
fn table_constraint(cursor: &mut Cursor) -> Result<bool, Error> {
    let named = cursor.peek_keyword(&["CONSTRAINT"]);
    if !named
        && !matches!(cursor.peek(1), Some(Token::Word(word)) if word.value.eq_ignore_ascii_case("KEY"))
    {
        return Ok(false);
    }
    if cursor.take_keywords(&["CONSTRAINT"]) {
        cursor.name()?;
    }
    if cursor.take_keywords(&["PRIMARY", "KEY"]) {
        cursor.names()?;
    } else if cursor.take_keywords(&["FOREIGN", "KEY"]) {
        cursor.names()?;
        references(cursor)?;
        return Ok(true);
    } else {
        return Err(cursor.expected("`PRIMARY KEY` or `FOREIGN KEY`"));
    }
    not_enforced(cursor)?;
    Ok(true)
}

fn references(cursor: &mut Cursor) -> Result<(), Error> {
    cursor.expect_keyword("REFERENCES")?;
    cursor.path()?;
    cursor.names()?;
    not_enforced(cursor)
}

fn not_enforced(cursor: &mut Cursor) -> Result<(), Error> {
    cursor.expect_keyword("NOT")?;
    cursor.expect_keyword("ENFORCED")
}

pub fn column(cursor: &mut Cursor) -> Result<ColumnSpec, Error> {
    let name = cursor.name()?;
    let ty = cursor.data_type()?;
    let mut spec = ColumnSpec {
        name,
        ty,
        not_null: false,
        default: None,
    };
    loop {
        if cursor.take_keywords(&["NOT", "NULL"]) {
            spec.not_null = true;
        } else if cursor.take_keywords(&["DEFAULT"]) {
            spec.default = Some(cursor.expression()?);
        } else if cursor.take_keywords(&["PRIMARY", "KEY"]) {
            not_enforced(cursor)?;
        } else if cursor.peek_keyword(&["REFERENCES"]) {
            references(cursor)?;
        } else if cursor.peek_keyword(&["OPTIONS"]) {
            cursor.options()?;
        } else {
            return Ok(spec);
        }
    }
}

fn create_view(cursor: &mut Cursor, or_replace: bool) -> Result<Kind, Error> {
    let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
    let path = cursor.path()?;
    let mut columns = Vec::new();
    if cursor.take(&Token::LParen) {
        while !cursor.take(&Token::RParen) {
            columns.push(cursor.name()?);
            cursor.options()?;
            if !cursor.take(&Token::Comma) {
                cursor.expect(&Token::RParen)?;
                break;
            }
        }
    }
    if cursor.take_keywords(&["PARTITION", "BY"]) {
        let _: Expr = cursor.expression()?;
    }
    if cursor.take_keywords(&["CLUSTER", "BY"]) {
        cursor.name()?;
        while cursor.take(&Token::Comma) {
            cursor.name()?;
        }
    }
    let options = cursor.options()?;
    cursor.expect_keyword("AS")?;
    Ok(Kind::CreateView(CreateView {
        path,
        or_replace,
        if_not_exists,
        columns,
        options,
        query: cursor.query()?,
    }))
}

pub fn drop(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("DROP")?;
    let object = if cursor.take_keywords(&["TABLE"]) {
        DropObject::Table
    } else if cursor.take_keywords(&["VIEW"]) || cursor.take_keywords(&["MATERIALIZED", "VIEW"]) {
        DropObject::View
    } else if cursor.take_keywords(&["SCHEMA"]) {
        DropObject::Schema
    } else if cursor.take_keywords(&["MODEL"]) {
        DropObject::Model
    } else {
        let what = cursor.peek_word().unwrap_or_default();
        return Ok(cursor.unsupported(format!("`DROP {what}`")));
    };
    let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
    let path = cursor.path()?;
    let cascade = cursor.take_keywords(&["CASCADE"]);
    if !cascade {
        cursor.take_keywords(&["RESTRICT"]);
    }
    Ok(Kind::Drop {
        object,
        path,
        if_exists,
        cascade,
    })
}

pub fn alter(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("ALTER")?;
    let view = cursor.take_keywords(&["VIEW"]) || cursor.take_keywords(&["MATERIALIZED", "VIEW"]);
    if !view && !cursor.take_keywords(&["TABLE"]) {
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

fn alter_action(cursor: &mut Cursor) -> Result<Option<AlterAction>, Error> {
    if cursor.take_keywords(&["ADD", "COLUMN"]) {
        let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
        let column = column(cursor)?;
        return Ok(Some(AlterAction::AddColumn {
            column,
            if_not_exists,
        }));
    }
    if cursor.take_keywords(&["DROP", "COLUMN"]) {
        let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
        let name = cursor.name()?;
        return Ok(Some(AlterAction::DropColumn { name, if_exists }));
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
    if !cursor.take_keywords(&["ALTER", "COLUMN"]) {
        return Ok(None);
    }
    let name = cursor.name()?;
    if cursor.take_keywords(&["SET", "DATA", "TYPE"]) {
        return Ok(Some(AlterAction::SetType(name, cursor.data_type()?)));
    }
    if cursor.take_keywords(&["SET", "DEFAULT"]) {
        return Ok(Some(AlterAction::SetDefault(name, cursor.expression()?)));
    }
    if cursor.take_keywords(&["SET"]) {
        return match cursor.peek_keyword(&["OPTIONS"]) {
            true => Ok(Some(AlterAction::SetOptions(cursor.options()?))),
            false => Ok(None),
        };
    }
    if cursor.take_keywords(&["DROP", "NOT", "NULL"]) {
        return Ok(Some(AlterAction::DropNotNull(name)));
    }
    if cursor.take_keywords(&["DROP", "DEFAULT"]) {
        return Ok(Some(AlterAction::DropDefault(name)));
    }
    Ok(None)
}
