//! Vertex AI's resources as its REST interface (v1) writes them: camelCase, what is empty left out,
//! and every field that is not known here kept as it came

mod batch;
mod endpoint;
mod enumeration;
mod model;
mod monitoring;
mod name;
mod operation;
mod pipeline;
mod prediction;

pub use batch::{
    BatchInput, BatchOutput, BatchOutputInfo, BatchPredictionJob, BigQueryDestination,
    BigQuerySource, CompletionStats, GcsDestination, GcsSource,
};
pub use endpoint::{
    AutomaticResources, DedicatedResources, DeployModelRequest, DeployedModel, Endpoint,
    MachineSpec, MutateDeployedModelRequest, NEW_MODEL, UndeployModelRequest,
};
pub use enumeration::{JobState, MonitoringScheduleState, PipelineState, PipelineTaskState};
pub use model::{
    ContainerSpec, DEFAULT_ALIAS, DeployedModelRef, MergeVersionAliasesRequest, Model, Port,
    UploadModelRequest, UploadModelResponse,
};
pub use monitoring::{
    AlertConfig, DriftDetection, EmailAlerts, LoggingSampling, ModelDeploymentMonitoringJob,
    MonitoringSchedule, ObjectiveConfig, ObjectiveForModel, RandomSample, SkewDetection, Threshold,
    TrainingDataset,
};
pub use name::{Parent, ResourceName};
pub use operation::{Operation, Status};
pub use pipeline::{
    PipelineJob, PipelineJobDetail, PipelineTaskDetail, PipelineTemplateMetadata, RuntimeConfig,
};
pub use prediction::{Attribution, ExplainResponse, Explanation, PredictRequest, PredictResponse};

use serde_json::{Map, Value};

/// Fields of a resource that are not known here, kept as they came
pub type Rest = Map<String, Value>;
