//! Why something was chosen

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::items::Item;

/// Why something was chosen
#[derive(Debug, Clone)]
pub enum Reason {
    /// Nothing was asked for
    Everything,
    /// It is one of those that this selector means
    Matches(Arc<str>),
    /// For each of these at once
    All(Vec<Reason>),
    /// It hangs on something that was chosen
    Reached(Arc<Reached>),
}

/// What was reached along the graph
#[derive(Debug)]
pub struct Reached {
    /// Which way
    pub direction: Direction,
    /// By position: the position it was reached from
    pub from: BTreeMap<usize, usize>,
    /// Where it began
    pub starts: BTreeMap<usize, Reason>,
}

/// Which way the graph was followed
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To what something depends on
    Dependencies,
    /// To what depends on something
    Dependents,
}

/// A reason in words
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Why {
    /// The selector that means it, or what it hangs on; `*` where nothing was asked for
    pub selector: String,
    /// The way through the graph from what matches to this, where this does not match itself
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Step>,
    /// The other selectors that mean it, too, where it takes all of them
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub and: Vec<String>,
}

/// A step through the graph
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// What is reached
    pub name: String,
    /// Which way from the step before; left out of the first
    #[serde(skip_serializing_if = "Option::is_none")]
    pub along: Option<Direction>,
}

impl Why {
    /// The words for a reason
    pub fn of(reason: &Reason, position: usize, items: &[Item<'_>]) -> Self {
        match reason {
            Reason::Everything => Self::matching("*"),
            Reason::Matches(selector) => Self::matching(selector),
            Reason::All(reasons) => {
                let mut all: Vec<Self> = reasons
                    .iter()
                    .map(|reason| Self::of(reason, position, items))
                    .collect();
                let found = all.iter().position(|why| !why.path.is_empty());
                let mut why = all.remove(found.unwrap_or_default());
                for other in all {
                    why.and.push(other.selector);
                    why.and.extend(other.and);
                }
                why
            }
            Reason::Reached(reached) => reached.why(position, items),
        }
    }

    fn matching(selector: &str) -> Self {
        Self {
            selector: selector.to_owned(),
            path: Vec::new(),
            and: Vec::new(),
        }
    }
}

impl Reached {
    /// From where it began, which may itself have been reached another way
    fn why(&self, position: usize, items: &[Item<'_>]) -> Why {
        let mut steps = Vec::new();
        let mut at = position;
        while let Some(&before) = self.from.get(&at) {
            steps.push(Step {
                name: items[at].name(),
                along: Some(self.direction),
            });
            at = before;
        }
        let start = self.starts.get(&at).unwrap_or(&Reason::Everything);
        let mut why = Why::of(start, at, items);
        if why.path.is_empty() {
            why.path.push(Step {
                name: items[at].name(),
                along: None,
            });
        }
        why.path.extend(steps.into_iter().rev());
        why
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.selector)?;
        for (at, step) in self.path.iter().enumerate() {
            let arrow = match step.along {
                Some(Direction::Dependencies) => " ← ",
                Some(Direction::Dependents) => " → ",
                None if at == 0 => ": ",
                None => " ",
            };
            write!(formatter, "{arrow}{}", step.name)?;
        }
        let joint = match self.path.is_empty() {
            true => " and ",
            false => ", and ",
        };
        for other in &self.and {
            write!(formatter, "{joint}{other}")?;
        }
        Ok(())
    }
}
