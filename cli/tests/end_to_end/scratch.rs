//! A folder of its own for each test, and the program run in it

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A project in a temporary folder
pub struct Scratch {
    folder: tempfile::TempDir,
}

/// What a command gave
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

const SETTINGS: &str = "\
defaultProject: shop
defaultDataset: sales
defaultAssertionDataset: checks
defaultLocation: US
";

impl Scratch {
    /// An empty folder
    pub fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A project with these files below `definitions/` (or anywhere, when the path says so)
    pub fn project(files: &[(&str, &str)]) -> Self {
        let scratch = Self::empty();
        scratch.write("workflow_settings.yaml", SETTINGS);
        for (name, text) in files {
            if name.contains('/') || name.ends_with(".yaml") || name.ends_with(".toml") {
                scratch.write(name, text);
            } else {
                scratch.write(&format!("definitions/{name}"), text);
            }
        }
        scratch
    }

    /// This repository's own project
    pub fn repository() -> Self {
        let scratch = Self::empty();
        let root = repository();
        for name in ["definitions", "includes", "workflow_settings.yaml"] {
            copy(&root.join(name), &scratch.path().join(name));
        }
        scratch
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The program in the folder, not started yet
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sqlx-run"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Rows of a query, as JSON with whole numbers as numbers
    pub fn rows(&self, sql: &str) -> serde_json::Value {
        let ran = self.run(&["query", "--format", "json", sql]);
        assert_eq!(ran.code, Some(0), "{sql}: {}", ran.stderr);
        let mut document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let mut rows = document["rows"].take();
        for field in document["schema"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            for row in rows.as_array_mut().unwrap() {
                if field["type"] == "INT64" && row[name].is_string() {
                    row[name] = row[name].as_str().unwrap().parse::<i64>().unwrap().into();
                }
            }
        }
        rows
    }

    /// The one whole number that a query gives
    pub fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql);
        let first = rows[0].as_object().and_then(|row| row.values().next());
        first.and_then(serde_json::Value::as_i64).unwrap()
    }

    /// Exit code and texts for a snapshot, with what differs between runs replaced
    pub fn snapshot(&self, arguments: &[&str]) -> String {
        self.transcript(&self.run(arguments))
    }

    /// The same for a command that has run
    pub fn transcript(&self, ran: &Ran) -> String {
        let mut text = format!("exit code: {}\n", ran.code.unwrap_or(-1));
        for (name, stream) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            if !stream.is_empty() {
                let folder = self.path().to_string_lossy();
                let real = std::fs::canonicalize(self.path()).unwrap();
                let stream = stream
                    .replace(&*real.to_string_lossy(), "[DIR]")
                    .replace(&*folder, "[DIR]");
                writeln!(text, "----- {name} -----\n{}", stream.trim_end()).unwrap();
            }
        }
        text
    }
}

/// The root of the repository
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Filters for what differs between runs
pub fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r" +\d+\.\d\ds", " [time]");
    settings.add_filter(r"\d{8}t\d{9}-[0-9a-f]{4}", "[run]");
    settings.add_filter(r#""seconds": ?[0-9.e-]+"#, r#""seconds": "[time]""#);
    settings.add_filter(r#""started": ?"[^"]+""#, r#""started": "[date]""#);
    settings.add_filter(r#" time="[0-9.]+""#, r#" time="[time]""#);
    settings.set_prepend_module_to_snapshot(false);
    settings
}

/// Compares a command's transcript with the snapshot of that name
#[macro_export]
macro_rules! assert_transcript {
    ($name:expr, $transcript:expr) => {
        $crate::scratch::settings().bind(|| insta::assert_snapshot!($name, $transcript))
    };
}

pub fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}
