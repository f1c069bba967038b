//! Statements: what each does on DuckDB

use std::ops::Range;

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, UnaryOperator,
    Value as Token,
};

use super::Resolver;
use super::query::Output;
use super::scope::{RangeValue, Scope, ScopeColumn, ScopeRelation};
use super::table_function::relation_of;
use super::variable::VIEW;
use crate::parse::statement as parsed;
use crate::tree::Typed;
use crate::{
    Analyzed, Column, CreateModel, Effect, Error, ExternalModel, ModelOption, PhysicalName,
    Relation, Value, quote_identifier, quote_string,
};

impl Resolver<'_> {
    pub fn statement(&self, sql: &str, kind: &parsed::Kind) -> Result<Analyzed, Error> {
        match kind {
            parsed::Kind::Query(query) => {
                self.natural.announce();
                self.refuse_sketches(query)?;
                Ok(Analyzed::Query(self.relation(query)?))
            }
            parsed::Kind::CreateTable(table) => self.create_table(sql, table),
            parsed::Kind::CreateView(view) => self.lasting(VIEW, || self.create_view(sql, view)),
            parsed::Kind::Procedural(one) => Err(self.unsupported(
                format_args!("{} outside of a script", one.what()),
                self.whole.clone(),
            )),
            parsed::Kind::CreateSchema {
                path,
                or_replace,
                if_not_exists,
                options,
            } => self.create_schema(sql, path, *or_replace, *if_not_exists, options),
            parsed::Kind::AlterSchema {
                path,
                if_exists,
                options,
            } => self.alter_schema(sql, path, *if_exists, options),
            parsed::Kind::AlterModel {
                path,
                if_exists,
                options,
            } => Ok(Analyzed::AlterModel {
                model: self.physical(path)?,
                if_exists: *if_exists,
                options: self.options(options)?,
                span: path.span.clone(),
            }),
            parsed::Kind::CreateFunction(function) => self.create_function(sql, function),
            parsed::Kind::DropRoutine {
                table_function,
                path,
                if_exists,
            } => Ok(Analyzed::DropRoutine {
                path: path.parts.clone(),
                table_function: *table_function,
                if_exists: *if_exists,
                span: path.span.clone(),
            }),
            parsed::Kind::Access {
                revoke,
                object,
                path,
            } => self.grant(*revoke, object, path),
            parsed::Kind::Export(export) => self.export(sql, export),
            parsed::Kind::ExportModel(export) => self.export_model(sql, export),
            parsed::Kind::Load(load) => self.load(sql, load),
            parsed::Kind::CreateModel(model) => self.create_model(sql, model),
            parsed::Kind::ExternalModel(model) => self.external_model(model),
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
            } => self.alter(sql, path, *if_exists, *view, actions),
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
                self.must_exist(path, None)?;
                let (name, _) = self.changeable(path)?;
                let sql = format!("DELETE FROM {}", qualified(&name));
                Ok(execute(vec![sql], Effect::Change(name)))
            }
            parsed::Kind::Assert { condition, message } => {
                self.assert(sql, condition, message.as_ref())
            }
            parsed::Kind::Unsupported { what, span } => Err(self.unsupported(what, span.clone())),
        }
    }

    pub fn relation(&self, query: &Query) -> Result<Relation, Error> {
        Ok(relation_of(self.expand_value_table(self.top_query(query)?)))
    }

    /// A statement's query; a value table of structs gives their fields as columns
    pub fn top_query(&self, query: &Query) -> Result<Output, Error> {
        let output = self.query(query, None)?;
        self.gives(&output);
        Ok(output)
    }

    pub fn physical(&self, path: &parsed::Path) -> Result<PhysicalName, Error> {
        self.catalog.physical(&path.parts, path.span.clone())
    }

    pub fn options(&self, options: &[parsed::OptionItem]) -> Result<Vec<ModelOption>, Error> {
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
                Token::Number(text, _) => {
                    number(text).ok_or_else(|| self.invalid("number is out of range", span()))?
                }
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
                array
                    .elem
                    .iter()
                    .map(|one| self.constant(one))
                    .collect::<Result<_, _>>()?,
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
            Expr::Function(function) if search_of(function).is_some() => self.search(function)?,
            Expr::Function(_)
            | Expr::TypedString(_)
            | Expr::Interval(_)
            | Expr::Cast { .. }
            | Expr::BinaryOp { .. } => {
                let value = self.expression(expr, &Scope::default())?;
                Value::String(value.sql())
            }
            _ => return Err(self.invalid("expected a constant", span())),
        })
    }

    /// `HPARAM_RANGE(…)` and `HPARAM_CANDIDATES(…)`
    fn search(&self, function: &Function) -> Result<Value, Error> {
        let given = match &function.args {
            FunctionArguments::List(list) => list.args.as_slice(),
            _ => &[],
        };
        let arguments = given.iter().map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.constant(expr),
            _ => Err(self.invalid("expected a constant", self.span(function))),
        });
        Ok(Value::Search {
            function: search_of(function).unwrap_or_default().to_owned(),
            arguments: arguments.collect::<Result<_, _>>()?,
        })
    }

    pub fn create_model(&self, sql: &str, model: &parsed::CreateModel) -> Result<Analyzed, Error> {
        let name = self.physical(&model.path)?;
        let options = self.options(&model.options)?;
        let training = self.relation(&model.query)?;
        let (transform, transformed, statistics) = match &model.transform {
            None => (None, training.clone(), None),
            Some(range) => {
                let items = sql.get(range.clone()).unwrap_or_default();
                let (transformed, statistics) =
                    crate::analyze::transform_over(items, &training, self.catalog).map_err(
                        |error| Error {
                            span: error.span.start + range.start..error.span.end + range.start,
                            ..error
                        },
                    )?;
                (Some(items.to_owned()), transformed, statistics)
            }
        };
        Ok(Analyzed::CreateModel(CreateModel {
            model: name,
            or_replace: model.or_replace,
            if_not_exists: model.if_not_exists,
            transform,
            statistics,
            fitted_transform: None,
            options,
            query: sql
                .get(model.query_span.clone())
                .unwrap_or_default()
                .to_owned(),
            training,
            transformed,
            span: self.whole.clone(),
        }))
    }

    fn external_model(&self, model: &parsed::ExternalModel) -> Result<Analyzed, Error> {
        let columns = |fields: &[parsed::ModelField]| {
            let column = |field: &parsed::ModelField| {
                let ty = self.data_type(&field.data_type, &field.name.span)?;
                Ok(Column::new(&field.name.text, ty))
            };
            fields.iter().map(column).collect::<Result<Vec<_>, Error>>()
        };
        Ok(Analyzed::ExternalModel(ExternalModel {
            model: self.physical(&model.path)?,
            or_replace: model.or_replace,
            if_not_exists: model.if_not_exists,
            inputs: columns(&model.inputs)?,
            outputs: columns(&model.outputs)?,
            connection: model.connection.as_ref().map(|path| path.parts.join(".")),
            options: self.options(&model.options)?,
            span: self.whole.clone(),
        }))
    }

    pub fn assert(
        &self,
        sql: &str,
        condition: &Expr,
        message: Option<&Expr>,
    ) -> Result<Analyzed, Error> {
        let test = self.condition(condition, &Scope::default(), "ASSERT's condition")?;
        let text = match message {
            Some(message) => match self.constant(message)? {
                Value::String(text) => text,
                _ => return Err(self.invalid("ASSERT's message is a text", self.span(message))),
            },
            None => format!(
                "assertion failed: {}",
                asserted(sql.get(self.whole.clone()).unwrap_or_default())
            ),
        };
        let sql = format!(
            "SELECT CASE WHEN {} THEN TRUE ELSE CAST(gs_error({}) AS BOOLEAN) END",
            test.sql(),
            quote_string(&text)
        );
        Ok(execute(vec![sql], Effect::Assert))
    }
}

/// What stands behind the word `ASSERT`
fn asserted(statement: &str) -> &str {
    statement.get("ASSERT".len()..).unwrap_or_default().trim()
}

/// The function in upper case, if it spans values that are searched
fn search_of(function: &Function) -> Option<&'static str> {
    let name = function.name.to_string();
    ["HPARAM_RANGE", "HPARAM_CANDIDATES"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(&name))
}

pub fn is_default(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(name) if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("DEFAULT"))
}

pub fn execute(sql: Vec<String>, effect: Effect) -> Analyzed {
    Analyzed::Execute { sql, effect }
}

pub fn qualified(name: &PhysicalName) -> String {
    format!(
        "{}.{}",
        quote_identifier(&name.schema),
        quote_identifier(&name.name)
    )
}

fn number(text: &str) -> Option<Value> {
    match text.parse::<i64>() {
        Ok(value) => Some(Value::Int64(value)),
        Err(_) => text
            .parse::<f64>()
            .ok()
            .filter(|value| value.is_finite())
            .map(Value::Float64),
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
        value: RangeValue::Nothing,
    }
}
