//! Reads a `config` block, and the arguments of calls, as far as they are literals

use super::expression::{Expression, entry};
use crate::value::{Object, Value};

/// A value as it is written
#[derive(Debug, Clone, PartialEq)]
pub enum Draft {
    /// Known
    Known(Value),
    /// Known to the engine only
    Expression(Expression),
    /// A list that is not known as a whole
    Array(Vec<Draft>),
    /// An object that is not known as a whole
    Object(Vec<Entry>),
}

/// An entry of an object
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// `name: value`
    Named(String, Draft),
    /// `...value`
    Spread(Expression),
}

impl Draft {
    /// The value, if it is known
    pub fn known(self) -> Option<Value> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// The text under a name of an object, if it is known
    pub fn named(&self, name: &str) -> Option<&str> {
        let Self::Object(entries) = self else {
            return None;
        };
        let last = entries.iter().rev().find(|entry| match entry {
            Entry::Named(key, _) => key == name,
            Entry::Spread(_) => true,
        })?;
        match last {
            Entry::Named(_, Self::Known(value)) => value.as_str(),
            _ => None,
        }
    }

    /// Whether code has a hand on objects that Dataform takes apart when it reads the config
    pub fn lends(&self) -> bool {
        let Self::Object(entries) = self else {
            return false;
        };
        entries.iter().any(|entry| match entry {
            Entry::Spread(_) => true,
            Entry::Named(name, Self::Expression(_)) => {
                matches!(name.as_str(), "bigquery" | "assertions" | "rowConditions")
            }
            Entry::Named(name, value) => name == "assertions" && value.lends(),
        })
    }

    /// Shows every expression in it to `visit`, in the order of evaluation, with whether it is spread
    pub fn visit(&mut self, visit: &mut dyn FnMut(&mut Expression, bool)) {
        match self {
            Self::Known(_) => {}
            Self::Expression(expression) => visit(expression, false),
            Self::Array(items) => items.iter_mut().for_each(|item| item.visit(visit)),
            Self::Object(entries) => {
                for entry in entries {
                    match entry {
                        Entry::Named(_, value) => value.visit(visit),
                        Entry::Spread(expression) => visit(expression, true),
                    }
                }
            }
        }
    }

    /// The value, with those of its expressions in the order of evaluation
    pub fn fill(self, values: &mut impl Iterator<Item = Value>) -> Value {
        match self {
            Self::Known(value) => value,
            Self::Expression(_) => values.next().unwrap_or_default(),
            Self::Array(items) => {
                Value::Array(items.into_iter().map(|item| item.fill(values)).collect())
            }
            Self::Object(entries) => {
                let mut object = Vec::new();
                for entry in entries {
                    match entry {
                        Entry::Named(name, value) => object.push((name, value.fill(values))),
                        Entry::Spread(_) => {
                            if let Some(Value::Object(spread)) = values.next() {
                                object.extend(spread.into_entries());
                            }
                        }
                    }
                }
                Value::Object(Object::from_entries(object))
            }
        }
    }
}

/// The object literal that the bytes from `start` to `end` of a file are; `None` for anything else
pub fn parse_config(file: &str, start: usize, end: usize) -> Option<Draft> {
    let mut reader = Reader {
        text: &file[..end],
        at: start,
        code: true,
        depth: 0,
    };
    reader.skip()?;
    let value = reader.object()?;
    reader.skip()?;
    (reader.at == end).then_some(value)
}

/// The values of a list of arguments made of literals only
pub fn parse_arguments(text: &str) -> Option<Vec<Value>> {
    let mut reader = Reader {
        text,
        at: 0,
        code: false,
        depth: 0,
    };
    let mut arguments = Vec::new();
    reader.skip()?;
    while reader.at < text.len() {
        arguments.push(reader.value()?.known()?);
        if !reader.eat(',') {
            break;
        }
        reader.skip()?;
    }
    (reader.at == text.len()).then_some(arguments)
}

