//! The functions behind the objects that project code sees

use std::rc::Rc;

use rquickjs::context::EvalOptions;
use rquickjs::{Ctx, Function, IntoJs, Object as JsObject, Result, Value as JsValue};

use super::convert::{charge, from_js, json_to_js, list_from_js};
use super::host::instantiate;
use super::modules::{find, normalize, template_text};
use super::shared::{Shared, SqlxModule, throw};
use crate::action::{
    ActionId, Origin, Raise, Session, Sql, SqlxBlock, SqlxBlocks, create_sqlx, left_over,
};
use crate::graph::TableType;
use crate::sqlx::{Statement, plain_template, slots};
use crate::value::{Object, Value};

/// Scripts of the prelude, some of which are only evaluated when project code asks for what they make
const SCRIPTS: [(&str, &str); 5] = [
    ("locale", include_str!("locale.js")),
    ("configs", include_str!("configs.js")),
    ("globals", include_str!("globals.js")),
    ("path", include_str!("path.js")),
    ("buffer", include_str!("buffer.js")),
];
/// Bytes that an action takes beside its config
const ACTION: usize = 2048;

/// Bytes that a line of the console takes beside its text
const LINE: usize = 64;

/// The object that the prelude knows as `native`
pub fn natives<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>) -> Result<JsObject<'js>> {
    let native = JsObject::new(ctx.clone())?;
    modules(ctx, shared, &native)?;
    actions(ctx, shared, &native)?;
    tests(ctx, shared, &native)?;
    names(ctx, shared, &native)?;
    Ok(native)
}

/// Puts a function into the object; `shared` is bound in it
macro_rules! function {
    ($ctx:ident, $shared:ident, $native:ident, $name:literal, $closure:expr) => {{
        let $shared = Rc::clone($shared);
        $native.set($name, Function::new($ctx.clone(), $closure)?)?;
    }};
}

fn script<'js>(ctx: &Ctx<'js>, name: &str) -> Result<JsValue<'js>> {
    let code = SCRIPTS.iter().find(|(known, _)| *known == name);
    let mut options = EvalOptions::default();
    options.filename = Some(format!("<{name}>"));
    ctx.eval_with_options(code.map_or("", |(_, code)| code), options)
}

fn modules<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>, native: &JsObject<'js>) -> Result<()> {
    function!(ctx, shared, native, "find", move |ctx: Ctx<'js>,
                                                 folder: String,
                                                 id: String|
          -> Result<String> {
        charge(&ctx, LINE * 16 + folder.len() + id.len())?;
        let found = find(&shared.files, &folder, &id, &shared.root)
            .ok_or_else(|| throw(&ctx, "VMError", &format!("Cannot find module '{id}'")))?;
        shared.session.borrow_mut().trace.reads(&found);
        Ok(found)
    });
    function!(ctx, shared, native, "source", move |ctx: Ctx<'js>,
                                                   path: String|
          -> Result<
        JsValue<'js>,
    > {
        instantiate(&ctx, &shared, &path)
    });
    native.set(
        "script",
        Function::new(ctx.clone(), |ctx: Ctx<'js>, name: String| {
            script(&ctx, &name)
        })?,
    )?;
    function!(
        ctx,
        shared,
        native,
        "compileError",
        move |message: String, file: Option<String>| {
            shared.session.borrow_mut().report(message, file, None);
        }
    );
    function!(ctx, shared, native, "enter", move |path: String| {
        shared.session.borrow_mut().files.push(path);
    });
    function!(ctx, shared, native, "leave", move || {
        shared.session.borrow_mut().files.pop();
    });
    function!(ctx, shared, native, "clock", move || {
        shared.session.borrow_mut().trace.clock = true;
    });
    function!(ctx, shared, native, "console", move |ctx: Ctx<'js>,
                                                    level: String,
                                                    text: String|
          -> Result<()> {
        charge(&ctx, LINE + text.len())?;
        shared.console.borrow_mut().push(format!("{level}: {text}"));
        Ok(())
    });
    function!(ctx, shared, native, "configure", move |ctx: Ctx<'js>,
                                                      json: String|
          -> Result<()> {
        match serde_json::from_str(&json) {
            Ok(config) => {
                let mut session = shared.session.borrow_mut();
                session.trace.entangle("project code changes the settings");
                session.config = config;
                Ok(())
            }
            Err(error) => Err(throw(
                &ctx,
                "TypeError",
                &format!("a setting has a value of the wrong type: {error}"),
            )),
        }
    });
    function!(
        ctx,
        shared,
        native,
        "contents",
        move |ctx: Ctx<'js>, file: String| -> Result<String> {
            contents(&shared, &file).map_err(|raise| shared.throw(&ctx, raise))
        }
    );
    Ok(())
}

