//! A select list's expressions as trees of the engine's own functions, for whoever writes them for
//! another engine than DuckDB
//!
//! What a GoogleSQL function means stands in one place, the DuckDB template that it is lowered to. So
//! templates are read as the expressions that they are: behind a template with holes stands a tree
//! whose leaves are the trees of the arguments.

use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, Expr, FunctionArg, FunctionArgExpr, FunctionArguments,
    Subscript, UnaryOperator, Value, ValueWithSpan,
};
use sqlparser::dialect::DuckDbDialect;
use sqlparser::parser::Parser;

use crate::analyze::select_items;
use crate::resolve::select::write_list;
use crate::tree::{Literal, Node, Typed};
use crate::{Catalog, Column, Error, Relation, Type};

/// An expression over a relation's columns, in DuckDB's functions, those in Rust (`gs_…`) included
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A column of the relation
    Column(String),
    /// `NULL`
    Null,
    /// `TRUE` or `FALSE`
    Bool(bool),
    /// A whole number
    Integer(i64),
    /// Any other number
    Float(f64),
    /// A text
    Text(String),
    /// A literal such as `DATE '2024-01-31'`: the DuckDB type in upper case, and the text
    Literal(String, String),
    /// A function's call; operators are functions by their sign (`-` of one operand included), and
    /// so are `IS NULL`, `IS NOT DISTINCT FROM`, `BETWEEN`, `IN`, `LIKE` and `[]`
    Call(String, Vec<Expression>),
    /// The result of the first true condition, or the last
    Case(Vec<(Expression, Expression)>, Option<Box<Expression>>),
    /// A value as a DuckDB type in upper case
    Cast(Box<Expression>, String),
    /// `[…]`
    List(Vec<Expression>),
    /// Fields with their names
    Struct(Vec<(String, Expression)>),
    /// An expression that GoogleSQL has, with its type there and the byte range of its text
    Typed(Type, Range<usize>, Box<Expression>),
    /// What this reading does not know, as DuckDB has it
    Other(String),
}

/// The columns of a select list over a relation, each with the expression that it is
///
/// # Errors
/// As [`crate::select_over`]
pub fn expressions_over(
    items: &str,
    columns: &[Column],
    catalog: &dyn Catalog,
) -> Result<Vec<(Column, Expression)>, Error> {
    let input = Relation {
        sql: String::new(),
        columns: columns.to_vec(),
    };
    let list = select_items(items, &input, catalog)?;
    let values: Vec<Typed> = list.iter().map(|item| item.value.clone()).collect();
    let (_, columns) = write_list(list);
    if columns.len() != values.len() {
        let message = "the columns of the list are not known";
        return Err(Error::new(code::SQL_INVALID, message, 0..items.len()));
    }
    Ok(columns
        .into_iter()
        .zip(&values)
        .map(|(column, value)| (Column::new(column.physical, column.ty), read(value)))
        .collect())
}

fn read(value: &Typed) -> Expression {
    let inner = stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &value.node {
        Node::Column { name, .. } => Expression::Column(name.to_string()),
        Node::Text(_) if value.ty == Type::String && matches!(value.literal, Literal::Text(_)) => {
            match &value.literal {
                Literal::Text(text) => Expression::Text(text.clone()),
                _ => Expression::Null,
            }
        }
        Node::Text(text) => parse(text, &[]),
        Node::Apply {
            template,
            arguments,
        } => {
            let arguments: Vec<_> = arguments.iter().map(read).collect();
            parse(template, &arguments)
        }
        Node::Array(elements) => Expression::List(elements.iter().map(read).collect()),
        Node::Struct(fields) => {
            let fields = fields
                .iter()
                .map(|(name, field)| (name.clone(), read(field)));
            Expression::Struct(fields.collect())
        }
        Node::Aggregate(_) => Expression::Other(value.sql()),
    });
    Expression::Typed(value.ty.clone(), value.span.clone(), Box::new(inner))
}

/// What a hole is called while a template is parsed
const HOLE: &str = "__hole_";

fn parse(template: &str, arguments: &[Expression]) -> Expression {
    let text = named_holes(template, arguments.len());
    let parsed = Parser::new(&DuckDbDialect {})
        .try_with_sql(&text)
        .and_then(|mut parser| parser.parse_expr());
    match parsed {
        Ok(expr) => convert(&expr, arguments),
        Err(_) => Expression::Other(template.to_owned()),
    }
}

/// The template with names for its holes, see [`crate::tree`]
fn named_holes(template: &str, count: usize) -> String {
    let list = |from: usize| {
        let names: Vec<_> = (from..count).map(|at| format!("{HOLE}{at}")).collect();
        names.join(", ")
    };
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        if let Some(after) = after.strip_prefix('*') {
            text.push_str(&list(0));
            rest = after;
            continue;
        }
        let (number, after) = match after
            .strip_prefix('{')
            .and_then(|open| open.split_once('}'))
        {
            Some((number, after)) => (number, after),
            None => after.split_at(after.len().min(1)),
        };
        match (number.parse::<usize>(), after.strip_prefix('*')) {
            (Ok(from), Some(after)) => {
                text.push_str(&list(from));
                rest = after;
            }
            (Ok(at), None) => {
                text.push_str(&format!("{HOLE}{at}"));
                rest = after;
            }
            (Err(_), _) => {
                text.push('$');
                text.push_str(number);
                rest = after;
            }
        }
    }
    text + rest
}

