//! Vertex AI's resources, and an endpoint on this machine that serves them as Vertex AI does

pub mod resource;
