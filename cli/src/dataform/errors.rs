//! The errors of a compiled graph, each with its file and class, as Dataform lists them

use std::path::Path;

use diagnostic::code;
use sqlx_compiler::{Compilation, CompilationError};

use super::engine_words::{UNFINISHED_TEXT, in_words_of_v8};
use super::screen::{Colour, Screen};

/// What is wrong, in the order of the graph
pub struct ErrorList {
    errors: Vec<CompilationError>,
}

impl ErrorList {
    /// The errors of a compilation of the project in `root`, each with its class and message as its stack;
    /// what was thrown and is no error has none
    pub fn new(compilation: &Compilation, root: &Path) -> Self {
        let records = &compilation.graph.graph_errors.compilation_errors;
        let errors = records.iter().enumerate().map(|(at, record)| {
            let class = compilation
                .error_classes
                .get(at)
                .and_then(Option::as_deref)
                .unwrap_or_default();
            let mut error = record.clone();
            if class.is_empty() {
                return error;
            }
            let message = in_words_of_v8(class, record.message.as_deref().unwrap_or_default());
            let head = match &record.file_name {
                Some(file) if class == "SyntaxError" => excerpt(compilation, root, file, &message),
                _ => None,
            };
            error.stack = Some(format!("{}{class}: {message}", head.unwrap_or_default()));
            error.message = Some(message);
            error
        });
        Self {
            errors: errors.collect(),
        }
    }

    /// Whether nothing is wrong
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The errors as the graph has them
    pub fn records(&self) -> Vec<CompilationError> {
        self.errors.clone()
    }

    /// Lists the errors on standard error; without their classes where `quiet`
    pub fn print(&self, quiet: bool, screen: Screen) {
        if self.errors.is_empty() {
            return;
        }
        let heading = screen.paint(Colour::Error, "Compilation errors:");
        screen.error_line(&format!("  {heading}"));
        for error in &self.errors {
            let message = error.message.as_deref().unwrap_or_default();
            let stack = error.stack.as_deref().unwrap_or_default();
            let text = match stack {
                stack if quiet && message.contains("Unexpected identifier") => {
                    let lines: Vec<&str> = stack.lines().take(3).collect();
                    format!("{message} {}", lines.join("\n"))
                }
                _ if quiet => format!("{message} "),
                "" => message.to_owned(),
                stack => stack.to_owned(),
            };
            let file = error.file_name.as_deref().unwrap_or_default();
            screen.error_line(&format!(
                "  {}: {}",
                screen.paint(Colour::Callout, file),
                screen.paint(Colour::Error, &text)
            ));
        }
    }
}

/// The line of generated code that a syntax error is in, with the place underlined
fn excerpt(compilation: &Compilation, root: &Path, file: &str, message: &str) -> Option<String> {
    let place = compilation
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == code::JAVASCRIPT_SYNTAX)
        .filter_map(|diagnostic| diagnostic.location.as_ref())
        .find(|location| location.file == file)?;
    let mut line = compilation.generated_line(file, place.span.clone())?;
    if message == UNFINISHED_TEXT {
        line.span.end = line.text.len();
    }
    let before: String = line.text[..line.span.start]
        .chars()
        .map(|letter| if letter == '\t' { '\t' } else { ' ' })
        .collect();
    let marks = "^".repeat(line.text[line.span.clone()].chars().count().max(1));
    Some(format!(
        "{}:{}\n{}\n{before}{marks}\n\n",
        root.join(file).display(),
        line.number,
        line.text
    ))
}
