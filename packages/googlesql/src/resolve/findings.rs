//! Checking instead of lowering: errors are collected, and what one leaves behind is of any type
//!
//! A statement that is checked never runs, so an expression that fails becomes one of
//! [`Type::Unknown`], and a table whose schema is not known has [`Column::rest`]; both fit everywhere.
//! An error about types that stands where something unknown was read is not told, since it may not be one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;

use diagnostic::{Code, code};

use super::Resolver;
use super::query::Output;
use super::scope::OutputColumn;
use crate::lineage::{Origin, Origins};
use crate::tree::Typed;
use crate::{Column, Error, PhysicalName, Table};

/// What the names of GoogleSQL's own functions begin with, where they have a dot
const BUILTIN_GROUPS: &[&str] = &[
    "SAFE",
    "NET",
    "KEYS",
    "AEAD",
    "HLL_COUNT",
    "KLL_QUANTILES",
    "ML",
    "AI",
];

/// What is found while a statement is checked
#[derive(Default)]
pub struct Findings {
    errors: RefCell<Vec<Error>>,
    /// How often something unknown was read
    doubts: Cell<usize>,
    conditions: RefCell<BTreeSet<Origin>>,
    columns: RefCell<Option<Vec<OutputColumn>>>,
    /// What is put into the columns of the table that changes
    stored: RefCell<Vec<(Column, Origins)>>,
    /// Sort and partition keys so far, which belong to the value of the call around them
    keys: RefCell<Vec<Origins>>,
    /// What the expressions so far are made of
    reads: RefCell<Vec<Origins>>,
    /// The columns that are given to the model function at hand
    inputs: RefCell<Vec<OutputColumn>>,
}

/// What was found when all of a statement is checked
#[derive(Default)]
pub struct Found {
    pub errors: Vec<Error>,
    pub conditions: BTreeSet<Origin>,
    /// The columns that the statement gives or makes
    pub columns: Option<Vec<OutputColumn>>,
    /// What it puts into columns that are there
    pub stored: Vec<(Column, Origins)>,
}

/// How often something unknown had been read at some point, and how many expressions there were
#[derive(Clone, Copy)]
pub struct Mark(usize, usize);

