//! Vertex AI: its resources, an endpoint on this machine that serves them as Vertex AI does, and the side that asks,
//! which makes actions so and writes pipelines
//!
//! [`server::Server`] answers HTTP and leads each call to the service, which keeps resources in a
//! store and models ready in memory; [`monitor`] looks at what endpoints were asked.

pub mod action;
pub mod client;
mod failure;
mod metrics;
pub mod monitor;
pub mod pipeline;
pub mod resource;
pub mod server;
mod service;
mod serving;
mod store;

pub use service::{PipelineProgress, PipelineRunner};
