//! Jobs that watch what an endpoint is asked: made, listed, paused, asked for what they found

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostic::did_you_mean;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::Call;
use super::endpoints::answered;
use super::{
    Service, check_display_name, check_labels, found, found_as, listing, mask, operations, stamp,
    versions,
};
use crate::failure::{Code, Failure};
use crate::monitor::{Objective, Window, look, thresholds, windows};
use crate::resource::{
    Endpoint, JobState, ModelDeploymentMonitoringJob, MonitoringScheduleState, ObjectiveForModel,
    ResourceName,
};

const COLLECTION: &str = "modelDeploymentMonitoringJobs";

/// The fields that can be changed
const MUTABLE: [&str; 7] = [
    "displayName",
    "labels",
    "modelDeploymentMonitoringObjectiveConfigs",
    "modelDeploymentMonitoringScheduleConfig",
    "modelMonitoringAlertConfig",
    "loggingSamplingStrategy",
    "logTtl",
];

/// `POST …/modelDeploymentMonitoringJobs`
pub fn create(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let mut job: ModelDeploymentMonitoringJob = call.read_body()?;
    let endpoint = check(service, &job)?;
    let name = call.parent.child(COLLECTION, &stamp::id());
    job.name = name.to_string();
    job.create_time = stamp::now();
    job.update_time.clone_from(&job.create_time);
    job.state = JobState::Running;
    job.schedule_state = MonitoringScheduleState::Offline;
    job.next_schedule_time = next_time(&job)?;
    service.store.transact(|transaction| {
        let mut watched: Endpoint = found_as(transaction, &endpoint)?;
        if !watched.model_deployment_monitoring_job.is_empty() {
            let message = format!(
                "`{endpoint}` is watched already, by `{}`",
                watched.model_deployment_monitoring_job
            );
            return Err(Failure::new(Code::AlreadyExists, message));
        }
        watched
            .model_deployment_monitoring_job
            .clone_from(&job.name);
        super::endpoints::put(transaction, &mut watched)?;
        transaction.put(&job.name, &job)
    })?;
    service.serving.refresh(service, &job.endpoint);
    Ok(serde_json::to_value(job)?)
}

/// `GET …/modelDeploymentMonitoringJobs/ID`
pub fn get(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    Ok(found(&service.store, &name(call)?)?.as_ref().clone())
}

/// `GET …/modelDeploymentMonitoringJobs`
pub fn list(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let all = super::collection(&service.store, &call.parent, COLLECTION);
    listing::page(call, COLLECTION, all)
}

/// `PATCH …/modelDeploymentMonitoringJobs/ID?updateMask=…`
pub fn patch(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    let mut document = found(&service.store, &name)?.as_ref().clone();
    mask::patch(call, &mut document, &MUTABLE)?;
    let mut job: ModelDeploymentMonitoringJob = serde_json::from_value(document)
        .map_err(|error| Failure::new(Code::InvalidArgument, error.to_string()))?;
    check(service, &job)?;
    job.next_schedule_time = next_time(&job)?;
    job.update_time = stamp::now();
    let operation = service.store.transact(|transaction| {
        found(transaction, &name)?;
        transaction.put(&job.name, &job)?;
        operations::done(
            transaction,
            call,
            &job.name,
            "UpdateModelDeploymentMonitoringJobOperationMetadata",
            answered(call, "ModelDeploymentMonitoringJob", &job)?,
        )
    })?;
    service.serving.refresh(service, &job.endpoint);
    Ok(operation)
}

/// `DELETE …/modelDeploymentMonitoringJobs/ID`
pub fn delete(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    let (operation, endpoint) = service.store.transact(|transaction| {
        let job: ModelDeploymentMonitoringJob = found_as(transaction, &name)?;
        transaction.remove(&job.name);
        transaction.remove(&format!("baseline/{name}"));
        for (window, _) in transaction.beginning(&format!("window/{name}/")) {
            transaction.remove(&window);
        }
        if let Some(mut endpoint) = transaction.read::<Endpoint>(&job.endpoint) {
            endpoint.model_deployment_monitoring_job.clear();
            super::endpoints::put(transaction, &mut endpoint)?;
        }
        let operation = operations::done(
            transaction,
            call,
            &job.name,
            "DeleteOperationMetadata",
            versions::empty(),
        )?;
        Ok((operation, job.endpoint))
    })?;
    service.serving.refresh(service, &endpoint);
    Ok(operation)
}

/// `POST …/modelDeploymentMonitoringJobs/ID:pause`
pub fn pause(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    set_state(service, call, JobState::Paused)
}

/// `POST …/modelDeploymentMonitoringJobs/ID:resume`
pub fn resume(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    set_state(service, call, JobState::Running)
}

fn set_state(service: &Service, call: &Call<'_>, state: JobState) -> Result<Value, Failure> {
    let name = name(call)?;
    let endpoint = service.store.transact(|transaction| {
        let mut job: ModelDeploymentMonitoringJob = found_as(transaction, &name)?;
        job.state = state;
        job.update_time = stamp::now();
        job.next_schedule_time = match state {
            JobState::Paused => String::new(),
            _ => next_time(&job)?,
        };
        transaction.put(&job.name, &job)?;
        Ok(job.endpoint)
    })?;
    service.serving.refresh(service, &endpoint);
    Ok(json!({}))
}

