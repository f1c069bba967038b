//! Any text as a SQLX file: its tree, its parts, its JavaScript and the way back from compiled SQL

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| sqlx_compiler::fuzzing::sqlx(text));
