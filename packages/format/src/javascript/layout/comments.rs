//! Comments

use std::borrow::Cow;

use super::Layout;
use crate::javascript::token::{Directive, Kind, Token};
use crate::text::{ends_line, trim, trim_start};

impl<'a> Layout<'a> {
    /// Writes a comment that stood before the token
    pub(super) fn comment(&mut self, comment: Token<'a>, keep_statement: bool) {
        match comment.kind {
            Kind::LineComment => self.line_comment(comment, keep_statement),
            Kind::BlockComment => self.block_comment(comment, keep_statement),
            _ => {
                let ends = comment.text.ends_with('\n');
                self.push_comment(comment);
                if ends {
                    self.newline(false, keep_statement);
                }
            }
        }
    }

    fn push_comment(&mut self, comment: Token<'a>) {
        if self.output.raw {
            self.output
                .push_raw(comment.newlines, comment.blanks, comment.text);
        } else {
            self.push_text(comment.text);
        }
    }

    /// On the line before it if it stood there
    fn line_comment(&mut self, comment: Token<'a>, keep_statement: bool) {
        if comment.newlines > 0 {
            self.newline(false, keep_statement);
        } else {
            self.output.trim_lines();
        }
        self.output.space = true;
        self.push_comment(comment);
        self.newline(false, keep_statement);
    }

    fn block_comment(&mut self, comment: Token<'a>, keep_statement: bool) {
        if self.output.raw {
            let ends = comment.directive == Some(Directive::PreserveEnd);
            self.push_comment(comment);
            if ends {
                self.output.raw = false;
            }
        } else if let Some(directive) = comment.directive {
            self.newline(false, keep_statement);
            self.push_comment(comment);
            self.output.raw = directive == Directive::Preserve;
            self.newline(false, true);
        } else if !comment.text.contains(ends_line) && comment.newlines == 0 {
            self.output.space = true;
            self.push_comment(comment);
            self.output.space = true;
        } else {
            self.block_comment_lines(comment, keep_statement);
        }
    }

    /// On lines of its own: those that all begin with a star are aligned, those that are all indented as
    /// its first are moved with it, others stay as they are
    fn block_comment_lines(&mut self, comment: Token<'a>, keep_statement: bool) {
        let text = comment.text.into_owned();
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        if lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        self.newline(false, keep_statement);
        let mut lines = lines.into_iter();
        self.push_text(Cow::Owned(lines.next().unwrap_or_default()));
        self.newline(false, keep_statement);
        let lines: Vec<String> = lines.collect();
        let starred = lines.iter().all(|line| trim(line).starts_with('*'));
        let moved = lines
            .iter()
            .all(|line| line.is_empty() || line.starts_with(comment.blanks));
        if starred && !lines.is_empty() {
            self.frame_mut().alignment = 1;
        }
        for line in &lines {
            if starred {
                self.push_text(Cow::Owned(trim_start(line).to_owned()));
            } else if moved && !line.is_empty() {
                self.push_text(Cow::Owned(line[comment.blanks.len()..].to_owned()));
            } else {
                self.output.keep_indent();
                self.output.push(Cow::Owned(line.clone()));
            }
            self.newline(false, keep_statement);
        }
        self.frame_mut().alignment = 0;
    }
}
