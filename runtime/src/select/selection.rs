//! What a command line asks for

use std::fmt::{Display, Formatter, Result as Written};

use super::evidence::Evidence;
use super::expression::{Depth, Expression, Method, Reach};

/// What was asked for; empty means everything
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// Actions with any of these tags
    pub tags: Vec<String>,
    /// Actions with any of these names: `name`, `dataset.name` or `project.dataset.name`, with globs
    pub actions: Vec<String>,
    /// What any of these selectors means
    pub select: Vec<Expression>,
    /// And everything they depend on
    pub include_dependencies: bool,
    /// And everything that depends on them
    pub include_dependents: bool,
    /// Without what any of these selectors means
    pub exclude: Vec<Expression>,
    /// What the selectors compare with
    pub evidence: Evidence,
}

impl Selection {
    /// All of it as one selector; `None` where nothing is asked for
    pub fn expression(&self) -> Option<Expression> {
        let tags = self.tags.iter();
        let tags = tags.map(|tag| Expression::atom(Method::Tag, tag));
        let actions = self.actions.iter();
        let actions = actions.map(|name| Expression::atom(Method::Name, name));
        let selected = self.select.iter().cloned();
        let mut chosen = Expression::any(tags.chain(actions).chain(selected).collect());
        let depth = |wanted: bool| wanted.then_some(Depth::Whole);
        if self.include_dependencies || self.include_dependents {
            let reach = Reach::Steps {
                dependencies: depth(self.include_dependencies),
                dependents: depth(self.include_dependents),
            };
            chosen = chosen.map(|inner| Expression::Reach(Box::new(inner), reach));
        }
        let excluded = Expression::any(self.exclude.clone());
        let excluded = excluded.map(|inner| Expression::Not(Box::new(inner)));
        Expression::all(chosen.into_iter().chain(excluded).collect())
    }

    /// Whether nothing is asked for
    pub fn is_empty(&self) -> bool {
        self.expression().is_none()
    }

    /// The Git revisions, with their places, that `evidence` must have graphs of
    pub fn revisions(&self) -> Vec<&super::Atom> {
        self.atoms(Method::Changed)
    }

    /// The selectors that ask the saved graph
    pub fn states(&self) -> Vec<&super::Atom> {
        self.atoms(Method::State)
    }

    /// The selectors that ask earlier runs
    pub fn results(&self) -> Vec<&super::Atom> {
        self.atoms(Method::Result)
    }

    fn atoms(&self, method: Method) -> Vec<&super::Atom> {
        let expressions = self.select.iter().chain(&self.exclude);
        let atoms = expressions.flat_map(Expression::atoms);
        atoms.filter(|atom| atom.method == method).collect()
    }

    /// What to try where nothing is left
    pub fn hint(&self) -> String {
        fn joins(expression: &Expression) -> bool {
            match expression {
                Expression::All(_) => true,
                Expression::Any(parts) => parts.iter().any(joins),
                Expression::Reach(inner, _) | Expression::Not(inner) => joins(inner),
                Expression::Atom(_) => false,
            }
        }
        if self.select.iter().any(joins) {
            "`,` and `and` mean both at once; a space or `or` means either".to_owned()
        } else if !self.exclude.is_empty() {
            "`--exclude` takes all of it away".to_owned()
        } else {
            "`sqlx-run list` prints what there is".to_owned()
        }
    }
}

impl Display for Selection {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Written {
        match self.expression() {
            Some(expression) => write!(formatter, "{expression}"),
            None => Ok(()),
        }
    }
}
