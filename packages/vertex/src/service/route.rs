//! Which function does a call

use std::sync::Arc;

use serde_json::Value;

use super::call::Call;
use super::{
    Service, batches, deployments, endpoints, models, monitoring_jobs, operations, pipelines,
    versions,
};
use crate::failure::{Code, Failure};
use diagnostic::did_you_mean;

/// The collections that there are
const COLLECTIONS: [&str; 6] = [
    "models",
    "endpoints",
    "operations",
    "modelDeploymentMonitoringJobs",
    "pipelineJobs",
    "batchPredictionJobs",
];

/// Does a call
pub fn answer(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    if call.segments.iter().any(|part| part == "operations") {
        return of_operations(service, call);
    }
    let collection = call.segments.first().map_or("", String::as_str);
    let answer = match collection {
        "models" => of_models(service, call),
        "endpoints" => of_endpoints(service, call),
        "modelDeploymentMonitoringJobs" => of_monitoring_jobs(service, call),
        "pipelineJobs" => of_pipelines(service, call),
        "batchPredictionJobs" => of_batches(service, call),
        other => return Err(unknown_collection(other)),
    };
    answer.unwrap_or_else(|| Err(unknown_method(call)))
}

type Answer = Option<Result<Value, Failure>>;

/// Method, how many parts the path has behind the location, and the verb
fn shape<'a>(call: &'a Call<'_>) -> (&'a str, usize, &'a str) {
    let verb = call.verb.as_deref().unwrap_or("");
    (call.method.as_str(), call.segments.len(), verb)
}

fn of_models(service: &Arc<Service>, call: &Call<'_>) -> Answer {
    Some(match shape(call) {
        ("POST", 1, "upload") => models::upload(service, call),
        ("GET", 1, "") => models::list(service, call),
        ("GET", 2, "") => models::get(service, call),
        ("PATCH", 2, "") => models::patch(service, call),
        ("DELETE", 2, "") => models::delete(service, call),
        ("GET", 2, "listVersions") => versions::list(service, call),
        ("DELETE", 2, "deleteVersion") => versions::delete(service, call),
        ("POST", 2, "mergeVersionAliases") => versions::merge_aliases(service, call),
        _ => return None,
    })
}

fn of_endpoints(service: &Arc<Service>, call: &Call<'_>) -> Answer {
    Some(match shape(call) {
        ("POST", 1, "") => endpoints::create(service, call),
        ("GET", 1, "") => endpoints::list(service, call),
        ("GET", 2, "") => endpoints::get(service, call),
        ("PATCH", 2, "") => endpoints::patch(service, call),
        ("POST", 2, "update") => endpoints::update(service, call),
        ("DELETE", 2, "") => endpoints::delete(service, call),
        ("POST", 2, "deployModel") => deployments::deploy(service, call),
        ("POST", 2, "undeployModel") => deployments::undeploy(service, call),
        ("POST", 2, "mutateDeployedModel") => deployments::mutate(service, call),
        _ => return None,
    })
}

fn of_operations(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let is_list = call
        .segments
        .last()
        .is_some_and(|last| last == "operations");
    match (call.method.as_str(), is_list, call.verb.as_deref()) {
        ("GET", true, None) => operations::list(service, call),
        ("GET", false, None) => operations::get(service, call),
        ("DELETE", false, None) => operations::delete(service, call),
        ("POST", false, Some("wait")) => operations::wait(service, call),
        ("POST", false, Some("cancel")) => operations::cancel(service, call),
        _ => Err(unknown_method(call)),
    }
}

fn of_monitoring_jobs(service: &Arc<Service>, call: &Call<'_>) -> Answer {
    const SEARCH: &str = "searchModelDeploymentMonitoringStatsAnomalies";
    Some(match shape(call) {
        ("POST", 1, "") => monitoring_jobs::create(service, call),
        ("GET", 1, "") => monitoring_jobs::list(service, call),
        ("GET", 2, "") => monitoring_jobs::get(service, call),
        ("PATCH", 2, "") => monitoring_jobs::patch(service, call),
        ("DELETE", 2, "") => monitoring_jobs::delete(service, call),
        ("POST", 2, "pause") => monitoring_jobs::pause(service, call),
        ("POST", 2, "resume") => monitoring_jobs::resume(service, call),
        ("POST", 2, SEARCH) => monitoring_jobs::search(service, call),
        ("POST", 2, "runNow") => monitoring_jobs::run_now(service, call),
        _ => return None,
    })
}

fn of_pipelines(service: &Arc<Service>, call: &Call<'_>) -> Answer {
    Some(match shape(call) {
        ("POST", 1, "") => pipelines::create(service, call),
        ("GET", 1, "") => pipelines::list(service, call),
        ("GET", 2, "") => pipelines::get(service, call),
        ("DELETE", 2, "") => pipelines::delete(service, call),
        ("POST", 2, "cancel") => pipelines::cancel(service, call),
        _ => return None,
    })
}

fn of_batches(service: &Arc<Service>, call: &Call<'_>) -> Answer {
    Some(match shape(call) {
        ("POST", 1, "") => batches::create(service, call),
        ("GET", 1, "") => batches::list(service, call),
        ("GET", 2, "") => batches::get(service, call),
        ("DELETE", 2, "") => batches::delete(service, call),
        ("POST", 2, "cancel") => batches::cancel(service, call),
        _ => return None,
    })
}

fn unknown_collection(name: &str) -> Failure {
    match did_you_mean(name, COLLECTIONS) {
        Some(hint) => {
            let message = format!("there is no collection `{name}`; {hint}");
            Failure::new(Code::NotFound, message)
        }
        None => Failure::unimplemented(format!(
            "`{name}` is not served on this machine; these collections are: {}",
            COLLECTIONS.join(", ")
        )),
    }
}

fn unknown_method(call: &Call<'_>) -> Failure {
    let verb = match &call.verb {
        Some(verb) => format!(":{verb}"),
        None => String::new(),
    };
    Failure::unimplemented(format!(
        "`{} {}{verb}` is not served on this machine; docs/serve.md lists what is",
        call.method,
        call.path()
    ))
}
