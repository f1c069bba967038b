//! What became of the calls, a line for each

use std::fmt::Debug;
use std::process::ExitCode;

use anyhow::{Result, ensure};

/// How many calls failed so far
#[derive(Debug, Default)]
pub struct Report {
    failed: usize,
}

impl Report {
    /// Does a call and prints `NAME: ok`, or why it failed
    pub async fn call(&mut self, name: &str, call: impl Future<Output = Result<()>>) {
        match call.await {
            Ok(()) => println!("{name}: ok"),
            Err(error) => {
                self.failed += 1;
                let text = format!("{error:#}");
                let line: Vec<&str> = text.split_whitespace().collect();
                println!("{name}: {}", line.join(" "));
            }
        }
    }

    /// Success when all calls passed
    pub fn exit(&self) -> ExitCode {
        match self.failed {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    }
}

/// Fails with what was found where a condition does not hold
pub fn expect(condition: bool, found: impl Debug) -> Result<()> {
    ensure!(condition, "found {found:?}");
    Ok(())
}

/// Fails unless the server refused a request as a bad one
pub fn refused<T: Debug>(answer: google_cloud_gax::Result<T>) -> Result<()> {
    match answer {
        Err(error) if error.http_status_code() == Some(400) => Ok(()),
        other => expect(false, other),
    }
}
