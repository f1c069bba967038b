//! GoogleSQL as sqlparser sees it: its BigQuery dialect with GoogleSQL's operator precedence

use std::any::TypeId;

use sqlparser::ast::{Expr, ObjectName, Statement};
use sqlparser::dialect::{BigQueryDialect, Dialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Word};

use crate::parse::call::call;

/// The dialect that all of this crate's parsing uses
#[derive(Debug)]
pub struct GoogleSql;

const BIGQUERY: BigQueryDialect = BigQueryDialect;

/// Between `+` and `&`, see
/// <https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#operator_precedence>
const SHIFT: u8 = 25;

impl Dialect for GoogleSql {
    fn dialect(&self) -> TypeId {
        BIGQUERY.dialect()
    }

    /// The plainest expressions, which most are: sqlparser would first try to read each as the name of a type
    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        let first = parser.peek_token_ref();
        let word = match &first.token {
            Token::Number(..) | Token::SingleQuotedString(_) => {
                return Some(parser.parse_value().map(Expr::Value));
            }
            Token::Word(word) => word,
            _ => return None,
        };
        let named = word.quote_style.is_some() || word.keyword == Keyword::NoKeyword;
        let ident = |word: &Word| word.to_ident(first.span);
        match &parser.peek_nth_token_ref(1).token {
            Token::LParen if named || is_plain_function(word.keyword) => {
                let name = ObjectName::from(vec![ident(word)]);
                parser.advance_token();
                Some(call(parser, name))
            }
            next if named && ends_operand(next, &parser.peek_nth_token_ref(2).token) => {
                let name = ident(word);
                parser.advance_token();
                Some(Ok(Expr::Identifier(name)))
            }
            _ => None,
        }
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        match parser.peek_token_ref().token {
            Token::ShiftLeft | Token::ShiftRight => Some(Ok(SHIFT)),
            _ => None,
        }
    }

    fn parse_statement(&self, parser: &mut Parser) -> Option<Result<Statement, ParserError>> {
        BIGQUERY.parse_statement(parser)
    }

    fn is_delimited_identifier_start(&self, letter: char) -> bool {
        BIGQUERY.is_delimited_identifier_start(letter)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        BIGQUERY.identifier_quote_style(identifier)
    }

    fn is_identifier_start(&self, letter: char) -> bool {
        BIGQUERY.is_identifier_start(letter)
    }

    fn is_identifier_part(&self, letter: char) -> bool {
        BIGQUERY.is_identifier_part(letter)
    }

    fn is_column_alias(&self, keyword: &Keyword, parser: &mut Parser) -> bool {
        BIGQUERY.is_column_alias(keyword, parser)
            && !matches!(keyword, Keyword::WINDOW | Keyword::QUALIFY)
    }

    fn supports_projection_trailing_commas(&self) -> bool {
        true
    }

    fn supports_column_definition_trailing_commas(&self) -> bool {
        true
    }

    fn supports_triple_quoted_string(&self) -> bool {
        true
    }

    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }

    fn supports_string_literal_backslash_escape(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_select_wildcard_except(&self) -> bool {
        true
    }

    fn supports_select_wildcard_replace(&self) -> bool {
        true
    }

    fn require_interval_qualifier(&self) -> bool {
        true
    }

    fn supports_struct_literal(&self) -> bool {
        true
    }

    fn supports_select_expr_star(&self) -> bool {
        true
    }

    fn supports_from_first_select(&self) -> bool {
        true
    }

    fn supports_table_versioning(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_pipe_operator(&self) -> bool {
        true
    }

    fn supports_comma_separated_trim(&self) -> bool {
        true
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn supports_string_literal_concatenation(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }
}

/// Whether a call of this name has no syntax of its own, and the name is no type's
fn is_plain_function(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::ABS
            | Keyword::AVG
            | Keyword::COALESCE
            | Keyword::COUNT
            | Keyword::DENSE_RANK
            | Keyword::FIRST_VALUE
            | Keyword::IF
            | Keyword::LAG
            | Keyword::LAST_VALUE
            | Keyword::LEAD
            | Keyword::LOWER
            | Keyword::MAX
            | Keyword::MIN
            | Keyword::MOD
            | Keyword::NULLIF
            | Keyword::RANK
            | Keyword::REPLACE
            | Keyword::ROW_NUMBER
            | Keyword::SUM
            | Keyword::UPPER
    )
}

/// Whether a name that `next` follows is an operand by itself
fn ends_operand(next: &Token, second: &Token) -> bool {
    match next {
        // the parameter of a lambda, with its type
        Token::Word(_) => *second != Token::Arrow,
        Token::EOF
        | Token::Comma
        | Token::Period
        | Token::RParen
        | Token::LBracket
        | Token::RBracket
        | Token::Eq
        | Token::Neq
        | Token::Lt
        | Token::LtEq
        | Token::Gt
        | Token::GtEq
        | Token::Plus
        | Token::Minus
        | Token::Mul
        | Token::Div
        | Token::StringConcat
        | Token::VerticalBarRightAngleBracket => true,
        _ => false,
    }
}
