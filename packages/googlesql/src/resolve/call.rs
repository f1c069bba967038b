//! Calls: the function table's signatures against arguments, and what stands around them

use std::ops::Range;

use diagnostic::{code, did_you_mean};
use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator,
    FunctionArgumentClause, FunctionArguments, Ident, NullTreatment,
};

use super::Resolver;
use super::coerce::{cost, supertype};
use super::findings::uncertain;
use super::scope::Scope;
use crate::functions::{self, Kind, Row, Shape};
use crate::tree::{Literal, Node, Typed};
use crate::{Error, Type};

/// A call's arguments and clauses, not yet resolved
pub struct Call<'c> {
    /// Upper case
    pub name: String,
    pub arguments: Vec<&'c Expr>,
    /// Those given as `name => value`
    pub named: Vec<(&'c Ident, &'c Expr)>,
    /// `f(*)`
    pub star: bool,
    pub distinct: bool,
    pub clauses: &'c [FunctionArgumentClause],
    pub function: &'c Function,
    pub span: Range<usize>,
}

impl Resolver<'_> {
    pub fn call(
        &self,
        function: &Function,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let path = self.path_parts(&function.name)?;
        let mut name = path.join(".").to_ascii_uppercase();
        let safe = name.starts_with("SAFE.");
        if safe {
            name = name["SAFE.".len()..].to_owned();
        }
        let name_span = self.span(&function.name);
        let span = name_span.start.min(span.start)..span.end;
        let known = functions::find(&name);
        if known.is_none() {
            let own = &path[usize::from(safe)..];
            if let Some(value) = self.routine_call(own, function, scope, &span)? {
                return match safe {
                    false => Ok(value),
                    true => Err(self.invalid("SAFE is not allowed on functions of users", span)),
                };
            }
        }
        if function.filter.is_some()
            || !function.within_group.is_empty()
            || !matches!(function.parameters, FunctionArguments::None)
        {
            return Err(self.invalid("this clause is not GoogleSQL", span));
        }
        if let FunctionArguments::Subquery(query) = &function.args {
            return match name.as_str() {
                "ARRAY" => self.array_subquery(query, scope, span),
                _ => {
                    let value = self.scalar_subquery(query, scope, span.clone())?;
                    self.apply_function(&name, vec![value], span)
                }
            };
        }
        if name.starts_with(super::analytic::FITTED) && self.fitted.get() {
            let call = self.arguments(name, function, span)?;
            return self.fitted_call(&call, scope);
        }
        let Some(known) = known else {
            if self.may_exist_elsewhere(&path) {
                let call = self.arguments(name, function, span.clone())?;
                self.all(call.arguments.iter().copied(), scope)?;
                return Ok(Typed::unknown(span));
            }
            return Err(self.unknown_function(&name, &path.join("."), name_span));
        };
        if let functions::Function::Refused(reason) = known {
            let message = format!("{name} is not supported by the embedded engine: {reason}");
            return Err(self.error(code::SQL_UNSUPPORTED, message, span));
        }
        let call = self.arguments(name, function, span)?;
        let value = match known {
            functions::Function::Special(named) => {
                self.only_named(&call, named)?;
                self.special(&call, scope)?
            }
            functions::Function::Rows(rows) => self.rows(&call, rows, scope)?,
            functions::Function::Refused(_) => return Err(self.unsupported("this", call.span)),
        };
        if !safe {
            return Ok(value);
        }
        if value.literal == Literal::Error {
            return Ok(Typed::null(value.ty, call.span));
        }
        let value = match value.node {
            Node::Aggregate(_) => self.outside_of_aggregates(value),
            _ => value,
        };
        Ok(self.attempt(Typed {
            span: call.span,
            ..value
        }))
    }

    fn unknown_function(&self, name: &str, written: &str, span: Range<usize>) -> Error {
        if name == "UNNEST" {
            let message = "UNNEST gives rows: it belongs into FROM, or behind IN";
            return self.invalid(message, span);
        }
        let error = self.error(
            code::UNKNOWN_FUNCTION,
            format!("no function `{written}`"),
            span,
        );
        match did_you_mean(name, functions::names()) {
            Some(help) => error.help(help),
            None => error,
        }
    }

    fn arguments<'c>(
        &self,
        name: String,
        function: &'c Function,
        span: Range<usize>,
    ) -> Result<Call<'c>, Error> {
        let mut call = Call {
            name,
            arguments: Vec::new(),
            named: Vec::new(),
            star: false,
            distinct: false,
            clauses: &[],
            function,
            span,
        };
        if let FunctionArguments::List(list) = &function.args {
            call.distinct = list.duplicate_treatment == Some(DuplicateTreatment::Distinct);
            call.clauses = &list.clauses;
            for argument in &list.args {
                match argument {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => call.arguments.push(expr),
                    FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => call.star = true,
                    FunctionArg::Named {
                        name,
                        arg: FunctionArgExpr::Expr(value),
                        operator: FunctionArgOperator::RightArrow,
                    } => call.named.push((name, value)),
                    _ => {
                        let message = format!("this form of an argument of {}", call.name);
                        return Err(self.unsupported(message, call.span));
                    }
                }
            }
        }
        if call.star && (call.name != "COUNT" || !call.arguments.is_empty() || call.distinct) {
            let message = format!("{} takes no `*`", call.name);
            return Err(self.error(code::INVALID_ARGUMENTS, message, call.span));
        }
        Ok(call)
    }

    /// Each named argument is one of these, and given once
    fn only_named(&self, call: &Call, known: &[&str]) -> Result<(), Error> {
        for (at, (name, _)) in call.named.iter().enumerate() {
            let own = |other: &str| name.value.eq_ignore_ascii_case(other);
            let twice = call.named[..at].iter().any(|(other, _)| own(&other.value));
            if twice || !known.iter().any(|known| own(known)) {
                let what = if twice { "twice an" } else { "no" };
                let message = format!("{} has {what} argument `{}`", call.name, name.value);
                return Err(self.error(code::INVALID_ARGUMENTS, message, self.ident_span(name)));
            }
        }
        Ok(())
    }

    fn rows(&self, call: &Call, rows: &'static [Row], scope: &Scope) -> Result<Typed, Error> {
        if call.star {
            return self.count_rows(call, scope);
        }
        let named = rows
            .iter()
            .map(|row| row.named.as_slice())
            .find(|named| named.len() == call.named.len())
            .unwrap_or_default();
        self.only_named(call, named)?;
        let named = named.iter().filter_map(|name| call.named(name));
        let given = call.arguments.iter().copied().chain(named);
        let arguments = self.all(given, scope)?;
        // Rows with names come last
        let start = rows.iter().position(|row| !row.named.is_empty());
        let rows = match (call.named.is_empty(), start) {
            (_, None) => rows,
            (true, Some(start)) => &rows[..start],
            (false, Some(start)) => &rows[start..],
        };
        let row = self.pick(&call.name, rows, &arguments, &call.span)?;
        match row.kind {
            Kind::Scalar => {
                self.only_scalar(call)?;
                if let (
                    "JSON_QUERY"
                    | "JSON_VALUE"
                    | "JSON_EXTRACT"
                    | "JSON_EXTRACT_SCALAR"
                    | "JSON_QUERY_ARRAY"
                    | "JSON_VALUE_ARRAY"
                    | "JSON_EXTRACT_ARRAY"
                    | "JSON_EXTRACT_STRING_ARRAY",
                    Some(path),
                ) = (call.name.as_str(), arguments.get(1))
                    && super::grouping::has_column(path)
                {
                    let message = format!("the path of {} is a constant", call.name);
                    return Err(self.invalid(message, path.span.clone()));
                }
                let open = open_result(rows, &arguments);
                let value = self.apply_row(row, arguments, call.span.clone())?;
                Ok(with_type(value, open))
            }
            Kind::Aggregate | Kind::Window => {
                if let Some(reason) = row.template.strip_prefix('!') {
                    return Err(self.unsupported(reason, call.span.clone()));
                }
                let result = open_result(rows, &arguments);
                let (arguments, bound) = self.bind(row, arguments, &call.span)?;
                let result = result.unwrap_or(bound);
                self.aggregate(
                    call,
                    row.kind,
                    row.template.into(),
                    arguments,
                    result,
                    scope,
                )
            }
        }
    }

    /// Aggregate clauses and `OVER` do not belong to a scalar function
    pub fn only_scalar(&self, call: &Call) -> Result<(), Error> {
        let plain = !call.distinct
            && call.clauses.is_empty()
            && call.function.over.is_none()
            && call.function.null_treatment.is_none();
        match plain {
            true => Ok(()),
            false => {
                let message = format!("{} is no aggregate function", call.name);
                Err(self.invalid(message, call.span.clone()))
            }
        }
    }

    /// A scalar function of the table over resolved arguments
    pub fn apply_function(
        &self,
        name: &str,
        arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        match functions::find(name) {
            Some(functions::Function::Rows(rows)) => {
                let row = self.pick(name, rows, &arguments, &span)?;
                match row.kind {
                    Kind::Scalar => {
                        let open = open_result(rows, &arguments);
                        Ok(with_type(self.apply_row(row, arguments, span)?, open))
                    }
                    _ => Err(self.invalid(format!("{name} is not allowed here"), span)),
                }
            }
            Some(_) => Err(self.unsupported(format!("this form of {name}"), span)),
            None => Err(self.unknown_function(name, name, span)),
        }
    }

    fn apply_row(
        &self,
        row: &'static Row,
        arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let (arguments, result) = self.bind(row, arguments, &span)?;
        if let Some(reason) = row.template.strip_prefix('!') {
            return Err(self.unsupported(reason, span));
        }
        let template = without_empty_case(row.template, &arguments);
        let template: std::borrow::Cow<'static, str> = match template.contains("@zone") {
            true => template
                .replace("@zone", &crate::quote_string(&self.zone))
                .into(),
            false => template.into(),
        };
        let utc = row.result == Shape::Utc;
        let ty = if utc { Type::DateTime } else { result };
        let plain = row.template.contains("gs_") && !arguments.iter().any(Typed::is_null_constant);
        let value = Typed::apply(ty, template, arguments, span);
        let value = Typed {
            exact: value.exact || plain,
            ..value
        };
        let value = self.steady(value);
        Ok(match utc {
            true => self.instant(value),
            false => value,
        })
    }

    /// The cheapest signature that takes the arguments
    fn pick(
        &self,
        name: &str,
        rows: &'static [Row],
        arguments: &[Typed],
        span: &Range<usize>,
    ) -> Result<&'static Row, Error> {
        let best = rows
            .iter()
            .filter_map(|row| Some((signature_cost(row, arguments)?, row)))
            .min_by_key(|(cost, row)| (*cost, row.template.starts_with('!')));
        if let Some((_, row)) = best {
            return Ok(row);
        }
        let count = arguments.len();
        if !rows.iter().any(|row| takes(row, count)) {
            let message = format!(
                "{name} does not take {count} argument{}",
                if count == 1 { "" } else { "s" }
            );
            let error = self.error(code::INVALID_ARGUMENTS, message, span.clone());
            self.tell(error.clone());
            return Err(error);
        }
        let types: Vec<_> = arguments.iter().map(|one| one.ty.to_string()).collect();
        let message = format!("{name} has no form for ({})", types.join(", "));
        Err(self.mismatch(message, span.clone()))
    }

    /// Converts arguments to a signature's types; gives the result's type
    fn bind(
        &self,
        row: &Row,
        arguments: Vec<Typed>,
        span: &Range<usize>,
    ) -> Result<(Vec<Typed>, Type), Error> {
        let variables = variables(row, &arguments)
            .ok_or_else(|| self.mismatch("arguments have no common type", span.clone()))?;
        let lookup = |letter: char| {
            variables
                .iter()
                .find(|(own, _)| *own == letter)
                .map(|(_, ty)| ty.clone())
        };
        let mut bound = Vec::new();
        for (at, argument) in arguments.into_iter().enumerate() {
            let argument = match parameter(row, at) {
                Some(Shape::Exact(ty)) => self.coerce(argument, ty)?,
                Some(Shape::Variable(letter)) => match lookup(*letter) {
                    Some(ty) => self.coerce(argument, &ty)?,
                    None => argument,
                },
                Some(Shape::ArrayOf(letter)) => match lookup(*letter) {
                    Some(ty) => self.coerce(argument, &Type::Array(Box::new(ty)))?,
                    None => argument,
                },
                Some(Shape::Utc) => self.utc(self.coerce(argument, &Type::Timestamp)?),
                Some(Shape::Any) | None => argument,
            };
            // A bare NULL has no type that DuckDB could pick a function by
            bound.push(match argument.is_null_literal() {
                true => argument.into_exact(),
                false => argument,
            });
        }
        let result = match &row.result {
            Shape::Exact(ty) => ty.clone(),
            Shape::Variable(letter) => lookup(*letter).unwrap_or(Type::Int64),
            Shape::ArrayOf(letter) => Type::Array(Box::new(lookup(*letter).unwrap_or(Type::Int64))),
            Shape::Utc => Type::Timestamp,
            Shape::Any => Type::Int64,
        };
        Ok((bound, result))
    }
}

