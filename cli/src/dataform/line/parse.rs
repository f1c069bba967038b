//! From the words of a command line to positionals and flags, by the rules of yargs 16: both spellings of
//! a flag, `--no-flag`, `--flag=value` and `--flag value`, several values, repeated flags, `--`

use std::collections::{BTreeMap, BTreeSet};

use super::value::{Value, camel_case, is_negative, number, to_number};
use crate::dataform::flags::{Flag, Kind};

/// The words of a command line, sorted out
#[derive(Debug, Default)]
pub struct Words {
    /// Flags under all their spellings, in the order in which they were met
    pub flags: Vec<(String, Value)>,
    /// What is no flag
    pub positionals: Vec<String>,
    /// What stands after `--`
    pub rest: Vec<String>,
    /// Spellings of a flag, by each of them
    pub spellings: BTreeMap<String, Vec<String>>,
    /// Spellings that were made up for flags nobody declared
    pub invented: BTreeSet<String>,
    /// A value that its flag refuses
    pub error: Option<String>,
}

/// Sorts out the words
pub fn parse(words: &[String], known: &[&Flag]) -> Words {
    let mut parser = Parser {
        known,
        found: Words::default(),
    };
    for flag in known {
        parser.declare(flag.name);
    }
    parser.read(words);
    parser.fill_in();
    parser.convert();
    parser.found
}

impl Words {
    /// The value of a flag
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.flags
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// Replaces or adds
    pub fn set(&mut self, name: &str, value: Value) {
        match self.flags.iter_mut().find(|(key, _)| key == name) {
            Some((_, place)) => *place = value,
            None => self.flags.push((name.to_owned(), value)),
        }
    }
}

struct Parser<'a> {
    known: &'a [&'a Flag],
    found: Words,
}

