//! Pipelines: kept here, run by whoever knows how

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::call::Call;
use super::{Service, found, listing, operations, stamp, versions};
use crate::failure::{Code, Failure};
use crate::resource::{
    PipelineJob, PipelineJobDetail, PipelineState, PipelineTaskDetail, ResourceName,
};

const COLLECTION: &str = "pipelineJobs";

/// Runs pipelines
pub trait PipelineRunner: Send + Sync {
    /// Runs a pipeline to its end in the calling thread, and tells of its tasks meanwhile
    ///
    /// # Errors
    /// Why the pipeline failed, or cannot be run here
    fn run(&self, job: &PipelineJob, progress: &dyn PipelineProgress) -> Result<(), String>;
}

/// Who hears of a pipeline's tasks
pub trait PipelineProgress {
    /// A task is now so; the task's name tells it from others
    fn task(&self, detail: PipelineTaskDetail);
    /// Whether the pipeline is to stop
    fn is_cancelled(&self) -> bool;
}

/// `POST …/pipelineJobs?pipelineJobId=…`
pub fn create(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let mut job: PipelineJob = call.read_body()?;
    super::check_labels(&job.labels)?;
    let runner = service.pipelines.clone();
    let spec = job.pipeline_spec.as_ref().filter(|spec| spec.is_object());
    let Some(spec) = spec else {
        let message = match job.template_uri.as_str() {
            "" => "a compiled pipeline is required",
            _ => "templates of a registry are not fetched; give the compiled pipeline",
        };
        return Err(Failure::field("pipelineSpec", message));
    };
    if !spec["root"].is_object() {
        return Err(Failure::field("pipelineSpec.root", "a pipeline has a root"));
    }
    let given = call.parameter("pipelineJobId");
    let id = stamp::chosen_id("pipelineJobId", given)?;
    let name = call.parent.child(COLLECTION, &id);
    job.name = name.to_string();
    if job.display_name.is_empty() {
        job.display_name.clone_from(&id);
    }
    job.create_time = stamp::now();
    job.update_time.clone_from(&job.create_time);
    job.state = PipelineState::Pending;
    service.store.transact(|transaction| {
        if transaction.get(&job.name).is_some() {
            let message = format!("`{name}` is there already");
            return Err(Failure::new(Code::AlreadyExists, message));
        }
        transaction.put(&job.name, &job)
    })?;
    let begun = name.clone();
    service.in_background(move |service| match runner {
        Some(runner) => execute(service, &begun, runner.as_ref()),
        None => end(
            service,
            &begun,
            Err(
                "no pipelines are run here: `sqlx-run serve` runs them in a project's folder"
                    .into(),
            ),
        ),
    })?;
    Ok(found(&service.store, &name)?.as_ref().clone())
}

struct Progress<'a> {
    service: &'a Service,
    name: &'a ResourceName,
}

impl PipelineProgress for Progress<'_> {
    fn task(&self, detail: PipelineTaskDetail) {
        let noted = change(self.service, self.name, |job| {
            let tasks = &mut job
                .job_detail
                .get_or_insert_with(PipelineJobDetail::default);
            let tasks = &mut tasks.task_details;
            let same = tasks
                .iter_mut()
                .find(|task| task.task_name == detail.task_name);
            match same {
                Some(task) => *task = detail,
                None => tasks.push(detail),
            }
        });
        if let Err(failure) = noted {
            (self.service.log)(&format!("{}: {}", self.name, failure.message));
        }
    }

    fn is_cancelled(&self) -> bool {
        let job: Option<PipelineJob> = self.service.store.read(&self.name.to_string());
        self.service.stopping.load(Ordering::SeqCst)
            || job.is_none_or(|job| job.state == PipelineState::Cancelling)
    }
}

fn execute(service: &Arc<Service>, name: &ResourceName, runner: &dyn PipelineRunner) {
    let begun = change(service, name, |job| {
        job.state = PipelineState::Running;
        job.start_time = stamp::now();
    });
    let outcome = match begun {
        Ok(job) => runner.run(&job, &Progress { service, name }),
        Err(failure) => Err(failure.message),
    };
    end(service, name, outcome);
}

fn end(service: &Service, name: &ResourceName, outcome: Result<(), String>) {
    let noted = change(service, name, |job| {
        job.end_time = stamp::now();
        match outcome {
            _ if job.state == PipelineState::Cancelling => job.state = PipelineState::Cancelled,
            Ok(()) => job.state = PipelineState::Succeeded,
            Err(reason) => {
                job.state = PipelineState::Failed;
                job.error = Some(Failure::precondition(reason).status());
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
    change: impl FnOnce(&mut PipelineJob),
) -> Result<PipelineJob, Failure> {
    service.store.transact(|transaction| {
        let mut job: PipelineJob = super::found_as(transaction, name)?;
        change(&mut job);
        job.update_time = stamp::now();
        transaction.put(&job.name, &job)?;
        Ok(job)
    })
}

fn is_over(state: PipelineState) -> bool {
    matches!(
        state,
        PipelineState::Succeeded | PipelineState::Failed | PipelineState::Cancelled
    )
}

/// Pipelines of a killed process have failed
///
/// # Errors
/// The change cannot be kept
pub fn fail_interrupted(service: &Service) -> Result<(), Failure> {
    for (name, value) in service.store.beginning("projects/") {
        let name = ResourceName::parse(&name).filter(|name| name.collection == COLLECTION);
        let Some(name) = name else { continue };
        let job: PipelineJob = serde_json::from_value(value.as_ref().clone())?;
        if !is_over(job.state) {
            end(
                service,
                &name,
                Err("the server ended while the pipeline ran".into()),
            );
        }
    }
    Ok(())
}

/// `GET …/pipelineJobs/ID`
pub fn get(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    Ok(found(&service.store, &name(call)?)?.as_ref().clone())
}

/// `GET …/pipelineJobs`
pub fn list(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let mut all = super::collection(&service.store, &call.parent, COLLECTION);
    for job in &mut all {
        // as documented, lists leave out what is large
        if let Value::Object(fields) = job {
            fields.remove("pipelineSpec");
        }
    }
    listing::page(call, COLLECTION, all)
}

/// `POST …/pipelineJobs/ID:cancel`
pub fn cancel(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    change(service, &name(call)?, |job| {
        if !is_over(job.state) {
            job.state = PipelineState::Cancelling;
        }
    })?;
    Ok(json!({}))
}

/// `DELETE …/pipelineJobs/ID`
pub fn delete(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = name(call)?;
    service.store.transact(|transaction| {
        let job: PipelineJob = super::found_as(transaction, &name)?;
        if !is_over(job.state) {
            return Err(Failure::precondition(format!(
                "`{name}` still runs; cancel it first"
            )));
        }
        transaction.remove(&job.name);
        operations::done(
            transaction,
            call,
            &call.parent.to_string(),
            "DeleteOperationMetadata",
            versions::empty(),
        )
    })
}

fn name(call: &Call<'_>) -> Result<ResourceName, Failure> {
    call.name().ok_or_else(|| {
        let message = format!("`{}` is no pipeline's name", call.path());
        Failure::field("name", message)
    })
}
