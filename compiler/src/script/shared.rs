//! What the functions that JavaScript calls have in common

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use rquickjs::{Ctx, Exception, Value as JsValue};

use super::ScriptError;
use super::convert::{OUT_OF_MEMORY, charge, is_exhausted};
use super::files::ProjectFiles;
use crate::action::{Raise, Session};
use crate::sqlx::{Generated, Parts};

/// A SQLX file taken apart
#[derive(Debug)]
pub struct SqlxModule {
    /// The file
    pub text: Arc<str>,
    /// Its parts
    pub parts: Parts,
}

/// Bytes that the record of an error takes beside the calls that led to it
const RECORD: usize = 1024;

/// The state behind the host's functions
pub struct Shared {
    /// What project code has defined
    pub session: RefCell<Session>,
    /// The files of the project
    pub files: ProjectFiles,
    /// The project folder, as project code sees it
    pub root: String,
    /// SQLX files that have been taken apart
    pub sqlx: RefCell<HashMap<String, Rc<SqlxModule>>>,
    /// Their code, where they needed any
    pub generated: RefCell<HashMap<String, Generated>>,
    /// SQLX files whose action was defined without JavaScript
    pub defined: RefCell<HashSet<String>>,
    /// What project code wrote on the console
    pub console: RefCell<Vec<String>>,
    /// Whether time ran out
    pub interrupted: Rc<Cell<bool>>,
}

impl Shared {
    /// Throws what an action's rules raise
    pub fn throw(&self, ctx: &Ctx<'_>, raise: Raise) -> rquickjs::Error {
        self.session
            .borrow_mut()
            .raised
            .push((raise.message.clone(), *raise.detail));
        throw(ctx, raise.class, &raise.message)
    }

    /// Does what may report errors, and notes for each the calls in project code that led to it.
    ///
    /// # Errors
    /// The exception of an engine without memory, when there are too many.
    pub fn noting<T>(
        &self,
        ctx: &Ctx<'_>,
        work: impl FnOnce(&mut Session) -> T,
    ) -> rquickjs::Result<T> {
        let mut session = self.session.borrow_mut();
        let before = session.errors.len();
        let done = work(&mut session);
        if session.errors.len() > before {
            let calls = Exception::from_message(ctx.clone(), "")
                .map(|error| exception(error.as_value()))
                .unwrap_or_default();
            for record in &mut session.errors[before..] {
                charge(ctx, RECORD + calls.stack.len())?;
                record.calls = Some(Box::new(calls.clone()));
            }
        }
        Ok(done)
    }

    /// The exception that left a call into JavaScript
    pub fn caught(&self, ctx: &Ctx<'_>, error: rquickjs::Error) -> ScriptError {
        let mut caught = match error {
            rquickjs::Error::Exception => exception(&ctx.catch()),
            other => ScriptError {
                name: "Error".to_owned(),
                message: other.to_string(),
                ..ScriptError::default()
            },
        };
        // without room for an error, the engine throws `null`
        let no_room = caught.name.is_empty() && caught.message == "null";
        if no_room {
            caught.message = OUT_OF_MEMORY.to_owned();
        }
        if no_room || caught.name == "InternalError" && caught.message == OUT_OF_MEMORY {
            caught.limit = true;
        }
        if self.interrupted.get() {
            caught.limit = true;
        }
        if caught.limit && is_exhausted() {
            OUT_OF_MEMORY.clone_into(&mut caught.message);
        }
        if caught.limit {
            caught.file = self.session.borrow().files.last().cloned();
        }
        caught
    }
}

/// Throws an exception of a class that may be Dataform's own
pub fn throw(ctx: &Ctx<'_>, class: &str, message: &str) -> rquickjs::Error {
    match class {
        "TypeError" => with_message(ctx, Exception::throw_type(ctx, "error"), message),
        "ReferenceError" => with_message(ctx, Exception::throw_reference(ctx, "error"), message),
        "Error" => Exception::throw_message(ctx, message),
        class => {
            let Ok(exception) = Exception::from_message(ctx.clone(), message) else {
                return rquickjs::Error::Exception;
            };
            if let Err(error) = exception.as_object().set("name", class) {
                return error;
            }
            exception.throw()
        }
    }
}

/// Gives the exception that is being thrown its message; the engine's own way cuts long ones
fn with_message(ctx: &Ctx<'_>, thrown: rquickjs::Error, message: &str) -> rquickjs::Error {
    let value = ctx.catch();
    if let Some(object) = value.as_object()
        && let Err(error) = object.set("message", message)
    {
        return error;
    }
    ctx.throw(value);
    thrown
}

fn exception(value: &JsValue<'_>) -> ScriptError {
    let Some(object) = value.as_object() else {
        let text = value.as_string().map(|_| super::convert::text(value));
        let value = super::convert::from_js(value).unwrap_or_default();
        return ScriptError {
            silent: text.is_none(),
            message: text.unwrap_or_else(|| value.to_text()),
            ..ScriptError::default()
        };
    };
    let text = |key: &str| {
        object
            .get::<_, JsValue<'_>>(key)
            .ok()
            .filter(JsValue::is_string)
            .map(|value| super::convert::text(&value))
            .unwrap_or_default()
    };
    let said = object.get::<_, JsValue<'_>>("message");
    ScriptError {
        silent: said.is_ok_and(|message| message.is_undefined()),
        name: text("name"),
        message: text("message"),
        stack: text("stack"),
        ..ScriptError::default()
    }
}
