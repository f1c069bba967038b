//! What the statement that made a routine says, for those that list routines

use sqlparser::ast::{DataType, Expr, Value};
use sqlparser::tokenizer::Token;

use crate::metadata::StoredOption;
use crate::parse::statement::{FunctionBody, Kind, OptionItem, ParameterType};
use crate::script::tree::{Mode, Procedural};
use crate::value::format::quoted;

/// The parts of a routine's definition as texts
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoutineText {
    /// Name, type and mode (`IN`, `OUT`, `INOUT`, of procedures) of each parameter
    pub parameters: Vec<(String, String, Option<String>)>,
    /// The type that the definition names
    pub returns: Option<String>,
    /// The body
    pub body: Option<String>,
    /// `JAVASCRIPT` for functions in JavaScript
    pub language: Option<String>,
    /// `DETERMINISTIC`
    pub deterministic: bool,
    /// `OPTIONS`
    pub options: Vec<StoredOption>,
}

/// Takes a `CREATE FUNCTION`, `CREATE TABLE FUNCTION` or `CREATE PROCEDURE` statement apart
pub fn describe_routine(sql: &str) -> Option<RoutineText> {
    let statement = crate::parse(sql).ok()?.pop()?;
    match statement.kind {
        Kind::CreateFunction(function) => {
            let body = sql.get(function.body_span.clone()).unwrap_or_default();
            let (body, language) = match &function.body {
                FunctionBody::JavaScript(code) => (code.text.clone(), Some("JAVASCRIPT")),
                FunctionBody::Query(_) => (body.to_owned(), None),
                FunctionBody::Expression(_) => {
                    let inner = body
                        .strip_prefix('(')
                        .and_then(|rest| rest.strip_suffix(')'));
                    (inner.unwrap_or(body).to_owned(), None)
                }
            };
            let parameters = function.parameters.iter().map(|parameter| {
                let ty = match &parameter.ty {
                    ParameterType::Any => "ANY TYPE".to_owned(),
                    ParameterType::One(ty) => ty.to_string(),
                    ParameterType::Table(Some(ty)) => table_type(ty),
                    ParameterType::Table(None) => "ANY TABLE".to_owned(),
                };
                (parameter.name.text.clone(), ty, None)
            });
            let table = matches!(function.body, FunctionBody::Query(_));
            Some(RoutineText {
                parameters: parameters.collect(),
                returns: function.returns.as_ref().map(|ty| match table {
                    true => table_type(ty),
                    false => ty.to_string(),
                }),
                body: Some(body),
                language: language.map(str::to_owned),
                deterministic: function.deterministic,
                options: options(sql, &function.options),
            })
        }
        Kind::Procedural(procedural) => match *procedural {
            Procedural::CreateProcedure(procedure) => {
                let parameters = procedure.parameters.iter().map(|parameter| {
                    let ty = parameter.ty.as_ref();
                    let mode = match parameter.mode {
                        Mode::In => "IN",
                        Mode::Out => "OUT",
                        Mode::InOut => "INOUT",
                    };
                    (
                        parameter.name.text.clone(),
                        ty.map_or_else(|| "ANY TYPE".to_owned(), ToString::to_string),
                        Some(mode.to_owned()),
                    )
                });
                Some(RoutineText {
                    parameters: parameters.collect(),
                    body: sql.get(procedure.body.span()).map(str::to_owned),
                    options: options(sql, &procedure.options),
                    ..RoutineText::default()
                })
            }
            _ => None,
        },
        _ => None,
    }
}

/// Name, type and value of each option
fn options(sql: &str, items: &[OptionItem]) -> Vec<StoredOption> {
    let stored = |item: &OptionItem| {
        let text = sql.get(item.span.clone())?;
        let name = item.name.text.to_lowercase();
        let ty = match name.as_str() {
            "library" => "ARRAY<STRING>",
            "strict_mode" => "BOOL",
            _ => "STRING",
        };
        Some(StoredOption {
            ty: ty.to_owned(),
            value: text.split_once('=')?.1.trim().to_owned(),
            name,
        })
    };
    items.iter().filter_map(stored).collect()
}

fn table_type(ty: &DataType) -> String {
    let text = ty.to_string();
    match text.strip_prefix("STRUCT") {
        Some(columns) => format!("TABLE{columns}"),
        None => text,
    }
}

/// The text that a GoogleSQL string literal stands for; `None` for other expressions
pub fn literal_text(sql: &str) -> Option<String> {
    let select = format!("SELECT {sql}");
    let tokens = crate::lex::lex(&select).ok()?;
    let query = crate::parse::parse_select_items(sql).ok()?;
    if tokens.len() != 2 {
        return None;
    }
    let sqlparser::ast::SetExpr::Select(select) = query.body.as_ref() else {
        return None;
    };
    match select.projection.as_slice() {
        [sqlparser::ast::SelectItem::UnnamedExpr(Expr::Value(value))] => match &value.value {
            Value::SingleQuotedString(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// A text, or an array of texts or of pairs of texts, as BigQuery shows it: in double quotes; `None` for other
/// expressions
pub fn shown_texts(sql: &str) -> Option<String> {
    let mut shown = String::new();
    for token in crate::lex::lex(sql).ok()? {
        match token.token {
            Token::SingleQuotedString(text) => shown.push_str(&quoted(&text)),
            Token::LBracket => shown.push('['),
            Token::RBracket => shown.push(']'),
            Token::LParen => shown.push('('),
            Token::RParen => shown.push(')'),
            Token::Comma => shown.push_str(", "),
            Token::Word(word) if word.value.eq_ignore_ascii_case("STRUCT") => {}
            _ => return None,
        }
    }
    Some(shown)
}
