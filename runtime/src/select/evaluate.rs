//! What a selector means in a graph

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostic::Diagnostic;

use super::edges::{Edges, reach};
use super::evidence::Evidence;
use super::expression::{Depth, Expression, Reach};
use super::find::Finder;
use super::items::Item;
use super::reason::{Direction, Reached, Reason};

/// Positions, each with the reason
type Chosen = BTreeMap<usize, Reason>;

/// The positions that an expression means
///
/// # Errors
/// An atom that nothing matches, or that cannot be understood
pub fn evaluate(
    items: &[Item<'_>],
    expression: &Expression,
    evidence: &Evidence,
) -> Result<Chosen, Diagnostic> {
    let evaluation = Evaluation {
        count: items.len(),
        edges: Edges::of_items(items),
        finder: Finder { items, evidence },
    };
    evaluation.of(expression)
}

struct Evaluation<'a> {
    count: usize,
    edges: Edges,
    finder: Finder<'a>,
}

impl Evaluation<'_> {
    fn of(&self, expression: &Expression) -> Result<Chosen, Diagnostic> {
        Ok(match expression {
            Expression::Atom(atom) => {
                let because = Reason::Matches(atom.to_string().into());
                let found = self.finder.find(atom)?.into_iter();
                found.map(|position| (position, because.clone())).collect()
            }
            Expression::Not(inner) => {
                let because = Reason::Matches(expression.to_string().into());
                let without = self.of(inner)?;
                let rest = (0..self.count).filter(|position| !without.contains_key(position));
                rest.map(|position| (position, because.clone())).collect()
            }
            Expression::All(parts) => self.all(parts)?,
            Expression::Any(parts) => {
                let mut chosen = Chosen::new();
                for part in parts {
                    for (position, reason) in self.of(part)? {
                        chosen.entry(position).or_insert(reason);
                    }
                }
                chosen
            }
            Expression::Reach(inner, Reach::Closure) => {
                let below = self.widen(self.of(inner)?, Direction::Dependents, Depth::Whole);
                self.widen(below, Direction::Dependencies, Depth::Whole)
            }
            Expression::Reach(
                inner,
                Reach::Steps {
                    dependencies,
                    dependents,
                },
            ) => {
                let starts = self.of(inner)?;
                let mut chosen = starts.clone();
                let ways = [
                    (Direction::Dependencies, dependencies),
                    (Direction::Dependents, dependents),
                ];
                for (direction, depth) in ways {
                    let Some(depth) = depth else {
                        continue;
                    };
                    for (position, reason) in self.widen(starts.clone(), direction, *depth) {
                        chosen.entry(position).or_insert(reason);
                    }
                }
                chosen
            }
        })
    }

    fn all(&self, parts: &[Expression]) -> Result<Chosen, Diagnostic> {
        let mut sets = Vec::with_capacity(parts.len());
        for part in parts {
            sets.push(self.of(part)?);
        }
        let Some((first, others)) = sets.split_first() else {
            return Ok(Chosen::new());
        };
        let mut chosen = Chosen::new();
        for (position, reason) in first {
            let mut reasons = vec![reason.clone()];
            reasons.extend(others.iter().filter_map(|set| set.get(position)).cloned());
            if reasons.len() == sets.len() {
                chosen.insert(*position, Reason::All(reasons));
            }
        }
        Ok(chosen)
    }

    fn widen(&self, starts: Chosen, direction: Direction, depth: Depth) -> Chosen {
        let edges = match direction {
            Direction::Dependencies => &self.edges.dependencies,
            Direction::Dependents => &self.edges.dependents,
        };
        let from = reach(starts.keys().copied(), edges, depth);
        let found: Vec<usize> = from.keys().copied().collect();
        let mut chosen = starts.clone();
        let reached = Arc::new(Reached {
            direction,
            from,
            starts,
        });
        for position in found {
            chosen.insert(position, Reason::Reached(Arc::clone(&reached)));
        }
        chosen
    }
}
