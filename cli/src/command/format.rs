//! `format`: SQLX and JavaScript files, laid out as Dataform lays them out

use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, code};
use serde_json::json;
use similar::TextDiff;
use sqlx_format::{FileError, Formatted, Language, find_files, format_file, write_file};

use crate::arguments::{FormatArguments, GlobalArguments};
use crate::exit;
use crate::printer::{Printer, Style};
use crate::project::{is_project, root};

/// The folders of a project that hold code
const FOLDERS: [&str; 2] = ["definitions", "includes"];

/// Formats files, or says which it would; the exit code is 1 if one could not be formatted, or with
/// `--check` if one would change
pub fn format(global: &GlobalArguments, arguments: &FormatArguments, printer: &Printer) -> u8 {
    let root = root(global);
    let files = match chosen_files(&root, &arguments.paths) {
        Ok(files) => files,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            return exit::of(&diagnostic);
        }
    };
    let keep = arguments.check || arguments.diff;
    let mut report = Report::default();
    for file in files {
        let name = file
            .strip_prefix(&root)
            .unwrap_or(&file)
            .display()
            .to_string();
        let outcome = format_file(&file).and_then(|formatted| {
            if formatted.is_changed() && !keep {
                write_file(&file, &formatted.after)?;
            }
            Ok(formatted)
        });
        report.add(name, outcome, arguments, printer);
    }
    report.finish(arguments, printer)
}

/// The files that arguments name, or those of the project
fn chosen_files(root: &Path, paths: &[PathBuf]) -> Result<Vec<PathBuf>, Diagnostic> {
    if paths.is_empty() && !is_project(root) {
        return Err(Diagnostic::error(
            code::PROJECT_NOT_FOUND,
            "there is no Dataform project here, and no file is named",
        )
        .help("name files or folders, or the project's folder with `-C DIR`"));
    }
    let folders = FOLDERS.map(PathBuf::from);
    let (named, asked) = match paths {
        [] => (&folders[..], false),
        paths => (paths, true),
    };
    let mut files = Vec::new();
    for name in named {
        let path = below(root, name);
        if path.is_dir() {
            let found = find_files(&path).map_err(|error| usage(name, &error.to_string()))?;
            files.extend(found);
        } else if path.is_file() && Language::of(&path).is_none() {
            return Err(usage(name, "it is neither a `.sqlx` nor a `.js` file"));
        } else if path.is_file() {
            files.push(path);
        } else if asked {
            return Err(usage(name, "there is no such file or folder"));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn below(root: &Path, name: &Path) -> PathBuf {
    let name = name.strip_prefix(".").unwrap_or(name);
    if name.as_os_str().is_empty() {
        root.to_owned()
    } else {
        root.join(name)
    }
}

fn usage(path: &Path, reason: &str) -> Diagnostic {
    let message = format!("`{}` cannot be formatted: {reason}", path.display());
    Diagnostic::error(code::USAGE, message)
}

/// What became of the files
#[derive(Default)]
struct Report {
    changed: Vec<String>,
    unchanged: usize,
    failed: Vec<(String, String)>,
}

impl Report {
    fn add(
        &mut self,
        name: String,
        outcome: Result<Formatted, FileError>,
        arguments: &FormatArguments,
        printer: &Printer,
    ) {
        match outcome {
            Ok(formatted) if formatted.is_changed() => {
                if !printer.is_json() && arguments.diff {
                    printer.data(&difference(&name, &formatted));
                } else if !printer.is_json() {
                    let verb = if arguments.check {
                        "would format"
                    } else {
                        "formatted"
                    };
                    printer.note(&format!("{verb} {name}"));
                }
                self.changed.push(name);
            }
            Ok(_) => self.unchanged += 1,
            Err(error) => self.failed.push((name, error.to_string())),
        }
    }

    fn finish(&self, arguments: &FormatArguments, printer: &Printer) -> u8 {
        if printer.is_json() {
            let failed: Vec<_> = self
                .failed
                .iter()
                .map(|(file, reason)| json!({ "file": file, "reason": reason }))
                .collect();
            printer.json(&json!({
                "written": !(arguments.check || arguments.diff),
                "changed": self.changed,
                "unchanged": self.unchanged,
                "failed": failed,
            }));
        } else {
            let failures: Vec<Diagnostic> = self
                .failed
                .iter()
                .map(|(file, reason)| {
                    let message = format!("`{file}` is left as it is: {reason}");
                    Diagnostic::error(code::FORMAT_FAILED, message)
                })
                .collect();
            printer.diagnostics(&failures);
            printer.note(&self.verdict(arguments, printer));
        }
        if !self.failed.is_empty() || (arguments.check && !self.changed.is_empty()) {
            exit::FAILED
        } else {
            exit::OK
        }
    }

    fn verdict(&self, arguments: &FormatArguments, printer: &Printer) -> String {
        let changed = if arguments.check || arguments.diff {
            "to format"
        } else {
            "formatted"
        };
        let mut parts = vec![
            format!("{} {changed}", self.changed.len()),
            format!("{} unchanged", self.unchanged),
        ];
        if !self.failed.is_empty() {
            let failed = format!("{} failed", self.failed.len());
            parts.push(printer.paint(Style::Bad, &failed));
        }
        format!("files: {}", parts.join(", "))
    }
}

/// What would change, as `diff -u` shows it
fn difference(name: &str, formatted: &Formatted) -> String {
    TextDiff::from_lines(&formatted.before, &formatted.after)
        .unified_diff()
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}
