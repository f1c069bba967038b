//! `UNION`, `INTERSECT`, `EXCEPT`

use std::ops::Range;

use sqlparser::ast::{Expr, GroupByExpr, Select, SelectItem, SetExpr, SetOperator, SetQuantifier};

use super::Resolver;
use super::by_name;
use super::coerce::supertype;
use super::query::{Output, Tail, indent};
use super::scope::{OutputColumn, Scope};
use crate::lineage::Origins;
use crate::tree::Typed;
use crate::{Error, Type, quote_identifier};

impl Resolver<'_> {
    pub fn set_operation(&self, body: &SetExpr, scope: &Scope) -> Result<Output, Error> {
        let SetExpr::SetOperation {
            left,
            op,
            set_quantifier,
            right,
        } = body
        else {
            let tail = Tail {
                order: &[],
                limit: String::new(),
                natural: false,
            };
            return self.body(body, &tail, scope);
        };
        if (*op, *set_quantifier) == (SetOperator::Union, SetQuantifier::All)
            && let Some(rows) = constant_rows(body)
            && let Some(output) = self.values_of_rows(&rows, scope)?
        {
            return Ok(output);
        }
        if let SetExpr::SetOperation {
            left: first,
            right: mark,
            ..
        } = left.as_ref()
            && let Some(matching) = by_name::marked(mark)
        {
            if let SetExpr::SetOperation { left: inner, .. } = first.as_ref()
                && !is_by_name(inner)
            {
                return Err(self.mixed(body));
            }
            let first = self.deeper(|| self.set_operation(first, scope))?;
            let right = self.deeper(|| self.set_operation(right, scope))?;
            let (first, right) = self.match_by_name(first, right, &matching, self.span(body))?;
            return self.combine(
                first,
                *op,
                *set_quantifier,
                right,
                (false, false),
                self.span(body),
            );
        }
        for side in [left, right] {
            if let SetExpr::SetOperation { left: inner, .. } = side.as_ref()
                && is_by_name(inner)
            {
                return Err(self.mixed(body));
            }
            if let SetExpr::SetOperation {
                op: other,
                set_quantifier: quantifier,
                ..
            } = side.as_ref()
                && (other, quantifier) != (op, set_quantifier)
            {
                let message = "different set operations need parentheses";
                return Err(self.invalid(message, self.span(body)));
            }
        }
        // Chains of one operator need no parentheses on the left
        let chain = matches!(
            left.as_ref(),
            SetExpr::SetOperation { op: inner, set_quantifier: quantifier, .. }
                if inner == op && quantifier == set_quantifier && *op == SetOperator::Union
        );
        let bare = (
            chain || matches!(left.as_ref(), SetExpr::Select(_)),
            matches!(right.as_ref(), SetExpr::Select(_)),
        );
        let left = self.deeper(|| self.set_operation(left, scope))?;
        let right = self.deeper(|| self.set_operation(right, scope))?;
        self.combine(left, *op, *set_quantifier, right, bare, self.span(body))
    }

    fn mixed(&self, body: &SetExpr) -> Error {
        let message = "set operations by name and by position need parentheses";
        self.invalid(message, self.span(body))
    }

    /// `SELECT a UNION ALL SELECT b …` without tables as `VALUES`, which keeps the order of rows;
    /// `None` when the rows do not have columns of common types
    fn values_of_rows(&self, rows: &[&Select], scope: &Scope) -> Result<Option<Output>, Error> {
        let level = Scope::inside(Some(scope));
        let mut table = Vec::new();
        for row in rows {
            table.push(self.select_list(&row.projection, &level)?);
        }
        let Some(first) = table.first() else {
            return Ok(None);
        };
        let width = first.len();
        let names: Vec<_> = first.iter().map(|item| item.name.clone()).collect();
        let mut columns = vec![Vec::new(); width];
        for row in table {
            if row.len() != width {
                return Ok(None);
            }
            for (column, item) in columns.iter_mut().zip(row) {
                column.push(item.value);
            }
        }
        let mut items = Vec::new();
        let mut cells = vec![Vec::new(); rows.len()];
        let alias = self.fresh("v");
        for (at, (column, name)) in columns.into_iter().zip(names).enumerate() {
            let Some(ty) = supertype(column.iter()) else {
                return Ok(None);
            };
            let null = column.iter().all(Typed::is_null_literal);
            for (row, value) in cells.iter_mut().zip(column) {
                row.push(self.coerce(value, &ty)?.into_exact().sql());
            }
            let span = self.whole.clone();
            let physical = name.clone().unwrap_or_else(|| format!("f{at}_"));
            let value = match null {
                true => Typed::null(ty, span),
                false => Typed::column(ty, &alias, &physical, span),
            };
            items.push(super::select::Item { name, value });
        }
        let (_, output_columns) = super::select::write_list(items);
        let names: Vec<_> = output_columns
            .iter()
            .map(|column| quote_identifier(&column.physical))
            .collect();
        let lines: Vec<_> = cells
            .iter()
            .map(|row| format!("  ({})", row.join(", ")))
            .collect();
        Ok(Some(Output {
            sql: format!(
                "SELECT *\nFROM (VALUES\n{}\n) AS {}({})",
                lines.join(",\n"),
                quote_identifier(&alias),
                names.join(", ")
            ),
            columns: output_columns,
            value_table: false,
        }))
    }

    pub fn combine(
        &self,
        left: Output,
        op: SetOperator,
        quantifier: SetQuantifier,
        right: Output,
        bare: (bool, bool),
        span: Range<usize>,
    ) -> Result<Output, Error> {
        let (keyword, distinct) = match (op, quantifier) {
            (SetOperator::Union, SetQuantifier::All) => ("UNION ALL", false),
            (SetOperator::Union, SetQuantifier::Distinct) => ("UNION", true),
            (SetOperator::Intersect, SetQuantifier::Distinct) => ("INTERSECT", true),
            (SetOperator::Except, SetQuantifier::Distinct) => ("EXCEPT", true),
            (SetOperator::Intersect, SetQuantifier::All) => ("INTERSECT ALL", true),
            (SetOperator::Except, SetQuantifier::All) => ("EXCEPT ALL", true),
            (_, SetQuantifier::None) => {
                let message = format!("{op} needs ALL or DISTINCT");
                return Err(self.invalid(message, span));
            }
            _ => return Err(self.unsupported(format!("{op} {quantifier}"), span)),
        };
        if [&left, &right]
            .iter()
            .any(|side| side.columns.iter().any(OutputColumn::is_rest))
        {
            return Ok(self.open_union(left, right));
        }
        if left.columns.len() != right.columns.len() {
            let message = format!(
                "the queries of {op} have {} and {} columns",
                left.columns.len(),
                right.columns.len()
            );
            return Err(self.invalid(message, span));
        }
        let types = left
            .columns
            .iter()
            .zip(&right.columns)
            .enumerate()
            .map(|(at, (left, right))| {
                let (one, other) = (stand_in(left, &span), stand_in(right, &span));
                let ty = supertype([&one, &other].into_iter());
                let ty = ty.ok_or_else(|| {
                    let message = format!(
                        "column {} of {op} has types {} and {}, which have no common type",
                        at + 1,
                        left.ty,
                        right.ty
                    );
                    self.mismatch(message, span.clone())
                })?;
                if distinct && !super::grouping::groupable(&ty) {
                    return Err(self.mismatch(format!("{op} cannot compare {ty}"), span.clone()));
                }
                Ok(ty)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let columns = left
            .columns
            .iter()
            .zip(&right.columns)
            .zip(&types)
            .map(|((left, right), ty)| OutputColumn {
                ty: ty.clone(),
                origins: Origins::union([&left.origins, &right.origins]),
                literal: left.literal.clone().filter(|literal| {
                    literal.is_null_literal()
                        && right.literal.as_ref().is_some_and(Typed::is_null_literal)
                }),
                ..left.clone()
            })
            .collect();
        let value_table = left.value_table && right.value_table;
        let left = self.converted(left, &types, bare.0)?;
        let right = self.converted(right, &types, bare.1)?;
        Ok(Output {
            sql: format!("{left}\n{keyword}\n{right}"),
            columns,
            value_table,
        })
    }

    /// A set operation one of whose sides has an unknown schema: the left side's names, types open
    fn open_union(&self, left: Output, right: Output) -> Output {
        self.doubt();
        let all = Origins::union(right.columns.iter().map(|column| &column.origins));
        let columns = left
            .columns
            .iter()
            .map(|column| OutputColumn {
                ty: Type::Unknown,
                literal: None,
                origins: Origins::union([&column.origins, &all]),
                ..column.clone()
            })
            .collect();
        Output { columns, ..left }
    }

    /// A side of a set operation with its columns as `types`, in parentheses
    pub fn converted(&self, side: Output, types: &[Type], bare: bool) -> Result<String, Error> {
        if side
            .columns
            .iter()
            .zip(types)
            .all(|(column, ty)| column.ty == *ty)
        {
            if bare {
                return Ok(side.sql);
            }
            return Ok(format!("(\n{}\n)", indent(&side.sql)));
        }
        let alias = self.fresh("q");
        let items = side
            .columns
            .iter()
            .zip(types)
            .map(|(column, ty)| {
                let span = self.whole.clone();
                let value = match &column.literal {
                    Some(literal) => self.coerce(literal.clone(), ty)?.into_exact(),
                    None => {
                        let value =
                            Typed::column(column.ty.clone(), &alias, &column.physical, span);
                        self.cast(value, ty, false)?
                    }
                };
                Ok(format!(
                    "{} AS {}",
                    value.sql(),
                    quote_identifier(&column.physical)
                ))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(format!(
            "(\n  SELECT {} FROM (\n{}\n  ) AS {}\n)",
            items.join(", "),
            indent(&indent(&side.sql)),
            quote_identifier(&alias)
        ))
    }
}

/// Whether it is the left side of an operation by name, with the mark that token rewriting leaves
fn is_by_name(left: &SetExpr) -> bool {
    matches!(left, SetExpr::SetOperation { right: mark, .. } if by_name::marked(mark).is_some())
}

/// The leaves of a chain of UNION ALL, when each is a SELECT of expressions only
fn constant_rows(body: &SetExpr) -> Option<Vec<&Select>> {
    let mut rows = Vec::new();
    let mut rest = body;
    loop {
        match rest {
            SetExpr::SetOperation {
                left,
                op: SetOperator::Union,
                set_quantifier: SetQuantifier::All,
                right,
            } => {
                rows.push(constant_row(right)?);
                rest = left;
            }
            other => {
                rows.push(constant_row(other)?);
                rows.reverse();
                return Some(rows);
            }
        }
    }
}

fn constant_row(body: &SetExpr) -> Option<&Select> {
    let SetExpr::Select(select) = body else {
        return None;
    };
    let plain = select.from.is_empty()
        && select.selection.is_none()
        && select.having.is_none()
        && select.qualify.is_none()
        && select.distinct.is_none()
        && select.value_table_mode.is_none()
        && matches!(&select.group_by, GroupByExpr::Expressions(keys, modifiers) if keys.is_empty() && modifiers.is_empty())
        && select.projection.iter().all(|item| match item {
            SelectItem::UnnamedExpr(value) => is_plain(value),
            SelectItem::ExprWithAlias { expr, .. } => is_plain(expr),
            _ => false,
        });
    plain.then_some(select)
}

/// Whether an expression holds no call, so neither an aggregate nor anything that may differ by row
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Value(_) | Expr::TypedString(_) => true,
        Expr::Nested(inner) => is_plain(inner),
        Expr::UnaryOp { expr, .. } | Expr::Cast { expr, .. } => is_plain(expr),
        Expr::Named { expr, .. } => is_plain(expr),
        Expr::Array(array) => array.elem.iter().all(is_plain),
        Expr::Struct { values, .. } | Expr::Tuple(values) => values.iter().all(is_plain),
        _ => false,
    }
}

/// A column of a set operation's side as an expression
fn stand_in(column: &OutputColumn, span: &std::ops::Range<usize>) -> Typed {
    match &column.literal {
        Some(literal) => literal.clone(),
        None => Typed::column(column.ty.clone(), "", &column.physical, span.clone()),
    }
}
