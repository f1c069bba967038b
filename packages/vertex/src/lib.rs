//! Vertex AI's resources, and an endpoint on this machine that serves them as Vertex AI does
//!
//! [`server::Server`] answers HTTP and leads each call to the service, which keeps resources in a
//! store and models ready in memory; [`monitor`] looks at what endpoints were asked.

mod failure;
mod metrics;
pub mod monitor;
pub mod resource;
pub mod server;
mod service;
mod serving;
mod store;

pub use service::{PipelineProgress, PipelineRunner};
