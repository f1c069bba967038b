//! One expression of sqlparser's tree to a typed one

use sqlparser::ast::{CeilFloorKind, Expr, TrimWhereField, UnaryOperator};

use super::Resolver;
use super::pipe::marked;
use super::scope::Scope;
use crate::parse::mark;
use crate::tree::{Literal, Typed};
use crate::weight;
use crate::{Error, Field, Type};

impl Resolver<'_> {
    pub fn expression(&self, expr: &Expr, scope: &Scope) -> Result<Typed, Error> {
        let since = self.mark();
        let value = self
            .deeper(|| self.any_expression(expr, scope))
            .and_then(|value| self.held_short(value));
        if let Ok(value) = &value {
            self.read(value);
            self.sites.borrow_mut().note(value);
        }
        self.recovered(since, value, || self.unresolved(since, self.span(expr)))
    }

    /// Refuses an expression of which the engine would get too much SQL
    fn held_short(&self, value: Typed) -> Result<Typed, Error> {
        if value.weight <= weight::LONGEST {
            return Ok(value);
        }
        let what = "an expression of more than 4 MiB of the engine's SQL";
        let help =
            "calls within calls multiply: compute the inner ones in a query that this one reads";
        Err(self.unsupported(what, value.span).help(help))
    }

    fn any_expression(&self, expr: &Expr, scope: &Scope) -> Result<Typed, Error> {
        let span = || self.span(expr);
        match expr {
            Expr::Identifier(name) => self.name_path(std::slice::from_ref(name), scope),
            Expr::CompoundIdentifier(path) => self.name_path(path, scope),
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.access(root, access_chain, scope)
            }
            Expr::Value(value) => self.literal(value),
            Expr::TypedString(typed) => self.typed_string(typed),
            Expr::Nested(inner) => self.expression(inner, scope),
            Expr::Array(array) => self.array(array, scope, span()),
            Expr::Struct { values, fields } => self.struct_of(values, fields, scope, span()),
            Expr::Tuple(values) => self.tuple(values, scope, span()),
            Expr::Interval(interval) => self.interval(interval, scope, span()),
            Expr::UnaryOp { op, expr: operand } => self.unary(*op, operand, scope, span()),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, scope, span()),
            Expr::IsNull(operand) => self.is_null(operand, "$0 IS NULL", scope, span()),
            Expr::IsNotNull(operand) => self.is_null(operand, "$0 IS NOT NULL", scope, span()),
            Expr::IsTrue(operand) => self.is_bool(operand, "$0 IS TRUE", scope, span()),
            Expr::IsNotTrue(operand) => self.is_bool(operand, "$0 IS NOT TRUE", scope, span()),
            Expr::IsFalse(operand) => self.is_bool(operand, "$0 IS FALSE", scope, span()),
            Expr::IsNotFalse(operand) => self.is_bool(operand, "$0 IS NOT FALSE", scope, span()),
            Expr::IsUnknown(operand) => self.is_bool(operand, "$0 IS NULL", scope, span()),
            Expr::IsNotUnknown(operand) => self.is_bool(operand, "$0 IS NOT NULL", scope, span()),
            Expr::IsDistinctFrom(left, right) => self.distinct(left, right, true, scope, span()),
            Expr::IsNotDistinctFrom(left, right) => {
                self.distinct(left, right, false, scope, span())
            }
            Expr::Between {
                expr: operand,
                negated,
                low,
                high,
            } => self.between(operand, low, high, *negated, scope, span()),
            Expr::Like {
                negated,
                any: false,
                expr: operand,
                pattern,
                escape_char: None,
            } => self.like(operand, pattern, *negated, scope, span()),
            Expr::InList {
                expr: operand,
                list,
                negated,
            } => self.in_list(operand, list, *negated, scope, span()),
            Expr::InSubquery {
                expr: operand,
                subquery,
                negated,
            } => self.in_subquery(operand, subquery, *negated, scope, span()),
            Expr::InUnnest {
                expr: operand,
                array_expr,
                negated,
            } => self.in_unnest(operand, array_expr, *negated, scope, span()),
            Expr::Case {
                operand,
                conditions,
                else_result,
                ..
            } => self.case(
                operand.as_deref(),
                conditions,
                else_result.as_deref(),
                scope,
                span(),
            ),
            Expr::Cast {
                kind,
                expr: operand,
                data_type,
                format,
            } => self.cast_expression(kind, operand, data_type, format.as_ref(), scope, span()),
            Expr::Extract {
                field,
                expr: operand,
                ..
            } => self.extract(field, operand, scope, span()),
            Expr::Ceil {
                expr: operand,
                field,
            } => self.ceil_floor("CEIL", operand, field, scope, span()),
            Expr::Floor {
                expr: operand,
                field,
            } => self.ceil_floor("FLOOR", operand, field, scope, span()),
            Expr::Substring {
                expr: operand,
                substring_from: from,
                substring_for,
                ..
            } => {
                let operands = [Some(operand), from.as_ref(), substring_for.as_ref()];
                let arguments = self.all(operands.into_iter().flatten().map(Box::as_ref), scope)?;
                self.apply_function("SUBSTR", arguments, span())
            }
            Expr::Trim {
                trim_where,
                trim_what: None,
                expr: operand,
                trim_characters,
            } => {
                let name = match trim_where {
                    None | Some(TrimWhereField::Both) => "TRIM",
                    Some(TrimWhereField::Leading) => "LTRIM",
                    Some(TrimWhereField::Trailing) => "RTRIM",
                };
                let characters = trim_characters.iter().flatten();
                let operands = std::iter::once(operand.as_ref()).chain(characters);
                let arguments = self.all(operands, scope)?;
                self.apply_function(name, arguments, span())
            }
            Expr::Function(function) => match marked(function) {
                Some((mark::LET, parts)) => self.let_expression(&parts.exprs, scope, span()),
                Some(_) => Err(self.invalid("this is not allowed here", span())),
                None => self.with_keys(|| self.call(function, scope, span())),
            },
            Expr::Exists { subquery, negated } => self.exists(subquery, *negated, scope, span()),
            Expr::Subquery(query) => self.scalar_subquery(query, scope, span()),
            Expr::Named { expr: value, .. } => {
                let _ = value;
                Err(self.invalid("an alias is not allowed here", span()))
            }
            Expr::AtTimeZone { .. } => Err(self.invalid(
                "`AT TIME ZONE` is allowed in EXTRACT, FORMAT and CAST only",
                span(),
            )),
            Expr::Wildcard(_) | Expr::QualifiedWildcard(..) => {
                Err(self.invalid("`*` is not allowed here", span()))
            }
            Expr::Lambda(_) => Err(self.invalid("a lambda is not allowed here", span())),
            _ => Err(self.unsupported("this kind of expression", span())),
        }
    }

    /// `(a, b)`: a struct whose fields have no names
    fn tuple(
        &self,
        values: &[Expr],
        scope: &Scope,
        span: std::ops::Range<usize>,
    ) -> Result<Typed, Error> {
        let values = self.all(values, scope)?;
        let fields = values
            .iter()
            .map(|value| Field {
                name: None,
                ty: value.ty.clone(),
            })
            .collect();
        self.struct_value(fields, values, span)
    }

    pub fn all<'e>(
        &self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        scope: &Scope,
    ) -> Result<Vec<Typed>, Error> {
        exprs
            .into_iter()
            .map(|expr| self.expression(expr, scope))
            .collect()
    }

    /// An expression that must be BOOL
    pub fn condition(&self, expr: &Expr, scope: &Scope, place: &str) -> Result<Typed, Error> {
        let value = self.expression(expr, scope)?;
        self.filtered_by(&value.origins);
        let known = value.ty.is_known();
        if known && value.ty != Type::Bool && !value.is_null_literal() {
            let message = format!("{place} must be BOOL, found {}", value.ty);
            let error = self.mismatch(message, value.span.clone());
            let fallback = || Typed {
                ty: Type::Bool,
                ..value
            };
            return self.recovered(self.mark(), Err(error), fallback);
        }
        self.coerce(value, &Type::Bool)
    }

    fn ceil_floor(
        &self,
        name: &str,
        operand: &Expr,
        field: &CeilFloorKind,
        scope: &Scope,
        span: std::ops::Range<usize>,
    ) -> Result<Typed, Error> {
        match field {
            CeilFloorKind::DateTimeField(sqlparser::ast::DateTimeField::NoDateTime) => {
                let operand = self.expression(operand, scope)?;
                self.apply_function(name, vec![operand], span)
            }
            _ => Err(self.invalid(format!("{name} takes one argument"), span)),
        }
    }

    fn unary(
        &self,
        op: UnaryOperator,
        operand: &Expr,
        scope: &Scope,
        span: std::ops::Range<usize>,
    ) -> Result<Typed, Error> {
        if let (UnaryOperator::Minus, Expr::Value(value)) = (op, operand)
            && let sqlparser::ast::Value::Number(text, _) = &value.value
        {
            return self.number(&format!("-{text}"), span);
        }
        if super::operator::is_null(operand) {
            return Err(self.null_operand(op, span));
        }
        let operand = self.expression(operand, scope)?;
        let operand = match (op, &operand.literal) {
            (UnaryOperator::BitwiseNot, Literal::Text(_)) => self.coerce(operand, &Type::Bytes)?,
            _ => operand,
        };
        match op {
            UnaryOperator::Not => {
                let operand = self.coerce(operand, &Type::Bool)?;
                Ok(Typed::apply(Type::Bool, "NOT $0", vec![operand], span))
            }
            UnaryOperator::Plus if is_number(&operand.ty) => Ok(operand),
            UnaryOperator::Minus if operand.ty == Type::BigNumeric => {
                let (ty, template) = (Type::BigNumeric, "gs_bignumeric_negate($0)");
                Ok(Typed::apply(ty, template, vec![operand], span))
            }
            UnaryOperator::Minus if is_number(&operand.ty) => {
                let operand = operand.into_exact();
                Ok(Typed::apply(operand.ty.clone(), "-$0", vec![operand], span))
            }
            UnaryOperator::Minus if operand.ty == Type::Interval => {
                let template = "gs_interval_negate($0)";
                Ok(Typed::apply(Type::Interval, template, vec![operand], span))
            }
            UnaryOperator::BitwiseNot if operand.ty == Type::Int64 => {
                let operand = operand.into_exact();
                Ok(Typed::apply(Type::Int64, "~$0", vec![operand], span))
            }
            UnaryOperator::BitwiseNot if operand.ty == Type::Bytes => Ok(Typed::apply(
                Type::Bytes,
                "gs_bytes_not($0)",
                vec![operand],
                span,
            )),
            other => Err(self.mismatch(
                format!("operator `{other}` has no form for {}", operand.ty),
                span,
            )),
        }
    }
}

pub fn is_number(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Int64 | Type::Float64 | Type::Numeric | Type::BigNumeric
    )
}
