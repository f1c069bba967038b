//! Prints as Dataform prints: colours unless `NO_COLOR` says `1`, `true` or `yes`, on a terminal or not

use std::io::{self, Write};

use sqlx_runtime::EnvironmentVariables;

use super::failure::Failure;

/// Standard output and standard error
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    colours: bool,
}

/// A colour by meaning
#[derive(Debug, Clone, Copy)]
pub enum Colour {
    /// What failed
    Error,
    /// What is done
    Success,
    /// What to look at
    Warning,
    /// Names
    Callout,
}

impl Screen {
    /// With colours, unless the environment forbids them
    pub fn new() -> Self {
        let refused = EnvironmentVariables::read(EnvironmentVariables::NO_COLOR)
            .is_some_and(|value| ["1", "true", "yes"].contains(&value.to_lowercase().as_str()));
        Self { colours: !refused }
    }

    /// Text in a colour
    pub fn paint(self, colour: Colour, text: &str) -> String {
        if !self.colours {
            return text.to_owned();
        }
        let number = match colour {
            Colour::Error => 91,
            Colour::Success => 32,
            Colour::Warning => 93,
            Colour::Callout => 36,
        };
        format!("\u{1b}[{number}m{text}\u{1b}[0m")
    }

    /// A line on standard output; a reader that has gone away ends the program quietly
    pub fn line(self, text: &str) {
        self.data(&format!("{text}\n"));
    }

    /// Text on standard output, as it is
    pub fn data(self, text: &str) {
        let mut output = io::stdout().lock();
        let written = output
            .write_all(text.as_bytes())
            .and_then(|()| output.flush());
        if written.is_err() {
            std::process::exit(0);
        }
    }

    /// A line on standard output that says that something is done
    pub fn success(self, text: &str) {
        self.line(&self.paint(Colour::Success, text));
    }

    /// A line on standard error
    pub fn error_line(self, text: &str) {
        // nothing is left to say it to when standard error is closed
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// A line on standard error that says that something failed
    pub fn error(self, text: &str) {
        self.error_line(&self.paint(Colour::Error, text));
    }

    /// A line on standard error to look at
    pub fn warning(self, text: &str) {
        self.error_line(&self.paint(Colour::Warning, text));
    }

    /// The end of a command that failed
    pub fn failure(self, failure: &Failure) {
        let class = failure.class.as_deref().unwrap_or_default();
        if class == "VMError" && failure.message.contains("Cannot find module") {
            return self.error("Could not find NPM dependencies. Have you run 'dataform install'?");
        }
        let first = failure.message.lines().next().unwrap_or_default();
        self.error(&format!("Dataform encountered an error: {first}"));
        if !class.is_empty() {
            self.error(&format!("{class}: {}", failure.message));
        }
    }
}
