//! GoogleSQL's lexical rules: text to sqlparser's tokens, literals decoded, positions in bytes
//!
//! sqlparser's own tokenizer keeps GoogleSQL's escapes undecoded or decodes them as MySQL's, and
//! counts positions in lines and characters. Here the column of a token is its byte offset plus 1,
//! always on line 1, so every span of the syntax tree is a byte range.

use std::ops::Range;
use std::sync::LazyLock;

use diagnostic::code;
use rustc_hash::FxHashMap;
use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Word};

use crate::Error;
use crate::literal;

/// As many letters as a token has at least, as a rule
const LETTERS: usize = 4;

/// All tokens of a text; white space and comments are left out
pub fn lex(text: &str) -> Result<Vec<TokenWithSpan>, Error> {
    let mut lexer = Lexer {
        text,
        at: 0,
        parameters: 0,
    };
    let mut tokens = Vec::with_capacity(text.len() / LETTERS);
    while let Some(token) = lexer.next_token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

/// The sqlparser span of a byte range
pub fn span_of(range: &Range<usize>) -> Span {
    let location = |offset: usize| Location {
        line: 1,
        column: offset as u64 + 1,
    };
    Span::new(location(range.start), location(range.end))
}

/// The byte range of a sqlparser span; `None` for a node without one
pub fn range_of(span: Span) -> Option<Range<usize>> {
    if span.start.column == 0 {
        return None;
    }
    let start = usize::try_from(span.start.column).ok()?.saturating_sub(1);
    let end = usize::try_from(span.end.column).ok()?.saturating_sub(1);
    Some(start..end.max(start))
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// How many `?` there were
    parameters: usize,
}

impl Lexer<'_> {
    fn next_token(&mut self) -> Result<Option<TokenWithSpan>, Error> {
        self.skip_blank()?;
        let start = self.at;
        let Some(first) = self.peek(0) else {
            return Ok(None);
        };
        let token = if let Some(prefix) = self.string_prefix() {
            self.string(prefix)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            self.word()
        } else if first == '`' {
            self.quoted_name()?
        } else if first.is_ascii_digit()
            || (first == '.' && self.peek(1).is_some_and(|next| next.is_ascii_digit()))
        {
            self.number()?
        } else if first == '@' {
            self.variable()?
        } else {
            self.operator(first)?
        };
        Ok(Some(TokenWithSpan {
            token,
            span: span_of(&(start..self.at)),
        }))
    }

    fn skip_blank(&mut self) -> Result<(), Error> {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("--") || trimmed.starts_with('#') {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                match trimmed.find("*/") {
                    Some(end) => self.at += end + 2,
                    None => return Err(self.error("comment is not closed", self.at..self.at + 2)),
                }
            } else if let Some(rest) = trimmed.strip_prefix('\u{feff}') {
                self.at = self.text.len() - rest.len();
            } else {
                return Ok(());
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text[self.at..].chars().nth(ahead)
    }

    fn error(&self, message: &str, span: Range<usize>) -> Error {
        Error::new(code::SQL_SYNTAX, message, span)
    }

    /// The length of a string literal's prefix (`r`, `b`, `rb`, `br` or nothing), if one starts here
    fn string_prefix(&self) -> Option<usize> {
        let bytes = &self.text.as_bytes()[self.at..];
        let letters = bytes
            .iter()
            .take_while(|byte| matches!(byte, b'r' | b'R' | b'b' | b'B'))
            .count();
        let distinct = letters < 2 || !bytes[0].eq_ignore_ascii_case(&bytes[1]);
        (letters <= 2 && distinct && matches!(bytes.get(letters), Some(b'\'' | b'"')))
            .then_some(letters)
    }

    fn string(&mut self, prefix: usize) -> Result<Token, Error> {
        let start = self.at;
        let letters = self.text[start..start + prefix].to_ascii_lowercase();
        let body = self.delimited(start, start + prefix)?;
        if matches!(self.peek(0), Some('\'' | '"')) {
            let message = "string literals side by side need a space between them";
            return Err(self
                .error(message, self.at..self.at + 1)
                .help("write a quote within a string as `\\'`"));
        }
        let (raw, bytes) = (letters.contains('r'), letters.contains('b'));
        let content = &self.text[body.clone()];
        let decoded = if bytes {
            literal::decode_bytes(content, raw).map(|decoded| {
                Token::SingleQuotedByteStringLiteral(decoded.into_iter().map(char::from).collect())
            })
        } else {
            literal::decode_string(content, raw).map(Token::SingleQuotedString)
        };
        decoded.map_err(|(message, at)| {
            let at = body.start + at;
            self.error(&message, at..at + 1)
        })
    }

    /// Moves past a quoted text whose quotes start at `open`; gives the range between the quotes
    fn delimited(&mut self, start: usize, open: usize) -> Result<Range<usize>, Error> {
        let rest = &self.text[open..];
        let quote = &rest[..1];
        let (delimiter, lines) = match rest.get(..3) {
            Some(triple) if triple.trim_start_matches(quote).is_empty() => (triple, true),
            _ => (quote, false),
        };
        let body = open + delimiter.len();
        let mut at = body;
        while let Some(letter) = self.text[at..].chars().next() {
            if self.text[at..].starts_with(delimiter) {
                self.at = at + delimiter.len();
                return Ok(body..at);
            }
            if letter == '\n' && !lines {
                break;
            }
            at += letter.len_utf8();
            if letter == '\\' {
                at += self.text[at..].chars().next().map_or(0, char::len_utf8);
            }
        }
        let what = if quote == "`" {
            "quoted name"
        } else {
            "string"
        };
        Err(self.error(&format!("{what} is not closed"), start..at))
    }

    fn word(&mut self) -> Token {
        let rest = &self.text[self.at..];
        let end = rest
            .bytes()
            .position(|letter| !letter.is_ascii_alphanumeric() && letter != b'_')
            .unwrap_or(rest.len());
        self.at += end;
        Token::Word(Word {
            value: rest[..end].to_owned(),
            quote_style: None,
            keyword: keyword(&rest[..end]),
        })
    }

    fn quoted_name(&mut self) -> Result<Token, Error> {
        let start = self.at;
        let body = self.delimited(start, start)?;
        let name = literal::decode_string(&self.text[body.clone()], false)
            .map_err(|(message, at)| self.error(&message, body.start + at..body.start + at + 1))?;
        if name.is_empty() {
            return Err(self.error("quoted name is empty", start..self.at));
        }
        Ok(Token::make_word(&name, Some('`')))
    }

    fn number(&mut self) -> Result<Token, Error> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |mut at: usize| {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        if self.text[start..].starts_with("0x") || self.text[start..].starts_with("0X") {
            self.at += 2;
            while bytes.get(self.at).is_some_and(u8::is_ascii_hexdigit) {
                self.at += 1;
            }
        } else {
            self.at = digits(start);
            if bytes.get(self.at) == Some(&b'.') {
                self.at = digits(self.at + 1);
            }
            if matches!(bytes.get(self.at), Some(b'e' | b'E')) {
                let sign = usize::from(matches!(bytes.get(self.at + 1), Some(b'+' | b'-')));
                let end = digits(self.at + 1 + sign);
                if end > self.at + 1 + sign {
                    self.at = end;
                }
            }
        }
        Ok(Token::Number(self.text[start..self.at].to_owned(), false))
    }

    fn variable(&mut self) -> Result<Token, Error> {
        let start = self.at;
        self.at += if self.text[start..].starts_with("@@") {
            2
        } else {
            1
        };
        let rest = &self.text[self.at..];
        let end = rest
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '.')
            .unwrap_or(rest.len());
        self.at += end;
        if end == 0 && !rest.starts_with('{') {
            return Err(self.error("parameter has no name", start..self.at));
        }
        Ok(Token::Placeholder(self.text[start..self.at].to_owned()))
    }

    fn operator(&mut self, first: char) -> Result<Token, Error> {
        let start = self.at;
        let (length, token) = match &self.text.as_bytes()[start..] {
            [b'?', ..] => {
                self.parameters += 1;
                (1, Token::Placeholder(format!("?{}", self.parameters)))
            }
            [b'|', b'|', ..] => (2, Token::StringConcat),
            [b'|', b'>', ..] => (2, Token::VerticalBarRightAngleBracket),
            [b'<', b'<', ..] => (2, Token::ShiftLeft),
            [b'>', b'>', ..] => (2, Token::ShiftRight),
            [b'<', b'=', ..] => (2, Token::LtEq),
            [b'>', b'=', ..] => (2, Token::GtEq),
            [b'<', b'>', ..] | [b'!', b'=', ..] => (2, Token::Neq),
            [b'=', b'>', ..] => (2, Token::RArrow),
            [b'-', b'>', ..] => (2, Token::Arrow),
            [b'=', ..] => (1, Token::Eq),
            [b'<', ..] => (1, Token::Lt),
            [b'>', ..] => (1, Token::Gt),
            [b'+', ..] => (1, Token::Plus),
            [b'-', ..] => (1, Token::Minus),
            [b'*', ..] => (1, Token::Mul),
            [b'/', ..] => (1, Token::Div),
            [b'%', ..] => (1, Token::Mod),
            [b'&', ..] => (1, Token::Ampersand),
            [b'|', ..] => (1, Token::Pipe),
            [b'^', ..] => (1, Token::Caret),
            [b'~', ..] => (1, Token::Tilde),
            [b'(', ..] => (1, Token::LParen),
            [b')', ..] => (1, Token::RParen),
            [b'[', ..] => (1, Token::LBracket),
            [b']', ..] => (1, Token::RBracket),
            [b'{', ..] => (1, Token::LBrace),
            [b'}', ..] => (1, Token::RBrace),
            [b',', ..] => (1, Token::Comma),
            [b'.', ..] => (1, Token::Period),
            [b';', ..] => (1, Token::SemiColon),
            [b':', ..] => (1, Token::Colon),
            _ => {
                let message = format!("unexpected character `{first}`");
                return Err(self.error(&message, start..start + first.len_utf8()));
            }
        };
        self.at += length;
        Ok(token)
    }
}

/// sqlparser's keyword of an unquoted word; its own search compares with ten of them
fn keyword(word: &str) -> Keyword {
    /// No keyword is longer
    const LONGEST: usize = 64;
    static KEYWORDS: LazyLock<FxHashMap<&[u8], Keyword>> = LazyLock::new(|| {
        let texts = ALL_KEYWORDS.iter().map(|text| text.as_bytes());
        texts.zip(ALL_KEYWORDS_INDEX.iter().copied()).collect()
    });
    let mut upper = [0; LONGEST];
    let Some(upper) = upper.get_mut(..word.len()) else {
        return Keyword::NoKeyword;
    };
    upper.copy_from_slice(word.as_bytes());
    upper.make_ascii_uppercase();
    let known = KEYWORDS.get(&*upper);
    known.copied().unwrap_or(Keyword::NoKeyword)
}
