//! One look at a window of an endpoint's requests

use std::collections::BTreeMap;

use bqml::Distribution;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::distance::distance;
use super::observed::Observed;
use super::report::{Finding, Objective, Window, thresholds};
use crate::failure::{Code, Failure};
use crate::resource::{ModelDeploymentMonitoringJob, ObjectiveForModel};
use crate::service::{Service, named_instance, now, written};
use crate::serving::ServedModel;

/// How many windows of a job are kept
const KEPT: usize = 500;

/// What each feature of each deployed model looked like, by id and name
type Looks = BTreeMap<String, BTreeMap<String, Distribution>>;

/// Looks at the requests between two times, keeps what it finds, and tells of alerts
///
/// # Errors
/// The requests cannot be read, or the findings not be kept
pub fn look(
    service: &Service,
    job: &ModelDeploymentMonitoringJob,
    begin: Timestamp,
    end: Timestamp,
) -> Result<Window, Failure> {
    let baseline_key = format!("baseline/{}", job.name);
    let baseline: Looks = service.store.read(&baseline_key).unwrap_or_default();
    let mut window = Window {
        job: job.name.clone(),
        start_time: written(begin),
        end_time: written(end),
        instances: BTreeMap::new(),
        findings: Vec::new(),
        notes: Vec::new(),
    };
    let mut watched = watched(service, job, &baseline, &mut window);
    service.requests.flush();
    let (from, to) = (begin.as_millisecond(), end.as_millisecond());
    service
        .requests
        .read(&job.endpoint, from, to, &mut |line| {
            if let Some(model) = watched.get_mut(&line.deployed_model_id) {
                model.count(line.instance);
            }
        })?;
    let mut looks = baseline.clone();
    for (id, model) in watched {
        window.instances.insert(id.clone(), model.rows);
        if model.rows == 0 {
            continue;
        }
        let before = baseline.get(&id);
        let seen = model.compare(&id, before, &mut window);
        looks.insert(id, seen);
    }
    service.store.transact(|transaction| {
        let prefix = format!("window/{}/", job.name);
        transaction.put(&format!("{prefix}{to:015}"), &window)?;
        let all = transaction.beginning(&prefix);
        for (outdated, _) in &all[..all.len().saturating_sub(KEPT)] {
            transaction.remove(outdated);
        }
        transaction.put(&baseline_key, &looks)?;
        note_run(transaction, job, now())
    })?;
    for finding in &window.findings {
        let labels = [
            job.name.as_str(),
            &finding.deployed_model_id,
            &finding.feature,
            finding.objective.name(),
        ];
        service
            .metrics
            .distance(labels, finding.distance, finding.alert);
    }
    service.alerts.tell(service, job, &window);
    Ok(window)
}

/// A deployed model that is watched
struct Watched {
    inputs: Vec<String>,
    features: BTreeMap<String, Observed>,
    training: BTreeMap<String, Distribution>,
    skew: Option<BTreeMap<String, f64>>,
    drift: Option<BTreeMap<String, f64>>,
    rows: u64,
}

fn watched(
    service: &Service,
    job: &ModelDeploymentMonitoringJob,
    baseline: &Looks,
    window: &mut Window,
) -> BTreeMap<String, Watched> {
    let endpoint = service.serving.endpoint(&job.endpoint);
    let mut all = BTreeMap::new();
    for objective in &job.model_deployment_monitoring_objective_configs {
        let id = &objective.deployed_model_id;
        let model = endpoint.as_ref().and_then(|endpoint| endpoint.model(id));
        match model {
            Some(model) => {
                let watched = Watched::new(objective, model, baseline.get(id), window);
                all.insert(id.clone(), watched);
            }
            None => window
                .notes
                .push(format!("deployed model `{id}` is no more on the endpoint")),
        }
    }
    all
}

impl Watched {
    fn new(
        objective: &ObjectiveForModel,
        model: &ServedModel,
        before: Option<&BTreeMap<String, Distribution>>,
        window: &mut Window,
    ) -> Self {
        let (inputs, training) = match &model.scorer {
            Ok(scorer) => {
                let inputs = scorer.inputs().iter().map(|input| input.name.clone());
                (inputs.collect(), scorer.training_statistics().clone())
            }
            Err(_) => (Vec::new(), BTreeMap::new()),
        };
        let names: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let config = &objective.objective_config;
        let skew = thresholds(config, Objective::Skew, &names);
        let drift = thresholds(config, Objective::Drift, &names);
        let known = |feature: &String| {
            let before = before.and_then(|before| before.get(feature));
            Observed::new(training.get(feature).or(before))
        };
        let features = [&skew, &drift]
            .into_iter()
            .flatten()
            .flat_map(BTreeMap::keys);
        let features = features
            .map(|feature| (feature.clone(), known(feature)))
            .collect();
        if skew.is_some() && training.is_empty() {
            window.notes.push(format!(
                "nothing is known of the training data of deployed model `{}`; train and export it anew to compare with it",
                model.id
            ));
        }
        Self {
            inputs,
            features,
            training,
            skew,
            drift,
            rows: 0,
        }
    }

    fn count(&mut self, instance: Value) {
        let inputs: Vec<&str> = self.inputs.iter().map(String::as_str).collect();
        let instance: Map<String, Value> = named_instance(instance, &inputs);
        self.rows += 1;
        for (feature, observed) in &mut self.features {
            observed.count(instance.get(feature));
        }
    }

    /// Adds the distances to what the window has found; gives what the features look like
    fn compare(
        self,
        id: &str,
        before: Option<&BTreeMap<String, Distribution>>,
        window: &mut Window,
    ) -> BTreeMap<String, Distribution> {
        let features = self.features.into_iter();
        let seen: BTreeMap<String, Distribution> = features
            .map(|(feature, observed)| (feature, observed.finish()))
            .collect();
        let objectives = [
            (Objective::Skew, self.skew, Some(&self.training)),
            (Objective::Drift, self.drift, before),
        ];
        for (objective, thresholds, base) in objectives {
            let Some(base) = base else { continue };
            for (feature, threshold) in thresholds.into_iter().flatten() {
                let pair = base.get(&feature).zip(seen.get(&feature));
                let Some((measure, distance)) = pair.and_then(|(base, seen)| distance(base, seen))
                else {
                    continue;
                };
                window.findings.push(Finding {
                    deployed_model_id: id.to_owned(),
                    feature,
                    objective,
                    measure,
                    distance,
                    threshold,
                    alert: distance > threshold,
                });
            }
        }
        seen
    }
}

/// Notes in the job when it looked last
fn note_run(
    transaction: &mut crate::store::Transaction<'_>,
    job: &ModelDeploymentMonitoringJob,
    time: String,
) -> Result<(), Failure> {
    let mut kept: ModelDeploymentMonitoringJob = transaction
        .read(&job.name)
        .ok_or_else(|| Failure::new(Code::NotFound, format!("`{}` is not there", job.name)))?;
    kept.rest.insert(
        "latestMonitoringPipelineMetadata".into(),
        serde_json::json!({ "runTime": time, "status": { "code": 0 } }),
    );
    transaction.put(&job.name, &kept)
}