impl<'c> Call<'c> {
    /// The value of a named argument
    pub fn named(&self, name: &str) -> Option<&'c Expr> {
        let own = |other: &Ident| other.value.eq_ignore_ascii_case(name);
        self.named
            .iter()
            .find(|(other, _)| own(other))
            .map(|(_, value)| *value)
    }

    /// `IGNORE NULLS` or `RESPECT NULLS`, wherever it stands
    pub fn nulls(&self) -> Option<NullTreatment> {
        let inside = self.clauses.iter().find_map(|clause| match clause {
            FunctionArgumentClause::IgnoreOrRespectNulls(treatment) => Some(*treatment),
            _ => None,
        });
        inside.or(self.function.null_treatment)
    }
}

/// The result's type where arguments of unknown types fit forms with several results
fn open_result(rows: &[Row], arguments: &[Typed]) -> Option<Type> {
    if !uncertain(arguments) {
        return None;
    }
    let mut fitting = rows
        .iter()
        .filter(|row| signature_cost(row, arguments).is_some())
        .map(|row| &row.result);
    let first = fitting.next()?;
    let open = fitting.any(|other| other != first);
    open.then_some(Type::Unknown)
}

fn with_type(value: Typed, open: Option<Type>) -> Typed {
    match open {
        Some(ty) => Typed { ty, ..value },
        None => value,
    }
}

