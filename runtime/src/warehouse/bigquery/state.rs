//! What stands at targets: asked for while a run begins, remembered until it may have changed

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use google_cloud_bigquery_v2::model::{Job, Table};
use googlesql::Column;
use tokio::sync::watch;

use super::client::Client;
use super::job::{self, Request};
use super::outcome::outcomes;
use super::types::{columns, of_text};
use crate::warehouse::{Cell, Outcome, SessionContext, SqlError, TableKind, TableState};

/// A project and a dataset
pub type Dataset = (String, String);

/// Of how many tables of a dataset each is asked for by itself, all at the same time: that is answered sooner
/// than a query, and costs nothing, but BigQuery answers only so many requests in a second
const FEW: usize = 25;

/// What is known of the tables of datasets
#[derive(Default)]
pub struct States(Mutex<BTreeMap<Dataset, HashMap<String, Answer>>>);

/// What stands at a table, once it comes; nothing comes where BigQuery could not be asked
type Answer = Receiver<Option<TableState>>;

impl States {
    /// A run will ask for these tables: BigQuery is asked now, and nobody waits for it yet
    pub fn expect(&self, client: &Arc<Client>, dataset: &Dataset, tables: BTreeSet<String>) {
        let mut answers = HashMap::new();
        let mut senders = HashMap::new();
        for table in tables {
            let (sender, answer) = sync_channel(1);
            answers.insert(table.clone(), answer);
            senders.insert(table, sender);
        }
        match senders.len() {
            0..=FEW => ask_each(client, dataset, senders),
            _ => ask_together(client, dataset, senders),
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(dataset.clone()).or_default().extend(answers);
    }

    /// What stands there. Each answer is good for one taking, since the run may change it then
    ///
    /// # Errors
    /// BigQuery cannot be asked
    pub fn take(
        &self,
        client: &Arc<Client>,
        dataset: &Dataset,
        table: &str,
    ) -> Result<Option<TableState>, SqlError> {
        let answer = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.get_mut(dataset)
                .and_then(|answers| answers.remove(table))
        };
        match answer.and_then(|answer| answer.recv().ok()) {
            Some(state) => Ok(state),
            None => {
                let own = Arc::clone(client);
                let (dataset, table) = (dataset.clone(), table.to_owned());
                client.wait(async move { state(&own, &dataset, &table).await })
            }
        }
    }

    /// A job may have changed what is known
    pub fn forget(&self, job: &Job) {
        let statistics = job.statistics.as_ref();
        let query = statistics.and_then(|statistics| statistics.query.as_ref());
        let is_script = statistics.is_some_and(|statistics| statistics.num_child_jobs > 0);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_script {
            all.clear();
        } else if let Some(target) = query.and_then(|query| query.ddl_target_table.as_ref()) {
            let dataset = (target.project_id.clone(), target.dataset_id.clone());
            if let Some(answers) = all.get_mut(&dataset) {
                answers.remove(&target.table_id);
            }
        }
    }
}

type Senders = HashMap<String, SyncSender<Option<TableState>>>;

fn ask_each(client: &Arc<Client>, dataset: &Dataset, senders: Senders) {
    for (table, sender) in senders {
        let (own, dataset) = (Arc::clone(client), dataset.clone());
        client.begin(async move {
            if let Ok(state) = state(&own, &dataset, &table).await {
                // whoever waits no longer needs no answer
                let _ = sender.send(state);
            }
        });
    }
}

fn ask_together(client: &Arc<Client>, dataset: &Dataset, senders: Senders) {
    let (own, dataset) = (Arc::clone(client), dataset.clone());
    client.begin(async move {
        let names = senders.keys().cloned().collect();
        let Ok(mut states) = Box::pin(query(&own, &dataset, names)).await else {
            return;
        };
        for (table, sender) in senders {
            // whoever waits no longer needs no answer
            let _ = sender.send(states.remove(&table).flatten());
        }
    });
}

/// The states of tables of a dataset, by one query; `None` for those that do not exist
///
/// # Errors
/// BigQuery cannot be asked
pub fn ask(
    client: &Arc<Client>,
    dataset: &Dataset,
    names: Vec<String>,
) -> Result<HashMap<String, Option<TableState>>, SqlError> {
    let (own, dataset) = (Arc::clone(client), dataset.clone());
    client.wait(async move { query(&own, &dataset, names).await })
}

