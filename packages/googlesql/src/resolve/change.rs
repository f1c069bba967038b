//! `INSERT`, `UPDATE` and `DELETE`

use sqlparser::ast::{Expr, Query};

use super::Resolver;
use super::held::Limits;
use super::merge::one_source_row;
use super::scope::Scope;
use super::statement::{execute, is_default, qualified};
use super::table_function::values_of;
use crate::parse::statement as parsed;
use crate::{Analyzed, Column, Effect, Error, quote_identifier};

impl Resolver<'_> {
    pub fn insert(
        &self,
        path: &parsed::Path,
        names: &[parsed::Name],
        source: &Query,
    ) -> Result<Analyzed, Error> {
        let table = self.catalog.table(&path.parts, path.span.clone())?;
        let (name, limits) = self.changeable(path)?;
        let columns: Vec<Column> = match names.is_empty() {
            true => table.columns.clone(),
            false => self.named_columns(names, &insertable(&table))?,
        };
        let rows = match values_of(&source.body) {
            Some(values) if source.with.is_none() && source.order_by.is_none() => {
                self.values(&values.rows, &columns, &limits)?
            }
            _ => {
                let output = self.expand_value_table(self.top_query(source)?);
                for (column, given) in columns.iter().zip(&output.columns) {
                    self.stores(column, &given.origins);
                }
                let relation = self.fitted(output, &columns, "statement", self.span(source))?;
                self.held_rows(self.stored_rows(relation), &limits).sql
            }
        };
        let list: Vec<_> = columns
            .iter()
            .map(|column| quote_identifier(&column.name))
            .collect();
        let sql = format!(
            "INSERT INTO {} ({})\n{rows}",
            qualified(&name),
            list.join(", ")
        );
        Ok(execute(vec![sql], Effect::Change(name)))
    }

    /// The columns of a list, each once
    pub fn named_columns(
        &self,
        names: &[parsed::Name],
        columns: &[Column],
    ) -> Result<Vec<Column>, Error> {
        let mut found: Vec<Column> = Vec::new();
        for name in names {
            let column = self.column_of(columns, name)?;
            if found.contains(column) {
                let message = format!("column `{}` stands twice in the list", name.text);
                return Err(self.invalid(message, name.span.clone()));
            }
            found.push(column.clone());
        }
        Ok(found)
    }

    pub fn values(
        &self,
        rows: &[sqlparser::ast::Parens<Vec<Expr>>],
        columns: &[Column],
        limits: &Limits,
    ) -> Result<String, Error> {
        let mut lines = Vec::new();
        for row in rows {
            let row = &row.content;
            if row.len() != columns.len() {
                let span = row.first().map_or(self.whole.clone(), |one| self.span(one));
                let message = format!("the row has {} values, not {}", row.len(), columns.len());
                return Err(self.invalid(message, span));
            }
            let cells = row
                .iter()
                .zip(columns)
                .map(|(cell, column)| self.cell(cell, column, limits))
                .collect::<Result<Vec<_>, _>>()?;
            lines.push(format!("  ({})", cells.join(", ")));
        }
        Ok(format!("VALUES\n{}", lines.join(",\n")))
    }

    pub fn cell(&self, cell: &Expr, column: &Column, limits: &Limits) -> Result<String, Error> {
        if is_default(cell) {
            return Ok("DEFAULT".to_owned());
        }
        let value = self.expression(cell, &Scope::default())?;
        let value = self.assign(value, &column.ty, &column.name)?;
        self.stores(column, &value.origins);
        Ok(limits.held(self.stored(value), &column.name).sql())
    }

    pub fn update(
        &self,
        path: &parsed::Path,
        alias: Option<&parsed::Name>,
        pairs: &[(Expr, Expr)],
        from: &[sqlparser::ast::TableWithJoins],
        condition: &Expr,
    ) -> Result<Analyzed, Error> {
        let mut scope = Scope::default();
        let (columns, text) = self.target(path, alias, &mut scope)?;
        let (name, limits) = self.changeable(path)?;
        let range = alias
            .map_or(path.last(), |alias| alias.text.as_str())
            .to_owned();
        let from = self.from(from, &mut scope)?;
        let pairs = self.assignments(pairs, &columns, &limits, &range, &scope)?;
        let condition = self.condition(condition, &scope, "WHERE clause")?;
        self.before_grouping(&condition, "WHERE clause")?;
        let mut sql = format!("UPDATE {text}\nSET {}", pairs.join(", "));
        let condition = condition.sql();
        let mut statements = Vec::new();
        if let Some(from) = from {
            sql.push_str(&format!("\nFROM {from}"));
            let joined = format!("{text}, {from}");
            statements.push(one_source_row(&joined, &condition, &range));
        }
        sql.push_str(&format!("\nWHERE {condition}"));
        statements.push(sql);
        Ok(execute(statements, Effect::Change(name)))
    }

    pub fn delete(
        &self,
        path: &parsed::Path,
        alias: Option<&parsed::Name>,
        condition: &Expr,
    ) -> Result<Analyzed, Error> {
        let mut scope = Scope::default();
        let (_, text) = self.target(path, alias, &mut scope)?;
        let (name, _) = self.changeable(path)?;
        let condition = self.condition(condition, &scope, "WHERE clause")?;
        self.before_grouping(&condition, "WHERE clause")?;
        let sql = format!("DELETE FROM {text}\nWHERE {}", condition.sql());
        Ok(execute(vec![sql], Effect::Change(name)))
    }
}

/// Columns that INSERT may name: hidden ones that are kept too
fn insertable(table: &crate::Table) -> Vec<Column> {
    let hidden = table.pseudo_columns.iter();
    let hidden = hidden.filter(|column| column.name == super::layout::INGESTION_TIME);
    table.columns.iter().chain(hidden).cloned().collect()
}
