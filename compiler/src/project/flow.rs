//! Lists and objects in brackets over several lines, of which YAML wants more indentation than people give them
//!
//! js-yaml, which Dataform reads with, takes them at any indentation.

/// The text with every line inside of brackets indented deeper than the line that opened them; `None` if all are
pub fn indented(text: &str) -> Option<String> {
    let mut scanner = Scanner::default();
    let mut out = String::with_capacity(text.len() + 16);
    let mut changed = false;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let blank = line.trim().is_empty();
        if !blank && scanner.inside() && indent <= scanner.base {
            out.extend(std::iter::repeat_n(' ', scanner.base + 1 - indent));
            changed = true;
        }
        out.push_str(line);
        if !blank {
            scanner.line(line, indent);
        }
    }
    changed.then_some(out)
}

#[derive(Default)]
struct Scanner {
    /// How many brackets are open
    depth: usize,
    /// The quote that is open
    quote: Option<char>,
    /// The indentation of the line that opened the first bracket or a quote outside of brackets
    base: usize,
    /// The indentation that lines of a text block are deeper than
    block: Option<usize>,
}

impl Scanner {
    fn inside(&self) -> bool {
        self.depth > 0
    }

    fn line(&mut self, line: &str, indent: usize) {
        if let Some(block) = self.block {
            if indent > block {
                return;
            }
            self.block = None;
        }
        let mut before = None;
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            if let Some(quote) = self.quote {
                match character {
                    '\\' if quote == '"' => {
                        characters.next();
                    }
                    _ if character == quote => {
                        if quote == '\'' && characters.peek() == Some(&'\'') {
                            characters.next();
                        } else {
                            self.quote = None;
                        }
                    }
                    _ => {}
                }
                before = Some(character);
                continue;
            }
            let starts = before.is_none_or(|before| ":,[{-?".contains(before));
            match character {
                '#' if before.is_none() || line_has_space_before(line, &characters) => return,
                '"' | '\'' if starts => self.quote = Some(character),
                '{' | '[' if starts => {
                    if self.depth == 0 {
                        self.base = indent;
                    }
                    self.depth += 1;
                }
                '}' | ']' if self.depth > 0 => self.depth -= 1,
                '|' | '>' if starts && self.depth == 0 => {
                    let dashes = line.trim_start().chars();
                    let marks = dashes.take_while(|mark| "- ".contains(*mark)).count();
                    self.block = Some(indent + marks);
                    return;
                }
                _ => {}
            }
            if !character.is_whitespace() {
                before = Some(character);
            }
        }
    }
}

/// Whether a space stands before the character that was just taken
fn line_has_space_before(line: &str, rest: &std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    let left: usize = rest.clone().map(char::len_utf8).sum();
    let taken = &line[..line.len() - left];
    taken.chars().rev().nth(1).is_some_and(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::indented;

    #[test]
    fn only_lines_inside_of_brackets_move() {
        let moved = [
            ("vars: {\n  a: 1\n}\nb: 2\n", "vars: {\n  a: 1\n }\nb: 2\n"),
            ("- x: [\n1,\n]\n", "- x: [\n 1,\n ]\n"),
            ("a: {b: '}',\nc: \"]\"}\n", "a: {b: '}',\n c: \"]\"}\n"),
            ("a: { # {\nb: 1 }\n", "a: { # {\n b: 1 }\n"),
        ];
        for (text, expected) in moved {
            assert_eq!(indented(text).as_deref(), Some(expected));
        }
        let kept = [
            "a: |\n  {\nb: 1\n",
            "a: b{\nc: 1\n",
            "a: {\n  b: 1\n  }\n",
            "# {\na: 1\n",
            "a: 'it''s {'\nb: 1\n",
        ];
        for text in kept {
            assert_eq!(indented(text), None, "{text}");
        }
    }
}
