//! Calls of the functions of the table, with arguments of its types

use std::collections::BTreeMap;

use googlesql::{Signature, SignatureKind, signatures};
use rand::prelude::IndexedRandom;
use rand::{Rng, RngExt};

use super::Query;
use super::literal::{SCALARS, inner, literal, pick};

/// Functions whose answer is not the same each time, those that the reference evaluator lacks or ends
/// itself over, and those whose arguments are no plain expressions
const LEFT_OUT: &[&str] = &[
    "RAND",
    "GENERATE_UUID",
    "SESSION_USER",
    "CURRENT_DATE",
    "CURRENT_DATETIME",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "NET.PUBLIC_SUFFIX",
    "NET.REG_DOMAIN",
    "ANY_VALUE",
    "TYPEOF",
    "PERCENTILE_CONT",
    "PERCENTILE_DISC",
    "GROUPING",
];

/// Aggregates that are lowered by code of their own
const AGGREGATES: &[&str] = &[
    "APPROX_COUNT_DISTINCT",
    "ARRAY_AGG",
    "ARRAY_CONCAT_AGG",
    "COUNTIF",
    "STRING_AGG",
    "ELEMENTWISE_AVG",
    "ELEMENTWISE_SUM",
];

/// Functions in which a huge number means as much memory
const MODEST: &[&str] = &[
    "REPEAT",
    "LPAD",
    "RPAD",
    "GENERATE",
    "SPACE",
    "ARRAY_AGG",
    "BUCKET",
];

/// The supported functions by name
pub struct Calls {
    names: Vec<(&'static str, Vec<Signature>)>,
}

impl Calls {
    /// Those whose name contains `only`
    pub fn new(only: Option<&str>) -> Self {
        let mut names: BTreeMap<&str, Vec<Signature>> = BTreeMap::new();
        for signature in signatures() {
            let plain = match signature.kind {
                SignatureKind::Refused => false,
                SignatureKind::Special => {
                    !signature.result.is_empty()
                        && signature.parameters.iter().all(|one| is_type(one.ty))
                }
                _ => true,
            };
            if plain
                && !LEFT_OUT.contains(&signature.name)
                && only.is_none_or(|only| signature.name.contains(only))
            {
                names.entry(signature.name).or_default().push(signature);
            }
        }
        Self {
            names: names.into_iter().collect(),
        }
    }