/// The text of a Markdown file beside the calling file
fn contents(shared: &Shared, file: &str) -> std::result::Result<String, Raise> {
    let refused = |reason: &str| Raise::error(format!("Cannot read \"{file}\": {reason}."));
    let path = beside(shared, file)
        .ok_or_else(|| refused("path resolves outside the project directory"))?;
    shared.session.borrow_mut().trace.reads(&path);
    let text = match shared.files.read(&path) {
        Ok(Some(text)) => text,
        _ => return Err(refused("file not found")),
    };
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "md" => {}
        // what cannot be loaded as a module is as good as not there
        "sql" | "sqlx" | "js" | "json" | "yaml" | "yml" | "ipynb" => {
            return Err(refused("only .md files are supported"));
        }
        _ => return Err(refused("file not found")),
    }
    Ok(template_text(&text))
}

fn missing(path: &str) -> Raise {
    Raise {
        class: "VMError",
        ..Raise::error(format!("Cannot find module '{path}'"))
    }
}

/// A path relative to the file that is being loaded
fn beside(shared: &Shared, file: &str) -> Option<String> {
    let current = shared.session.borrow().current_file();
    let folder = current.rsplit_once('/').map_or("", |(folder, _)| folder);
    normalize(&format!("{folder}/{file}"))
}

fn actions<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>, native: &JsObject<'js>) -> Result<()> {
    function!(ctx, shared, native, "create", move |ctx: Ctx<'js>,
                                                   kind: String,
                                                   config: JsValue<
        'js,
    >|
          -> Result<u32> {
        charge(&ctx, ACTION)?;
        let config = from_js(&config)?;
        let created = shared.noting(&ctx, |session| create(session, &kind, config))?;
        created
            .map(number)
            .map_err(|raise| shared.throw(&ctx, raise))
    });
    function!(ctx, shared, native, "method", move |ctx: Ctx<'js>,
                                                   id: u32,
                                                   method: String,
                                                   value: JsValue<'js>,
                                                   function: Option<
        u32,
    >|
          -> Result<()> {
        let value = argument(&value, function)?;
        let mut session = shared.session.borrow_mut();
        session.trace.touch(id as ActionId);
        let called = session.call(id as ActionId, &method, &value);
        drop(session);
        called.map_err(|raise| shared.throw(&ctx, raise))
    });
    function!(
        ctx,
        shared,
        native,
        "changeType",
        move |ctx: Ctx<'js>, id: u32, kind: String| -> Result<bool> {
            shared.session.borrow_mut().trace.touch(id as ActionId);
            let changed = match table_type(&kind) {
                Some(table_type) => shared
                    .session
                    .borrow_mut()
                    .change_type(id as ActionId, table_type),
                None => Err(Raise::error(format!("Unexpected table type: {kind}"))),
            };
            changed
                .map(|new| new.is_some())
                .map_err(|raise| shared.throw(&ctx, raise))
        }
    );
    function!(ctx, shared, native, "latest", move || -> u32 {
        let session = shared.session.borrow();
        session.order.last().copied().map_or(u32::MAX, number)
    });
    function!(
        ctx,
        shared,
        native,
        "definedFrom",
        move |place: u32| -> String {
            let session = shared.session.borrow();
            let actions: Vec<(u32, &str)> = session
                .defined_from(place as usize)
                .into_iter()
                .map(|(id, kind)| (number(id), kind.as_str()))
                .collect();
            serde_json::to_string(&actions).unwrap_or_default()
        }
    );
    function!(
        ctx,
        shared,
        native,
        "amend",
        move |id: u32, json: String| {
            let mut session = shared.session.borrow_mut();
            session.trace.touch(id as ActionId);
            if let Ok(proto) = serde_json::from_str(&json) {
                session.amend_action(id as ActionId, &proto);
            }
        }
    );
    function!(ctx, shared, native, "shares", move || {
        let mut session = shared.session.borrow_mut();
        session.trace.entangle("configs share an object");
    });
    function!(
        ctx,
        shared,
        native,
        "rowConditions",
        move |table: u32, conditions: Vec<String>| {
            let mut session = shared.session.borrow_mut();
            session.set_row_conditions(table as ActionId, conditions);
        }
    );
    function!(ctx, shared, native, "describe", move |id: u32| -> String {
        let mut session = shared.session.borrow_mut();
        session.trace.touch(id as ActionId);
        session.describe_action(id as ActionId).to_string()
    });
    function!(ctx, shared, native, "checkName", move |name: JsValue<
        'js,
    >| {
        if let Ok(Value::String(name)) = from_js(&name) {
            shared.session.borrow_mut().check_published_name(&name);
        }
    });
    function!(
        ctx,
        shared,
        native,
        "createNotebook",
        move |ctx: Ctx<'js>, config: JsValue<'js>| -> Result<u32> {
            let config = from_js(&config)?;
            let created = notebook(&shared, &config);
            created
                .map(number)
                .map_err(|raise| shared.throw(&ctx, raise))
        }
    );
    function!(ctx, shared, native, "jitData", move |ctx: Ctx<'js>,
                                                    key: String,
                                                    value: JsValue<
        'js,
    >|
          -> Result<()> {
        let value = from_js(&value)?;
        let data = &mut shared.session.borrow_mut().jit_data;
        if data.contains_key(&key) {
            let message = format!("JiT context data with key {key} already exists.");
            return Err(throw(&ctx, "Error", &message));
        }
        data.insert(key, crate::action::protobuf_value(&value));
        Ok(())
    });
    function!(ctx, shared, native, "sqlx", move |ctx: Ctx<'js>,
                                                 config: JsValue<'js>,
                                                 functions: Vec<
        Option<u32>,
    >,
                                                 inputs: Vec<
        Option<u32>,
    >|
          -> Result<()> {
        let config = from_js(&config)?;
        let path = shared.session.borrow().current_file();
        let Some(module) = shared.sqlx.borrow().get(&path).cloned() else {
            return Ok(());
        };
        let blocks = blocks(&module, &functions, &inputs);
        let created = create_sqlx(
            &mut shared.session.borrow_mut(),
            &module.parts,
            config,
            blocks,
        );
        created.map_err(|raise| shared.throw(&ctx, raise))
    });
    Ok(())
}

