//! Keys in the information schema, which are noted and not enforced

use googlesql::TableMetadata;

use super::information_schema::{Source, Value};

/// Rows of `TABLE_CONSTRAINTS`
///
/// # Errors
/// The engine cannot be asked
pub fn constraints(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        for key in TableMetadata::read(table.comment.as_deref()).keys {
            let (project, dataset) = source.split(&name.schema);
            let mut row = [project, dataset.to_owned(), key.name]
                .map(Value::Text)
                .to_vec();
            row.extend(source.place(&name));
            let kind = match key.references {
                Some(_) => "FOREIGN KEY",
                None => "PRIMARY KEY",
            };
            row.extend(["".to_owned(), "".to_owned()].map(|_| Value::yes(false)));
            row.insert(6, Value::Text(kind.to_owned()));
            row.push(Value::yes(false));
            rows.push(row);
        }
    }
    Ok(rows)
}

/// Rows of `KEY_COLUMN_USAGE`
///
/// # Errors
/// The engine cannot be asked
pub fn key_columns(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        for key in TableMetadata::read(table.comment.as_deref()).keys {
            let (project, dataset) = source.split(&name.schema);
            for (number, column) in (1..).zip(&key.columns) {
                let constraint = [project.clone(), dataset.to_owned(), key.name.clone()];
                let mut row = constraint.map(Value::Text).to_vec();
                row.extend(source.place(&name));
                row.push(Value::Text(column.clone()));
                row.push(Value::Int(number));
                row.push(match key.references {
                    Some(_) => Value::Int(number),
                    None => Value::Null,
                });
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

/// Rows of `CONSTRAINT_COLUMN_USAGE`
///
/// # Errors
/// The engine cannot be asked
pub fn constraint_columns(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        for key in TableMetadata::read(table.comment.as_deref()).keys {
            let (project, dataset) = source.split(&name.schema);
            let (place, columns) = match &key.references {
                None => (source.place(&name), key.columns.clone()),
                Some((path, columns)) => {
                    let parts: Vec<String> = path.split('.').map(str::to_owned).collect();
                    match source.names.path(&parts, 0..0) {
                        Ok(referenced) => (source.place(&referenced), columns.clone()),
                        Err(_) => continue,
                    }
                }
            };
            for column in columns {
                let mut row = place.clone();
                row.push(Value::Text(column));
                let constraint = [project.clone(), dataset.to_owned(), key.name.clone()];
                row.extend(constraint.map(Value::Text));
                rows.push(row);
            }
        }
    }
    Ok(rows)
}
