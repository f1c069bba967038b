//! The version of what a name stands for: a text that is another one whenever its content is
//!
//! DuckDB keeps no count of a table's changes, and any program may edit the file. So a table's version is
//! a digest of its rows, in whatever order they are; that costs a scan, a small part of what making the
//! table costs. A view's version is its query; what the query reads is for the asker to follow. Of files
//! behind a source it is paths, sizes and times of change, and the footers of parquet files.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::time::UNIX_EPOCH;

use duckdb::Connection;
use googlesql::{PhysicalName, quote_string};
use xxhash_rust::xxh3::Xxh3;

use super::catalog::{describe, qualified};
use super::source::SourceFiles;
use super::stored::in_schema;
use super::workers::Workers;
use crate::warehouse::Version;

/// The version of a table or view; `None` where there is none
///
/// # Errors
/// The engine cannot be asked
pub fn of_table(
    connection: &Connection,
    name: &PhysicalName,
    workers: &Workers,
) -> duckdb::Result<Option<Version>> {
    let (schema, wanted) = (in_schema(&name.schema), quote_string(&name.name));
    let tables = format!(
        "SELECT count(*) > 0 FROM duckdb_tables() WHERE {schema} AND table_name = {wanted}"
    );
    if connection.query_row(&tables, [], |row| row.get(0))? {
        workers.start(connection);
        let text = of_rows(connection, name)?;
        return Ok(Some(Version {
            text,
            is_view: false,
        }));
    }
    let views = format!("SELECT sql FROM duckdb_views() WHERE {schema} AND view_name = {wanted}");
    let mut statement = connection.prepare(&views)?;
    let query: Option<String> = statement
        .query_map([], |row| row.get(0))?
        .next()
        .transpose()?;
    Ok(query.map(|query| Version {
        text: format!("query {}", digest(&[query.as_bytes()])),
        is_view: true,
    }))
}

fn of_rows(connection: &Connection, name: &PhysicalName) -> duckdb::Result<String> {
    let table = qualified(name);
    let columns: Vec<String> = describe(connection, &table)?
        .into_iter()
        .map(|(column, ty)| format!("{column} {ty}"))
        .collect();
    // another version of the engine may hash in another way
    let sql = format!(
        "SELECT version() || ' ' || count(*) || ' ' || coalesce(bit_xor(hash(it)), 0) || ' ' || \
         coalesce(sum(hash(it)::HUGEINT), 0) FROM {table} AS it"
    );
    let rows: String = connection.query_row(&sql, [], |row| row.get(0))?;
    let columns: Vec<&[u8]> = columns.iter().map(String::as_bytes).collect();
    Ok(format!("rows {rows} {}", digest(&columns)))
}

/// The version of the files behind a source
///
/// # Errors
/// They cannot be listed or read
pub fn of_files(connection: &Connection, source: &SourceFiles) -> io::Result<Version> {
    let path = source.path.to_string_lossy().replace('\\', "/");
    let sql = format!(
        "SELECT file FROM glob({}) ORDER BY file",
        quote_string(&path)
    );
    let files: Vec<String> = connection
        .prepare(&sql)
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .map_err(io::Error::other)?;
    let mut told = Vec::new();
    for file in &files {
        let metadata = std::fs::metadata(file)?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH);
        let changed = changed.map_or(0, |since| since.as_nanos());
        let footer = parquet_footer(file, metadata.len())?;
        told.push(format!("{file} {} {changed} {footer}", metadata.len()));
    }
    let told: Vec<&[u8]> = told.iter().map(String::as_bytes).collect();
    Ok(Version {
        text: format!("files {} {}", files.len(), digest(&told)),
        is_view: false,
    })
}

/// The version of a model by its file; the count of its trainings is no part of it, since training on
/// the same rows gives the same model
///
/// # Errors
/// The file cannot be read
pub fn of_model(models: &bqml::Registry, name: &PhysicalName) -> io::Result<Option<Version>> {
    let Some(model) = models.load(name)? else {
        return Ok(None);
    };
    let text = serde_json::to_vec(&model)?;
    Ok(Some(Version {
        text: format!("model {}", digest(&[&text])),
        is_view: false,
    }))
}

/// A digest of a parquet file's last part, which has the counts and extremes of its columns
fn parquet_footer(path: &str, length: u64) -> io::Result<String> {
    const TAIL: u64 = 8;
    let mut file = File::open(path)?;
    if length < TAIL {
        return Ok(String::new());
    }
    let mut tail = [0; TAIL as usize];
    file.seek(SeekFrom::End(-(TAIL as i64)))?;
    file.read_exact(&mut tail)?;
    if &tail[4..] != b"PAR1" {
        return Ok(String::new());
    }
    let size = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    let mut footer = Vec::new();
    file.seek(SeekFrom::Start(length.saturating_sub(size + TAIL)))?;
    file.take(size).read_to_end(&mut footer)?;
    Ok(digest(&[&footer]))
}

fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Xxh3::new();
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    format!("{:032x}", hash.digest128())
}
