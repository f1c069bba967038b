//! Functions that users define: a call stands for the body, with the arguments in place of the parameters
//!
//! An argument that is evaluated more than once gives the same value each time, unless it has an
//! aggregate, a window or a volatile call, or is long: those are evaluated first and handed to a lambda
//! or, where the body has a subquery, to a row of their own.

use std::cell::RefCell;
use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::Resolver;
use super::attempt::unsteady;
use super::options::Owner;
use super::placement::find;
use super::query::Output;
use super::scope::{CommonTable, OutputColumn, Scope, ScopeColumn};
use super::table_function::relation_of;
use crate::parse::statement as parsed;
use crate::parse::statement::{CreateFunction, FunctionBody, Kind, ParameterType};
use crate::tree::{Literal, Node, Typed};
use crate::{
    Analyzed, CreateRoutine, Error, FunctionKind, Relation, Type, quote_identifier, quote_string,
};

/// A longer argument is not written twice
const LONG_ARGUMENT: usize = 400;

/// Where no variable of a script has a value
const BODY: &str = "the body of a function";

thread_local! {
    /// The functions whose bodies are being resolved, innermost last
    static OPEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

impl Resolver<'_> {
    pub fn create_function(&self, sql: &str, function: &CreateFunction) -> Result<Analyzed, Error> {
        let span = function.path.span.clone();
        if function.or_replace && function.if_not_exists {
            return Err(self.invalid("OR REPLACE and IF NOT EXISTS exclude each other", span));
        }
        self.stored_options(sql, &function.options, Owner::Function)?;
        if let [name] = function.path.parts.as_slice()
            && crate::functions::find(&name.to_uppercase()).is_some()
        {
            let message = format!("`{name}` is the name of a function that GoogleSQL has");
            return Err(self.invalid(message, span));
        }
        self.check_function(function)?;
        Ok(Analyzed::CreateRoutine(CreateRoutine {
            path: function.path.parts.clone(),
            kind: kind(function),
            temporary: function.temporary,
            or_replace: function.or_replace,
            if_not_exists: function.if_not_exists,
            sql: sql.get(self.whole.clone()).unwrap_or_default().to_owned(),
            span,
        }))
    }

    /// Resolves the body with parameters of their types; where types are left open, each call does
    fn check_function(&self, function: &CreateFunction) -> Result<(), Error> {
        for (at, parameter) in function.parameters.iter().enumerate() {
            let same = |other: &parsed::Parameter| {
                super::scope::same(&other.name.text, &parameter.name.text)
            };
            if function.parameters[..at].iter().any(same) {
                let message = format!("parameter `{}` stands twice", parameter.name.text);
                return Err(self.invalid(message, parameter.name.span.clone()));
            }
        }
        let mut scope = Scope {
            closed: true,
            ..Scope::default()
        };
        let mut open = false;
        for parameter in &function.parameters {
            let span = parameter.name.span.clone();
            match &parameter.ty {
                ParameterType::Any | ParameterType::Table(None) => open = true,
                ParameterType::One(ty) => {
                    let ty = self.data_type(ty, &span)?;
                    let expr = Typed::column(ty, "_arguments", &parameter.name.text, span);
                    scope.star.push(ScopeColumn {
                        name: parameter.name.text.clone(),
                        expr,
                    });
                }
                ParameterType::Table(Some(ty)) => {
                    let columns = self.table_columns(ty, &span)?;
                    scope.tables.push(CommonTable {
                        name: parameter.name.text.clone(),
                        physical: parameter.name.text.clone(),
                        columns,
                        value_table: false,
                    });
                }
            }
        }
        let returns = self.returns(function)?;
        if let FunctionBody::JavaScript(_) = &function.body {
            if returns.is_none() {
                let message = "a function in JavaScript needs RETURNS and a type";
                return Err(self.invalid(message, function.path.span.clone()));
            }
            if function.aggregate {
                let message = "an aggregate function in JavaScript";
                return Err(self.unsupported(message, function.path.span.clone()));
            }
            let arguments = scope.star.into_iter().map(|one| one.expr).collect();
            return match open {
                true => Ok(()),
                false => {
                    let place = function.path.span.clone();
                    self.javascript(function, arguments, place).map(|_| ())
                }
            };
        }
        if open {
            return Ok(());
        }
        let name = function.path.parts.join(".");
        self.within(&name, &function.path.span, || match &function.body {
            FunctionBody::Query(query) => {
                let output = self.lasting(BODY, || self.query(query, Some(&scope)))?;
                let output = self.expand_value_table(output);
                self.returned_table(function, output).map(|_| ())
            }
            FunctionBody::Expression(body) => {
                let value = self.lasting(BODY, || self.expression(body, &scope))?;
                self.no_stray_aggregate(function, &value)?;
                self.returned(value, returns.as_ref()).map(|_| ())
            }
            FunctionBody::JavaScript(_) => Ok(()),
        })
    }

    fn no_stray_aggregate(&self, function: &CreateFunction, value: &Typed) -> Result<(), Error> {
        match function.aggregate {
            true => Ok(()),
            false => self.before_grouping(value, "body of a function"),
        }
    }

    /// The value of a call, if the path names a function that a statement created
    pub fn routine_call(
        &self,
        path: &[String],
        function: &Function,
        scope: &Scope,
        span: &Range<usize>,
    ) -> Result<Option<Typed>, Error> {
        let Some(sql) = self.catalog.routine(path, span.clone())? else {
            return Ok(None);
        };
        let name = path.join(".");
        let defined = self.definition(&sql, &name, span)?;
        let plain = function.over.is_none() && function.null_treatment.is_none();
        let FunctionArguments::List(list) = &function.args else {
            return Err(self.invalid(
                format!("`{name}` takes arguments in parentheses"),
                span.clone(),
            ));
        };
        if kind(&defined) == FunctionKind::Table {
            let message = format!("`{name}` gives rows and belongs into FROM");
            return Err(self.invalid(message, span.clone()));
        }
        if !plain || list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
            let what = format!("this clause in a call of the function `{name}`");
            return Err(self.unsupported(what, span.clone()));
        }
        let mut arguments = Vec::new();
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => {
                    arguments.push(self.expression(expr, scope)?);
                }
                _ => {
                    let message = format!("`{name}` takes plain arguments");
                    return Err(self.invalid(message, span.clone()));
                }
            }
        }
        let arguments = self.fit_arguments(&defined, arguments, &name, span)?;
        let value = self.at_call(&name, span, || {
            self.inline(&defined, arguments, scope, span)
        })?;
        Ok(Some(Typed {
            literal: Literal::No,
            span: span.clone(),
            ..value
        }))
    }

    /// The parsed definition of a routine
    pub fn definition(
        &self,
        sql: &str,
        name: &str,
        span: &Range<usize>,
    ) -> Result<CreateFunction, Error> {
        let mut statements = self.at_call(name, span, || crate::parse(sql))?;
        match statements.pop().map(|statement| statement.kind) {
            Some(Kind::CreateFunction(function)) => {
                if function.temporary {
                    self.refuse_in_view("the temporary function", name, span)?;
                }
                Ok(*function)
            }
            _ => {
                let message = format!("the definition of `{name}` cannot be read");
                Err(self.invalid(message, span.clone()))
            }
        }
    }

    fn fit_arguments(
        &self,
        function: &CreateFunction,
        arguments: Vec<Typed>,
        name: &str,
        span: &Range<usize>,
    ) -> Result<Vec<Typed>, Error> {
        if arguments.len() != function.parameters.len() {
            let message = format!(
                "`{name}` takes {} argument{}, not {}",
                function.parameters.len(),
                if function.parameters.len() == 1 {
                    ""
                } else {
                    "s"
                },
                arguments.len()
            );
            return Err(self.error(code::INVALID_ARGUMENTS, message, span.clone()));
        }
        arguments
            .into_iter()
            .zip(&function.parameters)
            .map(|(argument, parameter)| {
                let place = argument.span.clone();
                let argument = match &parameter.ty {
                    ParameterType::One(ty) => {
                        let ty = self.data_type(ty, &place)?;
                        self.coerce(argument, &ty)?
                    }
                    _ => argument,
                };
                let column = |one: &Typed| matches!(one.node, Node::Column { .. });
                if parameter.not_aggregate && find(&argument, &column).is_some() {
                    let message = format!(
                        "argument `{}` is the same for all rows",
                        parameter.name.text
                    );
                    return Err(self.invalid(message, place));
                }
                Ok(Typed {
                    literal: Literal::No,
                    ..argument.into_exact()
                })
            })
            .collect()
    }

    fn inline(
        &self,
        function: &CreateFunction,
        arguments: Vec<Typed>,
        scope: &Scope,
        span: &Range<usize>,
    ) -> Result<Typed, Error> {
        let body = match &function.body {
            FunctionBody::Expression(body) => body,
            FunctionBody::JavaScript(_) => {
                return self.javascript(function, arguments, span.clone());
            }
            FunctionBody::Query(_) => return Err(self.unsupported("this function", span.clone())),
        };
        let returns = self.returns(function)?;
        let bound = arguments
            .iter()
            .any(|one| unsteady(one) || one.sql().len() > LONG_ARGUMENT);
        let direct = match bound {
            true => None,
            false => {
                let value = self.routine_body(function, body, &arguments, scope)?;
                if !value.sql().contains("SELECT") {
                    return self.returned(value, returns.as_ref());
                }
                Some(value)
            }
        };
        // the parameters are fields of a row that is evaluated first
        let row = self.fresh("arguments");
        let fields: Vec<_> = arguments
            .iter()
            .enumerate()
            .map(|(at, one)| (format!("a{at}"), one.clone()))
            .collect();
        let parameters: Vec<_> = fields
            .iter()
            .map(|(field, one)| {
                let text = format!(
                    "struct_extract({}, {})",
                    quote_identifier(&row),
                    quote_string(field)
                );
                Typed::text(one.ty.clone(), text, span.clone())
            })
            .collect();
        let value = self.routine_body(function, body, &parameters, scope)?;
        if let Some(direct) = direct
            && !arguments.iter().any(|one| is_caught(one, &value.sql()))
        {
            return self.returned(direct, returns.as_ref());
        }
        let value = self.returned(value, returns.as_ref())?;
        if fields.is_empty() {
            return Ok(value);
        }
        let template = match value.sql().contains("SELECT") {
            false => format!(
                "list_transform([$0], lambda {}: $1)[1]",
                quote_identifier(&row)
            ),
            true => format!("(SELECT $1 FROM (SELECT $0 AS {}))", quote_identifier(&row)),
        };
        let (ty, exact) = (value.ty.clone(), value.exact);
        let fields = Typed::new(Type::Struct(Vec::new()), Node::Struct(fields), span.clone());
        Ok(Typed {
            exact,
            ..Typed::apply(ty, template, vec![fields, value], span.clone())
        })
    }

    fn routine_body(
        &self,
        function: &CreateFunction,
        body: &Expr,
        arguments: &[Typed],
        scope: &Scope,
    ) -> Result<Typed, Error> {
        let mut inner = Scope::inside(Some(scope));
        inner.closed = true;
        for (parameter, argument) in function.parameters.iter().zip(arguments) {
            inner.star.push(ScopeColumn {
                name: parameter.name.text.clone(),
                expr: argument.clone(),
            });
        }
        self.lasting(BODY, || self.expression(body, &inner))
    }

    fn returns(&self, function: &CreateFunction) -> Result<Option<Type>, Error> {
        let span = &function.path.span;
        let ty = function.returns.as_ref();
        ty.map(|ty| self.data_type(ty, span)).transpose()
    }

    fn returned(&self, value: Typed, returns: Option<&Type>) -> Result<Typed, Error> {
        let value = match returns {
            Some(ty) => self.coerce(value, ty)?,
            None => value,
        };
        Ok(value.into_exact())
    }

    /// A function in `FROM`, if the path names one that a statement created: its rows
    pub fn routine_table(
        &self,
        path: &[String],
        arguments: &[FunctionArg],
        scope: &Scope,
        span: &Range<usize>,
    ) -> Result<Option<Output>, Error> {
        let Some(sql) = self.catalog.routine(path, span.clone())? else {
            return Ok(None);
        };
        let name = path.join(".");
        let function = self.definition(&sql, &name, span)?;
        let FunctionBody::Query(query) = &function.body else {
            let message = format!("`{name}` gives a value, not rows");
            return Err(self.invalid(message, span.clone()));
        };
        if arguments.len() != function.parameters.len() {
            let message = format!(
                "`{name}` takes {} arguments, not {}",
                function.parameters.len(),
                arguments.len()
            );
            return Err(self.error(code::INVALID_ARGUMENTS, message, span.clone()));
        }
        let mut inner = Scope::inside(Some(scope));
        inner.closed = true;
        let mut tables = Vec::new();
        for (argument, parameter) in arguments.iter().zip(&function.parameters) {
            let ParameterType::Table(columns) = &parameter.ty else {
                let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument else {
                    let message = format!("parameter `{}` takes a value", parameter.name.text);
                    return Err(self.invalid(message, span.clone()));
                };
                let value = self.expression(expr, scope)?;
                let value = match &parameter.ty {
                    ParameterType::One(ty) => {
                        let ty = self.data_type(ty, &value.span)?;
                        self.coerce(value, &ty)?
                    }
                    _ => value,
                };
                inner.star.push(ScopeColumn {
                    name: parameter.name.text.clone(),
                    expr: Typed {
                        literal: Literal::No,
                        ..value.into_exact()
                    },
                });
                continue;
            };
            let relation = self.table_argument(argument, scope, span)?;
            let relation = match columns {
                Some(ty) => self.fit_table(ty, relation, &parameter.name.text, span)?,
                None => relation,
            };
            let output = super::table_function::output_of(&relation);
            let alias = self.fresh("table");
            tables.push(format!(
                "{} AS (\n{}\n)",
                quote_identifier(&alias),
                super::query::indent(&relation.sql)
            ));
            inner.tables.push(CommonTable {
                name: parameter.name.text.clone(),
                physical: alias,
                columns: output.columns,
                value_table: false,
            });
        }
        let output = self.at_call(&name, span, || {
            let output = self.lasting(BODY, || self.query(query, Some(&inner)))?;
            self.returned_table(&function, self.expand_value_table(output))
        })?;
        if tables.is_empty() {
            return Ok(Some(output));
        }
        let sql = format!(
            "WITH {}\nSELECT *\nFROM (\n{}\n) AS \"_rows\"",
            tables.join(", "),
            super::query::indent(&output.sql)
        );
        Ok(Some(Output { sql, ..output }))
    }

    /// The columns of a table argument that a parameter names, in its order
    fn fit_table(
        &self,
        ty: &sqlparser::ast::DataType,
        relation: Relation,
        parameter: &str,
        span: &Range<usize>,
    ) -> Result<Relation, Error> {
        let alias = self.fresh("q");
        let mut items = Vec::new();
        let mut columns = Vec::new();
        for wanted in self.table_columns(ty, span)? {
            let name = wanted.physical.clone();
            let found = relation
                .columns
                .iter()
                .find(|column| super::scope::same(&column.name, &name));
            let Some(found) = found else {
                let message = format!("the table for `{parameter}` has no column `{name}`");
                return Err(self.mismatch(message, span.clone()));
            };
            let value = Typed::column(found.ty.clone(), &alias, &found.name, span.clone());
            let value = self.coerce(value, &wanted.ty)?.into_exact();
            items.push(format!("{} AS {}", value.sql(), quote_identifier(&name)));
            columns.push(crate::Column::new(name, wanted.ty));
        }
        let sql = super::query::over(&items, &relation.sql, &alias);
        Ok(Relation { sql, columns })
    }

    /// The columns of `TABLE<…>`
    fn table_columns(
        &self,
        ty: &sqlparser::ast::DataType,
        span: &Range<usize>,
    ) -> Result<Vec<OutputColumn>, Error> {
        let Type::Struct(fields) = self.data_type(ty, span)? else {
            return Err(self.invalid("TABLE needs columns", span.clone()));
        };
        fields
            .into_iter()
            .map(|field| match field.name {
                Some(name) => Ok(OutputColumn {
                    name: Some(name.clone()),
                    physical: name,
                    ty: field.ty,
                    literal: None,
                    origins: Default::default(),
                }),
                None => Err(self.invalid("each column of TABLE has a name", span.clone())),
            })
            .collect()
    }

    /// The rows of a table function as `RETURNS TABLE<…>` has them
    fn returned_table(&self, function: &CreateFunction, output: Output) -> Result<Output, Error> {
        let Some(ty) = &function.returns else {
            return Ok(output);
        };
        let span = &function.path.span;
        let relation = relation_of(output);
        let fitted = self.fit_table(ty, relation, &function.path.parts.join("."), span)?;
        Ok(super::table_function::output_of(&fitted))
    }

    /// Resolves a definition at a call: errors stand at the call, since the text is elsewhere
    fn at_call<T>(
        &self,
        name: &str,
        span: &Range<usize>,
        resolve: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let since = self.sites.borrow().mark();
        let told = self.told();
        let resolved = self.within(name, span, resolve);
        self.sites.borrow_mut().in_call(since, span);
        let at_call = |error: Error| Error {
            message: match error.message.starts_with("in `") {
                true => error.message,
                false => format!("in `{name}`: {}", error.message),
            },
            span: span.clone(),
            ..error
        };
        self.retell(told, at_call);
        resolved.map_err(at_call)
    }

    fn within<T>(
        &self,
        name: &str,
        span: &Range<usize>,
        resolve: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let known = OPEN.with_borrow(|open| open.iter().filter(|other| *other == name).count());
        // the definition is read, then resolved: a name stands here once
        if known > 0 {
            let message = format!("`{name}` calls itself");
            return Err(self.invalid(message, span.clone()));
        }
        OPEN.with_borrow_mut(|open| open.push(name.to_owned()));
        let result = resolve();
        OPEN.with_borrow_mut(|open| open.pop());
        result
    }
}

/// Whether a name in the argument might mean something else inside of the body, which has subqueries
fn is_caught(argument: &Typed, body: &str) -> bool {
    let caught = |one: &Typed| match &one.node {
        Node::Column { relation, .. } => body.contains(&quote_identifier(relation)),
        _ => false,
    };
    argument.sql().contains("SELECT") || find(argument, &caught).is_some()
}

/// What a definition makes
pub fn kind(function: &CreateFunction) -> FunctionKind {
    match (&function.body, function.aggregate) {
        (FunctionBody::Query(_), _) => FunctionKind::Table,
        (_, true) => FunctionKind::Aggregate,
        _ => FunctionKind::Scalar,
    }
}
