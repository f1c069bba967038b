//! Where a stretch of compiled SQL comes from in the SQLX file

use std::ops::Range;

use super::escape::{cook_comment, normalise_lines};
use super::extract::{Parts, PieceKind, Statement};

/// Which SQL of an action
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SqlPart {
    /// The query of a table, view, assertion or data preparation
    Query,
    /// The query of an incremental build
    IncrementalQuery,
    /// `incremental_where`
    Where,
    /// The n-th statement before the query
    PreOperation(usize),
    /// The n-th statement after the query
    PostOperation(usize),
    /// The n-th query of an operation
    Operation(usize),
}

/// The bytes of the file that the bytes `span` of the compiled `sql` come from; a position in the
/// value of a placeholder leads to the placeholder
pub fn locate(
    file: &str,
    parts: &Parts,
    part: SqlPart,
    sql: &str,
    span: Range<usize>,
) -> Option<Range<usize>> {
    let (statements, first) = match part {
        SqlPart::Query | SqlPart::IncrementalQuery => (Some(&parts.statements), 0),
        SqlPart::Operation(at) => (Some(&parts.statements), at),
        SqlPart::Where => (parts.incremental_where.as_ref(), 0),
        SqlPart::PreOperation(at) => (parts.pre_operations.as_ref(), at),
        SqlPart::PostOperation(at) => (parts.post_operations.as_ref(), at),
    };
    let statements = statements?;
    // Dropped blank statements and operations from the config shift the numbers: any that fits will do.
    let expected = statements.get(first).into_iter();
    expected
        .chain(statements.iter())
        .find_map(|statement| align(file, statement, sql))
        .map(|spots| source_range(&spots, span))
}

/// Where a stretch of the query of a unit test comes from
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestedPlace {
    /// Bytes of the file of the tested action
    Tested(Range<usize>),
    /// Bytes of the file of the test, in one of its `input` blocks
    Input(Range<usize>),
}

/// The bytes of a file that the bytes `span` of a tested query come from; a position in what stands for a
/// reference leads into the `input` block that it was made of, where that is known
pub fn locate_tested(
    file: &str,
    parts: &Parts,
    inputs: Option<(&str, &Parts)>,
    sql: &str,
    span: Range<usize>,
) -> Option<TestedPlace> {
    let incremental = sql
        .strip_prefix(WHERE_BEFORE)
        .and_then(|rest| rest.rsplit_once(WHERE_BETWEEN));
    let wrapped = incremental.map(|(query, condition)| {
        let end = WHERE_BEFORE.len() + query.len();
        let within =
            |start: usize| span.start.saturating_sub(start)..span.end.saturating_sub(start);
        match span.start < end {
            true => (&parts.statements, query, within(WHERE_BEFORE.len())),
            false => (
                parts
                    .incremental_where
                    .as_ref()
                    .unwrap_or(&parts.statements),
                condition,
                within(end + WHERE_BETWEEN.len()),
            ),
        }
    });
    let whole = || {
        let spots = align(file, parts.statements.first()?, sql)?;
        Some((spots, sql, span.clone()))
    };
    let (spots, sql, span) = wrapped
        .and_then(|(statements, sql, span)| {
            Some((align(file, statements.first()?, sql)?, sql, span))
        })
        .or_else(whole)?;
    let placeholder = spots
        .iter()
        .find(|spot| !spot.exact && spot.compiled.contains(&span.start));
    let in_input = placeholder.and_then(|spot| {
        let (file, parts) = inputs?;
        let made = sql[spot.compiled.clone()]
            .strip_prefix('(')?
            .strip_suffix(')')?;
        let start = spot.compiled.start + 1;
        let span = span.start.checked_sub(start)?..span.end.checked_sub(start)?.min(made.len());
        let mut blocks = parts
            .inputs
            .iter()
            .filter_map(|input| input.statements.first());
        let spots = blocks.find_map(|statement| align(file, statement, made))?;
        Some(source_range(&spots, span))
    });
    Some(match in_input {
        Some(range) => TestedPlace::Input(range),
        None => TestedPlace::Tested(source_range(&spots, span)),
    })
}

/// What stands around the query of an incremental run and the condition of its `incremental_where`
pub const WHERE_BEFORE: &str = "\n  select * from (";
/// What stands between the two
pub const WHERE_BETWEEN: &str = ") as subquery\n    where ";

/// A stretch of compiled SQL and where it comes from
struct Spot {
    compiled: Range<usize>,
    source: Range<usize>,
    /// For text, the bytes of the file that each byte of the compiled text comes from, where the two differ
    offsets: Option<Vec<usize>>,
    exact: bool,
}

