//! `CALL`: a procedure with its arguments

use std::collections::BTreeMap;
use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::Expr;

use super::assign::held;
use super::environment::Slot;
use super::failure::Failure;
use super::interpret::{Script, unknown_procedure};
use super::tree::{CreateProcedure, Mode, Parameter, Procedural};
use crate::Error;
use crate::lex::range_of;
use crate::parse::statement::{Kind, Name, Path};
use crate::tree::Typed;

/// How deep procedures may call procedures, as on BigQuery
const DEPTH: usize = 50;

impl Script<'_> {
    pub fn call(
        &mut self,
        path: &Path,
        arguments: &[Expr],
        span: &Range<usize>,
    ) -> Result<(), Failure> {
        if let [system, name @ ..] = path.parts.as_slice()
            && system.eq_ignore_ascii_case("BQ")
        {
            return self.system_procedure(path, &name.join("."), arguments, span);
        }
        let name = self.procedure_name(path, span)?;
        let written = path.parts.join(".");
        let Some(definition) = self.host.procedure(&name)? else {
            return Err(unknown_procedure(path));
        };
        if self.environment.calls() >= DEPTH {
            let message = format!("procedures call each other deeper than {DEPTH} levels");
            return Err(Failure::new(code::EXECUTION_FAILED, message));
        }
        let what = format!("in the procedure `{written}`");
        let inner = |failure: Failure| failure.surfaced(&definition, &what);
        let statements = crate::parse(&definition).map_err(|error| inner(error.into()))?;
        let Some(procedure) = statements.iter().find_map(|one| definition_of(&one.kind)) else {
            let message = format!("`{written}` is no procedure");
            return Err(Failure::new(code::UNKNOWN_PROCEDURE, message));
        };
        if procedure.parameters.len() != arguments.len() {
            let message = format!(
                "`{written}` takes {} arguments, found {}",
                procedure.parameters.len(),
                arguments.len()
            );
            return Err(Error::new(code::INVALID_ARGUMENTS, message, span.clone()).into());
        }
        let mut slots = BTreeMap::new();
        let mut results = Vec::new();
        for (parameter, argument) in procedure.parameters.iter().zip(arguments) {
            let slot = self.argument(parameter, argument, span)?;
            if parameter.mode != Mode::In {
                let variable = named(argument, span)?;
                if results
                    .iter()
                    .any(|(_, other): &(String, Name)| same(other, &variable))
                {
                    let message = format!("`{}` takes two results", variable.text);
                    return Err(Error::new(code::SQL_INVALID, message, variable.span).into());
                }
                results.push((parameter.name.text.clone(), variable));
            }
            slots.insert(parameter.name.text.to_lowercase(), slot);
        }
        let depth = self.environment.depth();
        let dotted = format!("{}.{}", name.schema, name.name);
        self.environment.enter_procedure(&dotted, slots);
        let outcome = self.list(&definition, std::slice::from_ref(&procedure.body));
        let values: Vec<(Name, Option<Slot>)> = results
            .into_iter()
            .map(|(parameter, variable)| (variable, self.environment.find(&parameter).cloned()))
            .collect();
        let finished = match outcome {
            Ok(_) => self.hand_back(depth, values, span),
            Err(failure) => Err(inner(failure)),
        };
        self.leave(depth);
        finished
    }

    /// Gives the results to the caller's variables
    fn hand_back(
        &mut self,
        depth: super::environment::Depth,
        values: Vec<(Name, Option<Slot>)>,
        span: &Range<usize>,
    ) -> Result<(), Failure> {
        let mut copies = Vec::new();
        for (name, value) in values {
            let Some(value) = value else { continue };
            let mut copy = self.scratch(value.ty.clone());
            copy.null = match value.null {
                true => true,
                false => self.store(&copy, &value.variable().sql)?,
            };
            copies.push((name, copy));
        }
        self.leave(depth);
        for (name, mut copy) in copies {
            let own = self.variable(&name)?.clone();
            if let Some(limit) = &own.limit {
                let variable = copy.variable();
                let value = Typed::text(variable.ty, variable.sql, span.clone());
                self.store(&copy, &held(value, limit).sql())?;
            }
            copy.limit = own.limit;
            self.replace(&name.text, copy)?;
        }
        Ok(())
    }

    /// A procedure that BigQuery has of itself
    ///
    /// <https://cloud.google.com/bigquery/docs/reference/system-procedures>
    fn system_procedure(
        &mut self,
        path: &Path,
        name: &str,
        arguments: &[Expr],
        span: &Range<usize>,
    ) -> Result<(), Failure> {
        let written = path.parts.join(".");
        if !name.eq_ignore_ascii_case("REFRESH_MATERIALIZED_VIEW") {
            let message = format!("`{written}` is not supported by the embedded engine");
            return Err(Error::new(code::SQL_UNSUPPORTED, message, path.span.clone()).into());
        }
        let [view] = arguments else {
            let message = format!("`{written}` takes 1 argument, found {}", arguments.len());
            return Err(Error::new(code::INVALID_ARGUMENTS, message, span.clone()).into());
        };
        let view = self.text_of(view, "the name of a materialized view", span)?;
        let view = view.unwrap_or_default();
        let parts: Vec<String> = view.split('.').map(str::to_owned).collect();
        // materialized views are resolved when they are read: there is nothing to do but to find it
        self.host
            .catalog(self.environment)
            .table(&parts, span.clone())?;
        self.environment.ran(None);
        Ok(())
    }

    fn argument(
        &mut self,
        parameter: &Parameter,
        argument: &Expr,
        span: &Range<usize>,
    ) -> Result<Slot, Failure> {
        let declared = match &parameter.ty {
            Some(ty) => Some(
                self.slot_of_type(ty, &parameter.name.span)
                    .map_err(|failure| Failure {
                        span: Some(span.clone()),
                        ..failure
                    })?,
            ),
            None => None,
        };
        if parameter.mode == Mode::In {
            return self.evaluate(argument, declared.as_ref(), span);
        }
        let name = named(argument, span)?;
        let variable = self.variable(&name)?.clone();
        let slot = match declared {
            Some(slot) => slot,
            None => self.scratch(variable.ty.clone()),
        };
        if slot.ty != variable.ty {
            let message = format!(
                "the result `{}` is {}, the variable `{}` {}",
                parameter.name.text, slot.ty, name.text, variable.ty
            );
            return Err(Error::new(code::TYPE_MISMATCH, message, name.span).into());
        }
        match parameter.mode {
            // an OUT parameter begins as NULL
            Mode::Out => Ok(slot),
            _ => self.evaluate(argument, Some(&slot), span),
        }
    }
}

/// The variable that an argument names
fn named(argument: &Expr, span: &Range<usize>) -> Result<Name, Failure> {
    match argument {
        Expr::Identifier(name) => Ok(Name {
            text: name.value.clone(),
            span: range_of(name.span).unwrap_or_else(|| span.clone()),
        }),
        _ => {
            let message = "an OUT or INOUT argument is a variable";
            Err(Error::new(code::INVALID_ARGUMENTS, message, span.clone()).into())
        }
    }
}

fn same(left: &Name, right: &Name) -> bool {
    left.text.to_lowercase() == right.text.to_lowercase()
}

fn definition_of(kind: &Kind) -> Option<&CreateProcedure> {
    match kind {
        Kind::Procedural(procedural) => match &**procedural {
            Procedural::CreateProcedure(create) => Some(create),
            _ => None,
        },
        _ => None,
    }
}
