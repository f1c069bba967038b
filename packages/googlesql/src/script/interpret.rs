//! The walk over a script's statements

use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::{Expr, Query};

use super::environment::{Environment, Slot};
use super::failure::Failure;
use super::host::{Host, Transaction};
use super::tree::{CreateProcedure, LoopKind, Procedural};
use crate::parse::statement::{Kind, Name, Path, Statement};
use crate::resolve::Resolver;
use crate::{Error, PhysicalName, Relation, Type};

/// Runs the statements of `text` one after the other on a host
///
/// Variables that are declared outside of blocks stay in the environment, as in a session of BigQuery.
///
/// # Errors
/// The first statement that fails and that no handler catches; those before it have run
pub fn run(
    text: &str,
    statements: &[Statement],
    host: &mut dyn Host,
    environment: &mut Environment,
) -> Result<(), Failure> {
    environment.begin();
    let depth = environment.depth();
    let mut script = Script { host, environment };
    let outcome = script.list(text, statements).map(|_| ());
    script.leave(depth);
    outcome
}

/// A running script
pub struct Script<'h> {
    pub host: &'h mut dyn Host,
    pub environment: &'h mut Environment,
}

/// Where to go on after a statement
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flow {
    /// With the next one
    Next,
    /// After the loop or block with that label, or after the innermost loop
    Leave(Option<String>),
    /// With the next turn of the loop with that label, or of the innermost loop
    Iterate(Option<String>),
    /// After the script or procedure
    Return,
}

