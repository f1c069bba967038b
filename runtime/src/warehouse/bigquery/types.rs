//! BigQuery's types, as fields of a schema and as the text of `INFORMATION_SCHEMA`

use google_cloud_bigquery_v2::model::{TableFieldSchema, TableSchema};
use googlesql::{Column, Field, Type};

/// The columns of a schema
pub fn columns(schema: &TableSchema) -> Vec<Column> {
    let column = |field: &TableFieldSchema| Column::new(field.name.clone(), of_field(field));
    schema.fields.iter().map(column).collect()
}

fn of_field(field: &TableFieldSchema) -> Type {
    let one = match field.r#type.as_str() {
        "RECORD" | "STRUCT" => Type::Struct(
            field
                .fields
                .iter()
                .map(|inner| Field {
                    // a field without a name of its own is called `_field_N`
                    name: Some(inner.name.clone()).filter(|name| !name.is_empty()),
                    ty: of_field(inner),
                })
                .collect(),
        ),
        "RANGE" => {
            let of = field.range_element_type.as_ref();
            Type::Range(Box::new(of.map_or(Type::Unknown, |of| named(&of.r#type))))
        }
        name => named(name),
    };
    match field.mode.as_str() {
        "REPEATED" => Type::Array(Box::new(one)),
        _ => one,
    }
}

/// A type without parts; what GoogleSQL here does not have, such as GEOGRAPHY, is not known
fn named(name: &str) -> Type {
    match name.to_ascii_uppercase().as_str() {
        "INTEGER" | "INT64" => Type::Int64,
        "FLOAT" | "FLOAT64" => Type::Float64,
        "NUMERIC" => Type::Numeric,
        "BIGNUMERIC" => Type::BigNumeric,
        "BOOLEAN" | "BOOL" => Type::Bool,
        "STRING" => Type::String,
        "BYTES" => Type::Bytes,
        "DATE" => Type::Date,
        "DATETIME" => Type::DateTime,
        "TIME" => Type::Time,
        "TIMESTAMP" => Type::Timestamp,
        "INTERVAL" => Type::Interval,
        "JSON" => Type::Json,
        _ => Type::Unknown,
    }
}

/// Reads `ARRAY<STRUCT<a INT64, b NUMERIC(10, 2)>>`
pub fn of_text(text: &str) -> Type {
    Reader { rest: text }.ty()
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn ty(&mut self) -> Type {
        let name = self.word();
        let ty = match name.to_ascii_uppercase().as_str() {
            "ARRAY" if self.takes('<') => {
                let element = self.ty();
                self.takes('>');
                Type::Array(Box::new(element))
            }
            "RANGE" if self.takes('<') => {
                let of = self.ty();
                self.takes('>');
                Type::Range(Box::new(of))
            }
            "STRUCT" if self.takes('<') => {
                let mut fields = Vec::new();
                while !self.rest.is_empty() && !self.takes('>') {
                    fields.push(self.field());
                    self.takes(',');
                }
                Type::Struct(fields)
            }
            _ => named(&name),
        };
        // a length, or a precision and scale
        if self.takes('(') {
            self.rest = self.rest.split_once(')').map_or("", |(_, rest)| rest);
        }
        ty
    }

    fn field(&mut self) -> Field {
        let before = self.rest;
        let name = self.word();
        let follows = self.rest.trim_start();
        if name.is_empty() || follows.starts_with(['<', '(', ',', '>']) || follows.is_empty() {
            // a type and no name
            self.rest = before;
            let ty = self.ty();
            // what is no type at all must not be read forever
            if self.rest.len() == before.len() {
                self.rest = "";
            }
            return Field { name: None, ty };
        }
        let ty = self.ty();
        Field {
            name: Some(name),
            ty,
        }
    }

    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        if let Some(quoted) = self.rest.strip_prefix('`')
            && let Some((name, rest)) = quoted.split_once('`')
        {
            self.rest = rest;
            return name.to_owned();
        }
        let end = self
            .rest
            .find(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn takes(&mut self, letter: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(letter) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_types() {
        for text in [
            "INT64",
            "ARRAY<STRING>",
            "STRUCT<a INT64, b ARRAY<STRUCT<c DATE>>>",
            "RANGE<TIMESTAMP>",
        ] {
            assert_eq!(of_text(text).to_string(), text);
        }
        assert_eq!(of_text("NUMERIC(10, 2)"), Type::Numeric);
        assert_eq!(of_text("GEOGRAPHY"), Type::Unknown);
        let quoted = of_text("STRUCT<`a b` STRING(3)>");
        assert!(quoted.to_string().contains("a b"));
        let nameless = Type::Struct(vec![Field {
            name: None,
            ty: Type::Int64,
        }]);
        assert_eq!(of_text("STRUCT<INT64>"), nameless);
        of_text("STRUCT<<");
    }
}
