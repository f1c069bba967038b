//! Parts of JSON that is text: found by reading as far as needed, numbers kept as they are written
//!
//! What comes after the part that is looked for does not count: it may even be invalid.

use super::json::quote;
use super::json_path::Step;

/// The part of the text that the steps lead to; `None` where there is none or the text is no JSON
pub fn find<'t>(text: &'t str, steps: &[Step]) -> Option<&'t str> {
    let mut scanner = Scanner { text, at: 0 };
    for step in steps {
        scanner.space();
        match scanner.peek()? {
            b'{' => scanner.seek_member(&step.name()?)?,
            b'[' => scanner.seek_element(step.index()?)?,
            _ => return None,
        }
    }
    scanner.space();
    scanner.value()
}

/// The text of a string, number or boolean; `None` for anything else
pub fn scalar(part: &str) -> Option<String> {
    match part.as_bytes().first()? {
        b'{' | b'[' | b'n' => None,
        b'"' => serde_json::from_str(part).ok(),
        _ => Some(part.to_owned()),
    }
}

/// The text without white space, its strings written in the usual way
pub fn compact(part: &str) -> String {
    let mut out = String::new();
    let mut scanner = Scanner { text: part, at: 0 };
    while let Some(byte) = scanner.peek() {
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => scanner.at += 1,
            b'"' => match scanner.string() {
                Some(string) => {
                    let text: String = serde_json::from_str(string).unwrap_or_default();
                    out.push_str(&quote(&text));
                }
                None => return out,
            },
            byte => {
                out.push(char::from(byte));
                scanner.at += 1;
            }
        }
    }
    out
}

/// The elements of an array; `None` for anything else
pub fn elements(part: &str) -> Option<Vec<&str>> {
    let mut scanner = Scanner { text: part, at: 0 };
    scanner.take(b'[')?;
    let mut found = Vec::new();
    scanner.space();
    if scanner.take(b']').is_some() {
        return Some(found);
    }
    loop {
        scanner.space();
        found.push(scanner.value()?);
        scanner.space();
        match scanner.take(b',') {
            Some(()) => {}
            None => return scanner.take(b']').map(|()| found),
        }
    }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Goes to the value of the first member of this name
    fn seek_member(&mut self, name: &str) -> Option<()> {
        self.take(b'{')?;
        loop {
            self.space();
            let key: String = serde_json::from_str(self.string()?).ok()?;
            self.space();
            self.take(b':')?;
            self.space();
            if key == name {
                return Some(());
            }
            self.value()?;
            self.space();
            self.take(b',')?;
        }
    }

    fn seek_element(&mut self, index: usize) -> Option<()> {
        self.take(b'[')?;
        self.space();
        for _ in 0..index {
            self.value()?;
            self.space();
            self.take(b',')?;
            self.space();
        }
        (self.peek()? != b']').then_some(())
    }

    fn string(&mut self) -> Option<&'t str> {
        let start = self.at;
        self.take(b'"')?;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(&self.text[start..self.at]);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// Reads a value and gives its text
    fn value(&mut self) -> Option<&'t str> {
        let rest = &self.text[self.at..];
        let mut stream =
            serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
        stream.next()?.ok()?;
        let length = stream.byte_offset();
        self.at += length;
        Some(rest[..length].trim_start())
    }
}
