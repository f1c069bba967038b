//! `ALTER`

use sqlparser::ast::DataType;

use super::Resolver;
use super::column::{is_limited, rounds, widens};
use super::held::rounded_column;
use super::keys::foreign_keys;
use super::options::{Owner, merged};
use super::scope::same;
use super::statement::{execute, qualified};
use crate::catalog::StoredTable;
use crate::metadata::{ColumnMetadata, TableMetadata};
use crate::parse::statement as parsed;
use crate::parse::statement::AlterAction;
use crate::tree::Typed;
use crate::{Analyzed, Column, Effect, Error, PhysicalName, Type, quote_identifier};

/// The table that is altered, and what is known of it
struct Altered {
    name: PhysicalName,
    view: bool,
    stored: Option<StoredTable>,
    metadata: TableMetadata,
    own: String,
}

impl Resolver<'_> {
    pub fn alter(
        &self,
        sql: &str,
        path: &parsed::Path,
        if_exists: bool,
        view: bool,
        actions: &[AlterAction],
    ) -> Result<Analyzed, Error> {
        let name = self.physical(path)?;
        let stored = self.catalog.stored(&name, path.span.clone())?;
        if stored.is_none() {
            let known = self.catalog.table(&path.parts, path.span.clone());
            match (known, if_exists) {
                (Ok(_), _) => {}
                (Err(_), true) => return Ok(execute(Vec::new(), Effect::Other)),
                (Err(error), false) => return Err(error),
            }
        }
        let comment = stored.as_ref().and_then(|stored| stored.comment.as_deref());
        let metadata = TableMetadata::read(comment);
        if let Some(stored) = &stored {
            let external = metadata.kind.as_deref() == Some("EXTERNAL");
            let what = match stored.view && !external {
                true if !view => "a view",
                false if view => "no view",
                _ => "",
            };
            if !what.is_empty() {
                let message = format!("`{}` is {what}", path.parts.join("."));
                return Err(self.invalid(message, path.span.clone()));
            }
        }
        let mut table = Altered {
            view: stored.as_ref().map_or(view, |stored| stored.view),
            own: path.parts.last().cloned().unwrap_or_default(),
            name,
            stored,
            metadata,
        };
        let before = table.metadata.clone();
        let head = format!(
            "ALTER {} {}",
            if table.view { "VIEW" } else { "TABLE" },
            qualified(&table.name)
        );
        let mut statements = Vec::new();
        let mut renamed = None;
        for action in actions {
            match action {
                AlterAction::RenameTo(to) => renamed = Some(to),
                action => self.alteration(sql, &mut table, action, &head, &mut statements)?,
            }
        }
        if table.metadata != before {
            statements.push(table.metadata.statement(&table.name, table.view));
        }
        if let Some(to) = renamed {
            let [last] = to.parts.as_slice() else {
                let message = "RENAME TO takes a name without a dataset";
                return Err(self.invalid(message, to.span.clone()));
            };
            statements.push(format!("{head} RENAME TO {}", quote_identifier(last)));
            table.name.name.clone_from(last);
        }
        Ok(execute(statements, Effect::Alter(table.name)))
    }

    pub fn alter_schema(
        &self,
        sql: &str,
        path: &parsed::Path,
        if_exists: bool,
        options: &[parsed::OptionItem],
    ) -> Result<Analyzed, Error> {
        self.schema_options(sql, options)?;
        let schema = self.catalog.schema(&path.parts, path.span.clone())?;
        if !if_exists && !self.catalog.has_schema(&schema) {
            let message = format!("no dataset `{schema}` in this warehouse");
            let help = "write `IF EXISTS` where it may be missing";
            return Err(self
                .error(diagnostic::code::UNKNOWN_TABLE, message, path.span.clone())
                .help(help));
        }
        Ok(Analyzed::NoEffect {
            reason: "options of a dataset have no effect here".to_owned(),
        })
    }

    /// Checks the options of a dataset: only those that say nothing about values are without effect here
    pub fn schema_options(&self, sql: &str, options: &[parsed::OptionItem]) -> Result<(), Error> {
        self.stored_options(sql, options, Owner::Schema)?;
        for option in options {
            let rounds = same(&option.name.text, "default_rounding_mode");
            let even = crate::Value::String("ROUND_HALF_EVEN".to_owned());
            if rounds && self.constant(&option.value)? == even {
                let what = "a dataset's default rounding mode";
                let help = "set `default_rounding_mode` for each table";
                return Err(self.unsupported(what, option.span.clone()).help(help));
            }
        }
        Ok(())
    }

    fn alteration(
        &self,
        sql: &str,
        table: &mut Altered,
        action: &AlterAction,
        head: &str,
        statements: &mut Vec<String>,
    ) -> Result<(), Error> {
        match action {
            AlterAction::SetOptions(options) => {
                let owner = if table.view {
                    Owner::View
                } else {
                    Owner::Table
                };
                let owner = match table.metadata.kind.as_deref() {
                    Some("EXTERNAL") => Owner::External,
                    _ => owner,
                };
                let set = self.stored_options(sql, options, owner)?;
                let options = std::mem::take(&mut table.metadata.options);
                table.metadata.options = merged(options, set);
            }
            AlterAction::SetColumnOptions(column, options) => {
                let set = self.stored_options(sql, options, Owner::Column)?;
                let name = self.altered_column(table, column)?.name;
                let mut kept = table.column(&name);
                kept.options = merged(kept.options, set);
                statements.push(kept.statement(&table.name, &name));
            }
            AlterAction::IfExists(column, action) => {
                if self.altered_column(table, column).is_ok() {
                    self.alteration(sql, table, action, head, statements)?;
                }
            }
            AlterAction::AddKey { key, if_not_exists } => {
                self.add_key(table, key, *if_not_exists)?;
            }
            AlterAction::DropPrimaryKey { if_exists, span } => {
                let before = table.metadata.keys.len();
                table.metadata.keys.retain(|key| key.references.is_some());
                if table.metadata.keys.len() == before && !if_exists {
                    return Err(self.invalid("the table has no primary key", span.clone()));
                }
            }
            AlterAction::DropConstraint { name, if_exists } => {
                let full = format!("{}.{}", table.own, name.text);
                let before = table.metadata.keys.len();
                table.metadata.keys.retain(|key| key.name != full);
                if table.metadata.keys.len() == before && !if_exists {
                    let message = format!("the table has no constraint `{}`", name.text);
                    return Err(self.invalid(message, name.span.clone()));
                }
            }
            other => {
                if table.view {
                    let message = format!("`{}` is a view: it has options only", table.own);
                    return Err(self.invalid(message, self.whole.clone()));
                }
                self.alter_columns(sql, table, other, head, statements)?;
            }
        }
        Ok(())
    }

    fn add_key(
        &self,
        table: &mut Altered,
        key: &parsed::Key,
        if_not_exists: bool,
    ) -> Result<(), Error> {
        let columns = table.columns();
        let number = foreign_keys(&table.metadata.keys);
        let (name, reference) = (key.name.as_ref(), key.references.as_ref());
        let new = self.key(&table.own, name, &key.columns, reference, &columns, number)?;
        let keys = &mut table.metadata.keys;
        if keys.iter().any(|other| other.name == new.name) {
            return match if_not_exists {
                true => Ok(()),
                false => Err(self.invalid("the table has this key already", key.span.clone())),
            };
        }
        keys.push(new);
        Ok(())
    }

    fn alter_columns(
        &self,
        sql: &str,
        table: &mut Altered,
        action: &AlterAction,
        head: &str,
        statements: &mut Vec<String>,
    ) -> Result<(), Error> {
        let text = match action {
            AlterAction::AddColumn {
                column,
                if_not_exists,
            } => {
                let span = column.name.span.clone();
                if column.not_null {
                    return Err(self.invalid("an added column cannot be NOT NULL", span));
                }
                if column.default.is_some() {
                    // in BigQuery, rows that exist do not get the default
                    return Err(self
                        .invalid("an added column cannot have a default", span)
                        .help("add the column, then use ALTER COLUMN … SET DEFAULT"));
                }
                let mut kept = self.column_metadata(sql, column)?;
                if rounds(&column.ty) {
                    rounded_column(&table.metadata.options, &mut kept.options);
                }
                let name = &column.name.text;
                let known = table.columns().iter().any(|other| same(&other.name, name));
                if known && *if_not_exists {
                    return Ok(());
                }
                if known {
                    return Err(self.invalid(format!("column `{name}` exists already"), span));
                }
                let (ty, _) = self.limited_type(&column.ty, &span)?;
                let guard = if *if_not_exists { "IF NOT EXISTS " } else { "" };
                let mut written = format!("{guard}{} {}", quote_identifier(name), ty.duckdb());
                if matches!(ty, Type::Array(_)) {
                    written.push_str(" DEFAULT ([])");
                }
                statements.push(format!("{head} ADD COLUMN {written}"));
                if kept != ColumnMetadata::default() {
                    statements.push(kept.statement(&table.name, name));
                }
                return Ok(());
            }
            AlterAction::DropColumn { name, if_exists } => {
                if *if_exists && self.altered_column(table, name).is_err() {
                    return Ok(());
                }
                let column = self.altered_column(table, name)?;
                if table.is_laid_out_by(&column.name) {
                    let message = "the table is partitioned or clustered by this column";
                    return Err(self.invalid(message, name.span.clone()));
                }
                format!("DROP COLUMN {}", quote_identifier(&column.name))
            }
            AlterAction::RenameColumn {
                from,
                to,
                if_exists,
            } => {
                if *if_exists && self.altered_column(table, from).is_err() {
                    return Ok(());
                }
                let column = self.altered_column(table, from)?;
                if table.is_laid_out_by(&column.name) {
                    let message = "the table is partitioned or clustered by this column";
                    return Err(self.invalid(message, from.span.clone()));
                }
                let from = quote_identifier(&column.name);
                format!("RENAME COLUMN {from} TO {}", quote_identifier(&to.text))
            }
            AlterAction::SetType(name, ty) => {
                let column = self.altered_column(table, name)?;
                return self.set_type(table, &column, name, ty, head, statements);
            }
            AlterAction::SetDefault(name, value) => {
                let column = self.altered_column(table, name)?;
                let default = self.default_value(value, &column)?;
                let kept = ColumnMetadata {
                    default: Some(value.to_string()),
                    ..table.column(&column.name)
                };
                let quoted = quote_identifier(&column.name);
                statements.push(format!(
                    "{head} ALTER COLUMN {quoted} SET DEFAULT ({default})"
                ));
                statements.push(kept.statement(&table.name, &column.name));
                return Ok(());
            }
            AlterAction::DropDefault(name) => {
                let column = self.altered_column(table, name)?;
                let kept = table.column(&column.name);
                let quoted = quote_identifier(&column.name);
                statements.push(format!("{head} ALTER COLUMN {quoted} DROP DEFAULT"));
                if kept.default.is_some() {
                    let kept = ColumnMetadata {
                        default: None,
                        ..kept
                    };
                    statements.push(kept.statement(&table.name, &column.name));
                }
                return Ok(());
            }
            AlterAction::DropNotNull(name) => {
                let column = self.altered_column(table, name)?;
                let quoted = quote_identifier(&column.name);
                format!("ALTER COLUMN {quoted} DROP NOT NULL")
            }
            _ => return Err(self.unsupported("this form of ALTER TABLE", self.whole.clone())),
        };
        statements.push(format!("{head} {text}"));
        Ok(())
    }

    /// A column's type may become a wider one only
    fn set_type(
        &self,
        table: &Altered,
        column: &Column,
        name: &parsed::Name,
        ty: &DataType,
        head: &str,
        statements: &mut Vec<String>,
    ) -> Result<(), Error> {
        let (to, _) = self.limited_type(ty, &name.span)?;
        if table.stored.is_none() {
            return Ok(());
        }
        let value = Typed::column(column.ty.clone(), "", &column.name, name.span.clone());
        let kept = table.column(&column.name);
        let before = match &kept.written_type {
            Some(written) => crate::parse::parse_type(written).map_err(|error| Error {
                span: name.span.clone(),
                ..error
            })?,
            None => crate::parse::parse_type(&column.ty.to_string())?,
        };
        let same_type = to == column.ty && !is_limited(&before) && !is_limited(ty);
        if !same_type && !widens(&before, ty) {
            let shown = kept.written_type.unwrap_or_else(|| column.ty.to_string());
            let message = format!("a column of {shown} cannot become {ty}");
            return Err(self.mismatch(message, name.span.clone()));
        }
        if to != column.ty {
            let quoted = quote_identifier(&column.name);
            let cast = self.cast(value, &to, false)?.into_exact();
            statements.push(format!(
                "{head} ALTER COLUMN {quoted} SET DATA TYPE {} USING {}",
                to.duckdb(),
                cast.sql()
            ));
        }
        let kept = table.column(&column.name);
        let written_type = is_limited(ty).then(|| ty.to_string());
        if kept.written_type != written_type {
            let kept = ColumnMetadata {
                written_type,
                ..kept
            };
            statements.push(kept.statement(&table.name, &column.name));
        }
        Ok(())
    }

    fn altered_column(&self, table: &Altered, name: &parsed::Name) -> Result<Column, Error> {
        if table.stored.is_none() {
            return Ok(Column::new(name.text.clone(), Type::Int64));
        }
        self.column_of(&table.columns(), name).cloned()
    }
}

impl Altered {
    fn columns(&self) -> Vec<Column> {
        let stored = self.stored.iter().flat_map(|stored| &stored.columns);
        stored.map(|column| column.column.clone()).collect()
    }

    /// What is kept with a column
    fn column(&self, name: &str) -> ColumnMetadata {
        let mut stored = self.stored.iter().flat_map(|stored| &stored.columns);
        let found = stored.find(|column| same(&column.column.name, name));
        ColumnMetadata::read(found.and_then(|column| column.comment.as_deref()))
    }

    fn is_laid_out_by(&self, column: &str) -> bool {
        let partition = self.metadata.partition.as_ref();
        partition.is_some_and(|partition| same(&partition.column, column))
            || self.metadata.cluster.iter().any(|own| same(own, column))
    }
}
