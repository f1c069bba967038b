//! Splits JavaScript into tokens; comments hang on the token after them

use std::borrow::Cow;

use super::literal;
use super::token::{Directive, Kind, PUNCTUATION, Token, is_reserved};
use crate::text::ends_line;

/// The tokens of a text: the first is a start without text, the last is the end
pub fn scan(code: &str) -> Vec<Token<'_>> {
    Scanner {
        code,
        at: 0,
        tokens: vec![Token::start()],
        open: Vec::new(),
        closed: None,
        in_markup_comment: false,
    }
    .run()
}

/// Words before which a slash divides nothing
const BEFORE_EXPRESSION: [&str; 7] = ["return", "case", "throw", "else", "do", "typeof", "yield"];

const IGNORE_END: &str = "beautify ignore:end";

struct Scanner<'a> {
    code: &'a str,
    at: usize,
    tokens: Vec<Token<'a>>,
    /// Opening tokens that are not closed yet
    open: Vec<usize>,
    /// What the last token closed
    closed: Option<usize>,
    /// After `<!--` at the start
    in_markup_comment: bool,
}

impl<'a> Scanner<'a> {
    fn run(mut self) -> Vec<Token<'a>> {
        let mut comments = Vec::new();
        loop {
            let mut token = self.next();
            if matches!(
                token.kind,
                Kind::LineComment | Kind::BlockComment | Kind::Unknown
            ) {
                comments.push(token);
                continue;
            }
            token.commented = !comments.is_empty();
            token.comments = std::mem::take(&mut comments);
            self.nest(&token);
            let ends = token.kind == Kind::End;
            self.tokens.push(token);
            if ends {
                return self.tokens;
            }
        }
    }

    /// Keeps book of what is open
    fn nest(&mut self, token: &Token) {
        self.closed = None;
        match token.kind {
            Kind::OpenGroup | Kind::OpenBlock => self.open.push(self.tokens.len()),
            Kind::CloseGroup | Kind::CloseBlock => {
                let opener = self.open.last().map(|&at| self.tokens[at].text.as_ref());
                let pairs = [("(", ")"), ("[", "]"), ("{", "}")];
                if opener.is_some_and(|opener| pairs.contains(&(opener, token.text.as_ref()))) {
                    self.closed = self.open.pop();
                }
            }
            _ => {}
        }
    }

    fn rest(&self) -> &'a str {
        &self.code[self.at..]
    }

    fn last(&self) -> &Token<'a> {
        &self.tokens[self.tokens.len() - 1]
    }

    fn is_first(&self) -> bool {
        self.tokens.len() == 1
    }

    fn next(&mut self) -> Token<'a> {
        let (newlines, blanks) = self.white_space();
        let (kind, text) = self.take();
        let directive = (kind == Kind::BlockComment)
            .then(|| directive(&text))
            .flatten();
        Token {
            kind,
            text,
            newlines,
            blanks,
            directive,
            ..Token::start()
        }
    }

    fn white_space(&mut self) -> (usize, &'a str) {
        let rest = self.rest();
        let length = rest.find(|next| !is_blank(next)).unwrap_or(rest.len());
        let space = &rest[..length];
        self.at += length;
        let pairs = space.matches("\r\n").count();
        let breaks = space.chars().filter(|&next| ends_line(next)).count();
        let line = space
            .char_indices()
            .rev()
            .find(|&(_, next)| ends_line(next))
            .map_or(0, |(at, next)| at + next.len_utf8());
        (breaks - pairs, &space[line..])
    }

    fn take(&mut self) -> (Kind, Cow<'a, str>) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return (Kind::End, Cow::Borrowed(""));
        };
        if let Some((kind, length)) = self.foreign(rest, first) {
            let text = self.advance(length);
            return match kind {
                Kind::Unknown => (kind, Cow::Owned(format!("{}\n", text.trim()))),
                _ => (kind, text),
            };
        }
        let (kind, length) = match first {
            '`' | '\'' | '"' => (Kind::Literal, literal::string(rest)),
            '#' if rest.starts_with("#{") => (Kind::OpenBlock, 2),
            _ => self.word_or_sign(rest, first),
        };
        (kind, self.advance(length))
    }

    fn word_or_sign(&self, rest: &str, first: char) -> (Kind, usize) {
        let name = literal::name(rest);
        if name > 0 {
            return (self.kind_of_name(&rest[..name]), name);
        }
        let number = literal::number(rest);
        if number > 0 {
            return (Kind::Word, number);
        }
        match first {
            '(' | '[' => (Kind::OpenGroup, 1),
            ')' | ']' => (Kind::CloseGroup, 1),
            '{' => (Kind::OpenBlock, 1),
            '}' => (Kind::CloseBlock, 1),
            ';' => (Kind::Semicolon, 1),
            ',' => (Kind::Comma, 1),
            '.' if !rest[1..].starts_with(|next: char| next == '.' || next.is_ascii_digit()) => {
                (Kind::Dot, 1)
            }
            '/' if rest.starts_with("/*") => (Kind::BlockComment, block_comment(rest)),
            '/' if rest.starts_with("//") => (Kind::LineComment, line(rest)),
            '/' if self.expects_expression() => (Kind::Literal, literal::regular_expression(rest)),
            _ => punctuation(rest).unwrap_or((Kind::Unknown, first.len_utf8())),
        }
    }

    fn kind_of_name(&self, name: &str) -> Kind {
        let last = self.last();
        if last.kind == Kind::Dot || last.is_one_of(&["get", "set"]) || !is_reserved(name) {
            Kind::Word
        } else if matches!(name, "in" | "of") && matches!(last.kind, Kind::Word | Kind::Literal) {
            Kind::Operator
        } else {
            Kind::Reserved
        }
    }

    /// Whether a slash begins a regular expression
    fn expects_expression(&self) -> bool {
        let last = self.last();
        match last.kind {
            Kind::Reserved => last.is_one_of(&BEFORE_EXPRESSION),
            Kind::CloseGroup => {
                last.text == ")"
                    && self.closed.is_some_and(|opener| {
                        self.tokens[opener - 1].is_one_of(&["if", "while", "for"])
                    })
            }
            Kind::OpenGroup
            | Kind::OpenBlock
            | Kind::CloseBlock
            | Kind::Operator
            | Kind::Equals
            | Kind::Semicolon
            | Kind::Comma => true,
            _ => false,
        }
    }

    /// Lines such as `#!/usr/bin/env node`, and what browsers once understood
    fn foreign(&mut self, rest: &str, first: char) -> Option<(Kind, usize)> {
        match first {
            '#' if self.is_first() && rest.starts_with("#!") || rest.starts_with("#include") => {
                Some((Kind::Unknown, line_with_break(rest)))
            }
            '#' => sharp_variable(rest).map(|length| (Kind::Word, length)),
            '<' if self.is_first() && rest.starts_with("<!--") => {
                self.in_markup_comment = true;
                Some((Kind::LineComment, line(rest)))
            }
            '-' if self.in_markup_comment && rest.starts_with("-->") => {
                self.in_markup_comment = false;
                Some((Kind::LineComment, 3))
            }
            _ => None,
        }
    }

    /// Takes text, with newlines as line breaks
    fn advance(&mut self, length: usize) -> Cow<'a, str> {
        let text = &self.code[self.at..self.at + length];
        self.at += length;
        if text.contains(['\r', '\u{2028}', '\u{2029}']) {
            Cow::Owned(
                text.replace("\r\n", "\n")
                    .replace(['\r', '\u{2028}', '\u{2029}'], "\n"),
            )
        } else {
            Cow::Borrowed(text)
        }
    }
}

