//! A place in a statement's tokens; expressions and queries are handed to sqlparser

use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::{DataType, Expr, Query, TableFactor, TableWithJoins};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::statement::{Kind, Name, OptionItem, Path};
use super::token::{is_word, word};
use crate::Error;
use crate::dialect::GoogleSql;
use crate::lex::range_of;

/// How deep sqlparser may nest; it counts several levels for each written one
const DEPTH: usize = 300;

pub struct Cursor {
    /// Holds the tokens and the place
    parser: Parser<'static>,
    end: usize,
}

impl Cursor {
    /// At the start of `tokens`, whose text ends at byte `end`
    pub fn new(tokens: Vec<TokenWithSpan>, end: usize) -> Self {
        let parser = Parser::new(&GoogleSql)
            .with_recursion_limit(DEPTH)
            .with_tokens_with_locations(tokens);
        Self { parser, end }
    }

    pub fn into_tokens(self) -> Vec<TokenWithSpan> {
        self.parser.into_tokens()
    }

    pub fn peek(&self, ahead: usize) -> Option<&Token> {
        match &self.parser.peek_nth_token_ref(ahead).token {
            Token::EOF => None,
            token => Some(token),
        }
    }

    pub fn peek_is(&self, token: &Token) -> bool {
        self.peek(0) == Some(token)
    }

    /// The next token in upper case if it is an unquoted word
    pub fn peek_word(&self) -> Option<String> {
        match self.peek(0) {
            Some(Token::Word(word)) if word.quote_style.is_none() => {
                Some(word.value.to_ascii_uppercase())
            }
            _ => None,
        }
    }

    pub fn peek_keyword(&self, keywords: &[&str]) -> bool {
        is_word(Some(self.parser.peek_token_ref()), keywords)
    }

    /// Where the next token stands
    pub fn span(&self) -> Range<usize> {
        range_of(self.parser.peek_token_ref().span).unwrap_or(self.end..self.end)
    }

    /// Where the previous token ends
    pub fn previous_end(&self) -> usize {
        match self.parser.index() {
            0 => 0,
            _ => range_of(self.parser.get_current_token().span).map_or(0, |range| range.end),
        }
    }

    pub fn advance(&mut self) {
        self.parser.advance_token();
    }

    pub fn take(&mut self, token: &Token) -> bool {
        self.parser.consume_token(token)
    }

    /// Takes all of the keywords, or none
    pub fn take_keywords(&mut self, keywords: &[&str]) -> bool {
        let found = keywords.iter().enumerate().all(|(ahead, keyword)| {
            is_word(Some(self.parser.peek_nth_token_ref(ahead)), &[keyword])
        });
        for _ in keywords.iter().filter(|_| found) {
            self.advance();
        }
        found
    }

    pub fn expect(&mut self, token: &Token) -> Result<(), Error> {
        if self.take(token) {
            return Ok(());
        }
        Err(self.expected(&format!("`{token}`")))
    }

    pub fn expect_keyword(&mut self, keyword: &str) -> Result<(), Error> {
        if self.take_keywords(&[keyword]) {
            return Ok(());
        }
        Err(self.expected(&format!("`{keyword}`")))
    }

    pub fn expect_end(&self) -> Result<(), Error> {
        match self.peek(0) {
            None => Ok(()),
            Some(_) => Err(self.expected("the end of the statement")),
        }
    }

    /// A syntax error at the next token
    pub fn expected(&self, what: &str) -> Error {
        let found = match self.peek(0) {
            Some(token) => format!("`{token}`"),
            None => "the end".to_owned(),
        };
        Error::new(
            code::SQL_SYNTAX,
            format!("expected {what}, found {found}"),
            self.span(),
        )
    }

    /// Takes the rest as something that is understood but not supported
    pub fn unsupported(&mut self, what: String) -> Kind {
        let span = self.span();
        while self.peek(0).is_some() {
            self.advance();
        }
        Kind::Unsupported { what, span }
    }

    pub fn name(&mut self) -> Result<Name, Error> {
        let span = self.span();
        match self.peek(0) {
            Some(Token::Word(word)) => {
                let text = word.value.clone();
                self.advance();
                Ok(Name { text, span })
            }
            _ => Err(self.expected("a name")),
        }
    }

    /// A dotted name; its first part may have hyphens, quoted parts may hold several
    pub fn path(&mut self) -> Result<Path, Error> {
        let start = self.span().start;
        let mut parts = Vec::new();
        loop {
            let Some(Token::Word(word)) = self.peek(0) else {
                return Err(self.expected("a name"));
            };
            let (mut part, quoted) = (word.value.clone(), word.quote_style.is_some());
            self.advance();
            let mut dotted = false;
            if quoted {
                parts.extend(part.split('.').map(str::to_owned));
            } else {
                if parts.is_empty() {
                    dotted = self.hyphenated(&mut part);
                }
                parts.push(part);
            }
            if !dotted && !self.take(&Token::Period) {
                break;
            }
        }
        Ok(Path {
            parts,
            span: start..self.previous_end(),
        })
    }

