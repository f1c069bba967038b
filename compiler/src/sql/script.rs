//! Text that remembers which stretches of it the user wrote, and the joining of statements

use std::ops::Range;
use std::sync::Arc;

use super::{SqlPart, comments};

/// A script, and where in it stands what the user wrote
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statement {
    /// What is sent
    pub sql: String,
    /// Stretches of the user's SQL, in order; one text can stand in several
    pub parts: Vec<Part>,
    /// The statements that were joined, in order, each with what it is for
    pub pieces: Vec<Piece>,
}

/// A stretch of the user's SQL within a statement
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Bytes of the statement
    pub range: Range<usize>,
    /// Which SQL of the action it is
    pub origin: SqlPart,
    /// All of that SQL as it was compiled
    pub text: Arc<str>,
    /// Where in `text` the stretch begins: joining trims and moves comments
    pub offset: usize,
}

/// One of the statements that were joined; it may itself be a script
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Bytes of the statement, with the semicolon and comment that belong to it
    pub range: Range<usize>,
    /// What it is for
    pub role: Role,
}

/// What one of the joined statements is for
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A statement of the user: before or after the build, or of an operation
    Operation,
    /// Removes what stands in the way of the build
    Drop,
    /// Makes the columns of the table fit those of the query, or fails
    SchemaChange,
    /// Creates the table or view, or adds to it
    Build,
    /// Counts the failing rows of an assertion
    Check,
}

impl Statement {
    /// The bytes of the user's SQL that bytes `span` of the statement come from: which SQL, its
    /// compiled text, and the range in that; clipped to the stretch in which the span begins
    pub fn origin(&self, span: &Range<usize>) -> Option<(SqlPart, &str, Range<usize>)> {
        let part = self
            .parts
            .iter()
            .find(|part| part.range.contains(&span.start))?;
        let end = span.end.clamp(span.start, part.range.end);
        let start = span.start - part.range.start + part.offset;
        let range = start..start + (end - span.start);
        Some((part.origin, &part.text, range))
    }
}

impl Statement {
    /// The first line that the user wrote within bytes `span`, for a failure that has no nearer place
    pub fn first_line(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let part = self
            .parts
            .iter()
            .find(|part| part.range.start < span.end && span.start < part.range.end)?;
        let text = &self.sql[part.range.clone()];
        let start = part.range.start + (text.len() - text.trim_start().len());
        let line = self.sql[start..part.range.end].lines().next()?.trim_end();
        (!line.is_empty()).then(|| start..start + line.len())
    }
}

/// Text under construction
#[derive(Debug, Clone, Default)]
pub struct Text {
    sql: String,
    parts: Vec<Part>,
}

impl Text {
    /// Text of ours
    pub fn of(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            parts: Vec::new(),
        }
    }

    /// Text of the user's
    pub fn of_part(sql: &str, origin: SqlPart) -> Self {
        let mut text = Self::default();
        text.push_part(sql, origin);
        text
    }

    /// Adds text of ours
    pub fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// Adds text of the user's
    pub fn push_part(&mut self, sql: &str, origin: SqlPart) {
        let start = self.sql.len();
        self.sql.push_str(sql);
        self.parts.push(Part {
            range: start..self.sql.len(),
            origin,
            text: Arc::from(sql),
            offset: 0,
        });
    }

    /// Adds other text with what is remembered of it
    pub fn append(&mut self, other: &Self) {
        let start = self.sql.len();
        self.sql.push_str(&other.sql);
        self.parts.extend(other.parts.iter().map(|part| Part {
            range: part.range.start + start..part.range.end + start,
            ..part.clone()
        }));
    }

    /// A stretch of it
    fn slice(&self, wanted: Range<usize>) -> Self {
        let parts = self.parts.iter().filter_map(|part| {
            let start = part.range.start.max(wanted.start);
            let end = part.range.end.min(wanted.end);
            (start < end).then(|| Part {
                range: start - wanted.start..end - wanted.start,
                offset: part.offset + (start - part.range.start),
                ..part.clone()
            })
        });
        Self {
            sql: self.sql[wanted.clone()].to_owned(),
            parts: parts.collect(),
        }
    }

    fn trim(&self) -> Self {
        let start = self.sql.len() - self.sql.trim_start_matches(is_blank).len();
        let end = self.sql.trim_end_matches(is_blank).len();
        self.slice(start..end.max(start))
    }
}

/// What JavaScript's `trim` takes away
fn is_blank(character: char) -> bool {
    character == '\u{feff}' || (character.is_whitespace() && character != '\u{85}')
}

/// One statement as it is
pub fn single(role: Role, text: Text) -> Statement {
    Statement {
        pieces: vec![Piece {
            range: 0..text.sql.len(),
            role,
        }],
        sql: text.sql,
        parts: text.parts,
    }
}

