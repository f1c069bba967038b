//! Strings, comments and placeholders of a statement: taken out before the layout, put back after it

use sqlx_compiler::sqlx_tree::NodeKind;

use crate::javascript;
use crate::text::{ends_line, is_space, map_lines, trim, trim_start};

/// What was taken out of a statement, in order
pub struct Slots<'a> {
    /// What every name begins with, and the file's text does not contain
    prefix: String,
    taken: Vec<Slot<'a>>,
}

/// A string, comment or placeholder
struct Slot<'a> {
    kind: NodeKind,
    source: &'a str,
    /// What stands for it
    name: String,
}

impl<'a> Slots<'a> {
    /// None yet
    pub fn new(file: &str) -> Self {
        let mut prefix = "_slot".to_owned();
        while file.contains(&prefix) {
            prefix.push('x');
        }
        Self {
            prefix,
            taken: Vec::new(),
        }
    }

    /// Takes a node out: what stands for it is a word, and for comments a comment of the same kind
    pub fn take(&mut self, kind: NodeKind, source: &'a str) -> String {
        let word = format!("{}{:08}", self.prefix, self.taken.len());
        let name = match kind {
            NodeKind::Comment if source.starts_with("--") => format!("--{word}"),
            NodeKind::Comment => format!("/*{word}*/"),
            _ => word,
        };
        self.taken.push(Slot {
            kind,
            source,
            name: name.clone(),
        });
        name
    }

    /// Puts everything back into the laid-out text, in which it has kept its order. Comments, and what
    /// has several lines, have lines of their own; strings in triple quotes begin where they stood.
    pub fn put_back(&self, laid_out: &str) -> String {
        let mut written = Written::default();
        let mut rest = laid_out;
        for slot in &self.taken {
            // a name that is gone is noticed when contents are compared
            if let Some((before, after)) = rest.split_once(&slot.name) {
                written.push(before);
                rest = slot.write(&mut written, after);
            }
        }
        written.text + rest
    }
}

/// Text with the start of its last line
#[derive(Default)]
struct Written {
    text: String,
    line: usize,
}

impl Written {
    fn push(&mut self, more: &str) {
        if let Some((at, end)) = more.char_indices().rfind(|&(_, next)| ends_line(next)) {
            self.line = self.text.len() + at + end.len_utf8();
        }
        self.text.push_str(more);
    }

    fn last_line(&self) -> &str {
        &self.text[self.line..]
    }
}

impl Slot<'_> {
    /// Writes itself in the place of its name; gives what is left after it
    fn write<'t>(&self, written: &mut Written, after: &'t str) -> &'t str {
        let blanks = written
            .last_line()
            .chars()
            .take_while(|&character| is_space(character));
        let indent = " ".repeat(blanks.count());
        let text = self.text(&indent);
        let inline = self.kind == NodeKind::MultilineString
            || (self.kind != NodeKind::Comment && !text.contains('\n'));
        if inline {
            written.push(trim(&text));
            return after;
        }
        let before = trim(written.last_line()).to_owned();
        written.text.truncate(written.line);
        if !before.is_empty() {
            written.push(&format!("{indent}{before}\n"));
        }
        written.push(&text);
        let line = &after[..after.find(ends_line).unwrap_or(after.len())];
        if trim(line).is_empty() {
            return &after[line.len()..];
        }
        written.push(&format!("\n{indent}"));
        trim_start(after)
    }

    fn text(&self, indent: &str) -> String {
        match self.kind {
            NodeKind::Placeholder => {
                map_lines(&placeholder(self.source), |line| format!("{indent}{line}"))
            }
            NodeKind::MultilineString => format!("{indent}{}", trim_start(self.source)),
            _ => map_lines(self.source, |line| format!("{indent}{}", trim_start(line))),
        }
    }
}

/// A placeholder with its JavaScript laid out: on one line if it fits on one
fn placeholder(source: &str) -> String {
    let laid_out = javascript::format(source);
    let inside = laid_out
        .find('{')
        .zip(laid_out.rfind('}'))
        .and_then(|(open, close)| laid_out.get(open + 1..close))
        .unwrap_or_default();
    if trim(inside).contains('\n') {
        format!("${{{inside}}}")
    } else {
        format!("${{{}}}", trim(inside))
    }
}
