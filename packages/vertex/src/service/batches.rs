//! Predictions of many rows at once: from files into files

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::Call;
use super::{
    Service, check_display_name, deployments, found, found_as, listing, operations, stamp, versions,
};
use crate::failure::{Code, Failure};
use crate::resource::{
    BatchOutputInfo, BatchPredictionJob, CompletionStats, JobState, Model, ResourceName,
};

const COLLECTION: &str = "batchPredictionJobs";

/// How many rows are predicted at once
const ROWS: usize = 1_000;

/// `POST …/batchPredictionJobs`
pub fn create(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let mut job: BatchPredictionJob = call.read_body()?;
    check_display_name("displayName", &job.display_name)?;
    super::check_labels(&job.labels)?;
    let version = deployments::version_named(service, &job.model)?;
    let input = input(&job)?;
    let output = output(&job)?;
    let name = call.parent.child(COLLECTION, &stamp::id());
    job.name = name.to_string();
    job.model.clone_from(&version.name);
    job.model_version_id.clone_from(&version.version_id);
    job.create_time = stamp::now();
    job.update_time.clone_from(&job.create_time);
    job.state = JobState::Pending;
    service
        .store
        .transact(|transaction| transaction.put(&job.name, &job))?;
    service.in_background(move |service| {
        let outcome = change(service, &name, |job| {
            job.state = JobState::Running;
            job.start_time = stamp::now();
        })
        .and_then(|job| predict(service, &job, &version, &input, &output));
        end(service, &name, outcome);
    })?;
    Ok(serde_json::to_value(job)?)
}

/// The files that rows come from
fn input(job: &BatchPredictionJob) -> Result<Vec<PathBuf>, Failure> {
    let config = &job.input_config;
    match config.instances_format.as_str() {
        "jsonl" => {}
        "" => {
            return Err(Failure::field(
                "inputConfig.instancesFormat",
                "a format is required: `jsonl`",
            ));
        }
        other => {
            return Err(Failure::unimplemented(format!(
                "batches of `{other}` are not predicted on this machine; `jsonl` is, and tables are by `ML.PREDICT`"
            )));
        }
    }
    let uris = config
        .gcs_source
        .as_ref()
        .map_or(&[][..], |source| &source.uris);
    if uris.is_empty() {
        return Err(Failure::field(
            "inputConfig.gcsSource.uris",
            "at least one file is required",
        ));
    }
    uris.iter()
        .map(|uri| local("inputConfig.gcsSource.uris", uri))
        .collect()
}

/// The folder that predictions go to
fn output(job: &BatchPredictionJob) -> Result<PathBuf, Failure> {
    let config = &job.output_config;
    if config.predictions_format != "jsonl" {
        return Err(Failure::unimplemented(format!(
            "predictions are not written as `{}` on this machine; `jsonl` is",
            config.predictions_format
        )));
    }
    let field = "outputConfig.gcsDestination.outputUriPrefix";
    match &config.gcs_destination {
        Some(destination) if !destination.output_uri_prefix.is_empty() => {
            local(field, &destination.output_uri_prefix)
        }
        _ => Err(Failure::field(field, "a folder is required")),
    }
}

fn local(field: &str, uri: &str) -> Result<PathBuf, Failure> {
    if uri.starts_with("gs://") {
        return Err(Failure::field(
            field,
            format!("`{uri}` is in a storage; batches on this machine are files of this machine"),
        ));
    }
    Ok(PathBuf::from(uri.strip_prefix("file://").unwrap_or(uri)))
}

struct Done {
    info: BatchOutputInfo,
    predicted: u64,
    refused: u64,
}

fn predict(
    service: &Service,
    job: &BatchPredictionJob,
    version: &Model,
    inputs: &[PathBuf],
    output: &Path,
) -> Result<Done, Failure> {
    let scorer = service.serving.load(service, version)?;
    let time = Timestamp::now().strftime("%Y_%m_%dT%H_%M_%S").to_string();
    let folder = format!("prediction-{}-{time}", safe(&version.display_name));
    let folder = service.root.join(output).join(folder);
    fs::create_dir_all(&folder)?;
    let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let mut results = create("prediction.results-00000-of-00001")?;
    let mut errors = create("prediction.errors_stats-00000-of-00001")?;
    let mut done = Done {
        info: BatchOutputInfo {
            gcs_output_directory: folder.display().to_string(),
            ..BatchOutputInfo::default()
        },
        predicted: 0,
        refused: 0,
    };
    let excluded = excluded_fields(job);
    let mut take = |rows: Vec<Value>| -> Result<(), Failure> {
        let is_cancelled = service.stopping.load(Ordering::SeqCst)
            || service
                .store
                .read::<BatchPredictionJob>(&job.name)
                .is_none_or(|job| job.state == JobState::Cancelling);
        if is_cancelled {
            return Err(Failure::new(Code::Cancelled, "the job was cancelled"));
        }
        let instances = without(&rows, &excluded);
        for (row, answer) in rows.iter().zip(answers(&scorer, &instances)) {
            let (file, key, value) = match answer {
                Ok(prediction) => {
                    done.predicted += 1;
                    (&mut results, "prediction", prediction)
                }
                Err(reason) => {
                    done.refused += 1;
                    (
                        &mut errors,
                        "error",
                        json!({ "code": 3, "message": reason }),
                    )
                }
            };
            writeln!(file, "{}", json!({ "instance": row, key: value }))?;
        }
        Ok(())
    };
    let mut rows = Vec::new();
    for path in inputs {
        let path = service.root.join(path);
        let unreadable = |error: io::Error| {
            Failure::precondition(format!("`{}` cannot be read: {error}", path.display()))
        };
        for (number, line) in BufReader::new(File::open(&path).map_err(unreadable)?)
            .lines()
            .enumerate()
        {
            let line = line.map_err(unreadable)?;
            if line.trim().is_empty() {
                continue;
            }
            let row = serde_json::from_str(&line).map_err(|error| {
                let place = format!("`{}`, line {}", path.display(), number + 1);
                Failure::precondition(format!("{place}: {error}"))
            })?;
            rows.push(row);
            if rows.len() == ROWS {
                take(std::mem::take(&mut rows))?;
            }
        }
    }
    take(rows)?;
    for mut file in [results, errors] {
        file.flush()?;
        file.get_ref().sync_all()?;
    }
    Ok(done)
}

