//! Writes tokens: which white space each of them asks for

mod comments;
mod groups;
mod operators;
mod words;

use std::borrow::Cow;

use super::frame::{Frame, Mode};
use super::output::Output;
use super::token::{DECLARING, Kind, LINE_STARTERS, RESTRICTED, Token};
use crate::text::ends_line;

/// Blank lines in a row, and the line break before them
const MOST_NEWLINES: usize = 2;

/// Code on its way from tokens to lines
pub struct Layout<'a> {
    code: &'a str,
    tokens: Vec<Token<'a>>,
    /// The token that is being written
    at: usize,
    /// The token before the last one, as far as the frame of the last one knows
    before_last: usize,
    /// Open frames, never fewer than two: what is around all code, and the code
    frames: Vec<Frame>,
    /// The frame that was closed last, unless one was opened since
    closed: Option<Frame>,
    output: Output<'a>,
}

impl<'a> Layout<'a> {
    /// Nothing is written yet
    pub fn new(code: &'a str, tokens: Vec<Token<'a>>) -> Self {
        let base = code.len() - code.trim_start_matches(['\t', ' ']).len();
        let mut layout = Self {
            code,
            tokens,
            at: 0,
            before_last: 0,
            frames: vec![Frame::outermost()],
            closed: None,
            output: Output::new(&code[..base]),
        };
        layout.open(Mode::Block);
        layout
    }

    /// Writes everything
    pub fn run(mut self) -> String {
        for at in 1..self.tokens.len() {
            self.at = at;
            self.write();
            self.before_last = self.frame().last;
            self.frame_mut().last = at;
        }
        let text = self.output.into_text();
        match self.code.find(ends_line) {
            Some(at) if !self.code[at..].starts_with('\n') => {
                text.replace('\n', line_break(&self.code[at..]))
            }
            _ => text,
        }
    }

    fn write(&mut self) {
        match self.token().kind {
            Kind::OpenGroup => self.open_group(),
            Kind::CloseGroup => self.close_group(),
            Kind::OpenBlock => self.open_block(),
            Kind::CloseBlock => self.close_block(),
            Kind::Word | Kind::Reserved => self.word(),
            Kind::Semicolon => self.semicolon(),
            Kind::Literal => self.literal(),
            Kind::Equals => self.equals(),
            Kind::Operator => self.operator(),
            Kind::Comma => self.comma(),
            Kind::Dot => self.dot(),
            Kind::End => self.end(),
            // comments hang on other tokens
            Kind::BlockComment | Kind::LineComment | Kind::Unknown => {}
        }
    }

