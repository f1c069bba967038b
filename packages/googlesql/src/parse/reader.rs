//! A place in a script's tokens, and what stands between its procedural keywords

use std::ops::Range;

use diagnostic::code;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::Cursor;
use super::statement::Name;
use super::{chain, on_stack_for, rewrite};
use crate::Error;
use crate::lex::range_of;

/// A block or loop around the place that is read
pub struct Label {
    /// In lower case
    pub name: Option<String>,
    pub is_loop: bool,
}

pub struct Reader {
    /// Those before `at` may be empty: their text was handed on
    pub tokens: Vec<TokenWithSpan>,
    pub at: usize,
    pub depth: usize,
    /// Exception handlers around the place that is read
    pub handlers: usize,
    pub labels: Vec<Label>,
}

impl Reader {
    pub fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|token| &token.token)
    }

    /// The procedural keyword here, if it is one
    pub fn word(&self, ahead: usize) -> Option<&'static str> {
        keyword(self.peek(ahead)?)
    }

    pub fn is_any(&self, ahead: usize, words: &[&str]) -> bool {
        self.word(ahead).is_some_and(|word| words.contains(&word))
    }

    pub fn ends_statement(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), None | Some(Token::SemiColon))
    }

    pub fn take(&mut self, token: &Token) -> bool {
        let found = self.peek(0) == Some(token);
        self.at += usize::from(found);
        found
    }

    pub fn take_words(&mut self, words: &[&str]) -> bool {
        let found = self.is_any(0, words);
        self.at += usize::from(found);
        found
    }

    pub fn expect(&mut self, token: &Token) -> Result<(), Error> {
        match self.take(token) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{token}`"))),
        }
    }

    pub fn expect_word(&mut self, word: &str) -> Result<(), Error> {
        match self.take_words(&[word]) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{word}`"))),
        }
    }

    pub fn name(&mut self) -> Result<Name, Error> {
        let span = self.span();
        match self.peek(0) {
            Some(Token::Word(word)) => {
                let text = word.value.clone();
                self.at += 1;
                Ok(Name { text, span })
            }
            _ => Err(self.expected("a name")),
        }
    }

    pub fn expected(&self, what: &str) -> Error {
        let found = match self.peek(0) {
            Some(token) => format!("`{token}`"),
            None => "the end".to_owned(),
        };
        let message = format!("expected {what}, found {found}");
        Error::new(code::SQL_SYNTAX, message, self.span())
    }

    pub fn expression_until(&mut self, word: &'static str) -> Result<sqlparser::ast::Expr, Error> {
        let end = self.keyword_from(self.at, word)?;
        let expression = self.piece(end, |cursor| cursor.expression())?;
        self.at += 1;
        Ok(expression)
    }

    /// The index of the next such keyword outside of parentheses and `CASE` expressions, in this
    /// statement
    pub fn keyword_from(&self, start: usize, wanted: &'static str) -> Result<usize, Error> {
        let (mut parentheses, mut cases) = (0_usize, 0_usize);
        for (index, token) in self.tokens.iter().enumerate().skip(start) {
            let path = index > start && self.tokens[index - 1].token == Token::Period;
            match &token.token {
                Token::LParen | Token::LBracket => parentheses += 1,
                Token::RParen | Token::RBracket => parentheses = parentheses.saturating_sub(1),
                Token::SemiColon => break,
                other if parentheses == 0 && !path => match keyword(other) {
                    Some(word) if word == wanted && cases == 0 => return Ok(index),
                    Some("CASE") => cases += 1,
                    Some("END") => cases = cases.saturating_sub(1),
                    _ => {}
                },
                _ => {}
            }
        }
        let end = self.tokens[start..]
            .iter()
            .position(|token| token.token == Token::SemiColon)
            .map_or(self.tokens.len(), |length| start + length);
        let message = format!("expected `{wanted}`");
        Err(Error::new(code::SQL_SYNTAX, message, self.span_at(end)))
    }

    /// Parses the tokens from here to `end` as one thing, and goes there
    pub fn piece<T>(
        &mut self,
        end: usize,
        read: impl FnOnce(&mut Cursor) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let span = self.span_between(self.at, end);
        let tokens = if self.at == 0 && end == self.tokens.len() {
            std::mem::take(&mut self.tokens)
        } else {
            let taken = |token: &mut TokenWithSpan| TokenWithSpan {
                token: std::mem::replace(&mut token.token, Token::EOF),
                span: token.span,
            };
            self.tokens[self.at..end].iter_mut().map(taken).collect()
        };
        self.at = end;
        chain::check(&tokens)?;
        let tokens = rewrite::rewrite(tokens);
        on_stack_for(&span, || {
            let mut cursor = Cursor::new(tokens, span.end);
            let parsed = read(&mut cursor).and_then(|parsed| {
                cursor.expect_end()?;
                Ok(parsed)
            });
            parsed.map_err(|error| match error.span.start < span.end {
                true => open_bracket(&cursor.into_tokens()).unwrap_or(error),
                false => error,
            })
        })
    }

    /// Where the next token stands
    pub fn span(&self) -> Range<usize> {
        self.span_at(self.at)
    }

    pub fn span_at(&self, index: usize) -> Range<usize> {
        let place = |index: usize| {
            self.tokens
                .get(index)
                .and_then(|token| range_of(token.span))
        };
        place(index).unwrap_or_else(|| {
            let end = index
                .checked_sub(1)
                .and_then(place)
                .map_or(0, |last| last.end);
            end..end
        })
    }

    pub fn span_since(&self, start: usize) -> Range<usize> {
        self.span_between(start, self.at)
    }

    pub fn span_between(&self, start: usize, end: usize) -> Range<usize> {
        let from = self.span_at(start).start;
        let to = match end > start {
            true => self.span_at(end - 1).end,
            false => from,
        };
        from..to
    }
}

/// The error about a bracket that is never closed, where the grammar stumbles over something after it
fn open_bracket(tokens: &[TokenWithSpan]) -> Option<Error> {
    let mut open = Vec::new();
    for token in tokens {
        match token.token {
            Token::LParen | Token::LBracket | Token::LBrace => open.push(token),
            Token::RParen | Token::RBracket | Token::RBrace => {
                open.pop();
            }
            _ => {}
        }
    }
    let last = open.last()?;
    let message = format!("`{}` is not closed", last.token);
    Some(Error::new(code::SQL_SYNTAX, message, range_of(last.span)?))
}

/// A word of the procedural language, unquoted
fn keyword(token: &Token) -> Option<&'static str> {
    const WORDS: &[&str] = &[
        "BEGIN",
        "CASE",
        "CREATE",
        "DO",
        "ELSE",
        "ELSEIF",
        "END",
        "ERROR",
        "EXCEPTION",
        "FOR",
        "IF",
        "IN",
        "LOOP",
        "OR",
        "PROCEDURE",
        "REPEAT",
        "REPLACE",
        "THEN",
        "TRANSACTION",
        "UNTIL",
        "WHEN",
        "WHILE",
    ];
    match token {
        Token::Word(word) if word.quote_style.is_none() => WORDS
            .iter()
            .find(|known| known.eq_ignore_ascii_case(&word.value))
            .copied(),
        _ => None,
    }
}