/// The fields of rows that are no part of instances
fn excluded_fields(job: &BatchPredictionJob) -> Vec<String> {
    let config = job.instance_config.as_ref();
    let fields = config.and_then(|config| config["excludedFields"].as_array());
    let fields = fields.into_iter().flatten().filter_map(Value::as_str);
    fields.map(str::to_owned).collect()
}

/// Instances of rows
fn without<'r>(rows: &'r [Value], excluded: &[String]) -> Cow<'r, [Value]> {
    if excluded.is_empty() {
        return Cow::Borrowed(rows);
    }
    let mut instances = rows.to_vec();
    for instance in instances.iter_mut().filter_map(Value::as_object_mut) {
        instance.retain(|field, _| !excluded.contains(field));
    }
    Cow::Owned(instances)
}

/// An answer for each row: where one row does not fit, only that one is refused
fn answers(scorer: &bqml::Scorer, rows: &[Value]) -> Vec<Result<Value, String>> {
    if let Ok(predictions) = scorer.predict(rows) {
        return predictions.into_iter().map(Ok).collect();
    }
    let one = |row: &Value| {
        let predictions = scorer.predict(std::slice::from_ref(row))?;
        let first = predictions.into_iter().next();
        first.ok_or_else(|| "there is no prediction".to_owned())
    };
    rows.iter().map(one).collect()
}

fn safe(name: &str) -> String {
    name.chars()
        .map(|letter| {
            if letter.is_alphanumeric() || letter == '-' {
                letter
            } else {
                '_'
            }
        })
        .collect()
}

fn end(service: &Service, name: &ResourceName, outcome: Result<Done, Failure>) {
    let noted = change(service, name, |job| {
        job.end_time = stamp::now();
        match outcome {
            _ if job.state == JobState::Cancelling => job.state = JobState::Cancelled,
            Ok(done) => {
                job.state = match (done.predicted, done.refused) {
                    (_, 0) => JobState::Succeeded,
                    (0, _) => JobState::Failed,
                    _ => JobState::PartiallySucceeded,
                };
                job.output_info = Some(done.info);
                job.completion_stats = Some(CompletionStats {
                    successful_count: done.predicted.to_string(),
                    failed_count: done.refused.to_string(),
                    incomplete_count: "0".into(),
                    ..CompletionStats::default()
                });
            }
            Err(failure) => {
                job.state = JobState::Failed;
                job.error = Some(failure.status());
            }
        }
    });
    if let Err(failure) = noted {
        (service.log)(&format!("{name}: {}", failure.message));
    }
}

fn change(
    service: &Service,
    name: &ResourceName,
    change: impl FnOnce(&mut BatchPredictionJob),
) -> Result<BatchPredictionJob, Failure> {
    service.store.transact(|transaction| {
        let mut job: BatchPredictionJob = found_as(transaction, name)?;
        change(&mut job);
        job.update_time = stamp::now();
        transaction.put(&job.name, &job)?;
        Ok(job)
    })
}

fn is_over(state: JobState) -> bool {
    matches!(
        state,
        JobState::Succeeded | JobState::Failed | JobState::Cancelled | JobState::PartiallySucceeded
    )
}

/// Jobs of a killed process have failed
///
/// # Errors
/// The change cannot be kept
pub fn fail_interrupted(service: &Service) -> Result<(), Failure> {
    for (name, value) in service.store.beginning("projects/") {
        let name = ResourceName::parse(&name).filter(|name| name.collection == COLLECTION);
        let Some(name) = name else { continue };
        let job: BatchPredictionJob = serde_json::from_value(value.as_ref().clone())?;
        if !is_over(job.state) {
            let message = "the server ended while the job ran; create it again";
            end(service, &name, Err(Failure::new(Code::Aborted, message)));
        }
    }
    Ok(())
}

/// `GET …/batchPredictionJobs/ID`
pub fn get(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    Ok(found(&service.store, &name(call)?)?.as_ref().clone())
}

/// `GET …/batchPredictionJobs`
pub fn list(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let all = super::collection(&service.store, &call.parent, COLLECTION);
    listing::page(call, COLLECTION, all)
}

/// `POST …/batchPredictionJobs/ID:cancel`
pub fn cancel(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    change(service, &name(call)?, |job| {
        if !is_over(job.state) {
            job.state = JobState::Cancelling;
        }
    })?;
    Ok(json!({}))
}

/// `DELETE …/batchPredictionJobs/ID`
pub fn delete(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    service.store.transact(|transaction| {
        let job: BatchPredictionJob = found_as(transaction, &name)?;
        if !is_over(job.state) {
            return Err(Failure::precondition(format!(
                "`{name}` still runs; cancel it first"
            )));
        }
        transaction.remove(&job.name);
        operations::done(
            transaction,
            call,
            &job.name,
            "DeleteOperationMetadata",
            versions::empty(),
        )
    })
}

fn name(call: &Call<'_>) -> Result<ResourceName, Failure> {
    call.name().ok_or_else(|| {
        let message = format!("`{}` is no batch's name", call.path());
        Failure::field("name", message)
    })
}
