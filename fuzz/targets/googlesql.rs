//! Any text as GoogleSQL

#![no_main]

mod front_end;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| front_end::check(text));
