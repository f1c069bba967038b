//! BigQuery ML's analytic functions, such as `ML.STANDARD_SCALER(x) OVER()`: a statistic of all rows,
//! and what it makes of a value
//!
//! The statistics of a `SELECT` are a query of one row over the same `FROM` and `WHERE`, joined to it;
//! so the rows are read once more, and not once for each row. In a `TRANSFORM` that is applied after
//! training, a function stands in its fitted form, with the statistics as further arguments.

use std::ops::Range;

use sqlparser::ast::WindowType;

use super::Resolver;
use super::call::Call;
use super::query::{indent, push_clause};
use super::scope::Scope;
use super::statistics::Constants;
use crate::tree::{Node, Typed};
use crate::{Column, Error, Field, Type, quote_identifier};

/// What a name's fitted form starts with, in the place of `ML.`
pub const FITTED: &str = "ML.FITTED_";

/// What the analytic functions of one `SELECT` ask of all its rows
#[derive(Debug, Default)]
pub struct Statistics {
    /// The name of the joined row
    alias: String,
    /// Its columns: name, type, aggregate expression
    columns: Vec<(Column, String)>,
    /// The calls, in the order of their columns
    calls: Vec<AnalyticCall>,
}

/// A call of an analytic function
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalyticCall {
    /// Upper case, such as `ML.STANDARD_SCALER`
    pub function: String,
    /// Where the call begins
    pub start: usize,
    /// How many columns of the statistics are its own
    pub statistics: usize,
}

/// What a function makes of a value and its statistics
struct Form {
    /// The value, of the type that the function takes
    value: Typed,
    /// The statistics' types
    statistics: Vec<Type>,
    /// Over the value as `$0` and the statistics from `$1` on
    template: &'static str,
    result: Type,
}

impl Statistics {
    pub fn calls(&self) -> &[AnalyticCall] {
        &self.calls
    }

    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().map(|(column, _)| column)
    }

    /// A query of one row
    pub fn sql(&self, from: &str, condition: &str) -> String {
        let list: Vec<String> = self
            .columns
            .iter()
            .map(|(column, sql)| format!("  {sql} AS {}", quote_identifier(&column.name)))
            .collect();
        let mut sql = format!("SELECT\n{}", list.join(",\n"));
        push_clause(&mut sql, "FROM", from);
        push_clause(&mut sql, "WHERE", condition);
        sql
    }

    /// `FROM` with the statistics of its rows beside each row
    pub fn joined(&self, from: &str, condition: &str) -> String {
        if self.columns.is_empty() {
            return from.to_owned();
        }
        let row = format!(
            "(\n{}\n) AS {}",
            indent(&self.sql(from, condition)),
            quote_identifier(&self.alias)
        );
        match from.is_empty() {
            true => row,
            false => format!("{from}\nCROSS JOIN {row}"),
        }
    }
}