fn align(file: &str, statement: &Statement, sql: &str) -> Option<Vec<Spot>> {
    // a data preparation's query is trimmed
    let lead = leading_trim(file, statement, sql);
    let texts = texts(file, statement);
    let last_text = texts.iter().rposition(|(text, _)| text.is_some());
    let mut spots = Vec::new();
    let mut at = 0;
    let mut waiting: Vec<Range<usize>> = Vec::new();
    for (number, (text, source)) in texts.iter().enumerate() {
        let Some(text) = text else {
            waiting.push(source.clone());
            continue;
        };
        let wanted = if number == 0 {
            &text[lead.min(text.len())..]
        } else {
            text
        };
        let last = Some(number) == last_text && number + 1 == texts.len();
        let start = if waiting.is_empty() {
            sql[at..].starts_with(wanted).then_some(at)
        } else if last {
            let end = sql.len().checked_sub(wanted.len())?;
            (end >= at && sql.is_char_boundary(end) && sql[end..] == *wanted).then_some(end)
        } else {
            sql[at..].find(wanted).map(|found| at + found)
        };
        // trailing white space may be trimmed too
        let (start, length) = match start {
            Some(start) => (start, wanted.len()),
            None if last && sql[at..].starts_with(wanted.trim_end()) => {
                (at, wanted.trim_end().len())
            }
            None => return None,
        };
        fill(&mut spots, &mut waiting, at..start);
        let skipped = if number == 0 { lead } else { 0 };
        let offsets = offsets(&file[source.clone()], source.start);
        spots.push(Spot {
            compiled: start..start + length,
            source: source.start + skipped..source.end,
            offsets: offsets.map(|offsets| offsets[skipped.min(offsets.len())..].to_vec()),
            exact: true,
        });
        at = start + length;
    }
    if waiting.is_empty() && at != sql.len() {
        return None;
    }
    fill(&mut spots, &mut waiting, at..sql.len());
    Some(spots)
}

/// Gives the placeholders between two texts what lies between them
fn fill(spots: &mut Vec<Spot>, waiting: &mut Vec<Range<usize>>, compiled: Range<usize>) {
    if let (Some(first), Some(last)) = (waiting.first(), waiting.last()) {
        spots.push(Spot {
            compiled,
            source: first.start..last.end,
            offsets: None,
            exact: false,
        });
    }
    waiting.clear();
}

/// The statement as texts and stretches of unknown text, adjacent texts kept apart
fn texts(file: &str, statement: &Statement) -> Vec<(Option<String>, Range<usize>)> {
    statement
        .pieces
        .iter()
        .map(|piece| {
            let text = &file[piece.span.clone()];
            let known = match piece.kind {
                PieceKind::Text => Some(normalise_lines(text)),
                PieceKind::Comment => cook_comment(text),
                PieceKind::Placeholder | PieceKind::QuotedPlaceholder => None,
            };
            (known, piece.span.clone())
        })
        .collect()
}

fn leading_trim(file: &str, statement: &Statement, sql: &str) -> usize {
    let Some(first) = statement.pieces.first() else {
        return 0;
    };
    let text = normalise_lines(&file[first.span.clone()]);
    if first.kind != PieceKind::Text || sql.starts_with(|first: char| first.is_whitespace()) {
        return 0;
    }
    text.len() - text.trim_start().len()
}

/// Where each byte of the text comes from, when carriage returns make a difference
fn offsets(text: &str, start: usize) -> Option<Vec<usize>> {
    if !text.contains('\r') {
        return None;
    }
    let bytes = text.as_bytes();
    let kept = bytes
        .iter()
        .enumerate()
        .filter(|(at, byte)| !(**byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')))
        .map(|(at, _)| start + at);
    Some(kept.collect())
}

fn source_range(spots: &[Spot], span: Range<usize>) -> Range<usize> {
    let start = source_offset(spots, span.start, false);
    let end = source_offset(spots, span.end.max(span.start), true);
    start..end.max(start)
}

fn source_offset(spots: &[Spot], offset: usize, end: bool) -> usize {
    let inside = |spot: &&Spot| {
        if end {
            spot.compiled.start < offset && offset <= spot.compiled.end
        } else {
            spot.compiled.start <= offset && offset < spot.compiled.end
        }
    };
    let Some(spot) = spots.iter().find(inside) else {
        return spots.last().map_or(0, |spot| spot.source.end);
    };
    if !spot.exact {
        return if end {
            spot.source.end
        } else {
            spot.source.start
        };
    }
    let within = offset - spot.compiled.start;
    match &spot.offsets {
        // the end lies after its last byte, and before the line end that follows
        Some(offsets) if end => offsets.get(within - 1).map_or(spot.source.end, |at| at + 1),
        Some(offsets) => offsets.get(within).copied().unwrap_or(spot.source.end),
        None => spot.source.start + within,
    }
}

#[cfg(test)]
mod tests {
    use super::super::extract::extract;
    use super::*;

    fn found(file: &str, part: SqlPart, sql: &str, word: &str) -> Option<String> {
        let start = sql.find(word)?;
        let parts = extract(file).ok()?;
        let range = locate(file, &parts, part, sql, start..start + word.len())?;
        Some(file[range].to_owned())
    }

    #[test]
    fn text_leads_to_itself_and_values_to_their_placeholder() {
        let file = "config { type: \"table\" }\r\nselect a,\r\n  b /* c */ from ${ref(\"x\")} where ${f()} z\npre_operations {\n  set q\n}\n";
        let sql = "\nselect a,\n  b /* c */ from `p.d.x` where d = 1 z\n\n";
        for (word, place) in [
            ("a", "a"),
            ("b", "b"),
            ("d.x", "${ref(\"x\")}"),
            ("d = 1", "${f()}"),
            ("z", "z"),
        ] {
            assert_eq!(
                found(file, SqlPart::Query, sql, word).as_deref(),
                Some(place)
            );
        }
        let set = found(file, SqlPart::PreOperation(0), "\n  set q\n", "q");
        assert_eq!(set.as_deref(), Some("q"));
        assert_eq!(found(file, SqlPart::Query, "other text", "text"), None);
    }
}
