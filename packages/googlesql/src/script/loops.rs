//! `LOOP`, `WHILE`, `REPEAT` and `FOR`

use std::ops::Range;

use sqlparser::ast::Query;

use super::failure::Failure;
use super::interpret::{Flow, Script, lower};
use super::tree::LoopKind;
use crate::parse::statement::{Name, Statement};
use crate::type_text::physical_field;
use crate::{Error, Field, Relation, Type, quote_identifier, quote_string};

impl Script<'_> {
    /// Every loop but `FOR`
    pub fn repeat(
        &mut self,
        text: &str,
        label: Option<&Name>,
        kind: &LoopKind,
        body: &[Statement],
        span: &Range<usize>,
    ) -> Result<Flow, Failure> {
        loop {
            self.host.step()?;
            if let LoopKind::While(condition) = kind
                && !self.holds(condition, "WHILE's condition", span)?
            {
                return Ok(Flow::Next);
            }
            if let Some(flow) = self.turn(text, label, body)? {
                return Ok(flow);
            }
            if let LoopKind::Until(condition) = kind
                && self.holds(condition, "UNTIL's condition", span)?
            {
                return Ok(Flow::Next);
            }
        }
    }

    /// One turn for each row of a query, which is read once, before the first turn
    pub fn each_row(
        &mut self,
        text: &str,
        label: Option<&Name>,
        name: &Name,
        query: &Query,
        body: &[Statement],
        span: &Range<usize>,
    ) -> Result<Flow, Failure> {
        if self.environment.is_declared(&name.text) {
            let message = format!("variable `{}` is declared already", name.text);
            let span = name.span.clone();
            return Err(Error::new(diagnostic::code::SQL_INVALID, message, span).into());
        }
        let relation = self.relation(query, span)?;
        let (ty, row) = row(&relation);
        let depth = self.environment.depth();
        self.environment.enter();
        let slot = self.scratch(ty);
        let rows = format!(
            "temp.main.{}",
            quote_identifier(&format!("{} rows", slot.name))
        );
        self.host.execute(&format!(
            "CREATE TEMP TABLE {rows} AS SELECT row_number() OVER () AS \"at\", {row} AS \"row\" \
             FROM (\n{}\n) AS \"rows\" ({})",
            relation.sql,
            columns(&relation)
        ))?;
        let outcome = self.turns(text, label, name, slot, &rows, body);
        // a ROLLBACK within the loop may have taken the rows away
        let dropped = self.host.execute(&format!("DROP TABLE IF EXISTS {rows}"));
        let flow = outcome?;
        self.leave(depth);
        dropped.map(|()| flow)
    }

    fn turns(
        &mut self,
        text: &str,
        label: Option<&Name>,
        name: &Name,
        slot: super::environment::Slot,
        rows: &str,
        body: &[Statement],
    ) -> Result<Flow, Failure> {
        let count = self.host.value(&format!("SELECT count(*) FROM {rows}"))?;
        let count: u64 = count.and_then(|text| text.parse().ok()).unwrap_or(0);
        self.environment.declare(&name.text, slot.clone());
        for at in 1..=count {
            self.host.step()?;
            self.host.execute(&format!(
                "SET VARIABLE {} = (SELECT \"row\" FROM {rows} WHERE \"at\" = {at})",
                quote_identifier(&slot.name)
            ))?;
            if let Some(variable) = self.environment.find_mut(&name.text) {
                variable.null = false;
            }
            if let Some(flow) = self.turn(text, label, body)? {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    /// Runs the body once; gives how to go on when the loop ends with it
    fn turn(
        &mut self,
        text: &str,
        label: Option<&Name>,
        body: &[Statement],
    ) -> Result<Option<Flow>, Failure> {
        let own = |to: &Option<String>| to.is_none() || *to == lower(label);
        Ok(match self.list(text, body)? {
            Flow::Next => None,
            Flow::Iterate(to) if own(&to) => None,
            Flow::Leave(to) if own(&to) => Some(Flow::Next),
            flow => Some(flow),
        })
    }
}

/// The struct type of a relation's rows, and how such a struct is written over its columns under the
/// names that [`columns`] gives
pub fn row(relation: &Relation) -> (Type, String) {
    let fields: Vec<Field> = relation
        .columns
        .iter()
        .map(|column| Field {
            name: Some(column.name.clone()),
            ty: column.ty.clone(),
        })
        .collect();
    let values: Vec<String> = (0..fields.len())
        .map(|at| format!("{}: \"c{at}\"", quote_string(&physical_field(&fields, at))))
        .collect();
    (Type::Struct(fields), format!("{{{}}}", values.join(", ")))
}

/// Names for the columns of a relation by position, since their own may stand twice
pub fn columns(relation: &Relation) -> String {
    let names: Vec<String> = (0..relation.columns.len())
        .map(|at| format!("\"c{at}\""))
        .collect();
    names.join(", ")
}
