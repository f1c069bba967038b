//! Values between JavaScript and Rust

use std::cell::Cell;

use rquickjs::object::Filter;
use rquickjs::{Ctx, Exception, Function, Object as JsObject, Result, Type, Value as JsValue};

use crate::value::{Object, Value};

const DEEPEST: usize = 100;

/// What a value takes at least, in bytes, with all that is made of it
const LEAST: usize = 64;

thread_local! {
    /// How many bytes of values may still be taken out of the engine on this thread
    static ROOM: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Lets so many bytes of values be taken out of the engine on this thread: what it shares is copied, so
/// that its own limit is not enough
pub fn allow(bytes: usize) {
    ROOM.set(bytes);
}

/// Counts what is taken out of the engine.
///
/// # Errors
/// The exception of an engine without memory, when that was too much
pub fn charge(ctx: &Ctx<'_>, bytes: usize) -> Result<()> {
    match ROOM.get().checked_sub(bytes) {
        Some(left) => {
            ROOM.set(left);
            Ok(())
        }
        None => {
            ROOM.set(0);
            Err(Exception::throw_internal(ctx, OUT_OF_MEMORY))
        }
    }
}

/// Whether no more can be taken out of the engine on this thread: project code may catch the exception
pub fn is_exhausted() -> bool {
    ROOM.get() == 0
}

/// The message of an engine without memory
pub const OUT_OF_MEMORY: &str = "out of memory";

/// A JavaScript value; functions keep nothing but their type
pub fn from_js(value: &JsValue<'_>) -> Result<Value> {
    convert(value, 0)
}

fn convert(value: &JsValue<'_>, depth: usize) -> Result<Value> {
    charge(value.ctx(), LEAST)?;
    if depth > DEEPEST {
        return Err(Exception::throw_range(
            value.ctx(),
            "a value that refers to itself cannot be used here",
        ));
    }
    Ok(match value.type_of() {
        Type::Undefined | Type::Uninitialized | Type::Symbol => Value::Undefined,
        Type::Null => Value::Null,
        Type::Bool => Value::Bool(value.as_bool().unwrap_or_default()),
        Type::Int | Type::Float => Value::Number(value.as_number().unwrap_or_default()),
        Type::String => {
            let text = text(value);
            charge(value.ctx(), text.len())?;
            Value::String(text)
        }
        Type::Array => {
            let mut items = Vec::new();
            if let Some(list) = value.as_object() {
                // a list may be longer than the engine's own type for lists takes
                let length: f64 = list.get("length")?;
                let mut at = 0_u32;
                while f64::from(at) < length {
                    items.push(convert(&list.get(at)?, depth + 1)?);
                    at += 1;
                }
            }
            Value::Array(items)
        }
        Type::Function | Type::Constructor => Value::Function(u32::MAX),
        _ => match value.as_object() {
            Some(object) => Value::Object(convert_object(object, depth)?),
            None => Value::Undefined,
        },
    })
}

fn convert_object(object: &JsObject<'_>, depth: usize) -> Result<Object> {
    let mut entries = Vec::new();
    let filter = Filter::new().string().enum_only();
    for property in object.own_props::<String, JsValue<'_>>(filter) {
        let (key, value) = property?;
        entries.push((key, convert(&value, depth + 1)?));
    }
    Ok(Object::from_ordered(entries))
}

/// The text of a JavaScript string; half a character becomes three replacement characters, as protobuf
/// writes and reads it
pub fn text(value: &JsValue<'_>) -> String {
    let Some(string) = value.as_string() else {
        return String::new();
    };
    string.to_string().unwrap_or_else(|_| {
        let whole = value.ctx().eval::<Function<'_>, _>(WHOLE_CHARACTERS);
        whole
            .and_then(|whole| whole.call((value.clone(),)))
            .unwrap_or_else(|_| "\u{fffd}".to_owned())
    })
}

const WHOLE_CHARACTERS: &str = r"(text) => text.replace(
  /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd\ufffd\ufffd',
)";

/// A list of values, as project code passed it
pub fn list_from_js(value: &JsValue<'_>) -> Result<Vec<Value>> {
    match from_js(value)? {
        Value::Array(items) => Ok(items),
        _ => Ok(Vec::new()),
    }
}

/// A value made of JSON
pub fn json_to_js<'js>(ctx: &Ctx<'js>, json: &str) -> Result<JsValue<'js>> {
    ctx.json_parse(json)
}
