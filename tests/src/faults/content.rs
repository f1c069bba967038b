//! What a warehouse holds, to be compared with another

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use duckdb::Connection;

use super::Fault;

/// A warehouse's content: the rows of each table, the query of each view, what stands beside the file
pub type Content = BTreeMap<String, Vec<String>>;

/// What a project's warehouse holds
///
/// # Errors
/// It cannot be read
pub fn content(folder: &Path) -> Result<Content, Fault> {
    let state = folder.join(".sqlx-run");
    let connection = Connection::open(state.join("warehouse.duckdb"))?;
    let mut content = Content::new();
    let tables: Vec<(String, String)> = pairs(
        &connection,
        "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL",
    )?;
    for (schema, table) in tables {
        let sql = format!("SELECT '', it::VARCHAR FROM \"{schema}\".\"{table}\" AS it ORDER BY 2");
        let rows = pairs(&connection, &sql)?.into_iter().map(|(_, row)| row);
        content.insert(format!("table {schema}.{table}"), rows.collect());
    }
    let views =
        "SELECT schema_name || '.' || view_name, sql FROM duckdb_views() WHERE NOT internal";
    for (view, sql) in pairs(&connection, views)? {
        content.insert(format!("view {view}"), vec![sql]);
    }
    for name in ["warehouse.models", "warehouse.routines"] {
        beside(&state.join(name), name, &mut content)?;
    }
    Ok(content)
}

fn pairs(connection: &Connection, sql: &str) -> duckdb::Result<Vec<(String, String)>> {
    connection
        .prepare(sql)?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Files beside the warehouse
fn beside(path: &Path, name: &str, content: &mut Content) -> Result<(), Fault> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            beside(&entry.path(), &name, content)?;
        }
    } else if path.is_file() {
        // a model's file tells how long its training took; what it predicts stands in a table
        let text = match name.contains(".models") {
            true => String::new(),
            false => fs::read_to_string(path)?,
        };
        content.insert(name.to_owned(), vec![text]);
    }
    Ok(())
}

/// The first difference, in words
pub fn difference(expected: &Content, found: &Content) -> Option<String> {
    for (name, rows) in expected {
        match found.get(name) {
            None => return Some(format!("{name} is missing")),
            Some(other) if other != rows => {
                return Some(format!(
                    "{name} has {} rows where {} are expected, or other ones",
                    other.len(),
                    rows.len()
                ));
            }
            Some(_) => {}
        }
    }
    let more = found.keys().find(|name| !expected.contains_key(*name));
    more.map(|name| format!("{name} should not be there"))
}

/// Copies a folder
///
/// # Errors
/// A file cannot be read or written
pub fn copy(from: &Path, to: &Path) -> Result<(), Fault> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else {
        fs::copy(from, to)?;
    }
    Ok(())
}
