//! Descriptions, labels and policy tags that a project declares, kept in the comments of the file

use std::collections::BTreeMap;

use diagnostic::code;
use googlesql::{ColumnMetadata, PhysicalName, StoredOption, TableMetadata};
use serde_json::json;

use super::error;
use super::session::DuckDbSession;
use super::stored::stored;
use crate::warehouse::{Cell, Metadata, Outcome, Session as _, SqlError};

impl DuckDbSession {
    /// The statements that put what is declared beside what is kept already
    ///
    /// # Errors
    /// Nothing stands there, or the engine cannot be asked
    pub fn comments(
        &mut self,
        name: &PhysicalName,
        metadata: &Metadata,
    ) -> Result<Vec<String>, SqlError> {
        let table = stored(&self.connection, name).map_err(|failure| error::execution(&failure))?;
        let Some(table) = table else {
            let message = format!("there is no `{}.{}` to describe", name.schema, name.name);
            return Err(SqlError::new(code::UNKNOWN_TABLE, message));
        };
        let mut statements = Vec::new();
        let mut kept = TableMetadata::read(table.comment.as_deref());
        let before = kept.clone();
        // a comment that somebody else wrote is theirs
        let foreign = kept == TableMetadata::default() && table.comment.is_some();
        if let Some(text) = &metadata.description {
            put(&mut kept.options, "description", "STRING", literal(text));
        }
        if !metadata.labels.is_empty() {
            let mut labels = self.labels(&kept);
            labels.extend(metadata.labels.clone());
            let pairs: Vec<String> = labels
                .iter()
                .map(|(key, value)| format!("({}, {})", literal(key), literal(value)))
                .collect();
            let value = format!("[{}]", pairs.join(", "));
            put(
                &mut kept.options,
                "labels",
                "ARRAY<STRUCT<STRING, STRING>>",
                value,
            );
        }
        if kept != before && !foreign {
            statements.push(kept.statement(name, table.view));
        }
        for stored in &table.columns {
            let own = &stored.column.name;
            let mut kept = ColumnMetadata::read(stored.comment.as_deref());
            let before = kept.clone();
            for declared in &metadata.columns {
                let Some((first, fields)) = declared.path.split_first() else {
                    continue;
                };
                if !first.eq_ignore_ascii_case(own) {
                    continue;
                }
                let options = match fields {
                    [] => &mut kept.options,
                    fields => kept
                        .fields
                        .entry(fields.join(".").to_lowercase())
                        .or_default(),
                };
                if let Some(text) = &declared.description {
                    put(options, "description", "STRING", literal(text));
                }
                if !declared.policy_tags.is_empty() {
                    let value = json!(declared.policy_tags).to_string();
                    put(options, "policy_tags", "ARRAY<STRING>", value);
                }
            }
            if kept != before {
                statements.push(kept.statement(name, own));
            }
        }
        Ok(statements)
    }

    /// The labels that the table has
    fn labels(&mut self, kept: &TableMetadata) -> BTreeMap<String, String> {
        let Some(option) = kept.option("labels") else {
            return BTreeMap::new();
        };
        let outcomes = self
            .execute(&format!("SELECT {}", option.value), &mut |_| {})
            .unwrap_or_default();
        let cells = outcomes.into_iter().find_map(|outcome| match outcome {
            Outcome::Rows(rows) => rows.rows.into_iter().next()?.into_iter().next(),
            _ => None,
        });
        let Some(Cell::Array(pairs)) = cells else {
            return BTreeMap::new();
        };
        let pair = |cell| match cell {
            Cell::Struct(fields) => {
                let mut texts = fields.into_iter().map(|(_, cell)| cell.to_text(""));
                Some((texts.next()?, texts.next()?))
            }
            _ => None,
        };
        pairs.into_iter().filter_map(pair).collect()
    }
}

/// A GoogleSQL string literal: JSON's escapes are all GoogleSQL's too
fn literal(text: &str) -> String {
    json!(text).to_string()
}

fn put(options: &mut Vec<StoredOption>, name: &str, ty: &str, value: String) {
    let option = StoredOption {
        name: name.to_owned(),
        ty: ty.to_owned(),
        value,
    };
    match options.iter_mut().find(|option| option.name == name) {
        Some(known) => *known = option,
        None => options.push(option),
    }
}
