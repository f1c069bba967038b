//! Queries: `WITH`, body, `ORDER BY`, `LIMIT`

use std::ops::Range;

use sqlparser::ast::{LimitClause, OrderByExpr, OrderByKind, Query, SetExpr};

use super::Resolver;
use super::pipe::from_first;
use super::piped::Piped;
use super::scope::{OutputColumn, Scope};
use crate::tree::{Literal, Typed};
use crate::{Error, Type, quote_identifier};

/// A lowered query
#[derive(Debug, Clone)]
pub struct Output {
    pub sql: String,
    pub columns: Vec<OutputColumn>,
    /// Its one column is the row itself (`SELECT AS STRUCT`, `SELECT AS VALUE`)
    pub value_table: bool,
}

/// Sort keys and row limits that a query puts around its body
pub struct Tail<'q> {
    pub order: &'q [OrderByExpr],
    /// Written `LIMIT` and `OFFSET`
    pub limit: String,
    /// Whether rows without sort keys come in an order that does not change
    pub natural: bool,
}

impl Resolver<'_> {
    pub fn query(&self, query: &Query, parent: Option<&Scope>) -> Result<Output, Error> {
        let since = self.mark();
        let output = self.deeper(|| self.any_query(query, parent));
        self.recovered(since, output, || self.open_output())
    }

    fn any_query(&self, query: &Query, parent: Option<&Scope>) -> Result<Output, Error> {
        let refuse = |what: &str| Err(self.unsupported(what, self.span(query)));
        if query.fetch.is_some() {
            return refuse("FETCH");
        }
        if !query.locks.is_empty()
            || query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
        {
            return refuse("this clause");
        }
        let natural = self.natural.take() && query.limit_clause.is_none();
        let mut scope = Scope::inside(parent);
        let with = self.with(query, &mut scope)?;
        let order: &[OrderByExpr] = match &query.order_by {
            None => &[],
            Some(order) => match &order.kind {
                OrderByKind::Expressions(keys) if order.interpolate.is_none() => keys,
                _ => return refuse("ORDER BY ALL"),
            },
        };
        let tail = Tail {
            order,
            limit: self.limit(query.limit_clause.as_ref(), &scope)?,
            natural: natural && query.pipe_operators.is_empty(),
        };
        let mut output = match query.pipe_operators.is_empty() {
            true => self.body(&query.body, &tail, &scope)?,
            false => {
                let start = match from_first(&query.body) {
                    Some(select) => self.piped_from(select, &scope)?,
                    None => Piped::of(self.body(&query.body, &tail, &scope)?),
                };
                self.piped_query(start, &query.pipe_operators, &scope)?
            }
        };
        if !with.is_empty() {
            if output.sql.starts_with("WITH ") {
                output.sql = format!("SELECT *\nFROM (\n{}\n) AS \"_with\"", indent(&output.sql));
            }
            output.sql = format!("{with}\n{}", output.sql);
        }
        Ok(output)
    }

    /// A query's body with its tail
    pub fn body(&self, body: &SetExpr, tail: &Tail, scope: &Scope) -> Result<Output, Error> {
        match body {
            SetExpr::Select(select) => self.select(select, tail, scope),
            SetExpr::Query(query) => {
                let inner = self.query(query, Some(scope))?;
                match tail.order.is_empty() && tail.limit.is_empty() {
                    true => Ok(inner),
                    false => self.sorted(inner, tail, scope),
                }
            }
            SetExpr::SetOperation { .. } => {
                let inner = self.set_operation(body, scope)?;
                match tail.order.is_empty() && tail.limit.is_empty() {
                    true => Ok(inner),
                    false => self.sorted(inner, tail, scope),
                }
            }
            SetExpr::Values(_) => {
                Err(self.invalid("VALUES is allowed in INSERT only", self.span(body)))
            }
            _ => Err(self.unsupported("this kind of query", self.span(body))),
        }
    }

    /// `SELECT * FROM (inner) ORDER BY …`
    fn sorted(&self, inner: Output, tail: &Tail, scope: &Scope) -> Result<Output, Error> {
        let alias = self.fresh("q");
        let mut level = Scope::inside(Some(scope));
        level.add(self.output_relation(&inner, None, &alias, &self.whole));
        let items: Vec<_> = inner
            .columns
            .iter()
            .map(|column| {
                Typed::column(
                    column.ty.clone(),
                    &alias,
                    &column.physical,
                    self.whole.clone(),
                )
            })
            .collect();
        let list: Vec<_> = items.iter().map(Typed::sql).collect();
        let order = self.order_by(tail.order, &items, true, &level)?;
        let mut sql = over(&list, &inner.sql, &alias);
        push_clause(&mut sql, "ORDER BY", &order.join(", "));
        push_limit(&mut sql, &tail.limit);
        Ok(Output { sql, ..inner })
    }

    fn limit(&self, clause: Option<&LimitClause>, scope: &Scope) -> Result<String, Error> {
        let Some(clause) = clause else {
            return Ok(String::new());
        };
        let (limit, offset) = match clause {
            LimitClause::LimitOffset {
                limit,
                offset,
                limit_by,
            } if limit_by.is_empty() => {
                (limit.as_ref(), offset.as_ref().map(|offset| &offset.value))
            }
            _ => return Err(self.unsupported("this form of LIMIT", self.whole.clone())),
        };
        let mut text = String::new();
        if let Some(limit) = limit {
            text = format!("LIMIT {}", self.row_count(limit, scope)?);
        }
        if let Some(offset) = offset {
            text = format!("{text} OFFSET {}", self.row_count(offset, scope)?);
        }
        Ok(text.trim_start().to_owned())
    }

    /// A number of rows as written; NULL is no limit
    pub fn row_count(&self, expr: &sqlparser::ast::Expr, scope: &Scope) -> Result<String, Error> {
        let level = Scope {
            tables: scope.tables.clone(),
            ..Scope::default()
        };
        let value = self.coerce(self.expression(expr, &level)?, &Type::Int64)?;
        match value.literal {
            Literal::Int(..0) => Err(self.invalid(
                "LIMIT and OFFSET take a number that is not negative",
                value.span,
            )),
            Literal::Int(count) => Ok(count.to_string()),
            _ => Ok(format!("({})", value.sql())),
        }
    }

    /// A constant, not negative number of rows
    pub fn count(&self, expr: &sqlparser::ast::Expr, scope: &Scope) -> Result<i64, Error> {
        let span: Range<usize> = self.span(expr);
        if matches!(expr, sqlparser::ast::Expr::Identifier(_)) {
            return Err(self.unsupported("a LIMIT or OFFSET that is no constant", span));
        }
        let value = self.expression(expr, scope)?;
        match (&value.literal, &value.ty) {
            (Literal::Int(count), Type::Int64) if *count >= 0 => Ok(*count),
            _ => match (&value.node, &value.ty) {
                (
                    crate::tree::Node::Apply {
                        template,
                        arguments,
                    },
                    Type::Int64,
                ) if template == "$0::BIGINT" => {
                    match arguments.first().map(|inner| &inner.literal) {
                        Some(Literal::Int(count)) if *count >= 0 => Ok(*count),
                        _ => Err(self
                            .invalid("LIMIT and OFFSET take a number that is not negative", span)),
                    }
                }
                _ => Err(self.invalid("LIMIT and OFFSET take a number that is not negative", span)),
            },
        }
    }
}

/// `SELECT <items>` from a lowered query under an alias
pub fn over(items: &[String], sql: &str, alias: &str) -> String {
    format!(
        "SELECT {}\nFROM (\n{}\n) AS {}",
        items.join(", "),
        indent(sql),
        quote_identifier(alias)
    )
}

/// Each line two spaces to the right; lowered SQL has no line breaks inside literals
pub fn indent(sql: &str) -> String {
    let mut indented = String::with_capacity(sql.len() + sql.len() / 16 + 8);
    for (at, line) in sql.lines().enumerate() {
        if at > 0 {
            indented.push('\n');
        }
        indented.push_str("  ");
        indented.push_str(line);
    }
    indented
}

pub fn push_clause(sql: &mut String, keyword: &str, text: &str) {
    if !text.is_empty() {
        sql.push('\n');
        sql.push_str(keyword);
        sql.push(' ');
        sql.push_str(text);
    }
}

pub fn push_limit(sql: &mut String, limit: &str) {
    if !limit.is_empty() {
        sql.push('\n');
        sql.push_str(limit);
    }
}
