//! The exit codes, which are part of the interface

use diagnostic::{Diagnostic, code};

/// Done
pub const OK: u8 = 0;
/// Something failed: an action, a statement, the warehouse
pub const FAILED: u8 = 1;
/// Usage, settings or compile error: nothing was run
pub const USAGE: u8 = 2;
/// Nothing matches the selection
pub const NOTHING_SELECTED: u8 = 4;
/// Interrupted
pub const INTERRUPTED: u8 = 130;

/// The exit code of a diagnostic that ends a command
pub fn of(diagnostic: &Diagnostic) -> u8 {
    if diagnostic.code == code::NOTHING_SELECTED {
        return NOTHING_SELECTED;
    }
    // a source that is named wrongly is found before anything runs
    if diagnostic.code == code::SOURCE_UNREADABLE {
        return USAGE;
    }
    // nothing was served
    if diagnostic.code == code::SERVER_UNPROTECTED {
        return USAGE;
    }
    match diagnostic.code.id.as_bytes().first() {
        Some(b'P' | b'C' | b'U') => USAGE,
        _ => FAILED,
    }
}
