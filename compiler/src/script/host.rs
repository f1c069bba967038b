//! Runs the project's JavaScript: includes, then definitions, then the functions that make SQL

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::{Context, Ctx, Function, Object as JsObject, Runtime, Value as JsValue};

use super::convert::{allow, charge, from_js, is_exhausted, json_to_js, text};
use super::direct::define;
use super::expressions::Expressions;
use super::files::ProjectFiles;
use super::modules::{Module, module};
use super::natives::natives;
use super::shared::{Shared, SqlxModule, throw};
use super::{Owner, ScriptError, Scripts};
use crate::action::{Detail, ErrorRecord, Raise, Session, load_actions_yaml, load_property_graphs};
use crate::graph::{CompiledGraph, assemble, evaluate};
use crate::incremental::{Sources, Trace};
use crate::project::{CORE_VERSION, Extension};
use crate::sqlx::{Expression, Generated, base_name, extract, generate};
use crate::value::Value;

const PRELUDE: &str = include_str!("prelude.js");

/// What stands before a module's code, on its first line
pub const WRAPPER: &str = "(function (exports, require, module, __filename, __dirname, __sqlx) { ";

/// How much project code may use
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the start to the end of all project code
    pub time: Duration,
    /// Bytes
    pub memory: usize,
    /// Bytes of the native stack
    pub stack: usize,
}

/// The files to load, in order
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// A package that runs first, or instead of the files
    pub extension: Option<Extension>,
    /// JavaScript whose exports become globals
    pub includes: Vec<String>,
    /// `actions.yaml` files
    pub actions_yaml: Vec<String>,
    /// `graph.yaml` files
    pub property_graphs: Vec<String>,
    /// JavaScript and SQLX
    pub definitions: Vec<String>,
}

/// What came out of running the project
#[derive(Debug, Default)]
pub struct Outcome {
    /// The graph
    pub graph: CompiledGraph,
    /// Its errors, with what people are shown
    pub errors: Vec<ErrorRecord>,
    /// What is wrong too, for people only
    pub more: Vec<ErrorRecord>,
    /// What ended it: class, message and more for people
    pub thrown: Option<(String, String, Detail)>,
    /// What project code wrote on the console
    pub console: Vec<String>,
    /// The texts of the files that were read
    pub texts: HashMap<String, Arc<str>>,
    /// The code that SQLX files became, where they needed any
    pub generated: HashMap<String, Generated>,
    /// What a later compilation has to know
    pub trace: Trace,
}

/// Loads the files of the plan and makes the graph
pub fn run(
    session: Session,
    files: ProjectFiles,
    root: String,
    plan: &Plan,
    limits: Limits,
) -> Outcome {
    let shared = Rc::new(Shared {
        session: RefCell::new(session),
        files,
        root,
        sqlx: RefCell::default(),
        generated: RefCell::default(),
        defined: RefCell::new(HashSet::new()),
        console: RefCell::default(),
        interrupted: Rc::new(Cell::new(false)),
    });
    let thrown = match engine(limits, &shared.interrupted) {
        Ok((runtime, context)) => {
            let stopped = context.with(|ctx| drive(&ctx, &shared, plan).err());
            drop(context);
            drop(runtime);
            stopped
        }
        Err(error) => Some(stop_for(
            "Error",
            &format!("the JavaScript engine could not start: {error}"),
        )),
    };
    finish(shared, thrown, plan)
}

fn finish(shared: Rc<Shared>, thrown: Option<Stop>, plan: &Plan) -> Outcome {
    let mut outcome = Outcome {
        console: shared.console.take(),
        generated: shared.generated.take(),
        ..Outcome::default()
    };
    let mut session = shared.session.take();
    if thrown.is_none() && session.errors.is_empty() {
        outcome.trace = trace(&mut session, &shared, plan, outcome.console.is_empty());
    }
    let failed_vars = session.config.vars.values().any(|value| !value.is_string());
    outcome.more = std::mem::take(&mut session.more);
    let (graph, errors) = assemble(&mut session);
    outcome.graph = graph;
    outcome.errors = errors;
    outcome.thrown = thrown.map(|stop| (stop.class, stop.message, *stop.detail));
    if outcome.thrown.is_none() && failed_vars {
        outcome.thrown = Some((
            "Error".to_owned(),
            "Custom variables defined in workflow settings can only be strings.".to_owned(),
            Detail::Plain,
        ));
    }
    if outcome.thrown.is_none() {
        let encoding = session
            .encoding
            .map(|message| ("TypeError".to_owned(), message));
        outcome.thrown = session
            .thrown
            .or(encoding)
            .map(|(class, message)| (class, message, Detail::Plain));
    }
    if let Ok(shared) = Rc::try_unwrap(shared) {
        outcome.texts = shared.files.into_texts();
    }
    outcome
}

/// What a later compilation has to know of this one
fn trace(session: &mut Session, shared: &Shared, plan: &Plan, silent: bool) -> Trace {
    if !silent {
        session.trace.entangle("project code writes on the console");
    }
    let sources = Sources {
        includes: &plan.includes,
        definitions: &plan.definitions,
        read: &|path| shared.files.read(path).ok().flatten(),
        parts: &|path| shared.sqlx.borrow().get(path).cloned(),
    };
    session.finish_trace(&sources)
}

