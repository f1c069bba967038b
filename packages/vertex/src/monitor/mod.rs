//! Watches what endpoints are asked: keeps a sample of the requests, compares windows of it with the training
//! data and with the window before, and tells of what is too far off

mod alert;
mod distance;
mod log;
mod look;
mod observed;
mod report;
mod watch;

pub use alert::Alerts;
pub use distance::{Measure, distance};
pub use log::{RequestLog, log_name};
pub use look::look;
pub use report::{DEFAULT_THRESHOLD, Finding, Objective, Window, thresholds, windows};
pub use watch::watch;
