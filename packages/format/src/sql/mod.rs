//! Lays out one SQL statement as `google-sql-syntax-ts` 1.0.3 does
//!
//! A statement is a row of pieces with gaps between them. Rules change the case of words and turn gaps
//! into line breaks or back; in the end the lines are indented by their open parentheses. The rules
//! know words, not syntax, and their order matters: each sees what the ones before it left.

mod breaks;
mod case;
mod joins;
mod lines;
mod pieces;
mod words;

/// The laid-out statement, without white space at its ends
pub fn format(statement: &str) -> String {
    let mut pieces = pieces::split(statement);
    case::raise_keywords(&mut pieces);
    case::raise_functions(&mut pieces);
    breaks::before_line_words(&mut pieces);
    joins::create_or_replace(&mut pieces);
    breaks::around_clauses(&mut pieces);
    joins::clause_words(&mut pieces);
    breaks::after_commas(&mut pieces);
    joins::windows(&mut pieces);
    joins::conditions(&mut pieces);
    lines::indent(&pieces)
}
