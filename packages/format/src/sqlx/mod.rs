//! Puts the parts of a SQLX file in order: blocks of JavaScript, then statements, then blocks of SQL

mod slots;

use sqlx_compiler::sqlx_tree::{Node, NodeKind, parse};

use crate::text::{map_lines, trim, trim_end};
use crate::{javascript, sql};
use slots::Slots;

/// The laid-out file, unless a block of SQL is not closed
pub fn format(text: &str) -> Option<String> {
    let nodes = parse(text);
    let laid_out = format_parts(text, &nodes, "")?;
    Some(one_blank_line(&laid_out))
}

/// The parts of a file, or of a block of SQL within its braces, at an indentation
fn format_parts(text: &str, nodes: &[Node], indent: &str) -> Option<String> {
    let mut scripts = Vec::new();
    let mut statements = vec![Vec::new()];
    let mut blocks = Vec::new();
    for node in nodes {
        match node.kind {
            NodeKind::JavaScript => scripts.push(javascript::format(&text[node.span.clone()])),
            NodeKind::Block => blocks.push(format_block(text, node)?),
            NodeKind::Separator => statements.push(Vec::new()),
            _ => {
                if let Some(statement) = statements.last_mut() {
                    statement.push(node);
                }
            }
        }
    }
    let statements: Vec<String> = statements
        .iter()
        .map(|statement| format_statement(text, statement, indent))
        .collect();
    let whole = format!(
        "{}\n\n{}\n\n{}",
        scripts.join("\n\n"),
        statements.join(&format!("\n\n{indent}---\n\n")),
        blocks.join("\n\n"),
    );
    Some(format!("{indent}{}", trim(&whole)))
}

fn format_block(text: &str, block: &Node) -> Option<String> {
    let [opener, body @ .., close] = block.children.as_slice() else {
        return None;
    };
    if close.kind != NodeKind::Text || &text[close.span.clone()] != "}" {
        return None;
    }
    let body = format_parts(text, body, "  ")?;
    Some(format!("{}\n{body}\n}}", &text[opener.span.clone()]))
}

/// Strings, comments and placeholders are taken out, and put back in the laid-out text
fn format_statement(text: &str, nodes: &[&Node], indent: &str) -> String {
    let mut slots = Slots::new(text);
    let mut bare = String::new();
    for node in nodes {
        let source = &text[node.span.clone()];
        match node.kind {
            NodeKind::Text => bare.push_str(source),
            kind => bare.push_str(&slots.take(kind, source)),
        }
    }
    let filled = slots.put_back(&sql::format(&bare));
    map_lines(&filled, |line| format!("{indent}{line}"))
}

/// At most one blank line at a time, no blanks at the ends of lines, one newline at the end
fn one_blank_line(text: &str) -> String {
    let mut tidy = String::new();
    let mut blank = true;
    for line in text.split('\n') {
        let line = trim_end(line);
        if !(line.is_empty() && blank) {
            tidy.push_str(line);
            tidy.push('\n');
        }
        blank = line.is_empty();
    }
    format!("{}\n", trim(&tidy))
}
