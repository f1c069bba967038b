//! Procedural statements that hold no others: `DECLARE`, `SET`, `EXECUTE IMMEDIATE`, `CALL` and so on

use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::statement::{Kind, Name};
use crate::Error;
use crate::script::tree::{CreateProcedure, Mode, Parameter, Procedural, Target};

/// The statement that starts with `word`, when it is one of these
pub fn statement(cursor: &mut Cursor, word: &str) -> Result<Option<Kind>, Error> {
    let statement = match word {
        "DECLARE" => declare(cursor)?,
        "SET" => set(cursor)?,
        "EXECUTE" => execute(cursor)?,
        "CALL" => call(cursor)?,
        "RAISE" => raise(cursor)?,
        "BREAK" | "LEAVE" => {
            cursor.advance();
            Procedural::Leave(label(cursor)?)
        }
        "CONTINUE" | "ITERATE" => {
            cursor.advance();
            Procedural::Iterate(label(cursor)?)
        }
        "RETURN" => {
            cursor.advance();
            Procedural::Return
        }
        "BEGIN" => transaction(cursor, Procedural::BeginTransaction),
        "COMMIT" => transaction(cursor, Procedural::CommitTransaction),
        "ROLLBACK" => transaction(cursor, Procedural::RollbackTransaction),
        "DROP" if names_procedure(cursor.peek(1)) => drop(cursor)?,
        _ => return Ok(None),
    };
    Ok(Some(Kind::Procedural(Box::new(statement))))
}

fn transaction(cursor: &mut Cursor, statement: Procedural) -> Procedural {
    cursor.advance();
    cursor.take_keywords(&["TRANSACTION"]);
    statement
}

fn label(cursor: &mut Cursor) -> Result<Option<Name>, Error> {
    match cursor.peek(0) {
        Some(Token::Word(_)) => cursor.name().map(Some),
        _ => Ok(None),
    }
}

fn declare(cursor: &mut Cursor) -> Result<Procedural, Error> {
    cursor.expect_keyword("DECLARE")?;
    let mut names = vec![cursor.name()?];
    while cursor.take(&Token::Comma) {
        names.push(cursor.name()?);
    }
    let ty = match cursor.peek(0) {
        Some(_) if !cursor.peek_keyword(&["DEFAULT"]) => Some(cursor.data_type()?),
        _ => None,
    };
    let default = match cursor.take_keywords(&["DEFAULT"]) {
        true => Some(cursor.expression()?),
        false => None,
    };
    if ty.is_none() && default.is_none() {
        return Err(cursor.expected("a type or `DEFAULT`"));
    }
    Ok(Procedural::Declare { names, ty, default })
}

fn set(cursor: &mut Cursor) -> Result<Procedural, Error> {
    cursor.expect_keyword("SET")?;
    let tuple = cursor.take(&Token::LParen);
    let mut targets = vec![target(cursor)?];
    while tuple && cursor.take(&Token::Comma) {
        targets.push(target(cursor)?);
    }
    if tuple {
        cursor.expect(&Token::RParen)?;
    }
    cursor.expect(&Token::Eq)?;
    Ok(Procedural::Set {
        targets,
        tuple,
        value: cursor.expression()?,
    })
}

fn target(cursor: &mut Cursor) -> Result<Target, Error> {
    let span = cursor.span();
    match cursor.peek(0) {
        Some(Token::Placeholder(name)) if name.starts_with("@@") => {
            let text = name.to_ascii_lowercase();
            cursor.advance();
            Ok(Target::System(Name { text, span }))
        }
        _ => cursor.name().map(Target::Variable),
    }
}

fn execute(cursor: &mut Cursor) -> Result<Procedural, Error> {
    cursor.expect_keyword("EXECUTE")?;
    cursor.expect_keyword("IMMEDIATE")?;
    let text = cursor.expression()?;
    let mut into = Vec::new();
    if cursor.take_keywords(&["INTO"]) {
        into.push(cursor.name()?);
        while cursor.take(&Token::Comma) {
            into.push(cursor.name()?);
        }
    }
    let mut using = Vec::new();
    if cursor.take_keywords(&["USING"]) {
        loop {
            let value = cursor.expression()?;
            let name = match cursor.take_keywords(&["AS"]) {
                true => Some(cursor.name()?),
                false => label(cursor)?,
            };
            using.push((value, name));
            if !cursor.take(&Token::Comma) {
                break;
            }
        }
    }
    Ok(Procedural::Execute { text, into, using })
}

fn call(cursor: &mut Cursor) -> Result<Procedural, Error> {
    cursor.expect_keyword("CALL")?;
    let path = cursor.path()?;
    cursor.expect(&Token::LParen)?;
    let mut arguments = Vec::new();
    while !cursor.take(&Token::RParen) {
        arguments.push(cursor.expression()?);
        if !cursor.take(&Token::Comma) {
            cursor.expect(&Token::RParen)?;
            break;
        }
    }
    Ok(Procedural::Call { path, arguments })
}

fn raise(cursor: &mut Cursor) -> Result<Procedural, Error> {
    cursor.expect_keyword("RAISE")?;
    if !cursor.take_keywords(&["USING"]) {
        return Ok(Procedural::Raise(None));
    }
    cursor.expect_keyword("MESSAGE")?;
    cursor.expect(&Token::Eq)?;
    cursor.expression().map(Some).map(Procedural::Raise)
}

fn names_procedure(token: Option<&Token>) -> bool {
    matches!(token, Some(Token::Word(word)) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("PROCEDURE"))
}

fn drop(cursor: &mut Cursor) -> Result<Procedural, Error> {
    cursor.expect_keyword("DROP")?;
    cursor.expect_keyword("PROCEDURE")?;
    let if_exists = cursor.take_keywords(&["IF", "EXISTS"]);
    let path = cursor.path()?;
    Ok(Procedural::DropProcedure { path, if_exists })
}

/// `CREATE PROCEDURE` up to its body, which is `body`
pub fn create(
    cursor: &mut Cursor,
    body: super::statement::Statement,
) -> Result<CreateProcedure, Error> {
    cursor.expect_keyword("CREATE")?;
    let or_replace = cursor.take_keywords(&["OR", "REPLACE"]);
    cursor.expect_keyword("PROCEDURE")?;
    let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
    let path = cursor.path()?;
    cursor.expect(&Token::LParen)?;
    let mut parameters = Vec::new();
    while !cursor.take(&Token::RParen) {
        parameters.push(parameter(cursor)?);
        if !cursor.take(&Token::Comma) {
            cursor.expect(&Token::RParen)?;
            break;
        }
    }
    Ok(CreateProcedure {
        path,
        or_replace,
        if_not_exists,
        parameters,
        options: cursor.options()?,
        body,
    })
}

fn parameter(cursor: &mut Cursor) -> Result<Parameter, Error> {
    // `out INT64` is a parameter of that name, `OUT x INT64` has a mode
    let moded = matches!(cursor.peek(2), Some(Token::Word(_)));
    let mode = if cursor.take_keywords(&["IN"]) {
        Mode::In
    } else if moded && cursor.take_keywords(&["OUT"]) {
        Mode::Out
    } else if moded && cursor.take_keywords(&["INOUT"]) {
        Mode::InOut
    } else {
        Mode::In
    };
    let name = cursor.name()?;
    let ty = match cursor.take_keywords(&["ANY", "TYPE"]) {
        true => None,
        false => Some(cursor.data_type()?),
    };
    Ok(Parameter { mode, name, ty })
}
