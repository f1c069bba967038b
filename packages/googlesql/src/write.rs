//! How a typed expression is written as DuckDB SQL
//!
//! Writing the tree is filling in templates; parentheses are put where DuckDB's precedence needs them.

use std::borrow::Cow;

use crate::Type;
use crate::quote::write_identifier;
use crate::tree::{Aggregate, Node, Typed};
use crate::type_text::NO_FIELDS;

impl Typed {
    /// The DuckDB SQL
    pub fn sql(&self) -> String {
        let mut out = String::with_capacity(64);
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &self.node {
            Node::Column { relation, name } => {
                if !relation.is_empty() {
                    write_identifier(relation, out);
                    out.push('.');
                }
                write_identifier(name, out);
            }
            Node::Text(text) => out.push_str(text),
            // DuckDB's own `error` is volatile, which TRY does not take
            Node::Apply {
                template,
                arguments,
            } if template.contains("error(") => {
                let typed = typed_errors(template, &self.ty);
                fill(&typed, arguments, out);
            }
            Node::Apply {
                template,
                arguments,
            } => fill(template, arguments, out),
            Node::Aggregate(aggregate) => aggregate.write(out),
            Node::Array(elements) => {
                out.push('[');
                write_list(elements, out);
                out.push(']');
            }
            Node::Struct(fields) if fields.is_empty() => {
                out.push_str(&format!("{{'{NO_FIELDS}': FALSE}}"));
            }
            Node::Struct(fields) => {
                out.push('{');
                for (at, (name, value)) in fields.iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    out.push_str(&crate::quote_string(name));
                    out.push_str(": ");
                    value.write(out);
                }
                out.push('}');
            }
        });
    }

    fn level(&self) -> Level {
        match &self.node {
            Node::Text(text) if text.starts_with('-') => Level::Sign,
            Node::Text(_) | Node::Column { .. } | Node::Array(_) | Node::Struct(_) => Level::Atom,
            Node::Apply { template, .. } => level(template),
            // the native call stands in braces, and is an atom
            Node::Aggregate(aggregate) => level(&aggregate.template),
        }
    }
}

impl Aggregate {
    fn write(&self, out: &mut String) {
        let mut rest: &str = &self.template;
        while let Some((before, after)) = rest.split_once("%{") {
            let Some((core, after)) = after.split_once('}') else {
                break;
            };
            fill(before, &self.arguments, out);
            self.write_core(core, out);
            rest = after;
        }
        fill(rest, &self.arguments, out);
    }

    /// The native call with what stands in and after its parentheses
    fn write_core(&self, core: &str, out: &mut String) {
        let call: Cow<str> = match self.distinct {
            true => core.replacen('(', "(DISTINCT ", 1).into(),
            // DuckDB's `count(*)` is negative in a frame that ends before it starts
            false if core == "count(*)" && self.over.is_some() => "count(1)".into(),
            false => core.into(),
        };
        fill(&call, &self.arguments, out);
        out.pop();
        if !self.order.is_empty() {
            out.push_str(&format!(" ORDER BY {}", self.order.join(", ")));
        }
        if let Some(nulls) = self.nulls {
            out.push(' ');
            out.push_str(nulls);
        }
        out.push(')');
        if !self.filter.is_empty() {
            let condition = match self.filter.as_slice() {
                [one] => one.sql(),
                several => {
                    let each: Vec<_> = several
                        .iter()
                        .map(|one| format!("({})", one.sql()))
                        .collect();
                    each.join(" AND ")
                }
            };
            out.push_str(&format!(" FILTER (WHERE {condition})"));
        }
        if let Some(over) = &self.over {
            out.push_str(" OVER ");
            out.push_str(over);
        }
    }
}

/// Each `error(message)` as an expression of this type
fn typed_errors(template: &str, ty: &Type) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("error(") {
        let (before, call) = rest.split_at(at);
        let length = call_length(call);
        let (call, after) = call.split_at(length);
        text.push_str(before);
        match before.ends_with("gs_") {
            true => text.push_str(call),
            false => text.push_str(&format!("CAST(gs_{call} AS {})", ty.duckdb())),
        }
        rest = after;
    }
    text + rest
}

