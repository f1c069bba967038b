//! `cargo xtask conformance emulator`: the files of `tests/googlesql` on an emulator of BigQuery, and where
//! it answers otherwise, with who is right

mod explained;
mod statements;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use bigquery_emulator::Emulator;
use clap::Args;
use sqllogictest::{Condition, Record, TestErrorKind};

use crate::googlesql::statements::{Letter, runner};
use statements::Emulated;

/// What is compared
#[derive(Debug, Args)]
pub struct Selection {
    /// Only files whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Show the explained differences too
    #[arg(long)]
    explained: bool,
}

/// A record that the emulator answers otherwise
#[derive(Debug, Clone)]
pub struct Difference {
    /// The file's name
    pub file: String,
    /// The line of the record
    pub line: u32,
    /// The statement
    pub sql: String,
    /// What the emulator answers, and what the file says
    pub answer: String,
    /// Whether the reference evaluator answers as the file says, and how the emulator differs from both
    refereed: Option<&'static str>,
}

/// Runs the files, and prints equal / all and each difference that is not explained.
///
/// # Errors
/// There are such differences, or the emulator does not run
pub fn compare(selection: &Selection) -> Result<()> {
    bigquery_emulator::install()?;
    let emulator = Emulator::start()?;
    let (mut equal, mut unexplained) = (0, 0);
    let mut reasons: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for file in files(selection)? {
        let (fits, differences) = differences(&emulator, &file)?;
        equal += fits;
        for difference in differences {
            let verdict = explained::verdict(&difference)
                .or_else(|| difference.refereed.map(|reason| ("ours", reason)));
            if verdict.is_none() || selection.explained {
                print(&difference);
            }
            match verdict {
                Some(verdict) => *reasons.entry(verdict).or_default() += 1,
                None => unexplained += 1,
            }
        }
    }
    for ((verdict, reason), count) in &reasons {
        println!("{verdict:8} {count:4}  {reason}");
    }
    let explained: usize = reasons.values().sum();
    println!(
        "equal / all: {equal} / {}, explained {explained}, unexplained {unexplained}",
        equal + explained + unexplained
    );
    if unexplained > 0 {
        bail!("{unexplained} answers differ for no reason that is known");
    }
    Ok(())
}

fn files(selection: &Selection) -> Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("googlesql");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        let wanted = selection
            .only
            .as_deref()
            .is_none_or(|text| name(&path).contains(text));
        if wanted && path.extension().is_some_and(|extension| extension == "slt") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// How many records are answered as the file says, and those that are not
fn differences(emulator: &Emulator, file: &Path) -> Result<(usize, Vec<Difference>)> {
    let project = name(file).replace('_', "-");
    let mut runner = runner(Emulated::new(emulator.client(&project)?)?);
    let records =
        sqllogictest::parse_file::<Letter>(file).with_context(|| file.display().to_string())?;
    let (mut equal, mut differences) = (0, Vec::new());
    for record in records {
        let (sql, line, refereed) = match &record {
            Record::Statement {
                sql,
                loc,
                conditions,
                ..
            }
            | Record::Query {
                sql,
                loc,
                conditions,
                ..
            } => (sql.clone(), loc.line(), is_refereed(conditions)),
            _ => {
                runner.run(record)?;
                continue;
            }
        };
        match runner.run(record) {
            Ok(_) => equal += 1,
            Err(error) => differences.push(Difference {
                file: name(file),
                line,
                sql,
                answer: error.kind().to_string(),
                refereed: refereed.then(|| by_referee(&error.kind())),
            }),
        }
    }
    Ok((equal, differences))
}

/// Whether the record was compared with the reference evaluator: `cargo xtask oracle --statements FILE`
fn is_refereed(conditions: &[Condition]) -> bool {
    !conditions
        .iter()
        .any(|condition| matches!(condition, Condition::SkipIf { label } if label == "reference"))
}

fn by_referee(kind: &TestErrorKind) -> &'static str {
    match kind {
        TestErrorKind::Ok { .. } => "the emulator accepts what the reference evaluator refuses",
        TestErrorKind::Fail { .. } => {
            "the emulator lacks it; the reference evaluator answers as the file says"
        }
        _ => "other rows or types; the reference evaluator answers as the file says",
    }
}

fn name(file: &Path) -> String {
    let name = file.file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn print(difference: &Difference) {
    println!(
        "{}.slt:{}\n  {}",
        difference.file,
        difference.line,
        difference.answer.trim_end().replace('\n', "\n  ")
    );
}