impl Script<'_> {
    pub fn list(&mut self, text: &str, statements: &[Statement]) -> Result<Flow, Failure> {
        for statement in statements {
            let flow = self.statement(text, statement).map_err(|failure| {
                failure.within(text, &statement.span, self.environment.procedure())
            })?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, text: &str, statement: &Statement) -> Result<Flow, Failure> {
        self.host.step()?;
        let span = &statement.span;
        let Kind::Procedural(procedural) = &statement.kind else {
            let ran = self.host.statement(text, statement, self.environment)?;
            self.environment.ran(ran.changed);
            return Ok(Flow::Next);
        };
        match &**procedural {
            Procedural::Declare { names, ty, default } => {
                self.declare(names, ty.as_ref(), default.as_ref(), span)?;
            }
            Procedural::Set {
                targets,
                tuple,
                value,
            } => self.set(targets, *tuple, value, span)?,
            Procedural::Execute { text, into, using } => {
                self.execute_immediate(text, into, using, span)?;
            }
            Procedural::Block {
                label,
                body,
                handler,
            } => return self.block(text, label.as_ref(), body, handler.as_deref()),
            Procedural::If {
                branches,
                otherwise,
            } => {
                for (condition, body) in branches {
                    if self.holds(condition, "IF's condition", span)? {
                        return self.list(text, body);
                    }
                }
                return self.list(text, otherwise);
            }
            Procedural::Case {
                operand,
                branches,
                otherwise,
            } => return self.case(text, operand.as_ref(), branches, otherwise, span),
            Procedural::Loop(repeated) => {
                let label = repeated.label.as_ref();
                return match &repeated.kind {
                    LoopKind::Rows { name, query } => {
                        self.each_row(text, label, name, query, &repeated.body, span)
                    }
                    kind => self.repeat(text, label, kind, &repeated.body, span),
                };
            }
            Procedural::Leave(label) => return Ok(Flow::Leave(lower(label.as_ref()))),
            Procedural::Iterate(label) => return Ok(Flow::Iterate(lower(label.as_ref()))),
            Procedural::Raise(message) => return Err(self.raise(message.as_ref(), span)),
            Procedural::Return => return Ok(Flow::Return),
            Procedural::Call { path, arguments } => self.call(path, arguments, span)?,
            Procedural::CreateProcedure(create) => self.create_procedure(text, create, span)?,
            Procedural::DropProcedure { path, if_exists } => {
                let name = self.procedure_name(path, span)?;
                if !self.host.drop_procedure(&name)? && !if_exists {
                    return Err(unknown_procedure(path));
                }
                self.environment.ran(None);
            }
            Procedural::BeginTransaction => self.transaction(Transaction::Begin)?,
            Procedural::CommitTransaction => self.transaction(Transaction::Commit)?,
            Procedural::RollbackTransaction => self.transaction(Transaction::Rollback)?,
        }
        Ok(Flow::Next)
    }

    fn transaction(&mut self, what: Transaction) -> Result<(), Failure> {
        self.host.transaction(what)?;
        self.environment.ran(None);
        Ok(())
    }

    fn block(
        &mut self,
        text: &str,
        label: Option<&Name>,
        body: &[Statement],
        handler: Option<&[Statement]>,
    ) -> Result<Flow, Failure> {
        let depth = self.environment.depth();
        self.environment.enter();
        let outcome = self.list(text, body);
        let outcome = match (outcome, handler) {
            (Err(failure), Some(handler)) if !failure.fatal => {
                self.host.recover()?;
                self.leave(depth);
                self.environment.caught(failure);
                self.environment.enter();
                self.list(text, handler)
            }
            (outcome, _) => outcome,
        };
        self.leave(depth);
        Ok(match outcome? {
            Flow::Leave(Some(to)) if lower(label).as_deref() == Some(&to) => Flow::Next,
            flow => flow,
        })
    }

    /// Comes back to a depth of blocks; what their variables held is forgotten
    pub fn leave(&mut self, depth: super::environment::Depth) {
        for slot in self.environment.unwind(depth) {
            // an engine that cannot run statements now keeps a value that nothing reads
            let _ = self.forget(&slot);
        }
    }

    fn case(
        &mut self,
        text: &str,
        operand: Option<&Expr>,
        branches: &[(Expr, Vec<Statement>)],
        otherwise: &[Statement],
        span: &Range<usize>,
    ) -> Result<Flow, Failure> {
        let Some(operand) = operand else {
            for (condition, body) in branches {
                if self.holds(condition, "CASE's condition", span)? {
                    return self.list(text, body);
                }
            }
            return self.list(text, otherwise);
        };
        let depth = self.environment.depth();
        self.environment.enter();
        let slot = self.evaluate(operand, None, span)?;
        // no identifier holds a blank
        let subject = "case operand";
        self.environment.declare(subject, slot);
        let mut chosen = otherwise;
        for (candidate, body) in branches {
            if self.equals(subject, candidate, span)? {
                chosen = body;
                break;
            }
        }
        self.leave(depth);
        self.list(text, chosen)
    }

    fn raise(&mut self, message: Option<&Expr>, span: &Range<usize>) -> Failure {
        let Some(message) = message else {
            // the parser lets it stand in handlers only
            return self
                .environment
                .current_error()
                .cloned()
                .unwrap_or_else(|| {
                    Failure::new(code::SQL_INVALID, "RAISE has no error to raise again")
                });
        };
        match self.text_of(message, "RAISE's message", span) {
            Ok(Some(message)) => Failure::new(code::SCRIPT_RAISED, message),
            Ok(None) => Failure::new(code::SQL_INVALID, "RAISE's message is NULL"),
            Err(failure) => failure,
        }
    }

    fn create_procedure(
        &mut self,
        text: &str,
        create: &CreateProcedure,
        span: &Range<usize>,
    ) -> Result<(), Failure> {
        let mut names: Vec<String> = Vec::new();
        for parameter in &create.parameters {
            let name = parameter.name.text.to_lowercase();
            if names.contains(&name) {
                let message = format!("parameter `{}` stands twice", parameter.name.text);
                let span = parameter.name.span.clone();
                return Err(Error::new(code::SQL_INVALID, message, span).into());
            }
            names.push(name);
        }
        let name = {
            let catalog = self.host.catalog(self.environment);
            let resolver = Resolver::new(&*catalog, span.clone());
            for parameter in &create.parameters {
                if let Some(ty) = &parameter.ty {
                    resolver.data_type(ty, &parameter.name.span)?;
                }
            }
            resolver.options(&create.options)?;
            resolver.physical(&create.path)?
        };
        if create.or_replace && create.if_not_exists {
            let message = "OR REPLACE and IF NOT EXISTS exclude each other";
            return Err(Error::new(code::SQL_INVALID, message, span.clone()).into());
        }
        let written = text.get(span.clone()).unwrap_or_default();
        self.host
            .create_procedure(&name, written, create.or_replace, create.if_not_exists)?;
        self.environment.ran(None);
        Ok(())
    }

    pub fn procedure_name(
        &self,
        path: &Path,
        span: &Range<usize>,
    ) -> Result<PhysicalName, Failure> {
        let catalog = self.host.catalog(self.environment);
        Ok(Resolver::new(&*catalog, span.clone()).physical(path)?)
    }

    /// Resolves a query of the script
    pub fn relation(&self, query: &Query, span: &Range<usize>) -> Result<Relation, Failure> {
        let catalog = self.host.catalog(self.environment);
        let resolver = Resolver::new(&*catalog, span.clone());
        let relation = resolver.relation(query)?;
        resolver.refuse_unfiltered()?;
        Ok(relation)
    }

    /// A slot for a value that has no name in the script
    pub fn scratch(&mut self, ty: Type) -> Slot {
        self.environment.slot(ty)
    }
}

/// The procedure that a path names is not there
pub fn unknown_procedure(path: &Path) -> Failure {
    let message = format!("no procedure `{}` in this warehouse", path.parts.join("."));
    Error::new(code::UNKNOWN_PROCEDURE, message, path.span.clone()).into()
}

/// A label as it is compared
pub fn lower(label: Option<&Name>) -> Option<String> {
    label.map(|label| label.text.to_lowercase())
}