/// Bytes up to the parenthesis that closes the first one
fn call_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut quoted = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 1 => return at + 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

fn write_list(items: &[Typed], out: &mut String) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        item.write(out);
    }
}

/// How tightly a written expression holds together on DuckDB
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Comparison,
    Other,
    Sum,
    Product,
    Sign,
    Cast,
    Atom,
}

fn fill(template: &str, arguments: &[Typed], out: &mut String) {
    if !template.contains('$') {
        return out.push_str(template);
    }
    let mut own = None;
    let bytes = template.as_bytes();
    let mut at = 0;
    while let Some(found) = template[at..].find('$') {
        let hole = at + found;
        out.push_str(&template[at..hole]);
        match bytes.get(hole + 1) {
            Some(b'*') => {
                write_list(arguments, out);
                at = hole + 2;
            }
            Some(digit) if digit.is_ascii_digit() || *digit == b'{' => {
                let rest = &template[hole + 1..];
                let (index, length) = match rest
                    .strip_prefix('{')
                    .and_then(|rest| rest.split_once('}'))
                {
                    Some((number, _)) => (number.parse().unwrap_or(usize::MAX), number.len() + 2),
                    None => (usize::from(digit.wrapping_sub(b'0')), 1),
                };
                at = hole + 1 + length;
                if bytes.get(at) == Some(&b'*') {
                    at += 1;
                    write_list(arguments.get(index..).unwrap_or_default(), out);
                } else if let Some(argument) = arguments.get(index) {
                    let bare = is_delimited(&template[..hole], &template[at..]);
                    let held = bare || {
                        let own = *own.get_or_insert_with(|| level(template));
                        let first = hole == 0 && matches!(own, Level::Sum | Level::Product)
                            || matches!(own, Level::And | Level::Or);
                        let inner = argument.level();
                        inner > own || (first && inner == own)
                    };
                    if held {
                        argument.write(out);
                    } else {
                        out.push('(');
                        argument.write(out);
                        out.push(')');
                    }
                }
            }
            Some(b'$') => {
                out.push('$');
                at = hole + 2;
            }
            _ => {
                out.push('$');
                at = hole + 1;
            }
        }
    }
    out.push_str(&template[at..]);
}

/// Whether a hole stands between delimiters, so that anything may fill it
fn is_delimited(before: &str, after: &str) -> bool {
    let (before, after) = (before.trim_end(), after.trim_start());
    let opens = before.ends_with(['(', ',', '[', ':']) && !before.ends_with("::")
        || before.ends_with("DISTINCT")
        || ["WHEN", "THEN", "ELSE"]
            .iter()
            .any(|word| before.ends_with(word));
    let closes = after.starts_with([')', ',', ']', '}'])
        || ["THEN", "ELSE", "END", "WHEN", "AS ", "ORDER BY"]
            .iter()
            .any(|word| after.starts_with(word));
    opens && closes
}

/// The loosest operator at the top level of a template
fn level(template: &str) -> Level {
    if template.starts_with("CASE ") && template.ends_with(" END") {
        return Level::Atom;
    }
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut loosest = match template.as_bytes() {
        [b'N', b'O', b'T', b' ', ..] => Level::Not,
        [b'-' | b'~', ..] => Level::Sign,
        _ => Level::Atom,
    };
    for (at, byte) in template.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            // Operators start with these, but for signs
            b' ' | b':' if depth == 0 => loosest = loosest.min(operator_level(&template[at..])),
            _ => {}
        }
    }
    loosest
}

/// The level of the operator that stands here, if one does
fn operator_level(rest: &str) -> Level {
    if rest.starts_with("::") {
        return Level::Cast;
    }
    let Some((word, _)) = rest[1..].split_once(' ') else {
        return Level::Atom;
    };
    match word {
        "OR" => Level::Or,
        "AND" => Level::And,
        "=" | "<>" | "<" | ">" | "<=" | ">=" | "IS" | "IN" | "NOT" | "LIKE" | "BETWEEN" => {
            Level::Comparison
        }
        "||" | "&" | "|" | "<<" | ">>" => Level::Other,
        "+" | "-" => Level::Sum,
        "*" | "/" | "//" | "%" => Level::Product,
        _ => Level::Atom,
    }
}
