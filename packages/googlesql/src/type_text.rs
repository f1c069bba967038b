//! Types as text: GoogleSQL's names, DuckDB's names, and the way back from DuckDB's

use std::fmt;

use crate::{Field, Type, quote_identifier};

impl Type {
    /// The DuckDB type that stores values of this type
    pub fn duckdb(&self) -> String {
        match self {
            Self::Int64 => "BIGINT".to_owned(),
            Self::Float64 => "DOUBLE".to_owned(),
            Self::Numeric => "DECIMAL(38, 9)".to_owned(),
            Self::BigNumeric => "BIGNUM".to_owned(),
            Self::Bool => "BOOLEAN".to_owned(),
            Self::String => "VARCHAR".to_owned(),
            Self::Bytes => "BLOB".to_owned(),
            Self::Date => "DATE".to_owned(),
            Self::DateTime => "TIMESTAMP".to_owned(),
            Self::Time => "TIME".to_owned(),
            Self::Timestamp => "TIMESTAMPTZ".to_owned(),
            Self::Interval => "INTERVAL".to_owned(),
            Self::Json => "JSON".to_owned(),
            Self::Array(element) => format!("{}[]", element.duckdb()),
            Self::Struct(fields) if fields.is_empty() => format!("STRUCT({NO_FIELDS} BOOLEAN)"),
            Self::Struct(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .enumerate()
                    .map(|(at, field)| {
                        let name = quote_identifier(&physical_field(fields, at));
                        format!("{name} {}", field.ty.duckdb())
                    })
                    .collect();
                format!("STRUCT({})", fields.join(", "))
            }
            Self::Unknown => "UNKNOWN".to_owned(),
            Self::Range(of) => {
                let [start, end] = RANGE_FIELDS.map(quote_identifier);
                format!("STRUCT({start} {}, {end} {})", of.duckdb(), of.duckdb())
            }
        }
    }

    /// Whether no part of it is [`Type::Unknown`]
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Array(element) | Self::Range(element) => element.is_known(),
            Self::Struct(fields) => fields.iter().all(|field| field.ty.is_known()),
            _ => true,
        }
    }

    /// The type that a DuckDB type name stands for, and whether values need a cast to be of
    /// [`Type::duckdb`]'s type; `None` when GoogleSQL has nothing like it
    pub fn from_duckdb(text: &str) -> Option<(Self, bool)> {
        let mut reader = Reader { rest: text.trim() };
        let found = reader.read()?;
        reader.rest.trim().is_empty().then_some(found)
    }
}

/// The fields of the DuckDB struct that a RANGE is
pub(crate) const RANGE_FIELDS: [&str; 2] = ["[", ")"];

/// The field that a struct without fields has on DuckDB, which knows no such struct
pub(crate) const NO_FIELDS: &str = "_no_fields";

/// The name of a struct's field on DuckDB: anonymous fields are numbered from 1, and a name that an
/// earlier field has, in whatever case, is followed by the number
pub fn physical_field(fields: &[Field], at: usize) -> String {
    let Some(name) = fields.get(at).and_then(|field| field.name.as_ref()) else {
        return format!("_field_{}", at + 1);
    };
    let taken = fields[..at].iter().any(|other| {
        let other = other.name.as_ref();
        other.is_some_and(|other| other.to_lowercase() == name.to_lowercase())
    });
    match taken {
        true => format!("{name}:{}", at + 1),
        false => name.clone(),
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Int64 => "INT64",
            Self::Float64 => "FLOAT64",
            Self::Numeric => "NUMERIC",
            Self::BigNumeric => "BIGNUMERIC",
            Self::Bool => "BOOL",
            Self::String => "STRING",
            Self::Bytes => "BYTES",
            Self::Date => "DATE",
            Self::DateTime => "DATETIME",
            Self::Time => "TIME",
            Self::Timestamp => "TIMESTAMP",
            Self::Interval => "INTERVAL",
            Self::Json => "JSON",
            Self::Unknown => "UNKNOWN",
            Self::Array(element) => return write!(formatter, "ARRAY<{element}>"),
            Self::Struct(fields) => {
                formatter.write_str("STRUCT<")?;
                for (at, field) in fields.iter().enumerate() {
                    if at > 0 {
                        formatter.write_str(", ")?;
                    }
                    if let Some(name) = &field.name {
                        write!(formatter, "{name} ")?;
                    }
                    write!(formatter, "{}", field.ty)?;
                }
                return formatter.write_str(">");
            }
            Self::Range(of) => return write!(formatter, "RANGE<{of}>"),
        };
        formatter.write_str(name)
    }
}

