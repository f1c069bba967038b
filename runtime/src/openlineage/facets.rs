//! Facets: what is known of a run, job or dataset, each with the place of its schema

use serde_json::{Value as Json, json};

use super::PRODUCER;

/// A facet; `schema` is the version and name of its schema, such as `1-0-1/SQLJobFacet`
pub fn facet(schema: &str, mut fields: Json) -> Json {
    let name = schema.rsplit('/').next().unwrap_or(schema);
    let place = format!("https://openlineage.io/spec/facets/{schema}.json#/$defs/{name}");
    let mut facet = json!({ "_producer": PRODUCER, "_schemaURL": place });
    if let (Some(facet), Some(fields)) = (facet.as_object_mut(), fields.as_object_mut()) {
        facet.append(fields);
    }
    facet
}