/// The SQL of a SQLX file; a block without a function needs no JavaScript
fn blocks(module: &SqlxModule, functions: &[Option<u32>], inputs: &[Option<u32>]) -> SqlxBlocks {
    let (text, parts) = (&*module.text, &module.parts);
    let block = |function: Option<u32>, statements: &[Statement]| match function {
        Some(function) => SqlxBlock::Function {
            function,
            statements: statements
                .iter()
                .map(|statement| slots(text, statement))
                .collect(),
        },
        None => SqlxBlock::Templates(
            statements
                .iter()
                .filter_map(|statement| plain_template(text, statement))
                .collect(),
        ),
    };
    let function = |at: usize| functions.get(at).copied().flatten();
    let optional = |at: usize, statements: &Option<Vec<Statement>>| {
        statements
            .as_ref()
            .map(|statements| block(function(at), statements))
    };
    SqlxBlocks {
        query: block(function(0), &parts.statements),
        where_clause: optional(1, &parts.incremental_where),
        pre_operations: optional(2, &parts.pre_operations),
        post_operations: optional(3, &parts.post_operations),
        inputs: parts
            .inputs
            .iter()
            .enumerate()
            .map(|(at, input)| block(inputs.get(at).copied().flatten(), &input.statements))
            .collect(),
    }
}

fn create(
    session: &mut Session,
    kind: &str,
    config: Value,
) -> std::result::Result<ActionId, Raise> {
    let mut config = config;
    if let Value::Object(object) = &mut config
        && object.get("filename").is_none_or(|file| !file.is_truthy())
    {
        object.set("filename", Value::String(session.current_file()));
    }
    let id = match (table_type(kind), kind) {
        (Some(table_type), _) => {
            let id = session.table(table_type, &config, Origin::Code)?;
            session.actions[id].config = left_over(config);
            id
        }
        (None, "operations") => session.operation(&config, Origin::Code)?,
        (None, "assertion") => session.assertion(&config, Origin::Code)?,
        (None, _) => session.declaration(&config)?,
    };
    session.define(id);
    Ok(id)
}

fn notebook(shared: &Shared, config: &Value) -> std::result::Result<ActionId, Raise> {
    let given = config
        .truthy("filename")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let path = beside(shared, given).ok_or_else(|| missing(given))?;
    shared.session.borrow_mut().trace.reads(&path);
    let text = match shared.files.read(&path) {
        Ok(Some(text)) => text,
        _ => return Err(missing(&path)),
    };
    let mut session = shared.session.borrow_mut();
    let id = session.notebook(config, &path, &text)?;
    session.define(id);
    Ok(id)
}

fn table_type(kind: &str) -> Option<TableType> {
    match kind {
        "table" => Some(TableType::Table),
        "view" => Some(TableType::View),
        "incremental" => Some(TableType::Incremental),
        _ => None,
    }
}

/// An argument, or the function that was passed in its place
fn argument(value: &JsValue<'_>, function: Option<u32>) -> Result<Value> {
    match function {
        Some(function) => Ok(Value::Function(function)),
        None => from_js(value),
    }
}