impl Parser<'_> {
    fn declare(&mut self, name: &str) {
        let camel = camel_case(name);
        let others = if camel == name {
            Vec::new()
        } else {
            self.found.invented.insert(camel.clone());
            self.found
                .spellings
                .insert(camel.clone(), vec![name.to_owned()]);
            vec![camel]
        };
        self.found.spellings.insert(name.to_owned(), others);
    }

    /// The declared flag behind a spelling
    fn flag(&self, key: &str) -> Option<&Flag> {
        let others = self.found.spellings.get(key);
        self.known.iter().copied().find(|flag| {
            flag.name == key
                || others.is_some_and(|others| others.iter().any(|other| other == flag.name))
        })
    }

    fn kind(&self, key: &str) -> Kind {
        self.flag(key).map_or(Kind::Any, |flag| flag.kind)
    }

    fn read(&mut self, words: &[String]) {
        let mut at = 0;
        while let Some(word) = words.get(at) {
            at = self.read_word(words, at, word) + 1;
        }
    }

    /// Gives the position of the last word that was used up
    fn read_word(&mut self, words: &[String], at: usize, word: &str) -> usize {
        if word == "--" {
            self.found.rest = words[at + 1..].to_vec();
            return words.len();
        }
        let bare = word.trim_start_matches('-');
        let dashes = word.len() - bare.len();
        if dashes >= 3 && (bare.is_empty() || bare.starts_with('=')) {
            self.found.positionals.push(word.to_owned());
        } else if dashes >= 2 && word.chars().skip(3).any(|letter| letter == '=') {
            return self.assigned(words, at, &word[2..]);
        } else if let Some(name) = word.strip_prefix("--no-").filter(|name| !name.is_empty()) {
            let no = Value::Bool(false);
            let list = self.kind(name) == Kind::List;
            self.set(name, if list { Value::List(vec![no]) } else { no });
        } else if dashes >= 2 {
            return self.spaced(words, at, &word[2..]);
        } else if dashes == 1 && !bare.is_empty() && !is_negative(word) {
            return self.short(words, at, bare);
        } else {
            self.found.positionals.push(word.to_owned());
        }
        at
    }

    /// `--name=value`
    fn assigned(&mut self, words: &[String], at: usize, text: &str) -> usize {
        let (name, value) = match text.split_once('=') {
            Some(("", value)) => ("-", value),
            Some(found) => found,
            None => return at,
        };
        if self.kind(name) == Kind::List {
            return self.several(words, at, name, Some(value));
        }
        self.set(name, Value::Text(value.to_owned()));
        at
    }

    /// `--name`, `--name value`
    fn spaced(&mut self, words: &[String], at: usize, name: &str) -> usize {
        let kind = self.kind(name);
        if kind == Kind::List {
            return self.several(words, at, name, None);
        }
        let takes_next = words.get(at + 1).is_some_and(|next| {
            is_truth(next) || kind != Kind::Bool && (!next.starts_with('-') || is_negative(next))
        });
        self.take(words, at, name, takes_next)
    }

    /// `-a`, `-ab`, `-a=value`, `-a1`, `-a.b value`: no flag has a short name, but words are used up
    fn short(&mut self, words: &[String], at: usize, text: &str) -> usize {
        let letters: Vec<char> = text.chars().collect();
        let tail = |from: usize| {
            letters
                .get(from..)
                .unwrap_or_default()
                .iter()
                .collect::<String>()
        };
        if letters.len() > 2 && letters[1] == '.' {
            let (name, value) = match text.split_once('=') {
                Some((name, value)) if name.len() > 2 => (name, Some(value)),
                _ => (text, None),
            };
            if let Some(value) = value {
                self.set(name, Value::Text(value.to_owned()));
                return at;
            }
            let takes_next = words.get(at + 1).is_some_and(|next| !next.starts_with('-'));
            return self.take(words, at, name, takes_next);
        }
        let last = letters.len() - 1;
        for (index, letter) in letters[..last].iter().enumerate() {
            let name = letter.to_string();
            let next = tail(index + 1);
            let follower = letters[..last].get(index + 1);
            if follower == Some(&'=') {
                self.set(&name, Value::Text(tail(index + 2)));
                return at;
            }
            if next == "-" {
                self.set(&name, Value::Text(next));
                continue;
            }
            let number = letter.is_ascii_alphabetic() && is_attached_number(&next);
            let symbol = follower.is_some_and(|next| !next.is_ascii_alphanumeric() && *next != '_');
            if number || symbol {
                self.set(&name, Value::Text(next));
                return at;
            }
            self.set(&name, Value::Bool(true));
        }
        if letters[last] == '-' {
            return at;
        }
        let takes_next = words.get(at + 1).is_some_and(|next| {
            let flag = next.trim_start_matches('-');
            let dashes = next.len() - flag.len();
            !(1..=2).contains(&dashes) || flag.is_empty() || is_negative(next)
        });
        self.take(words, at, &letters[last].to_string(), takes_next)
    }

    fn take(&mut self, words: &[String], at: usize, name: &str, takes_next: bool) -> usize {
        match words.get(at + 1).filter(|_| takes_next) {
            Some(next) => {
                self.set(name, Value::Text(next.clone()));
                at + 1
            }
            None => {
                let value = self.without_value(name);
                self.set(name, value);
                at
            }
        }
    }

    /// `--name a b c`: all words up to the next flag
    fn several(&mut self, words: &[String], at: usize, name: &str, first: Option<&str>) -> usize {
        let flag_like = |word: &String| word.starts_with('-') && !is_negative(word);
        let next = words.get(at + 1);
        let empty = match first.filter(|first| !first.is_empty()) {
            Some(_) => false,
            None => next.is_none() || first.is_none() && next.is_some_and(flag_like),
        };
        let mut values = Vec::new();
        let mut used = at;
        if !empty {
            values.extend(first.map(|first| self.value(name, Value::Text(first.to_owned()))));
            for word in words[at + 1..].iter().take_while(|word| !flag_like(word)) {
                values.push(self.value(name, Value::Text(word.clone())));
                used += 1;
            }
        }
        self.set(name, Value::List(values));
        used
    }

    /// What a flag is when it stands alone
    fn without_value(&self, name: &str) -> Value {
        match self.flag(name) {
            Some(Flag {
                kind: Kind::Bool, ..
            })
            | None => Value::Bool(true),
            Some(flag) => flag.default.value().unwrap_or(match flag.kind {
                Kind::Text => Value::Text(String::new()),
                Kind::Number => Value::Undefined,
                Kind::List => Value::List(Vec::new()),
                Kind::Bool | Kind::Any => Value::Bool(true),
            }),
        }
    }

    /// A value as its flag has it
    fn value(&self, name: &str, value: Value) -> Value {
        let kind = self.kind(name);
        let value = match value {
            Value::Text(text) => Value::Text(unquoted(text)),
            other => other,
        };
        match (kind, value) {
            (Kind::Bool, Value::Text(text)) => Value::Bool(text == "true"),
            (Kind::Number, Value::Text(text)) => Value::Number(to_number(&text)),
            (Kind::Number, Value::Bool(value)) => Value::Number(f64::from(u8::from(value))),
            (Kind::Any | Kind::List, Value::Text(text)) => match number(&text) {
                Some(number) => Value::Number(number),
                None => Value::Text(text),
            },
            (_, value) => value,
        }
    }

    fn set(&mut self, name: &str, value: Value) {
        if name.contains('-') {
            let parts: Vec<String> = name.split('.').map(camel_case).collect();
            self.respell(name, &parts.join("."));
        }
        let value = self.value(name, value);
        let path: Vec<String> = name.split('.').map(str::to_owned).collect();
        let mut places = vec![path.clone()];
        let own = self.found.spellings.get(name).cloned().unwrap_or_default();
        places.extend(
            own.iter()
                .map(|other| other.split('.').map(str::to_owned).collect()),
        );
        if path.len() > 1 {
            let heads = self
                .found
                .spellings
                .get(&path[0])
                .cloned()
                .unwrap_or_default();
            for head in heads {
                let mut place: Vec<String> = head.split('.').map(str::to_owned).collect();
                place.extend_from_slice(&path[1..]);
                if !own.contains(&place.join(".")) {
                    places.push(place);
                }
            }
        }
        for place in places {
            let kind = self.kind(&place.join("."));
            put(&mut self.found.flags, &place, value.clone(), kind);
        }
    }

    fn respell(&mut self, name: &str, other: &str) {
        for (from, to) in [(name, other), (other, name)] {
            let known = self.found.spellings.get(from);
            if known.is_some_and(|others| !others.is_empty()) {
                return;
            }
            self.found
                .spellings
                .insert(from.to_owned(), vec![to.to_owned()]);
            self.found.invented.insert(to.to_owned());
        }
    }

    fn fill_in(&mut self) {
        for flag in self.known {
            let Some(default) = flag.default.value() else {
                continue;
            };
            for name in [flag.name.to_owned(), camel_case(flag.name)] {
                if self.found.get(&name).is_none() {
                    self.found.set(&name, default.clone());
                }
            }
        }
    }

    fn convert(&mut self) {
        for flag in self.known {
            let Some(conversion) = flag.conversion else {
                continue;
            };
            let camel = camel_case(flag.name);
            let value = self.found.get(flag.name).or_else(|| self.found.get(&camel));
            let Some(value) = value else {
                continue;
            };
            match conversion(value) {
                Ok(value) => {
                    self.found.set(&camel, value.clone());
                    self.found.set(flag.name, value);
                }
                Err(error) => self.found.error = Some(error),
            }
        }
    }
}