    /// How many names there are
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// A query of one call
    pub fn query(&self, rng: &mut impl Rng) -> Query {
        let Some((name, forms)) = self.names.choose(rng) else {
            return Query {
                about: String::new(),
                sql: "SELECT 1".to_owned(),
                ordered: false,
            };
        };
        let Some(signature) = forms.choose(rng) else {
            return Query {
                about: (*name).to_owned(),
                sql: "SELECT 1".to_owned(),
                ordered: false,
            };
        };
        let sql = match signature.kind {
            SignatureKind::Aggregate => aggregate(rng, signature),
            SignatureKind::Special if AGGREGATES.contains(name) => aggregate(rng, signature),
            SignatureKind::Window => window(rng, signature),
            _ => scalar(rng, signature),
        };
        Query {
            about: (*name).to_owned(),
            sql,
            ordered: false,
        }
    }
}

fn is_type(text: &str) -> bool {
    let element = inner(text, "ARRAY<")
        .or(inner(text, "RANGE<"))
        .unwrap_or(text);
    SCALARS.contains(&element) || ["T", "U", "ANY", "UTC"].contains(&element)
}

/// A call of literals, or of columns over a few rows of them
fn scalar(rng: &mut impl Rng, signature: &Signature) -> String {
    let types = types(rng, signature);
    let name = signature.name;
    let huge = !MODEST.iter().any(|modest| name.contains(modest));
    let safe = if rng.random_ratio(1, 8) && !name.contains('.') {
        "SAFE."
    } else {
        ""
    };
    if rng.random_ratio(2, 3) || types.is_empty() {
        let arguments: Vec<_> = types.iter().map(|ty| argument(rng, ty, huge)).collect();
        return format!("SELECT {safe}{name}({}) AS c", arguments.join(", "));
    }
    let columns: Vec<_> = (0..types.len()).map(|at| format!("a{at}")).collect();
    let rows: Vec<_> = (0..rng.random_range(1..=4))
        .map(|_| {
            let cells: Vec<_> = types
                .iter()
                .zip(&columns)
                .map(|(ty, column)| format!("{} AS {column}", literal(rng, ty, huge)))
                .collect();
            format!("SELECT {}", cells.join(", "))
        })
        .collect();
    format!(
        "SELECT {safe}{name}({}) AS c FROM ({})",
        columns.join(", "),
        rows.join(" UNION ALL ")
    )
}

/// A literal, a NULL without a type, a literal of a type that is coerced, or a small expression
fn argument(rng: &mut impl Rng, ty: &str, huge: bool) -> String {
    match rng.random_range(0..20) {
        0 => "NULL".to_owned(),
        1 => {
            let literal = literal(rng, ty, huge);
            format!("IF({}, {literal}, NULL)", pick(rng, &["TRUE", "FALSE"]))
        }
        2 => format!("COALESCE(NULL, {})", literal(rng, ty, huge)),
        3 if ty == "FLOAT64" || ty == "NUMERIC" || ty == "BIGNUMERIC" => {
            literal(rng, "INT64", huge)
        }
        4 => format!("(SELECT {})", literal(rng, ty, huge)),
        _ => literal(rng, ty, huge),
    }
}

fn aggregate(rng: &mut impl Rng, signature: &Signature) -> String {
    let types = types(rng, signature);
    let name = signature.name;
    let source = rows(rng, &types);
    let columns: Vec<_> = (0..types.len()).map(|at| format!("a{at}")).collect();
    let distinct = if types.len() == 1 && rng.random_ratio(1, 5) {
        "DISTINCT "
    } else {
        ""
    };
    let call = format!("{name}({distinct}{})", columns.join(", "));
    match rng.random_range(0..5) {
        0 => format!("SELECT g, {call} AS c FROM {source} GROUP BY g"),
        1 => format!("SELECT {call} OVER (PARTITION BY g) AS c FROM {source}"),
        2 => format!("SELECT {call} AS c FROM {source} WHERE FALSE"),
        _ => format!("SELECT {call} AS c FROM {source}"),
    }
}

fn window(rng: &mut impl Rng, signature: &Signature) -> String {
    let types = types(rng, signature);
    let source = rows(rng, &types);
    // arguments after the first are constants
    let arguments: Vec<_> = types
        .iter()
        .enumerate()
        .map(|(at, ty)| match at {
            0 if types.len() > 1 || *ty != "INT64" => "a0".to_owned(),
            _ => literal(rng, ty, false),
        })
        .collect();
    let partition = pick(rng, &["", "PARTITION BY g "]);
    format!(
        "SELECT o, {}({}) OVER ({partition}ORDER BY o) AS c FROM {source}",
        signature.name,
        arguments.join(", ")
    )
}

/// A few rows with columns `a0`, `a1`, … of the types, a group `g` and an order `o`
fn rows(rng: &mut impl Rng, types: &[&str]) -> String {
    let rows: Vec<_> = (0..rng.random_range(1..=5))
        .map(|number| {
            let mut cells = vec![
                format!("{number} AS o"),
                format!("{} AS g", rng.random_range(0..2)),
            ];
            for (at, ty) in types.iter().enumerate() {
                cells.push(format!("{} AS a{at}", literal(rng, ty, false)));
            }
            format!("SELECT {}", cells.join(", "))
        })
        .collect();
    format!("({})", rows.join(" UNION ALL "))
}

/// A type for each argument; a letter stands for the same type throughout
fn types<'s>(rng: &mut impl Rng, signature: &'s Signature) -> Vec<&'s str> {
    let (first, second) = (pick(rng, SCALARS), pick(rng, SCALARS));
    let mut types = Vec::new();
    for parameter in &signature.parameters {
        if parameter.optional && rng.random_ratio(1, 2) {
            break;
        }
        let count = match parameter.repeated {
            true => rng.random_range(1..=3),
            false => 1,
        };
        for _ in 0..count {
            types.push(match parameter.ty {
                "T" => first,
                "U" => second,
                "ANY" => pick(rng, SCALARS),
                "UTC" => "TIMESTAMP",
                "ARRAY<T>" => array_of(first),
                "ARRAY<U>" => array_of(second),
                "ARRAY<ANY>" => array_of(pick(rng, SCALARS)),
                other => other,
            });
        }
    }
    types
}

fn array_of(element: &str) -> &'static str {
    match element {
        "INT64" => "ARRAY<INT64>",
        "FLOAT64" => "ARRAY<FLOAT64>",
        "NUMERIC" => "ARRAY<NUMERIC>",
        "BIGNUMERIC" => "ARRAY<BIGNUMERIC>",
        "BOOL" => "ARRAY<BOOL>",
        "BYTES" => "ARRAY<BYTES>",
        "DATE" => "ARRAY<DATE>",
        "DATETIME" => "ARRAY<DATETIME>",
        "TIME" => "ARRAY<TIME>",
        "TIMESTAMP" => "ARRAY<TIMESTAMP>",
        "INTERVAL" => "ARRAY<INTERVAL>",
        "JSON" => "ARRAY<JSON>",
        _ => "ARRAY<STRING>",
    }
}
