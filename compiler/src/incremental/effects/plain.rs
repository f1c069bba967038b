//! A quick look at an expression: whether its text has nothing in it that could have an effect

use super::names;

/// Whether `code`, from its opening to its closing brace, is plain: names, literals, templates, operators
/// without assignment, and calls of what has a plain name. Regular expressions, statements and functions with
/// a body are not
pub fn is_plain(code: &str) -> bool {
    let mut scan = Scan {
        code: code.as_bytes(),
        at: 0,
        open: Vec::new(),
        before: Token::Operator,
    };
    code.starts_with('{') && scan.whole(code).is_some()
}

/// What stands before the place that is looked at
#[derive(Clone, Copy, PartialEq)]
enum Token {
    /// An operator, comma or opening bracket
    Operator,
    /// A name or number
    Word,
    /// `.`
    Dot,
    /// `Object`
    ObjectWord,
    /// `Object.`
    ObjectDot,
    /// `)`
    Round,
    /// `]`
    Square,
    /// The end of a string, template or object
    Value,
    /// `=>`
    Arrow,
}

struct Scan<'a> {
    code: &'a [u8],
    at: usize,
    /// What is open: closing brackets, and `$` for a placeholder in a template
    open: Vec<u8>,
    before: Token,
}

impl Scan<'_> {
    /// Something if the whole code is plain
    fn whole(&mut self, text: &str) -> Option<()> {
        while let Some(byte) = self.peek(0) {
            let over = self.at > 0 && self.open.is_empty();
            let bare = self.before == Token::ObjectWord && !matches!(byte, b'.' | b' ' | b'\n');
            if over || bare {
                return None;
            }
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'"' | b'\'' => self.string(byte)?,
                b'`' => {
                    if self.before == Token::Square {
                        return None;
                    }
                    self.at += 1;
                    self.template()?;
                }
                b'/' => self.comment(text)?,
                b'(' | b'[' | b'{' => self.opening(byte)?,
                b')' | b']' | b'}' => self.closing(byte)?,
                b'.' => self.dot()?,
                b'=' => self.equals()?,
                b'+' | b'-' if self.peek(1) == Some(byte) => return None,
                // a key that is not known
                b':' if self.before == Token::Square => return None,
                b'+' | b'-' | b'*' | b'%' | b'<' | b'>' | b'&' | b'|' | b'^' | b'!' | b'~'
                | b',' | b':' => {
                    self.operator();
                }
                b'?' => {
                    if self.peek(1) == Some(b'.') {
                        if matches!(self.peek(2), Some(b'(' | b'[' | b'`')) {
                            return None;
                        }
                        self.at += 1;
                    } else {
                        self.operator();
                    }
                }
                b'0'..=b'9' => self.number(),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | 0x80.. => self.word(text)?,
                _ => return None,
            }
        }
        self.open.is_empty().then_some(())
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.code.get(self.at + ahead).copied()
    }

    fn operator(&mut self) {
        self.at += 1;
        self.before = Token::Operator;
    }

    fn string(&mut self, quote: u8) -> Option<()> {
        let start = self.at + 1;
        self.at = start;
        loop {
            match self.peek(0)? {
                b'\\' if matches!(self.peek(1), Some(b'u' | b'x' | b'0'..=b'9')) => return None,
                b'\\' => self.at += 2,
                b'\n' => return None,
                byte if byte == quote => break,
                _ => self.at += 1,
            }
        }
        let key = std::str::from_utf8(&self.code[start..self.at]).ok()?;
        self.at += 1;
        self.before = Token::Value;
        let refused =
            names::is_array_method(key) || names::is_taken_apart(key) || key == "__proto__";
        (!refused).then_some(())
    }

    /// The rest of a template, or up to a placeholder in it
    fn template(&mut self) -> Option<()> {
        loop {
            match self.peek(0)? {
                b'\\' => self.at += 2,
                b'`' => {
                    self.at += 1;
                    self.before = Token::Value;
                    return Some(());
                }
                b'$' if self.peek(1) == Some(b'{') => {
                    self.at += 2;
                    self.open.push(b'$');
                    self.before = Token::Operator;
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }

    fn comment(&mut self, text: &str) -> Option<()> {
        let rest = text.get(self.at..)?;
        let length = match self.peek(1)? {
            b'/' => rest.find(['\n', '\r', '\u{2028}', '\u{2029}'])?,
            b'*' => rest.get(2..)?.find("*/")? + 4,
            _ => return None,
        };
        self.at += length;
        Some(())
    }

    fn opening(&mut self, byte: u8) -> Option<()> {
        let refused = match byte {
            b'(' => self.before == Token::Square,
            // the body of a function
            b'{' => matches!(self.before, Token::Round | Token::Arrow),
            _ => false,
        };
        if refused {
            return None;
        }
        self.open.push(match byte {
            b'(' => b')',
            b'[' => b']',
            _ => b'}',
        });
        self.operator();
        Some(())
    }

    fn closing(&mut self, byte: u8) -> Option<()> {
        let opened = self.open.pop()?;
        self.at += 1;
        if opened == b'$' && byte == b'}' {
            return self.template();
        }
        self.before = match byte {
            b')' => Token::Round,
            b']' => Token::Square,
            _ => Token::Value,
        };
        // what looks like a new value may be only a condition for another
        let condition = byte != b')' && matches!(self.next(0), Some(b'&' | b'|' | b'?'));
        (opened == byte && !condition).then_some(())
    }

    /// The first byte that is not white space, from a place ahead
    fn next(&self, ahead: usize) -> Option<u8> {
        let rest = self.code.get(self.at + ahead..)?;
        rest.iter()
            .find(|byte| !byte.is_ascii_whitespace())
            .copied()
    }

    /// Whether a key that was just read has a new value, if that matters
    fn is_own(&self, key: &str) -> bool {
        if !names::is_taken_apart(key) {
            return true;
        }
        let opening = if key == "rowConditions" { b'[' } else { b'{' };
        let colon = self.code[self.at..].iter().position(|byte| *byte == b':');
        self.next(0) == Some(b':') && colon.and_then(|at| self.next(at + 1)) == Some(opening)
    }

    fn dot(&mut self) -> Option<()> {
        if self.code[self.at..].starts_with(b"...") {
            // of a whole config, it may bring along what others share
            if self.open.len() == 1 {
                return None;
            }
            self.at += 3;
            self.before = Token::Operator;
            return Some(());
        }
        self.at += 1;
        self.before = match self.before {
            Token::Operator | Token::Arrow | Token::Dot | Token::ObjectDot => return None,
            Token::ObjectWord => Token::ObjectDot,
            _ => Token::Dot,
        };
        Some(())
    }

    /// A comparison or an arrow; an assignment is not plain
    fn equals(&mut self) -> Option<()> {
        let previous = |back: usize| self.at.checked_sub(back).map(|at| self.code[at]);
        if self.peek(1) == Some(b'>') {
            self.at += 2;
            self.before = Token::Arrow;
            return Some(());
        }
        let comparison = match previous(1) {
            Some(byte @ (b'<' | b'>')) => previous(2) != Some(byte),
            Some(b'!') => true,
            _ => false,
        };
        let equality = self.peek(1) == Some(b'=');
        if !comparison && !equality {
            return None;
        }
        while self.peek(0) == Some(b'=') {
            self.at += 1;
        }
        self.before = Token::Operator;
        Some(())
    }

    fn number(&mut self) {
        while matches!(
            self.peek(0),
            Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'.')
        ) {
            self.at += 1;
        }
        self.before = Token::Word;
    }

    fn word(&mut self, text: &str) -> Option<()> {
        let start = self.at;
        let part =
            |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80;
        while self.peek(0).is_some_and(part) {
            self.at += 1;
        }
        let word = text.get(start..self.at)?;
        if !word.is_ascii()
            && word
                .chars()
                .any(|character| !character.is_alphanumeric() && character != '_')
        {
            return None;
        }
        let next = self.next(0);
        let operator = matches!(word, "typeof" | "void" | "in" | "instanceof");
        let refused = match self.before {
            Token::Dot => names::is_mutator(word) || names::is_iterator(word),
            Token::ObjectDot => names::is_mutator(word),
            Token::ObjectWord => true,
            // two words: a statement or another form that is not an expression of values
            Token::Word => !operator,
            _ if !self.is_own(word) => true,
            _ if next == Some(b':') => names::is_array_method(word) || word == "__proto__",
            _ => names::is_special(word) && word != "Object" || names::is_array_method(word),
        };
        if refused {
            return None;
        }
        self.before = match word {
            "Object" if self.before != Token::Dot && next != Some(b':') => Token::ObjectWord,
            _ if operator && self.before != Token::Dot => Token::Operator,
            _ => Token::Word,
        };
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn plain_expressions() {
        for code in [
            "{ref(\"a\")}",
            "{ docs.columns.id }",
            "{macros.safeDivide(\"a\", 'b') }",
            "{when(incremental(), `where x > (select max(x) from ${self()})`)}",
            "{constants.START ? 'a' : `b ${ref({name: \"c\"})} d`}",
            "{ type: \"table\", columns: docs.columns, // why\n tags: [\"a\", ...more], /* {}} */ }",
            "{ bigquery: { labels: docs.labels, ...more }, assertions : { rowConditions: ['x > 1'] } }",
            "{list.map(item => `${item.name} as ${item.alias}`).join(\", \")}",
            "{a === b || c !== d && e >= 1 && f <= 2.5}",
            "{Object.keys(docs.columns).join()}",
            "{dataform.projectConfig.vars.env == \"dev\"}",
            "{names?.first ?? 'x'}",
            "{ description: 'it\\'s' }",
            "{ größe: 1 }",
        ] {
            assert!(is_plain(code), "{code}");
        }
    }

    #[test]
    fn expressions_that_are_not_plain() {
        for code in [
            "{x = 1}",
            "{x += 1}",
            "{x >>= 1}",
            "{x **= 1}",
            "{x ??= 1}",
            "{x++}",
            "{--x}",
            "{list.push(1)}",
            "{list\n.sort()}",
            "{list?.push(1)}",
            "{list[\"push\"](1)}",
            "{list[name]?.(1)}",
            "{list[name]`x`}",
            "{map.set(1, 2)}",
            "{Object.assign(docs, {})}",
            "{f(Object)}",
            "{f(Object, 1)}",
            "{ \"map\": f }",
            "{ \"m\\u0061p\": f }",
            "{ [key]: x => x }",
            "{(Object)}",
            "{[Object][0]}",
            "{eval(\"1\")}",
            "{delete docs.x}",
            "{new Foo()}",
            "{(() => { return 1 })()}",
            "{function () {}}",
            "{ { get x() { } } }",
            "{ a() {} }",
            "{/x/.test(y)}",
            "{a / b}",
            "{`${x = 1}`}",
            "{x} {y}",
            "{x",
            "{ map: f }",
            "{ ...docs.config }",
            "{ bigquery: docs.options }",
            "{ \"bigquery\": docs.options }",
            "{ bigquery: {} && docs.options }",
            "{ bigquery }",
            "{ assertions: { rowConditions: docs.conditions } }",
            "{ assertions: { rowConditions: [] && docs.conditions } }",
            "{ map }",
            "{x; y}",
            "{jitData(\"a\", 1)}",
            "{m.values()}",
            "{\"\\\n\"",
            "{x\\u0061 }",
            "{// no end}",
        ] {
            assert!(!is_plain(code), "{code}");
        }
    }
}
