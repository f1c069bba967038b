//! GoogleSQL conformance: a file of queries with their expected rows, each run by the embedded engine
//! as users get it, sorted into equal, refused and wrong

pub mod compare;
pub mod engine;
pub mod statements;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;
use serde_json::Value;
use sqlx_runtime::warehouse::SqlError;

pub use engine::Engine;

/// A query with what it should give
#[derive(Debug, Deserialize)]
pub struct Case {
    /// Unique
    pub id: String,
    /// Where the case comes from
    pub set: String,
    /// What it tests
    pub category: String,
    /// `basic` or `hard`
    pub tier: String,
    /// The query
    pub sql: String,
    /// Statements to run before it
    #[serde(default)]
    pub setup: Vec<String>,
    /// GoogleSQL types of the columns, where known
    pub column_types: Option<Vec<String>>,
    /// Rows of cells
    pub expected_rows: Vec<Vec<Value>>,
    /// Whether the order of rows counts
    pub ordered: bool,
    /// Default time zone
    pub time_zone: String,
}

/// How a case went
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The expected rows
    Equal,
    /// An error, with its message
    Refused(String),
    /// Other rows or types, with what was found
    Wrong(String),
}

/// Counts of outcomes
#[derive(Debug, Default, Clone, Copy)]
pub struct Count {
    /// Cases with the expected rows
    pub equal: usize,
    /// Cases that gave an error
    pub refused: usize,
    /// Cases with other rows
    pub wrong: usize,
}

/// The outcomes of a file
#[derive(Debug, Default)]
pub struct Report {
    /// Each case's id, set, category and tier with its outcome
    pub outcomes: Vec<(Case, Outcome)>,
}

/// Runs the cases of a JSON-lines file whose id or category contains `only`, on all processors
///
/// # Errors
/// The file cannot be read, or a line is not a case
pub fn run(file: &Path, only: Option<&str>) -> Result<Report, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(file)?;
    let mut cases = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case: Case = serde_json::from_str(line)?;
        let wanted = |only: &str| case.id.contains(only) || case.category.contains(only);
        if only.is_none_or(wanted) {
            cases.push(case);
        }
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let mut found = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| work(&cases, &next)))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_default())
            .collect::<Vec<_>>()
    });
    found.sort_by_key(|(at, _)| *at);
    let outcomes = cases
        .into_iter()
        .zip(found.into_iter().map(|(_, outcome)| outcome));
    Ok(Report {
        outcomes: outcomes.collect(),
    })
}

/// Takes cases until there are none left. Queries that need nothing else share an engine by time zone
fn work(cases: &[Case], next: &AtomicUsize) -> Vec<(usize, Outcome)> {
    let mut engines = HashMap::new();
    let mut outcomes = Vec::new();
    loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(case) = cases.get(at) else {
            return outcomes;
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            if !case.setup.is_empty() || case.sql.contains(';') {
                return answer(case, &mut open(&case.time_zone)?);
            }
            match engines.entry(case.time_zone.clone()) {
                Entry::Occupied(engine) => answer(case, engine.into_mut()),
                Entry::Vacant(place) => answer(case, place.insert(open(&case.time_zone)?)),
            }
        }));
        let outcome = match outcome {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(message)) => Outcome::Refused(message),
            Err(_) => {
                engines.remove(&case.time_zone);
                Outcome::Refused("panicked".to_owned())
            }
        };
        outcomes.push((at, outcome));
    }
}

fn open(time_zone: &str) -> Result<Engine, String> {
    Engine::open(time_zone).map_err(|error| error.message)
}

fn answer(case: &Case, engine: &mut Engine) -> Result<Outcome, String> {
    let refused = |error: SqlError| format!("{}: {}", error.code, error.message);
    let datasets = case.setup.iter().filter_map(|statement| dataset(statement));
    engine
        .create_datasets(datasets)
        .map_err(|error| error.message)?;
    // a variable lives as long as the script that declares it
    let (declarations, setup): (Vec<_>, Vec<_>) = case
        .setup
        .iter()
        .map(String::as_str)
        .partition(|statement| first_word(statement).eq_ignore_ascii_case("DECLARE"));
    for statement in setup {
        engine.run(statement).map_err(refused)?;
    }
    let script: String = declarations
        .into_iter()
        .flat_map(|declaration| [declaration, ";\n"])
        .chain([case.sql.as_str()])
        .collect();
    match engine.run(&script).map_err(refused)? {
        Some(rows) => Ok(compare::compare(case, &rows)),
        None => Err("no rows".to_owned()),
    }
}

/// The dataset of what a `CREATE` statement makes: recordings take datasets for granted
fn dataset(statement: &str) -> Option<&str> {
    let mut words = statement.split_whitespace();
    if !words.next()?.eq_ignore_ascii_case("CREATE") {
        return None;
    }
    let (dataset, _) = words.find(|word| word.contains('.'))?.split_once('.')?;
    Some(dataset.trim_matches('`'))
}

fn first_word(statement: &str) -> &str {
    statement.split_whitespace().next().unwrap_or_default()
}

impl Report {
    /// Counts of the cases that fit
    pub fn count(&self, fits: impl Fn(&Case) -> bool) -> Count {
        let mut count = Count::default();
        for (_, outcome) in self.outcomes.iter().filter(|(case, _)| fits(case)) {
            match outcome {
                Outcome::Equal => count.equal += 1,
                Outcome::Refused(_) => count.refused += 1,
                Outcome::Wrong(_) => count.wrong += 1,
            }
        }
        count
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups: BTreeMap<(String, String), Count> = BTreeMap::new();
        for (case, _) in &self.outcomes {
            groups
                .entry((case.set.clone(), case.category.clone()))
                .or_default();
        }
        for ((set, category), count) in &mut groups {
            *count = self.count(|case| case.set == *set && case.category == *category);
            writeln!(formatter, "{set:14} {category:50} {count}")?;
        }
        let mut sets: Vec<_> = self
            .outcomes
            .iter()
            .map(|(case, _)| case.set.clone())
            .collect();
        sets.sort();
        sets.dedup();
        for set in sets {
            writeln!(formatter, "{set:65} {}", self.count(|case| case.set == set))?;
        }
        writeln!(
            formatter,
            "{:65} {}",
            "basic",
            self.count(|case| case.tier == "basic")
        )?;
        write!(formatter, "{:65} {}", "all", self.count(|_| true))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.equal + self.refused + self.wrong;
        let percent = if all == 0 {
            0.0
        } else {
            100.0 * self.equal as f64 / all as f64
        };
        write!(
            formatter,
            "equal {:4}  refused {:4}  wrong {:4}  ({percent:.1} %)",
            self.equal, self.refused, self.wrong
        )
    }
}