fn convert(expr: &Expr, holes: &[Expression]) -> Expression {
    let one = |inner: &Expr| convert(inner, holes);
    let call = |name: &str, operands: &[&Expr]| {
        Expression::Call(
            name.to_owned(),
            operands.iter().map(|inner| one(inner)).collect(),
        )
    };
    let not = |negated: bool, positive: Expression| match negated {
        true => Expression::Call("NOT".to_owned(), vec![positive]),
        false => positive,
    };
    let other = || Expression::Other(expr.to_string());
    match expr {
        Expr::Nested(inner) => one(inner),
        Expr::Identifier(name) => {
            let hole = name.value.strip_prefix(HOLE).and_then(|at| at.parse().ok());
            hole.and_then(|at: usize| holes.get(at).cloned())
                .unwrap_or_else(other)
        }
        Expr::Value(value) => literal(value).unwrap_or_else(other),
        Expr::TypedString(typed) => match &typed.value.value {
            Value::SingleQuotedString(text) => {
                Expression::Literal(typed.data_type.to_string().to_uppercase(), text.clone())
            }
            _ => other(),
        },
        Expr::UnaryOp { op, expr } => match op {
            UnaryOperator::Not => call("NOT", &[expr]),
            UnaryOperator::Minus => match one(expr) {
                Expression::Integer(value) => Expression::Integer(-value),
                Expression::Float(value) => Expression::Float(-value),
                operand => Expression::Call("-".to_owned(), vec![operand]),
            },
            UnaryOperator::Plus => one(expr),
            _ => other(),
        },
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::DuckIntegerDivide => call("//", &[left, right]),
            op => call(&op.to_string(), &[left, right]),
        },
        Expr::IsNull(inner) => call("IS NULL", &[inner]),
        Expr::IsNotNull(inner) => not(true, call("IS NULL", &[inner])),
        Expr::IsTrue(inner) => call("IS TRUE", &[inner]),
        Expr::IsNotTrue(inner) => not(true, call("IS TRUE", &[inner])),
        Expr::IsFalse(inner) => call("IS FALSE", &[inner]),
        Expr::IsNotFalse(inner) => not(true, call("IS FALSE", &[inner])),
        Expr::IsDistinctFrom(left, right) => {
            not(true, call("IS NOT DISTINCT FROM", &[left, right]))
        }
        Expr::IsNotDistinctFrom(left, right) => call("IS NOT DISTINCT FROM", &[left, right]),
        Expr::Between {
            expr,
            negated,
            low,
            high,
        } => not(*negated, call("BETWEEN", &[expr, low, high])),
        Expr::InList {
            expr,
            list,
            negated,
        } => {
            let operands: Vec<&Expr> = std::iter::once(expr.as_ref()).chain(list).collect();
            not(*negated, call("IN", &operands))
        }
        Expr::Like {
            negated,
            any: false,
            expr,
            pattern,
            ..
        } => not(*negated, call("LIKE", &[expr, pattern])),
        Expr::Case {
            operand: None,
            conditions,
            else_result,
            ..
        } => Expression::Case(
            conditions
                .iter()
                .map(|when| (one(&when.condition), one(&when.result)))
                .collect(),
            else_result.as_ref().map(|inner| Box::new(one(inner))),
        ),
        Expr::Cast {
            kind: CastKind::Cast | CastKind::DoubleColon,
            expr,
            data_type,
            ..
        } => Expression::Cast(Box::new(one(expr)), data_type.to_string().to_uppercase()),
        Expr::Array(array) => Expression::List(array.elem.iter().map(one).collect()),
        Expr::Function(function) => match &function.args {
            FunctionArguments::List(list) if list.clauses.is_empty() => {
                let arguments: Option<Vec<_>> = list
                    .args
                    .iter()
                    .map(|argument| match argument {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => Some(one(inner)),
                        _ => None,
                    })
                    .collect();
                match arguments {
                    Some(arguments) => {
                        Expression::Call(function.name.to_string().to_lowercase(), arguments)
                    }
                    None => other(),
                }
            }
            _ => other(),
        },
        Expr::Dictionary(fields) => Expression::Struct(
            fields
                .iter()
                .map(|field| (field.key.value.clone(), one(&field.value)))
                .collect(),
        ),
        Expr::Floor { expr, .. } => call("floor", &[expr]),
        Expr::Ceil { expr, .. } => call("ceil", &[expr]),
        Expr::CompoundFieldAccess { root, access_chain } => match access_chain.as_slice() {
            [AccessExpr::Subscript(Subscript::Index { index })] => call("[]", &[root, index]),
            _ => other(),
        },
        _ => other(),
    }
}

fn literal(value: &ValueWithSpan) -> Option<Expression> {
    Some(match &value.value {
        Value::Null => Expression::Null,
        Value::Boolean(value) => Expression::Bool(*value),
        Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => {
            Expression::Text(text.clone())
        }
        Value::Number(text, _) => match text.parse::<i64>() {
            Ok(value) => Expression::Integer(value),
            Err(_) => Expression::Float(text.parse().ok()?),
        },
        _ => return None,
    })
}
