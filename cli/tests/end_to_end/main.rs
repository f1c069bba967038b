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
mod exporting;
mod faults;
mod formatting;
mod killed;
mod kills;
mod lineage_events;
mod models;
mod output;
mod pipeline;
mod pipelines;
mod resuming;
mod scratch;
mod scripts;
mod serving;
mod unchanged;
mod unit_tests;