/// The end of the whole compilation
struct Stop {
    class: String,
    message: String,
    detail: Box<Detail>,
}

fn stop_for(class: &str, message: &str) -> Stop {
    Stop {
        class: class.to_owned(),
        message: message.to_owned(),
        detail: Box::new(Detail::Plain),
    }
}

impl From<ScriptError> for Stop {
    fn from(error: ScriptError) -> Self {
        Self {
            class: if error.name.is_empty() {
                "Error".to_owned()
            } else {
                error.name.clone()
            },
            message: error.message.clone(),
            detail: Box::new(Detail::Script(error)),
        }
    }
}

impl From<Raise> for Stop {
    fn from(raise: Raise) -> Self {
        Self {
            class: raise.class.to_owned(),
            message: raise.message,
            detail: raise.detail,
        }
    }
}

fn engine(limits: Limits, interrupted: &Rc<Cell<bool>>) -> rquickjs::Result<(Runtime, Context)> {
    let runtime = Runtime::new()?;
    runtime.set_memory_limit(limits.memory);
    allow(limits.memory);
    runtime.set_max_stack_size(limits.stack);
    // project code makes few circles, and the memory limit holds anyway
    runtime.set_gc_threshold(64 << 20);
    let interrupted = Rc::clone(interrupted);
    let deadline = Instant::now().checked_add(limits.time);
    runtime.set_interrupt_handler(Some(Box::new(move || {
        if is_exhausted() || deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            interrupted.set(true);
        }
        interrupted.get()
    })));
    let context = Context::full(&runtime)?;
    Ok((runtime, context))
}

fn drive(ctx: &Ctx<'_>, shared: &Rc<Shared>, plan: &Plan) -> Result<(), Stop> {
    let host = Host::new(ctx, shared).map_err(|error| Stop::from(shared.caught(ctx, error)))?;
    let loaded = |path: &str| shared.session.borrow_mut().loaded(path);
    if let Some(extension) = &plan.extension {
        let run = host.extension.call::<_, ()>((extension.name.as_str(),));
        host.record(&extension.name, run)?;
        loaded("");
        shared
            .session
            .borrow_mut()
            .trace
            .entangle("a package takes part in the compilation");
        if extension.replaces {
            return Ok(evaluate(&shared.session, &host)?);
        }
    }
    for path in &plan.includes {
        let included = host.include.call::<_, ()>((path.as_str(), base_name(path)));
        host.record(path, included)?;
    }
    shared.session.borrow_mut().loaded_includes();
    host.bind
        .call::<_, ()>(())
        .map_err(|error| Stop::from(shared.caught(ctx, error)))?;
    let also_read = RefCell::new(Vec::new());
    let read = |path: &str| {
        also_read.borrow_mut().push(path.to_owned());
        shared
            .files
            .read(path)
            .ok()
            .flatten()
            .map(|text| text.to_string())
    };
    for path in &plan.actions_yaml {
        load_actions_yaml(&mut shared.session.borrow_mut(), path, &read)?;
    }
    load_property_graphs(
        &mut shared.session.borrow_mut(),
        &plan.property_graphs,
        &read,
    );
    for path in also_read.take() {
        shared.session.borrow_mut().trace.reads(&path);
    }
    loaded("");
    for path in &plan.definitions {
        host.define(path)?;
        loaded(path);
    }
    host.settle
        .call::<_, ()>(())
        .map_err(|error| Stop::from(shared.caught(ctx, error)))?;
    evaluate(&shared.session, &host)?;
    Ok(())
}

/// A SQLX file taken apart, kept for later; `None` when it cannot be read or is not valid
fn take_apart(shared: &Shared, path: &str) -> Option<Rc<SqlxModule>> {
    let text = shared.files.read(path).ok().flatten()?;
    let parts = extract(&text).ok()?;
    let module = Rc::new(SqlxModule { text, parts });
    shared
        .sqlx
        .borrow_mut()
        .insert(path.to_owned(), Rc::clone(&module));
    Some(module)
}

/// The function of a module's code, or the exports of a file that is data
pub fn instantiate<'js>(
    ctx: &Ctx<'js>,
    shared: &Shared,
    path: &str,
) -> rquickjs::Result<JsValue<'js>> {
    if shared.defined.borrow().contains(path) {
        return json_to_js(ctx, "{}");
    }
    let text = match shared.files.read(path) {
        Ok(Some(text)) => text,
        Ok(None) => {
            return Err(throw(
                ctx,
                "VMError",
                &format!("Cannot find module '{path}'"),
            ));
        }
        Err(error) => return Err(throw(ctx, "Error", &error.to_string())),
    };
    match module(path, text).map_err(|message| throw(ctx, "Error", &message))? {
        Module::Json(json) => json_to_js(ctx, &json),
        Module::Code(code) => compile(ctx, path, &code),
        Module::Sqlx(text) => {
            if let Err(error) = extract(&text) {
                let raise = Raise::error(error.message).with(Detail::Block(error.span));
                return Err(shared.throw(ctx, raise));
            }
            let known = shared.sqlx.borrow().get(path).cloned();
            let Some(module) = known.or_else(|| take_apart(shared, path)) else {
                return json_to_js(ctx, "{}");
            };
            let generated = generate(path, &module.text, &module.parts);
            let code = generated.text.clone();
            shared
                .generated
                .borrow_mut()
                .insert(path.to_owned(), generated);
            compile(ctx, path, &code)
        }
    }
}

