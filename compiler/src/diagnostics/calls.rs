//! The calls of some functions in a text of JavaScript or SQLX, found without running it

use std::ops::Range;

use super::callee::{closing, is_name};
use crate::sqlx::read_call;
use crate::value::Value;

/// A call as it stands in a text
#[derive(Debug, Clone, PartialEq)]
pub struct Call<'a> {
    /// What is called
    pub function: &'static str,
    /// From the function's name to the closing bracket
    pub span: Range<usize>,
    /// The bytes between the brackets
    pub inside: Range<usize>,
    /// The arguments, if they are literals
    pub arguments: Option<Vec<Value>>,
    text: &'a str,
}

/// Every call of one of the functions, in the order of the text
pub fn calls<'a>(text: &'a str, functions: &[&'static str]) -> Vec<Call<'a>> {
    let mut calls = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(|character: char| is_name(character)) {
        let start = at + found;
        let length = text[start..]
            .find(|character: char| !is_name(character))
            .unwrap_or(text.len() - start);
        at = start + length;
        let word = &text[start..at];
        let Some(function) = functions.iter().find(|function| **function == word) else {
            continue;
        };
        let open = text.len() - text[at..].trim_start().len();
        if !text[open..].starts_with('(') {
            continue;
        }
        let literals = read_call(text, open);
        let end = match &literals {
            Some((_, end)) => *end,
            None => match closing(text, open) {
                Some(end) => end,
                None => continue,
            },
        };
        calls.push(Call {
            function,
            span: start..end,
            inside: open + 1..end - 1,
            arguments: literals.map(|(arguments, _)| arguments),
            text,
        });
    }
    calls
}

impl Call<'_> {
    /// Where the first argument is or may be this text: a string, a template that can make it, or
    /// the `name` of an object
    pub fn names(&self, name: &str) -> Option<Range<usize>> {
        let inside = &self.text[self.inside.clone()];
        let from = self.inside.start + (inside.len() - inside.trim_start().len());
        let rest = &self.text[from..self.inside.end];
        if rest.starts_with('{') {
            let object = closing(self.text, from).unwrap_or(self.inside.end);
            return strings(self.text, from..object)
                .into_iter()
                .find(|string| &self.text[string.start + 1..string.end - 1] == name);
        }
        let string = strings(self.text, from..self.inside.end)
            .into_iter()
            .next()?;
        if string.start != from {
            return None;
        }
        let written = &self.text[string.start + 1..string.end - 1];
        let first = written.split("${").next().unwrap_or_default();
        let last = written.rsplit('}').next().unwrap_or_default();
        let template = written.contains("${");
        let continued = self.text[string.end..self.inside.end]
            .trim_start()
            .starts_with('+');
        let fits = written == name
            || (template && name.starts_with(first) && name.ends_with(last))
            || (continued && name.starts_with(written));
        fits.then_some(string)
    }
}

/// The loops of a text of JavaScript: their keyword, and all of it as far as that can be told
pub fn loops(text: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let mut loops = Vec::new();
    for keyword in ["for", "while", "do"] {
        for (start, _) in text.match_indices(keyword) {
            let end = start + keyword.len();
            let head = text[end..].trim_start();
            let bounded = !text[..start].ends_with(|before: char| is_name(before) || before == '.')
                && head.starts_with(['(', '{'])
                && !text[end..].starts_with(is_name);
            if !bounded {
                continue;
            }
            let open = text.len() - head.len();
            let after = closing(text, open).unwrap_or(text.len());
            let body = text[after..].trim_start();
            let whole = if head.starts_with('(') && body.starts_with('{') {
                closing(text, text.len() - body.len()).unwrap_or(text.len())
            } else {
                text[after..]
                    .find(['\n', ';'])
                    .map_or(text.len(), |end| after + end)
            };
            loops.push((start..end, start..whole.max(after)));
        }
    }
    loops.sort_by_key(|(keyword, _)| keyword.start);
    loops
}

/// The strings and templates in a stretch of JavaScript, with their quotes
pub fn strings(text: &str, within: Range<usize>) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let quote = bytes[at];
        if !matches!(quote, b'"' | b'\'' | b'`') {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        while at < within.end && bytes[at] != quote && (quote == b'`' || bytes[at] != b'\n') {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        if at < within.end && bytes[at] == quote {
            at += 1;
            found.push(start..at);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_with_their_arguments() {
        let text = "ctx.ref(\"a\", 'b') preref(\"x\") ref (x) ref`y` ref({ name: \"c\" })";
        let found: Vec<(&str, bool)> = calls(text, &["ref"])
            .iter()
            .map(|call| (&text[call.span.clone()], call.arguments.is_some()))
            .collect();
        assert_eq!(
            found,
            [
                ("ref(\"a\", 'b')", true),
                ("ref (x)", false),
                ("ref({ name: \"c\" })", true)
            ]
        );
    }

    #[test]
    fn a_call_may_make_a_name() {
        for (text, name, expected) in [
            ("publish(\"a\", {})", "a", Some("\"a\"")),
            ("publish(\"a\", {})", "b", None),
            ("publish(`t_${n}_x`)", "t_5_x", Some("`t_${n}_x`")),
            ("publish(`t_${n}_x`)", "u_5_x", None),
            ("publish(\"t_\" + n)", "t_5", Some("\"t_\"")),
            (
                "declare({ schema: \"s\", name: \"n\" })",
                "n",
                Some("\"n\""),
            ),
            ("publish(name, \"a\")", "a", None),
        ] {
            let calls = calls(text, &["publish", "declare"]);
            let found = calls[0].names(name).map(|range| &text[range]);
            assert_eq!(found, expected, "{text}");
        }
    }
}
