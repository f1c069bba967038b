//! BigQuery that fails now and then: an emulator behind a proxy

use std::path::{Path, PathBuf};
use std::process::Output;

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

/// How a server disturbs a run
struct Disturbance {
    name: &'static str,
    failure: Failure,
    requests: Requests,
    /// The run cannot overcome it, and says so
    is_fatal: bool,
}

/// Which of the requests fail
#[derive(Clone, Copy)]
enum Requests {
    All,
    /// Every sixth
    Some,
    /// The ninth: each costs the run a minute
    One,
}

const DISTURBANCES: [Disturbance; 7] = [
    Disturbance {
        name: "BigQuery answers 500",
        failure: Failure::Status(500, "internalError"),
        requests: Requests::Some,
        is_fatal: false,
    },
    Disturbance {
        name: "BigQuery answers 503",
        failure: Failure::Status(503, "backendError"),
        requests: Requests::Some,
        is_fatal: false,
    },
    Disturbance {
        name: "BigQuery answers 429",
        failure: Failure::Status(429, "rateLimitExceeded"),
        requests: Requests::Some,
        is_fatal: false,
    },
    Disturbance {
        name: "BigQuery resets connections",
        failure: Failure::Reset,
        requests: Requests::Some,
        is_fatal: false,
    },
    Disturbance {
        name: "BigQuery's answers are lost",
        failure: Failure::AnswerLost,
        requests: Requests::Some,
        is_fatal: false,
    },
    Disturbance {
        name: "BigQuery hangs",
        failure: Failure::Hang,
        requests: Requests::One,
        is_fatal: false,
    },
    Disturbance {
        name: "BigQuery is gone",
        failure: Failure::Reset,
        requests: Requests::All,
        is_fatal: true,
    },
];

impl Requests {
    fn contain(self, number: u64) -> bool {
        match self {
            Self::All => true,
            Self::Some => number % 6 == 3,
            Self::One => number == 9,
        }
    }
}

/// Runs a project before servers that fail, and compares its tables with those of an undisturbed run
///
/// # Errors
/// The program does not run, or the emulator does not answer
pub fn disturb(program: &Path, note: &mut impl FnMut(Situation)) -> Result<(), Fault> {
    let emulator = match Emulator::start() {
        Ok(emulator) => emulator,
        Err(reason) => {
            for disturbance in &DISTURBANCES {
                note(Situation {
                    name: disturbance.name.to_owned(),
                    verdict: Verdict::Skipped(reason.to_string()),
                });
            }
            return Ok(());
        }
    };
    let scratch = tempfile::tempdir()?;
    let folder = |name: &str| scratch.path().join(name);
    let undisturbed = run(program, folder("undisturbed"), &emulator, "shop", |_| None)?;
    if !undisturbed.output.status.success() {
        return Err(failed(&WORDS, &undisturbed.output).into());
    }
    let expected = tables(&emulator, "shop")?;
    for (at, disturbance) in DISTURBANCES.iter().enumerate() {
        let project = format!("shop-{at}");
        let fails = move |number| {
            let disturbed = disturbance.requests.contain(number);
            disturbed.then_some(disturbance.failure)
        };
        let run = run(program, folder(&project), &emulator, &project, fails)?;
        let verdict = match (run.output.status.success(), disturbance.is_fatal) {
            (true, false) => compare(
                &expected,
                &tables(&emulator, &project)?,
                run.failed_requests,
            ),
            (false, true) => match diagnostics(&run.output).first() {
                Some(told) => Verdict::Fine { told: told.clone() },
                None => Verdict::Wrong(failed(&WORDS, &run.output)),
            },
            _ => Verdict::Wrong(failed(&WORDS, &run.output)),
        };
        note(Situation {
            name: disturbance.name.to_owned(),
            verdict,
        });
    }
    Ok(())
}

/// The command that is disturbed
const WORDS: [&str; 5] = ["run", "--env", "peer", "--retries", "3"];

/// A run that has ended
struct Run {
    output: Output,
    failed_requests: u64,
}

/// Runs the project through a proxy that fails where `fails` says so for the number of a request
fn run(
    program: &Path,
    folder: PathBuf,
    emulator: &Emulator,
    name: &str,
    fails: impl Fn(u64) -> Option<Failure> + Send + Sync + 'static,
) -> Result<Run, Fault> {
    let proxy = Proxy::start(emulator.endpoint(), fails)?;
    project::write(&folder, &without_models())?;
    let settings = format!(
        "[environments.peer]\nengine = \"bigquery\"\napi_endpoint = \"{}\"\nproject = \"{name}\"\n",
        proxy.endpoint
    );
    project::write(&folder, &[("sqlx-run.toml", &settings)])?;
    let output = Project { program, folder }.run(&WORDS)?;
    Ok(Run {
        output,
        failed_requests: proxy.failed(),
    })
}

/// Whether all tables hold what they are to hold
fn compare(expected: &[Vec<String>], found: &[Vec<String>], failed_requests: u64) -> Verdict {
    let other = TABLES
        .iter()
        .zip(expected.iter().zip(found))
        .find(|(_, (expected, found))| expected != found);
    match other {
        Some((table, _)) => Verdict::Wrong(format!("`{table}` has other rows")),
        None => Verdict::Fine {
            told: format!("overcome: {failed_requests} requests failed"),
        },
    }
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
