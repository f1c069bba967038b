//! The tree of a SQLX file: nodes cover the text without gaps

use std::ops::Range;

/// What a stretch of a SQLX file is
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// SQL text
    Text,
    /// A `config` or `js` block, braces included
    JavaScript,
    /// `${…}`
    Placeholder,
    /// A SQL comment
    Comment,
    /// A quoted string, with text and placeholders in it
    String,
    /// A string in triple quotes, with text and placeholders in it
    MultilineString,
    /// `---` on its own at the end of a line, with the spaces around it
    Separator,
    /// A block of SQL such as `pre_operations { … }`, from the keyword to the brace
    Block,
}

/// A stretch of a SQLX file
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is
    pub kind: NodeKind,
    /// Its bytes in the file
    pub span: Range<usize>,
    /// What strings and blocks consist of, delimiters included as text
    pub children: Vec<Node>,
}

impl Node {
    /// A node without children
    pub fn leaf(kind: NodeKind, span: Range<usize>) -> Self {
        Self {
            kind,
            span,
            children: Vec::new(),
        }
    }

    /// The nodes without children, in order
    pub fn leaves(&self) -> Vec<&Self> {
        let mut leaves = Vec::new();
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            if node.children.is_empty() {
                leaves.push(node);
            }
            open.extend(node.children.iter().rev());
        }
        leaves
    }
}

/// Appends to a list of siblings; adjacent text becomes one node
pub fn push(nodes: &mut Vec<Node>, node: Node) {
    if node.span.is_empty() && node.children.is_empty() {
        return;
    }
    match nodes.last_mut() {
        Some(last)
            if last.kind == NodeKind::Text
                && node.kind == NodeKind::Text
                && last.span.end == node.span.start =>
        {
            last.span.end = node.span.end;
        }
        _ => nodes.push(node),
    }
}
