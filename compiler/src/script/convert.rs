//! Values between JavaScript and Rust

use rquickjs::object::Filter;
use rquickjs::{Ctx, Exception, Object as JsObject, Result, Type, Value as JsValue};

use crate::value::{Object, Value};

const DEEPEST: usize = 100;

/// A JavaScript value; functions keep nothing but their type
pub fn from_js(value: &JsValue<'_>) -> Result<Value> {
    convert(value, 0)
}

fn convert(value: &JsValue<'_>, depth: usize) -> Result<Value> {
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
        Type::String => Value::String(text(value)),
        Type::Array => {
            let mut items = Vec::new();
            if let Some(array) = value.as_array() {
                for item in array.iter::<JsValue<'_>>() {
                    items.push(convert(&item?, depth + 1)?);
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

/// The text of a JavaScript string; halves of characters become the replacement character
pub fn text(value: &JsValue<'_>) -> String {
    value
        .as_string()
        .and_then(|string| string.to_string().ok())
        .unwrap_or_else(|| "\u{fffd}".to_owned())
}

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