/// `POST …/modelDeploymentMonitoringJobs/ID:runNow`, which Vertex AI has not: looks at once at what was asked
/// since the last window, and gives what it found
pub fn run_now(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let job: ModelDeploymentMonitoringJob = found_as(&service.store, &name(call)?)?;
    let last = windows(&service.store, &job.name).pop();
    let begin = last.map_or_else(|| job.create_time.clone(), |window| window.end_time);
    let begin = begin.parse();
    let begin: Timestamp =
        begin.map_err(|_| Failure::new(Code::Internal, "the last window has no end"))?;
    // the request that was just answered is in the window, too
    let end = Timestamp::now();
    let end = end
        .checked_add(SignedDuration::from_millis(1))
        .unwrap_or(end);
    Ok(serde_json::to_value(look(service, &job, begin, end)?)?)
}

/// `POST …:searchModelDeploymentMonitoringStatsAnomalies`
pub fn search(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    found(&service.store, &name)?;
    let search: Search = call.read_body()?;
    let time = |field: &str, text: &str| match text {
        "" => Ok(None),
        text => match text.parse::<Timestamp>() {
            Ok(time) => Ok(Some(time)),
            Err(_) => Err(Failure::field(field, format!("`{text}` is no time"))),
        },
    };
    let begin = time("startTime", &search.start_time)?;
    let end = time("endTime", &search.end_time)?;
    let within = |window: &Window| {
        let window_end: Option<Timestamp> = window.end_time.parse().ok();
        window_end.is_none_or(|time| begin.is_none_or(|begin| time > begin))
            && window_end.is_none_or(|time| end.is_none_or(|end| time <= end))
    };
    let windows = windows(&service.store, &name.to_string());
    let windows: Vec<Window> = windows.into_iter().filter(within).collect();
    let mut answer = Vec::new();
    for objective in [Objective::Skew, Objective::Drift] {
        let wanted = search.objectives.iter();
        let wanted = search.objectives.is_empty()
            || wanted
                .into_iter()
                .any(|wanted| is_objective(&wanted.kind, objective));
        if wanted {
            answer.extend(statistics(&windows, objective, &search));
        }
    }
    Ok(match answer.as_slice() {
        [] => json!({}),
        answer => json!({ "monitoringStats": answer }),
    })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Search {
    deployed_model_id: String,
    feature_display_name: String,
    objectives: Vec<SearchedObjective>,
    start_time: String,
    end_time: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SearchedObjective {
    #[serde(rename = "type")]
    kind: Value,
}

/// Objectives are named, or numbered as in `ModelDeploymentMonitoringObjectiveType`
fn is_objective(kind: &Value, objective: Objective) -> bool {
    let number = match objective {
        Objective::Skew => 1,
        Objective::Drift => 2,
    };
    kind == objective.name() || *kind == number
}

/// What all windows say about an objective, by deployed model and feature
fn statistics(windows: &[Window], objective: Objective, search: &Search) -> Vec<Value> {
    let mut models: BTreeMap<&str, BTreeMap<&str, Vec<Value>>> = BTreeMap::new();
    let mut anomalies: BTreeMap<&str, u64> = BTreeMap::new();
    let mut thresholds: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
    for window in windows {
        let findings = window.findings.iter();
        for finding in findings.filter(|finding| finding.objective == objective) {
            let (id, feature) = (finding.deployed_model_id.as_str(), finding.feature.as_str());
            if !is(&search.deployed_model_id, id) || !is(&search.feature_display_name, feature) {
                continue;
            }
            *anomalies.entry(id).or_default() += u64::from(finding.alert);
            thresholds.insert((id, feature), finding.threshold);
            let statistics = models.entry(id).or_default().entry(feature).or_default();
            statistics.push(json!({
                "score": finding.distance,
                "distributionDeviation": finding.distance,
                "anomalyDetectionThreshold": finding.threshold,
                "startTime": window.start_time,
                "endTime": window.end_time,
            }));
        }
    }
    let of_model = |(id, features): (&str, BTreeMap<&str, Vec<Value>>)| {
        let features: Vec<Value> = features
            .into_iter()
            .map(|(feature, statistics)| {
                json!({
                    "featureDisplayName": feature,
                    "threshold": { "value": thresholds.get(&(id, feature)) },
                    "predictionStats": statistics,
                })
            })
            .collect();
        json!({
            "objective": objective.name(),
            "deployedModelId": id,
            // numbers of 64 bits are text in Google's JSON
            "anomalyCount": anomalies.get(id).copied().unwrap_or(0).to_string(),
            "featureStats": features,
        })
    };
    models.into_iter().map(of_model).collect()
}

/// Time between two looks, and how far back a look goes
///
/// # Errors
/// They are no durations, or no positive ones
pub fn interval(
    job: &ModelDeploymentMonitoringJob,
) -> Result<(SignedDuration, SignedDuration), Failure> {
    const FIELD: &str = "modelDeploymentMonitoringScheduleConfig";
    let schedule = job
        .model_deployment_monitoring_schedule_config
        .as_ref()
        .ok_or_else(|| Failure::field(FIELD, "a schedule is required"))?;
    let read = |name: &str, text: &str| {
        let field = format!("{FIELD}.{name}");
        let duration = operations::seconds(&field, text)?;
        match SignedDuration::try_from(duration) {
            Ok(duration) if duration >= SignedDuration::from_secs(1) => Ok(duration),
            _ => Err(Failure::field(field, "at least `1s` is required")),
        }
    };
    let interval = read("monitorInterval", &schedule.monitor_interval)?;
    let window = match schedule.monitor_window.as_str() {
        "" => interval,
        text => read("monitorWindow", text)?,
    };
    Ok((interval, window))
}

fn next_time(job: &ModelDeploymentMonitoringJob) -> Result<String, Failure> {
    let (interval, _) = interval(job)?;
    let next = Timestamp::now().checked_add(interval);
    Ok(stamp::written(next.unwrap_or(Timestamp::MAX)))
}

/// Checks a job; gives its endpoint's name
fn check(service: &Service, job: &ModelDeploymentMonitoringJob) -> Result<ResourceName, Failure> {
    check_display_name("displayName", &job.display_name)?;
    check_labels(&job.labels)?;
    interval(job)?;
    let name = ResourceName::parse(&job.endpoint)
        .filter(|name| name.collection == "endpoints")
        .ok_or_else(|| {
            let message = format!("`{}` is no endpoint's name", job.endpoint);
            Failure::field("endpoint", message)
        })?;
    let endpoint: Endpoint = found_as(&service.store, &name)?;
    let rate = job
        .logging_sampling_strategy
        .as_ref()
        .and_then(|strategy| strategy.random_sample_config.as_ref())
        .map(|sample| sample.sample_rate);
    if rate.is_none_or(|rate| !(rate > 0.0 && rate <= 1.0)) {
        let field = "loggingSamplingStrategy.randomSampleConfig.sampleRate";
        return Err(Failure::field(
            field,
            "a number more than 0 and at most 1 is required",
        ));
    }
    for (at, objective) in job
        .model_deployment_monitoring_objective_configs
        .iter()
        .enumerate()
    {
        let field = format!("modelDeploymentMonitoringObjectiveConfigs[{at}]");
        check_objective(service, &endpoint, objective, &field)?;
    }
    Ok(name)
}

fn check_objective(
    service: &Service,
    endpoint: &Endpoint,
    objective: &ObjectiveForModel,
    field: &str,
) -> Result<(), Failure> {
    let id = &objective.deployed_model_id;
    if !endpoint.deployed_models.iter().any(|model| model.id == *id) {
        let field = format!("{field}.deployedModelId");
        let message = format!("`{}` has no deployed model `{id}`", endpoint.name);
        return Err(Failure::field(field, message));
    }
    let config = &objective.objective_config;
    let skew = config.training_prediction_skew_detection_config.as_ref();
    let drift = config.prediction_drift_detection_config.as_ref();
    let of_attributions = skew
        .is_some_and(|skew| !skew.attribution_score_skew_thresholds.is_empty())
        || drift.is_some_and(|drift| !drift.attribution_score_drift_thresholds.is_empty());
    if of_attributions {
        let message =
            "distances of attributions are not measured on this machine, only those of features";
        return Err(Failure::unimplemented(message));
    }
    let served = service.serving.endpoint(&endpoint.name);
    let model = served.as_ref().and_then(|served| served.model(id));
    let Some(Ok(scorer)) = model.map(|model| model.scorer.as_ref()) else {
        return Ok(());
    };
    let inputs: Vec<&str> = scorer
        .inputs()
        .iter()
        .map(|input| input.name.as_str())
        .collect();
    for wanted in [Objective::Skew, Objective::Drift] {
        for (feature, threshold) in thresholds(config, wanted, &inputs).into_iter().flatten() {
            if !inputs.contains(&feature.as_str()) {
                let hint = did_you_mean(&feature, inputs.iter().copied())
                    .unwrap_or_else(|| format!("its inputs are {}", inputs.join(", ")));
                let message = format!("deployed model `{id}` has no input `{feature}`; {hint}");
                return Err(Failure::field(format!("{field}.objectiveConfig"), message));
            }
            if !(0.0..=1.0).contains(&threshold) {
                let message =
                    format!("the threshold {threshold} of `{feature}` is not between 0 and 1");
                return Err(Failure::field(format!("{field}.objectiveConfig"), message));
            }
        }
    }
    Ok(())
}

fn name(call: &Call<'_>) -> Result<ResourceName, Failure> {
    call.name().ok_or_else(|| {
        let message = format!("`{}` is no monitoring job's name", call.path());
        Failure::field("name", message)
    })
}