    fn token(&self) -> &Token<'a> {
        &self.tokens[self.at]
    }

    /// The token after this one, or the one after that, and so on; the last has none
    fn ahead(&self, more: usize) -> Option<&Token<'a>> {
        self.tokens.get(self.at + 1 + more)
    }

    /// The token before this one, in whichever frame
    fn previous(&self) -> &Token<'a> {
        &self.tokens[self.at - 1]
    }

    /// The last token that the frame has seen
    fn last(&self) -> &Token<'a> {
        &self.tokens[self.frame().last]
    }

    fn last_is(&self, kinds: &[Kind]) -> bool {
        kinds.contains(&self.last().kind)
    }

    fn before_last(&self) -> &Token<'a> {
        &self.tokens[self.before_last]
    }

    fn last_word(&self) -> &str {
        &self.tokens[self.frame().last_word].text
    }

    fn frame(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }

    fn frame_mut(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn parent(&self) -> &Frame {
        &self.frames[self.frames.len() - 2]
    }

    /// The frame that was current before this one
    fn former(&self) -> &Frame {
        self.closed.as_ref().unwrap_or_else(|| self.parent())
    }

    fn open(&mut self, mode: Mode) {
        let frame = self
            .frame()
            .inner(mode, self.output.at_line_start(), self.output.count());
        self.frames.push(frame);
        self.closed = None;
        self.indent_output();
    }

    fn close(&mut self) {
        if self.frames.len() > 2
            && let Some(frame) = self.frames.pop()
        {
            if frame.mode == Mode::Statement {
                self.outdent(&frame);
            }
            self.closed = Some(frame);
            self.indent_output();
        }
    }

    fn close_statements(&mut self) {
        while self.frame().mode == Mode::Statement {
            self.close();
        }
    }

    /// Ends statements where a line or a semicolon does; an `if` waits for its `else`
    fn end_statements(&mut self) {
        let before_else = self.ahead(0).is_some_and(|next| next.is_reserved("else"));
        while self.frame().mode == Mode::Statement
            && !(self.frame().in_if && before_else)
            && !self.frame().in_do
        {
            self.close();
        }
    }

    fn indent_output(&mut self) -> bool {
        let (level, alignment) = (self.frame().level, self.frame().alignment);
        self.output.indent(level, alignment)
    }

    fn deeper(&mut self) {
        self.frame_mut().level += 1;
        self.indent_output();
    }

    fn shallower(&mut self) {
        let level = self.frame().level;
        if level > self.parent().level {
            self.frame_mut().level = level - 1;
            self.indent_output();
        }
    }

    /// Takes back the indentation of a frame that fits on its line
    fn outdent(&mut self, frame: &Frame) {
        if !frame.multiline && !matches!(frame.mode, Mode::ForHead | Mode::Condition) {
            self.output.outdent_from(frame.start_line);
        }
    }

    /// Ends the line, and with it the statement unless it goes on or is to be kept
    fn newline(&mut self, force: bool, keep_statement: bool) {
        if !keep_statement {
            let last = self.last();
            let goes_on = last.reads(&[";", ",", "="])
                || (last.kind == Kind::Operator && !last.reads(&["--", "++"]));
            if !goes_on {
                self.end_statements();
            }
        }
        if self.output.end_line(force) {
            self.frame_mut().multiline = true;
        }
    }

    /// Breaks the line where the code does
    fn keep_newline(&mut self, force: bool) {
        if !self.output.at_line_start() && (force || self.token().newlines > 0) {
            self.newline(false, true);
        }
    }

    /// What stood before a token: comments, and blank lines
    fn lead_in(&mut self, keep_statement: bool) {
        for comment in std::mem::take(&mut self.tokens[self.at].comments) {
            self.blank_lines(comment.newlines, keep_statement);
            self.comment(comment, keep_statement);
        }
        self.blank_lines(self.token().newlines, keep_statement);
    }

    fn blank_lines(&mut self, newlines: usize, keep_statement: bool) {
        if newlines > 1 {
            self.newline(false, keep_statement);
            for _ in 1..newlines.min(MOST_NEWLINES) {
                self.newline(true, keep_statement);
            }
        }
    }

    fn push(&mut self) {
        let token = self.token();
        let text = token.text.clone();
        if self.output.raw {
            let (newlines, blanks) = (token.newlines, token.blanks);
            self.output.push_raw(newlines, blanks, text);
        } else {
            self.push_text(text);
        }
    }

    fn push_text(&mut self, text: Cow<'a, str>) {
        self.indent_line();
        self.output.push(text);
    }

    /// Indents the line if this is its first token
    fn indent_line(&mut self) {
        if self.output.at_line_start() && self.indent_output() {
            self.frame_mut().line_level = self.frame().level;
        }
    }

    /// Whether the token is the value of a property, or its name after `get` or `set`
    fn begins_property(&self) -> bool {
        self.parent().mode == Mode::Object
            && self.frame().mode == Mode::Statement
            && self.is_after_property_name()
    }

    fn is_after_property_name(&self) -> bool {
        (self.last().text == ":" && self.frame().ternaries == 0)
            || self.last().is_one_of(&["get", "set"])
    }

    /// Opens a statement if the token begins one; what stood before the token is written then
    fn begin_statement(&mut self) -> bool {
        if !self.begins_statement() {
            return false;
        }
        self.open(Mode::Statement);
        self.deeper();
        self.lead_in(true);
        if !self.begins_property() {
            let nested = self.token().is_one_of(&["do", "for", "if", "while"]);
            self.keep_newline(nested);
        }
        true
    }

    fn begins_statement(&self) -> bool {
        let (token, last, frame) = (self.token(), self.last(), self.frame());
        let in_property = self.parent().mode == Mode::Object && frame.mode == Mode::Statement;
        let goes_on =
            matches!(token.kind, Kind::Word | Kind::Reserved) || token.reads(&["--", "++"]);
        (last.is_one_of(&DECLARING) && token.kind == Kind::Word)
            || last.is_reserved("do")
            || (!in_property && last.is_one_of(&RESTRICTED) && token.newlines == 0)
            || (last.is_reserved("else") && (!token.is_reserved("if") || token.commented))
            || (last.kind == Kind::CloseGroup
                && matches!(self.former().mode, Mode::ForHead | Mode::Condition))
            || (last.kind == Kind::Word
                && frame.mode == Mode::Block
                && !frame.in_case
                && !goes_on
                && self.before_last().text != "function")
            || (frame.mode == Mode::Object && self.is_after_property_name())
    }

    fn begins_line(&self) -> bool {
        self.token().is_one_of(&LINE_STARTERS)
    }

    fn end(&mut self) {
        self.close_statements();
        self.lead_in(false);
    }
}

/// The line break at the start of a text
fn line_break(text: &str) -> &str {
    let length = if text.starts_with("\r\n") {
        2
    } else {
        text.chars().next().map_or(0, char::len_utf8)
    };
    &text[..length]
}
