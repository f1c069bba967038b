//! `cargo xtask conformance clients`: the server of `sqlx-run serve` as Google's own clients use it

mod command_line;
mod rust;
mod sdk;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};

use crate::pipeline::install;
use crate::serving::Models;

const SDK: &str = "google-cloud-aiplatform";
const COMMAND_LINE: &str = "gcloud ai";
const CRATE: &str = "google-cloud-aiplatform-v1";

/// Which clients
#[derive(Debug, Args)]
pub struct Selection {
    /// A Python that has the SDK [default: one of its own, from PyPI]
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
    /// Only this client; more than one may be named [default: all]
    #[arg(long, value_name = "CLIENT")]
    only: Vec<Client>,
}

/// A client of Google's
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Client {
    /// The SDK `google-cloud-aiplatform`
    Python,
    /// `gcloud ai`
    Gcloud,
    /// The crate `google-cloud-aiplatform-v1`, whose first build takes minutes
    Rust,
}

impl Selection {
    fn takes(&self, client: Client) -> bool {
        self.only.is_empty() || self.only.contains(&client)
    }
}

/// What became of a call
#[derive(Debug)]
pub struct Called {
    /// What was called
    pub name: String,
    /// Why it failed
    pub error: Option<String>,
}

/// Has each client do what there is to do
///
/// # Errors
/// The program does not run, or a call fails
pub fn compare(selection: &Selection, program: &Path) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    // the server and its clients name the folder alike
    let models = Models::export(program, &scratch.path().canonicalize()?)?;
    let mut failed = 0;
    if selection.takes(Client::Python) {
        let python = match &selection.python {
            Some(python) => Ok(python.clone()),
            None => install(),
        };
        failed += match python {
            Ok(python) => report(SDK, sdk::run(program, &models, &python)?),
            Err(reason) => skip(SDK, &reason),
        };
    }
    if selection.takes(Client::Gcloud) {
        failed += match command_line::installed() {
            true => report(COMMAND_LINE, command_line::run(program, &models)?),
            false => skip(COMMAND_LINE, &anyhow!("gcloud is not on the path")),
        };
    }
    if selection.takes(Client::Rust) {
        failed += match rust::build() {
            Ok(client) => report(CRATE, rust::run(program, &models, &client)?),
            Err(reason) => skip(CRATE, &reason),
        };
    }
    match failed {
        0 => Ok(()),
        failed => bail!("{failed} calls fail"),
    }
}

/// Prints why a client does nothing; no call of it failed
fn skip(client: &str, reason: &anyhow::Error) -> usize {
    println!("{client}: skipped: {reason:#}");
    0
}

/// Prints what became of a client's calls; gives how many failed
fn report(client: &str, calls: Vec<Called>) -> usize {
    let failed = calls.iter().filter(|call| call.error.is_some()).count();
    for call in &calls {
        if let Some(error) = &call.error {
            println!("{client}: {} fails:\n{}", call.name, error.trim_end());
        }
    }
    println!(
        "{client}: calls that pass / all: {} / {}",
        calls.len() - failed,
        calls.len()
    );
    failed
}
