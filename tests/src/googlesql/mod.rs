//! GoogleSQL conformance: a file of queries with their expected rows, each run on an in-memory
//! DuckDB, sorted into equal, refused and wrong

mod compare;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use duckdb::Connection;
use googlesql::{
    Analyzed, Catalog, Column, Error, ModelFunction, PhysicalName, Relation, Table, Type,
};
use serde::Deserialize;
use serde_json::Value;

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

/// Runs every case of a JSON-lines file
///
/// # Errors
/// The file cannot be read, or a line is not a case
pub fn run(file: &Path) -> Result<Report, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(file)?;
    let mut report = Report::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case: Case = serde_json::from_str(line)?;
        let outcome = catch_unwind(AssertUnwindSafe(|| run_case(&case)))
            .unwrap_or_else(|_| Outcome::Refused("panicked".to_owned()));
        report.outcomes.push((case, outcome));
    }
    Ok(report)
}

/// Runs one case on a fresh database
pub fn run_case(case: &Case) -> Outcome {
    match answer(case) {
        Ok(outcome) => outcome,
        Err(message) => Outcome::Refused(message),
    }
}

fn answer(case: &Case) -> Result<Outcome, String> {
    let connection = Connection::open_in_memory().map_err(|error| error.to_string())?;
    googlesql::udf::register(&connection).map_err(|error| error.to_string())?;
    // One thread: aggregates without ORDER BY see rows in the order of the text
    connection
        .execute_batch("SET threads = 1")
        .map_err(|error| error.to_string())?;
    let catalog = MemoryCatalog {
        connection: &connection,
        zone: case.time_zone.clone(),
    };
    for statement in &case.setup {
        run_setup(statement, &catalog)?;
    }
    let statements = googlesql::parse(&case.sql).map_err(|error| error.to_string())?;
    let [statement] = statements.as_slice() else {
        return Err(format!("{} statements", statements.len()));
    };
    let analyzed =
        googlesql::analyze(&case.sql, statement, &catalog).map_err(|error| error.to_string())?;
    let Analyzed::Query(relation) = analyzed else {
        return Err("not a query".to_owned());
    };
    let rows =
        fetch(&connection, &relation).map_err(|error| format!("{error}\n{}", relation.sql))?;
    Ok(compare::compare(case, &relation, &rows))
}

fn run_setup(text: &str, catalog: &MemoryCatalog) -> Result<(), String> {
    for statement in googlesql::parse(text).map_err(|error| error.to_string())? {
        match googlesql::analyze(text, &statement, catalog).map_err(|error| error.to_string())? {
            Analyzed::Execute { sql, .. } => {
                for sql in sql {
                    catalog
                        .connection
                        .execute_batch(&sql)
                        .map_err(|error| format!("{error}\n{sql}"))?;
                }
            }
            Analyzed::Query(relation) => {
                fetch(catalog.connection, &relation).map_err(|error| error.to_string())?;
            }
            _ => return Err("models are not part of this".to_owned()),
        }
    }
    Ok(())
}

fn fetch(
    connection: &Connection,
    relation: &Relation,
) -> duckdb::Result<Vec<Vec<duckdb::types::Value>>> {
    // NUMERIC has more digits than the client's decimals: it comes as text
    let items: Vec<_> = relation
        .columns
        .iter()
        .map(|column| {
            let name = googlesql::quote_identifier(&column.name);
            match column.ty {
                Type::Numeric => format!("gs_text_of_numeric({name})"),
                _ if has_numeric(&column.ty) => format!(
                    "CAST({name} AS {})",
                    column.ty.duckdb().replace("DECIMAL(38, 9)", "VARCHAR")
                ),
                _ => name,
            }
        })
        .collect();
    let numeric = relation
        .columns
        .iter()
        .any(|column| has_numeric(&column.ty));
    let sql = match numeric {
        true => format!("SELECT {} FROM (\n{}\n)", items.join(", "), relation.sql),
        false => relation.sql.clone(),
    };
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..relation.columns.len())
            .map(|at| row.get(at))
            .collect::<duckdb::Result<_>>()?;
        all.push(cells);
    }
    Ok(all)
}

fn has_numeric(ty: &Type) -> bool {
    match ty {
        Type::Numeric => true,
        Type::Array(element) => has_numeric(element),
        Type::Struct(fields) => fields.iter().any(|field| has_numeric(&field.ty)),
        _ => false,
    }
}

/// The tables of a DuckDB connection; a schema that is named comes into being
pub struct MemoryCatalog<'c> {
    /// Where the tables are
    pub connection: &'c Connection,
    /// The default time zone
    pub zone: String,
}

impl Catalog for MemoryCatalog<'_> {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        let name = self.physical(path, span.clone())?;
        let unknown = || {
            let message = format!("no table `{}`", path.join("."));
            Error::new(diagnostic_code(), message, span.clone())
        };
        let mut statement = self
            .connection
            .prepare("SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? ORDER BY column_index")
            .map_err(|_| unknown())?;
        let columns = statement
            .query_map([&name.schema, &name.name], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })
            .and_then(Iterator::collect::<duckdb::Result<Vec<_>>>)
            .map_err(|_| unknown())?;
        if columns.is_empty() {
            return Err(unknown());
        }
        let columns = columns
            .into_iter()
            .filter_map(|(column, ty)| Some(Column::new(column, Type::from_duckdb(&ty)?.0)))
            .collect();
        Ok(Table {
            sql: format!(
                "{}.{}",
                googlesql::quote_identifier(&name.schema),
                googlesql::quote_identifier(&name.name)
            ),
            columns,
            pseudo_columns: Vec::new(),
        })
    }

    fn physical(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        let (schema, name) = match path {
            [name] => ("main", name),
            [.., schema, name] => (schema.as_str(), name),
            [] => return Err(Error::new(diagnostic_code(), "a name is empty", span)),
        };
        let create = format!(
            "CREATE SCHEMA IF NOT EXISTS {}",
            googlesql::quote_identifier(schema)
        );
        self.connection
            .execute_batch(&create)
            .map_err(|error| Error::new(diagnostic_code(), error.to_string(), span))?;
        Ok(PhysicalName {
            schema: schema.to_owned(),
            name: name.clone(),
        })
    }

    fn schema(&self, path: &[String], span: Range<usize>) -> Result<String, Error> {
        path.last()
            .cloned()
            .ok_or_else(|| Error::new(diagnostic_code(), "a name is empty", span))
    }

    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error> {
        Err(Error::new(
            diagnostic_code(),
            "no models here",
            call.span.clone(),
        ))
    }

    fn time_zone(&self) -> &str {
        &self.zone
    }
}

fn diagnostic_code() -> diagnostic::Code {
    diagnostic::code::UNKNOWN_TABLE
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
