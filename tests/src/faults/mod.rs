//! What a killed process leaves behind

pub mod kill;
mod project;
