//! Sends a pipeline to Vertex AI

use diagnostic::code;

use super::Pipeline;
use crate::client::{Client, Failure, Stop};
use crate::resource::{Parent, PipelineJob, RuntimeConfig};

/// How a pipeline is sent
#[derive(Debug, Clone, Default)]
pub struct Submission {
    /// The job's id; lower-case letters, digits and `-`
    pub id: String,
    /// The account that the tasks run as
    pub service_account: Option<String>,
    /// The network that the tasks run in
    pub network: Option<String>,
}

/// The job of a pipeline
///
/// # Errors
/// An action has no form in a pipeline, or there is no root
pub fn job(pipeline: &Pipeline<'_>, submission: &Submission) -> Result<PipelineJob, Failure> {
    let spec = pipeline.spec().map_err(|found| Failure {
        help: found.help,
        ..Failure::new(found.code, found.message)
    })?;
    let Some(root) = &pipeline.root else {
        return Err(Failure::new(
            code::USAGE,
            "a pipeline that is sent needs a folder for what its tasks make",
        )
        .help("name it with `--root gs://BUCKET/FOLDER`"));
    };
    let mut job = PipelineJob {
        display_name: pipeline.name.clone(),
        pipeline_spec: Some(spec),
        runtime_config: Some(RuntimeConfig {
            gcs_output_directory: root.clone(),
            ..RuntimeConfig::default()
        }),
        service_account: submission.service_account.clone().unwrap_or_default(),
        ..PipelineJob::default()
    };
    if let Some(network) = &submission.network {
        job.rest
            .insert("network".to_owned(), network.clone().into());
    }
    Ok(job)
}

/// Sends a pipeline; gives the job as the service knows it
///
/// # Errors
/// It cannot be written, or the service refuses it
pub fn submit(
    client: &Client,
    pipeline: &Pipeline<'_>,
    submission: &Submission,
    stop: &Stop,
) -> Result<PipelineJob, Failure> {
    let job = job(pipeline, submission)?;
    let parent = Parent {
        project: pipeline.project.clone(),
        location: pipeline.region.clone(),
    };
    let path = format!("{parent}/pipelineJobs?pipelineJobId={}", submission.id);
    client.post(&path, &job, stop)
}
