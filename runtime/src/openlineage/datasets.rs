//! What actions read and write as OpenLineage's datasets

use std::collections::BTreeMap;

use diagnostic::Diagnostic;
use googlesql::{Column, Field, Origin, PhysicalName, Type};
use serde_json::{Map, Value as Json, json};
use sqlx_compiler::{ActionDescriptor, ActionRef, Target};

use super::facets::facet;
use crate::check::check;
use crate::event::{ActionResult, ActionStatus};
use crate::lineage::{Lineage, LineageTable, dotted};
use crate::plan::Plan;
use crate::settings::names;
use crate::warehouse::Warehouse;
use crate::warehouse::duckdb::Names;

/// Where datasets are, as OpenLineage names the place
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// A DuckDB file, by its whole path
    DuckDb(String),
    /// BigQuery
    BigQuery,
}

/// The datasets of a project
pub struct Datasets {
    names: Names,
    namespace: String,
    place: String,
    lineage: Lineage,
    /// The columns of what the project declares, where the warehouse has it
    sources: BTreeMap<PhysicalName, Vec<Column>>,
    /// Targets by their names on the engine
    targets: BTreeMap<PhysicalName, Target>,
}

impl Datasets {
    /// Finds out the columns of everything that the plan's project reads and writes
    ///
    /// # Errors
    /// A project without actions
    pub fn new(plan: &Plan, engine: Engine, warehouse: &dyn Warehouse) -> Result<Self, Diagnostic> {
        let graph = &plan.compilation.graph;
        let names = names(graph);
        let checked = check(&plan.compilation, &names, Some(warehouse))?;
        let targets = graph
            .actions()
            .map(|action| (names.physical(action.target()), action.target().clone()))
            .collect();
        let declared = graph.declarations.iter().filter_map(|declaration| {
            let physical = names.physical(&declaration.target);
            let columns = warehouse.columns(&physical)?;
            Some((physical, columns))
        });
        let sources = declared.collect();
        let (namespace, place) = match engine {
            Engine::BigQuery => ("bigquery".to_owned(), "bigquery".to_owned()),
            Engine::DuckDb(file) => (format!("duckdb://{file}"), format!("duckdb://{file}")),
        };
        Ok(Self {
            lineage: Lineage::new(&checked, graph, &names),
            names,
            namespace,
            place,
            sources,
            targets,
        })
    }

    /// What an action depends on
    pub fn inputs(&self, action: ActionRef<'_>, result: Option<&ActionResult>) -> Vec<Json> {
        let assertion = matches!(action, ActionRef::Assertion(_));
        action
            .dependency_targets()
            .iter()
            .map(|target| {
                let mut dataset = self.dataset(target, None);
                let status = result.map(|result| result.status);
                if let (true, Some(status)) = (assertion, status) {
                    let success = status == ActionStatus::Succeeded;
                    let assertions = json!({
                        "assertions": [{ "assertion": action.target().name, "success": success }],
                    });
                    dataset["inputFacets"] = json!({
                        "dataQualityAssertions":
                            facet("1-0-1/DataQualityAssertionsDatasetFacet", assertions),
                    });
                }
                dataset
            })
            .collect()
    }

    /// What an action makes
    pub fn outputs(&self, action: ActionRef<'_>, result: Option<&ActionResult>) -> Vec<Json> {
        let (has_output, descriptor) = match action {
            ActionRef::Table(table) => (true, table.action_descriptor.as_ref()),
            ActionRef::Operation(operation) => (
                operation.has_output == Some(true),
                operation.action_descriptor.as_ref(),
            ),
            _ => (false, None),
        };
        if !has_output {
            return Vec::new();
        }
        let mut dataset = self.dataset(action.target(), descriptor);
        let physical = self.names.physical(action.target());
        if let Some(table) = self.lineage.tables.get(&physical) {
            dataset["facets"]["columnLineage"] = self.column_lineage(table);
        }
        if let Some(rows) = result.and_then(|result| result.rows) {
            let statistics = json!({ "rowCount": rows });
            dataset["outputFacets"] = json!({
                "outputStatistics":
                    facet("1-0-2/OutputStatisticsOutputDatasetFacet", statistics),
            });
        }
        vec![dataset]
    }