/// The arguments of a call that opens at `open`, if they are literals, and where the call ends
pub fn read_call(text: &str, open: usize) -> Option<(Vec<Value>, usize)> {
    let mut reader = Reader {
        text,
        at: open,
        code: false,
        depth: 0,
    };
    let mut arguments = Vec::new();
    if !reader.eat('(') {
        return None;
    }
    reader.skip()?;
    while !reader.eat(')') {
        arguments.push(reader.value()?.known()?);
        if !reader.eat(',') {
            return reader.eat(')').then_some((arguments, reader.at));
        }
        reader.skip()?;
    }
    Some((arguments, reader.at))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Whether there may be expressions that are no literals
    code: bool,
    /// In how many objects and lists it is
    depth: usize,
}

/// How many objects and lists may stand in each other
const DEEPEST: usize = 100;

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.at += character.len_utf8();
        }
        found
    }

    /// Skips white space and comments; `None` for a comment without an end
    fn skip(&mut self) -> Option<()> {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.at += trimmed.find("*/")? + 2;
            } else {
                return Some(());
            }
        }
    }

    /// A value up to the comma or bracket after it
    fn value(&mut self) -> Option<Draft> {
        self.skip()?;
        // a list with others spread into it is one expression
        if self.text[self.at..].starts_with("...") {
            return None;
        }
        let start = self.at;
        if let Some(value) = self.literal()
            && self.skip().is_some()
            && self
                .peek()
                .is_none_or(|next| matches!(next, ',' | '}' | ']' | ')'))
        {
            return Some(value);
        }
        self.at = start;
        self.expression().map(Draft::Expression)
    }

    fn expression(&mut self) -> Option<Expression> {
        if !self.code {
            return None;
        }
        let (expression, end) = entry(self.text, self.at)?;
        self.at = end;
        self.skip()?;
        Some(expression)
    }

    fn literal(&mut self) -> Option<Draft> {
        if self.depth == DEEPEST {
            // nor is it an expression: that would be read again at every level
            self.code = false;
            return None;
        }
        let first = self.peek()?;
        self.depth += 1;
        let value = match first {
            '{' => self.object(),
            '[' => self.array(),
            '"' | '\'' | '`' => self.string().map(|text| Draft::Known(Value::String(text))),
            character if character.is_ascii_digit() => self.number().map(Draft::Known),
            _ => self.word().map(Draft::Known),
        };
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Option<Draft> {
        if !self.eat('{') {
            return None;
        }
        let mut entries = Vec::new();
        loop {
            self.skip()?;
            if self.eat('}') {
                return Some(object(entries));
            }
            let entry = if self.text[self.at..].starts_with("...") {
                self.at += "...".len();
                self.skip()?;
                Entry::Spread(self.expression()?)
            } else {
                self.named()?
            };
            entries.push(entry);
            if !self.eat(',') {
                return self.eat('}').then(|| object(entries));
            }
        }
    }

    fn named(&mut self) -> Option<Entry> {
        let key = match self.peek()? {
            '"' | '\'' => self.string()?,
            _ => self.identifier()?.to_owned(),
        };
        self.skip()?;
        if key == "__proto__" || !self.eat(':') {
            return None;
        }
        Some(Entry::Named(key, self.value()?))
    }

    fn array(&mut self) -> Option<Draft> {
        self.eat('[');
        let mut items = Vec::new();
        loop {
            self.skip()?;
            if self.eat(']') {
                return Some(array(items));
            }
            items.push(self.value()?);
            if !self.eat(',') {
                return self.eat(']').then(|| array(items));
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.peek()?;
        self.at += 1;
        let plain = |character: char| {
            character != quote
                && !matches!(
                    character,
                    '\\' | '\n' | '\r' | '\u{2028}' | '\u{2029}' | '$'
                )
        };
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let length = rest.find(|character| !plain(character))?;
            out.push_str(&rest[..length]);
            self.at += length;
            let character = self.peek()?;
            self.at += character.len_utf8();
            match character {
                _ if character == quote => return Some(out),
                '\\' => {
                    let escaped = self.peek()?;
                    self.at += escaped.len_utf8();
                    out.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        '"' | '\'' | '`' | '\\' => escaped,
                        _ => return None,
                    });
                }
                '\n' if quote != '`' => return None,
                '\r' | '\u{2028}' | '\u{2029}' => return None,
                '$' if quote == '`' && self.peek() == Some('{') => return None,
                _ => out.push(character),
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|character: char| !(character.is_ascii_digit() || character == '.'))
            .unwrap_or(rest.len());
        let digits = &rest[..length];
        let next = rest[length..].chars().next();
        let odd = next.is_some_and(|next| next.is_alphanumeric() || next == '_' || next == '$');
        let octal = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        if odd || octal {
            return None;
        }
        self.at += length;
        digits.parse().ok().map(Value::Number)
    }

    fn word(&mut self) -> Option<Value> {
        match self.identifier()? {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            _ => None,
        }
    }

    fn identifier(&mut self) -> Option<&str> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|character: char| {
                !(character.is_ascii_alphanumeric() || character == '_' || character == '$')
            })
            .unwrap_or(rest.len());
        let name = &rest[..length];
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        self.at += length;
        Some(name)
    }
}

