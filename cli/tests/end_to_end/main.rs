//! The program as people meet it: commands in, exit codes, texts and warehouses out

mod bad_input;
mod commands;
mod faults;
mod pipeline;
mod scratch;
