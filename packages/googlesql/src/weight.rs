//! How long the SQL of an expression becomes: a template may hold an argument several times, so that calls within
//! calls multiply

use crate::tree::{Aggregate, Node, Typed};

/// The longest SQL of one expression, in bytes: more would take the engine minutes and all memory
pub const LONGEST: usize = 4 * 1024 * 1024;

/// About how many bytes a node is written as
pub fn of_node(node: &Node) -> usize {
    match node {
        Node::Column { relation, name } => relation.len() + name.len() + 1,
        Node::Text(text) => text.len(),
        Node::Apply {
            template,
            arguments,
        } => of_template(template, arguments),
        Node::Aggregate(aggregate) => of_aggregate(aggregate),
        Node::Array(elements) => sum(elements),
        Node::Struct(fields) => fields
            .iter()
            .map(|(name, field)| name.len() + 4 + field.weight)
            .fold(2, usize::saturating_add),
    }
}

fn of_aggregate(aggregate: &Aggregate) -> usize {
    let texts = aggregate.order.iter().chain(&aggregate.over);
    let texts = texts.map(String::len).sum::<usize>();
    of_template(&aggregate.template, &aggregate.arguments)
        .saturating_add(sum(&aggregate.filter))
        .saturating_add(texts)
}

fn of_template(template: &str, arguments: &[Typed]) -> usize {
    let mut weight = template.len();
    let mut rest = template;
    while let Some((_, hole)) = rest.split_once('$') {
        let digits = hole.strip_prefix('{').unwrap_or(hole);
        let length = digits
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(digits.len());
        // one digit, or as many as there are in braces
        let length = if digits.len() == hole.len() {
            length.min(1)
        } else {
            length
        };
        let after = &digits[length..];
        let after = after.strip_prefix('}').unwrap_or(after);
        let first = digits[..length].parse::<usize>().ok();
        let filling = match (first, after.starts_with('*')) {
            (first, true) => sum(arguments.get(first.unwrap_or(0)..).unwrap_or_default()),
            (Some(at), false) => arguments.get(at).map_or(0, |one| one.weight),
            (None, false) => 0,
        };
        weight = weight.saturating_add(filling);
        rest = after;
    }
    weight
}

fn sum(all: &[Typed]) -> usize {
    all.iter()
        .map(|one| one.weight + 2)
        .fold(0, usize::saturating_add)
}
