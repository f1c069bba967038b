//! `fuzz`: runs the fuzz targets for a while, with cargo-fuzz on the stable toolchain

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo::{program, root, run, target_folder};

/// A fuzz target
struct Target {
    name: &'static str,
    /// The feature of the fuzz workspace that brings what is fuzzed
    feature: &'static str,
    seeds: Seeds,
}

/// What a target's seeds are made of
enum Seeds {
    /// The text of the test projects' files with these extensions
    Files(&'static [&'static str]),
    /// Whole test projects
    Projects,
    /// The statements and scripts of the tests of GoogleSQL
    Statements,
}

const TARGETS: [Target; 5] = [
    Target {
        name: "sqlx",
        feature: "compiler",
        seeds: Seeds::Files(&["sqlx", "SQLX"]),
    },
    Target {
        name: "settings",
        feature: "compiler",
        seeds: Seeds::Files(&["yaml", "json", "ipynb"]),
    },
    Target {
        name: "project",
        feature: "compiler",
        seeds: Seeds::Projects,
    },
    Target {
        name: "googlesql",
        feature: "googlesql",
        seeds: Seeds::Statements,
    },
    Target {
        name: "queries",
        feature: "googlesql",
        seeds: Seeds::Statements,
    },
];

/// Longest input, in bytes
const LONGEST: usize = 1 << 14;

/// Fuzzes each of the named targets, or all of them, for `seconds`, one after the other
pub fn fuzz(seconds: u64, names: &[String]) -> Result<()> {
    for name in names {
        if !TARGETS.iter().any(|target| target.name == name) {
            let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            bail!(
                "there is no fuzz target `{name}`: they are {}",
                known.join(", ")
            );
        }
    }
    let cargo_fuzz = installed()?;
    for target in &TARGETS {
        if names.is_empty() || names.iter().any(|name| name == target.name) {
            fuzz_target(&cargo_fuzz, target, seconds)?;
        }
    }
    Ok(())
}

fn fuzz_target(cargo_fuzz: &Path, target: &Target, seconds: u64) -> Result<()> {
    let home = target_folder().join("fuzz");
    let corpus = home.join("corpus").join(target.name);
    let seeds = home.join("seeds").join(target.name);
    fs::create_dir_all(&corpus).with_context(|| corpus.display().to_string())?;
    write_seeds(target, &seeds)?;
    let dictionary = root()
        .join("fuzz/dictionaries")
        .join(format!("{}.dict", target.name));
    let mut command = Command::new(cargo_fuzz);
    command
        .current_dir(root().join("fuzz"))
        .args(["fuzz", "run", "--sanitizer", "none", "--target-dir"])
        .arg(&home)
        .args(["--features", target.feature])
        .arg(target.name)
        .args([&corpus, &seeds])
        .arg("--")
        .arg(format!("-dict={}", dictionary.display()))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={LONGEST}"))
        .args(["-timeout=20", "-rss_limit_mb=1024", "-print_final_stats=1"]);
    run(&mut command).with_context(|| {
        format!(
            "the fuzz target `{name}` failed: the input is in fuzz/artifacts/{name}; run it again with \
             `cd fuzz && {} fuzz run --sanitizer none --features {} --target-dir {} {name} artifacts/{name}/FILE`",
            cargo_fuzz.display(),
            target.feature,
            home.display(),
            name = target.name,
        )
    })
}

/// cargo-fuzz: the one on the path, or one that is installed into the target folder
fn installed() -> Result<PathBuf> {
    let on_path = Command::new("cargo-fuzz")
        .args(["fuzz", "--version"])
        .output();
    if on_path.is_ok_and(|output| output.status.success()) {
        return Ok(PathBuf::from("cargo-fuzz"));
    }
    let folder = target_folder().join("cargo-fuzz");
    let binary = folder
        .join("bin")
        .join(format!("cargo-fuzz{}", std::env::consts::EXE_SUFFIX));
    if !binary.is_file() {
        run(program()
            .args(["install", "cargo-fuzz", "--locked", "--root"])
            .arg(&folder))?;
    }
    Ok(binary)
}