    fn dataset(&self, target: &Target, descriptor: Option<&ActionDescriptor>) -> Json {
        let physical = self.names.physical(target);
        let mut facets = Map::new();
        let source = json!({ "name": self.place, "uri": self.place });
        facets.insert(
            "dataSource".to_owned(),
            facet("1-0-1/DatasourceDatasetFacet", source),
        );
        let known = self.lineage.tables.get(&physical);
        let columns: Vec<(&str, &Type)> = match (self.sources.get(&physical), known) {
            (Some(columns), _) => columns.iter().map(|one| (&*one.name, &one.ty)).collect(),
            (None, Some(table)) => {
                let columns = table.columns.iter().filter(|column| column.name != "*");
                columns.map(|one| (&*one.name, &one.ty)).collect()
            }
            (None, None) => Vec::new(),
        };
        if !columns.is_empty() {
            let fields: Vec<Json> = columns
                .into_iter()
                .map(|(name, ty)| field(name, ty, &[name], descriptor))
                .collect();
            let schema = json!({ "fields": fields });
            facets.insert(
                "schema".to_owned(),
                facet("1-1-1/SchemaDatasetFacet", schema),
            );
        }
        json!({ "namespace": self.namespace, "name": target.to_string(), "facets": facets })
    }

    fn column_lineage(&self, table: &LineageTable) -> Json {
        let input = |origin: &Origin, transformation: &Json| {
            let target = self.targets.get(&origin.table);
            json!({
                "namespace": self.namespace,
                "name": target.map_or_else(|| dotted(&origin.table), ToString::to_string),
                "field": origin.column,
                "transformations": [transformation],
            })
        };
        let direct = json!({ "type": "DIRECT", "subtype": "TRANSFORMATION", "description": "", "masking": false });
        let indirect = json!({ "type": "INDIRECT", "subtype": "CONDITIONAL", "description": "", "masking": false });
        let fields: Map<String, Json> = table
            .columns
            .iter()
            .filter(|column| column.name != "*")
            .map(|column| {
                let inputs: Vec<Json> = column
                    .sources
                    .iter()
                    .map(|one| input(one, &direct))
                    .collect();
                (column.name.clone(), json!({ "inputFields": inputs }))
            })
            .collect();
        let conditions: Vec<Json> = table
            .conditions
            .iter()
            .map(|one| input(one, &indirect))
            .collect();
        facet(
            "1-2-0/ColumnLineageDatasetFacet",
            json!({ "fields": fields, "dataset": conditions }),
        )
    }
}

/// A column or the field of a record, with what the project says about it
fn field(name: &str, ty: &Type, path: &[&str], descriptor: Option<&ActionDescriptor>) -> Json {
    let mut found = json!({ "name": name });
    if ty.is_known() {
        found["type"] = json!(ty.to_string());
    }
    let described = descriptor.and_then(|descriptor| {
        let mut columns = descriptor.columns.iter();
        columns.find(|column| column.path == path)
    });
    if let Some(text) = described.and_then(|column| column.description.as_deref())
        && !text.is_empty()
    {
        found["description"] = json!(text);
    }
    let inner = match ty {
        Type::Array(element) => element,
        other => other,
    };
    if let Type::Struct(fields) = inner {
        let nested = |one: &Field| {
            let name = one.name.as_deref()?;
            let path: Vec<&str> = path.iter().copied().chain([name]).collect();
            Some(field(name, &one.ty, &path, descriptor))
        };
        let fields: Vec<Json> = fields.iter().filter_map(nested).collect();
        if !fields.is_empty() {
            found["fields"] = json!(fields);
        }
    }
    found
}
