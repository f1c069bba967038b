//! Which actions of a graph a command is about: tags, names with globs, and what hangs on them

use std::collections::{BTreeSet, HashMap, VecDeque};

use diagnostic::{Diagnostic, code, did_you_mean};
use globset::GlobBuilder;
use sqlx_compiler::{ActionKind, ActionRef, CompiledGraph, Target};

/// What was asked for; empty means everything
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Actions with any of these tags
    pub tags: Vec<String>,
    /// Actions with any of these names: `name`, `dataset.name` or `project.dataset.name`, with globs
    pub actions: Vec<String>,
    /// And everything they depend on
    pub include_dependencies: bool,
    /// And everything that depends on them
    pub include_dependents: bool,
}

impl std::fmt::Display for Selection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        if !self.tags.is_empty() {
            parts.push(format!("--tags {}", self.tags.join(",")));
        }
        if !self.actions.is_empty() {
            parts.push(format!("--actions {}", self.actions.join(",")));
        }
        if self.include_dependencies {
            parts.push("--include-deps".to_owned());
        }
        if self.include_dependents {
            parts.push("--include-dependents".to_owned());
        }
        formatter.write_str(&parts.join(" "))
    }
}

/// The actions of a graph, in its order, and the chosen positions among them
#[derive(Debug)]
pub struct Selected<'a> {
    /// All of them, declarations too
    pub actions: Vec<ActionRef<'a>>,
    /// Positions in `actions`; never a declaration, since nothing runs for it
    pub chosen: BTreeSet<usize>,
}

/// Chooses
///
/// # Errors
/// A tag or name that no action has (with the nearest one), or a project without actions
pub fn select<'a>(
    graph: &'a CompiledGraph,
    selection: &Selection,
) -> Result<Selected<'a>, Diagnostic> {
    let actions: Vec<ActionRef<'a>> = graph.actions().collect();
    if !actions.iter().any(runs) {
        return Err(
            Diagnostic::error(code::NOTHING_SELECTED, "the project has no actions to run")
                .help("add a `.sqlx` file to `definitions/`"),
        );
    }
    let mut chosen = BTreeSet::new();
    if selection.tags.is_empty() && selection.actions.is_empty() {
        chosen.extend(positions(&actions, runs));
    }
    for tag in &selection.tags {
        chosen.extend(with_tag(&actions, tag)?);
    }
    for name in &selection.actions {
        chosen.extend(with_name(&actions, name)?);
    }
    let edges = Edges::new(&actions);
    let mut reached = chosen.clone();
    if selection.include_dependencies {
        reached.extend(edges.reach(&chosen, &edges.dependencies));
    }
    if selection.include_dependents {
        reached.extend(edges.reach(&chosen, &edges.dependents));
    }
    reached.retain(|&index| runs(&actions[index]));
    Ok(Selected {
        actions,
        chosen: reached,
    })
}

/// Whether a run has anything to do with an action
pub fn runs(action: &ActionRef<'_>) -> bool {
    action.kind() != ActionKind::Declaration
}

fn with_tag(actions: &[ActionRef<'_>], tag: &str) -> Result<Vec<usize>, Diagnostic> {
    let found = positions(actions, |action| {
        runs(action) && action.tags().iter().any(|own| own == tag)
    });
    if !found.is_empty() {
        return Ok(found);
    }
    let known: BTreeSet<&str> = actions
        .iter()
        .flat_map(|action| action.tags())
        .map(String::as_str)
        .collect();
    let mut diagnostic = Diagnostic::error(
        code::NOTHING_SELECTED,
        format!("no action has the tag `{tag}`"),
    );
    diagnostic.help = did_you_mean(tag, known.iter().copied()).or_else(|| {
        Some(if known.is_empty() {
            "no action of the project has a tag".to_owned()
        } else {
            let names: Vec<&str> = known.into_iter().collect();
            format!("the project's tags are: {}", names.join(", "))
        })
    });
    Err(diagnostic)
}

fn with_name(actions: &[ActionRef<'_>], pattern: &str) -> Result<Vec<usize>, Diagnostic> {
    let glob = GlobBuilder::new(pattern)
        .literal_separator(false)
        .build()
        .map_err(|error| {
            Diagnostic::error(
                code::USAGE,
                format!("`{pattern}` is not a glob: {}", error.kind()),
            )
        })?
        .compile_matcher();
    let found = positions(actions, |action| {
        runs(action)
            && target_names(action.target())
                .iter()
                .any(|name| glob.is_match(name))
    });
    if !found.is_empty() {
        return Ok(found);
    }
    let mut diagnostic = Diagnostic::error(
        code::NOTHING_SELECTED,
        format!("no action is called `{pattern}`"),
    );
    let known: Vec<String> = actions
        .iter()
        .filter(|action| runs(action))
        .flat_map(|action| target_names(action.target()))
        .collect();
    diagnostic.help = did_you_mean(pattern, known.iter().map(String::as_str))
        .or_else(|| Some("`sqlx-run compile` lists the project's actions".to_owned()));
    Err(diagnostic)
}

fn positions(actions: &[ActionRef<'_>], test: impl Fn(&ActionRef<'_>) -> bool) -> Vec<usize> {
    (0..actions.len())
        .filter(|&index| test(&actions[index]))
        .collect()
}

/// `name`, `dataset.name`, `project.dataset.name`
pub fn target_names(target: &Target) -> Vec<String> {
    let mut names = vec![target.name.clone()];
    if let Some(dataset) = &target.schema {
        names.push(format!("{dataset}.{}", target.name));
        if let Some(project) = &target.database {
            names.push(format!("{project}.{dataset}.{}", target.name));
        }
    }
    names
}

/// Who depends on whom, among a list of actions
pub struct Edges {
    /// By position: positions of what it depends on
    pub dependencies: Vec<Vec<usize>>,
    /// By position: positions of what depends on it
    pub dependents: Vec<Vec<usize>>,
}

impl Edges {
    /// Dependencies outside the list are left out
    pub fn new(actions: &[ActionRef<'_>]) -> Self {
        let mut at: HashMap<&Target, usize> = HashMap::new();
        for (index, action) in actions.iter().enumerate() {
            at.insert(action.target(), index);
            if let ActionRef::DataPreparation(preparation) = action {
                at.extend(preparation.targets.iter().map(|target| (target, index)));
            }
        }
        let dependencies: Vec<Vec<usize>> = actions
            .iter()
            .map(|action| {
                action
                    .dependency_targets()
                    .iter()
                    .filter_map(|target| at.get(target).copied())
                    .collect()
            })
            .collect();
        let mut dependents = vec![Vec::new(); actions.len()];
        for (index, own) in dependencies.iter().enumerate() {
            for &dependency in own {
                dependents[dependency].push(index);
            }
        }
        Self {
            dependencies,
            dependents,
        }
    }

    fn reach(&self, from: &BTreeSet<usize>, edges: &[Vec<usize>]) -> BTreeSet<usize> {
        let mut seen = from.clone();
        let mut next: VecDeque<usize> = from.iter().copied().collect();
        while let Some(index) = next.pop_front() {
            for &neighbour in &edges[index] {
                if seen.insert(neighbour) {
                    next.push_back(neighbour);
                }
            }
        }
        seen
    }
}