fn takes(row: &Row, count: usize) -> bool {
    match row.repeated {
        true => count + 1 >= row.parameters.len(),
        false => count == row.parameters.len(),
    }
}

fn parameter(row: &Row, at: usize) -> Option<&Shape> {
    row.parameters
        .get(at)
        .or_else(|| row.parameters.last().filter(|_| row.repeated))
}

fn signature_cost(row: &Row, arguments: &[Typed]) -> Option<u32> {
    if !takes(row, arguments.len()) {
        return None;
    }
    let variables = variables(row, arguments)?;
    let mut total = 0;
    for (at, argument) in arguments.iter().enumerate() {
        total += match parameter(row, at)? {
            Shape::Exact(ty) => cost(argument, ty)?.0,
            Shape::Utc => cost(argument, &Type::Timestamp)?.0,
            Shape::Variable(letter) => {
                let ty = &variables.iter().find(|(own, _)| own == letter)?.1;
                cost(argument, ty)?.0 + 1
            }
            Shape::ArrayOf(letter) => {
                let ty = &variables.iter().find(|(own, _)| own == letter)?.1;
                cost(argument, &Type::Array(Box::new(ty.clone())))?.0 + 1
            }
            Shape::Any => 1,
        };
    }
    Some(total)
}

/// What the type variables of a signature stand for
fn variables(row: &Row, arguments: &[Typed]) -> Option<Vec<(char, Type)>> {
    let mut found: Vec<(char, Type)> = Vec::new();
    let varies = |shape: &Shape| matches!(shape, Shape::Variable(_) | Shape::ArrayOf(_));
    if !row.parameters.iter().any(varies) && !varies(&row.result) {
        return Some(found);
    }
    for letter in ['T', 'U'] {
        let direct: Vec<&Typed> = arguments
            .iter()
            .enumerate()
            .filter(|(at, _)| parameter(row, *at) == Some(&Shape::Variable(letter)))
            .map(|(_, argument)| argument)
            .collect();
        let known = |argument: &Typed| argument.literal != Literal::EmptyArray || direct.is_empty();
        let element = arguments.iter().enumerate().find_map(|(at, argument)| {
            match (parameter(row, at), &argument.ty) {
                (Some(Shape::ArrayOf(own)), Type::Array(element))
                    if *own == letter && known(argument) =>
                {
                    Some(element.as_ref().clone())
                }
                _ => None,
            }
        });
        match (element, direct.is_empty()) {
            (Some(ty), _) => found.push((letter, ty)),
            (None, false) => found.push((letter, supertype(direct.iter().copied())?)),
            (None, true) if arguments.iter().any(|one| one.ty == Type::Unknown) => {
                found.push((letter, Type::Unknown));
            }
            (None, true) => {
                let wanted = row.parameters.contains(&Shape::ArrayOf(letter));
                if wanted {
                    let null = arguments.iter().any(Typed::is_null_literal);
                    null.then(|| found.push((letter, Type::Int64)))?;
                }
            }
        }
    }
    Some(found)
}

/// A template whose case for an empty `$1` goes where that is a text with something in it
fn without_empty_case(template: &'static str, arguments: &[Typed]) -> &'static str {
    let text = arguments.get(1).map(|one| &one.literal);
    let filled = matches!(text, Some(Literal::Text(text)) if !text.is_empty());
    let cases = template
        .strip_prefix("CASE WHEN $1 = '' THEN ")
        .and_then(|rest| rest.split_once(" ELSE "));
    match cases.and_then(|(_, other)| other.strip_suffix(" END")) {
        Some(other) if filled => other,
        _ => template,
    }
}
