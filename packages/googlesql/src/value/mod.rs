//! What values look like as text, and back: shared by literals at analysis and by functions at run
//! time, so both agree

pub mod analyzer;
pub mod big_decimal;
pub mod bucket;
pub mod bytes_text;
pub mod date_picture;
pub mod decimal;
pub mod decimal_math;
pub mod format;
pub mod format_number;
pub mod hyperloglog;
pub mod interval;
pub mod json;
pub mod json_path;
pub mod json_text;
pub mod letters;
pub mod number;
pub mod number_picture;
pub mod pattern;
pub mod pattern_class;
pub mod picture;
pub mod picture_parse;
pub mod preprocessing;
pub mod range;
pub mod statistics;
pub mod temporal;
pub mod zone;

/// The most elements of an array that is generated, which the engine folds into 128 bytes each
pub const MOST_ELEMENTS: usize = 1 << 24;