fn number(id: usize) -> u32 {
    u32::try_from(id).unwrap_or(u32::MAX)
}

fn tests<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>, native: &JsObject<'js>) -> Result<()> {
    function!(ctx, shared, native, "createTest", move |ctx: Ctx<'js>,
                                                       config: JsValue<
        'js,
    >|
          -> Result<u32> {
        charge(&ctx, ACTION)?;
        let config = from_js(&config)?;
        let created = shared.session.borrow_mut().test(&config);
        created
            .map(number)
            .map_err(|raise| shared.throw(&ctx, raise))
    });
    function!(
        ctx,
        shared,
        native,
        "testMethod",
        move |ctx: Ctx<'js>,
              id: u32,
              method: String,
              value: JsValue<'js>,
              function: Option<u32>,
              reference: JsValue<'js>|
              -> Result<()> {
            let value = argument(&value, function)?;
            let reference = from_js(&reference)?;
            let mut session = shared.session.borrow_mut();
            let id = id as usize;
            let called = match method.as_str() {
                "config" => {
                    session.test_config(id, &value);
                    Ok(())
                }
                "input" => session.test_input(id, &reference, Sql::from_value(&value)),
                _ => {
                    session.tests[id].expected = Some(Sql::from_value(&value));
                    Ok(())
                }
            };
            drop(session);
            called.map_err(|raise| shared.throw(&ctx, raise))
        }
    );
    function!(
        ctx,
        shared,
        native,
        "testReference",
        move |ctx: Ctx<'js>, id: u32, reference: JsValue<'js>| -> Result<JsValue<'js>> {
            let arguments = list_from_js(&reference)?;
            let input = shared
                .session
                .borrow_mut()
                .test_reference(id as usize, &arguments);
            test_input(&ctx, input.map_err(|raise| shared.throw(&ctx, raise))?)
        }
    );
    function!(ctx, shared, native, "testSelf", move |ctx: Ctx<'js>,
                                                     id: u32|
          -> Result<
        JsValue<'js>,
    > {
        let input = shared.session.borrow_mut().test_self(id as usize);
        test_input(&ctx, input)
    });
    Ok(())
}

/// What stands for a reference of a tested query: a text, the number of a function, or null
fn test_input<'js>(ctx: &Ctx<'js>, input: Option<Sql>) -> Result<JsValue<'js>> {
    match input {
        Some(Sql::Function { function, .. }) => function.into_js(ctx),
        Some(Sql::Text(text)) => text.into_js(ctx),
        Some(Sql::Texts(texts)) => texts.into_iter().next().into_js(ctx),
        _ => json_to_js(ctx, "null"),
    }
}

fn names<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>, native: &JsObject<'js>) -> Result<()> {
    function!(ctx, shared, native, "ref", move |ctx: Ctx<'js>,
                                                id: u32,
                                                reference: JsValue<
        'js,
    >|
          -> Result<String> {
        let arguments = list_from_js(&reference)?;
        let name = shared.noting(&ctx, |session| {
            session.reference(id as ActionId, &arguments)
        })?;
        name.map_err(|raise| shared.throw(&ctx, raise))
    });
    function!(
        ctx,
        shared,
        native,
        "resolveName",
        move |ctx: Ctx<'js>, id: u32, reference: JsValue<'js>| -> Result<String> {
            let arguments = list_from_js(&reference)?;
            let name = shared.noting(&ctx, |session| {
                session.resolve_arguments(id as ActionId, &arguments)
            })?;
            name.map_err(|raise| shared.throw(&ctx, raise))
        }
    );
    function!(ctx, shared, native, "self", move |id: u32| -> String {
        shared.session.borrow_mut().resolve_self(id as ActionId)
    });
    function!(ctx, shared, native, "name", move |id: u32| -> String {
        shared.session.borrow().name_of(id as ActionId)
    });
    function!(ctx, shared, native, "schema", move |ctx: Ctx<'js>,
                                                   id: u32|
          -> Result<
        JsValue<'js>,
    > {
        match shared.session.borrow().schema_of(id as ActionId) {
            Some(schema) => schema.into_js(&ctx),
            None => Ok(JsValue::new_undefined(ctx)),
        }
    });
    function!(ctx, shared, native, "database", move |id: u32| -> String {
        shared.session.borrow_mut().database_of(id as ActionId)
    });
    Ok(())
}

/// A config whose only key is there to be read: `name`
pub fn named(name: &str) -> Object {
    let mut object = Object::default();
    object.set("name", Value::from(name));
    object.set("type", Value::from("operations"));
    object
}
