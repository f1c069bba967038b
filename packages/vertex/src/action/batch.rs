//! Batch predictions: from a table to a table. On Google Cloud Vertex AI reads and writes BigQuery itself; a server on
//! this machine reads and writes files, which the warehouse exports and loads.

use std::path::Path;

use diagnostic::code;
use serde_json::json;
use sqlx_compiler::{Target, VertexBatchPrediction};

use super::deployment::resources;
use super::names::{ACTION_LABEL, label_of};
use super::{Change, Outcome, Task};
use crate::client::Failure;
use crate::resource::{
    BatchInput, BatchOutput, BatchPredictionJob, BigQueryDestination, BigQuerySource,
    GcsDestination, GcsSource, JobState,
};

impl Task<'_> {
    pub(super) fn batch_prediction(
        &mut self,
        declared: &VertexBatchPrediction,
    ) -> Result<Outcome, Failure> {
        if self.is_look() {
            let detail = format!(
                "predictions for `{}` into `{}`",
                short(&declared.input),
                short(&declared.output)
            );
            return Ok(Outcome::new(Change::Ran, detail));
        }
        let Some(model) = self.maker.version(&declared.model, self.stop)? else {
            return Err(Failure::new(
                code::VERTEX_REFUSED,
                format!("the model of `{}` is not there", self.action.target.name),
            )
            .help("run the action that it refers to, too: `-s +NAME`"));
        };
        let mut job = BatchPredictionJob {
            display_name: self.action.display_name.clone(),
            model: model.to_string(),
            generate_explanation: declared.explain,
            labels: self.action.labels.clone(),
            ..BatchPredictionJob::default()
        };
        job.labels
            .insert(ACTION_LABEL.to_owned(), label_of(self.action));
        if !declared.excluded_fields.is_empty() {
            job.instance_config = Some(json!({"excludedFields": declared.excluded_fields}));
        }
        if self.maker.local {
            self.through_files(declared, job)
        } else {
            job.dedicated_resources = Some(resources(&declared.machines));
            self.through_tables(declared, job)
        }
    }

    /// The table is replaced when the predictions are complete, so that a failed job leaves it as it was
    fn through_tables(
        &mut self,
        declared: &VertexBatchPrediction,
        mut job: BatchPredictionJob,
    ) -> Result<Outcome, Failure> {
        let made = Target {
            name: format!("{}__sqlx_run_new", declared.output.name),
            ..declared.output.clone()
        };
        self.maker
            .tables
            .execute(&format!("DROP TABLE IF EXISTS {}", quoted(&made)))?;
        job.input_config = BatchInput {
            instances_format: "bigquery".to_owned(),
            bigquery_source: Some(BigQuerySource {
                input_uri: format!("bq://{}", declared.input),
            }),
            ..BatchInput::default()
        };
        job.output_config = BatchOutput {
            predictions_format: "bigquery".to_owned(),
            bigquery_destination: Some(BigQueryDestination {
                output_uri: format!("bq://{made}"),
            }),
            ..BatchOutput::default()
        };
        let done = self.predict(job)?;
        let script = format!(
            "CREATE OR REPLACE TABLE {} AS SELECT * FROM {};\nDROP TABLE {}",
            quoted(&declared.output),
            quoted(&made),
            quoted(&made)
        );
        self.maker.tables.execute(&script)?;
        Ok(finished(&done, declared))
    }

    fn through_files(
        &mut self,
        declared: &VertexBatchPrediction,
        mut job: BatchPredictionJob,
    ) -> Result<Outcome, Failure> {
        let folder = self.maker.folder.join(".sqlx-run/vertex/batches");
        let folder = folder.join(label_of(self.action));
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        let fresh = || {
            if folder.exists() {
                std::fs::remove_dir_all(&folder)?;
            }
            std::fs::create_dir_all(folder.join("out"))
        };
        fresh().map_err(|error| unwritable(&folder, &error))?;
        let input = folder.join("instances.jsonl");
        let query = format!(
            "SELECT TO_JSON_STRING(instance) AS line FROM {} AS instance",
            quoted(&declared.input)
        );
        let mut lines = self.maker.tables.texts(&query)?.join("\n");
        lines.push('\n');
        std::fs::write(&input, lines).map_err(|error| unwritable(&input, &error))?;
        job.input_config = BatchInput {
            instances_format: "jsonl".to_owned(),
            gcs_source: Some(GcsSource {
                uris: vec![input.display().to_string()],
            }),
            ..BatchInput::default()
        };
        job.output_config = BatchOutput {
            predictions_format: "jsonl".to_owned(),
            gcs_destination: Some(GcsDestination {
                output_uri_prefix: folder.join("out").display().to_string(),
            }),
            ..BatchOutput::default()
        };
        let done = self.predict(job)?;
        let out = done
            .output_info
            .as_ref()
            .map(|info| info.gcs_output_directory.clone());
        let out = out
            .filter(|out| !out.is_empty())
            .unwrap_or_else(|| folder.join("out").display().to_string());
        let out = Path::new(out.strip_prefix("file://").unwrap_or(&out)).to_owned();
        let results = files(&out, "prediction.results", &folder)?;
        let uris: Vec<String> = results
            .iter()
            .map(|path| format!("'{}'", literal(path)))
            .collect();
        let made = Target {
            name: format!("{}__sqlx_run_new", declared.output.name),
            ..declared.output.clone()
        };
        let script = format!(
            "LOAD DATA OVERWRITE {made} FROM FILES (format = 'JSON', uris = [{uris}]);\n\
             CREATE OR REPLACE TABLE {output} AS SELECT instance.*, * EXCEPT (instance) FROM {made};\n\
             DROP TABLE {made}",
            made = quoted(&made),
            output = quoted(&declared.output),
            uris = uris.join(", "),
        );
        self.maker.tables.execute(&script)?;
        Ok(finished(&done, declared))
    }

    /// Begins a job and waits for its end
    fn predict(&mut self, job: BatchPredictionJob) -> Result<BatchPredictionJob, Failure> {
        let parent = self.maker.parent(&self.action.location);
        self.tell("predicting");
        let path = format!("{parent}/batchPredictionJobs");
        let begun: BatchPredictionJob = self.client().post(&path, &job, self.stop)?;
        let is_over = |job: &BatchPredictionJob| {
            !matches!(
                job.state,
                JobState::Unspecified
                    | JobState::Queued
                    | JobState::Pending
                    | JobState::Running
                    | JobState::Cancelling
                    | JobState::Updating
            )
        };
        let ended = self.client().until(&begun.name, self.stop, is_over)?;
        match ended.state {
            JobState::Succeeded | JobState::PartiallySucceeded => Ok(ended),
            state => {
                let error = ended
                    .error
                    .or_else(|| ended.partial_failures.into_iter().next());
                let words = error.map(|status| status.message).unwrap_or_default();
                let reason = match words.as_str() {
                    "" => state.name().to_owned(),
                    words => words.trim_end_matches('.').to_owned(),
                };
                Err(Failure::new(
                    code::VERTEX_OPERATION_FAILED,
                    format!("the batch prediction failed: {reason}"),
                ))
            }
        }
    }
}

