//! `dataform format`: files of the project, named by patterns, laid out and written or checked

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use sqlx_format::{FileError, FormatError, format_file, write_file};

use super::conversion::resolve;
use super::failure::Failure;
use super::line::{Value, Words};
use super::project::folder;
use super::screen::Screen;

/// What became of a file
enum Outcome {
    Done,
    NeedsFormatting,
    Failed(String),
}

/// Formats files, or with `--check` says which need it
///
/// # Errors
/// None: what fails is told file by file
pub fn format(words: &Words, screen: Screen) -> Result<u8, Failure> {
    let root = folder(words);
    let set = |name: &str| words.get(name).is_some_and(Value::is_truthy);
    let check = set("check");
    let mut files: Vec<String> = patterns(words, set("ignore-js-files"))
        .iter()
        .flat_map(|pattern| matching(&root, pattern))
        .collect();
    files.sort_by(|left, right| by_language(left, right));
    let outcomes: Vec<(String, Outcome)> = files
        .into_iter()
        .map(|file| {
            let outcome = format_one(&root.join(&file), check);
            (file, outcome)
        })
        .collect();
    Ok(report(&outcomes, check, screen))
}

fn patterns(words: &Words, ignore_javascript: bool) -> Vec<String> {
    match words.get("actions") {
        Some(Value::List(named)) if !named.is_empty() => {
            named.iter().map(Value::to_string).collect()
        }
        _ => {
            let extensions = if ignore_javascript {
                "*.sqlx"
            } else {
                "*.{js,sqlx}"
            };
            vec![format!("{{definitions,includes}}/**/{extensions}")]
        }
    }
}

fn format_one(path: &Path, check: bool) -> Outcome {
    let outcome = format_file(path).and_then(|formatted| {
        if check {
            return Ok(formatted.is_changed());
        }
        if formatted.is_changed() {
            write_file(path, &formatted.after)?;
        }
        Ok(false)
    });
    match outcome {
        Ok(true) => Outcome::NeedsFormatting,
        Ok(false) => Outcome::Done,
        Err(error) => Outcome::Failed(reason(path, &error)),
    }
}

/// As the peer words it
fn reason(path: &Path, error: &FileError) -> String {
    match error {
        FileError::Unreadable(_) if path.is_dir() => {
            "EISDIR: illegal operation on a directory, read".to_owned()
        }
        FileError::Format(FormatError::Unclosed) => FormatError::Unstable.to_string(),
        error => error.to_string(),
    }
}

fn report(outcomes: &[(String, Outcome)], check: bool, screen: Screen) -> u8 {
    let done: Vec<&String> = files(outcomes, |outcome| matches!(outcome, Outcome::Done));
    let needing = files(outcomes, |outcome| {
        matches!(outcome, Outcome::NeedsFormatting)
    });
    let failed: Vec<(&String, &String)> = outcomes
        .iter()
        .filter_map(|(file, outcome)| match outcome {
            Outcome::Failed(reason) => Some((file, reason)),
            _ => None,
        })
        .collect();
    if !done.is_empty() {
        screen.success("Successfully formatted:");
        done.iter()
            .for_each(|file| screen.line(&format!("  {file}")));
    }
    if !needing.is_empty() {
        screen.error("Files that need formatting:");
        needing
            .iter()
            .for_each(|file| screen.error_line(&format!("  {file}")));
    }
    if !failed.is_empty() {
        screen.error("Errors encountered during formatting:");
        for (file, reason) in &failed {
            screen.line(&format!("  {file}: {reason}"));
        }
        screen.error(&format!("{} file(s) failed to format.", failed.len()));
        return 1;
    }
    if check && !needing.is_empty() {
        screen.error(&format!(
            "{} file(s) would be reformatted. Run the format command without --check to update.",
            needing.len()
        ));
        return 1;
    }
    if check {
        screen.success("All files are formatted correctly!");
    }
    0
}

fn files(outcomes: &[(String, Outcome)], which: fn(&Outcome) -> bool) -> Vec<&String> {
    outcomes
        .iter()
        .filter(|(_, outcome)| which(outcome))
        .map(|(file, _)| file)
        .collect()
}

