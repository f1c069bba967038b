//! JavaScript expressions with their literals taken out, so that code which differs only in them is
//! compiled once for all files

use super::escape::normalise_lines;

/// The names that placeholders and `js` blocks can use; `undefined` where the action has none
pub const CONTEXT: [&str; 9] = [
    "self",
    "ref",
    "resolve",
    "name",
    "when",
    "incremental",
    "schema",
    "database",
    "EXPECT",
];

/// Names whose meaning depends on the module that they stand in, and code that can see such names
const OF_THE_MODULE: [&str; 12] = [
    "this",
    "arguments",
    "eval",
    "require",
    "exports",
    "module",
    "__filename",
    "__dirname",
    "__sqlx",
    "class",
    "import",
    "super",
];

/// A literal of an expression
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A string, or a stretch of a template
    Text(String),
    /// A number
    Number(f64),
}

/// An expression; in its code `$0`, `$1`, … stand for its literals
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expression {
    /// The code; the script host takes it when it gives the expression its number
    pub code: String,
    /// What `$0`, `$1`, … stand for
    pub literals: Vec<Literal>,
    /// The numbers of the names in [`CONTEXT`] that occur in it, as bits
    pub context: u16,
    /// The number of its function in the script host
    pub number: u32,
    /// The number of its file in the script host
    pub file: u32,
    /// Bytes of the code and the bytes of the file that they come from, wherever the distance changes
    offsets: Vec<(usize, usize)>,
}

impl Expression {
    /// The byte of the file that a byte of the code comes from
    pub fn source_offset(&self, offset: usize) -> usize {
        let (code, source) = self
            .offsets
            .iter()
            .rev()
            .find(|(code, _)| *code <= offset)
            .copied()
            .unwrap_or_default();
        source + (offset - code)
    }
}

/// The expression that the bytes from `start` to `end` of a file are; `None` where they are none, or
/// one whose meaning depends on where it stands
pub fn whole(file: &str, start: usize, end: usize) -> Option<Expression> {
    let (expression, at) = Scanner::new(&file[..end], start).scan(Until::End)?;
    (at == end).then_some(expression)
}

/// The expression at `start` that is an entry of a list or object, and where it ends
pub fn entry(file: &str, start: usize) -> Option<(Expression, usize)> {
    Scanner::new(file, start).scan(Until::Comma)
}

#[derive(Clone, Copy, PartialEq)]
enum Until {
    /// The end of the text
    End,
    /// A comma or closing bracket that belongs to the list around
    Comma,
}

#[derive(Clone, Copy, PartialEq)]
enum Open {
    Bracket(u8),
    /// A placeholder in a template
    Placeholder,
}

