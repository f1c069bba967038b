//! Local files that statements name: `EXPORT DATA`, `LOAD DATA`, external tables, libraries

use std::ops::Range;
use std::path::Path;

use diagnostic::code;
use duckdb::Connection;
use googlesql::{Column, Error, Table, Type, quote_identifier};

use super::catalog::describe;
use super::error;

/// The path of a local file, or pattern of files, relative to `folder`
///
/// # Errors
/// A URI of anything but a local file
pub fn local(uri: &str, folder: &Path, span: Range<usize>) -> Result<String, Error> {
    let path = match uri.split_once("://") {
        None => uri,
        Some(("file", path)) => path,
        Some((scheme, _)) => {
            return Err(Error::new(
                code::SQL_UNSUPPORTED,
                format!("`{scheme}://` needs BigQuery: the embedded engine knows local files only"),
                span,
            )
            .help("write a path, which starts at the project's folder"));
        }
    };
    if path.is_empty() {
        return Err(Error::new(code::SQL_INVALID, "the path is empty", span));
    }
    Ok(folder.join(path).to_string_lossy().replace('\\', "/"))
}

/// What a reader of files gives, with columns of GoogleSQL's types
///
/// # Errors
/// It cannot be read, or has a type that GoogleSQL lacks
pub fn described(
    connection: &Connection,
    from: &str,
    texts: bool,
    span: Range<usize>,
) -> Result<Table, Error> {
    let found = describe(connection, from).map_err(|failure| {
        let message = error::message(&failure);
        Error::new(code::SOURCE_UNREADABLE, message, span.clone())
    })?;
    let mut columns = Vec::new();
    let mut items = Vec::new();
    for (name, ty) in found {
        let quoted = quote_identifier(&name);
        let known = match Type::from_duckdb(&ty) {
            Some((Type::DateTime, _)) if texts => (Type::Timestamp, true),
            Some(known) => known,
            None => {
                let message = format!("column `{name}` has the type {ty}, which GoogleSQL lacks");
                return Err(Error::new(code::SQL_UNSUPPORTED, message, span));
            }
        };
        let (ty, cast) = known;
        items.push(match cast {
            true => format!("CAST({quoted} AS {}) AS {quoted}", ty.duckdb()),
            false => quoted,
        });
        columns.push(Column::new(name, ty));
    }
    Ok(Table {
        sql: format!("(SELECT {} FROM {from})", items.join(", ")),
        columns,
        pseudo_columns: Vec::new(),
    })
}
