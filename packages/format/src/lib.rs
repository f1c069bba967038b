//! Lays out SQLX and JavaScript files as `dataform format` does, byte for byte
//!
//! Three formatters under one roof: `sqlx` puts the parts of a file in order, `sql` lays out the
//! statements between them, and `javascript` lays out blocks, placeholders and whole `.js` files.
//! White space and the case of words are all that may change; [`format`] checks that.

mod check;
mod files;
mod javascript;
mod sql;
mod sqlx;
mod text;

use std::path::Path;

use thiserror::Error;

pub use files::{FileError, Formatted, find_files, format_file, write_file};

/// What a file is written in
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// A `.sqlx` file
    Sqlx,
    /// A `.js` file
    JavaScript,
}

impl Language {
    /// By the text after the last dot of the file's name; other files are never formatted
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "sqlx" => Some(Self::Sqlx),
            "js" => Some(Self::JavaScript),
            _ => None,
        }
    }
}

/// Why a file is left as it is; the first two messages are Dataform's
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FormatError {
    /// Formatting the result gives something else again
    #[error("Formatter unable to determine final formatted form.")]
    Unstable,
    /// Something other than white space and case would change
    #[error("Formatter {} non-whitespace characters", .0.verb())]
    Changed(Change),
    /// A block of SQL reaches to the end of the file
    #[error("a block of SQL has no closing brace")]
    Unclosed,
}

/// How the text other than white space would change
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// There is more of it
    Added,
    /// There is less of it
    Removed,
    /// There is as much of it, but it isn't the same
    Replaced,
}

impl Change {
    fn verb(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Replaced => "replaced",
        }
    }
}

/// The laid-out text of a file, ending with one newline
///
/// # Errors
/// The result is not safe to write: see [`FormatError`]
pub fn format(text: &str, language: Language) -> Result<String, FormatError> {
    let once = lay_out(text, language)?;
    if lay_out(&once, language)? != once {
        return Err(FormatError::Unstable);
    }
    check::same_content(text, &once, language)?;
    Ok(once)
}

fn lay_out(text: &str, language: Language) -> Result<String, FormatError> {
    match language {
        Language::Sqlx => sqlx::format(text).ok_or(FormatError::Unclosed),
        Language::JavaScript => {
            let laid_out = javascript::format(text);
            Ok(format!("{}\n", text::trim(&laid_out)))
        }
    }
}
