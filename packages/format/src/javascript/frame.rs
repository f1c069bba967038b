//! What code stands in: blocks, objects, statements, groups

/// What a frame is
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `{ … }` of statements, and the whole code
    Block,
    /// What a word began and a semicolon or a line break ends
    Statement,
    /// `{ … }` of properties
    Object,
    /// `[ … ]` of items
    Array,
    /// `( … )` after `for`
    ForHead,
    /// `( … )` after `if`, `while`, `switch`
    Condition,
    /// Any other `( … )` and `[ … ]`
    Group,
}

impl Mode {
    /// Whether it is one in parentheses, or an index
    pub fn is_group(self) -> bool {
        matches!(self, Self::Group | Self::ForHead | Self::Condition)
    }
}

/// A stretch of code that one token opened
#[derive(Debug, Clone)]
pub struct Frame {
    /// What it is
    pub mode: Mode,
    /// The last token in it, by index; that of the frame around it to begin with
    pub last: usize,
    /// The last word in it, by the index of its token
    pub last_word: usize,
    /// It began with `var`, `let` or `const`
    pub declaration: bool,
    /// and has come to a value
    pub assigned: bool,
    /// A line ended in it
    pub multiline: bool,
    /// After `if`
    pub in_if: bool,
    /// After the `else` of that `if`
    pub in_else: bool,
    /// After `do`
    pub in_do: bool,
    /// After the `while` of that `do`
    pub in_do_while: bool,
    /// After `import`
    pub in_import: bool,
    /// The block of a `switch`
    pub is_switch: bool,
    /// Between `case` and its colon
    pub in_case: bool,
    /// After the colon
    pub case_body: bool,
    /// and a brace
    pub case_block: bool,
    /// Levels of indentation
    pub level: usize,
    /// Levels of indentation of the line that is being written
    pub line_level: usize,
    /// More blanks
    pub alignment: usize,
    /// How many lines there were when it began
    pub start_line: usize,
    /// Question marks whose colon is to come
    pub ternaries: usize,
}

impl Frame {
    /// What stands around all code
    pub fn outermost() -> Self {
        Self {
            mode: Mode::Block,
            last: 0,
            last_word: 0,
            declaration: false,
            assigned: false,
            multiline: false,
            in_if: false,
            in_else: false,
            in_do: false,
            in_do_while: false,
            in_import: false,
            is_switch: false,
            in_case: false,
            case_body: false,
            case_block: false,
            level: 0,
            line_level: 0,
            alignment: 0,
            start_line: 1,
            ternaries: 0,
        }
    }

    /// A frame in this one
    pub fn inner(&self, mode: Mode, at_line_start: bool, start_line: usize) -> Self {
        let level = if at_line_start {
            self.level
        } else {
            self.level.max(self.line_level)
        };
        Self {
            mode,
            last: self.last,
            last_word: self.last_word,
            level,
            line_level: self.line_level,
            start_line,
            ..Self::outermost()
        }
    }
}
