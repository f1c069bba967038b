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
    /// The statements of the files in `tests/googlesql`
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

/// A seed for each record of the statement files: its lines after the first, up to the results
fn statement_seeds(folder: &Path) -> Result<()> {
    for file in sorted(&root().join("tests/googlesql"))? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let records = text.split("\n\n").filter_map(|record| {
            let (head, rest) = record.trim_start().split_once('\n')?;
            let is_statement = head.starts_with("query") || head.starts_with("statement");
            is_statement.then(|| rest.split("\n----").next().unwrap_or(rest))
        });
        for (number, statement) in records.enumerate() {
            fs::write(folder.join(format!("{name}-{number}")), statement)?;
        }
    }
    Ok(())
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
