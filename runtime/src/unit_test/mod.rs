//! Unit tests: the tested query over a test's inputs against the rows that it expects, on an embedded
//! engine with nothing in it, so that no test needs a warehouse or waits for one

mod compare;
mod document;
mod select;

use std::time::Instant;

use diagnostic::{Diagnostic, Finding, Location, code};
use googlesql::Column;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx_compiler::{Compilation, Table, Test, TestSql};

pub use compare::{ColumnDifference, Difference, RowDifference};
pub use document::{TestDocument, TestEvent};
pub use select::{select_tests, tests_of};

use crate::event::as_json;
use crate::functions::only_creates as only_creates_functions;
use crate::plan::display_name;
use crate::settings::names;
use crate::warehouse::duckdb::{DuckDbOptions, DuckDbWarehouse};
use crate::warehouse::{Outcome, Rows, Session, SessionContext, SqlError, Warehouse};

/// A unit test that has run
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TestResult {
    /// Its name
    pub test: String,
    /// `dataset.name` of the tested action
    pub action: String,
    /// The file that defines it, relative to the project
    pub file: String,
    /// How it ended
    pub status: TestStatus,
    /// Wall-clock seconds
    pub seconds: f64,
    /// How the rows differ
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    /// Why it did not pass
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_json")]
    #[schemars(with = "Option<Finding>")]
    pub diagnostic: Option<Diagnostic>,
    /// What is odd about it, whether it passed or not
    #[serde(skip)]
    pub warnings: Vec<Diagnostic>,
}

/// How a unit test ended
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TestStatus {
    /// The query gives the expected rows
    Passed,
    /// It gives other rows
    Failed,
    /// One of the queries could not be run
    Error,
}

impl TestStatus {
    /// The word that people read
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Error => "error",
        }
    }
}

/// Runs the tests of a project, one after the other
pub struct TestRunner<'a> {
    compilation: &'a Compilation,
    warehouse: DuckDbWarehouse,
}

impl<'a> TestRunner<'a> {
    /// An engine with nothing in it but the functions that the project's operations create
    ///
    /// # Errors
    /// The engine does not start
    pub fn new(compilation: &'a Compilation) -> Result<Self, Diagnostic> {
        let warehouse = DuckDbWarehouse::open(DuckDbOptions {
            names: names(&compilation.graph),
            ..DuckDbOptions::default()
        })?;
        let mut session = warehouse.session(&SessionContext::default())?;
        for operation in &compilation.graph.operations {
            let whole = operation
                .queries
                .iter()
                .all(|query| only_creates_functions(query));
            if whole {
                for query in &operation.queries {
                    // what is missing is told where it is called
                    let _ = session.execute(query, &mut |_| {});
                }
            }
        }
        drop(session);
        Ok(Self {
            compilation,
            warehouse,
        })
    }

    /// Runs a test to its end; never fails otherwise than in its result
    pub fn run(&self, test: &Test) -> TestResult {
        let begun = Instant::now();
        let (status, difference, diagnostic, mut warnings) = match self.compare(test) {
            Ok(Compared {
                difference: None,
                warnings,
            }) => (TestStatus::Passed, None, None, warnings),
            Ok(Compared {
                difference: Some(difference),
                warnings,
            }) => {
                let failure = Diagnostic::error(code::UNIT_TEST_FAILED, difference.summary())
                    .in_file(file(test));
                (
                    TestStatus::Failed,
                    Some(difference),
                    Some(failure),
                    warnings,
                )
            }
            Err(failure) => (TestStatus::Error, None, Some(*failure), Vec::new()),
        };
        warnings.extend(self.unread(test));
        let name = name(test).to_owned();
        TestResult {
            action: tested_action(test),
            file: file(test).to_owned(),
            status,
            seconds: begun.elapsed().as_secs_f64(),
            difference,
            diagnostic: diagnostic.map(|one| one.of_action(&name)),
            warnings: warnings
                .into_iter()
                .map(|one| one.of_action(&name))
                .collect(),
            test: name,
        }
    }

    fn compare(&self, test: &Test) -> Result<Compared, Box<Diagnostic>> {
        let mut session = self.warehouse.session(&SessionContext::default())?;
        for operation in self
            .tested(test)
            .map(|table| table.pre_ops.as_slice())
            .unwrap_or_default()
        {
            if only_creates_functions(operation) {
                // what is missing is told where it is called
                let _ = session.execute(operation, &mut |_| {});
            }
        }
        let given = self.rows(&mut *session, test, TestSql::Tested)?;
        let expected = self.rows(&mut *session, test, TestSql::Expected)?;
        let mut warnings = Vec::new();
        let difference = compare::compare(&expected, &given);
        if difference.is_none() && !same_order(&expected.columns, &given.columns) {
            let names: Vec<&str> = given.columns.iter().map(|one| one.name.as_str()).collect();
            let message = format!(
                "the columns come in another order than expected: {}",
                names.join(", ")
            );
            warnings.push(Diagnostic::warning(code::UNIT_TEST_ODD, message).in_file(file(test)));
        }
        Ok(Compared {
            difference,
            warnings,
        })
    }

