//! Any text as each of the files that are read without JavaScript: settings, actions, graphs, notebooks, …

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| sqlx_compiler::fuzzing::settings(text));
