//! Descriptions, policy tags and labels: what is declared is written, what is not stays as it is

use std::collections::HashMap;
use std::sync::Arc;

use diagnostic::code;
use google_cloud_bigquery_v2::model::{Table, TableFieldSchema, TableSchema};
use google_cloud_gax::options::RequestOptionsBuilder;
use reqwest::header::{HeaderValue, IF_MATCH};

use super::client::Client;
use super::state::Dataset;
use crate::warehouse::{ColumnMetadata, Metadata, SqlError};

/// How often a table may change under our hands
const TRIES: usize = 5;

/// Writes what is declared, if the table has it not already. The table's version goes with it, so that what
/// somebody else writes meanwhile is read anew rather than lost
///
/// # Errors
/// There is no such table, or BigQuery refuses
pub fn write(
    client: &Arc<Client>,
    dataset: &Dataset,
    name: &str,
    metadata: &Metadata,
) -> Result<(), SqlError> {
    let own = Arc::clone(client);
    let (project, dataset) = dataset.clone();
    let (name, metadata) = (name.to_owned(), metadata.clone());
    client.wait(async move {
        let client = own;
        for _ in 0..TRIES {
            let table = client
                .tables
                .get_table()
                .set_project_id(project.clone())
                .set_dataset_id(dataset.clone())
                .set_table_id(name.clone())
                .send()
                .await
                .map_err(|failure| client.failure(&failure, ""))?;
            let Some(patch) = patch(&table, &metadata) else {
                return Ok(());
            };
            let mut request = client
                .tables
                .patch_table()
                .set_project_id(project.clone())
                .set_dataset_id(dataset.clone())
                .set_table_id(name.clone())
                .set_table(patch)
                .with_idempotency(true);
            if let Ok(version) = HeaderValue::from_str(&table.etag)
                && !table.etag.is_empty()
            {
                request = request.with_custom_header(IF_MATCH, version);
            }
            match request.send().await {
                Ok(_) => return Ok(()),
                Err(failure) if failure.http_status_code() == Some(412) => {}
                Err(failure) => return Err(client.failure(&failure, "")),
            }
        }
        Err(SqlError {
            transient: true,
            ..SqlError::new(
                code::METADATA_CONFLICT,
                format!("`{dataset}.{name}` kept changing while its description was written"),
            )
        })
    })
}

/// The parts of a table that differ from what is declared; `None` where nothing does
fn patch(table: &Table, metadata: &Metadata) -> Option<Table> {
    let mut patch = Table::default();
    let mut differs = false;
    if metadata.description.is_some() && table.description != metadata.description {
        patch.description = metadata.description.clone();
        differs = true;
    }
    let labels: HashMap<String, String> = metadata
        .labels
        .iter()
        .filter(|(key, value)| table.labels.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if !labels.is_empty() {
        patch.labels = table.labels.clone();
        patch.labels.extend(labels);
        differs = true;
    }
    if let Some(schema) = &table.schema {
        let described = described(schema, &metadata.columns);
        if described != *schema {
            patch.schema = Some(described);
            differs = true;
        }
    }
    differs.then_some(patch)
}

fn described(schema: &TableSchema, columns: &[ColumnMetadata]) -> TableSchema {
    let mut schema = schema.clone();
    for column in columns {
        let Some(field) = find(&mut schema.fields, &column.path) else {
            continue;
        };
        if let Some(description) = &column.description {
            field.description = Some(description.clone());
        }
        if !column.policy_tags.is_empty() {
            field
                .policy_tags
                .get_or_insert_default()
                .names
                .clone_from(&column.policy_tags);
        }
    }
    schema
}

/// A column, or a field of one; names differ by more than case
fn find<'a>(
    fields: &'a mut [TableFieldSchema],
    path: &[String],
) -> Option<&'a mut TableFieldSchema> {
    let (name, rest) = path.split_first()?;
    let field = fields
        .iter_mut()
        .find(|field| field.name.eq_ignore_ascii_case(name))?;
    match rest.is_empty() {
        true => Some(field),
        false => find(&mut field.fields, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str) -> TableFieldSchema {
        TableFieldSchema::default()
            .set_name(name)
            .set_type("STRING")
    }

    #[test]
    fn only_what_is_declared_and_differs_is_sent() {
        let nested = field("s")
            .set_type("RECORD")
            .set_fields([field("x"), field("y")]);
        let table = Table::default()
            .set_description("old")
            .set_labels([("kept", "1"), ("team", "a")])
            .set_schema(TableSchema::default().set_fields([field("a"), nested]));
        assert_eq!(patch(&table, &Metadata::default()), None);
        let same = Metadata {
            description: Some("old".to_owned()),
            labels: [("team".to_owned(), "a".to_owned())].into(),
            ..Metadata::default()
        };
        assert_eq!(patch(&table, &same), None);
        let metadata = Metadata {
            columns: vec![ColumnMetadata {
                path: vec!["S".to_owned(), "y".to_owned()],
                description: Some("inner".to_owned()),
                policy_tags: vec!["tag".to_owned()],
            }],
            labels: [("team".to_owned(), "b".to_owned())].into(),
            ..Metadata::default()
        };
        let patch = patch(&table, &metadata).unwrap_or_default();
        assert_eq!(patch.description, None);
        assert_eq!(patch.labels.get("kept").map(String::as_str), Some("1"));
        assert_eq!(patch.labels.get("team").map(String::as_str), Some("b"));
        let fields = patch.schema.unwrap_or_default().fields;
        assert_eq!(fields[0].description, None);
        assert_eq!(fields[1].fields[1].description.as_deref(), Some("inner"));
        assert!(fields[1].fields[1].policy_tags.is_some());
        assert_eq!(fields[1].fields[0].description, None);
    }
}
