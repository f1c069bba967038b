//! Statements: what each does on DuckDB

use std::ops::Range;

use sqlparser::ast::{Expr, Query, UnaryOperator, Value as Token};

use super::Resolver;
use super::query::{Output, indent};
use super::scope::{OutputColumn, Scope, ScopeColumn, ScopeRelation, same};
use super::table_function::{relation_of, values_of};
use crate::parse::statement as parsed;
use crate::tree::Typed;
use crate::{Analyzed, Column, CreateModel, Effect, Error, ModelOption, PhysicalName, Relation, Type, Value, quote_identifier, quote_string};

impl Resolver<'_> {
    pub fn statement(&self, sql: &str, kind: &parsed::Kind) -> Result<Analyzed, Error> {
        match kind {
            parsed::Kind::Query(query) => {
                Ok(Analyzed::Query(self.relation(query)?))
            }
            parsed::Kind::CreateTable(table) => self.create_table(table),
            parsed::Kind::CreateView(view) => self.create_view(view),
            parsed::Kind::CreateSchema {
                path,
                or_replace,
                if_not_exists,
                options,
            } => {
                self.options(options)?;
                let schema = self.catalog.schema(&path.parts, path.span.clone())?;
                if *or_replace {
                    return Err(self.unsupported("CREATE OR REPLACE SCHEMA", path.span.clone()));
                }
                let guard = if *if_not_exists { "IF NOT EXISTS " } else { "" };
                let sql = format!("CREATE SCHEMA {guard}{}", quote_identifier(&schema));
                Ok(execute(vec![sql], Effect::CreateSchema(schema)))
            }
            parsed::Kind::CreateModel(model) => self.create_model(sql, model),
            parsed::Kind::Drop {
                object,
                path,
                if_exists,
                cascade,
            } => self.drop(*object, path, *if_exists, *cascade),
            parsed::Kind::AlterTable {
                path,
                if_exists,
                view,
                actions,
            } => self.alter(path, *if_exists, *view, actions),
            parsed::Kind::Insert {
                path,
                columns,
                source,
            } => self.insert(path, columns, source),
            parsed::Kind::Update {
                path,
                alias,
                assignments,
                from,
                condition,
            } => self.update(path, alias.as_ref(), assignments, from, condition),
            parsed::Kind::Delete {
                path,
                alias,
                condition,
            } => self.delete(path, alias.as_ref(), condition),
            parsed::Kind::Merge(merge) => self.merge(merge),
            parsed::Kind::Truncate(path) => {
                let name = self.physical(path)?;
                let sql = format!("DELETE FROM {}", qualified(&name));
                Ok(execute(vec![sql], Effect::Change(name)))
            }
            parsed::Kind::Assert { condition, message } => self.assert(sql, condition, message.as_ref()),
            parsed::Kind::Unsupported { what, span } => Err(self.unsupported(what, span.clone())),
        }
    }

    pub fn relation(&self, query: &Query) -> Result<Relation, Error> {
        Ok(relation_of(self.top_query(query)?))
    }

    /// A statement's query; a value table of structs gives their fields as columns
    fn top_query(&self, query: &Query) -> Result<Output, Error> {
        self.query(query, None)
    }

    pub fn physical(&self, path: &parsed::Path) -> Result<PhysicalName, Error> {
        self.catalog.physical(&path.parts, path.span.clone())
    }

    fn options(&self, options: &[parsed::OptionItem]) -> Result<Vec<ModelOption>, Error> {
        options
            .iter()
            .map(|option| {
                Ok(ModelOption {
                    name: option.name.text.to_lowercase(),
                    value: self.constant(&option.value)?,
                    span: option.span.clone(),
                })
            })
            .collect()
    }

    /// The value of a literal, or of an array or struct of literals
    pub fn constant(&self, expr: &Expr) -> Result<Value, Error> {
        let span = || self.span(expr);
        Ok(match expr {
            Expr::Nested(inner) => self.constant(inner)?,
            Expr::Value(value) => match &value.value {
                Token::Null => Value::Null,
                Token::Boolean(value) => Value::Bool(*value),
                Token::SingleQuotedString(text) => Value::String(text.clone()),
                Token::Number(text, _) => number(text).ok_or_else(|| self.invalid("number is out of range", span()))?,
                _ => return Err(self.invalid("expected a constant", span())),
            },
            Expr::UnaryOp {
                op: UnaryOperator::Minus,
                expr: operand,
            } => match self.constant(operand)? {
                Value::Int64(value) => Value::Int64(-value),
                Value::Float64(value) => Value::Float64(-value),
                _ => return Err(self.invalid("expected a number", span())),
            },
            Expr::Array(array) => Value::Array(
                array.elem.iter().map(|one| self.constant(one)).collect::<Result<_, _>>()?,
            ),
            Expr::Tuple(values) => Value::Struct(
                values
                    .iter()
                    .map(|one| Ok((None, self.constant(one)?)))
                    .collect::<Result<_, Error>>()?,
            ),
            Expr::Struct { values, fields } if fields.is_empty() => Value::Struct(
                values
                    .iter()
                    .map(|one| match one {
                        Expr::Named { expr, name } => {
                            Ok((Some(name.value.clone()), self.constant(expr)?))
                        }
                        other => Ok((None, self.constant(other)?)),
                    })
                    .collect::<Result<_, Error>>()?,
            ),
            Expr::Function(_) | Expr::TypedString(_) | Expr::Interval(_) | Expr::Cast { .. } | Expr::BinaryOp { .. } => {
                let value = self.expression(expr, &Scope::default())?;
                Value::String(value.sql())
            }
            _ => return Err(self.invalid("expected a constant", span())),
        })
    }

    fn create_table(&self, table: &parsed::CreateTable) -> Result<Analyzed, Error> {
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
            let list: Vec<_> = table_source.columns.iter().map(|one| quote_identifier(&one.name)).collect();
            let mut sql = format!("{head} AS\nSELECT {} FROM {}", list.join(", "), table_source.sql);
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
            Some(query) => Some(self.created_columns(self.top_query(query)?, &columns, query)?),
            None => None,
        };
        let of_query = query.as_ref().map(|relation| relation.columns.clone());
        let all = of_query.unwrap_or_else(|| columns.clone());
        if all.is_empty() {
            return Err(self.invalid("a table needs columns or a query", span));
        }
        self.check_layout(table, &all)?;
        let constrained = table.columns.iter().any(|spec| spec.not_null || spec.default.is_some());
        let sql = match query {
            Some(relation) if !constrained => vec![format!("{head} AS\n{}", relation.sql)],
            Some(relation) => {
                let list: Vec<_> = relation.columns.iter().map(|one| quote_identifier(&one.name)).collect();
                vec![
                    format!("{head} (\n{}\n)", self.written_columns(table, &columns)?),
                    format!("INSERT INTO {} ({})\n{}", qualified(&name), list.join(", "), relation.sql),
                ]
            }
            None => vec![format!("{head} (\n{}\n)", self.written_columns(table, &columns)?)],
        };
        if constrained && table.query.is_some() && table.if_not_exists {
            return Err(self.unsupported("IF NOT EXISTS with constraints and a query", span));
        }
        Ok(execute(sql, Effect::CreateTable(name)))
    }

    /// The query of `CREATE … AS` with declared columns' names and types, if there are any
    fn created_columns(
        &self,
        output: Output,
        columns: &[Column],
        query: &Query,
    ) -> Result<Relation, Error> {
        let span = self.span(query);
        if !output.value_table && let Some(at) = output.columns.iter().position(|column| column.name.is_none())
            && columns.is_empty()
        {
            return Err(self
                .invalid(format!("column {} of the query has no name", at + 1), span)
                .help("give it one with AS"));
        }
        for (at, column) in output.columns.iter().enumerate() {
            let twice = output.columns[..at].iter().any(|other| match (&other.name, &column.name) {
                (Some(left), Some(right)) => same(left, right),
                _ => false,
            });
            if twice && columns.is_empty() {
                let name = column.name.as_deref().unwrap_or_default();
                return Err(self.invalid(format!("column `{name}` stands twice in the query"), span));
            }
        }
        let output = self.expand_value_table(output);
        if columns.is_empty() {
            return Ok(relation_of(output));
        }
        self.fitted(output, columns, "table", span)
    }

    /// A value table of structs as a table of their fields
    fn expand_value_table(&self, output: Output) -> Output {
        let fields = match (output.value_table, output.columns.as_slice()) {
            (true, [one]) => match &one.ty {
                Type::Struct(fields) => Some((one.physical.clone(), one.ty.clone(), fields.clone())),
                _ => None,
            },
            _ => None,
        };
        let Some((physical, ty, fields)) = fields else {
            return output;
        };
        let alias = self.fresh("q");
        let value = Typed::column(ty, &alias, &physical, self.whole.clone());
        let mut items = Vec::new();
        let mut columns = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let name = field.physical(at);
            let part = self.struct_field(value.clone(), at, field.ty.clone(), &name, self.whole.clone());
            items.push(format!("{} AS {}", part.sql(), quote_identifier(&name)));
            columns.push(OutputColumn {
                name: Some(name.clone()),
                physical: name,
                ty: field.ty.clone(),
                null: false,
            });
        }
        Output {
            sql: format!(
                "SELECT {}\nFROM (\n{}\n) AS {}",
                items.join(", "),
                indent(&output.sql),
                quote_identifier(&alias)
            ),
            columns,
            value_table: false,
        }
    }

    /// A query whose columns are assigned, by position, to columns of these names and types
    fn fitted(
        &self,
        output: Output,
        columns: &[Column],
        what: &str,
        span: Range<usize>,
    ) -> Result<Relation, Error> {
        if output.columns.len() != columns.len() {
            let message = format!(
                "the query has {} columns, the {what} {}",
                output.columns.len(),
                columns.len()
            );
            return Err(self.invalid(message, span));
        }
        let fits = output
            .columns
            .iter()
            .zip(columns)
            .all(|(from, to)| from.ty == to.ty && from.physical == to.name);
        if fits {
            return Ok(relation_of(output));
        }
        let alias = self.fresh("q");
        let items = output
            .columns
            .iter()
            .zip(columns)
            .map(|(from, to)| {
                let value = Typed::column(from.ty.clone(), &alias, &from.physical, span.clone());
                let value = match from.null {
                    true => Typed::null(to.ty.clone(), span.clone()).into_exact(),
                    false => self.assign(value, &to.ty, &to.name)?,
                };
                Ok(format!("{} AS {}", value.sql(), quote_identifier(&to.name)))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Relation {
            sql: format!(
                "SELECT {}\nFROM (\n{}\n) AS {}",
                items.join(", "),
                indent(&output.sql),
                quote_identifier(&alias)
            ),
            columns: columns.to_vec(),
        })
    }

    /// A value for a column: coercion, and the assignments that DML allows besides
    fn assign(&self, value: Typed, ty: &Type, column: &str) -> Result<Typed, Error> {
        let lossless = super::coerce::cost(&value, ty).is_some();
        let allowed = matches!(
            (&value.ty, ty),
            (Type::Float64, Type::Numeric) | (Type::Timestamp, Type::Date | Type::DateTime | Type::Time)
        );
        if lossless {
            return Ok(self.coerce(value, ty)?.into_exact());
        }
        if allowed {
            return Ok(self.cast(value, ty, false)?.into_exact());
        }
        let message = format!("column `{column}` is {ty}, the value is {}", value.ty);
        Err(self.mismatch(message, value.span))
    }

    fn written_columns(
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

    fn written_column(&self, spec: &parsed::ColumnSpec, column: &Column) -> Result<String, Error> {
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
    fn check_layout(&self, table: &parsed::CreateTable, columns: &[Column]) -> Result<(), Error> {
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

    fn partition_key(&self, key: &Expr, scope: &Scope) -> Result<(), Error> {
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

    fn create_view(&self, view: &parsed::CreateView) -> Result<Analyzed, Error> {
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

    fn create_model(&self, sql: &str, model: &parsed::CreateModel) -> Result<Analyzed, Error> {
        let name = self.physical(&model.path)?;
        let options = self.options(&model.options)?;
        let training = self.relation(&model.query)?;
        let (transform, transformed) = match &model.transform {
            None => (None, training.clone()),
            Some(range) => {
                let items = sql.get(range.clone()).unwrap_or_default();
                let transformed = crate::select_over(items, &training, self.catalog).map_err(|error| Error {
                    span: error.span.start + range.start..error.span.end + range.start,
                    ..error
                })?;
                (Some(items.to_owned()), transformed)
            }
        };
        Ok(Analyzed::CreateModel(CreateModel {
            model: name,
            or_replace: model.or_replace,
            if_not_exists: model.if_not_exists,
            transform,
            options,
            query: sql.get(model.query_span.clone()).unwrap_or_default().to_owned(),
            training,
            transformed,
            span: self.whole.clone(),
        }))
    }

    fn drop(
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
                let word = if object == parsed::DropObject::Table { "TABLE" } else { "VIEW" };
                let sql = format!("DROP {word} {guard}{}", qualified(&name));
                execute(vec![sql], Effect::Drop(name))
            }
        })
    }

    fn alter(
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
                        return Err(self.invalid("an added column cannot be NOT NULL", column.name.span.clone()));
                    }
                    let ty = self.column_type(&column.ty, &column.name.span)?;
                    let guard = if *if_not_exists { "IF NOT EXISTS " } else { "" };
                    let written = self.written_column(column, &Column::new(column.name.text.clone(), ty))?;
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
                    format!("ALTER COLUMN {} SET DEFAULT ({})", quote_identifier(&column.text), value.sql())
                }
                parsed::AlterAction::DropDefault(column) => {
                    format!("ALTER COLUMN {} DROP DEFAULT", quote_identifier(&column.text))
                }
                parsed::AlterAction::DropNotNull(column) => {
                    format!("ALTER COLUMN {} DROP NOT NULL", quote_identifier(&column.text))
                }
            };
            sql.push(format!("{head} {text}"));
        }
        Ok(execute(sql, Effect::Other))
    }

    /// The table that a DML statement changes, in scope under its name or alias
    fn target(
        &self,
        path: &parsed::Path,
        alias: Option<&parsed::Name>,
        scope: &mut Scope,
    ) -> Result<(PhysicalName, Vec<Column>, String), Error> {
        let name = self.physical(path)?;
        let table = self.catalog.table(&path.parts, path.span.clone())?;
        let range = match alias {
            Some(alias) => alias.text.clone(),
            None => name.name.clone(),
        };
        scope.add(relation_in_scope(Some(range.clone()), &range, &table.columns, &path.span));
        let text = format!("{} AS {}", qualified(&name), quote_identifier(&range));
        Ok((name, table.columns, text))
    }

    fn column_of<'c>(
        &self,
        columns: &'c [Column],
        name: &parsed::Name,
    ) -> Result<&'c Column, Error> {
        columns.iter().find(|column| same(&column.name, &name.text)).ok_or_else(|| {
            let error = self.error(
                diagnostic::code::UNKNOWN_COLUMN,
                format!("no column `{}` in the table", name.text),
                name.span.clone(),
            );
            let known = columns.iter().map(|column| column.name.as_str());
            match diagnostic::did_you_mean(&name.text, known) {
                Some(help) => error.help(help),
                None => error,
            }
        })
    }

    fn insert(
        &self,
        path: &parsed::Path,
        names: &[parsed::Name],
        source: &Query,
    ) -> Result<Analyzed, Error> {
        let name = self.physical(path)?;
        let table = self.catalog.table(&path.parts, path.span.clone())?;
        let columns: Vec<Column> = match names.is_empty() {
            true => table.columns.clone(),
            false => names
                .iter()
                .map(|name| self.column_of(&table.columns, name).cloned())
                .collect::<Result<_, _>>()?,
        };
        let rows = match values_of(&source.body) {
            Some(values) if source.with.is_none() && source.order_by.is_none() => {
                self.values(&values.rows, &columns)?
            }
            _ => {
                let output = self.expand_value_table(self.top_query(source)?);
                self.fitted(output, &columns, "statement", self.span(source))?.sql
            }
        };
        let list: Vec<_> = columns.iter().map(|column| quote_identifier(&column.name)).collect();
        let sql = format!("INSERT INTO {} ({})\n{rows}", qualified(&name), list.join(", "));
        Ok(execute(vec![sql], Effect::Change(name)))
    }

    fn values(
        &self,
        rows: &[sqlparser::ast::Parens<Vec<Expr>>],
        columns: &[Column],
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
                .map(|(cell, column)| self.cell(cell, column))
                .collect::<Result<Vec<_>, _>>()?;
            lines.push(format!("  ({})", cells.join(", ")));
        }
        Ok(format!("VALUES\n{}", lines.join(",\n")))
    }

    fn cell(&self, cell: &Expr, column: &Column) -> Result<String, Error> {
        if is_default(cell) {
            return Ok("DEFAULT".to_owned());
        }
        let value = self.expression(cell, &Scope::default())?;
        Ok(self.assign(value, &column.ty, &column.name)?.sql())
    }

    /// `column = value` pairs as written for DuckDB
    fn assignments(
        &self,
        pairs: &[(Expr, Expr)],
        columns: &[Column],
        table: &str,
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        pairs
            .iter()
            .map(|(target, value)| {
                let path = match target {
                    Expr::Identifier(one) => std::slice::from_ref(one),
                    Expr::CompoundIdentifier(path) => path.as_slice(),
                    _ => return Err(self.invalid("expected a column", self.span(target))),
                };
                let path = match path {
                    [first, rest @ ..] if !rest.is_empty() && same(&first.value, table) => rest,
                    path => path,
                };
                let [column] = path else {
                    return Err(self.unsupported("an update of a field", self.span(target)));
                };
                let name = parsed::Name {
                    text: column.value.clone(),
                    span: self.ident_span(column),
                };
                let column = self.column_of(columns, &name)?;
                let left = quote_identifier(&column.name);
                if is_default(value) {
                    return Ok(format!("{left} = DEFAULT"));
                }
                let value = self.expression(value, scope)?;
                let value = self.assign(value, &column.ty, &column.name)?;
                Ok(format!("{left} = {}", value.sql()))
            })
            .collect()
    }

    fn update(
        &self,
        path: &parsed::Path,
        alias: Option<&parsed::Name>,
        pairs: &[(Expr, Expr)],
        from: &[sqlparser::ast::TableWithJoins],
        condition: &Expr,
    ) -> Result<Analyzed, Error> {
        let mut scope = Scope::default();
        let (name, columns, text) = self.target(path, alias, &mut scope)?;
        let range = alias.map_or(name.name.as_str(), |alias| alias.text.as_str()).to_owned();
        let from = self.from(from, &mut scope)?;
        let pairs = self.assignments(pairs, &columns, &range, &scope)?;
        let condition = self.condition(condition, &scope, "WHERE clause")?;
        let mut sql = format!("UPDATE {text}\nSET {}", pairs.join(", "));
        if let Some(from) = from {
            sql.push_str(&format!("\nFROM {from}"));
        }
        sql.push_str(&format!("\nWHERE {}", condition.sql()));
        Ok(execute(vec![sql], Effect::Change(name)))
    }

    fn delete(
        &self,
        path: &parsed::Path,
        alias: Option<&parsed::Name>,
        condition: &Expr,
    ) -> Result<Analyzed, Error> {
        let mut scope = Scope::default();
        let (name, _, text) = self.target(path, alias, &mut scope)?;
        let condition = self.condition(condition, &scope, "WHERE clause")?;
        let sql = format!("DELETE FROM {text}\nWHERE {}", condition.sql());
        Ok(execute(vec![sql], Effect::Change(name)))
    }

    fn merge(&self, merge: &parsed::Merge) -> Result<Analyzed, Error> {
        let mut scope = Scope::default();
        let (name, columns, text) = self.target(&merge.path, merge.alias.as_ref(), &mut scope)?;
        let range = match &merge.alias {
            Some(alias) => alias.text.clone(),
            None => name.name.clone(),
        };
        let mut source = Scope::default();
        let source_text = self.table_factor(&merge.source, &mut source)?;
        let mut both = scope.clone();
        for relation in &source.relations {
            both.relations.push(relation.clone());
        }
        both.star.extend(source.star.clone());
        both.pseudo.extend(source.pseudo.clone());
        let condition = self.condition(&merge.condition, &both, "ON clause")?;
        let mut sql = format!("MERGE INTO {text}\nUSING {source_text}\nON {}", condition.sql());
        for clause in &merge.clauses {
            let visible = match clause.when {
                parsed::MergeWhen::Matched => &both,
                parsed::MergeWhen::NotMatchedByTarget => &source,
                parsed::MergeWhen::NotMatchedBySource => &scope,
            };
            sql.push_str(match clause.when {
                parsed::MergeWhen::Matched => "\nWHEN MATCHED",
                parsed::MergeWhen::NotMatchedByTarget => "\nWHEN NOT MATCHED",
                parsed::MergeWhen::NotMatchedBySource => "\nWHEN NOT MATCHED BY SOURCE",
            });
            if let Some(condition) = &clause.condition {
                let condition = self.condition(condition, visible, "WHEN clause")?;
                sql.push_str(&format!(" AND {}", in_and(&condition.sql())));
            }
            sql.push_str(" THEN ");
            sql.push_str(&self.merge_action(&clause.action, &columns, &range, visible, &source)?);
        }
        Ok(execute(vec![sql], Effect::Change(name)))
    }

    fn merge_action(
        &self,
        action: &parsed::MergeAction,
        columns: &[Column],
        range: &str,
        visible: &Scope,
        source: &Scope,
    ) -> Result<String, Error> {
        Ok(match action {
            parsed::MergeAction::Delete => "DELETE".to_owned(),
            parsed::MergeAction::Update(pairs) => {
                let pairs = self.assignments(pairs, columns, range, visible)?;
                format!("UPDATE SET {}", pairs.join(", "))
            }
            parsed::MergeAction::Insert(names, values) => {
                let columns: Vec<Column> = match names.is_empty() {
                    true => columns.to_vec(),
                    false => names
                        .iter()
                        .map(|name| self.column_of(columns, name).cloned())
                        .collect::<Result<_, _>>()?,
                };
                let values: Vec<Option<Typed>> = match values {
                    Some(values) => values
                        .iter()
                        .map(|value| match is_default(value) {
                            true => Ok(None),
                            false => self.expression(value, visible).map(Some),
                        })
                        .collect::<Result<_, Error>>()?,
                    None => source.star.iter().map(|column| Some(column.expr.clone())).collect(),
                };
                if values.len() != columns.len() {
                    let message = format!("INSERT has {} values for {} columns", values.len(), columns.len());
                    return Err(self.invalid(message, self.whole.clone()));
                }
                let cells = values
                    .into_iter()
                    .zip(&columns)
                    .map(|(value, column)| match value {
                        Some(value) => Ok(self.assign(value, &column.ty, &column.name)?.sql()),
                        None => Ok("DEFAULT".to_owned()),
                    })
                    .collect::<Result<Vec<_>, Error>>()?;
                let list: Vec<_> = columns.iter().map(|one| quote_identifier(&one.name)).collect();
                format!("INSERT ({}) VALUES ({})", list.join(", "), cells.join(", "))
            }
        })
    }

    fn assert(&self, sql: &str, condition: &Expr, message: Option<&Expr>) -> Result<Analyzed, Error> {
        let test = self.condition(condition, &Scope::default(), "ASSERT's condition")?;
        let text = match message {
            Some(message) => match self.constant(message)? {
                Value::String(text) => text,
                _ => return Err(self.invalid("ASSERT's message is a text", self.span(message))),
            },
            None => format!("assertion failed: {}", sql.get(self.span(condition)).unwrap_or_default()),
        };
        let sql = format!(
            "SELECT CASE WHEN {} THEN TRUE ELSE error({}) END",
            test.sql(),
            quote_string(&text)
        );
        Ok(execute(vec![sql], Effect::Assert))
    }
}

/// A condition after `AND`
fn in_and(condition: &str) -> String {
    format!("({condition})")
}

fn is_default(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(name) if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("DEFAULT"))
}

fn execute(sql: Vec<String>, effect: Effect) -> Analyzed {
    Analyzed::Execute { sql, effect }
}

fn qualified(name: &PhysicalName) -> String {
    format!("{}.{}", quote_identifier(&name.schema), quote_identifier(&name.name))
}

fn number(text: &str) -> Option<Value> {
    match text.parse::<i64>() {
        Ok(value) => Some(Value::Int64(value)),
        Err(_) => text.parse::<f64>().ok().filter(|value| value.is_finite()).map(Value::Float64),
    }
}

/// Columns as a relation in scope
pub fn relation_in_scope(
    name: Option<String>,
    alias: &str,
    columns: &[Column],
    span: &Range<usize>,
) -> ScopeRelation {
    ScopeRelation {
        name,
        alias: alias.to_owned(),
        columns: columns
            .iter()
            .map(|column| ScopeColumn {
                name: column.name.clone(),
                expr: Typed::column(column.ty.clone(), alias, &column.name, span.clone()),
            })
            .collect(),
        pseudo: Vec::new(),
        value: None,
    }
}
