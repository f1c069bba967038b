//! Watches what endpoints are asked: keeps a sample of the requests, compares windows of it with the training
//! data and with the window before, and tells of what is too far off

mod alert;
mod distance;
mod log;
mod look;
mod observed;
mod report;
mod watch;

pub use distance::{Measure, distance};
pub use report::{DEFAULT_THRESHOLD, Finding, Objective, WatchedJob, Window, jobs, thresholds};

pub(crate) use alert::Alerts;
pub(crate) use log::{RequestLog, log_name};
pub(crate) use look::look;
pub(crate) use report::windows;
pub(crate) use watch::watch;
