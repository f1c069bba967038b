//! The functions behind the objects that project code sees

use std::rc::Rc;

use rquickjs::{Ctx, Function, IntoJs, Object as JsObject, Result, Value as JsValue};

use super::convert::{from_js, json_to_js, list_from_js};
use super::host::instantiate;
use super::modules::{find, normalize};
use super::shared::{Shared, throw};
use crate::action::{ActionId, Origin, Raise, Session, Sql, SqlxFunctions, create_sqlx};
use crate::graph::TableType;
use crate::value::{Object, Value};

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

fn modules<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>, native: &JsObject<'js>) -> Result<()> {
    function!(ctx, shared, native, "find", move |ctx: Ctx<'js>,
                                                 folder: String,
                                                 id: String|
          -> Result<String> {
        find(&shared.files, &folder, &id, &shared.root)
            .ok_or_else(|| throw(&ctx, "VMError", &format!("Cannot find module '{id}'")))
    });
    function!(ctx, shared, native, "source", move |ctx: Ctx<'js>,
                                                   path: String|
          -> Result<
        JsValue<'js>,
    > {
        instantiate(&ctx, &shared, &path)
    });
    function!(ctx, shared, native, "enter", move |path: String| {
        shared.session.borrow_mut().files.push(path);
    });
    function!(ctx, shared, native, "leave", move || {
        shared.session.borrow_mut().files.pop();
    });
    function!(
        ctx,
        shared,
        native,
        "console",
        move |level: String, text: String| {
            shared.console.borrow_mut().push(format!("{level}: {text}"));
        }
    );
    function!(ctx, shared, native, "configure", move |ctx: Ctx<'js>,
                                                      json: String|
          -> Result<()> {
        match serde_json::from_str(&json) {
            Ok(config) => {
                shared.session.borrow_mut().config = config;
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
    if !file.ends_with(".md") {
        return Err(Raise::error(format!(
            "getContents only supports .md files, but got \"{file}\"."
        )));
    }
    let path = beside(shared, file)
        .ok_or_else(|| Raise::error(format!("\"{file}\" leads out of the project folder")))?;
    match shared.files.read(&path) {
        Ok(Some(text)) => Ok(text.replace("\r\n", "\n")),
        _ => Err(missing(&path)),
    }
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
        let config = from_js(&config)?;
        let created = create(&mut shared.session.borrow_mut(), &kind, config);
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
        let called = shared
            .session
            .borrow_mut()
            .call(id as ActionId, &method, &value);
        called.map_err(|raise| shared.throw(&ctx, raise))
    });
    function!(
        ctx,
        shared,
        native,
        "changeType",
        move |ctx: Ctx<'js>, id: u32, kind: String| -> Result<bool> {
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
    function!(ctx, shared, native, "describe", move |id: u32| -> String {
        shared
            .session
            .borrow()
            .describe_action(id as ActionId)
            .to_string()
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
        let function = |at: usize| functions.get(at).copied().flatten();
        let functions = SqlxFunctions {
            sql: function(0),
            where_clause: function(1),
            pre_operations: function(2),
            post_operations: function(3),
            inputs,
        };
        let created = create_sqlx(
            &mut shared.session.borrow_mut(),
            &module.text,
            &module.parts,
            &config,
            &functions,
        );
        created.map_err(|raise| shared.throw(&ctx, raise))
    });
    Ok(())
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
            session.actions[id].config = config;
            id
        }
        (None, "operations") => session.operation(&config, Origin::Code)?,
        (None, "assertion") => session.assertion(&config, Origin::Code)?,
        (None, _) => session.declaration(&config, Origin::Code)?,
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
                "dataset" => {
                    session.test_dataset(id, &value);
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
            match input.map_err(|raise| shared.throw(&ctx, raise))? {
                Some(Sql::Function { function, .. }) => function.into_js(&ctx),
                Some(Sql::Text(text)) => text.into_js(&ctx),
                Some(Sql::Texts(texts)) => texts.into_iter().next().into_js(&ctx),
                _ => json_to_js(&ctx, "null"),
            }
        }
    );
    Ok(())
}

fn names<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>, native: &JsObject<'js>) -> Result<()> {
    function!(ctx, shared, native, "ref", move |ctx: Ctx<'js>,
                                                id: u32,
                                                reference: JsValue<
        'js,
    >|
          -> Result<String> {
        let arguments = list_from_js(&reference)?;
        let name = shared
            .session
            .borrow_mut()
            .reference(id as ActionId, &arguments);
        name.map_err(|raise| shared.throw(&ctx, raise))
    });
    function!(
        ctx,
        shared,
        native,
        "resolveName",
        move |ctx: Ctx<'js>, id: u32, reference: JsValue<'js>| -> Result<String> {
            let arguments = list_from_js(&reference)?;
            let name = shared
                .session
                .borrow_mut()
                .resolve_arguments(id as ActionId, &arguments);
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