fn compile<'js>(ctx: &Ctx<'js>, path: &str, code: &str) -> rquickjs::Result<JsValue<'js>> {
    let code = code.strip_prefix('\u{feff}').unwrap_or(code);
    let source = format!("{WRAPPER}{code}\n}})");
    let mut options = EvalOptions::default();
    options.filename = Some(path.to_owned());
    ctx.eval_with_options(source, options)
}

/// The prelude's functions
struct Host<'a, 'js> {
    ctx: &'a Ctx<'js>,
    shared: &'a Shared,
    extension: Function<'js>,
    load: Function<'js>,
    include: Function<'js>,
    bind: Function<'js>,
    settle: Function<'js>,
    evaluate: Function<'js>,
    expressions: Expressions<'js>,
}

impl<'a, 'js> Host<'a, 'js> {
    fn new(ctx: &'a Ctx<'js>, shared: &'a Rc<Shared>) -> rquickjs::Result<Self> {
        let script = |name: &str, code: &str| -> rquickjs::Result<JsValue<'js>> {
            let mut options = EvalOptions::default();
            options.filename = Some(format!("<{name}>"));
            ctx.eval_with_options(code, options)
        };
        let prelude: Function<'js> = script("prelude", PRELUDE)?.get()?;
        let settings = JsObject::new(ctx.clone())?;
        settings.set("root", shared.root.as_str())?;
        settings.set("version", CORE_VERSION)?;
        let config = serde_json::to_string(&shared.session.borrow().config).unwrap_or_default();
        settings.set("projectConfig", config)?;
        let parts: JsObject<'js> = prelude.call((natives(ctx, shared)?, settings))?;
        Ok(Self {
            ctx,
            shared,
            extension: parts.get("extension")?,
            load: parts.get("load")?,
            include: parts.get("include")?,
            bind: parts.get("bind")?,
            settle: parts.get("settle")?,
            evaluate: parts.get("evaluate")?,
            expressions: Expressions::new(ctx, parts.get("context")?),
        })
    }

    /// Loads a definitions file, as a module of JavaScript where there is no shorter way
    fn define(&self, path: &str) -> Result<(), Stop> {
        let shared = self.shared;
        let fresh = path.ends_with(".sqlx") && !shared.sqlx.borrow().contains_key(path);
        if let Some(module) = fresh.then(|| take_apart(shared, path)).flatten() {
            match define(shared, &self.expressions, path, &module) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err((error, expression)) => {
                    let error = shared.caught(self.ctx, error);
                    let error = self.expressions.located(error, &expression);
                    return self.record_caught(path, error);
                }
            }
        }
        let run = self.load.call::<_, JsValue<'_>>((path,)).map(|_| ());
        self.record(path, run)
    }

    /// Records the exception that left a file; only running out of time or memory ends everything
    fn record(&self, path: &str, loaded: rquickjs::Result<()>) -> Result<(), Stop> {
        let Err(error) = loaded else {
            return Ok(());
        };
        self.record_caught(path, self.shared.caught(self.ctx, error))
    }

    fn record_caught(&self, path: &str, error: ScriptError) -> Result<(), Stop> {
        if error.limit {
            let file = error.file.clone().or_else(|| Some(path.to_owned()));
            return Err(Stop::from(ScriptError { file, ..error }));
        }
        let mut session = self.shared.session.borrow_mut();
        session.files.clear();
        session.report_script(error, Some(path.to_owned()), None);
        Ok(())
    }
}

impl Scripts for Host<'_, '_> {
    fn call(&self, function: u32, owner: Owner, incremental: bool) -> Result<Value, ScriptError> {
        let (kind, id) = owner.words();
        self.evaluate
            .call::<_, JsValue<'_>>((function, kind, id, incremental))
            .and_then(|value| from_js(&value))
            .map_err(|error| self.shared.caught(self.ctx, error))
    }

    fn expression(
        &self,
        expression: &Expression,
        owner: Owner,
        incremental: bool,
    ) -> Result<String, ScriptError> {
        let before = self.shared.session.borrow().errors.len();
        let value = self
            .expressions
            .value(expression, Some((owner, incremental)));
        for record in &mut self.shared.session.borrow_mut().errors[before..] {
            if let Some(calls) = record.calls.take() {
                record.calls = Some(Box::new(self.expressions.located(*calls, expression)));
            }
        }
        value
            .and_then(|value| {
                let text = text(&value);
                charge(self.ctx, text.len()).map(|()| text)
            })
            .map_err(|error| {
                let error = self.shared.caught(self.ctx, error);
                self.expressions.located(error, expression)
            })
    }
}
