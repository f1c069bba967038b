//! Values of expressions, and variables that get them

use std::ops::Range;

use diagnostic::{code, did_you_mean};
use sqlparser::ast::{DataType, Expr};

use super::environment::Slot;
use super::failure::Failure;
use super::interpret::Script;
use super::tree::Target;
use crate::parse::statement::Name;
use crate::resolve::Resolver;
use crate::resolve::coerce::cost;
use crate::resolve::scope::Scope;
use crate::tree::Typed;
use crate::{Error, Type, quote_identifier, quote_string};

impl Script<'_> {
    pub fn declare(
        &mut self,
        names: &[Name],
        ty: Option<&DataType>,
        default: Option<&Expr>,
        span: &Range<usize>,
    ) -> Result<(), Failure> {
        for (at, name) in names.iter().enumerate() {
            let twice = names[..at]
                .iter()
                .any(|other| other.text.to_lowercase() == name.text.to_lowercase());
            if twice || self.environment.is_declared(&name.text) {
                let message = format!("variable `{}` is declared already", name.text);
                return Err(invalid(message, name.span.clone()));
            }
        }
        let mut typed = match ty {
            Some(ty) => Some(self.slot_of_type(ty, span)?),
            None => None,
        };
        let first = match default {
            Some(default) => self.evaluate(default, typed.as_ref(), span)?,
            None => match typed.take() {
                Some(slot) => slot,
                None => self.scratch(Type::Int64),
            },
        };
        // the expression is evaluated once for all of the names
        for name in &names[1..] {
            let mut copy = self.scratch(first.ty.clone());
            copy.limit.clone_from(&first.limit);
            copy.null = first.null;
            if !first.null {
                self.store(&copy, &first.variable().sql)?;
            }
            self.environment.declare(&name.text, copy);
        }
        if let Some(name) = names.first() {
            self.environment.declare(&name.text, first);
        }
        Ok(())
    }

    /// A slot for a variable of a type as written, whose parameters hold for every value
    pub fn slot_of_type(&mut self, ty: &DataType, span: &Range<usize>) -> Result<Slot, Failure> {
        let (ty, limit) = {
            let catalog = self.host.catalog(self.environment);
            let resolver = Resolver::new(&*catalog, span.clone());
            resolver.limited_type(ty, span)?
        };
        let mut slot = self.scratch(ty);
        slot.limit = limit;
        Ok(slot)
    }

    pub fn set(
        &mut self,
        targets: &[Target],
        tuple: bool,
        value: &Expr,
        span: &Range<usize>,
    ) -> Result<(), Failure> {
        for (at, target) in targets.iter().enumerate() {
            let name = |target: &Target| match target {
                Target::Variable(name) | Target::System(name) => name.text.to_lowercase(),
            };
            if targets[..at]
                .iter()
                .any(|other| name(other) == name(target))
            {
                let message = format!("`{}` is set twice", name(target));
                return Err(invalid(message, span.clone()));
            }
        }
        let written: Option<&[Expr]> = match value {
            _ if !tuple => Some(std::slice::from_ref(value)),
            Expr::Tuple(values) => Some(values),
            Expr::Nested(inner) if targets.len() == 1 => Some(std::slice::from_ref(inner)),
            _ => None,
        };
        let Some(values) = written else {
            return self.set_from_struct(targets, value, span);
        };
        if values.len() != targets.len() {
            let message = format!("{} values for {} variables", values.len(), targets.len());
            return Err(invalid(message, span.clone()));
        }
        // all values are known before the first variable changes
        let mut slots = Vec::new();
        for (target, value) in targets.iter().zip(values) {
            let wanted = self.wanted(target)?;
            slots.push(self.evaluate(value, Some(&wanted), span)?);
        }
        for (target, slot) in targets.iter().zip(slots) {
            self.give(target, slot)?;
        }
        Ok(())
    }

    fn set_from_struct(
        &mut self,
        targets: &[Target],
        value: &Expr,
        span: &Range<usize>,
    ) -> Result<(), Failure> {
        let whole = self.evaluate(value, None, span)?;
        let Type::Struct(fields) = &whole.ty else {
            let message = format!("expected a STRUCT for the variables, found {}", whole.ty);
            return Err(Error::new(code::TYPE_MISMATCH, message, span.clone()).into());
        };
        if fields.len() != targets.len() {
            let message = format!("{} values for {} variables", fields.len(), targets.len());
            return Err(invalid(message, span.clone()));
        }
        if whole.null {
            return Err(Failure::new(
                code::EXECUTION_FAILED,
                "a NULL struct cannot be assigned to several variables",
            ));
        }
        let fields = fields.clone();
        let mut slots = Vec::new();
        for (at, target) in targets.iter().enumerate() {
            let wanted = self.wanted(target)?;
            slots.push(self.field(&whole, &fields, at, &wanted, span)?);
        }
        self.forget(&whole.name)?;
        for (target, slot) in targets.iter().zip(slots) {
            self.give(target, slot)?;
        }
        Ok(())
    }

    /// The value of a field of a struct that stands in a slot, for a variable
    pub fn field(
        &mut self,
        whole: &Slot,
        fields: &[crate::Field],
        at: usize,
        wanted: &Slot,
        span: &Range<usize>,
    ) -> Result<Slot, Failure> {
        let sql = {
            let catalog = self.host.catalog(self.environment);
            let resolver = Resolver::new(&*catalog, span.clone());
            let ty = fields[at].ty.clone();
            let name = crate::type_text::physical_field(fields, at);
            let value = Typed::text(whole.ty.clone(), whole.variable().sql, span.clone());
            let field = resolver.struct_field(value, at, ty, &name, span.clone());
            assigned(&resolver, field, wanted)?.sql()
        };
        let mut slot = self.scratch(wanted.ty.clone());
        slot.limit.clone_from(&wanted.limit);
        slot.null = self.store(&slot, &sql)?;
        Ok(slot)
    }

    /// The type that a value for a target needs
    fn wanted(&self, target: &Target) -> Result<Slot, Failure> {
        match target {
            Target::Variable(name) => self.variable(name).cloned(),
            Target::System(name) if !SETTABLE.contains(&name.text.as_str()) => {
                Err(not_settable(name))
            }
            Target::System(_) => Ok(Slot {
                name: String::new(),
                ty: Type::String,
                null: true,
                limit: None,
            }),
        }
    }

    /// A variable that is to change
    pub fn variable(&self, name: &Name) -> Result<&Slot, Failure> {
        self.environment.find(&name.text).ok_or_else(|| {
            let message = format!("no variable `{}` is declared", name.text);
            let mut error = Error::new(code::UNKNOWN_COLUMN, message, name.span.clone());
            error.help = did_you_mean(&name.text, self.environment.names());
            error.into()
        })
    }

    fn give(&mut self, target: &Target, slot: Slot) -> Result<(), Failure> {
        match target {
            Target::Variable(name) => self.replace(&name.text, slot),
            Target::System(name) => {
                let read = format!("SELECT {}", slot.variable().sql);
                let value = match slot.null {
                    true => None,
                    false => self.host.value(&read)?,
                };
                self.forget(&slot.name)?;
                self.set_system(name, value)
            }
        }
    }

    /// A variable's value from now on
    pub fn replace(&mut self, name: &str, slot: Slot) -> Result<(), Failure> {
        let before = self
            .environment
            .find_mut(name)
            .map(|variable| std::mem::replace(variable, slot));
        match before {
            Some(before) => self.forget(&before.name),
            None => Ok(()),
        }
    }

    fn set_system(&mut self, name: &Name, value: Option<String>) -> Result<(), Failure> {
        let settings = &mut self.environment.settings;
        let text = |value: Option<String>| {
            value.ok_or_else(|| {
                invalid(format!("`{}` cannot be NULL", name.text), name.span.clone())
            })
        };
        match name.text.as_str() {
            "@@time_zone" => {
                let zone = text(value)?;
                if !crate::value::zone::is_known(&zone) {
                    let message = format!("no time zone `{zone}`");
                    return Err(invalid(message, name.span.clone()));
                }
                settings.time_zone = zone;
            }
            "@@dataset_id" => settings.dataset_id = value,
            "@@dataset_project_id" => settings.dataset_project_id = Some(text(value)?),
            "@@query_label" => settings.query_label = value,
            "@@reservation" => settings.reservation = value,
            "@@location" => settings.location = Some(text(value)?),
            _ => return Err(not_settable(name)),
        }
        self.host.configure(&self.environment.settings);
        Ok(())
    }

    /// Puts the value of an expression into a new slot, for a variable where one is given
    pub fn evaluate(
        &mut self,
        expr: &Expr,
        wanted: Option<&Slot>,
        span: &Range<usize>,
    ) -> Result<Slot, Failure> {
        let (sql, ty) = {
            let catalog = self.host.catalog(self.environment);
            let resolver = Resolver::new(&*catalog, span.clone());
            let value = scalar(&resolver, expr)?;
            let value = match wanted {
                Some(wanted) => assigned(&resolver, value, wanted)?,
                None => value.into_exact(),
            };
            resolver.refuse_unfiltered()?;
            (value.sql(), value.ty)
        };
        let mut slot = self.scratch(ty);
        slot.limit = wanted.and_then(|wanted| wanted.limit.clone());
        slot.null = self.store(&slot, &sql)?;
        Ok(slot)
    }

    /// Puts the value of DuckDB SQL into a slot; true when it is NULL
    pub fn store(&mut self, slot: &Slot, sql: &str) -> Result<bool, Failure> {
        let name = quote_identifier(&slot.name);
        self.host
            .execute(&format!("SET VARIABLE {name} = (SELECT {sql})"))?;
        let read = format!("SELECT getvariable({}) IS NULL", quote_string(&slot.name));
        Ok(self.host.value(&read)?.as_deref() == Some("true"))
    }

    /// Frees a slot
    pub fn forget(&mut self, slot: &str) -> Result<(), Failure> {
        self.host
            .execute(&format!("RESET VARIABLE {}", quote_identifier(slot)))
    }

    /// Whether a condition is TRUE; NULL is not
    pub fn holds(
        &mut self,
        condition: &Expr,
        what: &str,
        span: &Range<usize>,
    ) -> Result<bool, Failure> {
        let sql = {
            let catalog = self.host.catalog(self.environment);
            let resolver = Resolver::new(&*catalog, span.clone());
            let condition = resolver.condition(condition, &Scope::default(), what)?;
            resolver.before_grouping(&condition, what)?;
            resolver.refuse_unfiltered()?;
            condition.sql()
        };
        let value = self.host.value(&format!("SELECT {sql}"))?;
        Ok(value.as_deref() == Some("true"))
    }

    /// Whether a variable equals a value
    pub fn equals(
        &mut self,
        variable: &str,
        candidate: &Expr,
        span: &Range<usize>,
    ) -> Result<bool, Failure> {
        // NULL equals nothing, and the operator takes no literal NULL
        if matches!(candidate, Expr::Value(value) if value.value == sqlparser::ast::Value::Null) {
            return Ok(false);
        }
        let comparison = Expr::BinaryOp {
            left: Box::new(Expr::Identifier(sqlparser::ast::Ident {
                span: crate::lex::span_of(span),
                ..sqlparser::ast::Ident::with_quote('`', variable)
            })),
            op: sqlparser::ast::BinaryOperator::Eq,
            right: Box::new(candidate.clone()),
        };
        self.holds(&comparison, "CASE", span)
    }

    /// The text that an expression gives
    pub fn text_of(
        &mut self,
        expr: &Expr,
        what: &str,
        span: &Range<usize>,
    ) -> Result<Option<String>, Failure> {
        let sql = {
            let catalog = self.host.catalog(self.environment);
            let resolver = Resolver::new(&*catalog, span.clone());
            let value = scalar(&resolver, expr)?;
            if value.ty != Type::String && !value.is_null_literal() {
                let message = format!("{what} must be STRING, found {}", value.ty);
                return Err(Error::new(code::TYPE_MISMATCH, message, value.span).into());
            }
            resolver.refuse_unfiltered()?;
            resolver.coerce(value, &Type::String)?.sql()
        };
        self.host.value(&format!("SELECT {sql}"))
    }
}

