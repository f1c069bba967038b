//! BigQuery as an engine: against an emulator where it is installed, and against a server that answers what
//! the test tells it to, for what no emulator does

#![cfg(feature = "gcp")]
#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

mod emulator;
mod faults;
mod server;
