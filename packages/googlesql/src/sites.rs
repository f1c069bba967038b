//! Where in a statement an error of the engine can have come from
//!
//! The engine says what went wrong, not where. So the resolver notes which expression became which DuckDB SQL,
//! and an error finds its place where one expression alone can have raised it.

use std::borrow::Cow;
use std::ops::Range;

use crate::tree::{Node, Typed};

/// Stands between the message of a function in Rust and the function's name
pub(crate) const MARK: char = '\u{1}';

/// How deep the parts are looked at that an expression is lowered to
const PARTS: usize = 8;

/// An engine's message without the name of the function that gave it
pub fn without_mark(message: &str) -> Cow<'_, str> {
    match message.contains(MARK) {
        false => message.into(),
        true => {
            let mut pieces = message.split(MARK);
            let first = pieces.next().unwrap_or_default().to_owned();
            let rest = pieces.map(|piece| piece.trim_start_matches(in_name));
            rest.fold(first, |text, piece| text + piece).into()
        }
    }
}

/// The expressions of a statement, as far as they can fail while it runs
#[derive(Debug, Clone, Default)]
pub struct Sites {
    expressions: Vec<Site>,
    /// What stands in DuckDB's `FROM` for the tables and views that are read
    tables: Vec<String>,
}

#[derive(Debug, Clone)]
struct Site {
    span: Range<usize>,
    template: Cow<'static, str>,
}

impl Sites {
    /// Notes an expression that was resolved; its operands were noted before
    pub(crate) fn note(&mut self, value: &Typed) {
        self.note_part(value, &value.span, PARTS);
    }

    /// Notes what an expression is lowered to: operands of the same place, and those that were converted
    fn note_part(&mut self, value: &Typed, place: &Range<usize>, deeper: usize) {
        let (template, operands) = match &value.node {
            Node::Apply {
                template,
                arguments,
            } => (template, arguments),
            Node::Aggregate(aggregate) => (&aggregate.template, &aggregate.arguments),
            Node::Column { .. } | Node::Text(_) | Node::Array(_) | Node::Struct(_) => return,
        };
        self.expressions.push(Site {
            span: value.span.clone(),
            template: template.clone(),
        });
        if deeper == 0 {
            return;
        }
        for operand in operands {
            match &operand.node {
                _ if operand.span == *place => self.note_part(operand, place, deeper - 1),
                Node::Apply { template, .. } if converts(template) => {
                    self.note_part(operand, place, 0);
                }
                _ => {}
            }
        }
    }

    /// Notes a table or view that is read
    pub(crate) fn reads(&mut self, table: &str) {
        self.tables.push(table.to_owned());
    }

    /// How many expressions there are so far
    pub(crate) fn mark(&self) -> usize {
        self.expressions.len()
    }

    /// What was noted since then stands in a function's body: its place is that of the call
    pub(crate) fn in_call(&mut self, since: usize, call: &Range<usize>) {
        for site in self.expressions.iter_mut().skip(since) {
            site.span = call.clone();
        }
    }

    /// What stands in DuckDB's `FROM` for the tables and views that are read
    pub fn tables(&self) -> &[String] {
        &self.tables
    }

    /// The place of the one expression that can have raised an error with this message; `views` are texts of
    /// views that the statement may read, in which the error may as well have been raised
    pub fn place_of(&self, message: &str, views: &[String]) -> Option<Range<usize>> {
        let cause = Cause::of(message)?;
        if views.iter().any(|view| cause.is_in(view)) {
            return None;
        }
        let mut found = self
            .expressions
            .iter()
            .filter(|site| cause.is_in(&site.template))
            .map(|site| site.span.clone());
        let mut place = found.next()?;
        for other in found {
            // one within another: the outer one holds the place
            if place.start <= other.start && other.end <= place.end {
                continue;
            }
            if other.start <= place.start && place.end <= other.end {
                place = other;
                continue;
            }
            return None;
        }
        Some(place)
    }
}

