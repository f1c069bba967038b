//! Splits a SQLX file into a tree, with the quirks of Dataform's lexer; never fails

use super::javascript::{end_of_comment, end_of_javascript, end_of_line, last_comment_end};
use super::tree::{Node, NodeKind, push};

const JAVASCRIPT_OPENERS: [&str; 2] = ["config {", "js {"];
const BLOCK_OPENERS: [&str; 3] = [
    "incremental_where {",
    "pre_operations {",
    "post_operations {",
];

/// The nodes of a SQLX file; their texts, one after the other, are the file
pub fn parse(text: &str) -> Vec<Node> {
    let mut lexer = Lexer {
        text,
        at: 0,
        last_comment_end: last_comment_end(text),
    };
    let mut nodes = Vec::new();
    while lexer.at < text.len() {
        let node = lexer.top_level();
        push(&mut nodes, node);
    }
    nodes
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    last_comment_end: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn leaf(&mut self, kind: NodeKind, length: usize) -> Node {
        let start = self.at;
        self.at += length;
        Node::leaf(kind, start..self.at)
    }

    /// A node up to `end`
    fn upto(&mut self, kind: NodeKind, end: usize) -> Node {
        self.leaf(kind, end - self.at)
    }

    fn top_level(&mut self) -> Node {
        let rest = self.rest();
        if matches!(rest.as_bytes()[0], b'c' | b'j') {
            for opener in JAVASCRIPT_OPENERS {
                if rest.starts_with(opener) {
                    let end =
                        end_of_javascript(self.text, self.at + opener.len(), self.last_comment_end);
                    return self.upto(NodeKind::JavaScript, end);
                }
            }
        }
        if matches!(rest.as_bytes()[0], b'i' | b'p') {
            for opener in BLOCK_OPENERS {
                if rest.starts_with(opener) {
                    return self.block(opener.len());
                }
            }
            if let Some(length) = input_opener(rest) {
                return self.block(length);
            }
        }
        self.sql()
    }

    /// A block of SQL, whose opener has `length` bytes
    fn block(&mut self, length: usize) -> Node {
        let start = self.at;
        let mut children = Vec::new();
        let opener = self.leaf(NodeKind::Text, length);
        // the opener stays a node of its own
        children.push(opener);
        let mut body = Vec::new();
        while self.at < self.text.len() {
            if self.rest().starts_with('}') {
                children.append(&mut body);
                let close = self.leaf(NodeKind::Text, 1);
                children.push(close);
                return Node {
                    kind: NodeKind::Block,
                    span: start..self.at,
                    children,
                };
            }
            let node = self.sql();
            push(&mut body, node);
        }
        children.append(&mut body);
        Node {
            kind: NodeKind::Block,
            span: start..self.at,
            children,
        }
    }

    /// One token of SQL, outside of any block opener
    fn sql(&mut self) -> Node {
        let rest = self.rest();
        let first = rest.as_bytes()[0];
        match first {
            b'-' => {
                if let Some(length) = separator(rest) {
                    return self.leaf(NodeKind::Separator, length);
                }
                if rest.starts_with("--") {
                    let end = end_of_line(self.text, self.at);
                    return self.upto(NodeKind::Comment, end);
                }
                self.leaf(NodeKind::Text, 1)
            }
            b'/' if rest.starts_with("/*") => {
                match end_of_comment(self.text, self.at, self.last_comment_end) {
                    Some(end) => self.upto(NodeKind::Comment, end),
                    None => self.leaf(NodeKind::Text, 1),
                }
            }
            b'$' if rest.starts_with("${") => {
                let end = end_of_javascript(self.text, self.at + 2, self.last_comment_end);
                self.upto(NodeKind::Placeholder, end)
            }
            b'\'' if rest.starts_with("'''") => self.string(NodeKind::MultilineString, "'''", true),
            b'"' if rest.starts_with("\"\"\"") => {
                self.string(NodeKind::MultilineString, "\"\"\"", true)
            }
            b'\'' => self.string(NodeKind::String, "'", true),
            b'"' => self.string(NodeKind::String, "\"", false),
            _ => {
                let blank = rest.len() - rest.trim_start_matches(is_blank).len();
                if blank == 0 {
                    return self.text_run();
                }
                match separator(&rest[blank..]) {
                    Some(length) => self.leaf(NodeKind::Separator, blank + length),
                    None => self.leaf(NodeKind::Text, blank),
                }
            }
        }
    }

    /// One character, and those after it that cannot start anything
    fn text_run(&mut self) -> Node {
        let rest = self.rest();
        let length = rest.chars().next().map_or(1, char::len_utf8);
        let more = rest[length..]
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() && !b"cjip".contains(byte))
            .count();
        self.leaf(NodeKind::Text, length + more)
    }

    fn string(&mut self, kind: NodeKind, quote: &str, placeholders: bool) -> Node {
        let start = self.at;
        let mut children = Vec::new();
        let opening = self.leaf(NodeKind::Text, quote.len());
        push(&mut children, opening);
        while self.at < self.text.len() {
            let rest = self.rest();
            if rest.starts_with(quote) {
                let closing = self.leaf(NodeKind::Text, quote.len());
                push(&mut children, closing);
                break;
            }
            let escaped =
                quote.len() == 1 && rest.starts_with('\\') && rest[1..].starts_with(quote);
            let node = if rest.starts_with("\\\\") || escaped {
                self.leaf(NodeKind::Text, 2)
            } else if placeholders && rest.starts_with("${") {
                let end = end_of_javascript(self.text, self.at + 2, self.last_comment_end);
                self.upto(NodeKind::Placeholder, end)
            } else {
                let length = rest.chars().next().map_or(1, char::len_utf8);
                self.leaf(NodeKind::Text, length)
            };
            push(&mut children, node);
        }
        Node {
            kind,
            span: start..self.at,
            children,
        }
    }
}

