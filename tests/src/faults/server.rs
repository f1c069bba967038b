//! BigQuery that fails now and then: an emulator behind a proxy

use std::path::Path;

use bigquery_emulator::Emulator;

use super::Fault;
use super::project;
use super::proxy::{Failure, Proxy};
use super::situation::{Project, Situation, Verdict, diagnostics, failed};

/// The dataset of the files
const DATASET: &str = "sales";

/// What is compared: everything that a run makes
const TABLES: [&str; 8] = [
    "base",
    "appended",
    "widened",
    "merged",
    "ledger",
    "counted",
    "by_customer",
    "summary",
];

/// One request in so many fails
const EVERY: u64 = 6;

/// Runs a project before servers that fail, and compares its tables with those of an undisturbed run
///
/// # Errors
/// The program does not run, or the emulator does not answer
pub fn disturb(program: &Path, note: &mut impl FnMut(Situation)) -> Result<(), Fault> {
    let disturbances: [(&str, Option<Failure>); 8] = [
        ("undisturbed", None),
        (
            "BigQuery answers 500",
            Some(Failure::Status(500, "internalError")),
        ),
        (
            "BigQuery answers 503",
            Some(Failure::Status(503, "backendError")),
        ),
        (
            "BigQuery answers 429",
            Some(Failure::Status(429, "rateLimitExceeded")),
        ),
        ("BigQuery resets connections", Some(Failure::Reset)),
        ("BigQuery's answers are lost", Some(Failure::AnswerLost)),
        ("BigQuery hangs", Some(Failure::Hang)),
        ("BigQuery is gone", Some(Failure::Reset)),
    ];
    let emulator = match Emulator::start() {
        Ok(emulator) => emulator,
        Err(reason) => {
            for (name, _) in &disturbances[1..] {
                note(Situation {
                    name: (*name).to_owned(),
                    verdict: Verdict::Skipped(reason.to_string()),
                });
            }
            return Ok(());
        }
    };
    let scratch = tempfile::tempdir()?;
    let mut expected = Vec::new();
    for (at, (name, failure)) in disturbances.into_iter().enumerate() {
        let every = match failure {
            // one request is enough: each waits a minute
            Some(Failure::Hang) => u64::MAX,
            _ if name == "BigQuery is gone" => 1,
            _ => EVERY,
        };
        let proxy = Proxy::start(emulator.endpoint(), move |number| {
            let disturbed =
                number % every == every / 2 % every || (every == u64::MAX && number == 9);
            failure.filter(|_| disturbed)
        })?;
        let folder = scratch.path().join(at.to_string());
        project::write(&folder, &without_models())?;
        let settings = format!(
            "[environments.peer]\nengine = \"bigquery\"\napi_endpoint = \"{}\"\nproject = \"shop-{at}\"\n",
            proxy.endpoint
        );
        project::write(&folder, &[("sqlx-run.toml", &settings)])?;
        let project = Project { program, folder };
        let words = ["run", "--env", "peer", "--retries", "3"];
        let output = project.run(&words)?;
        if name == "BigQuery is gone" {
            let told = diagnostics(&output);
            note(Situation {
                name: name.to_owned(),
                verdict: match told.first() {
                    Some(first) if !output.status.success() => Verdict::Fine {
                        told: first.clone(),
                    },
                    _ => Verdict::Wrong(failed(&words, &output)),
                },
            });
            continue;
        }
        if !output.status.success() {
            match failure {
                None => return Err(failed(&words, &output).into()),
                Some(_) => {
                    note(Situation {
                        name: name.to_owned(),
                        verdict: Verdict::Wrong(failed(&words, &output)),
                    });
                    continue;
                }
            }
        }
        let found = tables(&emulator, &format!("shop-{at}"))?;
        if failure.is_none() {
            expected = found;
            continue;
        }
        let difference = TABLES
            .iter()
            .zip(expected.iter().zip(&found))
            .find(|(_, (expected, found))| expected != found);
        note(Situation {
            name: name.to_owned(),
            verdict: match difference {
                Some((table, _)) => Verdict::Wrong(format!("`{table}` has other rows")),
                None => Verdict::Fine {
                    told: format!("overcome: {} requests failed", proxy.failed()),
                },
            },
        });
    }
    Ok(())
}

/// The rows of all tables, sorted; none where a table is not there
fn tables(emulator: &Emulator, project: &str) -> Result<Vec<Vec<String>>, Fault> {
    let client = emulator.client(project)?;
    let mut tables = Vec::new();
    for table in TABLES {
        if client.table(DATASET, table)?.is_none() {
            tables.push(Vec::new());
            continue;
        }
        let answer = client.query(&format!("SELECT * FROM `{project}.{DATASET}.{table}`"))?;
        let mut rows: Vec<String> = answer.rows.iter().map(|row| format!("{row:?}")).collect();
        rows.sort();
        tables.push(rows);
    }
    Ok(tables)
}

/// The files of a project that every BigQuery can run: models are trained by none of its emulators
fn without_models() -> Vec<(&'static str, &'static str)> {
    let models = ["definitions/model.sqlx", "definitions/predicted.sqlx"];
    let all = project::FILES.iter().copied();
    all.filter(|(name, _)| !models.contains(name)).collect()
}
