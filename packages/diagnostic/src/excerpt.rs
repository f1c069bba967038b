//! The few lines of a text that are shown around a place; long lines are cut

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::{Location, line_column};

/// Longer lines, in characters, are cut
const LONGEST: usize = 160;

/// How many characters of a cut line stand before what is pointed at
const BEFORE: usize = 60;

/// Of a place with more lines, only the first line is marked
const MOST_LINES: usize = 6;

/// What stands for what is cut off
const CUT: char = '…';

/// Lines of one text with the places that are marked in them
pub struct Excerpt {
    file: String,
    text: String,
    /// The number of lines before the excerpt
    skipped: usize,
    /// The places, in the order in which they were given: bytes of the excerpt and their true column
    pub marks: Vec<(Range<usize>, usize)>,
}

impl Excerpt {
    /// The lines from `context` lines before the first to as many after the last of the spans of a text
    pub fn new(location: &Location, spans: &[Range<usize>], context: usize) -> Self {
        let source = &*location.source;
        let spans: Vec<Range<usize>> = spans.iter().map(|span| first_lines(source, span)).collect();
        let first = spans
            .iter()
            .map(|span| span.start)
            .min()
            .unwrap_or_default();
        let last = spans.iter().map(|span| span.end).max().unwrap_or_default();
        let (mut start, _) = line_of(source, first);
        let (_, mut end) = line_of(source, last);
        for _ in 0..context {
            start = start
                .checked_sub(1)
                .map_or(0, |before| line_of(source, before).0);
            if end + 1 < source.len() {
                end = line_of(source, end + 1).1;
            }
        }
        let mut excerpt = Self {
            file: location.file.clone(),
            text: String::new(),
            skipped: line_column(source, start).0 - 1,
            marks: spans
                .iter()
                .map(|span| (0..0, line_column(source, span.start).1))
                .collect(),
        };
        let mut at = start;
        while at <= end {
            let (_, line_end) = line_of(source, at);
            excerpt.add_line(source, at..line_end, &spans);
            at = line_end + 1;
        }
        excerpt
    }

    fn add_line(&mut self, source: &str, line: Range<usize>, spans: &[Range<usize>]) {
        let inside = |offset: usize| line.start <= offset && offset <= line.end;
        let focus = spans
            .iter()
            .map(|span| span.start)
            .find(|start| inside(*start));
        let text = source[line.clone()].trim_end_matches('\r');
        let (shown, moved) = clip(text, focus.map_or(0, |focus| focus - line.start));
        let place = |offset: usize| {
            let within = (offset - line.start).saturating_sub(moved);
            let within = if moved > 0 {
                within + CUT.len_utf8()
            } else {
                within
            };
            let mut within = within.min(shown.len());
            while !shown.is_char_boundary(within) {
                within -= 1;
            }
            self.text.len() + within
        };
        for (span, (mark, _)) in spans.iter().zip(&mut self.marks) {
            if inside(span.start) {
                mark.start = place(span.start);
                mark.end = mark.end.max(mark.start);
            }
            if inside(span.end) {
                mark.end = place(span.end).max(mark.start);
            }
        }
        self.text.push_str(&shown);
        self.text.push('\n');
    }
}

/// The start and the end, without the line feed, of the line that the byte `at` is in
pub fn line_of(text: &str, at: usize) -> (usize, usize) {
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    let end = text[at..].find('\n').map_or(text.len(), |after| at + after);
    (start, end)
}

/// A line as it is shown, and how many bytes of it are left out before what is shown: of a long one only
/// what is around the byte `focus`
pub fn clip(line: &str, focus: usize) -> (String, usize) {
    if line.len() <= LONGEST || line.chars().nth(LONGEST).is_none() {
        return (line.to_owned(), 0);
    }
    let focus = focus.min(line.len());
    let start = line[..focus]
        .char_indices()
        .rev()
        .nth(BEFORE)
        .map_or(0, |(at, _)| at);
    let end = line[start..]
        .char_indices()
        .nth(LONGEST)
        .map_or(line.len(), |(at, _)| start + at);
    let mut shown = String::new();
    if start > 0 {
        shown.push(CUT);
    }
    shown.push_str(&line[start..end]);
    if end < line.len() {
        shown.push(CUT);
    }
    (shown, start)
}

/// A span, or of one with many lines its first line
fn first_lines(source: &str, span: &Range<usize>) -> Range<usize> {
    if source[span.clone()].matches('\n').count() < MOST_LINES {
        return span.clone();
    }
    let (_, end) = line_of(source, span.start);
    span.start..end
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.text.read_span(span, before, after)?;
        let column = self
            .marks
            .iter()
            .find(|(mark, _)| mark.start == contents.span().offset())
            .map_or(contents.column(), |(_, column)| column - 1);
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.clone(),
            contents.data(),
            *contents.span(),
            contents.line() + self.skipped,
            column,
            contents.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_around_the_place() {
        let line = format!("{}here{}", "é".repeat(70_000), "x".repeat(70_000));
        let at = line.find("here").unwrap_or_default();
        let text = format!("first\n{line}\nlast\n");
        let location = Location::new("a.sqlx", text, 6 + at..6 + at + 4);
        let excerpt = Excerpt::new(&location, std::slice::from_ref(&location.span), 1);
        let (mark, column) = &excerpt.marks[0];
        assert_eq!(&excerpt.text[mark.clone()], "here");
        assert_eq!(*column, 70_001);
        assert!(excerpt.text.len() < 400);
        assert!(excerpt.text.starts_with("first\n…é") && excerpt.text.ends_with("x…\nlast\n"));
    }
}