impl Resolver<'_> {
    /// A call of an analytic function
    pub fn analytic(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let empty = match &call.function.over {
            Some(WindowType::WindowSpec(spec)) => {
                spec.window_name.is_none()
                    && spec.partition_by.is_empty()
                    && spec.order_by.is_empty()
                    && spec.window_frame.is_none()
            }
            _ => false,
        };
        if !empty {
            return Err(self.invalid(format!("{} needs an empty OVER ()", call.name), span));
        }
        if call.distinct || !call.clauses.is_empty() || call.nulls().is_some() {
            return Err(self.invalid(format!("{} takes no such clause", call.name), span));
        }
        let [value, constants @ ..] = call.arguments.as_slice() else {
            return Err(self.wrong_count(call));
        };
        let value = self.expression(value, scope)?;
        self.not_nested(&value, false)?;
        let constants = constants
            .iter()
            .map(|constant| Ok((self.constant(constant)?, self.span(*constant))))
            .collect::<Result<Vec<_>, Error>>()?;
        let form = self.form(&call.name, value, &span)?;
        let templates = Constants {
            call,
            given: &constants,
        }
        .statistics(self, &form.result)?;
        let argument = form.value.clone().into_exact();
        let mut statistics = self.statistics.borrow_mut();
        let Some(statistics) = statistics.as_mut() else {
            let message = format!("{} stands in the list of a SELECT only", call.name);
            return Err(self.invalid(message, span));
        };
        let nested = super::placement::find(
            &argument,
            &|one| matches!(&one.node, Node::Column { relation, .. } if **relation == *statistics.alias),
        );
        if let (Some(inner), false) = (nested, statistics.alias.is_empty()) {
            let message = format!("an analytic function is not allowed inside {}", call.name);
            return Err(self.invalid(message, inner.span.clone()));
        }
        if statistics.alias.is_empty() {
            statistics.alias = self.fresh("statistics");
        }
        let mut parts = vec![argument.clone()];
        for (ty, template) in form.statistics.iter().zip(templates) {
            let name = format!("statistic_{}", statistics.columns.len());
            let sql = Typed::apply(ty.clone(), template, vec![argument.clone()], span.clone());
            let column = Column::new(&name, ty.clone());
            statistics.columns.push((column, sql.sql()));
            parts.push(Typed::column(
                ty.clone(),
                &statistics.alias,
                &name,
                span.clone(),
            ));
        }
        statistics.calls.push(AnalyticCall {
            function: call.name.clone(),
            start: span.start,
            statistics: form.statistics.len(),
        });
        Ok(Typed {
            exact: true,
            ..Typed::apply(form.result, form.template, parts, span)
        })
    }

    /// A call of a fitted form: the value, then the statistics
    pub fn fitted_call(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        self.only_scalar(call)?;
        let mut arguments = self.all(call.arguments.iter().copied(), scope)?.into_iter();
        let Some(value) = arguments.next() else {
            return Err(self.wrong_count(call));
        };
        let span = call.span.clone();
        let name = call.name.replacen(FITTED, "ML.", 1);
        let form = self.form(&name, value, &span)?;
        if arguments.len() != form.statistics.len() {
            return Err(self.wrong_count(call));
        }
        let mut parts = vec![form.value.into_exact()];
        for (argument, ty) in arguments.zip(&form.statistics) {
            parts.push(self.coerce(argument, ty)?.into_exact());
        }
        Ok(Typed {
            exact: true,
            ..Typed::apply(form.result, form.template, parts, span)
        })
    }

    /// Analytic functions look at rows, which aggregation does away with
    pub fn refuse_analytic_aggregation(
        &self,
        statistics: &Statistics,
        grouped: bool,
        values: &[Typed],
    ) -> Result<(), Error> {
        let Some(call) = statistics.calls.first() else {
            return Ok(());
        };
        let aggregate = |value: &Typed| {
            super::placement::find(
                value,
                &|one| matches!(&one.node, Node::Aggregate(aggregate) if aggregate.over.is_none()),
            )
            .is_some()
        };
        if !grouped && !values.iter().any(aggregate) {
            return Ok(());
        }
        let message = format!("{} in a query that aggregates", call.function);
        let span = call.start..call.start + call.function.len();
        Err(self
            .unsupported(message, span)
            .help("aggregate in a subquery, and call the function outside of it"))
    }

    fn form(&self, name: &str, value: Typed, span: &Range<usize>) -> Result<Form, Error> {
        let texts = || Type::Array(Box::new(Type::String));
        let floats = || Type::Array(Box::new(Type::Float64));
        let number =
            |statistics, template, result| Ok((Type::Float64, statistics, template, result));
        let two = || vec![Type::Float64, Type::Float64];
        let text = matches!(value.ty, Type::String);
        let (ty, statistics, template, result) = match name {
            "ML.STANDARD_SCALER" | "ML.ROBUST_SCALER" => number(
                two(),
                "CASE WHEN $2 > 0e0 THEN ($0 - $1) / $2 ELSE $0 - $1 END",
                Type::Float64,
            ),
            "ML.MIN_MAX_SCALER" => number(
                two(),
                "CASE WHEN $0 IS NULL THEN NULL WHEN $2 > $1 THEN least(greatest(($0 - $1) / ($2 - $1), 0e0), 1e0) ELSE 0e0 END",
                Type::Float64,
            ),
            "ML.MAX_ABS_SCALER" => number(
                vec![Type::Float64],
                "CASE WHEN $1 > 0e0 THEN $0 / $1 ELSE $0 END",
                Type::Float64,
            ),
            "ML.QUANTILE_BUCKETIZE" => number(
                vec![floats(), Type::String],
                "gs_bucketize($0, $1, FALSE, $2)",
                Type::String,
            ),
            "ML.IMPUTER" if text => Ok((
                Type::String,
                vec![Type::String],
                "coalesce($0, $1)",
                Type::String,
            )),
            "ML.IMPUTER" => number(vec![Type::Float64], "coalesce($0, $1)", Type::Float64),
            "ML.LABEL_ENCODER" => Ok((
                Type::String,
                vec![texts()],
                "coalesce(gs_category($0, $1), 0)",
                Type::Int64,
            )),
            "ML.ONE_HOT_ENCODER" => Ok((
                Type::String,
                vec![texts(), Type::String],
                "[{'index': coalesce(gs_category($0, $1), 0), 'value': CASE WHEN $0 = $2 THEN 0e0 ELSE 1e0 END}]",
                sparse(),
            )),
            "ML.MULTI_HOT_ENCODER" => Ok((
                texts(),
                vec![texts()],
                "list_transform(gs_categories($0, $1), lambda _place: {'index': _place, 'value': 1e0})",
                sparse(),
            )),
            "ML.BAG_OF_WORDS" => Ok((
                texts(),
                vec![texts()],
                "list_transform(list_zip(gs_word_places($0, $1), gs_word_counts($0, $1)), lambda _word: {'index': _word[1], 'value': _word[2]})",
                sparse(),
            )),
            "ML.TF_IDF" => Ok((
                texts(),
                vec![texts(), floats()],
                "list_transform(list_zip(gs_word_places($0, $1), gs_word_weights($0, $1, $2)), lambda _word: {'index': _word[1], 'value': _word[2]})",
                sparse(),
            )),
            _ => Err(self.error(
                diagnostic::code::UNKNOWN_FUNCTION,
                format!("no function `{name}`"),
                span.clone(),
            )),
        }?;
        Ok(Form {
            value: self.coerce(value, &ty)?,
            statistics,
            template,
            result,
        })
    }
}

/// `ARRAY<STRUCT<index INT64, value FLOAT64>>`
fn sparse() -> Type {
    let field = |name: &str, ty| Field {
        name: Some(name.to_owned()),
        ty,
    };
    Type::Array(Box::new(Type::Struct(vec![
        field("index", Type::Int64),
        field("value", Type::Float64),
    ])))
}
