//! Disturbances one by one: each must end with a clear message and lose nothing

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{Fault, files, server};

/// What became of a disturbance
#[derive(Debug)]
pub enum Verdict {
    /// The message was clear, and afterwards everything was as without the disturbance
    Fine {
        /// The first line that told of it, or how it was overcome
        told: String,
    },
    /// It was not
    Wrong(String),
    /// It cannot be made on this machine
    Skipped(String),
}

/// A disturbance and what became of it
#[derive(Debug)]
pub struct Situation {
    /// What it is
    pub name: String,
    /// What became of it
    pub verdict: Verdict,
}

/// Tries them all; `tell` hears of each
///
/// # Errors
/// The program does not run, or undisturbed runs fail
pub fn try_all(program: &Path, mut tell: impl FnMut(&Situation)) -> Result<Vec<Situation>, Fault> {
    let mut situations = Vec::new();
    let mut note = |situation: Situation| {
        tell(&situation);
        situations.push(situation);
    };
    files::disturb(program, &mut note)?;
    server::disturb(program, &mut note)?;
    Ok(situations)
}

/// The program in a project's folder
pub struct Project<'a> {
    /// The program
    pub program: &'a Path,
    /// The folder
    pub folder: PathBuf,
}

impl Project<'_> {
    /// Runs the program
    ///
    /// # Errors
    /// It cannot be started
    pub fn run(&self, words: &[&str]) -> Result<Output, Fault> {
        let mut command = Command::new(self.program);
        command.args(words);
        self.finish(command)
    }

    /// Runs the program in a name space of its own, after a line of the shell that changes what is mounted and before
    /// one that saves what goes with the name space; `None` where that is not allowed
    ///
    /// # Errors
    /// It cannot be started
    pub fn run_mounted(
        &self,
        before: &str,
        words: &[&str],
        after: &str,
    ) -> Result<Option<Output>, Fault> {
        const REFUSED: i32 = 97;
        let script = format!(
            "{{ {before}; }} >/dev/null 2>&1 || exit {REFUSED}; \"$0\" \"$@\"; code=$?; {after}; exit $code"
        );
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &script]);
        command.arg(self.program).args(words);
        // there may be no such program
        let Ok(output) = self.finish(command) else {
            return Ok(None);
        };
        let forbidden = output.status.code() == Some(REFUSED)
            || String::from_utf8_lossy(&output.stderr).starts_with("unshare:");
        Ok((!forbidden).then_some(output))
    }

    fn finish(&self, mut command: Command) -> Result<Output, Fault> {
        let command = command
            .current_dir(&self.folder)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        Ok(command.output()?)
    }
}

/// The messages of an output
pub fn diagnostics(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr);
    let told = text.lines().filter_map(|line| {
        let line = line.trim();
        line.strip_prefix("× ").or_else(|| line.strip_prefix("⚠ "))
    });
    told.map(str::to_owned).collect()
}

/// An undisturbed run
///
/// # Errors
/// It fails
pub fn must_succeed(project: &Project<'_>, words: &[&str]) -> Result<(), Fault> {
    let output = project.run(words)?;
    match output.status.success() {
        true => Ok(()),
        false => Err(failed(words, &output).into()),
    }
}

/// What a run that failed said
pub fn failed(words: &[&str], output: &Output) -> String {
    format!(
        "`sqlx-run {}` ended with {}: {}",
        words.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    )
}
