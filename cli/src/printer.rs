//! The one value through which anything is printed: data on standard output, the rest on standard error

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, Renderer, to_json};
use serde_json::Value as Json;
use sqlx_runtime::EnvironmentVariables;

use crate::arguments::OutputFormat;
use crate::report::{annotation, diagnostic_line, place_in_repository};

/// Prints
pub struct Printer {
    format: OutputFormat,
    /// Where the files of diagnostics are, as GitHub sees them
    root: PathBuf,
    renderer: Renderer,
    colours: bool,
    terminal: bool,
}

/// A colour by meaning; never the only signal
#[derive(Debug, Clone, Copy)]
pub enum Style {
    /// Done
    Good,
    /// Failed
    Bad,
    /// Done, but worth a look
    Warned,
    /// Neither
    Dim,
    /// Names and headings
    Strong,
}

impl Printer {
    /// Colours on a terminal only, and not when `NO_COLOR` is set
    ///
    /// `root` is the project's folder
    pub fn new(format: OutputFormat, root: &Path) -> Self {
        let terminal = io::stderr().is_terminal();
        let wanted = EnvironmentVariables::read(EnvironmentVariables::NO_COLOR).is_none();
        let colours = terminal && wanted;
        let width = if terminal {
            usize::from(console::Term::stderr().size().1).max(40)
        } else {
            100
        };
        let root = match format {
            OutputFormat::Github => place_in_repository(root),
            _ => root.to_owned(),
        };
        Self {
            format,
            root,
            renderer: Renderer::new(colours, width),
            colours,
            terminal,
        }
    }

    /// The same for a command whose own `--format` asks for JSON
    pub fn with_json(&self, json: bool) -> Self {
        Self {
            format: if json {
                OutputFormat::Json
            } else {
                self.format
            },
            root: self.root.clone(),
            renderer: self.renderer.clone(),
            ..*self
        }
    }

    /// Whether the report is JSON
    pub fn is_json(&self) -> bool {
        self.format == OutputFormat::Json
    }

    /// How the command reports
    pub fn format(&self) -> OutputFormat {
        self.format
    }

    /// Whether the report is for people, too
    pub fn speaks_to_people(&self) -> bool {
        !matches!(self.format, OutputFormat::Json | OutputFormat::Jsonl)
    }

    /// Whether people watch
    pub fn is_terminal(&self) -> bool {
        self.terminal && self.speaks_to_people()
    }

    /// Text with a colour, if colours are wanted
    pub fn paint(&self, style: Style, text: &str) -> String {
        if !self.colours {
            return text.to_owned();
        }
        let number = match style {
            Style::Good => "32",
            Style::Bad => "31;1",
            Style::Warned => "33",
            Style::Dim => "2",
            Style::Strong => "1",
        };
        format!("\u{1b}[{number}m{text}\u{1b}[0m")
    }

    /// A line about what goes on
    pub fn note(&self, line: &str) {
        // nothing is left to say it to when standard error is closed
        let _ = writeln!(io::stderr(), "{line}");
    }

    /// Data, as it is; a reader that has gone away ends the program quietly
    pub fn data(&self, text: &str) {
        let mut output = io::stdout().lock();
        if output
            .write_all(text.as_bytes())
            .and_then(|()| output.flush())
            .is_err()
        {
            std::process::exit(0);
        }
    }

    /// A finding: to people on standard error, in JSON as a document on standard output
    pub fn diagnostic(&self, diagnostic: &Diagnostic) {
        self.diagnostics(std::slice::from_ref(diagnostic));
    }

    /// Findings, all in one document where the report is JSON
    pub fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        if self.is_json() {
            let all: Vec<Json> = diagnostics.iter().map(to_json).collect();
            self.json(&serde_json::json!({ "diagnostics": all }));
            return;
        }
        for diagnostic in diagnostics {
            match self.format {
                OutputFormat::Jsonl => {
                    self.data(&diagnostic_line(diagnostic));
                    continue;
                }
                OutputFormat::Github => self.data(&annotation(diagnostic, &self.root)),
                _ => {}
            }
            let _ = io::stderr().write_all(self.renderer.render(diagnostic).as_bytes());
        }
    }

    /// A document on standard output
    pub fn json(&self, value: &Json) {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        self.data(&format!("{text}\n"));
    }
}
