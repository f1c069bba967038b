//! Expressions whose failure is NULL: DuckDB's `TRY`, kept away from what it does not take
//!
//! `TRY` takes no aggregate, window or volatile call and no subquery. Where an argument has one, the arguments are
//! evaluated first and handed to a lambda, which holds the attempt.

use std::ops::Range;

use super::Resolver;
use super::placement::find;
use crate::quote_identifier;
use crate::tree::{Aggregate, Literal, Node, Typed};

impl Resolver<'_> {
    /// `SAFE.f(…)`: the nodes that stand where the call stands are part of the attempt
    pub fn attempt(&self, value: Typed) -> Typed {
        let span = value.span.clone();
        let ty = value.ty.clone();
        let mut bound = Vec::new();
        let value = match unsteady(&value) {
            true => self.bind_parts(value, Some(&span), &mut bound),
            false => value,
        };
        let attempt = Typed {
            literal: Literal::No,
            ..Typed::apply(ty, "TRY($0)", vec![value.into_exact()], span)
        };
        within_lambda(attempt, bound)
    }

    /// An aggregate call as an expression over the engine's aggregates, so that `SAFE` is about what is
    /// made of them; as it is where that expression reads a row
    pub fn outside_of_aggregates(&self, value: Typed) -> Typed {
        let Node::Aggregate(aggregate) = value.node else {
            return value;
        };
        let (mut template, mut cores) = (String::new(), Vec::new());
        let mut rest: &str = &aggregate.template;
        while let Some((before, after)) = rest.split_once("%{") {
            let Some((core, after)) = after.split_once('}') else {
                break;
            };
            template.push_str(before);
            template.push_str(&format!("${{{}}}", cores.len()));
            cores.push(format!("%{{{core}}}"));
            rest = after;
        }
        let outside = aggregate.template.len() - rest.len();
        let reads =
            aggregate.template[..outside]
                .split("%{")
                .enumerate()
                .any(|(at, part)| match at {
                    0 => part.contains('$'),
                    _ => part
                        .split_once('}')
                        .is_some_and(|(_, text)| text.contains('$')),
                });
        if reads || rest.contains('$') || template.is_empty() && rest.is_empty() {
            return Typed {
                node: Node::Aggregate(aggregate),
                ..value
            };
        }
        template.push_str(rest);
        let cores = cores
            .into_iter()
            .map(|core| {
                let part = Aggregate {
                    template: core.into(),
                    ..aggregate.as_ref().clone()
                };
                let node = Node::Aggregate(Box::new(part));
                // What the engine's aggregate gives is as wide as it is
                Typed::new(value.ty.clone(), node, value.span.clone())
            })
            .collect();
        Typed {
            origins: value.origins,
            ..Typed::apply(value.ty, template, cores, value.span)
        }
    }

    /// `IFERROR` and its kin: whatever fails inside the arguments is part of the attempt
    pub fn deep_attempt(&self, call: Typed) -> Typed {
        if !unsteady(&call) {
            return call;
        }
        let mut bound = Vec::new();
        let call = self.bind_parts(call, None, &mut bound);
        within_lambda(call, bound)
    }

    /// A call whose template has a `TRY`
    pub fn steady(&self, call: Typed) -> Typed {
        let attempts = |template: &str| template.contains("TRY(");
        match &call.node {
            Node::Apply { template, .. } if attempts(template) && unsteady(&call) => {}
            _ => return call,
        }
        let mut bound = Vec::new();
        let node = match call.node {
            Node::Apply {
                template,
                arguments,
            } => Node::Apply {
                template,
                arguments: arguments
                    .into_iter()
                    .map(|one| self.bind_one(one, &mut bound))
                    .collect(),
            },
            node => node,
        };
        within_lambda(Typed { node, ..call }, bound)
    }

    /// Binds what is not a call, nor, with a span, a call there
    fn bind_parts(
        &self,
        value: Typed,
        span: Option<&Range<usize>>,
        bound: &mut Vec<(String, Typed)>,
    ) -> Typed {
        match value.node {
            Node::Apply {
                template,
                arguments,
            } if span.is_none_or(|span| value.span == *span) && !is_volatile(&template) => {
                let arguments = arguments
                    .into_iter()
                    .map(|one| self.bind_parts(one, span, bound))
                    .collect();
                let node = Node::Apply {
                    template,
                    arguments,
                };
                Typed { node, ..value }
            }
            node => self.bind_one(Typed { node, ..value }, bound),
        }
    }

    /// The value itself if it is a constant, else what stands for it in the lambda
    fn bind_one(&self, value: Typed, bound: &mut Vec<(String, Typed)>) -> Typed {
        let plain = matches!(&value.node, Node::Text(text) if !is_subquery(text));
        if value.literal != Literal::No || plain {
            return value;
        }
        let name = format!("v{}", bound.len());
        let text = format!(
            "struct_extract({}, {})",
            quote_identifier(VARIABLE),
            crate::quote_string(&name)
        );
        let stand_in = Typed::text(value.ty.clone(), text, value.span.clone());
        bound.push((name, value.into_exact()));
        stand_in
    }
}

const VARIABLE: &str = "_attempt";

fn within_lambda(value: Typed, bound: Vec<(String, Typed)>) -> Typed {
    if bound.is_empty() {
        return value;
    }
    let template = format!(
        "list_transform([$0], lambda {}: $1)[1]",
        quote_identifier(VARIABLE)
    );
    let (ty, span, exact) = (value.ty.clone(), value.span.clone(), value.exact);
    let arguments = Typed::new(ty.clone(), Node::Struct(bound), span.clone());
    Typed {
        exact,
        ..Typed::apply(ty, template, vec![arguments, value], span)
    }
}

/// Whether there is an aggregate, window or volatile call or a subquery in it
pub fn unsteady(value: &Typed) -> bool {
    let test = |one: &Typed| match &one.node {
        Node::Aggregate(_) => true,
        Node::Apply { template, .. } => is_volatile(template),
        Node::Text(text) => is_subquery(text),
        _ => false,
    };
    find(value, &test).is_some()
}

fn is_subquery(text: &str) -> bool {
    text.starts_with("(\n") || text.starts_with("ARRAY(\n") || text.starts_with("EXISTS")
}

/// Whether a template gives another value each time
pub fn is_volatile(template: &str) -> bool {
    template.contains("random()") || template.contains("uuid()")
}
