//! Calls of functions as GoogleSQL writes them
//!
//! sqlparser's own reading tries each argument as a named one and as `t.*` first.

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator,
    FunctionArgumentClause, FunctionArgumentList, FunctionArguments, HavingBound, HavingBoundKind,
    NullTreatment, ObjectName, WindowType,
};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

/// The call of a function, from its opening parenthesis on
pub fn call(parser: &mut Parser, name: ObjectName) -> Result<Expr, ParserError> {
    parser.expect_token(&Token::LParen)?;
    let args = FunctionArguments::List(arguments(parser)?);
    let null_treatment = null_treatment(parser)?;
    let over = match parser.parse_keyword(Keyword::OVER) {
        false => None,
        true => Some(match parser.consume_token(&Token::LParen) {
            true => WindowType::WindowSpec(parser.parse_window_spec()?),
            false => WindowType::NamedWindow(parser.parse_identifier()?),
        }),
    };
    Ok(Expr::Function(Function {
        name,
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args,
        filter: None,
        null_treatment,
        over,
        within_group: Vec::new(),
    }))
}

/// Arguments and clauses up to the closing parenthesis
fn arguments(parser: &mut Parser) -> Result<FunctionArgumentList, ParserError> {
    let mut list = FunctionArgumentList {
        duplicate_treatment: None,
        args: Vec::new(),
        clauses: Vec::new(),
    };
    if parser.consume_token(&Token::RParen) {
        return Ok(list);
    }
    list.duplicate_treatment =
        match parser.parse_one_of_keywords(&[Keyword::ALL, Keyword::DISTINCT]) {
            Some(Keyword::DISTINCT) => Some(DuplicateTreatment::Distinct),
            Some(_) => Some(DuplicateTreatment::All),
            None => None,
        };
    loop {
        list.args.push(argument(parser)?);
        if !parser.consume_token(&Token::Comma) {
            break;
        }
    }
    clauses(parser, &mut list.clauses)?;
    parser.expect_token(&Token::RParen)?;
    Ok(list)
}

fn argument(parser: &mut Parser) -> Result<FunctionArg, ParserError> {
    if parser.consume_token(&Token::Mul) {
        return Ok(FunctionArg::Unnamed(FunctionArgExpr::Wildcard));
    }
    if parser.peek_nth_token_ref(1).token != Token::RArrow {
        return Ok(FunctionArg::Unnamed(parser.parse_expr()?.into()));
    }
    let name = parser.parse_identifier()?;
    parser.expect_token(&Token::RArrow)?;
    Ok(FunctionArg::Named {
        name,
        arg: parser.parse_expr()?.into(),
        operator: FunctionArgOperator::RightArrow,
    })
}

/// What may stand behind the arguments; `HAVING` last, as it is brought for sqlparser
fn clauses(
    parser: &mut Parser,
    clauses: &mut Vec<FunctionArgumentClause>,
) -> Result<(), ParserError> {
    if let Some(nulls) = null_treatment(parser)? {
        clauses.push(FunctionArgumentClause::IgnoreOrRespectNulls(nulls));
    }
    if parser.parse_keywords(&[Keyword::ORDER, Keyword::BY]) {
        let keys = parser.parse_comma_separated(Parser::parse_order_by_expr)?;
        clauses.push(FunctionArgumentClause::OrderBy(keys));
    }
    if parser.parse_keyword(Keyword::LIMIT) {
        clauses.push(FunctionArgumentClause::Limit(parser.parse_expr()?));
    }
    if parser.parse_keyword(Keyword::HAVING) {
        let kind = match parser.expect_one_of_keywords(&[Keyword::MAX, Keyword::MIN])? {
            Keyword::MAX => HavingBoundKind::Max,
            _ => HavingBoundKind::Min,
        };
        let bound = HavingBound(kind, parser.parse_expr()?);
        clauses.push(FunctionArgumentClause::Having(bound));
    }
    Ok(())
}

fn null_treatment(parser: &mut Parser) -> Result<Option<NullTreatment>, ParserError> {
    let treatment = match parser.parse_one_of_keywords(&[Keyword::RESPECT, Keyword::IGNORE]) {
        None => return Ok(None),
        Some(Keyword::RESPECT) => NullTreatment::RespectNulls,
        Some(_) => NullTreatment::IgnoreNulls,
    };
    parser.expect_keyword(Keyword::NULLS)?;
    Ok(Some(treatment))
}