/// What of DuckDB's SQL raises an error
#[derive(Debug, PartialEq, Eq)]
enum Cause<'m> {
    /// The call of a function
    Function(&'m str),
    /// `error('…')` with this message
    Raised(&'m str),
    /// One of these operators
    Operator(&'static [&'static str]),
    /// A cast
    Cast,
}

impl<'m> Cause<'m> {
    fn of(message: &'m str) -> Option<Self> {
        if let Some((before, name)) = message.split_once(MARK) {
            let name = name.split(|letter| !in_name(letter)).next()?;
            let told = before
                .split_once(" Error: ")
                .map_or(before, |(_, told)| told);
            return Some(match name {
                "gs_error" => Self::Raised(told.trim_start()),
                _ => Self::Function(name),
            });
        }
        const OVERFLOWS: &[(&str, &[&str])] = &[
            ("verflow in addition", &[" + "]),
            ("verflow in subtraction", &[" - "]),
            ("verflow in multiplication", &[" * "]),
            ("verflow in negation", &["-$0"]),
            ("verflow on abs", &["abs("]),
        ];
        let overflow = OVERFLOWS.iter().find(|(words, _)| message.contains(words));
        if let Some((_, operators)) = overflow {
            return Some(Self::Operator(operators));
        }
        let casts = ["Could not convert ", "can't be cast", "Failed to cast"];
        let cast = casts.iter().any(|words| message.contains(words));
        cast.then_some(Self::Cast)
    }

    fn is_in(&self, sql: &str) -> bool {
        match self {
            Self::Function(name) => sql
                .match_indices(name)
                .any(|(at, _)| sql[at + name.len()..].starts_with('(')),
            Self::Raised(message) => raises(sql, message),
            Self::Operator(operators) => operators.iter().any(|operator| sql.contains(operator)),
            Self::Cast => converts(sql),
        }
    }
}

/// Whether a text has an `error(…)` whose message begins like this one, or is not known
fn raises(sql: &str, message: &str) -> bool {
    sql.split("error(").skip(1).any(|call| {
        let told = call
            .strip_prefix('\'')
            .and_then(|rest| rest.split('\'').next());
        told.is_none_or(|told| message.starts_with(told))
    })
}

fn converts(template: &str) -> bool {
    template.contains("CAST(") || template.contains("::") || template.contains("_of_")
}

fn in_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Type;

    #[test]
    fn an_error_finds_the_one_expression_that_raises_it() {
        let mut sites = Sites::default();
        for (template, span) in [
            (
                "CASE WHEN $0 < 0 THEN error('SQRT of a negative number') ELSE sqrt($0) END",
                7..14,
            ),
            ("gs_int_of_text($0)", 16..30),
            ("$0 + $1", 40..45),
            ("$0 + $1", 40..49),
            ("$0 * $1", 60..65),
            ("$0 * $1", 70..75),
        ] {
            sites.note(&Typed::apply(Type::Int64, template, Vec::new(), span));
        }
        for (message, place) in [
            (
                "Invalid Input Error: SQRT of a negative number\u{1}gs_error",
                Some(7..14),
            ),
            (
                "Invalid Input Error: bad INT64 value: x\u{1}gs_int_of_text",
                Some(16..30),
            ),
            (
                "Out of Range Error: Overflow in addition of INT64 (1 + 2)!",
                Some(40..49),
            ),
            (
                "Out of Range Error: Overflow in multiplication of INT64 (1 * 2)!",
                None,
            ),
            ("Invalid Input Error: other\u{1}gs_error", None),
            ("IO Error: no space", None),
        ] {
            assert_eq!(sites.place_of(message, &[]), place, "{message}");
        }
        let view = ["SELECT gs_int_of_text(x) FROM t".to_owned()];
        let message = "bad INT64 value: x\u{1}gs_int_of_text";
        assert_eq!(sites.place_of(message, &view), None);
        assert_eq!(without_mark(message), "bad INT64 value: x");
    }
}
