//! Tokens of JavaScript

use std::borrow::Cow;

/// What a token is
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `(` or `[`
    OpenGroup,
    /// `)` or `]`
    CloseGroup,
    /// `{`
    OpenBlock,
    /// `}`
    CloseBlock,
    /// A name or a number
    Word,
    /// A word with a meaning
    Reserved,
    /// `;`
    Semicolon,
    /// A string, a template or a regular expression
    Literal,
    /// `=`
    Equals,
    /// Any other operator
    Operator,
    /// `,`
    Comma,
    /// `/* … */`
    BlockComment,
    /// `// …`
    LineComment,
    /// `.` or `?.`
    Dot,
    /// What is no JavaScript
    Unknown,
    /// The end of the code
    End,
}

/// An order to the formatter in a block comment, such as `/* beautify preserve:start */`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Directive {
    /// Write what follows as it is
    Preserve,
    /// Format again
    PreserveEnd,
    /// The comment holds all up to its counterpart
    Ignore,
    /// An order that is not known
    Other,
}

/// A token
#[derive(Debug, Clone)]
pub struct Token<'a> {
    /// What it is
    pub kind: Kind,
    /// Its text, with newlines as line breaks
    pub text: Cow<'a, str>,
    /// Line breaks before it
    pub newlines: usize,
    /// White space before it on its line
    pub blanks: &'a str,
    /// Comments before it
    pub comments: Vec<Token<'a>>,
    /// Whether there were comments before it, also when they are written already
    pub commented: bool,
    /// The order that a block comment gives
    pub directive: Option<Directive>,
}

impl Token<'_> {
    /// What stands before the first token
    pub fn start() -> Self {
        Self {
            kind: Kind::OpenBlock,
            text: Cow::Borrowed(""),
            newlines: 0,
            blanks: "",
            comments: Vec::new(),
            commented: false,
            directive: None,
        }
    }

    /// Whether it is this reserved word
    pub fn is_reserved(&self, word: &str) -> bool {
        self.kind == Kind::Reserved && self.text == word
    }

    /// Whether it is one of these reserved words
    pub fn is_one_of(&self, words: &[&str]) -> bool {
        self.kind == Kind::Reserved && words.contains(&self.text.as_ref())
    }

    /// Whether its text is one of these
    pub fn reads(&self, texts: &[&str]) -> bool {
        texts.contains(&self.text.as_ref())
    }
}

/// Words that begin a line
pub const LINE_STARTERS: [&str; 17] = [
    "continue", "try", "throw", "return", "var", "let", "const", "if", "switch", "case", "default",
    "for", "while", "break", "function", "import", "export",
];

/// Other words with a meaning
const OTHER_RESERVED: [&str; 17] = [
    "do", "in", "of", "else", "get", "set", "new", "catch", "finally", "typeof", "yield", "async",
    "await", "from", "as", "class", "extends",
];

/// Words after which a line break would end the statement
pub const RESTRICTED: [&str; 6] = ["async", "break", "continue", "return", "throw", "yield"];

/// Words that keep what follows on their line
pub const KEEPING: [&str; 10] = [
    "case", "return", "do", "if", "throw", "else", "await", "break", "continue", "async",
];

/// Words that declare variables
pub const DECLARING: [&str; 3] = ["var", "let", "const"];

/// Operators with a space on both sides, after which a line may break
const BINARY: [&str; 29] = [
    ">>>", "===", "!==", "&&=", "??=", "||=", "<<", "&&", ">=", "**", "!=", "==", "<=", ">>", "||",
    "??", "|>", "<", "/", "-", "+", ">", ":", "&", "%", "?", "^", "|", "*",
];

/// Operators and `=`, longest first
pub const PUNCTUATION: [&str; 49] = [
    ">>>=", "...", ">>=", "<<=", "===", ">>>", "!==", "**=", "&&=", "??=", "||=", "=>", "^=", "::",
    "/=", "<<", "<=", "==", "&&", "-=", ">=", ">>", "!=", "--", "+=", "**", "||", "??", "++", "%=",
    "&=", "*=", "|=", "|>", "=", "!", "?", ">", "<", ":", "/", "^", "-", "+", "*", "&", "%", "~",
    "|",
];

/// Whether a name has a meaning
pub fn is_reserved(name: &str) -> bool {
    LINE_STARTERS.contains(&name) || OTHER_RESERVED.contains(&name)
}

/// Whether an operator takes a space on both sides
pub fn is_binary(operator: &str) -> bool {
    BINARY.contains(&operator)
}
