//! What is sent for one action, checked: its tables and models, and its findings at their places

use std::collections::{BTreeMap, BTreeSet};

use diagnostic::{Diagnostic, Severity, code};
use googlesql::{CheckedScript, Error, Origin, PhysicalName, Schema};
use sqlx_compiler::sql::{self, Existing, Role, Statement};
use sqlx_compiler::{ActionRef, Compilation};

use super::catalog::GraphCatalog;
use super::model::ModelShape;
use crate::place::locate;

/// An action whose statements are checked, in one form or several
pub struct Script<'a> {
    compilation: &'a Compilation,
    action: ActionRef<'a>,
    name: &'a str,
    findings: Vec<Diagnostic>,
}

/// What the statements of an action make
#[derive(Default)]
pub struct Built {
    tables: BTreeMap<PhysicalName, Schema>,
    models: Vec<(PhysicalName, ModelShape)>,
    routines: BTreeMap<PhysicalName, String>,
    conditions: BTreeSet<Origin>,
}

impl<'a> Script<'a> {
    /// Nothing checked yet
    pub fn new(compilation: &'a Compilation, action: ActionRef<'a>, name: &'a str) -> Self {
        Self {
            compilation,
            action,
            name,
            findings: Vec::new(),
        }
    }

    /// Checks what is sent for the action when that stands under its name; the catalog learns what it makes
    pub fn check(&mut self, catalog: &mut GraphCatalog<'_>, existing: Existing<'_>) -> Built {
        let mut made = 0;
        let mut unique = || {
            made += 1;
            format!("check_{made}")
        };
        let mut built = Built::default();
        for task in sql::tasks(self.action, existing, false, &mut unique) {
            let statement = task.statement();
            let script = googlesql::check(&own_text(statement), catalog);
            for error in &script.errors {
                self.add(statement, error);
            }
            built.add(script);
            for (name, schema) in &built.tables {
                catalog.add_table(name.clone(), schema.clone());
            }
            for (name, sql) in &built.routines {
                catalog.add_routine(name.clone(), sql.clone());
            }
            for (name, model) in &built.models {
                catalog.add_model(name.clone(), model.clone());
            }
        }
        built
    }

    /// All findings so far
    pub fn findings(self) -> Vec<Diagnostic> {
        self.findings
    }

    fn add(&mut self, statement: &Statement, error: &Error) {
        let span = Some(error.span.clone());
        let finding = locate(
            self.compilation,
            self.action,
            self.name,
            statement,
            span,
            graded(error),
        )
        .of_action(self.name);
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

impl Built {
    /// The columns of the table or view of this name
    pub fn schema(&self, name: &PhysicalName) -> Option<&Schema> {
        self.tables.get(name)
    }

    /// Stored columns that decide which rows there are
    pub fn conditions(self) -> BTreeSet<Origin> {
        self.conditions
    }

    fn add(&mut self, script: CheckedScript) {
        for statement in script.statements {
            self.conditions.extend(statement.conditions);
            if let (Some(model), Some(training)) = (statement.model, statement.schema) {
                let shape = ModelShape::new(&model.options, training);
                self.models.push((model.name, shape));
            }
        }
        self.tables.extend(script.made);
        self.routines.extend(script.routines);
    }
}

/// What is wrong on BigQuery too is a warning; what only the embedded engine lacks is a note
pub fn graded(error: &Error) -> Diagnostic {
    let mut finding = Diagnostic::warning(error.code, error.message.clone());
    finding.help = error.help.clone();
    if [code::SQL_UNSUPPORTED, code::MODEL_UNSUPPORTED].contains(&error.code) {
        finding.severity = Severity::Note;
        let engine = || "it may run on BigQuery, but not on the embedded engine".to_owned();
        finding.help.get_or_insert_with(engine);
    }
    finding
}

/// What is sent without the statements that Dataform adds of itself, at the same places
fn own_text(statement: &Statement) -> String {
    let mut text = statement.sql.clone();
    for piece in &statement.pieces {
        if matches!(piece.role, Role::SchemaChange | Role::Drop) {
            let blank = " ".repeat(piece.range.len());
            text.replace_range(piece.range.clone(), &blank);
        }
    }
    text
}
