//! The `ddl` texts of the information schema, laid out as BigQuery does

use std::collections::BTreeMap;

use googlesql::{StoredColumn, StoredOption, StoredTable, TableMetadata, Type};

use super::information_columns::shown_type;
use super::stored::metadata;

/// The statement that makes a table
pub fn table_ddl(full: &str, table: &StoredTable, kept: &TableMetadata) -> String {
    let hidden = |name: &str| name == "_PARTITIONTIME";
    let mut lines: Vec<String> = table
        .columns
        .iter()
        .filter(|column| !hidden(&column.column.name))
        .map(|column| {
            let own = metadata(column);
            let mut line = format!(
                "  {} {}",
                column.column.name,
                match own.fields.is_empty() {
                    true => shown_type(&column.column.ty, &own),
                    false => with_options(&column.column.ty, "", &own.fields),
                }
            );
            if let Some(default) = &own.default {
                line.push_str(&format!(" DEFAULT {default}"));
            }
            if column.not_null {
                line.push_str(" NOT NULL");
            }
            if !own.options.is_empty() {
                line.push_str(&format!(" OPTIONS({})", written(&own.options).join(", ")));
            }
            line
        })
        .collect();
    for key in &kept.keys {
        let columns = key.columns.join(", ");
        let name = key.name.rsplit_once('.').map_or("", |(_, name)| name);
        let name = match name.contains('$') || name.is_empty() {
            true => String::new(),
            false => format!("CONSTRAINT {name} "),
        };
        lines.push(match &key.references {
            None => format!("  {name}PRIMARY KEY ({columns}) NOT ENFORCED"),
            Some((table, others)) => format!(
                "  {name}FOREIGN KEY ({columns}) REFERENCES {table}({}) NOT ENFORCED",
                others.join(", ")
            ),
        });
    }
    format!(
        "CREATE TABLE `{full}`\n(\n{}\n){};",
        lines.join(",\n"),
        layout(kept)
    )
}

/// The statement that makes a view
pub fn view_ddl(
    full: &str,
    kind: &str,
    table: &StoredTable,
    kept: &TableMetadata,
    query: &str,
) -> String {
    let line = |name: &String| {
        let same = |column: &&StoredColumn| column.column.name == *name;
        let own = table.columns.iter().find(same).map(metadata);
        match own.filter(|own| !own.options.is_empty()) {
            Some(own) => format!("  {name} OPTIONS({})", written(&own.options).join(", ")),
            None => format!("  {name}"),
        }
    };
    let lines: Vec<_> = kept.columns.iter().map(line).collect();
    let columns = match lines.is_empty() {
        true => String::new(),
        false => format!("\n(\n{}\n)", lines.join(",\n")),
    };
    format!(
        "CREATE {kind} `{full}`{columns}{}\nAS {query};",
        layout(kept)
    )
}

/// A type with the options of its fields, which go by their paths
fn with_options(ty: &Type, path: &str, options: &BTreeMap<String, Vec<StoredOption>>) -> String {
    let fields = match ty {
        Type::Array(element) => return format!("ARRAY<{}>", with_options(element, path, options)),
        Type::Struct(fields) => fields,
        other => return other.to_string(),
    };
    let shown: Vec<_> = fields
        .iter()
        .map(|field| {
            let name = field.name.as_deref().unwrap_or_default();
            let place = format!("{path}{}", name.to_lowercase());
            let inner = with_options(&field.ty, &format!("{place}."), options);
            match options.get(&place) {
                Some(own) => format!("{name} {inner} OPTIONS({})", written(own).join(", ")),
                None => format!("{name} {inner}"),
            }
        })
        .collect();
    format!("STRUCT<{}>", shown.join(", "))
}

fn layout(kept: &TableMetadata) -> String {
    let mut text = String::new();
    if let Some(partition) = &kept.partition {
        text.push_str(&format!("\nPARTITION BY {}", partition.by));
    }
    if !kept.cluster.is_empty() {
        text.push_str(&format!("\nCLUSTER BY {}", kept.cluster.join(", ")));
    }
    if !kept.options.is_empty() {
        let options: Vec<_> = written(&kept.options)
            .into_iter()
            .map(|option| format!("  {option}"))
            .collect();
        text.push_str(&format!("\nOPTIONS(\n{}\n)", options.join(",\n")));
    }
    text
}

fn written(options: &[StoredOption]) -> Vec<String> {
    options
        .iter()
        .map(|option| format!("{}={}", option.name, shown_value(option)))
        .collect()
}

/// An option's value as BigQuery shows it: texts in double quotes, a FLOAT64 with its point
fn shown_value(option: &StoredOption) -> String {
    match option.ty.as_str() {
        "FLOAT64" if option.value.parse::<i64>().is_ok() => format!("{}.0", option.value),
        "BOOL" => option.value.to_lowercase(),
        "STRING" | "ARRAY<STRING>" | "ARRAY<STRUCT<STRING, STRING>>" => {
            googlesql::shown_texts(&option.value).unwrap_or_else(|| option.value.clone())
        }
        _ => option.value.clone(),
    }
}
