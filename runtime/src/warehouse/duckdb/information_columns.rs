//! `COLUMNS` and `COLUMN_FIELD_PATHS` of the information schema

use googlesql::{ColumnMetadata, StoredOption, TableMetadata, Type};

use super::catalog::INGESTION_TIME;
use super::information_schema::{Source, Value};
use super::stored::metadata;

/// Rows of `COLUMNS`
///
/// # Errors
/// The engine cannot be asked
pub fn columns(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        let layout = TableMetadata::read(table.comment.as_deref());
        for (at, column) in table.columns.iter().enumerate() {
            let own = &column.column.name;
            let kept = metadata(column);
            let hidden = own == INGESTION_TIME;
            let partitions = layout.partition.as_ref();
            let clustered = layout.cluster.iter().position(|other| other == own);
            let required = column.not_null;
            let number = |at: usize| Value::Int(i64::try_from(at).unwrap_or(i64::MAX - 1) + 1);
            let mut row = source.place(&name);
            row.extend([
                Value::Text(own.clone()),
                if hidden { Value::Null } else { number(at) },
                Value::yes(!required),
                Value::Text(shown_type(&column.column.ty, &kept)),
                Value::Text("NEVER".to_owned()),
                Value::Null,
                Value::Null,
                Value::yes(hidden),
                Value::Null,
                Value::yes(hidden),
                Value::yes(partitions.is_some_and(|partition| partition.column == *own)),
                clustered.map_or(Value::Null, number),
                Value::Text("NULL".to_owned()),
                Value::Text(kept.default.clone().unwrap_or_else(|| "NULL".to_owned())),
                Value::maybe(text_option(&kept, "rounding_mode")),
            ]);
            rows.push(row);
        }
    }
    Ok(rows)
}

/// A column's type as it was declared
pub fn shown_type(ty: &Type, kept: &ColumnMetadata) -> String {
    kept.written_type.clone().unwrap_or_else(|| ty.to_string())
}

/// The text of a literal option
fn text_option(kept: &ColumnMetadata, name: &str) -> Option<String> {
    option_text(&kept.options, name)
}

fn option_text(options: &[StoredOption], name: &str) -> Option<String> {
    let option = options.iter().find(|option| option.name == name)?;
    Some(googlesql::literal_text(&option.value).unwrap_or_else(|| option.value.clone()))
}

/// Rows of `COLUMN_FIELD_PATHS`
///
/// # Errors
/// The engine cannot be asked
pub fn field_paths(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        for column in &table.columns {
            let kept = metadata(column);
            let mut paths = Vec::new();
            collect_paths(&column.column.name, &column.column.ty, &mut paths);
            for (at, (path, ty)) in paths.into_iter().enumerate() {
                let top = at == 0;
                let below = path.get(column.column.name.len() + 1..).unwrap_or_default();
                let options = match top {
                    true => Some(&kept.options),
                    false => kept.fields.get(&below.to_lowercase()),
                };
                let description = options.and_then(|options| option_text(options, "description"));
                let mut row = source.place(&name);
                row.extend([
                    Value::Text(column.column.name.clone()),
                    Value::Text(path),
                    Value::Text(if top {
                        shown_type(&ty, &kept)
                    } else {
                        ty.to_string()
                    }),
                    Value::maybe(description),
                    Value::Text("NULL".to_owned()),
                    Value::maybe(text_option(&kept, "rounding_mode").filter(|_| top)),
                ]);
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

fn collect_paths(path: &str, ty: &Type, paths: &mut Vec<(String, Type)>) {
    paths.push((path.to_owned(), ty.clone()));
    let inner = match ty {
        Type::Array(element) => element,
        other => other,
    };
    if let Type::Struct(fields) = inner {
        for field in fields {
            if let Some(name) = &field.name {
                collect_paths(&format!("{path}.{name}"), &field.ty, paths);
            }
        }
    }
}
