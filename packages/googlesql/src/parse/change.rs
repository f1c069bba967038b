//! `INSERT`, `UPDATE`, `DELETE`, `MERGE`, `TRUNCATE` and `ASSERT`

use sqlparser::ast::{BinaryOperator, Expr};
use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::statement::{Kind, Merge, MergeAction, MergeClause, MergeWhen};
use crate::Error;

pub fn insert(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("INSERT")?;
    cursor.take_keywords(&["INTO"]);
    let path = cursor.path()?;
    let columns = match cursor.peek_is(&Token::LParen) && !opens_query(cursor) {
        true => cursor.names()?,
        false => Vec::new(),
    };
    Ok(Kind::Insert {
        path,
        columns,
        source: cursor.query()?,
    })
}

fn opens_query(cursor: &Cursor) -> bool {
    match cursor.peek(1) {
        Some(Token::LParen) => true,
        Some(Token::Word(word)) => {
            word.quote_style.is_none()
                && ["SELECT", "WITH", "FROM"].contains(&word.value.to_ascii_uppercase().as_str())
        }
        _ => false,
    }
}

pub fn update(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("UPDATE")?;
    let path = cursor.path()?;
    let alias = cursor.alias(&["SET"])?;
    cursor.expect_keyword("SET")?;
    let assignments = assignments(cursor)?;
    let from = match cursor.take_keywords(&["FROM"]) {
        true => cursor.table_list()?,
        false => Vec::new(),
    };
    cursor.expect_keyword("WHERE")?;
    Ok(Kind::Update {
        path,
        alias,
        assignments,
        from,
        condition: cursor.expression()?,
    })
}

/// `a = x, b.c = y`
fn assignments(cursor: &mut Cursor) -> Result<Vec<(Expr, Expr)>, Error> {
    let mut pairs = Vec::new();
    loop {
        let before = cursor.span();
        match cursor.expression()? {
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Eq,
                right,
            } => pairs.push((*left, *right)),
            // `a = b OR c` and the like bind looser than the assignment's own `=`
            other => match reassociate(other) {
                Some(pair) => pairs.push(pair),
                None => {
                    return Err(Error::new(
                        diagnostic::code::SQL_SYNTAX,
                        "expected `column = value`",
                        before,
                    ));
                }
            },
        }
        if !cursor.take(&Token::Comma) {
            return Ok(pairs);
        }
    }
}

/// Takes the leftmost `=` of an expression apart: `a = b OR c` is `a` and `b OR c`
fn reassociate(expression: Expr) -> Option<(Expr, Expr)> {
    let rebuild = |inner: Box<Expr>, wrap: &dyn Fn(Box<Expr>) -> Expr| {
        let (target, value) = match *inner {
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Eq,
                right,
            } => (*left, *right),
            other => reassociate(other)?,
        };
        Some((target, wrap(Box::new(value))))
    };
    match expression {
        Expr::BinaryOp { left, op, right } => rebuild(left, &|left| Expr::BinaryOp {
            left,
            op: op.clone(),
            right: right.clone(),
        }),
        Expr::IsNull(inner) => rebuild(inner, &Expr::IsNull),
        Expr::IsNotNull(inner) => rebuild(inner, &Expr::IsNotNull),
        Expr::IsTrue(inner) => rebuild(inner, &Expr::IsTrue),
        Expr::IsFalse(inner) => rebuild(inner, &Expr::IsFalse),
        _ => None,
    }
}

pub fn delete(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("DELETE")?;
    cursor.take_keywords(&["FROM"]);
    let path = cursor.path()?;
    let alias = cursor.alias(&["WHERE"])?;
    cursor.expect_keyword("WHERE")?;
    Ok(Kind::Delete {
        path,
        alias,
        condition: cursor.expression()?,
    })
}

pub fn truncate(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("TRUNCATE")?;
    cursor.expect_keyword("TABLE")?;
    Ok(Kind::Truncate(cursor.path()?))
}

pub fn assert(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("ASSERT")?;
    let condition = cursor.expression()?;
    let message = match cursor.take_keywords(&["AS"]) {
        true => Some(cursor.expression()?),
        false => None,
    };
    Ok(Kind::Assert { condition, message })
}

pub fn merge(cursor: &mut Cursor) -> Result<Kind, Error> {
    cursor.expect_keyword("MERGE")?;
    cursor.take_keywords(&["INTO"]);
    let path = cursor.path()?;
    let alias = cursor.alias(&["USING"])?;
    cursor.expect_keyword("USING")?;
    let source = cursor.table_factor()?;
    cursor.expect_keyword("ON")?;
    let condition = cursor.expression()?;
    let mut clauses = Vec::new();
    while cursor.take_keywords(&["WHEN"]) {
        clauses.push(merge_clause(cursor)?);
    }
    if clauses.is_empty() {
        return Err(cursor.expected("`WHEN`"));
    }
    Ok(Kind::Merge(Box::new(Merge {
        path,
        alias,
        source,
        condition,
        clauses,
    })))
}

fn merge_clause(cursor: &mut Cursor) -> Result<MergeClause, Error> {
    let start = cursor.span().start;
    let when = if cursor.take_keywords(&["MATCHED"]) {
        MergeWhen::Matched
    } else if cursor.take_keywords(&["NOT", "MATCHED", "BY", "SOURCE"]) {
        MergeWhen::NotMatchedBySource
    } else {
        cursor.expect_keyword("NOT")?;
        cursor.expect_keyword("MATCHED")?;
        cursor.take_keywords(&["BY", "TARGET"]);
        MergeWhen::NotMatchedByTarget
    };
    let condition = match cursor.take_keywords(&["AND"]) {
        true => Some(cursor.expression()?),
        false => None,
    };
    cursor.expect_keyword("THEN")?;
    let action = if cursor.take_keywords(&["DELETE"]) {
        MergeAction::Delete
    } else if cursor.take_keywords(&["UPDATE"]) {
        cursor.expect_keyword("SET")?;
        MergeAction::Update(assignments(cursor)?)
    } else {
        cursor.expect_keyword("INSERT")?;
        let columns = match cursor.peek_is(&Token::LParen) {
            true => cursor.names()?,
            false => Vec::new(),
        };
        MergeAction::Insert(columns, merge_values(cursor)?)
    };
    Ok(MergeClause {
        when,
        condition,
        action,
        span: start..cursor.previous_end(),
    })
}

fn merge_values(cursor: &mut Cursor) -> Result<Option<Vec<Expr>>, Error> {
    if cursor.take_keywords(&["ROW"]) {
        return Ok(None);
    }
    cursor.expect_keyword("VALUES")?;
    cursor.expect(&Token::LParen)?;
    let mut values = vec![cursor.expression()?];
    while cursor.take(&Token::Comma) {
        values.push(cursor.expression()?);
    }
    cursor.expect(&Token::RParen)?;
    Ok(Some(values))
}
