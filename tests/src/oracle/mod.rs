//! The oracle: generated queries answered by the embedded engine and by Google's reference evaluator,
//! and where the two differ

mod explained;
mod generate;
mod install;
mod reference;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use diagnostic::code;
use serde_json::Value;
use sqlx_runtime::warehouse::{Cell, Rows, SqlError};

use crate::googlesql::compare::rows_fit;
use crate::googlesql::{Engine, statements};
use generate::{Generator, Query};
use reference::{Answer, Reference};

/// What is compared
#[derive(Debug, Args)]
pub struct Oracle {
    /// How many queries
    #[arg(long, default_value_t = 2_000)]
    queries: u64,
    /// Where the random numbers begin; the same seed gives the same queries
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only queries about functions and constructs whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Instead of generated queries: those of a file, separated by lines of `---`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["queries", "seed", "only"])]
    corpus: Option<PathBuf>,
    /// Show the explained differences too
    #[arg(long)]
    explained: bool,
    /// Instead of generated queries: run a file of statements on the reference evaluator
    #[arg(long, value_name = "FILE")]
    statements: Option<PathBuf>,
    /// Write what the reference evaluator answers into that file
    #[arg(long, requires = "statements")]
    update: bool,
}

/// How the two differ
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Other rows
    Rows,
    /// Other types
    Types,
    /// The engine answers with an error, the reference does not
    Refused,
    /// The reference answers with an error, the engine does not
    Accepted,
}

/// A query to which the two answer differently
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// How they differ
    pub kind: Kind,
    /// A function's name or a construct
    pub about: String,
    /// The query
    pub sql: String,
    /// The engine's answer
    pub ours: String,
    /// The reference's answer
    pub theirs: String,
}

impl Kind {
    /// One word
    pub fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Types => "types",
            Self::Refused => "refused",
            Self::Accepted => "accepted",
        }
    }
}

/// Compares, and prints the differences by what they are about; gives how many have no explanation
///
/// # Errors
/// The reference evaluator cannot be installed or started
pub fn run(oracle: &Oracle) -> Result<usize> {
    let mut reference = Reference::new(install::install()?);
    if let Some(file) = &oracle.statements {
        match oracle.update {
            true => statements::update(reference, file)?,
            false => statements::run(reference, file)?,
        }
        return Ok(0);
    }
    let queries = queries(oracle)?;
    let mut engine = open()?;
    let (mut equal, mut errors, mut unknown) = (0, 0, 0);
    let mut explained = BTreeMap::<&str, usize>::new();
    let mut differences = BTreeMap::<(Kind, String), Vec<Difference>>::new();
    for query in queries {
        let Some(theirs) = reference.ask(&query.sql)? else {
            unknown += 1;
            continue;
        };
        let ours =
            match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| engine.run(&query.sql)))
            {
                Ok(answer) => answer,
                Err(_) => {
                    engine = open()?;
                    Err(SqlError::new(code::EXECUTION_FAILED, "the engine panicked"))
                }
            };
        match compare(&query, ours, &theirs) {
            Compared::Equal => equal += 1,
            Compared::Errors => errors += 1,
            Compared::Unknown => unknown += 1,
            Compared::Different(difference) => match explained::reason(&difference) {
                Some(reason) => {
                    *explained.entry(reason).or_default() += 1;
                    if oracle.explained {
                        print(&difference);
                    }
                }
                None => differences
                    .entry((difference.kind, difference.about.clone()))
                    .or_default()
                    .push(difference),
            },
        }
    }
    for found in differences.values().flatten() {
        print(found);
    }
    for (reason, count) in &explained {
        println!("explained {count:4}: {reason}");
    }
    let count = |kind: Kind| -> usize {
        let groups = differences.iter().filter(|((of, _), _)| *of == kind);
        groups.map(|(_, group)| group.len()).sum()
    };
    let kinds = [Kind::Rows, Kind::Types, Kind::Refused, Kind::Accepted];
    println!(
        "equal {equal}, errors on both sides {errors}, not in the reference {unknown}, explained {}, {}",
        explained.values().sum::<usize>(),
        kinds
            .map(|kind| format!("{} {}", kind.name(), count(kind)))
            .join(", ")
    );
    Ok(kinds.into_iter().map(count).sum())
}