/// Puts a value at its place, beside what is there already
fn put(object: &mut Vec<(String, Value)>, path: &[String], value: Value, kind: Kind) {
    let Some((key, inner)) = path.split_first() else {
        return;
    };
    let at = match object.iter().position(|(own, _)| own == key) {
        Some(at) => at,
        None => {
            object.push((key.clone(), Value::Undefined));
            object.len() - 1
        }
    };
    let place = &mut object[at].1;
    if !inner.is_empty() {
        let fields = match place {
            Value::Object(fields) => fields,
            other => {
                *other = match std::mem::replace(other, Value::Undefined) {
                    Value::Undefined => Value::Object(Vec::new()),
                    Value::List(items) => Value::List(items),
                    old => Value::List(vec![old]),
                };
                if let Value::List(items) = other {
                    items.push(Value::Object(Vec::new()));
                }
                match other {
                    Value::Object(fields) => fields,
                    Value::List(items) => match items.last_mut() {
                        Some(Value::Object(fields)) => fields,
                        _ => return,
                    },
                    _ => return,
                }
            }
        };
        return put(fields, inner, value, kind);
    }
    let old = std::mem::replace(place, Value::Undefined);
    *place = match (old, value) {
        (Value::List(mut items), Value::List(more)) if kind == Kind::List => {
            items.extend(more);
            Value::List(items)
        }
        (Value::List(mut items), value) => {
            items.push(value);
            Value::List(items)
        }
        (Value::Undefined, value @ Value::List(_)) => value,
        (Value::Undefined, value) if kind == Kind::List => Value::List(vec![value]),
        (Value::Undefined, value) => value,
        (_, value) if kind == Kind::Bool => value,
        (old, value) => Value::List(vec![old, value]),
    };
}

fn unquoted(text: String) -> String {
    let quoted = |quote: char| text.starts_with(quote) && text.ends_with(quote);
    if quoted('\'') || quoted('"') {
        text.get(1..text.len().max(2) - 1)
            .unwrap_or_default()
            .to_owned()
    } else {
        text
    }
}

fn is_truth(word: &str) -> bool {
    word == "true" || word == "false"
}

/// The `1` of `-a1`
fn is_attached_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    text.starts_with(|letter: char| letter.is_ascii_digit()) && text.parse::<f64>().is_ok()
}