/// Fills a folder with seeds
fn write_seeds(target: &Target, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    match target.seeds {
        Seeds::Files(extensions) => project_seeds(folder, Some(extensions)),
        Seeds::Projects => project_seeds(folder, None),
        Seeds::Statements => statement_seeds(folder),
    }
}

/// Seeds out of the compiler's test projects: files with these extensions, or whole projects
fn project_seeds(folder: &Path, extensions: Option<&[&str]>) -> Result<()> {
    let vectors = root().join("compiler/tests/vectors");
    for vector in sorted(&vectors)? {
        let name = vector.file_name().unwrap_or_default().to_string_lossy();
        let project = vector.join("project");
        let mut files = Vec::new();
        collect(&project, &mut files)?;
        let mut whole = String::new();
        for (number, file) in files.iter().enumerate() {
            let Ok(text) = fs::read_to_string(file) else {
                continue;
            };
            let extension = file.extension().and_then(|extension| extension.to_str());
            if extensions.is_some_and(|wanted| extension.is_some_and(|own| wanted.contains(&own))) {
                fs::write(folder.join(format!("{name}-{number}")), &text)?;
            }
            let path = file.strip_prefix(&project).unwrap_or(file);
            let path = path.to_string_lossy().replace('\\', "/");
            whole.push_str(&format!("=== {path}\n{text}\n"));
        }
        if extensions.is_none() && whole.len() <= LONGEST {
            fs::write(folder.join(&*name), whole)?;
        }
    }
    Ok(())
}

/// A seed for each statement or script of the tests
fn statement_seeds(folder: &Path) -> Result<()> {
    for (tests, cases) in STATEMENTS {
        for file in sorted(&root().join(tests))? {
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            for (number, statement) in cases(&text).into_iter().enumerate() {
                let seed = format!("{}-{name}-{number}", tests.replace('/', "-"));
                fs::write(folder.join(seed), statement)?;
            }
        }
    }
    Ok(())
}

/// What reads the cases of a file
type Cases = fn(&str) -> Vec<&str>;

/// Folders of cases, each with what reads a file there
const STATEMENTS: [(&str, Cases); 3] = [
    ("tests/googlesql", records),
    ("runtime/tests/scripts", scripts),
    ("packages/googlesql/tests/googlesql/cases", answers),
];

/// The records of sqllogictest's format: the lines after those that say what comes, up to the results
fn records(text: &str) -> Vec<&str> {
    let statement = |record: &'_ str| -> Option<std::ops::Range<usize>> {
        let mut at = 0;
        for line in record.split_inclusive('\n') {
            at += line.len();
            if line.starts_with("query") || line.starts_with("statement") {
                let end = record[at..]
                    .find("\n----")
                    .map_or(record.len(), |end| at + end);
                return Some(at..end);
            }
        }
        None
    };
    let records = text.split("\n\n");
    records
        .filter_map(|record| statement(record).map(|range| &record[range]))
        .collect()
}

/// After a title behind `###`, up to `---`
fn scripts(text: &str) -> Vec<&str> {
    let cases = text.split("### ").skip(1);
    let script = |case: &'_ str| -> std::ops::Range<usize> {
        let start = case.find('\n').map_or(case.len(), |at| at + 1);
        let end = case[start..]
            .find("\n---")
            .map_or(case.len(), |at| start + at);
        start..end
    };
    cases.map(|case| &case[script(case)]).collect()
}

/// A line each, up to ` => `
fn answers(text: &str) -> Vec<&str> {
    let lines = text.lines().filter(|line| !line.starts_with("--"));
    lines.filter_map(|line| line.split(" => ").next()).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for path in sorted(folder)? {
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<std::io::Result<Vec<_>>>()
        })
        .with_context(|| folder.display().to_string())?;
    paths.sort();
    Ok(paths)
}
