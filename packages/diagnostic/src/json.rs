//! Diagnostics as JSON, for editors and scripts: the names of the fields are part of the interface

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::excerpt::{clip, line_of};
use crate::{Code, Diagnostic, Location, Severity};

/// A diagnostic as JSON, in the shape of [`Finding`]
pub fn to_json(diagnostic: &Diagnostic) -> Value {
    // a structure of texts and numbers always has a JSON
    serde_json::to_value(Finding::from(diagnostic)).unwrap_or_default()
}

/// What is wrong, where, and what to do about it. Lines and columns count from 1, in characters
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Finding {
    /// A stable code; the reference page says what it means
    #[schemars(with = "String")]
    code: Code,
    /// How much it weighs
    severity: Severity,
    /// A lower-case fragment without a full stop
    message: String,
    #[serde(flatten)]
    place: Option<Place>,
    /// The file, where no place in it is known
    #[serde(rename = "file", skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    file: Option<String>,
    /// What is said at the place itself
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// The action it is about, as `dataset.name`
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    /// The next step
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// Other places that have to do with it, in the order in which to read them
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedFinding>,
}

/// A place in a file
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct Place {
    /// Path relative to the project folder, with forward slashes; or a name for a text that is no file.
    /// It may stand without the other fields of a place
    file: String,
    line: usize,
    column: usize,
    /// Of the place after the last character
    end_line: usize,
    /// Of the place after the last character
    end_column: usize,
    /// In characters
    length: usize,
    /// The line of text that the place begins in
    snippet: String,
}

/// Another place
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct RelatedFinding {
    /// What is there: a lower-case fragment
    message: String,
    #[serde(flatten)]
    place: Place,
}

impl From<&Diagnostic> for Finding {
    fn from(diagnostic: &Diagnostic) -> Self {
        let place = diagnostic.location.as_ref().map(Place::from);
        Self {
            code: diagnostic.code,
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            file: match &place {
                Some(_) => None,
                None => diagnostic.file.clone(),
            },
            place,
            label: diagnostic.label.clone(),
            action: diagnostic.action.clone(),
            help: diagnostic.help.clone(),
            related: diagnostic
                .related
                .iter()
                .map(|related| RelatedFinding {
                    message: related.message.clone(),
                    place: Place::from(&related.location),
                })
                .collect(),
        }
    }
}

impl From<&Location> for Place {
    fn from(location: &Location) -> Self {
        let (line, column) = location.line_column();
        let (end_line, end_column) = location.end();
        let (start, end) = line_of(&location.source, location.span.start);
        let (snippet, _) = clip(&location.source[start..end], location.span.start - start);
        Self {
            file: location.file.clone(),
            line,
            column,
            end_line,
            end_column,
            length: location.text().chars().count(),
            snippet: snippet.to_string(),
        }
    }
}