impl Resolver<'_> {
    pub fn mark(&self) -> Mark {
        let findings = self.findings.as_ref();
        findings.map_or(Mark(0, 0), |one| {
            Mark(one.doubts.get(), one.reads.borrow().len())
        })
    }

    /// The error itself where a statement is lowered; where it is checked, told or left out, and `fallback` goes on
    pub fn recovered<T>(
        &self,
        since: Mark,
        result: Result<T, Error>,
        fallback: impl FnOnce() -> T,
    ) -> Result<T, Error> {
        let Some(findings) = &self.findings else {
            return result;
        };
        match result {
            Ok(value) => Ok(value),
            Err(error) => {
                let doubtful = findings.doubts.get() != since.0;
                if !doubtful || is_about_names(error.code) {
                    findings.add(error);
                }
                self.doubt();
                Ok(fallback())
            }
        }
    }

    /// How many errors were told so far
    pub fn told(&self) -> usize {
        let findings = self.findings.as_ref();
        findings.map_or(0, |one| one.errors.borrow().len())
    }

    /// Changes what was told since, whose places are in another text
    pub fn retell(&self, since: usize, change: impl Fn(Error) -> Error) {
        if let Some(findings) = &self.findings {
            let told = findings.errors.borrow_mut().split_off(since);
            for error in told {
                findings.add(change(error));
            }
        }
    }

    /// Runs what may fail without anything being wrong
    pub fn quietly<T>(&self, attempt: impl FnOnce() -> T) -> T {
        let told = self.told();
        let result = attempt();
        if let Some(findings) = &self.findings {
            findings.errors.borrow_mut().truncate(told);
        }
        result
    }

    /// Notes an error that no type could mend
    pub fn tell(&self, error: Error) {
        if let Some(findings) = &self.findings {
            findings.add(error);
        }
    }

    /// Notes a sort or partition key
    pub fn key_of(&self, origins: &Origins) {
        if let Some(findings) = &self.findings {
            findings.keys.borrow_mut().push(origins.clone());
        }
    }

    /// A call whose value is also made of the keys inside it
    pub fn with_keys(&self, call: impl FnOnce() -> Result<Typed, Error>) -> Result<Typed, Error> {
        let Some(findings) = &self.findings else {
            return call();
        };
        let before = findings.keys.borrow().len();
        let value = call();
        let keys = findings.keys.borrow_mut().split_off(before);
        let value = value?;
        let origins = Origins::union(keys.iter().chain([&value.origins]));
        Ok(value.with_origins(origins))
    }

    /// Notes an expression that was resolved
    pub fn read(&self, value: &Typed) {
        if let Some(findings) = &self.findings {
            if !value.ty.is_known() {
                self.doubt();
            }
            findings.reads.borrow_mut().push(value.origins.clone());
        }
    }

    /// What stands for an expression that failed: of any type, made of what was read for it
    pub fn unresolved(&self, since: Mark, span: Range<usize>) -> Typed {
        let origins = match &self.findings {
            Some(findings) => {
                let reads = findings.reads.borrow();
                Origins::union(reads.iter().skip(since.1))
            }
            None => Origins::default(),
        };
        Typed::unknown(span).with_origins(origins)
    }

    /// Notes that something unknown was read
    pub fn doubt(&self) {
        if let Some(findings) = &self.findings {
            findings.doubts.set(findings.doubts.get() + 1);
        }
    }

    /// Notes columns that decide which rows there are, or which of them belong together
    pub fn condition_on(&self, origins: &Origins) {
        if let Some(findings) = &self.findings {
            let mut conditions = findings.conditions.borrow_mut();
            conditions.extend(origins.iter().cloned());
        }
    }

    /// Notes the columns that the statement gives or stores
    pub fn gives(&self, output: &Output) {
        if let Some(findings) = &self.findings {
            let columns = self.expand_value_table(output.clone()).columns;
            *findings.columns.borrow_mut() = Some(columns);
        }
    }

    /// Notes names and types of what a table or view stores, by position those that its query gives
    pub fn gives_stored(&self, columns: &[Column]) {
        let Some(findings) = &self.findings else {
            return;
        };
        let mut given = findings.columns.borrow_mut();
        let origins = |at: usize| match &*given {
            Some(given) if given.len() == columns.len() => given[at].origins.clone(),
            _ => Origins::default(),
        };
        let stored = columns.iter().enumerate().map(|(at, column)| OutputColumn {
            name: Some(column.name.clone()),
            physical: column.name.clone(),
            ty: column.ty.clone(),
            literal: None,
            origins: origins(at),
        });
        let stored: Vec<OutputColumn> = stored.collect();
        *given = Some(stored);
    }

    /// Notes what a value is made of that the statement puts into a column
    pub fn stores(&self, column: &Column, origins: &Origins) {
        if let Some(findings) = &self.findings {
            let mut stored = findings.stored.borrow_mut();
            stored.push((column.clone(), origins.clone()));
        }
    }

    /// Whether a function of a dataset may exist where the statement will run, though nothing here knows it
    pub fn may_exist_elsewhere(&self, path: &[String]) -> bool {
        let builtin = |first: &String| {
            let mut groups = BUILTIN_GROUPS.iter();
            groups.any(|group| first.eq_ignore_ascii_case(group))
        };
        self.findings.is_some() && path.len() > 1 && !path.first().is_some_and(builtin)
    }

    /// Which table the columns of a `FROM` item come from, while a statement is checked
    ///
    /// # Errors
    /// A table whose schema is not known, where a statement is lowered
    pub fn stored_table(
        &self,
        path: &[String],
        table: &Table,
        span: &Range<usize>,
    ) -> Result<Option<PhysicalName>, Error> {
        let known = table.columns.iter().all(|column| column.ty.is_known());
        if !known && self.findings.is_none() {
            let message = format!("the columns of `{}` are not known", path.join("."));
            return Err(self.error(code::UNKNOWN_TABLE, message, span.clone()));
        }
        if !known {
            self.doubt();
        }
        Ok(match self.findings {
            Some(_) => self.catalog.physical(path, span.clone()).ok(),
            None => None,
        })
    }

    /// The origin of a table's column
    pub fn origin(&self, table: Option<&PhysicalName>, column: &str) -> Origins {
        table.map_or_else(Origins::default, |table| Origins::of(table.clone(), column))
    }

    /// Notes columns that a model function gets
    pub fn note_input(&self, columns: &[OutputColumn]) {
        if let Some(findings) = &self.findings {
            findings.inputs.borrow_mut().extend(columns.iter().cloned());
        }
    }

    /// As [`Resolver::note_input`], for a table that is named
    ///
    /// # Errors
    /// As [`Resolver::stored_table`]
    pub fn note_stored_input(
        &self,
        path: &[String],
        table: &Table,
        span: &Range<usize>,
    ) -> Result<(), Error> {
        let stored = self.stored_table(path, table, span)?;
        let columns = table.columns.iter().map(|column| OutputColumn {
            name: Some(column.name.clone()),
            physical: column.name.clone(),
            ty: column.ty.clone(),
            literal: None,
            origins: self.origin(stored.as_ref(), &column.name),
        });
        self.note_input(&columns.collect::<Vec<_>>());
        Ok(())
    }

    /// What a model function gives: the columns it got are themselves, others are made of all of them
    pub fn made_of_inputs(&self, output: Output) -> Output {
        let Some(findings) = &self.findings else {
            return output;
        };
        let inputs = findings.inputs.take();
        let all = Origins::union(inputs.iter().map(|input| &input.origins));
        let origins = |column: &OutputColumn| {
            let mut same = inputs
                .iter()
                .filter(|input| input.physical == column.physical);
            same.next()
                .map_or_else(|| all.clone(), |input| input.origins.clone())
        };
        let columns = output.columns.iter().map(|column| OutputColumn {
            origins: origins(column),
            ..column.clone()
        });
        Output {
            columns: columns.collect(),
            ..output
        }
    }

    /// A query of which nothing is known
    pub fn open_output(&self) -> Output {
        Output {
            sql: String::new(),
            columns: vec![rest_column(Origins::default())],
            value_table: false,
        }
    }
}

