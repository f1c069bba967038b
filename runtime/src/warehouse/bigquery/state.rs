//! What stands at targets: one query for all that is asked of a dataset, remembered until it may have changed

use std::collections::{BTreeMap, BTreeSet, HashMap};
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

/// What is known of the tables of datasets
#[derive(Default)]
pub struct States(Mutex<BTreeMap<Dataset, Known>>);

/// Of a dataset: what will be asked for, and what was answered and not yet taken
#[derive(Default)]
struct Known {
    expected: BTreeSet<String>,
    answered: Option<HashMap<String, Option<TableState>>>,
}

impl States {
    /// A run will ask for this table
    pub fn expect(&self, dataset: &Dataset, table: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(dataset.clone()).or_default();
        known.expected.insert(table.to_owned());
    }

    /// What stands there. The first question about a dataset asks for all that was expected; each answer is
    /// good for one taking, since the run may change it then
    ///
    /// # Errors
    /// BigQuery cannot be asked
    pub fn take(
        &self,
        client: &Arc<Client>,
        dataset: &Dataset,
        table: &str,
    ) -> Result<Option<TableState>, SqlError> {
        // held while it is asked, so that others wait for the answer rather than ask too
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(dataset.clone()).or_default();
        if known.answered.is_none() && known.expected.contains(table) {
            let names: Vec<String> = known.expected.iter().cloned().collect();
            known.answered = Some(ask(client, dataset, names)?);
        }
        let answer = known
            .answered
            .as_mut()
            .and_then(|known| known.remove(table));
        drop(all);
        match answer {
            Some(state) => Ok(state),
            None => get(client, dataset, table),
        }
    }

    /// A job may have changed what is known
    pub fn forget(&self, job: &Job) {
        let statistics = job.statistics.as_ref();
        let query = statistics.and_then(|statistics| statistics.query.as_ref());
        let is_script = statistics.is_some_and(|statistics| statistics.num_child_jobs > 0);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_script {
            let answers = all.values_mut().filter_map(|known| known.answered.as_mut());
            answers.for_each(HashMap::clear);
            return;
        }
        if let Some(target) = query.and_then(|query| query.ddl_target_table.as_ref()) {
            let dataset = (target.project_id.clone(), target.dataset_id.clone());
            if let Some(answers) = all
                .get_mut(&dataset)
                .and_then(|known| known.answered.as_mut())
            {
                answers.remove(&target.table_id);
            }
        }
    }
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
    let request = Request {
        ids: job::ids(&SessionContext::default(), 0),
        script: metadata_query(dataset, &names),
        labels: BTreeMap::from([("sqlx_run_action".to_owned(), "metadata".to_owned())]),
        rows: true,
    };
    let own = Arc::clone(client);
    let asked = client.wait(async move {
        let (_keep, stop) = watch::channel(false);
        let finished = job::run(Arc::clone(&own), request, stop, |_| {}).await?;
        outcomes(&own, finished, true).await
    });
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
    let request = client
        .tables
        .get_table()
        .set_project_id(dataset.0.clone())
        .set_dataset_id(dataset.1.clone())
        .set_table_id(table);
    client.wait(async move {
        match request.send().await {
            Ok(table) => Ok(Some(table)),
            Err(failure) if failure.http_status_code() == Some(404) => Ok(None),
            Err(failure) => Err(own.failure(&failure, "")),
        }
    })
}

fn get(
    client: &Arc<Client>,
    dataset: &Dataset,
    name: &str,
) -> Result<Option<TableState>, SqlError> {
    Ok(table(client, dataset, name)?.map(|table| TableState {
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
