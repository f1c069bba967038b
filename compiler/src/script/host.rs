//! Runs the project's JavaScript: includes, then definitions, then the functions that make SQL

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::{Context, Ctx, Function, Object as JsObject, Runtime, Value as JsValue};

use super::convert::{from_js, json_to_js};
use super::files::ProjectFiles;
use super::modules::{Module, module};
use super::natives::{named, natives};
use super::shared::{Shared, SqlxModule, throw};
use super::{Owner, ScriptError, Scripts};
use crate::action::{
    Detail, ErrorRecord, Raise, Session, SqlxFunctions, create_sqlx, load_actions_yaml,
    load_property_graphs,
};
use crate::graph::{CompiledGraph, assemble, evaluate};
use crate::project::Extension;
use crate::sqlx::{Generated, base_name, extract, generate, is_constant, is_static, parse_literal};
use crate::value::Value;

const PRELUDE: &str = include_str!("prelude.js");
const PATH: &str = include_str!("path.js");
const BUFFER: &str = include_str!("buffer.js");

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
    /// What ended it: class, message and more for people
    pub thrown: Option<(String, String, Detail)>,
    /// What project code wrote on the console
    pub console: Vec<String>,
    /// The texts of the files that were read
    pub texts: HashMap<String, Arc<str>>,
    /// The code that SQLX files became, where they needed any
    pub generated: HashMap<String, Generated>,
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
    finish(shared, thrown)
}

fn finish(shared: Rc<Shared>, thrown: Option<Stop>) -> Outcome {
    let mut outcome = Outcome {
        console: shared.console.take(),
        generated: shared.generated.take(),
        ..Outcome::default()
    };
    let mut session = shared.session.take();
    let failed_vars = session.config.vars.values().any(|value| !value.is_string());
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
    runtime.set_max_stack_size(limits.stack);
    // project code makes few circles, and the memory limit holds anyway
    runtime.set_gc_threshold(64 << 20);
    let interrupted = Rc::clone(interrupted);
    let deadline = Instant::now().checked_add(limits.time);
    runtime.set_interrupt_handler(Some(Box::new(move || {
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            interrupted.set(true);
        }
        interrupted.get()
    })));
    let context = Context::full(&runtime)?;
    Ok((runtime, context))
}

fn drive(ctx: &Ctx<'_>, shared: &Rc<Shared>, plan: &Plan) -> Result<(), Stop> {
    let host = Host::new(ctx, shared).map_err(|error| Stop::from(shared.caught(ctx, error)))?;
    if let Some(extension) = &plan.extension {
        let run = host.extension.call::<_, ()>((extension.name.as_str(),));
        host.record(&extension.name, run)?;
        if extension.replaces {
            return Ok(evaluate(&shared.session, &host)?);
        }
    }
    for path in &plan.includes {
        let loaded = host.include.call::<_, ()>((path.as_str(), base_name(path)));
        host.record(path, loaded)?;
    }
    host.bind
        .call::<_, ()>(())
        .map_err(|error| Stop::from(shared.caught(ctx, error)))?;
    let read = |path: &str| {
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
    for path in &plan.definitions {
        if !define_directly(shared, path) {
            let loaded = host
                .load
                .call::<_, JsValue<'_>>((path.as_str(),))
                .map(|_| ());
            host.record(path, loaded)?;
        }
    }
    evaluate(&shared.session, &host)?;
    Ok(())
}

/// Defines the action of a SQLX file that needs no JavaScript; false for any other file
fn define_directly(shared: &Shared, path: &str) -> bool {
    if !path.ends_with(".sqlx") || shared.sqlx.borrow().contains_key(path) {
        return false;
    }
    let Some(module) = take_apart(shared, path) else {
        return false;
    };
    let (text, parts) = (&module.text, &module.parts);
    let blocks = [
        Some(&parts.statements),
        parts.incremental_where.as_ref(),
        parts.pre_operations.as_ref(),
        parts.post_operations.as_ref(),
    ];
    let simple = parts.javascript.is_empty()
        && blocks
            .into_iter()
            .flatten()
            .all(|block| is_static(block, text))
        && parts
            .inputs
            .iter()
            .all(|input| is_constant(&input.statements, text));
    if !simple {
        return false;
    }
    let mut config = named(base_name(path));
    if let Some(span) = &parts.config {
        let Some(Value::Object(given)) = parse_literal(&text[span.clone()]) else {
            return false;
        };
        for (key, value) in given.iter() {
            config.set(key, value.clone());
        }
    }
    let mut session = shared.session.borrow_mut();
    session.files.push(path.to_owned());
    let functions = SqlxFunctions::default();
    let created = create_sqlx(
        &mut session,
        text,
        parts,
        &Value::Object(config),
        &functions,
    );
    session.files.pop();
    if let Err(raise) = created {
        session.report_raise(raise, path);
    }
    shared.defined.borrow_mut().insert(path.to_owned());
    true
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
    evaluate: Function<'js>,
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
        let config = serde_json::to_string(&shared.session.borrow().config).unwrap_or_default();
        settings.set("projectConfig", config)?;
        let parts: JsObject<'js> = prelude.call((
            natives(ctx, shared)?,
            script("path", PATH)?,
            script("buffer", BUFFER)?,
            settings,
        ))?;
        Ok(Self {
            ctx,
            shared,
            extension: parts.get("extension")?,
            load: parts.get("load")?,
            include: parts.get("include")?,
            bind: parts.get("bind")?,
            evaluate: parts.get("evaluate")?,
        })
    }

    /// Records the exception that left a file; only running out of time or memory ends everything
    fn record(&self, path: &str, loaded: rquickjs::Result<()>) -> Result<(), Stop> {
        let Err(error) = loaded else {
            return Ok(());
        };
        let error = self.shared.caught(self.ctx, error);
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
        let (kind, id) = match owner {
            Owner::Action { id, kind } => (kind.as_str(), id),
            Owner::Test => ("test", 0),
            Owner::Tested { test } => ("tested", test),
        };
        let id = u32::try_from(id).unwrap_or(u32::MAX);
        self.evaluate
            .call::<_, JsValue<'_>>((function, kind, id, incremental))
            .and_then(|value| from_js(&value))
            .map_err(|error| self.shared.caught(self.ctx, error))
    }
}
