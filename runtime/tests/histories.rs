//! Histories of tables on an embedded warehouse in memory: created, grown, changed in schema and type, rebuilt,
//! failed half-way
//!
//! A case is a title after `###` and steps: `--- FILE` writes a definition, `--- run` and `--- run full-refresh`
//! run the project (one line below for each action that did not succeed), `--- SQL` asks the warehouse (a
//! line below for each row). `UPDATE_EXPECTED=1` writes what is found into the files.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx_compiler::{CompileOptions, MemoryProject, compile};
use sqlx_runtime::warehouse::duckdb::{DuckDbOptions, DuckDbWarehouse};
use sqlx_runtime::warehouse::{Outcome, SessionContext, Warehouse};
use sqlx_runtime::{ActionStatus, Plan, RunOptions, Selection, names, run};

const SETTINGS: &str =
    "defaultProject: shop\ndefaultDataset: sales\ndefaultAssertionDataset: checks\n";

struct History {
    project: MemoryProject,
    warehouse: Option<Arc<DuckDbWarehouse>>,
    runs: usize,
}

impl History {
    fn new() -> Self {
        Self {
            project: MemoryProject::new().with("workflow_settings.yaml", SETTINGS),
            warehouse: None,
            runs: 0,
        }
    }

    fn step(&mut self, head: &str, body: &str) -> String {
        match head {
            "run" => self.run(false),
            "run full-refresh" => self.run(true),
            sql if sql.contains(' ') => self.ask(sql),
            file => {
                let path = format!("definitions/{file}");
                self.project = std::mem::take(&mut self.project).with(path, body);
                body.to_owned()
            }
        }
    }

    fn run(&mut self, full_refresh: bool) -> String {
        let compilation = Arc::new(compile(&self.project, &CompileOptions::default()));
        assert!(!compilation.has_errors(), "{:?}", compilation.diagnostics);
        let warehouse = self.warehouse.get_or_insert_with(|| {
            let options = DuckDbOptions {
                names: names(&compilation.graph),
                threads: Some(1),
                ..DuckDbOptions::default()
            };
            Arc::new(DuckDbWarehouse::open(options).unwrap())
        });
        let warehouse: Arc<dyn Warehouse> = Arc::clone(warehouse) as _;
        let plan = Plan::new(compilation, Selection::default(), full_refresh).unwrap();
        let targets: Vec<_> = (0..plan.actions.len())
            .filter_map(|index| plan.action(index))
            .map(|action| action.target().clone())
            .collect();
        warehouse.create_datasets(&targets).unwrap();
        self.runs += 1;
        let options = RunOptions {
            run: format!("run_{}", self.runs),
            ..RunOptions::default()
        };
        let summary = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(run(
                Arc::new(plan),
                warehouse,
                options,
                &mut [],
                std::future::pending(),
            ));
        summary
            .results
            .iter()
            .filter(|result| result.status != ActionStatus::Succeeded)
            .map(|result| {
                let why = result.diagnostic.as_ref().map(|failure| {
                    let place = failure.location.as_ref().map(|place| {
                        let (line, column) = place.line_column();
                        format!(" at {}:{line}:{column}", place.file)
                    });
                    let place = place.unwrap_or_default();
                    format!(": {}{place}: {}", failure.code, failure.message)
                });
                let (name, status) = (&result.action, result.status.as_str());
                format!("{name} {status}{}\n", why.unwrap_or_default())
            })
            .collect()
    }

    fn ask(&self, sql: &str) -> String {
        let warehouse = self.warehouse.as_ref().unwrap();
        let mut session = warehouse.session(&SessionContext::default()).unwrap();
        match session.execute(sql, &mut |_| {}) {
            Ok(outcomes) => outcomes.iter().map(rows).collect(),
            Err(failure) => format!("{}: {}\n", failure.code, failure.message),
        }
    }
}

fn rows(outcome: &Outcome) -> String {
    let Outcome::Rows(rows) = outcome else {
        return String::new();
    };
    let names: Vec<&str> = rows.columns.iter().map(|one| one.name.as_str()).collect();
    let mut text = format!("{}\n", names.join(" | "));
    for row in &rows.rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.to_text("NULL")).collect();
        text.push_str(&format!("{}\n", cells.join(" | ")));
    }
    text
}

/// The case as it would be written with what is found
fn played(case: &str) -> String {
    let mut history = History::new();
    let (title, steps) = case.split_once('\n').unwrap();
    let mut text = format!("{title}\n");
    for step in steps.split("--- ").skip(1) {
        let (head, body) = step.split_once('\n').unwrap();
        let found = history.step(head, body.trim_end_matches('\n'));
        text.push_str(&format!("--- {head}\n{}\n", found.trim_end()));
    }
    text.replace("\n\n--- ", "\n--- ")
}

#[test]
fn histories_end_as_on_bigquery() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let cases: Vec<String> = text.split("### ").skip(1).map(played).collect();
        let found = cases
            .iter()
            .map(|case| format!("### {}\n", case.trim_end()))
            .collect::<Vec<_>>()
            .join("\n");
        if found == text {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            std::fs::write(&file, found).unwrap();
        } else {
            wrong.push(format!("{}:\n{found}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
