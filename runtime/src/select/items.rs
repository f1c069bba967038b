//! What can be selected: actions, declarations and unit tests

use serde_json::Value as Json;
use sqlx_compiler::{ActionRef, CompiledGraph, Target, Test};

use super::runs;
use crate::plan::display_name;

/// An action or a unit test of a graph
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// An action, or a declaration
    Action(ActionRef<'a>),
    /// A unit test
    Test(&'a Test),
}

/// All of a graph: its actions in their order, then its tests
pub fn of(graph: &CompiledGraph) -> Vec<Item<'_>> {
    let actions = graph.actions().map(Item::Action);
    actions.chain(graph.tests.iter().map(Item::Test)).collect()
}

impl<'a> Item<'a> {
    /// `dataset.name`, or a test's name
    pub fn name(&self) -> String {
        match self {
            Self::Action(action) => display_name(action.target()),
            Self::Test(test) => test.name.clone().unwrap_or_default(),
        }
    }

    /// Such as `view`, `declaration` or `test`
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Action(action) => action.kind().as_str(),
            Self::Test(_) => "test",
        }
    }

    /// The file that defines it; empty where none is recorded
    pub fn file(&self) -> &'a str {
        match self {
            Self::Action(action) => action.file_name(),
            Self::Test(test) => test.file_name.as_deref().unwrap_or_default(),
        }
    }

    /// Its tags
    pub fn tags(&self) -> &'a [String] {
        match self {
            Self::Action(action) => action.tags(),
            Self::Test(test) => &test.tags,
        }
    }

    /// Whether the project disables it
    pub fn disabled(&self) -> bool {
        matches!(self, Self::Action(action) if action.disabled())
    }

    /// Whether a run has anything to do with it
    pub fn runs(&self) -> bool {
        matches!(self, Self::Action(action) if runs(action))
    }

    /// The action, where it is one
    pub fn action(&self) -> Option<ActionRef<'a>> {
        match self {
            Self::Action(action) => Some(*action),
            Self::Test(_) => None,
        }
    }

    /// The unit test, where it is one
    pub fn test(&self) -> Option<&'a Test> {
        match self {
            Self::Action(_) => None,
            Self::Test(test) => Some(test),
        }
    }

    /// Every name it can be called by, with and without the suffixes of an environment
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Action(action) => {
                let mut names = target_names(action.target());
                if let Some(canonical) = action.canonical_target()
                    && canonical != action.target()
                {
                    names.extend(target_names(canonical));
                }
                names
            }
            Self::Test(test) => test.name.iter().cloned().collect(),
        }
    }

    /// Its datasets, with and without the suffix of an environment
    pub fn datasets(&self) -> Vec<&'a str> {
        match self {
            Self::Action(action) => [Some(action.target()), action.canonical_target()]
                .into_iter()
                .flatten()
                .filter_map(|target| target.schema.as_deref())
                .collect(),
            Self::Test(_) => Vec::new(),
        }
    }

    /// Its name across environments and revisions
    pub fn identity(&self) -> String {
        match self {
            Self::Action(action) => {
                identity(action.canonical_target().unwrap_or_else(|| action.target()))
            }
            Self::Test(test) => format!("test {}", test.name.as_deref().unwrap_or_default()),
        }
    }

    /// All that was compiled, without the file that it stands in
    pub fn compiled(&self) -> Json {
        let json = match self {
            Self::Action(action) => serde_json::to_value(action),
            Self::Test(test) => serde_json::to_value(test),
        };
        without_file(json.unwrap_or_default())
    }
}

/// A target across environments
pub fn identity(target: &Target) -> String {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    format!(
        "{}.{}.{}",
        part(&target.database),
        part(&target.schema),
        target.name
    )
}

/// A compiled action says nothing else by its file
pub fn without_file(mut json: Json) -> Json {
    if let Json::Object(fields) = &mut json {
        fields.shift_remove("fileName");
    }
    json
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
