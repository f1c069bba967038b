//! What values look like as text, and back: shared by literals at analysis and by functions at run
//! time, so both agree

pub mod big_decimal;
pub mod decimal;
pub mod decimal_math;
pub mod format;
pub mod interval;
pub mod json;
pub mod number;
pub mod pattern;
pub mod picture;
pub mod picture_parse;
pub mod temporal;
pub mod zone;