/// Reads DuckDB's type syntax from the left
struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn read(&mut self) -> Option<(Type, bool)> {
        let word = self.word()?.to_ascii_uppercase();
        let mut found = match word.as_str() {
            "BIGINT" | "INT8" | "LONG" => (Type::Int64, false),
            "TINYINT" | "SMALLINT" | "INTEGER" | "INT" | "UTINYINT" | "USMALLINT" | "UINTEGER"
            | "UBIGINT" | "HUGEINT" | "UHUGEINT" => (Type::Int64, true),
            "DOUBLE" => (Type::Float64, false),
            "FLOAT" | "REAL" => (Type::Float64, true),
            "DECIMAL" | "NUMERIC" => {
                let canonical = self.parenthesised()?.replace(' ', "") == "38,9";
                (Type::Numeric, !canonical)
            }
            "BOOLEAN" | "BOOL" => (Type::Bool, false),
            "VARCHAR" | "TEXT" | "STRING" => (Type::String, false),
            "ENUM" => {
                self.parenthesised()?;
                (Type::String, true)
            }
            "UUID" => (Type::String, true),
            "BLOB" | "BYTEA" => (Type::Bytes, false),
            "DATE" => (Type::Date, false),
            "TIME" => (Type::Time, false),
            "TIMESTAMP" if self.take(" WITH TIME ZONE") => (Type::Timestamp, false),
            "TIMESTAMPTZ" => (Type::Timestamp, false),
            "TIMESTAMP" | "DATETIME" => (Type::DateTime, false),
            "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" => (Type::DateTime, true),
            "INTERVAL" => (Type::Interval, false),
            "BIGNUM" => (Type::BigNumeric, false),
            "JSON" => (Type::Json, false),
            "STRUCT" => self.fields()?,
            _ => return None,
        };
        while let Some(rest) = self.rest.strip_prefix('[') {
            let (size, rest) = rest.split_once(']')?;
            self.rest = rest;
            found = (Type::Array(Box::new(found.0)), found.1 || !size.is_empty());
        }
        Some(found)
    }

    fn fields(&mut self) -> Option<(Type, bool)> {
        self.take("(").then_some(())?;
        let mut fields = Vec::new();
        let mut cast = false;
        loop {
            self.rest = self.rest.trim_start();
            let name = if self.rest.starts_with('"') {
                self.quoted()?
            } else {
                self.word()?.to_owned()
            };
            self.rest = self.rest.trim_start();
            let (ty, needs) = self.read()?;
            cast |= needs;
            fields.push(Field {
                name: Some(name),
                ty,
            });
            self.rest = self.rest.trim_start();
            if self.take(")") {
                return Some((structure(fields), cast));
            }
            self.take(",").then_some(())?;
        }
    }

    fn word(&mut self) -> Option<&str> {
        let end = self
            .rest
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn quoted(&mut self) -> Option<String> {
        let mut name = String::new();
        let mut letters = self.rest.char_indices().skip(1).peekable();
        while let Some((at, letter)) = letters.next() {
            if letter != '"' {
                name.push(letter);
            } else if letters.next_if(|(_, next)| *next == '"').is_some() {
                name.push('"');
            } else {
                self.rest = &self.rest[at + 1..];
                return Some(name);
            }
        }
        None
    }

    fn parenthesised(&mut self) -> Option<String> {
        let inner = self.rest.strip_prefix('(')?;
        let mut quoted = false;
        for (at, letter) in inner.char_indices() {
            match letter {
                '\'' => quoted = !quoted,
                ')' if !quoted => {
                    let text = inner[..at].to_owned();
                    self.rest = &inner[at + 1..];
                    return Some(text);
                }
                _ => {}
            }
        }
        None
    }

    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

/// A struct, or what a struct of just these fields stands for
fn structure(fields: Vec<Field>) -> Type {
    match fields.as_slice() {
        [only] if only.name.as_deref() == Some(NO_FIELDS) => Type::Struct(Vec::new()),
        [start, end]
            if start.ty == end.ty
                && [start, end].map(|one| one.name.as_deref()) == RANGE_FIELDS.map(Some) =>
        {
            Type::Range(Box::new(start.ty.clone()))
        }
        _ => Type::Struct(fields),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duckdb_names_come_back() {
        for (text, google, cast) in [
            ("BIGINT", "INT64", false),
            ("INTEGER", "INT64", true),
            ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP", false),
            ("TIMESTAMP", "DATETIME", false),
            ("DECIMAL(38,9)", "NUMERIC", false),
            ("DECIMAL(18,3)", "NUMERIC", true),
            ("ENUM('a)', 'b')", "STRING", true),
            ("BIGNUM[]", "ARRAY<BIGNUMERIC>", false),
            ("STRUCT(\"[\" DATE, \")\" DATE)", "RANGE<DATE>", false),
            ("STRUCT(_no_fields BOOLEAN)", "STRUCT<>", false),
            (
                "STRUCT(\"key\" VARCHAR, \"a \"\"b\" STRUCT(x INTEGER))[]",
                "ARRAY<STRUCT<key STRING, a \"b STRUCT<x INT64>>>",
                true,
            ),
        ] {
            let (ty, needs) = Type::from_duckdb(text).expect(text);
            assert_eq!((ty.to_string().as_str(), needs), (google, cast), "{text}");
        }
        for text in [
            "MAP(VARCHAR, INTEGER)",
            "STRUCT(",
            "nonsense",
            "",
            "BIGINT x",
        ] {
            assert_eq!(Type::from_duckdb(text), None, "{text}");
        }
    }
}
