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
    /// Which way it was reached, if it does not match itself
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<Direction>,
    /// What was passed on the way, from what matches to this
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
    /// The other selectors that mean it, too, where it takes all of them
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub and: Vec<String>,
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
                let found = all.iter().position(|why| why.reached.is_some());
                let mut why = all.remove(found.unwrap_or_default());
                for other in all {
                    why.and.push(other.selector);
                    why.and.extend(other.and);
                }
                why
            }
            Reason::Reached(reached) => {
                let mut path = vec![position];
                let mut at = position;
                while let Some(&before) = reached.from.get(&at) {
                    path.push(before);
                    at = before;
                }
                path.reverse();
                let start = reached.starts.get(&at).unwrap_or(&Reason::Everything);
                let start = Self::of(start, at, items);
                let mut names = start.path;
                names.pop();
                names.extend(path.into_iter().map(|position| items[position].name()));
                Self {
                    selector: start.selector,
                    reached: Some(reached.direction),
                    path: names,
                    and: start.and,
                }
            }
        }
    }

    fn matching(selector: &str) -> Self {
        Self {
            selector: selector.to_owned(),
            reached: None,
            path: Vec::new(),
            and: Vec::new(),
        }
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.selector)?;
        if let Some(direction) = self.reached {
            let arrow = match direction {
                Direction::Dependencies => " ← ",
                Direction::Dependents => " → ",
            };
            write!(formatter, ": {}", self.path.join(arrow))?;
        }
        let joint = if self.reached.is_some() {
            ", and "
        } else {
            " and "
        };
        for other in &self.and {
            write!(formatter, "{joint}{other}")?;
        }
        Ok(())
    }
}
