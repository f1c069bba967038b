//! What the shell completes: words of the language, functions, tables, their columns, the project's actions

use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::meta::COMMANDS;

/// Completes words and tells where a statement ends
pub struct Assistant {
    /// In the order in which they are offered
    pub words: Vec<String>,
}

impl Assistant {
    /// The words that begin as the line's last one does, and where that one begins
    pub fn candidates(&self, line: &str, position: usize) -> (usize, Vec<String>) {
        let before = &line[..position];
        let start = before
            .rfind(|letter: char| !(letter.is_alphanumeric() || "_.@".contains(letter)))
            .map_or(0, |at| {
                at + before[at..].chars().next().map_or(1, char::len_utf8)
            });
        let word = &before[start..];
        if word.is_empty() {
            return (start, Vec::new());
        }
        if word.starts_with('.') && before.trim_start() == word {
            let commands = COMMANDS.iter().filter(|command| command.starts_with(word));
            return (
                start,
                commands.map(|command| (*command).to_owned()).collect(),
            );
        }
        let lower = word.to_lowercase();
        let mut found: Vec<String> = Vec::new();
        for known in &self.words {
            if known.to_lowercase().starts_with(&lower) {
                let written = cased(known, word);
                if !found.contains(&written) {
                    found.push(written);
                }
            }
        }
        // after a table's alias and a dot, the columns of whatever is known
        if let (true, Some((head, tail))) = (found.is_empty(), word.rsplit_once('.')) {
            let (_, rest) = self.candidates(tail, tail.len());
            found.extend(rest.into_iter().map(|column| format!("{head}.{column}")));
        }
        (start, found)
    }
}

/// Words of the language in the case in which the user writes
fn cased(known: &str, written: &str) -> String {
    let lower = written.chars().any(char::is_lowercase);
    let shouted = known.chars().all(|letter| !letter.is_lowercase());
    match lower && shouted {
        true => known.to_lowercase(),
        false => known.to_owned(),
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.candidates(line, position))
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match is_complete(context.input()) {
            true => ValidationResult::Valid(None),
            false => ValidationResult::Incomplete,
        })
    }
}

impl Highlighter for Assistant {}

impl Hinter for Assistant {
    type Hint = String;
}

impl Helper for Assistant {}

/// Whether a statement ends here: at a semicolon outside texts and comments; the shell's own commands and
/// empty lines end with the line
pub fn is_complete(input: &str) -> bool {
    let text = input.trim();
    text.is_empty() || text.starts_with('.') || googlesql::ends_statement(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assistant() -> Assistant {
        let words = ["SELECT", "SUBSTR", "sales.customers", "customer", "söhne"];
        Assistant {
            words: words.map(str::to_owned).to_vec(),
        }
    }

    #[test]
    fn words_are_completed_where_they_begin() {
        for (line, start, expected) in [
            ("se", 0, vec!["select"]),
            ("SE", 0, vec!["SELECT"]),
            ("SELECT Su", 7, vec!["substr"]),
            ("SELECT cus", 7, vec!["customer"]),
            ("FROM sales.c", 5, vec!["sales.customers"]),
            ("SELECT c.cus", 7, vec!["c.customer"]),
            ("SELECT sö", 7, vec!["söhne"]),
            (".mo", 0, vec![".mode"]),
            ("SELECT ", 7, vec![]),
        ] {
            let found = assistant().candidates(line, line.len());
            assert_eq!(
                found,
                (start, expected.into_iter().map(str::to_owned).collect()),
                "{line}"
            );
        }
    }

    #[test]
    fn a_statement_ends_at_its_semicolon() {
        for (text, complete) in [
            ("", true),
            (".tables", true),
            ("SELECT 1", false),
            ("SELECT 1;", true),
            ("SELECT 1; -- done", true),
            ("SELECT ';", false),
            ("SELECT ';'", false),
            ("SELECT 1 -- no;", false),
            ("SELECT '''\n;", false),
        ] {
            assert_eq!(is_complete(text), complete, "{text}");
        }
    }
}
