//! Options whose values must be known when a statement is lowered: paths, formats, delimiters

use std::ops::Range;

use sqlparser::ast::{Expr, UnaryOperator, Value as Token};

use super::Resolver;
use crate::Error;
use crate::parse::statement as parsed;

/// Constant options by lower-case name
pub struct Settings<'o> {
    pub options: &'o [parsed::OptionItem],
    pub span: Range<usize>,
}

impl<'o> Settings<'o> {
    pub fn get(&self, name: &str) -> Option<&'o parsed::OptionItem> {
        self.options
            .iter()
            .find(|option| option.name.text.eq_ignore_ascii_case(name))
    }

    pub fn text(&self, name: &str, resolver: &Resolver) -> Result<Option<String>, Error> {
        match self.get(name).map(|option| (&option.value, &option.span)) {
            None => Ok(None),
            Some((Expr::Value(value), span)) => match &value.value {
                Token::SingleQuotedString(text) => Ok(Some(text.clone())),
                Token::Null => Ok(None),
                _ => Err(resolver.mismatch(format!("option `{name}` is a text"), span.clone())),
            },
            Some((_, span)) => {
                Err(resolver.unsupported(format!("a computed option `{name}`"), span.clone()))
            }
        }
    }

    pub fn texts(
        &self,
        name: &str,
        resolver: &Resolver,
    ) -> Result<Vec<(String, Range<usize>)>, Error> {
        let Some(option) = self.get(name) else {
            return Ok(Vec::new());
        };
        let elements: Vec<&Expr> = match &option.value {
            Expr::Array(array) => array.elem.iter().collect(),
            one => vec![one],
        };
        elements
            .into_iter()
            .map(|element| match element {
                Expr::Value(value) => match &value.value {
                    Token::SingleQuotedString(text) => Ok((text.clone(), option.span.clone())),
                    _ => Err(resolver
                        .mismatch(format!("option `{name}` holds texts"), option.span.clone())),
                },
                _ => Err(resolver
                    .unsupported(format!("a computed option `{name}`"), option.span.clone())),
            })
            .collect()
    }

    pub fn bool(&self, name: &str, default: bool) -> bool {
        match self.get(name).map(|option| &option.value) {
            Some(Expr::Value(value)) => match value.value {
                Token::Boolean(value) => value,
                _ => default,
            },
            _ => default,
        }
    }

    pub fn number(&self, name: &str, resolver: &Resolver) -> Result<i64, Error> {
        match self.get(name).map(|option| (&option.value, &option.span)) {
            None => Ok(0),
            Some((Expr::Value(value), span)) => match &value.value {
                Token::Number(digits, _) => digits.parse().map_err(|_| {
                    resolver.mismatch(format!("option `{name}` is a whole number"), span.clone())
                }),
                _ => {
                    Err(resolver
                        .mismatch(format!("option `{name}` is a whole number"), span.clone()))
                }
            },
            Some((
                Expr::UnaryOp {
                    op: UnaryOperator::Minus,
                    ..
                },
                span,
            )) => Err(resolver.invalid(format!("option `{name}` is not negative"), span.clone())),
            Some((_, span)) => {
                Err(resolver.unsupported(format!("a computed option `{name}`"), span.clone()))
            }
        }
    }

    /// Options that would change the rows and are not known here
    pub fn only(&self, known: &[&str], resolver: &Resolver) -> Result<(), Error> {
        let other = self.options.iter().find(|option| {
            !known
                .iter()
                .any(|name| option.name.text.eq_ignore_ascii_case(name))
        });
        match other {
            None => Ok(()),
            Some(option) => Err(resolver.unsupported(
                format!("option `{}`", option.name.text),
                option.name.span.clone(),
            )),
        }
    }
}
