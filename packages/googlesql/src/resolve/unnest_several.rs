//! `UNNEST` of several arrays side by side
//!
//! <https://github.com/google/googlesql/blob/master/docs/query-syntax.md#unnest_operator>

use std::ops::Range;

use sqlparser::ast::Expr;

use super::Resolver;
use super::pipe::marked;
use super::scope::{RangeValue, Scope, ScopeColumn, ScopeRelation, same};
use crate::parse::mark;
use crate::tree::{Literal, Typed};
use crate::{Error, Type, quote_identifier};

/// What happens where one array is shorter than another
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// NULLs
    Pad,
    /// An error
    Strict,
    /// The rows end
    Truncate,
}

struct Source {
    name: Option<String>,
    element: Type,
    /// As lowered
    array: String,
    value: Typed,
}

impl Resolver<'_> {
    /// Brings the elements of several arrays into scope, those of one position in a row
    pub fn unnest_several(
        &self,
        arguments: &[Expr],
        table: Option<String>,
        offset: Option<String>,
        scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        if table.is_some() {
            let message = "UNNEST of several arrays has an alias for each, not for the table";
            return Err(self.invalid(message, span));
        }
        let mut mode = Mode::Pad;
        let mut sources = Vec::new();
        let alias = self.fresh("u");
        let mut correlated = false;
        for argument in arguments {
            let (name, expr) = match argument {
                Expr::Function(function) => match marked(function) {
                    Some((mark::MODE, parts)) => {
                        mode = self.unnest_mode(parts.exprs.first().copied(), scope, &span)?;
                        continue;
                    }
                    Some((mark::NAMED, parts)) => match parts.exprs.as_slice() {
                        [array, Expr::Value(name)] => (name.value.clone().into_string(), *array),
                        _ => return Err(self.invalid("expected an array and its alias", span)),
                    },
                    _ => (None, argument),
                },
                Expr::Identifier(name) => (Some(name.value.clone()), argument),
                Expr::CompoundIdentifier(path) => {
                    (path.last().map(|last| last.value.clone()), argument)
                }
                _ => (None, argument),
            };
            let array = self.array_path(expr, scope)?;
            let Type::Array(element) = array.ty.clone() else {
                let message = format!("UNNEST takes an array, found {}", array.ty);
                return Err(self.mismatch(message, array.span));
            };
            correlated = correlated || super::grouping::has_column(&array);
            let physical = format!("v{}", sources.len());
            let value = Typed::column(*element.clone(), &alias, &physical, span.clone())
                .with_origins(array.origins.clone());
            sources.push(Source {
                name,
                element: *element,
                array: array.into_exact().sql(),
                value,
            });
        }
        let lengths: Vec<_> = sources
            .iter()
            .map(|source| format!("coalesce(len({}), 0)", source.array))
            .collect();
        let lengths = lengths.join(", ");
        let count = match mode {
            Mode::Pad => format!("greatest({lengths})"),
            Mode::Truncate => format!("least({lengths})"),
            Mode::Strict => format!(
                "CASE WHEN greatest({lengths}) = least({lengths}) THEN least({lengths}) ELSE CAST(gs_error('unnested arrays under STRICT mode must have equal lengths') AS BIGINT) END"
            ),
        };
        let mut items: Vec<_> = sources
            .iter()
            .enumerate()
            .map(|(at, source)| {
                format!(
                    "CAST(({})[\"_at\" + 1] AS {}) AS {}",
                    source.array,
                    source.element.duckdb(),
                    quote_identifier(&format!("v{at}"))
                )
            })
            .collect();
        items.push("\"_at\"".to_owned());
        let lateral = if correlated { "LATERAL " } else { "" };
        let text = format!(
            "{lateral}(SELECT {} FROM (SELECT unnest(range({count})) AS \"_at\")) AS {}",
            items.join(", "),
            quote_identifier(&alias)
        );
        for source in sources {
            let (columns, value) = self.value_columns(source.value, source.name.as_deref());
            scope.add(ScopeRelation {
                name: source.name,
                alias: alias.clone(),
                columns,
                pseudo: Vec::new(),
                value,
            });
        }
        if let Some(name) = offset {
            if scope.star.iter().any(|column| same(&column.name, &name)) && name != "offset" {
                let message = format!("`{name}` is the name of an array already");
                return Err(self.invalid(message, span));
            }
            let expr = Typed::column(Type::Int64, &alias, "_at", span);
            scope.star.push(ScopeColumn {
                name: name.clone(),
                expr: expr.clone(),
            });
            scope.relations.push(ScopeRelation {
                name: Some(name),
                alias: String::new(),
                columns: Vec::new(),
                pseudo: Vec::new(),
                value: RangeValue::One(expr),
            });
        }
        Ok(text)
    }

    fn unnest_mode(
        &self,
        mode: Option<&Expr>,
        scope: &Scope,
        span: &Range<usize>,
    ) -> Result<Mode, Error> {
        let value = match mode {
            Some(mode) => self.expression(mode, scope)?,
            None => return Err(self.invalid("mode needs a value", span.clone())),
        };
        match &value.literal {
            Literal::Text(text) if text.eq_ignore_ascii_case("PAD") => Ok(Mode::Pad),
            Literal::Text(text) if text.eq_ignore_ascii_case("STRICT") => Ok(Mode::Strict),
            Literal::Text(text) if text.eq_ignore_ascii_case("TRUNCATE") => Ok(Mode::Truncate),
            _ => Err(self.invalid("mode is 'PAD', 'STRICT' or 'TRUNCATE'", value.span)),
        }
    }
}
