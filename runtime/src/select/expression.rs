//! The tree of a selector, and how it is written

use std::fmt::{Display, Formatter, Result};

use diagnostic::Location;

/// Which actions are meant
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// Those that a method finds
    Atom(Atom),
    /// All others
    Not(Box<Expression>),
    /// What is in each of them; two or more
    All(Vec<Expression>),
    /// What is in any of them; two or more
    Any(Vec<Expression>),
    /// What hangs on them in the graph
    Reach(Box<Expression>, Reach),
}

/// A method and what it looks for
#[derive(Debug, Clone)]
pub struct Atom {
    /// Where to look
    pub method: Method,
    /// For what: a glob or a word
    pub value: String,
    /// Where it is written, for messages
    pub place: Option<Location>,
}

impl PartialEq for Atom {
    fn eq(&self, other: &Self) -> bool {
        self.method == other.method && self.value == other.value
    }
}

impl Eq for Atom {}

/// How actions are found
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// By name: `name`, `dataset.name`, `project.dataset.name`, with globs
    Name,
    /// By tag
    Tag,
    /// By the file that defines them, or a folder above it
    Path,
    /// By kind
    Type,
    /// By dataset
    Schema,
    /// What reads a declared source
    Source,
    /// What differs from a saved graph
    State,
    /// What differs from a Git revision
    Changed,
    /// How they ended in an earlier run
    Result,
}

impl Method {
    /// All that are written with a word and a colon
    pub const WRITTEN: [Self; 8] = [
        Self::Tag,
        Self::Path,
        Self::Type,
        Self::Schema,
        Self::Source,
        Self::State,
        Self::Changed,
        Self::Result,
    ];

    /// The word before the colon; empty for names
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "",
            Self::Tag => "tag",
            Self::Path => "path",
            Self::Type => "type",
            Self::Schema => "schema",
            Self::Source => "source",
            Self::State => "state",
            Self::Changed => "changed",
            Self::Result => "result",
        }
    }
}

/// How far to go from the actions that were found
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To what they depend on, to what depends on them, or both
    Steps {
        /// `+a`, `2+a`
        dependencies: Option<Depth>,
        /// `a+`, `a+2`
        dependents: Option<Depth>,
    },
    /// `@a`: to all that depends on them, and all that this depends on
    Closure,
}

/// How many edges to follow
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// To the end
    Whole,
    /// So many
    Steps(usize),
}

impl Expression {
    /// A method and what it looks for, written nowhere
    pub fn atom(method: Method, value: impl Into<String>) -> Self {
        Self::Atom(Atom {
            method,
            value: value.into(),
            place: None,
        })
    }

    /// What is in any of them; nothing where there is none
    pub fn any(parts: Vec<Self>) -> Option<Self> {
        Self::joined(parts, Self::Any)
    }

    /// What is in each of them; nothing where there is none
    pub fn all(parts: Vec<Self>) -> Option<Self> {
        Self::joined(parts, Self::All)
    }

    fn joined(mut parts: Vec<Self>, join: fn(Vec<Self>) -> Self) -> Option<Self> {
        match parts.len() {
            0 | 1 => parts.pop(),
            _ => Some(join(parts)),
        }
    }

    /// Every method with what it looks for
    pub fn atoms(&self) -> Vec<&Atom> {
        match self {
            Self::Atom(atom) => vec![atom],
            Self::Not(inner) | Self::Reach(inner, _) => inner.atoms(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::atoms).collect(),
        }
    }

    /// In parentheses, where it is more than one word
    fn grouped(&self, formatter: &mut Formatter<'_>) -> Result {
        match self {
            Self::Atom(_) => write!(formatter, "{self}"),
            _ => write!(formatter, "({self})"),
        }
    }
}

impl Display for Expression {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        match self {
            Self::Atom(atom) => write!(formatter, "{atom}"),
            Self::Not(inner) => {
                formatter.write_str("not ")?;
                match **inner {
                    Self::All(_) | Self::Any(_) => write!(formatter, "({inner})"),
                    _ => write!(formatter, "{inner}"),
                }
            }
            Self::All(parts) => between(formatter, parts, " and ", |part| {
                matches!(part, Self::All(_) | Self::Any(_))
            }),
            Self::Any(parts) => between(formatter, parts, " or ", |part| {
                matches!(part, Self::Any(_))
            }),
            Self::Reach(inner, Reach::Closure) => {
                formatter.write_str("@")?;
                inner.grouped(formatter)
            }
            Self::Reach(
                inner,
                Reach::Steps {
                    dependencies,
                    dependents,
                },
            ) => {
                match dependencies {
                    Some(Depth::Whole) => formatter.write_str("+")?,
                    Some(Depth::Steps(steps)) => write!(formatter, "{steps}+")?,
                    None => {}
                }
                inner.grouped(formatter)?;
                match dependents {
                    Some(Depth::Whole) => formatter.write_str("+"),
                    Some(Depth::Steps(steps)) => write!(formatter, "+{steps}"),
                    None => Ok(()),
                }
            }
        }
    }
}

fn between(
    formatter: &mut Formatter<'_>,
    parts: &[Expression],
    word: &str,
    groups: impl Fn(&Expression) -> bool,
) -> Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            formatter.write_str(word)?;
        }
        match groups(part) {
            true => write!(formatter, "({part})")?,
            false => write!(formatter, "{part}")?,
        }
    }
    Ok(())
}

impl Display for Atom {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        if self.method != Method::Name {
            write!(formatter, "{}:", self.method.as_str())?;
        }
        if !self.needs_quotes() {
            return formatter.write_str(&self.value);
        }
        formatter.write_str("\"")?;
        for sign in self.value.chars() {
            if matches!(sign, '"' | '\\') {
                formatter.write_str("\\")?;
            }
            write!(formatter, "{sign}")?;
        }
        formatter.write_str("\"")
    }
}

impl Atom {
    fn needs_quotes(&self) -> bool {
        let value = self.value.as_str();
        let is_name = self.method == Method::Name;
        value.is_empty()
            || value.chars().any(is_special)
            || is_name
                && (is_keyword(value)
                    || value.contains(':')
                    || value.starts_with('@')
                    || value.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// What ends a word that is not in quotes
pub fn is_special(sign: char) -> bool {
    sign.is_whitespace() || "(),&|!+\"'\\".contains(sign)
}

/// A word that joins selectors
pub fn is_keyword(word: &str) -> bool {
    matches!(word, "and" | "or" | "not")
}
