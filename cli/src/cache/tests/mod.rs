//! What is remembered gives, byte for byte, what compiling the whole project gives

mod cases;
mod damage;
mod edits;
mod memory;

use std::path::{Path, PathBuf};

use sqlx_compiler::CompileOptions;

use super::{Caching, Reuse, Wanted, compile_project};

/// A project on disk
struct Scratch {
    folder: tempfile::TempDir,
}

/// All that a command prints from
#[derive(Debug, PartialEq)]
struct Shown {
    text: String,
    findings: Vec<String>,
    console: Vec<String>,
    has_errors: bool,
}

const SETTINGS: &str =
    "defaultProject: shop\ndefaultDataset: sales\ndefaultAssertionDataset: checks\n";

impl Scratch {
    fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn project(files: &[(&str, &str)]) -> Self {
        let scratch = Self::empty();
        scratch.write("workflow_settings.yaml", SETTINGS);
        for (path, text) in files {
            scratch.write(path, text);
        }
        scratch
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn place(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let place = self.place(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.place(path)).unwrap()).into_owned()
    }

    fn compile(&self, wanted: Wanted, caching: Caching) -> (Shown, Reuse) {
        compile_with(self.path(), &CompileOptions::default(), wanted, caching)
    }

    /// Compiles with and without the cache: the outcomes are the same
    fn check(&self, what: &str) -> Reuse {
        let mut reuse = Reuse::None;
        for (at, wanted) in [Wanted::Actions, Wanted::Json].into_iter().enumerate() {
            let (remembered, how) = self.compile(wanted, Caching::On);
            let (fresh, _) = self.compile(wanted, Caching::Off);
            assert_eq!(remembered, fresh, "{what}, {wanted:?}, {how:?}");
            if at == 0 {
                reuse = how;
            }
        }
        reuse
    }
}

fn compile_with(
    root: &Path,
    options: &CompileOptions,
    wanted: Wanted,
    caching: Caching,
) -> (Shown, Reuse) {
    compile_project(root, options, wanted, caching, |compiled| {
        let text = match wanted {
            Wanted::Json if compiled.is_thrown() => String::new(),
            Wanted::Json => compiled.json().concat(),
            Wanted::Actions => compiled.actions().map(row).collect(),
        };
        let shown = Shown {
            text,
            findings: compiled
                .diagnostics
                .iter()
                .map(|finding| format!("{finding:?}"))
                .collect(),
            console: compiled
                .console
                .iter()
                .map(|line| (*line).to_owned())
                .collect(),
            has_errors: compiled.has_errors,
        };
        (shown, compiled.reuse)
    })
}

fn row(action: super::Action<'_>) -> String {
    format!(
        "{} {} {} {:?} {} {:?}\n",
        action.kind().as_str(),
        action.name(),
        action.file_name(),
        action.tags(),
        action.disabled(),
        action.dependencies(),
    )
}
