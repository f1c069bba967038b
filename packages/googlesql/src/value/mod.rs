//! What values look like as text, and back: shared by literals at analysis and by functions at run
//! time, so both agree

pub mod decimal;
pub mod format;
pub mod json;
pub mod number;
pub mod pattern;
pub mod picture;
pub mod temporal;
pub mod zone;
