//! `EXECUTE IMMEDIATE`: a statement that is made while the script runs

use std::collections::BTreeMap;
use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::Expr;

use super::environment::Slot;
use super::failure::Failure;
use super::interpret::Script;
use super::loops::{columns, row};
use super::tree::Procedural;
use crate::parse::statement::{Kind, Name, Statement};
use crate::{Error, Relation, Type, quote_identifier, quote_string};

impl Script<'_> {
    pub fn execute_immediate(
        &mut self,
        text: &Expr,
        into: &[Name],
        using: &[(Expr, Option<Name>)],
        span: &Range<usize>,
    ) -> Result<(), Failure> {
        let Some(sql) = self.text_of(text, "the statement of EXECUTE IMMEDIATE", span)? else {
            let message = "the statement of EXECUTE IMMEDIATE is NULL";
            return Err(Failure::new(code::SQL_INVALID, message));
        };
        for name in into {
            self.variable(name)?;
        }
        let parameters = self.parameters(using, span)?;
        let inner = |failure: Failure| failure.surfaced(&sql, "in the dynamic statement");
        let statements = crate::parse(&sql).map_err(|error| inner(error.into()))?;
        let [statement] = statements.as_slice() else {
            let message = format!(
                "EXECUTE IMMEDIATE takes one statement, found {}",
                statements.len()
            );
            return Err(Failure::new(code::SQL_INVALID, message));
        };
        check(statement).map_err(|error| inner(error.into()))?;
        let depth = self.environment.depth();
        self.environment.enter_dynamic(parameters);
        let outcome = match (&statement.kind, into.is_empty()) {
            (_, true) => self.list(&sql, &statements).map(|_| None),
            (Kind::Query(query), false) => self
                .relation(query, &statement.span)
                .and_then(|relation| self.one_row(&relation))
                .map(Some),
            (_, false) => {
                let message = "EXECUTE IMMEDIATE … INTO takes a query";
                Err(Failure::new(code::SQL_INVALID, message))
            }
        };
        self.leave(depth);
        match outcome.map_err(inner)? {
            Some(found) => self.take_row(into, found, span),
            None => Ok(()),
        }
    }

    fn parameters(
        &mut self,
        using: &[(Expr, Option<Name>)],
        span: &Range<usize>,
    ) -> Result<BTreeMap<String, Slot>, Failure> {
        let named = using.iter().filter(|(_, name)| name.is_some()).count();
        if named != 0 && named != using.len() {
            let message = "USING takes either names for all of its values or for none";
            return Err(Error::new(code::SQL_INVALID, message, span.clone()).into());
        }
        let mut parameters = BTreeMap::new();
        for (at, (value, name)) in using.iter().enumerate() {
            let key = match name {
                Some(name) => format!("@{}", name.text.to_lowercase()),
                None => format!("?{}", at + 1),
            };
            let slot = self.evaluate(value, None, span)?;
            if parameters.insert(key, slot).is_some() {
                let message = "USING has a name twice";
                return Err(Error::new(code::SQL_INVALID, message, span.clone()).into());
            }
        }
        Ok(parameters)
    }

    /// The only row of a query in a slot, NULL when there is none
    fn one_row(&mut self, relation: &Relation) -> Result<Slot, Failure> {
        let (ty, row) = row(relation);
        let mut slot = self.scratch(ty);
        let name = quote_identifier(&slot.name);
        self.host.execute(&format!(
            "SET VARIABLE {name} = (SELECT list(\"row\") FROM (SELECT {row} AS \"row\" FROM (\n{}\n) AS \"rows\" ({}) LIMIT 2))",
            relation.sql,
            columns(relation)
        ))?;
        let read = format!("getvariable({})", quote_string(&slot.name));
        let count = self.host.value(&format!("SELECT len({read})"))?;
        match count.as_deref() {
            None => {}
            Some("1") => {
                self.host
                    .execute(&format!("SET VARIABLE {name} = (SELECT {read}[1])"))?;
                slot.null = false;
            }
            Some(_) => {
                let message = "the query of EXECUTE IMMEDIATE … INTO gives more than one row";
                return Err(Failure::new(code::EXECUTION_FAILED, message));
            }
        }
        self.environment.ran(None);
        Ok(slot)
    }

    fn take_row(&mut self, into: &[Name], row: Slot, span: &Range<usize>) -> Result<(), Failure> {
        let Type::Struct(fields) = row.ty.clone() else {
            return Ok(());
        };
        if fields.len() != into.len() {
            let message = format!(
                "the query gives {} columns for {} variables",
                fields.len(),
                into.len()
            );
            return Err(Error::new(code::SQL_INVALID, message, span.clone()).into());
        }
        let mut slots = Vec::new();
        for (at, name) in into.iter().enumerate() {
            let wanted = self.variable(name)?.clone();
            slots.push(self.field(&row, &fields, at, &wanted, span)?);
        }
        self.forget(&row.name)?;
        for (name, slot) in into.iter().zip(slots) {
            self.replace(&name.text, slot)?;
        }
        Ok(())
    }
}

/// Control statements cannot be made while the script runs, but for a block
fn check(statement: &Statement) -> Result<(), Error> {
    let Kind::Procedural(procedural) = &statement.kind else {
        return Ok(());
    };
    match **procedural {
        Procedural::Block { .. }
        | Procedural::Call { .. }
        | Procedural::CreateProcedure(_)
        | Procedural::DropProcedure { .. } => Ok(()),
        _ => {
            let message = format!("EXECUTE IMMEDIATE takes no {}", procedural.what());
            Err(Error::new(
                code::SQL_INVALID,
                message,
                statement.span.clone(),
            ))
        }
    }
}
