//! Compares command lines with what Dataform's CLI answers to them: exit code, both outputs, changed files

mod listed;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// A command line and what Dataform's CLI answers
#[derive(Debug, Clone)]
pub struct Transcript {
    /// The name of its folder
    pub name: String,
    folder: PathBuf,
    meta: Meta,
    expected: Answer,
}

/// How an answer compares
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The same
    Equal,
    /// It differs on purpose, for this reason
    Listed(&'static str),
    /// It differs: how
    Unequal(String),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    package_json: bool,
    #[serde(default)]
    core_installed: bool,
}

/// What a command line gives
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The exit code
    pub rc: i32,
    /// Standard output
    pub stdout: String,
    /// Standard error, without the lines of stacks
    pub stderr: String,
    /// The new text of files that were written, by their path in the project
    #[serde(default)]
    pub files_changed: BTreeMap<String, String>,
}

/// What stands for the folder of the project in answers
const PROJECT: &str = "<PROJECT_DIR>";

/// The transcripts in a folder, by name
///
/// # Errors
/// When a file cannot be read
pub fn transcripts(folder: &Path) -> io::Result<Vec<Transcript>> {
    let mut transcripts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let folder = entry?.path();
        if !folder.join("expected.json").is_file() {
            continue;
        }
        let read = |name: &str| std::fs::read_to_string(folder.join(name));
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        transcripts.push(Transcript {
            name: name.into_owned(),
            meta: serde_json::from_str(&read("meta.json")?).map_err(io::Error::other)?,
            expected: serde_json::from_str(&read("expected.json")?).map_err(io::Error::other)?,
            folder,
        });
    }
    transcripts.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(transcripts)
}

impl Transcript {
    /// Runs the command line, with `dataform` as the name of the program, and compares
    ///
    /// # Errors
    /// When the project cannot be copied or the program not be started
    pub fn compare(&self, program: &Path) -> io::Result<Outcome> {
        let given = self.answer(program)?;
        let Some(difference) = difference(&self.expected, &given) else {
            return Ok(Outcome::Equal);
        };
        Ok(match listed::reason(&self.expected, &given) {
            Some(reason) => Outcome::Listed(reason),
            None => Outcome::Unequal(difference),
        })
    }

    fn answer(&self, program: &Path) -> io::Result<Answer> {
        let scratch = tempfile::tempdir()?;
        // the folder's real path, as the program says it
        let root = scratch.path().canonicalize()?;
        let called = root.join(format!("dataform{}", std::env::consts::EXE_SUFFIX));
        link(program, &called)?;
        let project = root.join("proj");
        let source = self.folder.join("project");
        std::fs::create_dir_all(&project)?;
        if source.is_dir() {
            copy(&source, &project)?;
        }
        if self.meta.package_json {
            let text = r#"{"dependencies": {"@dataform/core": "3.0.65"}}"#;
            std::fs::write(project.join("package.json"), text)?;
        }
        if self.meta.core_installed {
            let core = project.join("node_modules/@dataform/core");
            std::fs::create_dir_all(&core)?;
            std::fs::write(core.join("package.json"), r#"{"version": "3.0.65"}"#)?;
        }
        let before = files(&project)?;
        let output = Command::new(&called)
            .args(&self.meta.args)
            .envs(&self.meta.env)
            .current_dir(&root)
            .stdin(Stdio::null())
            .output()?;
        let folder = project.display().to_string();
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder, PROJECT);
        let stderr = shown(&output.stderr);
        let without_stacks = stderr
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("    at "));
        let mut files_changed = files(&project)?;
        files_changed.retain(|path, text| before.get(path) != Some(text));
        Ok(Answer {
            rc: output.status.code().unwrap_or(-1),
            stdout: shown(&output.stdout),
            stderr: without_stacks.collect(),
            files_changed,
        })
    }
}

fn difference(expected: &Answer, given: &Answer) -> Option<String> {
    let mut differences = Vec::new();
    if expected.rc != given.rc {
        differences.push(format!("exit code {}, got {}", expected.rc, given.rc));
    }
    for (name, expected, given) in [
        ("stdout", &expected.stdout, &given.stdout),
        ("stderr", &expected.stderr, &given.stderr),
    ] {
        let (expected, given) = (expected.trim_end(), given.trim_end());
        if expected != given {
            let mut lines = expected.lines();
            let at = given
                .lines()
                .take_while(|line| Some(*line) == lines.next())
                .count();
            let line = |text: &str| text.lines().nth(at).unwrap_or("the end").to_owned();
            differences.push(format!(
                "{name}, line {}: {:?}, got {:?}",
                at + 1,
                line(expected),
                line(given)
            ));
        }
    }
    if expected.files_changed != given.files_changed {
        differences.push(format!(
            "files {:?}, got {:?}",
            expected.files_changed, given.files_changed
        ));
    }
    (!differences.is_empty()).then(|| differences.join("; "))
}

/// The texts of the files of a project, packages left out
fn files(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = open.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                if !["node_modules", ".sqlx-run"].contains(&name.as_str()) {
                    open.push((entry.path(), path + "/"));
                }
            } else {
                found.insert(
                    path,
                    String::from_utf8_lossy(&std::fs::read(entry.path())?).into_owned(),
                );
            }
        }
    }
    Ok(found)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::write(target, std::fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(program: &Path, name: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(program.canonicalize()?, name)
}

#[cfg(not(unix))]
fn link(program: &Path, name: &Path) -> io::Result<()> {
    std::fs::copy(program, name).map(|_| ())
}
