//! local-bigquery in a Python environment of its own, kept below the target folder

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The version of the package `local-bigquery`
pub const VERSION: &str = "0.3.2";

/// The versions of Python that the package takes
const PYTHON: &str = "3.13";

/// The engine inside, for which all extensions are on PyPI
const DUCKDB: &str = "1.5.5";

/// Extensions of the engine: PyPI has them as packages, so that nothing is fetched when it starts
const EXTENSIONS: [&str; 6] = [
    "avro",
    "ducklake",
    "icu",
    "json",
    "spatial",
    "sqlite_scanner",
];

/// Where the emulator is installed
#[derive(Debug, Clone)]
pub struct Installation {
    /// Python with the package
    pub python: PathBuf,
    /// What is the emulator's home folder: its engine looks for extensions there
    pub home: PathBuf,
}

/// The emulator, if it is installed.
///
/// # Errors
/// It is not: the message is a reason to skip a test
pub fn installed() -> Result<Installation> {
    let folder = folder()?;
    if !stamp(&folder).is_file() {
        bail!("local-bigquery {VERSION} is not installed: `cargo xtask setup --peers` does it");
    }
    Ok(installation(&folder))
}

/// Installs the emulator, unless that is done already.
///
/// # Errors
/// When Python 3.13 is missing, or pip cannot reach its registry
pub fn install() -> Result<Installation> {
    let folder = folder()?;
    let found = installation(&folder);
    // the stamp is written last, so that what is half-installed is never taken for the whole
    if stamp(&folder).is_file() {
        return Ok(found);
    }
    let python = python()?;
    run(Command::new(python).args(["-m", "venv"]).arg(&folder))?;
    let extensions = EXTENSIONS.map(|name| {
        let name = name.replace('_', "-");
        format!("duckdb-extension-{name}=={DUCKDB}")
    });
    run(Command::new(&found.python)
        .args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check")
        .arg(format!("local-bigquery=={VERSION}"))
        .arg(format!("duckdb=={DUCKDB}"))
        .arg(format!("duckdb-extensions=={DUCKDB}"))
        .args(extensions))?;
    fs::create_dir_all(&found.home)?;
    let imports = format!(
        "from duckdb_extensions import import_extension\nfor name in {EXTENSIONS:?}: import_extension(name)"
    );
    run(Command::new(&found.python)
        .args(["-c", &imports])
        .env("HOME", &found.home))?;
    fs::write(stamp(&folder), VERSION)?;
    Ok(found)
}

fn folder() -> Result<PathBuf> {
    Ok(target_folder()?.join(format!("local-bigquery-{VERSION}")))
}

/// The folder of cargo's results, in which the program stands
pub fn target_folder() -> Result<PathBuf> {
    let program = std::env::current_exe().context("the program's own place is unknown")?;
    program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .map(Path::to_owned)
        .context("the program does not stand in a target folder of cargo")
}

/// The Python of a virtual environment
pub fn python_in(folder: &Path) -> PathBuf {
    match cfg!(windows) {
        true => folder.join("Scripts").join("python.exe"),
        false => folder.join("bin").join("python"),
    }
}

fn installation(folder: &Path) -> Installation {
    Installation {
        python: python_in(folder),
        home: folder.join("home"),
    }
}

fn stamp(folder: &Path) -> PathBuf {
    folder.join("installed")
}

/// A Python of the wanted version: on the path, or one of pyenv's
fn python() -> Result<PathBuf> {
    let mut candidates = vec![
        PathBuf::from(format!("python{PYTHON}")),
        PathBuf::from("python3"),
        PathBuf::from("python"),
    ];
    let root = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".pyenv")));
    if let Some(versions) = root.and_then(|root| fs::read_dir(root.join("versions")).ok()) {
        let folders = versions.flatten().map(|entry| entry.path());
        candidates.extend(folders.map(|folder| folder.join("bin").join("python")));
    }
    candidates
        .into_iter()
        .find(|python| fits(python))
        .with_context(|| {
            format!(
                "Python {PYTHON} is not on the path, nor among pyenv's versions; local-bigquery {VERSION} needs it"
            )
        })
}

fn fits(python: &Path) -> bool {
    let output = Command::new(python).arg("--version").output();
    output.is_ok_and(|output| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.strip_prefix("Python ")
            .and_then(|version| version.strip_prefix(PYTHON))
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

pub fn run(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .with_context(|| format!("{command:?} cannot be started"))?;
    if !output.status.success() {
        bail!(
            "a package cannot be installed; PyPI must be within reach:\n{}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(())
}
