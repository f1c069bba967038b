//! Expressions of SQLX files as JavaScript functions of their literals: each distinct one is compiled once

use std::cell::RefCell;
use std::sync::Arc;

use rquickjs::context::EvalOptions;
use rquickjs::function::Args;
use rquickjs::{Array, Ctx, Function, Object as JsObject, Result, Value as JsValue};
use rustc_hash::FxHashMap;

use super::{Owner, Place, ScriptError};
use crate::sqlx::{CONTEXT, Expression, Literal};

/// What the engine calls the code of expressions in its lists of calls
const FILE: &str = "<expression>";

/// What is made of an expression's value
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Its text, for a placeholder; it may use the context's functions
    Text,
    /// Itself
    Value,
    /// An object with its own properties, where it is spread into another
    Spread,
}

impl Form {
    /// What stands before and after the code
    fn around(self) -> [&'static str; 2] {
        match self {
            Self::Text => ["`${", "}`"],
            Self::Value => ["(", ")"],
            Self::Spread => ["({...", "})"],
        }
    }
}

/// The expressions of one compilation
pub struct Expressions<'js> {
    ctx: Ctx<'js>,
    /// Makes an action's context for placeholders
    make_context: Function<'js>,
    numbers: RefCell<FxHashMap<String, u32>>,
    compiled: RefCell<Vec<Compiled<'js>>>,
    /// Code that has a number, but no function yet
    waiting: RefCell<Vec<Waiting>>,
    files: RefCell<Vec<Arc<str>>>,
    /// The context that was made last
    context: RefCell<Option<(Owner, bool, JsObject<'js>)>>,
}

struct Compiled<'js> {
    function: Function<'js>,
    /// The line of the engine's places that its code begins on, how many it has, and what stands before
    /// it on the first
    line: usize,
    lines: usize,
    before: usize,
}

struct Waiting {
    source: String,
    key: String,
    form: Form,
}

impl<'js> Expressions<'js> {
    /// None yet; `make_context` is the prelude's
    pub fn new(ctx: &Ctx<'js>, make_context: Function<'js>) -> Self {
        Self {
            ctx: ctx.clone(),
            make_context,
            numbers: RefCell::default(),
            compiled: RefCell::default(),
            waiting: RefCell::default(),
            files: RefCell::default(),
            context: RefCell::default(),
        }
    }

    /// The number of a file, for the expressions in it
    pub fn file(&self, path: &str) -> u32 {
        let mut files = self.files.borrow_mut();
        files.push(Arc::from(path));
        index(files.len() - 1)
    }

    /// Gives an expression of a file its number, and takes its code
    pub fn register(&self, expression: &mut Expression, file: u32, form: Form) {
        if form != Form::Text {
            expression.context = 0;
        }
        expression.file = file;
        let [before, after] = form.around();
        let code = std::mem::take(&mut expression.code);
        let key = format!("{before}{}\n{code}", expression.context);
        let mut numbers = self.numbers.borrow_mut();
        if let Some(number) = numbers.get(&key) {
            expression.number = *number;
            return;
        }
        let mut waiting = self.waiting.borrow_mut();
        expression.number = index(self.compiled.borrow().len() + waiting.len());
        let source = format!("({}) =>\n{before}{code}{after}", parameters(expression));
        waiting.push(Waiting {
            source,
            key: key.clone(),
            form,
        });
        numbers.insert(key, expression.number);
    }

    /// Compiles what has been given a number since the last time; false if some of it is no expression:
    /// then the numbers given since are void
    pub fn compile(&self) -> bool {
        let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
        if waiting.is_empty() {
            return true;
        }
        match self.functions(&waiting) {
            Ok(functions) => {
                self.compiled.borrow_mut().extend(functions);
                true
            }
            Err(_) => {
                self.ctx.catch();
                let mut numbers = self.numbers.borrow_mut();
                for expression in &waiting {
                    numbers.remove(&expression.key);
                }
                false
            }
        }
    }

