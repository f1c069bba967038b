//! A BigQuery and a Cloud Storage that run on this machine, for tests: local-bigquery, installed from PyPI below the target
//! folder, started on a free port, and asked through BigQuery's REST interface

mod client;
mod install;
mod server;
mod storage;
mod value;

pub use client::{Answer, Client, Refused, Session};
pub use install::{Installation, VERSION, install, installed};
pub use server::Emulator;
pub use storage::{StorageEmulator, install_storage};
pub use value::encoded;
