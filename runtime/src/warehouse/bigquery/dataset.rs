//! Datasets and the tables in them, as such: made, listed, dropped

use std::collections::BTreeSet;
use std::sync::Arc;

use google_cloud_bigquery_v2::model::{Dataset as Described, DatasetReference};
use google_cloud_gax::error::Error;
use google_cloud_gax::options::RequestOptionsBuilder;
use googlesql::PhysicalName;

use super::client::Client;
use super::state::{Dataset, kind, table};
use crate::warehouse::{SqlError, TableKind};

/// Makes the datasets that do not exist, in the client's location
///
/// # Errors
/// BigQuery refuses
pub fn create(client: &Arc<Client>, datasets: BTreeSet<Dataset>) -> Result<(), SqlError> {
    let own = Arc::clone(client);
    client.wait(async move {
        let mut tasks = tokio::task::JoinSet::new();
        for dataset in datasets {
            tasks.spawn(create_one(Arc::clone(&own), dataset));
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap_or_else(|_| Err(super::client::lost()))?;
        }
        Ok(())
    })
}

async fn create_one(client: Arc<Client>, (project, dataset): Dataset) -> Result<(), SqlError> {
    let failed = |failure: Error| client.failure(&failure, "");
    let found = client
        .datasets
        .get_dataset()
        .set_project_id(project.clone())
        .set_dataset_id(dataset.clone())
        .send()
        .await;
    match found {
        Ok(found) => {
            client.note_place(&found.location);
            return Ok(());
        }
        Err(failure) if failure.http_status_code() == Some(404) => {}
        Err(failure) => return Err(failed(failure)),
    }
    let reference = DatasetReference::default()
        .set_project_id(project.clone())
        .set_dataset_id(dataset);
    let mut described = Described::default().set_dataset_reference(reference);
    described.location = client.location.clone().unwrap_or_default();
    let made = client
        .datasets
        .insert_dataset()
        .set_project_id(project)
        .set_dataset(described)
        // a second one is refused
        .with_idempotency(true)
        .send()
        .await;
    match made {
        Ok(made) => {
            client.note_place(&made.location);
            Ok(())
        }
        // somebody else was faster, or an answer was lost
        Err(failure) if failure.http_status_code() == Some(409) => Ok(()),
        Err(failure) => Err(failed(failure)),
    }
}

/// Every table and view of the client's project, in order
///
/// # Errors
/// BigQuery cannot be asked
pub fn tables(client: &Arc<Client>) -> Result<Vec<PhysicalName>, SqlError> {
    let client_of_requests = Arc::clone(client);
    client.wait(async move {
        let client = client_of_requests;
        let failed = |failure: Error| client.failure(&failure, "");
        let mut names = Vec::new();
        for dataset in datasets(&client).await.map_err(failed)? {
            let mut token = String::new();
            loop {
                let listed = client
                    .tables
                    .list_tables()
                    .set_project_id(client.project.clone())
                    .set_dataset_id(dataset.clone())
                    .set_page_token(token)
                    .send()
                    .await
                    .map_err(failed)?;
                let found = listed.tables.into_iter();
                names.extend(
                    found
                        .filter_map(|table| table.table_reference)
                        .map(|table| PhysicalName {
                            schema: dataset.clone(),
                            name: table.table_id,
                        }),
                );
                token = listed.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
        }
        names.sort_by(|one, other| (&one.schema, &one.name).cmp(&(&other.schema, &other.name)));
        Ok(names)
    })
}

async fn datasets(client: &Client) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    let mut token = String::new();
    loop {
        let listed = client
            .datasets
            .list_datasets()
            .set_project_id(client.project.clone())
            .set_page_token(token)
            .send()
            .await?;
        let found = listed.datasets.into_iter();
        names.extend(
            found
                .filter_map(|dataset| dataset.dataset_reference)
                .map(|dataset| dataset.dataset_id),
        );
        token = listed.next_page_token;
        if token.is_empty() {
            return Ok(names);
        }
    }
}

/// Drops what stands there, if it is of that kind
///
/// # Errors
/// BigQuery refuses
pub fn drop_table(
    client: &Arc<Client>,
    dataset: &Dataset,
    name: &str,
    wanted: TableKind,
) -> Result<(), SqlError> {
    match table(client, dataset, name)? {
        Some(table) if kind(&table.r#type) == wanted => {}
        _ => return Ok(()),
    }
    let own = Arc::clone(client);
    let request = client
        .tables
        .delete_table()
        .set_project_id(dataset.0.clone())
        .set_dataset_id(dataset.1.clone())
        .set_table_id(name);
    client.wait(async move {
        match request.send().await {
            Ok(()) => Ok(()),
            Err(failure) if failure.http_status_code() == Some(404) => Ok(()),
            Err(failure) => Err(own.failure(&failure, "")),
        }
    })
}