/// The length of `---` with only blanks up to the end of the line
fn separator(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix("---")?.trim_start_matches(is_blank);
    let ends = after.is_empty() || after.starts_with(['\n', '\r', '\u{2028}', '\u{2029}']);
    ends.then(|| rest.len() - after.len())
}

/// The length of `input "label", "label" {`
fn input_opener(rest: &str) -> Option<usize> {
    let mut after = label(rest.strip_prefix("input ")?)?;
    loop {
        if let Some(end) = after.strip_prefix(" {") {
            return Some(rest.len() - end.len());
        }
        after = label(after.strip_prefix(',')?.trim_start_matches(is_space))?;
    }
}

fn label(text: &str) -> Option<&str> {
    let body = text.strip_prefix('"')?;
    let end = body.find(|character: char| {
        !(character.is_ascii_alphanumeric() || character == '_' || character == '-')
    })?;
    if end == 0 {
        return None;
    }
    body[end..].strip_prefix('"')
}

/// JavaScript's white space
fn is_space(character: char) -> bool {
    matches!(character, '\u{feff}') || (character.is_whitespace() && character != '\u{85}')
}

/// White space that ends no line
fn is_blank(character: char) -> bool {
    is_space(character) && !matches!(character, '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(text: &str) -> Vec<(NodeKind, &str)> {
        parse(text)
            .into_iter()
            .map(|node| (node.kind, &text[node.span]))
            .collect()
    }

    #[test]
    fn openers_match_anywhere_and_need_one_space() {
        assert_eq!(
            shape("ajs {1} config{}"),
            [
                (NodeKind::Text, "a"),
                (NodeKind::JavaScript, "js {1}"),
                (NodeKind::Text, " config{}"),
            ]
        );
    }

    #[test]
    fn a_separator_takes_the_blanks_around_it() {
        assert_eq!(
            shape("a --- \nb\n---- x"),
            [
                (NodeKind::Text, "a"),
                (NodeKind::Separator, " --- "),
                (NodeKind::Text, "\nb\n"),
                (NodeKind::Comment, "---- x"),
            ]
        );
    }

    #[test]
    fn a_block_ends_at_the_first_brace() {
        assert_eq!(
            shape("pre_operations { '}' {x} }"),
            [
                (NodeKind::Block, "pre_operations { '}' {x}"),
                (NodeKind::Text, " }"),
            ]
        );
    }

    #[test]
    fn inputs_may_have_several_labels() {
        let text = "input \"a\",  \"b-c\" { x }";
        assert_eq!(shape(text), [(NodeKind::Block, text)]);
    }

    fn sqlx() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("config {".to_owned()),
            Just("js {".to_owned()),
            Just("pre_operations {".to_owned()),
            Just("input \"a\", \"b\" {".to_owned()),
            Just("${".to_owned()),
            Just("---".to_owned()),
            Just("--".to_owned()),
            Just("/*".to_owned()),
            Just("*/".to_owned()),
            Just("'''".to_owned()),
            Just("\\".to_owned()),
            Just("}".to_owned()),
            Just("\r\n".to_owned()),
            "['\"`{} \n\\\\$é🎉a-z]{0,4}",
            "\\PC{0,3}",
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in sqlx()) {
            let nodes = parse(&text);
            let leaves: String = nodes
                .iter()
                .flat_map(Node::leaves)
                .map(|leaf| &text[leaf.span.clone()])
                .collect();
            prop_assert_eq!(&leaves, &text);
            let whole: String = nodes.iter().map(|node| &text[node.span.clone()]).collect();
            prop_assert_eq!(&whole, &text);
        }

        #[test]
        fn parts_and_code_can_always_be_made(text in sqlx()) {
            if let Ok(parts) = crate::sqlx::extract(&text) {
                let generated = crate::sqlx::generate("definitions/x.sqlx", &text, &parts);
                for segment in &generated.segments {
                    prop_assert!(text.get(segment.source.clone()).is_some());
                    prop_assert!(generated.text.get(segment.generated.clone()).is_some());
                }
            }
        }
    }
}
