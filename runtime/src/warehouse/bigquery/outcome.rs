//! What a job did, statement by statement

use google_cloud_bigquery_v2::model::list_jobs_request::Projection;
use google_cloud_bigquery_v2::model::script_statistics::EvaluationKind;
use google_cloud_bigquery_v2::model::{
    GetQueryResultsResponse, Job, JobReference, JobStatistics, JobStatistics2,
};

use super::client::Client;
use super::job::{Finished, page};
use super::rows;
use crate::warehouse::{Outcome, Rows, SqlError, Statistics};

/// The outcome of every statement of a job, in order
///
/// # Errors
/// BigQuery gives the rows or the parts of a script no more
pub async fn outcomes(
    client: &Client,
    finished: Finished,
    wanted: bool,
) -> Result<Vec<Outcome>, SqlError> {
    let Finished { job, page } = finished;
    let reference = job.job_reference.unwrap_or_default();
    let statistics = job.statistics.unwrap_or_default();
    let has_parts = statistics.num_child_jobs > 0
        || statistics
            .query
            .as_ref()
            .is_some_and(|query| query.statement_type == "SCRIPT");
    if !has_parts {
        let outcome = outcome(client, &reference, &statistics, page, wanted).await?;
        return Ok(vec![outcome]);
    }
    let mut outcomes = Vec::new();
    let mut parts = parts(client, &reference).await?;
    let last = parts.pop();
    for (reference, statistics) in parts {
        outcomes.push(outcome(client, &reference, &statistics, None, wanted).await?);
    }
    if let Some((own, statistics)) = last {
        // a script's rows are those of its last statement
        let (from, page) = match page.filter(|page| page.schema.is_some()) {
            Some(page) => (reference, Some(page)),
            None => (own, None),
        };
        outcomes.push(outcome(client, &from, &statistics, page, wanted).await?);
    }
    Ok(outcomes)
}

/// The jobs of a script's statements, the first first; those of mere expressions are left out
async fn parts(
    client: &Client,
    script: &JobReference,
) -> Result<Vec<(JobReference, JobStatistics)>, SqlError> {
    let mut parts = Vec::new();
    let mut token = String::new();
    loop {
        let listed = client
            .jobs
            .list_jobs()
            .set_project_id(client.project.clone())
            .set_parent_job_id(script.job_id.clone())
            .set_projection(Projection::Full)
            .set_page_token(token)
            .send()
            .await
            .map_err(|failure| client.failure(&failure, ""))?;
        for job in listed.jobs {
            let statistics = job.statistics.unwrap_or_default();
            let kind = statistics
                .script_statistics
                .as_ref()
                .map(|script| &script.evaluation_kind);
            if kind != Some(&EvaluationKind::Expression) {
                parts.push((job.job_reference.unwrap_or_default(), statistics));
            }
        }
        token = listed.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    // the newest are listed first
    parts.reverse();
    parts.sort_by_key(|(_, statistics)| statistics.creation_time);
    Ok(parts)
}

async fn outcome(
    client: &Client,
    reference: &JobReference,
    statistics: &JobStatistics,
    first: Option<GetQueryResultsResponse>,
    wanted: bool,
) -> Result<Outcome, SqlError> {
    let Some(query) = &statistics.query else {
        return Ok(Outcome::Done);
    };
    Ok(match query.statement_type.as_str() {
        "SELECT" if wanted => match all_rows(client, reference, first).await? {
            Some(rows) => Outcome::Rows(rows),
            None => Outcome::Done,
        },
        "CREATE_TABLE_AS_SELECT" => match made_rows(client, query).await {
            Some(rows) => Outcome::Changed(rows),
            None => Outcome::Done,
        },
        "CREATE_MODEL" => trained(query),
        _ => match query.num_dml_affected_rows {
            Some(rows) => Outcome::Changed(u64::try_from(rows).unwrap_or_default()),
            None => Outcome::Done,
        },
    })
}

/// The rows of a query; `None` where they are not kept, as an emulator may do for the parts of a script
async fn all_rows(
    client: &Client,
    reference: &JobReference,
    first: Option<GetQueryResultsResponse>,
) -> Result<Option<Rows>, SqlError> {
    let failed = |failure| client.failure(&failure, "");
    let mut answer = match first {
        Some(answer) => answer,
        None => page(client, reference, true, "").await.map_err(failed)?,
    };
    let Some(schema) = answer.schema.take() else {
        return Ok(None);
    };
    let mut read = rows::rows(&schema, &answer.rows);
    while !answer.page_token.is_empty() {
        let token = std::mem::take(&mut answer.page_token);
        answer = page(client, reference, true, &token)
            .await
            .map_err(failed)?;
        read.rows.extend(rows::rows(&schema, &answer.rows).rows);
    }
    Ok(Some(read))
}

/// How many rows a new table has: what the last stage of the query wrote, else what the table says
async fn made_rows(client: &Client, query: &JobStatistics2) -> Option<u64> {
    let last = query.query_plan.last();
    if let Some(written) = last.and_then(|stage| stage.records_written) {
        return u64::try_from(written).ok();
    }
    let target = query.ddl_target_table.as_ref()?;
    let table = client
        .tables
        .get_table()
        .set_project_id(target.project_id.clone())
        .set_dataset_id(target.dataset_id.clone())
        .set_table_id(target.table_id.clone())
        .send()
        .await;
    table.ok()?.num_rows
}

fn trained(query: &JobStatistics2) -> Outcome {
    let iterations = query
        .ml_statistics
        .as_ref()
        .map_or(&[][..], |training| &training.iteration_results);
    match iterations.last().and_then(|last| last.training_loss) {
        Some(loss) => Outcome::Trained {
            iterations: iterations.len(),
            loss,
            warnings: Vec::new(),
        },
        None => Outcome::Done,
    }
}

/// What a job took
pub fn statistics(job: &Job) -> Statistics {
    let count = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
    let reference = job.job_reference.clone().unwrap_or_default();
    let place = reference.location.unwrap_or_default();
    let told = job.statistics.as_ref();
    let query = told.and_then(|told| told.query.as_ref());
    Statistics {
        bytes_processed: count(told.and_then(|told| told.total_bytes_processed)),
        bytes_billed: count(query.and_then(|query| query.total_bytes_billed)),
        slot_millis: count(told.and_then(|told| told.total_slot_ms)),
        jobs: vec![format!(
            "{}:{place}.{}",
            reference.project_id, reference.job_id
        )],
    }
}