impl Findings {
    fn add(&self, error: Error) {
        let mut errors = self.errors.borrow_mut();
        let known = |other: &Error| other.span == error.span && other.message == error.message;
        if !errors.iter().any(known) {
            errors.push(error);
        }
    }

    pub fn into_parts(self) -> Found {
        Found {
            errors: self.errors.into_inner(),
            conditions: self.conditions.into_inner(),
            columns: self.columns.into_inner(),
            stored: self.stored.into_inner(),
        }
    }
}

impl OutputColumn {
    /// Whether it stands for all columns of an unknown schema
    pub fn is_rest(&self) -> bool {
        self.name.as_deref() == Some(crate::types::REST)
    }
}

/// All columns of an unknown schema, as a query gives them
pub fn rest_column(origins: Origins) -> OutputColumn {
    let Column { name, ty } = Column::rest();
    OutputColumn {
        name: Some(name.clone()),
        physical: name,
        ty,
        literal: None,
        origins,
    }
}

/// Whether any of the expressions is of a type that is not known
pub fn uncertain(all: &[Typed]) -> bool {
    all.iter().any(|one| !one.ty.is_known())
}

/// Errors that no type could mend
fn is_about_names(found: Code) -> bool {
    [
        code::UNKNOWN_COLUMN,
        code::AMBIGUOUS_COLUMN,
        code::UNKNOWN_TABLE,
        code::UNKNOWN_FUNCTION,
        code::SQL_SYNTAX,
    ]
    .contains(&found)
}
