//! Procedural statements without running them: every branch is taken once, in the order of the text

use std::ops::Range;

use sqlparser::ast::{DataType, Expr};

use super::Checker;
use crate::parse::statement::{Name, Statement};
use crate::resolve::Resolver;
use crate::resolve::findings::Findings;
use crate::resolve::scope::Scope;
use crate::script::tree::{CreateProcedure, LoopKind, Procedural};
use crate::{Error, Field, Type};

impl Checker<'_> {
    pub fn procedural(&mut self, one: &Procedural, span: &Range<usize>) {
        match one {
            Procedural::Declare { names, ty, default } => {
                self.declare(names, ty.as_ref(), default.as_ref(), span);
            }
            Procedural::Set { value, .. } => {
                self.expression(value, span);
            }
            Procedural::Execute { text, using, .. } => {
                self.expression(text, span);
                for (value, _) in using {
                    self.expression(value, span);
                }
            }
            Procedural::Block { body, handler, .. } => {
                self.block(body);
                self.block(handler.as_deref().unwrap_or_default());
            }
            Procedural::If {
                branches,
                otherwise,
            } => self.branches(branches, otherwise, span),
            Procedural::Case {
                operand,
                branches,
                otherwise,
            } => {
                if let Some(operand) = operand {
                    self.expression(operand, span);
                }
                self.branches(branches, otherwise, span);
            }
            Procedural::Loop(one) => match &one.kind {
                LoopKind::Forever => self.block(&one.body),
                LoopKind::While(condition) | LoopKind::Until(condition) => {
                    self.expression(condition, span);
                    self.block(&one.body);
                }
                LoopKind::Rows { name, query } => {
                    let row = self.row_type(query, span);
                    self.overlay.enter();
                    self.overlay.declare(&name.text, row);
                    self.statements(&one.body);
                    self.overlay.leave();
                }
            },
            Procedural::Raise(message) => {
                if let Some(message) = message {
                    self.expression(message, span);
                }
            }
            Procedural::CreateProcedure(create) => self.procedure(create, span),
            // its parameters may be variables that it sets
            Procedural::Call { .. }
            | Procedural::Leave(_)
            | Procedural::Iterate(_)
            | Procedural::Return
            | Procedural::DropProcedure { .. }
            | Procedural::BeginTransaction
            | Procedural::CommitTransaction
            | Procedural::RollbackTransaction => {}
        }
    }

    fn block(&mut self, body: &[Statement]) {
        self.overlay.enter();
        self.statements(body);
        self.overlay.leave();
    }

    fn branches(
        &mut self,
        branches: &[(Expr, Vec<Statement>)],
        otherwise: &[Statement],
        span: &Range<usize>,
    ) {
        for (condition, body) in branches {
            self.expression(condition, span);
            self.statements(body);
        }
        self.statements(otherwise);
    }

    fn declare(
        &mut self,
        names: &[Name],
        ty: Option<&DataType>,
        default: Option<&Expr>,
        span: &Range<usize>,
    ) {
        let given = default.map(|default| self.expression(default, span));
        let declared = ty.map(|ty| self.named_type(ty, span));
        let ty = declared.or(given).unwrap_or(Type::Unknown);
        for name in names {
            self.overlay.declare(&name.text, ty.clone());
        }
    }

    fn procedure(&mut self, create: &CreateProcedure, span: &Range<usize>) {
        self.overlay.enter();
        for parameter in &create.parameters {
            let ty = match &parameter.ty {
                Some(ty) => self.named_type(ty, span),
                None => Type::Unknown,
            };
            self.overlay.declare(&parameter.name.text, ty);
        }
        self.statements(std::slice::from_ref(&create.body));
        self.overlay.leave();
    }

    fn named_type(&mut self, ty: &DataType, span: &Range<usize>) -> Type {
        self.resolved(span, |resolver| Ok(resolver.limited_type(ty, span)?.0))
    }

    fn expression(&mut self, value: &Expr, span: &Range<usize>) -> Type {
        self.resolved(span, |resolver| {
            Ok(resolver.expression(value, &Scope::default())?.ty)
        })
    }

    /// The struct that each row of a loop's query is
    fn row_type(&mut self, query: &sqlparser::ast::Query, span: &Range<usize>) -> Type {
        self.resolved(span, |resolver| {
            let columns = resolver.top_query(query)?.columns;
            let fields = columns.into_iter().map(|column| Field {
                name: column.name,
                ty: column.ty,
            });
            Ok(Type::Struct(fields.collect()))
        })
    }

    /// What `resolve` finds out; its errors are noted
    fn resolved(
        &mut self,
        span: &Range<usize>,
        resolve: impl FnOnce(&Resolver<'_>) -> Result<Type, Error>,
    ) -> Type {
        let resolver = Resolver::for_check(&self.overlay, span.clone());
        let since = resolver.mark();
        let found = resolve(&resolver);
        if let Err(error) = resolver.refuse_unfiltered() {
            resolver.tell(error);
        }
        let ty = resolver.recovered(since, found, || Type::Unknown);
        let found = resolver.findings.map(Findings::into_parts);
        self.add_errors(found.unwrap_or_default().errors);
        ty.unwrap_or(Type::Unknown)
    }
}
