//! What formatting must not change: everything but white space, the case of SQL's words and the order of blocks

use std::cmp::Ordering;

use crate::text::is_space;
use crate::{Change, FormatError, Language};

/// Compares what two texts consist of, apart from white space
///
/// # Errors
/// They differ
pub fn same_content(before: &str, after: &str, language: Language) -> Result<(), FormatError> {
    let (old, new) = (content(before, language), content(after, language));
    let change = match new.len().cmp(&old.len()) {
        Ordering::Greater => Change::Added,
        Ordering::Less => Change::Removed,
        Ordering::Equal if old == new => return Ok(()),
        Ordering::Equal => Change::Replaced,
    };
    Err(FormatError::Changed(change))
}

/// JavaScript keeps its order and case; the blocks of a SQLX file move, so that only what there is counts
fn content(text: &str, language: Language) -> Vec<char> {
    let solid = text.chars().filter(|&character| !is_space(character));
    match language {
        Language::JavaScript => solid.collect(),
        Language::Sqlx => {
            let mut content: Vec<char> = solid
                .map(|character| character.to_ascii_uppercase())
                .collect();
            content.sort_unstable();
            content
        }
    }
}
