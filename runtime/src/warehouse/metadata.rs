//! What a project says about a table beside its rows: descriptions, policy tags and labels

use std::collections::BTreeMap;

use sqlx_compiler::{ActionDescriptor, ActionRef};

/// What an action declares about what it makes; what it does not declare is left as it is
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The table's description
    pub description: Option<String>,
    /// Columns that are described or tagged, nested ones after those they are in
    pub columns: Vec<ColumnMetadata>,
    /// Labels, to be merged into those that are there
    pub labels: BTreeMap<String, String>,
}

/// What is declared about a column
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMetadata {
    /// The names of the records it is in, and its own
    pub path: Vec<String>,
    /// Its description
    pub description: Option<String>,
    /// Full names of policy tags; none leaves those that are there
    pub policy_tags: Vec<String>,
}

impl Metadata {
    /// What an action declares about its own table or view
    ///
    /// As in Dataform that is set for tables, views and incremental tables, and for nothing else; `None` where
    /// nothing is declared.
    pub fn of(action: ActionRef<'_>) -> Option<Self> {
        let ActionRef::Table(table) = action else {
            return None;
        };
        let metadata = Self::declared(table.action_descriptor.as_ref()?);
        (metadata != Self::default()).then_some(metadata)
    }

    fn declared(descriptor: &ActionDescriptor) -> Self {
        let columns = descriptor.columns.iter().filter(|column| {
            let described = column.description.as_deref().unwrap_or_default();
            !described.is_empty() || !column.bigquery_policy_tags.is_empty()
        });
        Self {
            description: descriptor
                .description
                .clone()
                .filter(|text| !text.is_empty()),
            columns: columns
                .map(|column| ColumnMetadata {
                    path: column.path.clone(),
                    description: column.description.clone().filter(|text| !text.is_empty()),
                    policy_tags: column.bigquery_policy_tags.clone(),
                })
                .collect(),
            labels: descriptor
                .bigquery_labels
                .iter()
                .map(|(key, value)| {
                    let text = value.as_str().map(str::to_owned);
                    (key.clone(), text.unwrap_or_else(|| value.to_string()))
                })
                .collect(),
        }
    }
}
