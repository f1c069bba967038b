//! The function table: one line per signature, in files by group
//!
//! A line reads `[aggregate|window] NAME(PARAMETERS) RESULT = template`. Parameters and results are
//! GoogleSQL types or
//! - `T`, `U`: any type, the same wherever the letter stands; `ARRAY<T>`;
//! - `ANY`: any type;
//! - `UTC`: a TIMESTAMP, handed over as DuckDB TIMESTAMP in UTC; `INSTANT`: a result of that kind;
//! - `TYPE...`: any number of arguments of the type, at the end.
//!
//! A parameter `name => TYPE` is given by its name only; lines with such ones come after those without.
//!
//! In a template `$0`, `$1`, … are arguments, `$*` is all, `@zone` the default time zone; an
//! aggregate has its native call in `%{…}`. `special NAME(PARAMETERS) RESULT` is lowered by code of
//! its own, and `refuse NAME = reason` is known but not supported.

mod aggregate;
mod array;
mod conditional;
mod decimal;
mod hash;
mod interval;
mod json;
mod math;
mod net;
pub mod preprocessing;
mod range;
mod reference;
mod refused;
mod signature;
mod string;
mod temporal;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::Type;

pub use reference::reference;
pub use signature::{Parameter, Signature, SignatureKind, signatures};

/// What a name stands for
#[derive(Debug)]
pub enum Function {
    Rows(Vec<Row>),
    /// Lowered by code of its own, which takes arguments of these names
    Special(Vec<&'static str>),
    Refused(&'static str),
}

/// One signature
#[derive(Debug)]
pub struct Row {
    pub kind: Kind,
    pub parameters: Vec<Shape>,
    /// The names of the last parameters, which are given by name
    pub named: Vec<&'static str>,
    /// The last parameter may be repeated
    pub repeated: bool,
    pub result: Shape,
    pub template: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Scalar,
    Aggregate,
    /// Needs `OVER`
    Window,
}

/// A parameter's or result's type
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Exact(Type),
    Variable(char),
    ArrayOf(char),
    Any,
    /// TIMESTAMP as a UTC clock reading
    Utc,
}

/// The function of this upper-case name
pub fn find(name: &str) -> Option<&'static Function> {
    TABLE.functions.get(name)
}

/// All names
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.functions.keys().copied()
}

struct Table {
    functions: FxHashMap<&'static str, Function>,
}

/// The parts of the table with their titles
const GROUPS: &[(&str, &str)] = &[
    ("Aggregate and window functions", aggregate::TABLE),
    ("Arrays", array::TABLE),
    ("Conditions, errors and utilities", conditional::TABLE),
    ("Hashes and encodings", hash::TABLE),
    ("Intervals", interval::TABLE),
    ("JSON", json::TABLE),
    ("Mathematics and bits", math::TABLE),
    // After the functions of FLOAT64, which an untyped NULL goes to
    ("NUMERIC and BIGNUMERIC", decimal::TABLE),
    ("Network addresses and URLs", net::TABLE),
    ("Ranges", range::TABLE),
    ("Features and vectors, of BigQuery ML", preprocessing::TABLE),
    (
        "Features from statistics of all rows, of BigQuery ML (with `OVER ()`)",
        preprocessing::ANALYTIC,
    ),
    (
        "Strings, bytes, regular expressions and text search",
        string::TABLE,
    ),
    ("Dates and times", temporal::TABLE),
    ("Not supported", refused::TABLE),
];

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table {
        functions: FxHashMap::default(),
    };
    for (_, group) in GROUPS {
        for line in group.lines().map(str::trim) {
            if !line.is_empty() {
                // A test asserts that every line reads
                let _ = read(line, &mut table.functions);
            }
        }
    }
    table
});

fn read(line: &'static str, functions: &mut FxHashMap<&'static str, Function>) -> Option<()> {
    if let Some(signature) = line.strip_prefix("special ") {
        let name = signature.split('(').next()?;
        let known = functions
            .entry(name)
            .or_insert_with(|| Function::Special(Vec::new()));
        let Function::Special(named) = known else {
            return None;
        };
        let parameters = signature.split(['(', ',', '[']);
        named.extend(parameters.filter_map(|one| Some(one.split_once(" => ")?.0.trim())));
        return Some(());
    }
    if let Some(rest) = line.strip_prefix("refuse ") {
        let (name, reason) = rest.split_once(" = ")?;
        functions.insert(name, Function::Refused(reason));
        return Some(());
    }
    let (kind, line) = if let Some(rest) = line.strip_prefix("aggregate ") {
        (Kind::Aggregate, rest)
    } else if let Some(rest) = line.strip_prefix("window ") {
        (Kind::Window, rest)
    } else {
        (Kind::Scalar, line)
    };
    let (signature, template) = line.split_once(" = ")?;
    let (name, rest) = signature.split_once('(')?;
    let (parameters, result) = rest.rsplit_once(')')?;
    let repeated = parameters.ends_with("...");
    let mut named = Vec::new();
    let parameters = parameters
        .trim_end_matches("...")
        .split(", ")
        .filter(|text| !text.is_empty())
        .map(|text| match text.split_once(" => ") {
            Some((name, text)) => {
                named.push(name);
                shape(text)
            }
            None => shape(text),
        })
        .collect::<Option<Vec<_>>>()?;
    let row = Row {
        kind,
        parameters,
        named,
        repeated,
        result: shape(result.trim())?,
        template: template.trim(),
    };
    match functions
        .entry(name)
        .or_insert_with(|| Function::Rows(Vec::new()))
    {
        Function::Rows(rows) => rows.push(row),
        Function::Special(_) | Function::Refused(_) => return None,
    }
    Some(())
}

fn shape(text: &str) -> Option<Shape> {
    if let Some(element) = text
        .strip_prefix("ARRAY<")
        .and_then(|rest| rest.strip_suffix('>'))
    {
        return match shape(element)? {
            Shape::Exact(ty) => Some(Shape::Exact(Type::Array(Box::new(ty)))),
            Shape::Variable(letter) => Some(Shape::ArrayOf(letter)),
            _ => None,
        };
    }
    Some(Shape::Exact(match text {
        "INT64" => Type::Int64,
        "FLOAT64" => Type::Float64,
        "NUMERIC" => Type::Numeric,
        "BIGNUMERIC" => Type::BigNumeric,
        "BOOL" => Type::Bool,
        "STRING" => Type::String,
        "BYTES" => Type::Bytes,
        "DATE" => Type::Date,
        "DATETIME" => Type::DateTime,
        "TIME" => Type::Time,
        "TIMESTAMP" => Type::Timestamp,
        "INTERVAL" => Type::Interval,
        "JSON" => Type::Json,
        "T" | "U" => return text.chars().next().map(Shape::Variable),
        "ANY" => return Some(Shape::Any),
        "UTC" | "INSTANT" => return Some(Shape::Utc),
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_reads() {
        let mut functions = FxHashMap::default();
        for line in GROUPS
            .iter()
            .flat_map(|(_, group)| group.lines())
            .map(str::trim)
        {
            assert!(
                line.is_empty() || read(line, &mut functions).is_some(),
                "{line}"
            );
        }
        assert!(functions.len() > 200);
    }
}