fn finished(job: &BatchPredictionJob, declared: &VertexBatchPrediction) -> Outcome {
    let stats = job.completion_stats.as_ref();
    let count = |text: &str| text.parse::<u64>().ok();
    let rows = stats.and_then(|stats| count(&stats.successful_count));
    let failed = stats
        .and_then(|stats| count(&stats.failed_count))
        .unwrap_or_default();
    let mut detail = format!("into `{}`", short(&declared.output));
    if failed > 0 {
        detail.push_str(&format!(", {failed} rows without a prediction"));
    }
    Outcome {
        rows,
        ..Outcome::new(Change::Ran, detail)
    }
}

/// The files below a folder whose names begin so, in order
fn files(folder: &Path, prefix: &str, root: &Path) -> Result<Vec<std::path::PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| unwritable(&folder, &error))?;
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if entry.file_name().to_string_lossy().starts_with(prefix) {
                found.push(path);
            }
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Failure::new(
            code::VERTEX_OPERATION_FAILED,
            format!("there are no files `{prefix}*` in `{}`", root.display()),
        ));
    }
    Ok(found)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        code::OUTPUT_UNWRITABLE,
        format!("`{}` cannot be used: {error}", path.display()),
    )
}

/// A path in a literal of SQL
fn literal(path: &Path) -> String {
    path.display()
        .to_string()
        .replace('\\', "\\\\")
        .replace('\'', "\\'")
}

fn quoted(target: &Target) -> String {
    format!("`{target}`")
}

fn short(target: &Target) -> String {
    match &target.schema {
        Some(schema) => format!("{schema}.{}", target.name),
        None => target.name.clone(),
    }
}
