//! Command line
fn main() {}
