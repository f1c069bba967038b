//! Results as JSON: a schema, and one encoding per type, whatever the value (`docs/query-json.md`)

use googlesql::{Field, Type};
use serde_json::{Map, Number, Value as Json, json};

use super::{Cell, Rows};

/// The version of the documents
const VERSION: u32 = 1;

impl Rows {
    /// `{"version", "schema", "rows"}`
    pub fn to_document(&self) -> Json {
        let fields = self
            .columns
            .iter()
            .map(|column| field(&column.name, &column.ty));
        json!({
            "version": VERSION,
            "schema": fields.collect::<Vec<Json>>(),
            "rows": self.to_encoded_rows().collect::<Vec<Json>>(),
        })
    }

    /// Each row as an object by column name
    pub fn to_encoded_rows(&self) -> impl Iterator<Item = Json> {
        self.rows.iter().map(|row| {
            let columns = self.columns.iter().zip(row);
            let fields =
                columns.map(|(column, cell)| (column.name.clone(), encode(cell, &column.ty)));
            Json::Object(fields.collect())
        })
    }
}

/// A column or field of the schema: `name`, `type`, `mode` and, of a STRUCT, `fields`
fn field(name: &str, ty: &Type) -> Json {
    let (mode, ty) = match ty {
        Type::Array(element) => ("REPEATED", element.as_ref()),
        other => ("NULLABLE", other),
    };
    let mut field = json!({ "name": name, "type": type_name(ty), "mode": mode });
    if let Type::Struct(fields) = ty {
        let fields = fields.iter().map(|one| {
            let name = one.name.as_deref().unwrap_or_default();
            self::field(name, &one.ty)
        });
        field["fields"] = fields.collect();
    }
    field
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::Struct(_) => "STRUCT".to_owned(),
        other => other.to_string(),
    }
}

fn encode(cell: &Cell, ty: &Type) -> Json {
    match (cell, ty) {
        (Cell::Null, Type::Array(_)) => json!([]),
        (Cell::Null, _) => Json::Null,
        (Cell::Bool(value), _) => json!(value),
        (Cell::Int64(value), _) => json!(value.to_string()),
        (Cell::Float64(value), _) => float(*value),
        (Cell::Text(text), Type::Json) => {
            serde_json::from_str(text).unwrap_or_else(|_| json!(text))
        }
        (Cell::Text(text), _) => json!(text),
        (Cell::Bytes(_), _) => cell.to_json(),
        (Cell::Array(cells), Type::Array(element)) => {
            cells.iter().map(|cell| encode(cell, element)).collect()
        }
        (Cell::Struct(cells), Type::Struct(fields)) => {
            let values = cells.iter().zip(fields);
            let values = values.map(|((_, cell), field)| encode(cell, &field.ty));
            match names(fields) {
                Some(names) => Json::Object(names.into_iter().zip(values).collect::<Map<_, _>>()),
                None => values.collect(),
            }
        }
        // a type that holds no such value
        (other, _) => other.to_json(),
    }
}

/// The names of a struct's fields, when each has one of its own
fn names(fields: &[Field]) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::with_capacity(fields.len());
    for field in fields {
        let name = field.name.clone().filter(|name| !names.contains(name))?;
        names.push(name);
    }
    Some(names)
}

fn float(value: f64) -> Json {
    match Number::from_f64(value) {
        Some(number) => Json::Number(number),
        None if value.is_nan() => json!("NaN"),
        None if value > 0.0 => json!("Infinity"),
        None => json!("-Infinity"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(cell: Cell, ty: Type) -> String {
        encode(&cell, &ty).to_string()
    }

    #[test]
    fn a_type_has_one_encoding() {
        let text = |text: &str| Cell::Text(text.to_owned());
        for (cell, ty, expected) in [
            (Cell::Int64(7), Type::Int64, "\"7\""),
            (
                Cell::Int64(i64::MIN),
                Type::Int64,
                "\"-9223372036854775808\"",
            ),
            (Cell::Float64(1.5), Type::Float64, "1.5"),
            (Cell::Float64(f64::NAN), Type::Float64, "\"NaN\""),
            (
                Cell::Float64(f64::NEG_INFINITY),
                Type::Float64,
                "\"-Infinity\"",
            ),
            (text("1.50"), Type::String, "\"1.50\""),
            (text("{\"a\": [1, null]}"), Type::Json, "{\"a\":[1,null]}"),
            (Cell::Bytes(vec![0, 255]), Type::Bytes, "\"AP8=\""),
            (Cell::Null, Type::Int64, "null"),
            (Cell::Null, Type::Array(Box::new(Type::Int64)), "[]"),
        ] {
            assert_eq!(encoded(cell, ty), expected);
        }
    }

    #[test]
    fn a_struct_is_an_object_where_its_names_are_its_own() {
        let field = |name: Option<&str>| Field {
            name: name.map(str::to_owned),
            ty: Type::Bool,
        };
        let cell = || {
            Cell::Struct(vec![
                ("a".to_owned(), Cell::Bool(true)),
                ("b".to_owned(), Cell::Bool(false)),
            ])
        };
        let named = Type::Struct(vec![field(Some("a")), field(Some("b"))]);
        assert_eq!(encoded(cell(), named), "{\"a\":true,\"b\":false}");
        for fields in [[Some("a"), None], [Some("a"), Some("a")]] {
            let ty = Type::Struct(fields.map(field).to_vec());
            assert_eq!(encoded(cell(), ty), "[true,false]");
        }
    }
}
