//! `CREATE FUNCTION`, `CREATE AGGREGATE FUNCTION` and `CREATE TABLE FUNCTION`

use diagnostic::code;
use sqlparser::ast::{Expr, Value};
use sqlparser::tokenizer::Token;

use super::cursor::Cursor;
use super::statement::{CreateFunction, FunctionBody, Kind, Name, Parameter, ParameterType};
use crate::Error;

/// What stands between `CREATE` and `FUNCTION`
#[derive(Debug, Clone, Copy, Default)]
pub struct Head {
    pub or_replace: bool,
    pub temporary: bool,
    pub aggregate: bool,
    pub table: bool,
}

/// After `FUNCTION`
pub fn create(cursor: &mut Cursor, head: Head) -> Result<Kind, Error> {
    let if_not_exists = cursor.take_keywords(&["IF", "NOT", "EXISTS"]);
    let path = cursor.path()?;
    let parameters = parameters(cursor)?;
    let mut function = CreateFunction {
        path,
        or_replace: head.or_replace,
        if_not_exists,
        temporary: head.temporary,
        aggregate: head.aggregate,
        parameters,
        returns: None,
        deterministic: false,
        body: FunctionBody::Expression(Box::new(Expr::value(Value::Null))),
        body_span: 0..0,
        options: Vec::new(),
    };
    if cursor.take_keywords(&["RETURNS"]) {
        function.returns = Some(match head.table {
            true => cursor.table_type()?,
            false => cursor.data_type()?,
        });
    }
    let mut language = None;
    loop {
        if cursor.take_keywords(&["NOT", "DETERMINISTIC"]) {
            function.deterministic = false;
        } else if cursor.take_keywords(&["DETERMINISTIC"]) {
            function.deterministic = true;
        } else if cursor.take_keywords(&["LANGUAGE"]) {
            language = Some(cursor.name()?);
        } else if cursor.peek_keyword(&["OPTIONS"]) {
            function.options.extend(cursor.options()?);
        } else if cursor.peek_keyword(&["REMOTE"]) {
            return Ok(cursor.unsupported("a remote function".to_owned()));
        } else if cursor.peek_keyword(&["SQL"]) {
            return Err(cursor.expected("`AS`"));
        } else {
            break;
        }
    }
    if let Some(language) = &language
        && !language.text.eq_ignore_ascii_case("js")
    {
        let what = format!("a function in the language {}", language.text);
        cursor.unsupported(String::new());
        return Ok(Kind::Unsupported {
            what,
            span: language.span.clone(),
        });
    }
    cursor.expect_keyword("AS")?;
    let start = cursor.span().start;
    function.body = match (head.table, language) {
        (true, Some(_)) => return Err(cursor.expected("a query")),
        (true, None) => FunctionBody::Query(cursor.query()?),
        (false, Some(_)) => FunctionBody::JavaScript(code(cursor)?),
        (false, None) => expression(cursor)?,
    };
    function.body_span = start..cursor.previous_end();
    function.options.extend(cursor.options()?);
    Ok(Kind::CreateFunction(Box::new(function)))
}

fn parameters(cursor: &mut Cursor) -> Result<Vec<Parameter>, Error> {
    cursor.expect(&Token::LParen)?;
    let mut parameters = Vec::new();
    if cursor.take(&Token::RParen) {
        return Ok(parameters);
    }
    loop {
        let name = cursor.name()?;
        let ty = if cursor.take_keywords(&["ANY", "TYPE"]) {
            ParameterType::Any
        } else if cursor.take_keywords(&["ANY", "TABLE"]) {
            ParameterType::Table(None)
        } else if cursor.peek_keyword(&["TABLE"]) {
            ParameterType::Table(Some(cursor.table_type()?))
        } else {
            ParameterType::One(cursor.data_type()?)
        };
        let not_aggregate = cursor.take_keywords(&["NOT", "AGGREGATE"]);
        parameters.push(Parameter {
            name,
            ty,
            not_aggregate,
        });
        if !cursor.take(&Token::Comma) {
            break;
        }
    }
    cursor.expect(&Token::RParen)?;
    Ok(parameters)
}

/// `( expression )`
fn expression(cursor: &mut Cursor) -> Result<FunctionBody, Error> {
    let span = cursor.span();
    if !cursor.peek_is(&Token::LParen) {
        return Err(cursor.expected("`(` and an expression"));
    }
    let body = cursor.expression()?;
    match body {
        Expr::Nested(inner) => Ok(FunctionBody::Expression(inner)),
        Expr::Subquery(_) => Err(Error::new(
            code::SQL_SYNTAX,
            "the body of a function is an expression, not a query",
            span,
        )
        .help("put the query in parentheses of its own")),
        body => Ok(FunctionBody::Expression(Box::new(body))),
    }
}

fn code(cursor: &mut Cursor) -> Result<Name, Error> {
    let span = cursor.span();
    match cursor.peek(0) {
        Some(Token::SingleQuotedString(text)) => {
            let text = text.clone();
            cursor.advance();
            Ok(Name { text, span })
        }
        _ => Err(cursor.expected("the code as a text")),
    }
}