    /// Takes every `-word` or `-123` that follows without a space; true when a dot was taken too,
    /// since `-1.` is lexed as one number
    fn hyphenated(&mut self, part: &mut String) -> bool {
        while self.peek_is(&Token::Minus) && self.span().start == self.previous_end() {
            let text = match self.peek(1) {
                Some(Token::Word(Word {
                    value,
                    quote_style: None,
                    ..
                })) => value.clone(),
                Some(Token::Number(digits, _)) => digits.clone(),
                _ => return false,
            };
            self.advance();
            self.advance();
            part.push('-');
            part.push_str(text.trim_end_matches('.'));
            if text.ends_with('.') {
                return true;
            }
        }
        false
    }

    /// `[AS] alias`
    pub fn alias(&mut self, stops: &[&str]) -> Result<Option<Name>, Error> {
        if self.take_keywords(&["AS"]) {
            return self.name().map(Some);
        }
        match self.peek(0) {
            Some(Token::Word(_)) if !self.peek_keyword(stops) => self.name().map(Some),
            _ => Ok(None),
        }
    }

    /// `(name, …)`
    pub fn names(&mut self) -> Result<Vec<Name>, Error> {
        self.expect(&Token::LParen)?;
        let mut names = vec![self.name()?];
        while self.take(&Token::Comma) {
            names.push(self.name()?);
        }
        self.expect(&Token::RParen)?;
        Ok(names)
    }

    /// `OPTIONS (name = value, …)` if it is there
    pub fn options(&mut self) -> Result<Vec<OptionItem>, Error> {
        match self.take_keywords(&["OPTIONS"]) {
            true => self.option_list(),
            false => Ok(Vec::new()),
        }
    }

    /// `(name = value, …)`
    pub fn option_list(&mut self) -> Result<Vec<OptionItem>, Error> {
        let mut options = Vec::new();
        self.expect(&Token::LParen)?;
        while !self.take(&Token::RParen) {
            let name = self.name()?;
            self.expect(&Token::Eq)?;
            let value = self.expression()?;
            let span = name.span.start..self.previous_end();
            options.push(OptionItem { name, value, span });
            if !self.take(&Token::Comma) {
                self.expect(&Token::RParen)?;
                break;
            }
        }
        Ok(options)
    }

    pub fn expression(&mut self) -> Result<Expr, Error> {
        self.parse(|parser| parser.parse_expr())
    }

    pub fn query(&mut self) -> Result<Box<Query>, Error> {
        self.parse(|parser| parser.parse_query())
    }

    pub fn data_type(&mut self) -> Result<DataType, Error> {
        self.parse(|parser| parser.parse_data_type())
    }

    /// The columns of `TABLE<name type, …>`, as the struct type that is written like it
    pub fn table_type(&mut self) -> Result<DataType, Error> {
        let (at, span) = (self.parser.index(), self.parser.peek_token_ref().span);
        self.expect_keyword("TABLE")?;
        let parser = std::mem::replace(&mut self.parser, Parser::new(&GoogleSql));
        let mut tokens = parser.into_tokens();
        tokens[at] = word("STRUCT", span);
        *self = Self::new(tokens, self.end);
        while self.parser.index() < at {
            self.advance();
        }
        self.data_type()
    }

    pub fn table_factor(&mut self) -> Result<TableFactor, Error> {
        self.parse(|parser| parser.parse_table_factor())
    }

    pub fn table_list(&mut self) -> Result<Vec<TableWithJoins>, Error> {
        self.parse(|parser| parser.parse_comma_separated(Parser::parse_table_and_joins))
    }

    /// Lets sqlparser read on from here
    fn parse<T>(
        &mut self,
        read: impl FnOnce(&mut Parser) -> Result<T, ParserError>,
    ) -> Result<T, Error> {
        read(&mut self.parser).map_err(|error| self.syntax_error(error))
    }

    /// sqlparser words its errors as `Expected: X, found: Y at Line: 1, Column: N`
    fn syntax_error(&self, error: ParserError) -> Error {
        let text = match error {
            ParserError::ParserError(text) | ParserError::TokenizerError(text) => text,
            ParserError::RecursionLimitExceeded => {
                return Error::new(
                    code::SQL_UNSUPPORTED,
                    "expression is nested too deeply",
                    self.span(),
                );
            }
        };
        let (message, column) = match text.rsplit_once(" at Line: 1, Column: ") {
            Some((message, column)) => (message, column.trim().parse::<usize>().ok()),
            None => (text.as_str(), None),
        };
        let start = column.map_or(self.end, |column| column.saturating_sub(1));
        let span = (0..)
            .map(|index| self.parser.token_at(index))
            .take_while(|token| token.token != Token::EOF)
            .filter_map(|token| range_of(token.span))
            .find(|range| range.start >= start)
            .unwrap_or(self.end..self.end);
        let message = message
            .replacen("Expected: ", "expected ", 1)
            .replacen("found: EOF", "found the end", 1)
            .replacen("found: ", "found ", 1);
        Error::new(code::SQL_SYNTAX, message, span)
    }
}
