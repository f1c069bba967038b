//! Runs that are killed at a random moment and resumed must leave the warehouse of an undisturbed run

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::Fault;
use super::content::{Content, content, copy, difference};
use super::project::{self, FILES};

/// Runs to be killed
#[derive(Debug, Clone)]
pub struct Killing {
    /// The program
    pub program: PathBuf,
    /// How many runs are killed
    pub runs: u32,
    /// The same seed kills at the same share of a run's time
    pub seed: u64,
}

/// What became of them
#[derive(Debug, Default)]
pub struct Killed {
    /// Killed before the run's record began, so that the project was run anew
    pub before_the_record: u32,
    /// Killed with nothing done
    pub before_the_first_action: u32,
    /// Killed with some of the actions done
    pub between: u32,
    /// Killed, or over, with all actions done
    pub after_the_last_action: u32,
    /// Whose resumption was killed, too
    pub killed_again: u32,
    /// Of all, those that an incremental table's second run was
    pub growing: u32,
    /// What differs from the undisturbed run, for each run where something does
    pub differences: Vec<String>,
}

/// Kills and resumes
///
/// # Errors
/// The program does not run, or the files cannot be read
pub fn kill(killing: &Killing, mut tell: impl FnMut(u32, &Killed)) -> Result<Killed, Fault> {
    let scratch = tempfile::tempdir()?;
    let fresh = scratch.path().join("fresh");
    project::write(&fresh, FILES)?;
    // an undisturbed run from nothing, and one on top of it
    let grown = scratch.path().join("grown");
    copy(&fresh, &grown)?;
    let (first, creating) = undisturbed(killing, &grown)?;
    let start = scratch.path().join("start");
    copy(&grown, &start)?;
    let (second, growing) = undisturbed(killing, &grown)?;

    let mut random = Random(killing.seed);
    let mut killed = Killed::default();
    for run in 0..killing.runs {
        let grows = run % 3 != 0;
        let (from, expected, time) = match grows {
            true => (&start, &second, growing),
            false => (&fresh, &first, creating),
        };
        let folder = scratch.path().join(format!("run-{run}"));
        copy(from, &folder)?;
        killed.growing += u32::from(grows);
        trial(killing, &folder, time, &mut random, &mut killed)?;
        let found = content(&folder)?;
        if let Some(difference) = difference(expected, &found) {
            killed.differences.push(format!("run {run}: {difference}"));
        }
        fs::remove_dir_all(&folder)?;
        tell(run + 1, &killed);
    }
    Ok(killed)
}

fn undisturbed(killing: &Killing, folder: &Path) -> Result<(Content, Duration), Fault> {
    let begun = Instant::now();
    finish(killing, folder, &["run"])?;
    Ok((content(folder)?, begun.elapsed()))
}

/// One run that is killed, and its resumption
fn trial(
    killing: &Killing,
    folder: &Path,
    time: Duration,
    random: &mut Random,
    killed: &mut Killed,
) -> Result<(), Fault> {
    let before = records(folder)?.len();
    kill_one(killing, folder, &["run"], time.mul_f64(random.next() * 1.1))?;
    let records = records(folder)?;
    if records.len() == before {
        killed.before_the_record += 1;
        return finish(killing, folder, &["run"]);
    }
    let text = records.last().map(fs::read_to_string).transpose()?;
    let text = text.unwrap_or_default();
    if !text.contains("\"run_started\"") {
        // nothing was asked of the warehouse yet
        killed.before_the_record += 1;
        return finish(killing, folder, &["run"]);
    }
    let planned = FILES.len() - 1;
    match text.matches("\"action_finished\"").count() {
        0 => killed.before_the_first_action += 1,
        all if all == planned => killed.after_the_last_action += 1,
        _ => killed.between += 1,
    }
    if random.next() < 0.3 {
        killed.killed_again += 1;
        let resume = ["run", "--resume"];
        kill_one(killing, folder, &resume, time.mul_f64(random.next()))?;
    }
    finish(killing, folder, &["run", "--resume"])
}

fn command(killing: &Killing, folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(&killing.program);
    command
        .args(words)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

fn kill_one(
    killing: &Killing,
    folder: &Path,
    words: &[&str],
    after: Duration,
) -> Result<ExitStatus, Fault> {
    let mut child = command(killing, folder, words)
        .stderr(Stdio::null())
        .spawn()?;
    std::thread::sleep(after);
    // it may have ended by itself
    let _ = child.kill();
    Ok(child.wait()?)
}

fn finish(killing: &Killing, folder: &Path, words: &[&str]) -> Result<(), Fault> {
    let output = command(killing, folder, words).output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "`sqlx-run {}` ended with {}: {}",
            words.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )
        .into()),
    }
}

fn records(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let folder = folder.join(".sqlx-run/runs");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

/// Numbers from 0 to 1 by splitmix64
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}