/// What stands before a token
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// An operator or opening bracket, by its last character
    Operator(u8),
    /// A name or keyword, a literal or a closing bracket
    Operand,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open>,
    before: Before,
    out: Expression,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        Self {
            text,
            at,
            open: Vec::new(),
            before: Before::Operator(b'('),
            out: Expression {
                offsets: vec![(0, at)],
                ..Expression::default()
            },
        }
    }

    fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn scan(mut self, until: Until) -> Option<(Expression, usize)> {
        while let Some(byte) = self.peek() {
            if until == Until::Comma && self.open.is_empty() && self.ends_entry(byte) {
                break;
            }
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.verbatim(1),
                b'"' | b'\'' => self.string(byte)?,
                b'`' => {
                    if self.before == Before::Operand {
                        return None;
                    }
                    self.verbatim(1);
                    self.template()?;
                }
                b'0'..=b'9' => self.number()?,
                b'_' | b'a'..=b'z' | b'A'..=b'Z' => self.word()?,
                b'(' | b'[' | b'{' => {
                    self.open.push(Open::Bracket(byte));
                    self.operator(1);
                }
                b')' | b']' | b'}' => self.close(byte)?,
                _ => self.punctuator()?,
            }
        }
        let empty = self.out.code.trim().is_empty();
        (self.open.is_empty() && !empty).then_some((self.out, self.at))
    }

    /// Whether the list around ends the entry here, or a comment begins
    fn ends_entry(&self, byte: u8) -> bool {
        let comment = byte == b'/' && matches!(self.byte(self.at + 1), Some(b'/' | b'*'));
        matches!(byte, b',' | b'}' | b']') || comment
    }

    fn verbatim(&mut self, length: usize) {
        self.out
            .code
            .push_str(&self.text[self.at..self.at + length]);
        self.at += length;
    }

    fn operator(&mut self, length: usize) {
        self.verbatim(length);
        self.before = Before::Operator(self.text.as_bytes()[self.at - 1]);
    }

    fn close(&mut self, byte: u8) -> Option<()> {
        match (self.open.pop()?, byte) {
            (Open::Placeholder, b'}') => {
                self.verbatim(1);
                return self.template();
            }
            (Open::Bracket(b'('), b')')
            | (Open::Bracket(b'['), b']')
            | (Open::Bracket(b'{'), b'}') => {
                self.verbatim(1);
                self.before = Before::Operand;
            }
            _ => return None,
        }
        Some(())
    }

    /// Puts `$n` in the place of the next `length` bytes
    fn literal(&mut self, literal: Literal, length: usize, wrapped: bool) {
        let number = self.out.literals.len().to_string();
        self.apart();
        for text in [if wrapped { "${$" } else { "$" }, &number] {
            self.out.code.push_str(text);
        }
        if wrapped {
            self.out.code.push('}');
        }
        self.out.literals.push(literal);
        self.at += length;
        self.out.offsets.push((self.out.code.len(), self.at));
    }

    /// Keeps a name and a literal beside it two tokens
    fn apart(&mut self) {
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        if self.out.code.as_bytes().last().is_some_and(word) {
            self.out.code.push(' ');
            self.out.offsets.push((self.out.code.len(), self.at));
        }
    }

    /// Whether the token that ends at `end` is the name of a property or method
    fn is_key(&self, end: usize) -> bool {
        let after = self.text[end..].trim_start().bytes().next();
        let first = matches!(self.before, Before::Operator(b'{' | b','));
        after == Some(b'(') || (first && after == Some(b':'))
    }

    fn string(&mut self, quote: u8) -> Option<()> {
        let mut end = self.at + 1;
        let mut escapes = false;
        loop {
            match self.byte(end)? {
                b'\n' | b'\r' => return None,
                b'\\' => {
                    escapes = true;
                    end += 2;
                }
                byte if byte == quote => break,
                _ => end += 1,
            }
        }
        let length = end + 1 - self.at;
        let text = self.text.get(self.at + 1..end)?;
        if escapes || self.is_key(end + 1) {
            self.verbatim(length);
        } else {
            self.literal(Literal::Text(text.to_owned()), length, false);
        }
        self.before = Before::Operand;
        Some(())
    }

    /// The text of a template, up to its end or its next placeholder
    fn template(&mut self) -> Option<()> {
        let mut end = self.at;
        let mut escapes = false;
        loop {
            match self.byte(end)? {
                b'\\' => {
                    escapes = true;
                    end += 2;
                }
                b'`' => break,
                b'$' if self.byte(end + 1) == Some(b'{') => break,
                _ => end += 1,
            }
        }
        let text = self.text.get(self.at..end)?;
        if escapes {
            self.verbatim(text.len());
        } else if !text.is_empty() {
            self.literal(Literal::Text(normalise_lines(text)), text.len(), true);
        }
        if self.peek() == Some(b'`') {
            self.verbatim(1);
            self.before = Before::Operand;
        } else {
            self.verbatim(2);
            self.open.push(Open::Placeholder);
            self.before = Before::Operator(b'(');
        }
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let digits = |from: usize| {
            let bytes = self.text.as_bytes()[from..].iter();
            bytes.take_while(|byte| byte.is_ascii_digit()).count()
        };
        let whole = digits(self.at);
        let mut length = whole;
        if self.byte(self.at + length) == Some(b'.') {
            let fraction = digits(self.at + length + 1);
            length += if fraction > 0 { 1 + fraction } else { 0 };
        }
        let end = self.at + length;
        let octal = whole > 1 && self.peek() == Some(b'0');
        let odd = self.byte(end).is_some_and(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$' | b'\\' | 0x80..)
        });
        if octal || odd {
            return None;
        }
        if self.is_key(end) {
            self.verbatim(length);
        } else {
            let value = self.text[self.at..end].parse().ok()?;
            self.literal(Literal::Number(value), length, false);
        }
        self.before = Before::Operand;
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let rest = &self.text.as_bytes()[self.at..];
        let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        let length = rest.iter().take_while(is_word).count();
        if matches!(rest.get(length), Some(b'$' | b'\\' | 0x80..)) {
            return None;
        }
        let word = &self.text[self.at..self.at + length];
        if self.before != Before::Operator(b'.') {
            if OF_THE_MODULE.contains(&word) {
                return None;
            }
            if let Some(number) = CONTEXT.iter().position(|name| *name == word) {
                self.out.context |= 1 << number;
            }
        }
        self.apart();
        self.verbatim(length);
        self.before = Before::Operand;
        Some(())
    }

    /// An operator that assigns nothing
    fn punctuator(&mut self) -> Option<()> {
        const LONG: [&str; 13] = [
            "===", "!==", "...", "==", "!=", "=>", "<=", ">=", "&&", "||", "??", "**", "?.",
        ];
        let rest = &self.text[self.at..];
        let long = LONG.iter().find(|operator| rest.starts_with(**operator));
        let first = self.peek()?;
        let length = long.map_or(1, |operator| operator.len());
        if long.is_none() && !b"+-*%&|^!~<>?:,.".contains(&first) {
            return None;
        }
        let after = self.byte(self.at + length);
        let hidden = match after {
            Some(b'=') => true,
            // `++`, `--`, shifts, which may assign, and comments of HTML
            Some(next @ (b'+' | b'-' | b'<' | b'>')) => length == 1 && next == first,
            Some(b'!') => first == b'<',
            Some(byte) => {
                byte.is_ascii_digit()
                    && matches!(long, None | Some(&"?."))
                    && rest[..length].ends_with('.')
            }
            None => false,
        };
        if hidden {
            return None;
        }
        self.operator(length);
        if long == Some(&"...") {
            self.before = Before::Operator(b'*');
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_taken_out_and_names_stay() {
        for (code, expected, literals) in [
            ("m.f(\"a\", 'b', 1.5)", "m.f($0, $1, $2)", 3),
            (
                "f({ a: \"x\", \"b\": 1, 2: c })",
                "f({ a: $0, \"b\": $1, 2: c })",
                2,
            ),
            ("a ? \"b\" : \"c\"", "a ? $0 : $1", 2),
            ("`a ${b} c`", "`${$0}${b}${$1}`", 2),
            ("when(x, `a ${f(`b`)}`)", "when(x, `${$0}${f(`${$1}`)}`)", 2),
            ("\"a\"in b", "$0 in b", 1),
            ("typeof\"a\"", "typeof $0", 1),
            ("x?.y ?? \"http://z\"", "x?.y ?? $0", 1),
            ("\"a\\n\" + b", "\"a\\n\" + b", 0),
            ("[1, 2].map((x) => x * 2)", "[$0, $1].map((x) => x * $2)", 3),
            (
                "({ \"x\"() { return 1 } })",
                "({ \"x\"() { return $0 } })",
                1,
            ),
        ] {
            let found = whole(code, 0, code.len());
            let shown = found
                .as_ref()
                .map(|found| (found.code.as_str(), found.literals.len()));
            assert_eq!(shown, Some((expected, literals)), "{code}");
        }
    }

    #[test]
    fn what_depends_on_its_place_is_left_alone() {
        for code in [
            "",
            " ",
            "a = 1",
            "a += 1",
            "a++",
            "--a",
            "a <<= 1",
            "a >> 1",
            "a / b",
            "/a/",
            "f`x`",
            "this.x",
            "require(\"x\")",
            "eval(\"x\")",
            "a)",
            "(a",
            "[a)",
            "a; b",
            "$x",
            "é",
            "1n",
            "0x1",
            "1e3",
            "010",
            "a?.5:1",
            "\"a",
            "`a",
            "`a ${b`",
            "x &&= y",
            "a.#b",
            "a <!-- b",
        ] {
            assert_eq!(whole(code, 0, code.len()), None, "{code}");
        }
        assert!(whole("a.this", 0, 6).is_some());
    }

    #[test]
    fn an_entry_ends_with_its_list() {
        let text = "{ a: f(\"x\", [1]) , b }";
        let (expression, end) = entry(text, 5).unwrap();
        assert_eq!((expression.code.as_str(), end), ("f($0, [$1]) ", 17));
        assert_eq!(expression.source_offset(6), 12);
    }
}
