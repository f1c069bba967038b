//! Fills the placeholders of templates

use std::borrow::Cow;

use super::evaluate::{Maker, not_a_function};
use crate::graph::ActionKind;
use crate::script::ScriptError;
use crate::sqlx::{Slot, TemplatePart};
use crate::value::Value;

/// So many more errors are looked for in a statement that has failed
const MOST: usize = 50;

impl Maker<'_> {
    /// The text of a template; the same as its JavaScript would make
    pub(super) fn fill(
        &self,
        parts: &[TemplatePart],
        incremental: bool,
    ) -> Result<String, ScriptError> {
        let mut out = String::new();
        for (at, part) in parts.iter().enumerate() {
            match self.part(part, incremental) {
                Ok(text) => out.push_str(&text),
                Err(error) => {
                    if !error.limit {
                        self.find_more(&parts[at + 1..], incremental);
                    }
                    return Err(error);
                }
            }
        }
        Ok(out)
    }

    /// What a part stands for
    fn part<'a>(
        &self,
        part: &'a TemplatePart,
        incremental: bool,
    ) -> Result<Cow<'a, str>, ScriptError> {
        match part {
            TemplatePart::Text(text) => Ok(Cow::Borrowed(text)),
            TemplatePart::Expression(expression) => self
                .scripts
                .expression(expression, self.owner(), incremental)
                .map(Cow::Owned),
            part => self.named(part, incremental).map(Cow::Owned),
        }
    }

    /// Looks in the rest of a statement that has failed for what people want to know at the same time
    fn find_more(&self, parts: &[TemplatePart], incremental: bool) {
        let mut session = self.session.borrow_mut();
        let raised = std::mem::take(&mut session.raised);
        let known = session.errors.len();
        let listed = session.assertions_by_dependency.len();
        drop(session);
        for part in parts {
            let Err(error) = self.part(part, incremental) else {
                continue;
            };
            if error.limit {
                break;
            }
            let mut session = self.session.borrow_mut();
            let action = &session.actions[self.id];
            let (file, target) = (action.file_name.clone(), action.target.clone());
            session.report_script(error, file, Some(&target));
            if session.errors.len() >= known + MOST {
                break;
            }
        }
        let mut session = self.session.borrow_mut();
        session.raised = raised;
        session.assertions_by_dependency.truncate(listed);
        let more = session.errors.split_off(known);
        session.more.extend(more);
    }

    /// What a call of one of the context's functions makes
    fn named(&self, part: &TemplatePart, incremental: bool) -> Result<String, ScriptError> {
        let mut session = self.session.borrow_mut();
        Ok(match part {
            TemplatePart::Text(_) | TemplatePart::Expression(_) => String::new(),
            TemplatePart::Ref(arguments) => session.reference(self.id, arguments)?,
            TemplatePart::Resolve(arguments) => session.resolve_arguments(self.id, arguments)?,
            TemplatePart::SelfName => session.resolve_self(self.id),
            TemplatePart::Name => session.name_of(self.id),
            TemplatePart::Schema => session
                .schema_of(self.id)
                .unwrap_or_else(|| "undefined".to_owned()),
            TemplatePart::Database => session.database_of(self.id),
            TemplatePart::Incremental => match self.kind {
                ActionKind::Table | ActionKind::View | ActionKind::Incremental => {
                    incremental.to_string()
                }
                _ => return Err(not_a_function()),
            },
        })
    }
}

/// The statements with the values of their placeholders in them
pub fn fill_slots(statements: &[Option<Vec<Slot>>], values: Value) -> Value {
    let Value::Array(values) = values else {
        return values;
    };
    let fill = |(statement, value): (&Option<Vec<Slot>>, Value)| match (statement, value) {
        (Some(slots), Value::Array(values)) => {
            let mut values = values.into_iter();
            let mut out = String::new();
            for slot in slots {
                match slot {
                    Slot::Text(text) => out.push_str(text),
                    Slot::Code(_) => {
                        out.push_str(
                            values
                                .next()
                                .as_ref()
                                .and_then(Value::as_str)
                                .unwrap_or_default(),
                        );
                    }
                }
            }
            Value::String(out)
        }
        (_, value) => value,
    };
    Value::Array(statements.iter().zip(values).map(fill).collect())
}

/// A value, or of a list its first item where one statement is wanted
pub fn first_of(value: Value, first: bool) -> Value {
    match value {
        Value::Array(items) if first => items.into_iter().next().unwrap_or_default(),
        other => other,
    }
}
