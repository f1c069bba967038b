//! `INFORMATION_SCHEMA.MODELS`, which BigQuery does not have: it lists models through its API

use super::information_schema::{Source, Value};

/// The models of a dataset; those that cannot be read are told where they are asked
pub fn models(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let names = source.models.list().unwrap_or_default();
    let mut rows = Vec::new();
    for name in names.iter().filter(|name| name.schema == dataset) {
        let latest = source.models.latest(name).ok().flatten();
        let number = source.models.version(name).ok().flatten();
        let own = latest.as_ref();
        let kind = own.map_or("REMOTE", |version| version.model.parameters.kind());
        let label = own.and_then(|version| version.model.label.as_ref());
        let time = |milliseconds: i64| Value::Micros(milliseconds * 1000);
        let mut row = source.place(name);
        row.extend([
            Value::Text(kind.to_owned()),
            number.map_or(Value::Null, |number| Value::Int(number as i64)),
            own.map_or(Value::Null, |version| time(version.created)),
            own.map_or(Value::Null, |version| time(version.modified)),
            own.map_or(Value::Null, |version| {
                Value::Int(version.model.data.rows as i64)
            }),
            label.map_or(Value::Null, |label| Value::Text(label.column.clone())),
        ]);
        rows.push(row);
    }
    Ok(rows)
}
