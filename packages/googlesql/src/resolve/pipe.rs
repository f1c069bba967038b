//! Pipe syntax: each operator is a query over the one before it

use sqlparser::ast::{Expr, ExprWithAliasAndOrderBy, PipeOperator, SetExpr, SetOperator};

use super::Resolver;
use super::literal::inferred_name;
use super::query::{Output, indent, push_clause};
use super::scope::{Scope, same};
use super::select::{Item, lay_out, write_list};
use crate::Error;
use crate::tree::Typed;

impl Resolver<'_> {
    pub fn pipes(
        &self,
        mut output: Output,
        operators: &[PipeOperator],
        scope: &Scope,
    ) -> Result<Output, Error> {
        let mut name = None;
        for operator in operators {
            if let PipeOperator::As { alias } = operator {
                name = Some(alias.value.clone());
                continue;
            }
            output = self.pipe(output, operator, &mut name, scope)?;
        }
        Ok(output)
    }

    fn pipe(
        &self,
        input: Output,
        operator: &PipeOperator,
        name: &mut Option<String>,
        outer: &Scope,
    ) -> Result<Output, Error> {
        let mut scope = Scope::inside(Some(outer));
        let text = format!("(\n{}\n)", indent(&input.sql));
        let from = self.add_named(
            text,
            input.clone(),
            name.clone(),
            &mut scope,
            self.whole.clone(),
        )?;
        let all = self.star_items(&scope, &self.whole)?;
        let keep = name.clone();
        *name = None;
        let query = |items: Vec<Item>, clauses: &[(&str, String)]| {
            let (list, columns) = write_list(items);
            let mut sql = format!("SELECT{}\nFROM {from}", lay_out(&list));
            for (keyword, text) in clauses {
                push_clause(&mut sql, keyword, text);
            }
            Output {
                sql,
                columns,
                value_table: false,
            }
        };
        Ok(match operator {
            PipeOperator::Where { expr } => {
                *name = keep;
                let condition = self.condition(expr, &scope, "WHERE clause")?;
                query(all, &[("WHERE", condition.sql())])
            }
            PipeOperator::Select { exprs } => query(self.select_list(exprs, &scope)?, &[]),
            PipeOperator::Extend { exprs } => {
                let mut items = all;
                items.extend(self.select_list(exprs, &scope)?);
                query(items, &[])
            }
            PipeOperator::OrderBy { exprs } => {
                *name = keep;
                let order = self.inner_order(exprs, &scope)?;
                query(all, &[("ORDER BY", order.join(", "))])
            }
            PipeOperator::Limit { expr, offset } => {
                *name = keep;
                let mut clauses = vec![("LIMIT", self.count(expr, &scope)?.to_string())];
                if let Some(offset) = offset {
                    clauses.push(("OFFSET", self.count(offset, &scope)?.to_string()));
                }
                query(all, &clauses)
            }
            PipeOperator::Drop { columns } => {
                let mut items = all;
                for column in columns {
                    let before = items.len();
                    items.retain(|item| {
                        !item
                            .name
                            .as_deref()
                            .is_some_and(|own| same(own, &column.value))
                    });
                    if items.len() == before {
                        return Err(scope.unknown(&column.value, self.ident_span(column)));
                    }
                }
                query(items, &[])
            }
            PipeOperator::Rename { mappings } => {
                let mut items = all;
                for mapping in mappings {
                    let old = &mapping.ident;
                    let found = items.iter_mut().find(|item| {
                        item.name
                            .as_deref()
                            .is_some_and(|own| same(own, &old.value))
                    });
                    match found {
                        Some(item) => item.name = Some(mapping.alias.value.clone()),
                        None => return Err(scope.unknown(&old.value, self.ident_span(old))),
                    }
                }
                query(items, &[])
            }
            PipeOperator::Aggregate {
                full_table_exprs,
                group_by_expr,
            } => {
                let mut items = Vec::new();
                let mut keys: Vec<Typed> = Vec::new();
                for key in group_by_expr {
                    let item = self.pipe_item(key, &scope)?;
                    keys.push(item.value.clone());
                    items.push(item);
                }
                for one in full_table_exprs {
                    items.push(self.pipe_item(one, &scope)?);
                }
                let keys = keys
                    .into_iter()
                    .map(|key| self.written_key(key))
                    .collect::<Result<Vec<_>, _>>()?;
                query(items, &[("GROUP BY", keys.join(", "))])
            }
            PipeOperator::Join(join) => {
                let text = self.join(join, &mut scope, 0)?;
                let items = self.star_items(&scope, &self.whole)?;
                let (list, columns) = write_list(items);
                Output {
                    sql: format!("SELECT{}\nFROM {from}\n  {text}", lay_out(&list)),
                    columns,
                    value_table: false,
                }
            }
            PipeOperator::Union {
                set_quantifier,
                queries,
            } => self.pipe_set(input, SetOperator::Union, *set_quantifier, queries, outer)?,
            PipeOperator::Intersect {
                set_quantifier,
                queries,
            } => self.pipe_set(
                input,
                SetOperator::Intersect,
                *set_quantifier,
                queries,
                outer,
            )?,
            PipeOperator::Except {
                set_quantifier,
                queries,
            } => self.pipe_set(input, SetOperator::Except, *set_quantifier, queries, outer)?,
            _ => return Err(self.unsupported("this pipe operator", self.whole.clone())),
        })
    }

    fn pipe_set(
        &self,
        input: Output,
        op: SetOperator,
        quantifier: sqlparser::ast::SetQuantifier,
        queries: &[sqlparser::ast::Query],
        outer: &Scope,
    ) -> Result<Output, Error> {
        let mut output = input;
        for query in queries {
            let right = self.query(query, Some(outer))?;
            let node = SetExpr::Query(Box::new(query.clone()));
            output = self.combine(output, op, quantifier, right, (false, false), &node)?;
        }
        Ok(output)
    }

    fn pipe_item(&self, one: &ExprWithAliasAndOrderBy, scope: &Scope) -> Result<Item, Error> {
        let ordered = one.order_by.sort.is_some() || one.order_by.nulls_first.is_some();
        if ordered {
            return Err(self.unsupported("an ordered item of AGGREGATE", self.span(&one.expr.expr)));
        }
        let expr: &Expr = &one.expr.expr;
        let name = match &one.expr.alias {
            Some(alias) => Some(alias.value.clone()),
            None => inferred_name(expr),
        };
        Ok(Item {
            name,
            value: self.expression(expr, scope)?,
        })
    }
}
