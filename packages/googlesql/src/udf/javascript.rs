//! `gs_javascript(definition, arguments, _)`: a function of the user's in QuickJS
//!
//! Each thread has an engine per definition. It has no access to the machine; memory and the time of
//! a call are limited.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rquickjs::{
    CatchResultExt, CaughtError, Context, Ctx, Function as Callable, Persistent, Runtime,
};

use super::{Answer, Cell, Function, Kind};

pub const TABLE: &[Function] = &[Function {
    name: "gs_javascript",
    parameters: &[Kind::Text, Kind::Text, Kind::Double],
    result: Kind::Text,
    body: javascript,
}];

const PRELUDE: &str = include_str!("javascript.js");
const MEMORY: usize = 256 * 1024 * 1024;
const STACK: usize = 1024 * 1024;
/// How long one call may take
const TIME: Duration = Duration::from_secs(60);
/// How many definitions a thread keeps engines for
const ENGINES: usize = 32;

thread_local! {
    static ENGINES_OF_THREAD: RefCell<HashMap<String, Engine>> = RefCell::default();
}

fn javascript(cells: &[Cell]) -> Result<Answer, String> {
    let (definition, arguments) = (cells[0].text(), cells[1].text());
    ENGINES_OF_THREAD.with_borrow_mut(|engines| {
        if !engines.contains_key(definition) {
            if engines.len() >= ENGINES {
                engines.clear();
            }
            engines.insert(definition.to_owned(), Engine::new(definition)?);
        }
        match engines.get(definition) {
            Some(engine) => engine.call(arguments),
            None => Err("the function has no engine".to_owned()),
        }
        .map(|answer| answer.map_or(Answer::Null, Answer::Text))
    })
}

/// An engine that knows one function
struct Engine {
    // dropped in this order: what belongs to the runtime goes before it
    function: Persistent<Callable<'static>>,
    context: Context,
    clock: Arc<Clock>,
    _runtime: Runtime,
}

/// When the running call must end, in milliseconds since `start`; 0 without a call
struct Clock {
    start: Instant,
    end: AtomicU64,
}

impl Clock {
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn set(&self) {
        let limit = u64::try_from(TIME.as_millis()).unwrap_or(u64::MAX);
        self.end
            .store(self.now().saturating_add(limit), Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.now() > self.end.load(Ordering::Relaxed)
    }
}

impl Engine {
    fn new(definition: &str) -> Result<Self, String> {
        let failed = |error: rquickjs::Error| format!("JavaScript cannot start: {error}");
        let runtime = Runtime::new().map_err(failed)?;
        runtime.set_memory_limit(MEMORY);
        runtime.set_max_stack_size(STACK);
        let clock = Arc::new(Clock {
            start: Instant::now(),
            end: AtomicU64::new(0),
        });
        let guard = Arc::clone(&clock);
        runtime.set_interrupt_handler(Some(Box::new(move || guard.is_over())));
        let context = Context::full(&runtime).map_err(failed)?;
        clock.set();
        let libraries = libraries(definition)?;
        let function = context.with(|ctx| {
            ctx.eval::<(), _>(PRELUDE)
                .catch(&ctx)
                .map_err(|error| message(&error))?;
            for library in &libraries {
                ctx.eval::<(), _>(library.as_str())
                    .catch(&ctx)
                    .map_err(|error| message(&error))?;
            }
            define(&ctx, definition)
        })?;
        Ok(Self {
            function,
            context,
            clock,
            _runtime: runtime,
        })
    }

    fn call(&self, arguments: &str) -> Result<Option<String>, String> {
        self.clock.set();
        self.context.with(|ctx| {
            let function = self
                .function
                .clone()
                .restore(&ctx)
                .map_err(|error| error.to_string())?;
            function
                .call::<_, Option<String>>((arguments,))
                .catch(&ctx)
                .map_err(|error| match self.clock.is_over() {
                    true => "the JavaScript function took too long".to_owned(),
                    false => message(&error),
                })
        })
    }
}

fn define(ctx: &Ctx, definition: &str) -> Result<Persistent<Callable<'static>>, String> {
    let define: Callable = ctx
        .globals()
        .get("__define")
        .map_err(|error| error.to_string())?;
    let function: Callable = define
        .call((definition,))
        .catch(ctx)
        .map_err(|error| message(&error))?;
    Ok(Persistent::save(ctx, function))
}

fn libraries(definition: &str) -> Result<Vec<String>, String> {
    let definition: serde_json::Value =
        serde_json::from_str(definition).map_err(|error| error.to_string())?;
    let texts = definition["libraries"].as_array();
    Ok(texts
        .into_iter()
        .flatten()
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect())
}

/// What was thrown, as JavaScript says it
fn message(error: &CaughtError) -> String {
    match error {
        CaughtError::Exception(exception) => {
            let text = exception.message().unwrap_or_default();
            match exception.get::<_, String>("name") {
                Ok(name) if name != "Error" => format!("in JavaScript, {name}: {text}"),
                _ => text,
            }
        }
        CaughtError::Value(value) => match value.as_string().map(rquickjs::String::to_string) {
            Some(Ok(text)) => text,
            _ => "a JavaScript value was thrown".to_owned(),
        },
        CaughtError::Error(error) => error.to_string(),
    }
}