/// The system variables that `SET` takes
const SETTABLE: &[&str] = &[
    "@@time_zone",
    "@@dataset_id",
    "@@dataset_project_id",
    "@@query_label",
    "@@reservation",
    "@@location",
];

fn not_settable(name: &Name) -> Failure {
    invalid(format!("`{}` cannot be set", name.text), name.span.clone())
}

/// An expression outside of a query
fn scalar(resolver: &Resolver, expr: &Expr) -> Result<Typed, Error> {
    let value = resolver.expression(expr, &Scope::default())?;
    resolver.before_grouping(&value, "script's expression")?;
    Ok(value)
}

/// A value as a variable takes it
fn assigned(resolver: &Resolver, value: Typed, wanted: &Slot) -> Result<Typed, Error> {
    if cost(&value, &wanted.ty).is_none() {
        let message = format!("the variable is {}, the value {}", wanted.ty, value.ty);
        return Err(Error::new(code::TYPE_MISMATCH, message, value.span));
    }
    let value = resolver.coerce(value, &wanted.ty)?.into_exact();
    Ok(match &wanted.limit {
        Some(limit) => held(value, limit),
        None => value,
    })
}

/// A value, held to the length or precision of a parameterized type
pub fn held(value: Typed, limit: &str) -> Typed {
    let (ty, span) = (value.ty.clone(), value.span.clone());
    Typed::apply(ty, limit.to_owned(), vec![value], span)
}

fn invalid(message: impl Into<String>, span: Range<usize>) -> Failure {
    Error::new(code::SQL_INVALID, message, span).into()
}
