//! A project as it was in a Git revision, read out of the repository and never checked out

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use diagnostic::{Diagnostic, code, did_you_mean};
use sqlx_compiler::{DiskProject, FileError, FileSystem, is_listed};

/// A project as it was; packages are those that are installed now
pub struct GitProject {
    disk: DiskProject,
    /// Path → object
    files: BTreeMap<String, String>,
    reader: Mutex<Reader>,
}

/// `git cat-file --batch`, which is asked for one object after the other
struct Reader {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl GitProject {
    /// The project in `root` as it was in a revision
    ///
    /// # Errors
    /// Git is not installed, the folder is in no repository, or there is no such revision
    pub fn open(root: &Path, revision: &str) -> Result<Self, Diagnostic> {
        let git = Git(root.to_owned());
        let commit = git.commit(revision)?;
        let listed = git.run(&["ls-tree", "-r", "-z", &commit])?;
        // `100644 blob 83baae6…\tdefinitions/a.sqlx`
        let files = listed.split('\0').filter_map(|line| {
            let (about, path) = line.split_once('\t')?;
            let mut words = about.split(' ').skip(1);
            let object = words
                .next()
                .filter(|kind| *kind == "blob")
                .and(words.next())?;
            Some((path.to_owned(), object.to_owned()))
        });
        Ok(Self {
            disk: DiskProject::new(root),
            files: files.collect(),
            reader: Mutex::new(git.reader()?),
        })
    }

    /// Packages are in no repository
    fn is_package(path: &str) -> bool {
        path.starts_with("node_modules/") || path == "node_modules"
    }
}

impl FileSystem for GitProject {
    fn root(&self) -> String {
        self.disk.root()
    }

    fn list(&self) -> Result<Vec<String>, FileError> {
        let listed = |path: &&String| is_listed(path);
        Ok(self.files.keys().filter(listed).cloned().collect())
    }

    fn read(&self, path: &str) -> Result<Option<String>, FileError> {
        if Self::is_package(path) {
            return self.disk.read(path);
        }
        let Some(object) = self.files.get(path) else {
            return Ok(None);
        };
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        match reader.read(object) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) => Err(FileError::Unreadable {
                path: path.to_owned(),
                reason: error.to_string(),
            }),
        }
    }

    fn is_file(&self, path: &str) -> bool {
        match Self::is_package(path) {
            true => self.disk.is_file(path),
            false => self.files.contains_key(path),
        }
    }

    fn is_folder(&self, path: &str) -> bool {
        if Self::is_package(path) {
            return self.disk.is_folder(path);
        }
        let prefix = format!("{path}/");
        let mut from = self.files.range(prefix.clone()..);
        from.next()
            .is_some_and(|(file, _)| file.starts_with(&prefix))
    }
}

impl Reader {
    fn read(&mut self, object: &str) -> std::io::Result<Vec<u8>> {
        writeln!(self.input, "{object}")?;
        self.input.flush()?;
        let mut head = String::new();
        self.output.read_line(&mut head)?;
        let length = head
            .trim_end()
            .rsplit(' ')
            .next()
            .and_then(|size| size.parse().ok());
        let length: usize = length
            .ok_or_else(|| std::io::Error::other(format!("git answers `{}`", head.trim_end())))?;
        let mut bytes = vec![0; length + 1];
        self.output.read_exact(&mut bytes)?;
        // the line end after the object
        bytes.pop();
        Ok(bytes)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // it has nothing to finish
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Git in a folder
struct Git(PathBuf);

impl Git {
    fn commit(&self, revision: &str) -> Result<String, Diagnostic> {
        let asked = format!("{revision}^{{commit}}");
        let words = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &asked,
        ];
        let output = self.output(&words)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        // the folder may be in no repository at all
        self.run(&["rev-parse", "--git-dir"])?;
        let names = self.run(&["for-each-ref", "--format=%(refname:short)"])?;
        let help = did_you_mean(revision, names.lines());
        Err(unreadable(format!("there is no revision `{revision}`"))
            .help(help.unwrap_or_else(|| "`git log` and `git branch` list them".to_owned())))
    }

    fn reader(&self) -> Result<Reader, Diagnostic> {
        let failed = |error: std::io::Error| unreadable(format!("git cannot be run: {error}"));
        let mut process = self
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(input), Some(output)) => Ok(Reader {
                process,
                input,
                output: BufReader::new(output),
            }),
            _ => Err(unreadable("git cannot be asked".to_owned())),
        }
    }

    /// What it prints
    fn run(&self, words: &[&str]) -> Result<String, Diagnostic> {
        let output = self.output(words)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let first = errors.lines().next().unwrap_or_default();
        let reason = first.strip_prefix("fatal: ").unwrap_or(first);
        Err(unreadable(format!("git says: {reason}"))
            .help("`changed:` compares with a revision of the project's Git repository"))
    }

    fn output(&self, words: &[&str]) -> Result<std::process::Output, Diagnostic> {
        self.command(words).output().map_err(|error| {
            let diagnostic = unreadable(format!("git cannot be run: {error}"));
            diagnostic.help("install git, or compare with a saved graph: `state:modified`")
        })
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.0).args(words);
        command
    }
}

fn unreadable(message: String) -> Diagnostic {
    Diagnostic::error(code::COMPARISON_UNREADABLE, message)
}
