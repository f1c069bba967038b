//! What a project declares about a table or view beside its rows

use std::collections::BTreeMap;

/// What is declared; what is not declared stays as it is
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// What the table is
    pub description: Option<String>,
    /// Columns of which something is declared
    pub columns: Vec<ColumnMetadata>,
    /// Labels by key; others that the table has are kept
    pub labels: BTreeMap<String, String>,
}

/// What is declared about a column or a field of one
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnMetadata {
    /// The column, then fields of structs down to the one that is meant
    pub path: Vec<String>,
    /// What it is
    pub description: Option<String>,
    /// Resource names of policy tags; none leaves those that it has
    pub policy_tags: Vec<String>,
}
