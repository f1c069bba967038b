//! From a byte range in what is sent for an action to the place in the user's file

use std::ops::Range;

use diagnostic::{Diagnostic, Location};
use sqlx_compiler::sql::Statement;
use sqlx_compiler::{ActionRef, Compilation};

/// Points a finding into the `.sqlx`, or into the compiled SQL where that is the nearest
pub fn locate(
    compilation: &Compilation,
    action: ActionRef<'_>,
    name: &str,
    statement: &Statement,
    span: Option<Range<usize>>,
    diagnostic: Diagnostic,
) -> Diagnostic {
    let Some(span) = span else {
        return diagnostic.in_file(action.file_name());
    };
    let in_file = statement.origin(&span).and_then(|(part, text, within)| {
        compilation.locate(action.file_name(), part, text, within)
    });
    match in_file {
        Some(location) => diagnostic.at(location),
        None => diagnostic.at(Location::new(
            format!("{} (compiled SQL of {name})", action.file_name()),
            statement.sql.as_str(),
            span,
        )),
    }
}
