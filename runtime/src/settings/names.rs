//! How the project's paths become names in a DuckDB file

use sqlx_compiler::CompiledGraph;

use crate::warehouse::duckdb::Names;

/// How the project's paths become names in a DuckDB file
pub fn names(graph: &CompiledGraph) -> Names {
    let config = graph.project_config.clone().unwrap_or_default();
    let with_suffix = |name: Option<String>, suffix: &Option<String>| match (name, suffix) {
        (Some(name), Some(suffix)) if !suffix.is_empty() => Some(format!("{name}_{suffix}")),
        (name, _) => name,
    };
    let mut names = Names {
        default_project: with_suffix(config.default_database, &config.database_suffix),
        default_dataset: with_suffix(config.default_schema, &config.schema_suffix),
        ..Names::default()
    };
    names.declarations = graph
        .declarations
        .iter()
        .map(|declaration| names.physical(&declaration.target))
        .collect();
    names
}