/// The queries of the file, or as many generated ones as were asked for
fn queries(oracle: &Oracle) -> Result<Vec<Query>> {
    let Some(file) = &oracle.corpus else {
        let mut generator = Generator::new(oracle.seed, oracle.only.as_deref());
        return Ok((0..oracle.queries)
            .map_while(|_| generator.query())
            .collect());
    };
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("`{}` cannot be read", file.display()))?;
    let statements = text.split("\n---\n").map(str::trim);
    Ok(statements
        .filter(|sql| !sql.is_empty())
        .map(|sql| Query {
            about: "corpus".to_owned(),
            sql: sql.to_owned(),
            ordered: false,
        })
        .collect())
}

fn open() -> Result<Engine> {
    Engine::open("UTC").map_err(|error| anyhow::anyhow!(error.message))
}

fn print(difference: &Difference) {
    println!(
        "{} ({})\n  {}\n  ours:   {}\n  theirs: {}",
        difference.kind.name(),
        difference.about,
        difference.sql,
        difference.ours,
        difference.theirs
    );
}

enum Compared {
    Equal,
    Errors,
    Unknown,
    Different(Difference),
}

fn compare(query: &Query, ours: Result<Option<Rows>, SqlError>, theirs: &Answer) -> Compared {
    let different = |kind, ours: String, theirs: String| {
        Compared::Different(Difference {
            kind,
            about: query.about.clone(),
            sql: query.sql.clone(),
            ours,
            theirs,
        })
    };
    match (ours, theirs) {
        (Err(_), Answer::Error { .. }) => Compared::Errors,
        (Err(error), Answer::Rows { rows, .. }) => different(
            Kind::Refused,
            format!("{}: {}", error.code, error.message),
            shown(rows),
        ),
        (Ok(_), Answer::Error { error }) if is_missing(error) => Compared::Unknown,
        (Ok(rows), Answer::Error { error }) => {
            let rows = rows.unwrap_or_default();
            different(Kind::Accepted, text(&rows), error.clone())
        }
        (Ok(ours), Answer::Rows { types, rows }) => {
            let ours = ours.unwrap_or_default();
            let found: Vec<_> = ours
                .columns
                .iter()
                .map(|column| column.ty.to_string())
                .collect();
            let plain = |name: &String| name.replace([' ', '`'], "").to_lowercase();
            if !found.iter().map(plain).eq(types.iter().map(plain)) {
                return different(
                    Kind::Types,
                    format!("{found:?} {}", text(&ours)),
                    format!("{types:?} {}", shown(rows)),
                );
            }
            let fit = rows_fit(&ours, rows, query.ordered)
                || (collects_in_any_order(&query.sql)
                    && rows_fit(&sorted(ours.clone()), &sorted_items(rows), query.ordered));
            match fit {
                true => Compared::Equal,
                false => different(Kind::Rows, text(&ours), shown(rows)),
            }
        }
    }
}

/// Whether an aggregate makes arrays of rows whose order nothing says
fn collects_in_any_order(sql: &str) -> bool {
    let collects = ["ARRAY_AGG(", "ARRAY_CONCAT_AGG("];
    collects.iter().any(|name| sql.contains(name)) && !sql.contains("ORDER BY")
}

fn sorted(mut rows: Rows) -> Rows {
    for cell in rows.rows.iter_mut().flatten() {
        if let Cell::Array(items) = cell {
            items.sort_by_cached_key(|item| item.to_json().to_string());
        }
    }
    rows
}

fn sorted_items(rows: &[Vec<Value>]) -> Vec<Vec<Value>> {
    let mut rows = rows.to_vec();
    for value in rows.iter_mut().flatten() {
        if let Value::Array(items) = value {
            items.sort_by_cached_key(Value::to_string);
        }
    }
    rows
}

/// Whether the reference has no such function or feature, which says nothing
fn is_missing(error: &str) -> bool {
    [
        "Function not found",
        "UNIMPLEMENTED",
        "not supported",
        "unsupported",
    ]
    .iter()
    .any(|words| error.contains(words))
}

fn text(rows: &Rows) -> String {
    let lines: Vec<Vec<Value>> = rows
        .rows
        .iter()
        .map(|row| row.iter().map(Cell::to_json).collect())
        .collect();
    shown(&lines)
}

fn shown(rows: &[Vec<Value>]) -> String {
    let text = Value::from(rows.iter().cloned().map(Value::from).collect::<Vec<_>>()).to_string();
    text.chars().take(600).collect()
}
