//! Lines of laid-out code: tokens and spaces, indented when they are written out

use std::borrow::Cow;

const INDENT: &str = "  ";
const SPACE: Cow<'static, str> = Cow::Borrowed(" ");

/// How far a line is indented
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Indent {
    /// Levels, each two blanks; none at all if the line is written as it was
    levels: Option<usize>,
    /// More blanks
    alignment: usize,
}

#[derive(Debug, Default)]
struct Line<'a> {
    indent: Indent,
    items: Vec<Cow<'a, str>>,
}

/// Laid-out code
pub struct Output<'a> {
    /// White space before the first token, which stands before every line
    base: &'a str,
    lines: Vec<Line<'a>>,
    /// The indentation of the next line
    next: Indent,
    /// Whether a space stands before the next token, unless it begins a line
    pub space: bool,
    /// Whether tokens are written as they were
    pub raw: bool,
}

impl<'a> Output<'a> {
    /// One empty line
    pub fn new(base: &'a str) -> Self {
        Self {
            base,
            lines: vec![Line::default()],
            next: Indent::default(),
            space: false,
            raw: false,
        }
    }

    fn current(&mut self) -> &mut Line<'a> {
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    /// Lines so far, the one being written included
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    fn is_empty(&self) -> bool {
        self.lines.len() == 1 && self.at_line_start()
    }

    /// Whether nothing stands on the line yet
    pub fn at_line_start(&self) -> bool {
        self.lines.last().is_none_or(|line| line.items.is_empty())
    }

    /// Whether the line before is empty too, or there is none
    pub fn after_blank_line(&self) -> bool {
        self.lines
            .iter()
            .rev()
            .take(2)
            .all(|line| line.items.is_empty())
    }

    /// Whether the last token on the line is this
    pub fn ends_with(&self, text: &str) -> bool {
        self.lines
            .last()
            .and_then(|line| line.items.last())
            .is_some_and(|item| item == text)
    }

    /// Ends the line, unless it is the first and empty, or empty and `force` isn't given; whether it did
    pub fn end_line(&mut self, force: bool) -> bool {
        if self.is_empty() || (!force && self.at_line_start()) {
            return false;
        }
        if !self.raw {
            self.begin_line();
        }
        true
    }

    fn begin_line(&mut self) {
        self.lines.push(Line {
            indent: self.next,
            items: Vec::new(),
        });
    }

    /// Indents the next line, and this one if nothing stands on it; the first line is never indented
    pub fn indent(&mut self, levels: usize, alignment: usize) -> bool {
        self.next = Indent {
            levels: Some(levels),
            alignment,
        };
        let first = self.lines.len() == 1;
        let indent = if first {
            Indent {
                levels: Some(0),
                alignment: 0,
            }
        } else {
            self.next
        };
        if self.at_line_start() {
            self.current().indent = indent;
        }
        !first
    }

    /// Writes this line as it was
    pub fn keep_indent(&mut self) {
        if self.at_line_start() {
            self.current().indent = Indent::default();
        }
    }

    /// Takes one level from every line from one on
    pub fn outdent_from(&mut self, first: usize) {
        for line in self.lines.iter_mut().skip(first) {
            if let Some(levels) = &mut line.indent.levels {
                *levels = levels.saturating_sub(1);
            }
        }
    }

    /// Writes a token, after a space if one is due
    pub fn push(&mut self, text: Cow<'a, str>) {
        if self.space && !self.at_line_start() {
            self.current().items.push(SPACE);
        }
        self.current().items.push(text);
        self.space = false;
    }

    /// Writes a token with the white space that was before it
    pub fn push_raw(&mut self, newlines: usize, blanks: &'a str, text: Cow<'a, str>) {
        for _ in 0..newlines {
            self.begin_line();
        }
        self.keep_indent();
        self.current().items.push(Cow::Borrowed(blanks));
        self.current().items.push(text);
        self.space = false;
    }

    /// Takes back spaces at the end of the line, and the line breaks after the last token
    pub fn trim_lines(&mut self) {
        self.trim();
        while self.lines.len() > 1 && self.at_line_start() {
            self.lines.pop();
            self.trim();
        }
    }

    fn trim(&mut self) {
        while self.ends_with(" ") {
            self.current().items.pop();
        }
    }

    /// The whole text, without line breaks at its end
    pub fn into_text(mut self) -> String {
        self.trim_lines();
        if let Some(last) = self.current().items.last_mut() {
            let length = last.trim_end_matches('\n').len();
            *last = Cow::Owned(last[..length].to_owned());
        }
        let lines: Vec<String> = self.lines.iter().map(|line| self.write(line)).collect();
        lines.join("\n")
    }

    fn write(&self, line: &Line) -> String {
        if line.items.is_empty() {
            return String::new();
        }
        let mut text = String::new();
        if let Some(levels) = line.indent.levels {
            text.push_str(self.base);
            text.push_str(&INDENT.repeat(levels));
        }
        text.push_str(&" ".repeat(line.indent.alignment));
        text.extend(line.items.iter().map(AsRef::as_ref));
        text
    }
}
