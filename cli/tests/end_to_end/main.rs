//! The program as people meet it: commands in, exit codes, texts and warehouses out

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test whose preparation fails has nothing else to do"
)]

mod assertions;
mod bad_input;
mod caching;
mod checking;
mod commands;
mod drop_in;
mod environments;
mod faults;
mod formatting;
mod lineage_events;
mod output;
mod pipeline;
mod scratch;
mod scripts;
mod unit_tests;