    fn functions(&self, waiting: &[Waiting]) -> Result<Vec<Compiled<'js>>> {
        let mut source = String::from("[\n");
        let mut line = 2;
        let mut places = Vec::with_capacity(waiting.len());
        for expression in waiting {
            source.push_str(&expression.source);
            source.push_str(",\n");
            let lines = expression.source.matches('\n').count();
            places.push((line + 1, lines));
            line += lines + 1;
        }
        source.push(']');
        let mut options = EvalOptions::default();
        options.filename = Some(FILE.to_owned());
        let list: Array<'js> = self.ctx.eval_with_options(source, options)?;
        places
            .into_iter()
            .zip(waiting)
            .enumerate()
            .map(|(at, ((line, lines), expression))| {
                Ok(Compiled {
                    function: list.get(at)?,
                    line,
                    lines,
                    before: expression.form.around()[0].len(),
                })
            })
            .collect()
    }

    /// The value of an expression; a placeholder's for an owner, with whether it is for an incremental run.
    ///
    /// # Errors
    /// What it throws.
    pub fn value(
        &self,
        expression: &Expression,
        owner: Option<(Owner, bool)>,
    ) -> Result<JsValue<'js>> {
        let function = self
            .compiled
            .borrow()
            .get(expression.number as usize)
            .map(|compiled| compiled.function.clone());
        let Some(function) = function else {
            return Ok(JsValue::new_undefined(self.ctx.clone()));
        };
        let mut arguments = Args::new(self.ctx.clone(), expression.literals.len() + 1);
        if let Some((owner, incremental)) = owner.filter(|_| expression.context != 0) {
            arguments.push_arg(self.context(owner, incremental)?)?;
        }
        for literal in &expression.literals {
            match literal {
                Literal::Text(text) => arguments.push_arg(text.as_str())?,
                Literal::Number(number) => arguments.push_arg(*number)?,
            }
        }
        function.call_arg(arguments)
    }

    fn context(&self, owner: Owner, incremental: bool) -> Result<JsObject<'js>> {
        if let Some((known, for_incremental, context)) = &*self.context.borrow()
            && *known == owner
            && *for_incremental == incremental
        {
            return Ok(context.clone());
        }
        let (kind, id) = owner.words();
        let context: JsObject<'js> = self.make_context.call((kind, id, incremental))?;
        *self.context.borrow_mut() = Some((owner, incremental, context.clone()));
        Ok(context)
    }

    /// The error that an expression threw, with the place in its file where the innermost call in it is
    pub fn located(&self, mut error: ScriptError, expression: &Expression) -> ScriptError {
        error.place = error
            .stack
            .lines()
            .find_map(position)
            .and_then(|(line, column)| {
                let offset = self.offset(expression, line, column)?;
                let file = self.files.borrow().get(expression.file as usize)?.clone();
                Some(Place {
                    file,
                    offset: expression.source_offset(offset),
                })
            });
        error
    }

    /// The byte of an expression's code at a position of the engine
    fn offset(&self, expression: &Expression, line: usize, column: usize) -> Option<usize> {
        let compiled = self.compiled.borrow();
        let compiled = compiled.get(expression.number as usize)?;
        let line = line.checked_sub(compiled.line)?;
        if line >= compiled.lines {
            return None;
        }
        let numbers = self.numbers.borrow();
        let (key, _) = numbers
            .iter()
            .find(|(_, number)| **number == expression.number)?;
        let (_, code) = key.split_once('\n')?;
        let start: usize = code.split_inclusive('\n').take(line).map(str::len).sum();
        let before = if line == 0 { compiled.before } else { 0 };
        Some(start + column.saturating_sub(1).saturating_sub(before))
    }
}

/// Whether a line of the engine's list of calls is about an expression
pub fn is_expression(line: &str) -> bool {
    position(line).is_some()
}

/// The line and column in a line of the engine's list of calls that is about an expression
fn position(line: &str) -> Option<(usize, usize)> {
    let (_, place) = line.split_once(FILE)?;
    let place = place.strip_prefix(':')?.trim_end_matches(')');
    let (line, column) = place.split_once(':')?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// The parameters of an expression's function: what it uses of the context, and its literals
fn parameters(expression: &Expression) -> String {
    let used = CONTEXT
        .iter()
        .enumerate()
        .filter(|(number, _)| expression.context & (1 << number) != 0)
        .map(|(_, name)| *name)
        .collect::<Vec<_>>()
        .join(", ");
    let context = (!used.is_empty()).then(|| format!("{{ {used} }}"));
    let literals = (0..expression.literals.len()).map(|number| format!("${number}"));
    context
        .into_iter()
        .chain(literals)
        .collect::<Vec<_>>()
        .join(", ")
}

fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