/// An object, known if its entries are
fn object(entries: Vec<Entry>) -> Draft {
    let known = |entry: &Entry| matches!(entry, Entry::Named(_, Draft::Known(_)));
    let all = entries.iter().all(known);
    let object = Draft::Object(entries);
    if all {
        Draft::Known(object.fill(&mut std::iter::empty()))
    } else {
        object
    }
}

/// A list, known if its items are
fn array(items: Vec<Draft>) -> Draft {
    let all = items.iter().all(|item| matches!(item, Draft::Known(_)));
    let array = Draft::Array(items);
    if all {
        Draft::Known(array.fill(&mut std::iter::empty()))
    } else {
        array
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Draft> {
        parse_config(text, 0, text.len())
    }

    #[test]
    fn literals_are_read() {
        let text =
            "{ type: \"table\", // c\n 'tags': ['a', `b`,], x: { y: 1.5, z: null }, type: '$' }";
        assert_eq!(
            parse(text)
                .and_then(Draft::known)
                .map(|value| value.to_json())
                .as_deref(),
            Some("{\"type\":\"$\",\"tags\":[\"a\",\"b\"],\"x\":{\"y\":1.5,\"z\":null}}")
        );
    }

    #[test]
    fn expressions_are_left_to_the_engine() {
        for (text, expressions) in [
            ("{ ...x, y: 1 }", "...x"),
            ("{ a: b, c: [1, d.e] }", "b;d.e"),
            ("{ a: `${1}` // c\n }", "`${$0}` "),
            ("{ a: 1 + 1 }", "$0 + $1 "),
            ("{ a: \"x\".y, b: { c() {} } }", "$0.y;{ c() {} } "),
            ("{ a: \"b\" c: [] }", "$0 c: [] "),
            ("{ a: -1, b: [1,,2], c: 0x }", ""),
            (
                "{ a: { ...x, [k]: 1 }, b: [...y] }",
                "{ ...x, [k]: $0 };[...y] ",
            ),
        ] {
            let mut shown = Vec::new();
            if let Some(mut draft) = parse(text) {
                draft.visit(&mut |expression, spread| {
                    let dots = if spread { "..." } else { "" };
                    shown.push(format!("{dots}{}", expression.code));
                });
            }
            assert_eq!(shown.join(";"), expressions, "{text}");
        }
    }

    #[test]
    fn other_code_is_not_taken() {
        for code in [
            "{ a() {} }",
            "{ a: 1",
            "{ a, b }",
            "{ a: 0x10 }",
            "{ a: b = 1 }",
            "{ a: f(b) }, 2",
            "{ [a]: 1 }",
            "{ a: b } + 1",
            &"{ a: ".repeat(100_000),
            &"[".repeat(100_000),
        ] {
            assert_eq!(parse(code), None, "{code}");
        }
    }
}