/// The files and folders that a pattern means, by their paths below the project's folder. Links to
/// folders are not followed, and hidden names need a pattern that begins with a dot too.
fn matching(root: &Path, pattern: &str) -> Vec<String> {
    let whole = tidy(root, pattern);
    let pattern = whole.trim_end_matches('/');
    if pattern.is_empty() {
        return Vec::new();
    }
    let fixed: Vec<&str> = pattern
        .split('/')
        .take_while(|part| !part.contains(['*', '?', '[', '{', '\\', '!']))
        .collect();
    let start = fixed.join("/");
    if start == pattern {
        let there = root.join(pattern).exists();
        return there.then_some(start).into_iter().collect();
    }
    let Some(below) = matcher(pattern) else {
        return Vec::new();
    };
    let walk = Walk {
        root,
        itself: pattern.strip_suffix("/**").and_then(matcher),
        below,
        hidden: pattern.split('/').any(|part| part.starts_with('.')),
        folders_only: whole.ends_with('/'),
    };
    let mut found = Vec::new();
    if pattern == "**" {
        found.push(".".to_owned());
    } else if !start.is_empty()
        && walk
            .itself
            .as_ref()
            .is_some_and(|glob| glob.is_match(&start))
    {
        found.push(start.clone());
    }
    let start = if pattern.starts_with('/') && start.is_empty() {
        "/"
    } else {
        &start
    };
    walk.below(start, &mut found);
    found
}

fn matcher(pattern: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.ok().map(|glob| glob.compile_matcher())
}

struct Walk<'a> {
    root: &'a Path,
    /// What the pattern means
    below: GlobMatcher,
    /// The same for a pattern that ends with two stars, which mean the folder before them too
    itself: Option<GlobMatcher>,
    /// Whether names with a dot before them are meant
    hidden: bool,
    /// Whether only folders are meant
    folders_only: bool,
}

impl Walk<'_> {
    fn below(&self, folder: &str, found: &mut Vec<String>) {
        let path: PathBuf = self.root.join(folder);
        let Ok(entries) = fs::read_dir(path) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') && !self.hidden {
                continue;
            }
            let path = match folder {
                "" => name,
                folder => format!("{}/{name}", folder.trim_end_matches('/')),
            };
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let meant = self.below.is_match(&path)
                || (is_folder
                    && self
                        .itself
                        .as_ref()
                        .is_some_and(|glob| glob.is_match(&path)));
            if meant && (is_folder || !self.folders_only) {
                found.push(path.clone());
            }
            if is_folder {
                self.below(&path, found);
            }
        }
    }
}

/// Without `.`, without `..` after a name, and below the project's folder if it leads there
fn tidy(root: &Path, pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    if !path.starts_with("..") {
        return path;
    }
    let full = resolve(&[&root.to_string_lossy(), &path]);
    match full.strip_prefix(root) {
        Ok(below) if path.ends_with('/') => format!("{}/", below.display()),
        Ok(below) => below.display().to_string(),
        Err(_) => path,
    }
}

/// As people sort names: signs, then digits, then letters, of which accents and case count last
fn by_language(left: &str, right: &str) -> Ordering {
    let letters = |text: &str| -> Vec<u32> { text.chars().map(weight).collect() };
    let plain = |text: &str| -> Vec<bool> { text.chars().map(|c| base(c) != c).collect() };
    let lower = |text: &str| -> Vec<bool> { text.chars().map(char::is_uppercase).collect() };
    letters(left)
        .cmp(&letters(right))
        .then_with(|| plain(left).cmp(&plain(right)))
        .then_with(|| lower(left).cmp(&lower(right)))
}

const SIGNS: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789";

fn weight(character: char) -> u32 {
    match SIGNS.find(character) {
        Some(at) => u32::try_from(at).unwrap_or_default(),
        None => 1000 + base(character).to_lowercase().next().map_or(0, u32::from),
    }
}

/// The letters from À to ÿ without their accents
const BASES: &str = "AAAAAAACEEEEIIIIDNOOOOO×OUUUUYÞßaaaaaaaceeeeiiiidnooooo÷ouuuuyþy";

fn base(character: char) -> char {
    match character {
        'À'..='ÿ' => BASES
            .chars()
            .nth(character as usize - 'À' as usize)
            .unwrap_or(character),
        _ => character,
    }
}
