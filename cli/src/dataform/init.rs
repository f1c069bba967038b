//! `dataform init`: a new project

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::failure::Failure;
use super::iceberg::{Iceberg, ask};
use super::line::{Value, Words};
use super::project::folder;
use super::screen::{Colour, Screen};

const GITIGNORE: &str = "\n.df-credentials.json\nnode_modules/\n";

/// Makes the folder, its settings and its two folders
///
/// # Errors
/// There is a project already, or the folder cannot be written
pub fn init(words: &Words, screen: Screen) -> Result<u8, Failure> {
    let iceberg = if words.get("iceberg").is_some_and(Value::is_truthy) {
        ask(screen)?
    } else {
        Iceberg::default()
    };
    screen.line("Writing project files...\n");
    let root = folder(words);
    let is_there = ["workflow_settings.yaml", "package.json", "dataform.json"]
        .iter()
        .any(|name| root.join(name).exists());
    if is_there {
        return Err(Failure::error(
            "Cannot init dataform project, this already appears to be an NPM or Dataform directory.",
        ));
    }
    let mut folders = Vec::new();
    if !root.exists() {
        make_folder(&root, &mut folders)?;
    }
    let settings = root.join("workflow_settings.yaml");
    write(&settings, &settings_text(words, &iceberg))?;
    let gitignore = root.join(".gitignore");
    write(&gitignore, GITIGNORE)?;
    make_folder(&root.join("definitions"), &mut folders)?;
    make_folder(&root.join("includes"), &mut folders)?;
    list("Directories successfully created:", &folders, screen);
    list(
        "Files successfully written:",
        &[settings, gitignore],
        screen,
    );
    Ok(0)
}

fn settings_text(words: &Words, iceberg: &Iceberg) -> String {
    let scalar = |name: &str| words.get(name).map(yaml).unwrap_or_default();
    let mut text = format!(
        "dataformCoreVersion: {}\ndefaultProject: {}\ndefaultLocation: {}\ndefaultDataset: dataform\n\
         defaultAssertionDataset: dataform_assertions\n",
        super::VERSION,
        scalar("default-database"),
        scalar("default-location")
    );
    if !iceberg.answers.is_empty() {
        text.push_str("defaultIcebergConfig:\n");
        for (key, value) in &iceberg.answers {
            text.push_str(&format!("  {key}: {}\n", yaml(&Value::Text(value.clone()))));
        }
    }
    text
}

/// A scalar in YAML: plain where that reads as the same text again
fn yaml(value: &Value) -> String {
    let Value::Text(text) = value else {
        return value.to_string();
    };
    if text.contains(|letter: char| letter.is_control()) {
        return Json::String(text.clone()).to_string();
    }
    let mut letters = text.chars();
    let first = letters.next().unwrap_or(' ');
    let begins_plain = match first {
        '-' | '?' | ':' => letters.next().is_some_and(|next| !next.is_whitespace()) && first == '-',
        _ => !" \t,[]{}#&*!|=>'\"%@`".contains(first),
    };
    let plain = begins_plain
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !reads_otherwise(text);
    if plain {
        text.clone()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// Whether YAML takes a plain text for something else
fn reads_otherwise(text: &str) -> bool {
    const WORDS: [&str; 13] = [
        "null", "Null", "NULL", "~", "true", "True", "TRUE", "false", "False", "FALSE", "<<",
        "---", "...",
    ];
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number = !body.is_empty()
        && (body.replace('_', "").parse::<f64>().is_ok()
            && !body.starts_with(['i', 'n', 'I', 'N'])
            || [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(&body)
            || radix(body, "0x", 16)
            || radix(body, "0o", 8)
            || radix(body, "0b", 2));
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_date = matches!(parts[..], [year, month, day]
        if year.len() == 4 && digits(year, 4) && digits(month, 2) && digits(day, 2));
    WORDS.contains(&text) || is_number || is_date
}

fn radix(text: &str, prefix: &str, radix: u32) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
    })
}

fn make_folder(path: &Path, made: &mut Vec<PathBuf>) -> Result<(), Failure> {
    std::fs::create_dir(path).map_err(|error| system_error(&error, "mkdir", path))?;
    made.push(path.to_owned());
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| system_error(&error, "open", path))
}

/// An error of the operating system in Node's words
pub fn system_error(error: &io::Error, call: &str, path: &Path) -> Failure {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "ENOENT: no such file or directory".to_owned(),
        io::ErrorKind::AlreadyExists => "EEXIST: file already exists".to_owned(),
        io::ErrorKind::PermissionDenied => "EACCES: permission denied".to_owned(),
        io::ErrorKind::NotADirectory => "ENOTDIR: not a directory".to_owned(),
        io::ErrorKind::IsADirectory => "EISDIR: illegal operation on a directory".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "EROFS: read-only file system".to_owned(),
        io::ErrorKind::StorageFull => "ENOSPC: no space left on device".to_owned(),
        _ => error.to_string(),
    };
    Failure::error(format!("{reason}, {call} '{}'", path.display()))
}

fn list(heading: &str, paths: &[PathBuf], screen: Screen) {
    screen.line(&screen.paint(Colour::Success, heading));
    for path in paths {
        screen.line(&format!("  {}", path.display()));
    }
}
