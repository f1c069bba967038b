//! Lays out JavaScript as js-beautify 1.15.4 does with two blanks of indentation and at most one blank
//! line: tokens are read one after the other and written with what white space their neighbours ask for
//!
//! The layout reads no grammar. It knows frames (a block, an object, a statement, …) that tokens open and
//! close, so that half-written code is laid out too and never lost.

mod frame;
mod layout;
mod literal;
mod output;
mod scanner;
mod token;

/// The laid-out code, without a newline at its end; line breaks are those that the code has first
pub fn format(code: &str) -> String {
    layout::Layout::new(code, scanner::scan(code)).run()
}