async fn query(
    client: &Arc<Client>,
    dataset: &Dataset,
    names: Vec<String>,
) -> Result<HashMap<String, Option<TableState>>, SqlError> {
    let request = Request {
        ids: job::ids(&SessionContext::default(), 0),
        script: metadata_query(dataset, &names),
        labels: BTreeMap::from([("sqlx_run_action".to_owned(), "metadata".to_owned())]),
        rows: true,
    };
    let (_keep, stop) = watch::channel(false);
    let finished = Box::pin(job::run(Arc::clone(client), request, stop, |_| {})).await;
    let asked = match finished {
        Ok(finished) => Box::pin(outcomes(client, finished, true)).await,
        Err(failure) => Err(failure),
    };
    let outcomes = match asked {
        Ok(outcomes) => outcomes,
        // a dataset that is not there has no tables
        Err(failure) if failure.code == diagnostic::code::UNKNOWN_DATASET => Vec::new(),
        Err(failure) => return Err(failure),
    };
    let mut states: HashMap<String, Option<TableState>> =
        names.into_iter().map(|name| (name, None)).collect();
    for outcome in outcomes {
        if let Outcome::Rows(rows) = outcome {
            states.extend(rows.rows.into_iter().filter_map(row));
        }
    }
    Ok(states)
}

fn metadata_query((project, dataset): &Dataset, names: &[String]) -> String {
    let prefix = format!("`{project}.{dataset}`");
    let quoted: Vec<String> = names.iter().map(|name| googlesql_text(name)).collect();
    let names = quoted.join(", ");
    format!(
        "SELECT listed.table_name, listed.table_type, \
         CONCAT(stored.creation_time, '.', stored.last_modified_time, '.', \
         IFNULL(stored.row_count, 0), '.', IFNULL(stored.size_bytes, 0)) AS version, held.columns \
         FROM {prefix}.INFORMATION_SCHEMA.TABLES AS listed \
         LEFT JOIN {prefix}.__TABLES__ AS stored ON stored.table_id = listed.table_name \
         LEFT JOIN (SELECT table_name, \
         ARRAY_AGG(STRUCT(column_name, data_type) ORDER BY ordinal_position) AS columns \
         FROM {prefix}.INFORMATION_SCHEMA.COLUMNS \
         WHERE is_hidden = 'NO' AND table_name IN ({names}) GROUP BY table_name) AS held \
         ON held.table_name = listed.table_name \
         WHERE listed.table_name IN ({names})"
    )
}

fn googlesql_text(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "\\'");
    format!("'{text}'")
}

fn row(cells: Vec<Cell>) -> Option<(String, Option<TableState>)> {
    let mut cells = cells.into_iter();
    let mut next = || cells.next().unwrap_or(Cell::Null);
    let text = |cell: Cell| match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    };
    let name = text(next())?;
    let kind = kind(&text(next())?);
    let version = text(next());
    let columns = match next() {
        Cell::Array(columns) => columns.iter().filter_map(column).collect(),
        _ => Vec::new(),
    };
    let state = TableState {
        kind,
        columns,
        version,
        created_by: None,
    };
    Some((name, Some(state)))
}

fn column(cell: &Cell) -> Option<Column> {
    let Cell::Struct(fields) = cell else {
        return None;
    };
    let mut texts = fields.iter().map(|(_, field)| field.to_text(""));
    let name = texts.next()?;
    Some(Column::new(name, of_text(&texts.next()?)))
}

/// What BigQuery calls it
pub fn kind(told: &str) -> TableKind {
    match told {
        "VIEW" => TableKind::View,
        "MATERIALIZED VIEW" | "MATERIALIZED_VIEW" => TableKind::MaterializedView,
        "EXTERNAL" => TableKind::External,
        "SNAPSHOT" => TableKind::Snapshot,
        _ => TableKind::Table,
    }
}

/// A table as BigQuery describes it by itself
///
/// # Errors
/// BigQuery cannot be asked
pub fn table(
    client: &Arc<Client>,
    dataset: &Dataset,
    table: &str,
) -> Result<Option<Table>, SqlError> {
    let own = Arc::clone(client);
    let (dataset, table) = (dataset.clone(), table.to_owned());
    client.wait(async move { get(&own, &dataset, &table).await })
}

async fn get(client: &Client, dataset: &Dataset, table: &str) -> Result<Option<Table>, SqlError> {
    let request = client
        .tables
        .get_table()
        .set_project_id(dataset.0.clone())
        .set_dataset_id(dataset.1.clone())
        .set_table_id(table);
    match Box::pin(request.send()).await {
        Ok(table) => Ok(Some(table)),
        Err(failure) if failure.http_status_code() == Some(404) => Ok(None),
        Err(failure) => Err(client.failure(&failure, "")),
    }
}

async fn state(
    client: &Client,
    dataset: &Dataset,
    name: &str,
) -> Result<Option<TableState>, SqlError> {
    let table = get(client, dataset, name).await?;
    Ok(table.map(|table| TableState {
        kind: kind(&table.r#type),
        version: Some(format!(
            "{}.{}.{}.{}",
            table.creation_time,
            table.last_modified_time,
            table.num_rows.unwrap_or_default(),
            table.num_bytes.unwrap_or_default()
        )),
        columns: table.schema.as_ref().map(columns).unwrap_or_default(),
        created_by: None,
    }))
}