/// The length of the line at the start of a text
fn line(rest: &str) -> usize {
    rest.find(ends_line).unwrap_or(rest.len())
}

/// The same with its line break
fn line_with_break(rest: &str) -> usize {
    let line = line(rest);
    let after = &rest[line..];
    line + if after.starts_with("\r\n") {
        2
    } else {
        after.chars().next().map_or(0, char::len_utf8)
    }
}

fn is_blank(character: char) -> bool {
    ends_line(character)
        || matches!(
            character,
            '\t' | ' ' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
                ..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
        )
}

fn punctuation(rest: &str) -> Option<(Kind, usize)> {
    if let Some(after) = rest.strip_prefix("?.")
        && !after.starts_with(|next: char| next.is_ascii_digit())
    {
        return Some((Kind::Dot, 2));
    }
    let sign = PUNCTUATION.iter().find(|sign| rest.starts_with(**sign))?;
    let kind = if *sign == "=" {
        Kind::Equals
    } else {
        Kind::Operator
    };
    Some((kind, sign.len()))
}

/// Up to its end, or the end of the code; a comment that ignores what follows holds that too
fn block_comment(rest: &str) -> usize {
    let end = rest[2..].find("*/").map_or(rest.len(), |end| end + 4);
    if directive(&rest[..end]) != Some(Directive::Ignore) {
        return end;
    }
    let mut from = end;
    while let Some(found) = rest[from..].find(IGNORE_END) {
        let start = from + found;
        from = start + IGNORE_END.len();
        let blank = |text: &str| text.chars().next_back().is_some_and(crate::text::is_space);
        let opens = blank(&rest[..start]) && rest[..start - 1].ends_with("/*");
        let mut after = rest[from..].chars();
        if opens
            && after.next().is_some_and(crate::text::is_space)
            && after.as_str().starts_with("*/")
        {
            return rest.len() - after.as_str().len() + 2;
        }
    }
    rest.len()
}

fn directive(comment: &str) -> Option<Directive> {
    let orders = comment
        .strip_prefix("/* beautify ")?
        .split_once(" */")
        .map(|(orders, _)| orders)?;
    let mut found = Directive::Other;
    for order in orders.split(' ') {
        let (name, value) = order.split_once(':')?;
        let word = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if !word(name) || !word(value) {
            return None;
        }
        found = match (name, value) {
            ("preserve", "start") => Directive::Preserve,
            ("preserve", "end") => Directive::PreserveEnd,
            ("ignore", "start") => Directive::Ignore,
            _ => found,
        };
    }
    Some(found)
}

/// `#1=` or `#1#`, which old engines wrote for cycles
fn sharp_variable(rest: &str) -> Option<usize> {
    rest[1..]
        .starts_with(|next: char| next.is_ascii_digit())
        .then_some(())?;
    let end = rest[1..].find(['#', '=']).map_or(rest.len(), |end| end + 2);
    let empty = rest[..end].ends_with('=')
        && (rest[end..].starts_with("[]") || rest[end..].starts_with("{}"));
    Some(end + if empty { 2 } else { 0 })
}
