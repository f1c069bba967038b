//! Reads a `config` block that is a plain object literal, so that no engine is needed for it

use crate::value::{Object, Value};

/// The value of an object literal made of literals only; `None` for anything else
pub fn parse_literal(text: &str) -> Option<Value> {
    let mut reader = Reader { text, at: 0 };
    reader.skip()?;
    let value = reader.object()?;
    reader.skip()?;
    (reader.at == text.len()).then_some(value)
}

/// The values of a list of arguments made of literals only
pub fn parse_arguments(text: &str) -> Option<Vec<Value>> {
    let mut reader = Reader { text, at: 0 };
    let mut arguments = Vec::new();
    reader.skip()?;
    while reader.at < text.len() {
        arguments.push(reader.value()?);
        if !reader.eat(',') {
            break;
        }
        reader.skip()?;
    }
    (reader.at == text.len()).then_some(arguments)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

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

    fn value(&mut self) -> Option<Value> {
        self.skip()?;
        let value = match self.peek()? {
            '{' => self.object(),
            '[' => self.array(),
            '"' | '\'' | '`' => self.string().map(Value::String),
            character if character.is_ascii_digit() => self.number(),
            _ => self.word(),
        }?;
        self.skip()?;
        Some(value)
    }

    fn object(&mut self) -> Option<Value> {
        if !self.eat('{') {
            return None;
        }
        let mut object: Vec<(String, Value)> = Vec::new();
        loop {
            self.skip()?;
            if self.eat('}') {
                return Some(Value::Object(Object::from_ordered(object)));
            }
            let key = match self.peek()? {
                '"' | '\'' => self.string()?,
                _ => self.identifier()?,
            };
            self.skip()?;
            if key == "__proto__" || !self.eat(':') {
                return None;
            }
            let value = self.value()?;
            match object.iter_mut().find(|(name, _)| *name == key) {
                Some(entry) => entry.1 = value,
                None => object.push((key, value)),
            }
            if !self.eat(',') {
                return self
                    .eat('}')
                    .then(|| Value::Object(Object::from_ordered(object)));
            }
        }
    }

    fn array(&mut self) -> Option<Value> {
        self.eat('[');
        let mut items = Vec::new();
        loop {
            self.skip()?;
            if self.eat(']') {
                return Some(Value::Array(items));
            }
            items.push(self.value()?);
            if !self.eat(',') {
                return self.eat(']').then_some(Value::Array(items));
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.peek()?;
        self.at += 1;
        let mut out = String::new();
        loop {
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
        match self.identifier()?.as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            _ => None,
        }
    }

    fn identifier(&mut self) -> Option<String> {
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
        Some(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_and_code_is_not() {
        let text = "{ type: \"table\", // c\n 'tags': ['a', `b`,], x: { y: 1.5, z: null }, }";
        assert_eq!(
            parse_literal(text).map(|value| value.to_json()).as_deref(),
            Some("{\"type\":\"table\",\"tags\":[\"a\",\"b\"],\"x\":{\"y\":1.5,\"z\":null}}")
        );
        for code in [
            "{ ...x }",
            "{ a: b }",
            "{ a: `${1}` }",
            "{ a: 1 + 1 }",
            "{ a() {} }",
            "{ a: -1 }",
            "{ a: 1",
            "{ a, b }",
            "{ type: \"table\" tags: [] }",
            "{ a: 0x10 }",
            "{ a: [1,,2] }",
        ] {
            assert_eq!(parse_literal(code), None, "{code}");
        }
    }
}