/// The statements as one script: blank ones dropped, each but the last ended with a semicolon
pub fn join(pieces: Vec<(Role, Text)>) -> Statement {
    let trimmed: Vec<(Role, Text)> = pieces
        .into_iter()
        .map(|(role, text)| (role, text.trim()))
        .filter(|(_, text)| !text.sql.is_empty())
        .collect();
    let mut script = Text::default();
    let mut ranges = Vec::new();
    for (index, (role, text)) in trimmed.iter().enumerate() {
        if index > 0 {
            script.push("\n");
        }
        let start = script.sql.len();
        script.append(&ended(text, index + 1 == trimmed.len()));
        ranges.push(Piece {
            range: start..script.sql.len(),
            role: *role,
        });
    }
    Statement {
        sql: script.sql,
        parts: script.parts,
        pieces: ranges,
    }
}

/// With its semicolon, which goes before a comment on the last line
///
/// Dataform takes any `--` of the last line for a comment, within a string too, and so changes the
/// string; and it ends a statement within a comment that closes it. Here only comments are comments.
fn ended(text: &Text, last: bool) -> Text {
    let sql = &text.sql;
    let comments = comments::find(sql);
    let line = sql.rfind('\n').map_or(0, |at| at + 1);
    let on_last_line = comments
        .iter()
        .map(|comment| comment.start)
        .find(|start| *start >= line && (!last || sql[*start..].starts_with("--")));
    let comment = on_last_line.unwrap_or(sql.len());
    if comment == 0 {
        return text.clone();
    }
    let mut code = if comment == sql.len() {
        text.clone()
    } else {
        text.slice(0..sql[..comment].trim_end_matches(is_blank).len())
    };
    if !last && !code.sql.is_empty() && !code.sql.ends_with(';') {
        let end = code.sql.len();
        if comments
            .iter()
            .any(|comment| comment.start < end && comment.end >= end)
        {
            code.push("\n");
        }
        code.push(";");
    }
    if comment < sql.len() {
        if !code.sql.is_empty() {
            code.push(" ");
        }
        code.append(&text.slice(comment..sql.len()));
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(statements: &[&str]) -> Statement {
        let part = |(index, sql): (usize, &&str)| {
            let text = Text::of_part(sql, SqlPart::PreOperation(index));
            (Role::Operation, text)
        };
        join(statements.iter().enumerate().map(part).collect())
    }

    #[test]
    fn statements_are_trimmed_ended_and_keep_their_comments() {
        let cases: &[(&[&str], &str)] = &[
            (&["a", "b"], "a;\nb"),
            (&[" a; ", "", " \n", "\u{feff}b\n"], "a;\nb"),
            (&["a -- why", "b"], "a; -- why\nb"),
            (&["a\n  -- why", "b -- how"], "a; -- why\nb -- how"),
            (&["a; -- why", "b"], "a; -- why\nb"),
            (&["-- only", "b"], "-- only\nb"),
            (&["a  -- why"], "a -- why"),
            (&["SELECT '--'", "b"], "SELECT '--';\nb"),
            (
                &["SELECT r'\\'--', `a--b`", "b"],
                "SELECT r'\\'--', `a--b`;\nb",
            ),
            (&["SELECT \"\"\"\n--\"\"\""], "SELECT \"\"\"\n--\"\"\""),
            (&["a /* -- */ b", "c"], "a /* -- */ b;\nc"),
            (&["a # why", "b  # how"], "a; # why\nb  # how"),
            (&["a -- why\n-- how", "b"], "a -- why\n; -- how\nb"),
            (&[], ""),
        ];
        for (statements, expected) in cases {
            assert_eq!(joined(statements).sql, *expected);
        }
    }

    #[test]
    fn a_position_leads_back_to_the_statement_that_was_written() {
        let statement = joined(&["  first\n-- why", "\n\n  second column"]);
        let at = |word: &str| {
            let start = statement.sql.find(word).unwrap();
            let (origin, text, range) = statement.origin(&(start..start + word.len())).unwrap();
            (origin, text[range].to_owned())
        };
        assert_eq!(at("first"), (SqlPart::PreOperation(0), "first".into()));
        assert_eq!(at("why"), (SqlPart::PreOperation(0), "why".into()));
        assert_eq!(at("column"), (SqlPart::PreOperation(1), "column".into()));
        let semicolon = statement.sql.find(';').unwrap();
        assert_eq!(statement.origin(&(semicolon..semicolon + 1)), None);
        let pieces: Vec<&str> = statement
            .pieces
            .iter()
            .map(|piece| &statement.sql[piece.range.clone()])
            .collect();
        assert_eq!(pieces, ["first; -- why", "second column"]);
    }
}
