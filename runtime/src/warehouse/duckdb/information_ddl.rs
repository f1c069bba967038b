//! The `ddl` texts of the information schema, laid out as BigQuery does

use googlesql::{StoredOption, StoredTable, TableMetadata};

use super::information_schema::shown_type;
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
                shown_type(&column.column.ty, &own)
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
        lines.push(match &key.references {
            None => format!("  PRIMARY KEY ({columns}) NOT ENFORCED"),
            Some((table, others)) => format!(
                "  FOREIGN KEY ({columns}) REFERENCES {table}({}) NOT ENFORCED",
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
pub fn view_ddl(full: &str, kind: &str, kept: &TableMetadata, query: &str) -> String {
    format!("CREATE {kind} `{full}`{}\nAS {query};", layout(kept))
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
        .map(|option| format!("{}={}", option.name, option.value))
        .collect()
}