    fn rows(
        &self,
        session: &mut dyn Session,
        test: &Test,
        which: TestSql,
    ) -> Result<Rows, Box<Diagnostic>> {
        let sql = match which {
            TestSql::Tested => &test.test_query,
            TestSql::Expected => &test.expected_output_query,
        };
        let sql = sql.as_deref().unwrap_or_default();
        let outcomes = session
            .execute(sql, &mut |_| {})
            .map_err(|failure| Box::new(self.locate(test, which, sql, failure)))?;
        let rows = outcomes
            .into_iter()
            .rev()
            .find_map(|outcome| match outcome {
                Outcome::Rows(rows) => Some(rows),
                _ => None,
            });
        rows.ok_or_else(|| {
            let what = match which {
                TestSql::Tested => "the tested query",
                TestSql::Expected => "the query of the expected rows",
            };
            let message = format!("{what} gives no rows to compare: it is no query");
            Box::new(Diagnostic::error(code::UNIT_TEST_FAILED, message).in_file(file(test)))
        })
    }

    /// Points a failure into the file of the tested action or of the test
    fn locate(&self, test: &Test, which: TestSql, sql: &str, failure: SqlError) -> Diagnostic {
        let span = failure.span.clone();
        let mut diagnostic = failure.into_diagnostic();
        if diagnostic.code == code::UNKNOWN_TABLE {
            diagnostic.help = Some(
                "a unit test reads its inputs only: name the table with `ref` in the tested query, and give it an `input` block"
                    .to_owned(),
            );
        }
        let Some(span) = span else {
            return diagnostic.in_file(file(test));
        };
        match self.compilation.locate_test(test, which, span.clone()) {
            Some(place) => diagnostic.at(place),
            None => {
                let what = match which {
                    TestSql::Tested => "tested query",
                    TestSql::Expected => "expected rows",
                };
                let file = format!("{} (compiled SQL: {what})", file(test));
                diagnostic.at(Location::new(file, sql, span))
            }
        }
    }

    fn tested(&self, test: &Test) -> Option<&Table> {
        let target = &test.tested.as_ref()?.target;
        let mut tables = self.compilation.graph.tables.iter();
        tables.find(|table| table.target == *target)
    }

    /// Inputs that the tested query does not read
    fn unread(&self, test: &Test) -> Vec<Diagnostic> {
        let inputs = test.tested.iter().flat_map(|tested| &tested.unread_inputs);
        inputs
            .map(|input| {
                let message = format!("the tested query does not read the input `{input}`");
                let warning = Diagnostic::warning(code::UNIT_TEST_ODD, message)
                    .help("remove it, or name it as `ref` does in the tested query");
                let text = self.compilation.source(file(test));
                let place = text.and_then(|text| {
                    let last = input.rsplit('.').next().unwrap_or(input);
                    let quoted = format!("\"{last}\"");
                    let block = text
                        .find(&format!("input {quoted}"))
                        .map(|at| at + "input ".len());
                    let start = block.or_else(|| text.find(&quoted))?;
                    Some(Location::new(
                        file(test),
                        std::sync::Arc::clone(text),
                        start..start + quoted.len(),
                    ))
                });
                match place {
                    Some(place) => warning.at(place),
                    None => warning.in_file(file(test)),
                }
            })
            .collect()
    }
}

/// What comparing found
struct Compared {
    difference: Option<Difference>,
    warnings: Vec<Diagnostic>,
}

/// `dataset.name` of what a test is a test of
pub fn tested_action(test: &Test) -> String {
    let tested = test.tested.as_ref();
    tested.map_or_else(String::new, |tested| display_name(&tested.target))
}

fn name(test: &Test) -> &str {
    test.name.as_deref().unwrap_or_default()
}

fn file(test: &Test) -> &str {
    test.file_name.as_deref().unwrap_or_default()
}

fn same_order(expected: &[Column], given: &[Column]) -> bool {
    expected
        .iter()
        .zip(given)
        .all(|(left, right)| left.name.eq_ignore_ascii_case(&right.name))
}
