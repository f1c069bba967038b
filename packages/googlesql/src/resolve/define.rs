//! `CREATE TABLE`, `CREATE VIEW`, `DROP` and `ALTER`

use sqlparser::ast::{Expr, Query};

use super::Resolver;
use super::query::Output;
use super::scope::{Scope, ScopeColumn, same};
use super::statement::{execute, qualified, relation_in_scope};
use super::table_function::relation_of;
use crate::parse::statement as parsed;
use crate::tree::Typed;
use crate::{Analyzed, Column, Effect, Error, Relation, Type, quote_identifier};

impl Resolver<'_> {
    pub fn create_table(&self, table: &parsed::CreateTable) -> Result<Analyzed, Error> {
        let span = table.path.span.clone();
        if table.temporary {
            return Err(self.unsupported("a temporary table", span));
        }
        self.options(&table.options)?;
        let name = self.physical(&table.path)?;
        let head = match (table.or_replace, table.if_not_exists) {
            (true, true) => {
                return Err(self.invalid("OR REPLACE and IF NOT EXISTS exclude each other", span));
            }
            (true, false) => "CREATE OR REPLACE TABLE",
            (false, true) => "CREATE TABLE IF NOT EXISTS",
            (false, false) => "CREATE TABLE",
        };
        let head = format!("{head} {}", qualified(&name));
        if let Some(source) = table.like.as_ref().or(table.copy.as_ref()) {
            let table_source = self.catalog.table(&source.parts, source.span.clone())?;
            let list: Vec<_> = table_source
                .columns
                .iter()
                .map(|one| quote_identifier(&one.name))
                .collect();
            let mut sql = format!(
                "{head} AS\nSELECT {} FROM {}",
                list.join(", "),
                table_source.sql
            );
            if table.like.is_some() {
                sql.push_str("\nLIMIT 0");
            }
            return Ok(execute(vec![sql], Effect::CreateTable(name)));
        }
        let mut columns = Vec::new();
        for spec in &table.columns {
            let ty = self.column_type(&spec.ty, &spec.name.span)?;
            columns.push(Column::new(spec.name.text.clone(), ty));
        }
        let query = match &table.query {
            Some(query) => {
                let output = self.top_query(query)?;
                Some(self.stored_rows(self.created_columns(output, &columns, query)?))
            }
            None => None,
        };
        let of_query = query.as_ref().map(|relation| relation.columns.clone());
        let all = of_query.unwrap_or_else(|| columns.clone());
        if all.is_empty() {
            return Err(self.invalid("a table needs columns or a query", span));
        }
        self.check_layout(table, &all)?;
        let constrained = table
            .columns
            .iter()
            .any(|spec| spec.not_null || spec.default.is_some());
        let sql = match query {
            Some(relation) if !constrained => vec![format!("{head} AS\n{}", relation.sql)],
            Some(relation) => {
                let list: Vec<_> = relation
                    .columns
                    .iter()
                    .map(|one| quote_identifier(&one.name))
                    .collect();
                vec![
                    format!("{head} (\n{}\n)", self.written_columns(table, &columns)?),
                    format!(
                        "INSERT INTO {} ({})\n{}",
                        qualified(&name),
                        list.join(", "),
                        relation.sql
                    ),
                ]
            }
            None => vec![format!(
                "{head} (\n{}\n)",
                self.written_columns(table, &columns)?
            )],
        };
        if constrained && table.query.is_some() && table.if_not_exists {
            return Err(self.unsupported("IF NOT EXISTS with constraints and a query", span));
        }
        Ok(execute(sql, Effect::CreateTable(name)))
    }

    /// The query of `CREATE … AS` with declared columns' names and types, if there are any
    pub fn created_columns(
        &self,
        output: Output,
        columns: &[Column],
        query: &Query,
    ) -> Result<Relation, Error> {
        let span = self.span(query);
        if !output.value_table
            && let Some(at) = output
                .columns
                .iter()
                .position(|column| column.name.is_none())
            && columns.is_empty()
        {
            return Err(self
                .invalid(format!("column {} of the query has no name", at + 1), span)
                .help("give it one with AS"));
        }
        for (at, column) in output.columns.iter().enumerate() {
            let twice =
                output.columns[..at]
                    .iter()
                    .any(|other| match (&other.name, &column.name) {
                        (Some(left), Some(right)) => same(left, right),
                        _ => false,
                    });
            if twice && columns.is_empty() {
                let name = column.name.as_deref().unwrap_or_default();
                return Err(
                    self.invalid(format!("column `{name}` stands twice in the query"), span)
                );
            }
        }
        let output = self.expand_value_table(output);
        if columns.is_empty() {
            return Ok(relation_of(output));
        }
        self.fitted(output, columns, "table", span)
    }

    pub fn written_columns(
        &self,
        table: &parsed::CreateTable,
        columns: &[Column],
    ) -> Result<String, Error> {
        let mut lines = Vec::new();
        for (spec, column) in table.columns.iter().zip(columns) {
            lines.push(format!("  {}", self.written_column(spec, column)?));
        }
        Ok(lines.join(",\n"))
    }

    pub fn written_column(
        &self,
        spec: &parsed::ColumnSpec,
        column: &Column,
    ) -> Result<String, Error> {
        let mut line = format!("{} {}", quote_identifier(&column.name), column.ty.duckdb());
        if spec.not_null {
            line.push_str(" NOT NULL");
        }
        if let Some(default) = &spec.default {
            let value = self.coerce(self.expression(default, &Scope::default())?, &column.ty)?;
            line.push_str(&format!(" DEFAULT ({})", value.into_exact().sql()));
        }
        Ok(line)
    }

    /// PARTITION BY and CLUSTER BY must name columns; they have no effect on rows
    pub fn check_layout(
        &self,
        table: &parsed::CreateTable,
        columns: &[Column],
    ) -> Result<(), Error> {
        let mut scope = Scope::default();
        scope.add(relation_in_scope(None, "t", columns, &table.path.span));
        for pseudo in ["_PARTITIONDATE", "_PARTITIONTIME"] {
            scope.pseudo.push(ScopeColumn {
                name: pseudo.to_owned(),
                expr: Typed::text(Type::Date, "NULL", table.path.span.clone()),
            });
        }
        if let Some(partition) = &table.partition_by {
            self.partition_key(partition, &scope)?;
        }
        for name in &table.cluster_by {
            if scope.find(&name.text, &name.span)?.is_none() {
                return Err(scope.unknown(&name.text, name.span.clone()));
            }
        }
        Ok(())
    }

    pub fn partition_key(&self, key: &Expr, scope: &Scope) -> Result<(), Error> {
        if let Expr::Function(function) = key {
            let name = function.name.to_string().to_ascii_uppercase();
            if name == "RANGE_BUCKET" {
                return Ok(());
            }
        }
        let value = self.expression(key, scope)?;
        match value.ty {
            Type::Date | Type::DateTime | Type::Timestamp => Ok(()),
            other => Err(self.mismatch(format!("cannot partition by {other}"), value.span)),
        }
    }

    pub fn create_view(&self, view: &parsed::CreateView) -> Result<Analyzed, Error> {
        self.options(&view.options)?;
        let name = self.physical(&view.path)?;
        let output = self.top_query(&view.query)?;
        let relation = match view.columns.is_empty() {
            true => self.created_columns(output, &[], &view.query)?,
            false => {
                let span = view.path.span.clone();
                if output.columns.len() != view.columns.len() {
                    return Err(self.invalid("the view's column list does not fit its query", span));
                }
                let columns: Vec<_> = output
                    .columns
                    .iter()
                    .zip(&view.columns)
                    .map(|(column, name)| Column::new(name.text.clone(), column.ty.clone()))
                    .collect();
                self.fitted(output, &columns, "view", span)?
            }
        };
        let head = match (view.or_replace, view.if_not_exists) {
            (true, false) => "CREATE OR REPLACE VIEW",
            (false, true) => "CREATE VIEW IF NOT EXISTS",
            (false, false) => "CREATE VIEW",
            (true, true) => {
                let span = view.path.span.clone();
                return Err(self.invalid("OR REPLACE and IF NOT EXISTS exclude each other", span));
            }
        };
        let sql = format!("{head} {} AS\n{}", qualified(&name), relation.sql);
        Ok(execute(vec![sql], Effect::CreateView(name)))
    }

    pub fn drop(
        &self,
        object: parsed::DropObject,
        path: &parsed::Path,
        if_exists: bool,
        cascade: bool,
    ) -> Result<Analyzed, Error> {
        let guard = if if_exists { "IF EXISTS " } else { "" };
        let tail = if cascade { " CASCADE" } else { "" };
        Ok(match object {
            parsed::DropObject::Model => Analyzed::DropModel {
                model: self.physical(path)?,
                if_exists,
            },
            parsed::DropObject::Schema => {
                let schema = self.catalog.schema(&path.parts, path.span.clone())?;
                let sql = format!("DROP SCHEMA {guard}{}{tail}", quote_identifier(&schema));
                execute(vec![sql], Effect::DropSchema(schema))
            }
            parsed::DropObject::Table | parsed::DropObject::View => {
                let name = self.physical(path)?;
                let word = if object == parsed::DropObject::Table {
                    "TABLE"
                } else {
                    "VIEW"
                };
                let sql = format!("DROP {word} {guard}{}", qualified(&name));
                execute(vec![sql], Effect::Drop(name))
            }
        })
    }

    pub fn alter(
        &self,
        path: &parsed::Path,
        if_exists: bool,
        view: bool,
        actions: &[parsed::AlterAction],
    ) -> Result<Analyzed, Error> {
        let name = self.physical(path)?;
        let guard = if if_exists { "IF EXISTS " } else { "" };
        let word = if view { "VIEW" } else { "TABLE" };
        let head = format!("ALTER {word} {guard}{}", qualified(&name));
        let mut sql = Vec::new();
        for action in actions {
            let text = match action {
                parsed::AlterAction::AddColumn {
                    column,
                    if_not_exists,
                } => {
                    if column.not_null {
                        return Err(self.invalid(
                            "an added column cannot be NOT NULL",
                            column.name.span.clone(),
                        ));
                    }
                    let ty = self.column_type(&column.ty, &column.name.span)?;
                    let guard = if *if_not_exists { "IF NOT EXISTS " } else { "" };
                    let written =
                        self.written_column(column, &Column::new(column.name.text.clone(), ty))?;
                    format!("ADD COLUMN {guard}{written}")
                }
                parsed::AlterAction::DropColumn { name, if_exists } => {
                    let guard = if *if_exists { "IF EXISTS " } else { "" };
                    format!("DROP COLUMN {guard}{}", quote_identifier(&name.text))
                }
                parsed::AlterAction::RenameColumn {
                    from,
                    to,
                    if_exists: false,
                } => format!(
                    "RENAME COLUMN {} TO {}",
                    quote_identifier(&from.text),
                    quote_identifier(&to.text)
                ),
                parsed::AlterAction::RenameColumn { from, .. } => {
                    return Err(self.unsupported("RENAME COLUMN IF EXISTS", from.span.clone()));
                }
                parsed::AlterAction::RenameTo(to) => match to.parts.last() {
                    Some(last) => format!("RENAME TO {}", quote_identifier(last)),
                    None => continue,
                },
                parsed::AlterAction::SetOptions(options) => {
                    self.options(options)?;
                    continue;
                }
                parsed::AlterAction::SetType(column, ty) => {
                    let ty = self.column_type(ty, &column.span)?;
                    let column = quote_identifier(&column.text);
                    format!("ALTER COLUMN {column} SET DATA TYPE {}", ty.duckdb())
                }
                parsed::AlterAction::SetDefault(column, value) => {
                    let value = self.expression(value, &Scope::default())?.into_exact();
                    format!(
                        "ALTER COLUMN {} SET DEFAULT ({})",
                        quote_identifier(&column.text),
                        value.sql()
                    )
                }
                parsed::AlterAction::DropDefault(column) => {
                    format!(
                        "ALTER COLUMN {} DROP DEFAULT",
                        quote_identifier(&column.text)
                    )
                }
                parsed::AlterAction::DropNotNull(column) => {
                    format!(
                        "ALTER COLUMN {} DROP NOT NULL",
                        quote_identifier(&column.text)
                    )
                }
            };
            sql.push(format!("{head} {text}"));
        }
        Ok(execute(sql, Effect::Other))
    }
}
