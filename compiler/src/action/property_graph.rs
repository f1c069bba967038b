//! Property graphs, from `graph.yaml`

use diagnostic::code;
use serde_json::{Value as Json, json};

use super::target::Home;
use super::yaml_file::YamlFile;
use super::{Action, Body, Detail, Raise, Session};
use crate::graph::{PropertyGraph, Target};
use crate::project::yaml;
use crate::value::Value;

/// Defines the property graph of a project, of which there may be one; what is wrong is reported
pub fn load_property_graphs(
    session: &mut Session,
    paths: &[String],
    read: &dyn Fn(&str) -> Option<String>,
) {
    let [path] = paths else {
        if let Some(first) = paths.first() {
            let message = format!(
                "At most one graph.yaml is allowed per project (found {}: {}). This restriction may be relaxed in a future version.",
                paths.len(),
                paths.join(", ")
            );
            session.report(message, Some(first.clone()), None);
        }
        return;
    };
    let text = read(path).unwrap_or_default();
    let loaded = match yaml::parse(&text) {
        Err(error) => {
            let shown = error.diagnostic(code::CONFIG_INVALID, path, &text);
            let raise = Raise::error(format!("{path} is not a valid YAML file: {error}"));
            Err(raise.with(Detail::Shown(vec![shown])))
        }
        Ok(document) => session
            .property_graph(path, &document.value)
            .map_err(|raise| {
                let file = YamlFile {
                    path,
                    text: &text,
                    document: &document,
                };
                file.placed(raise, &[])
            }),
    };
    if let Err(raise) = loaded {
        session.report_raise(raise, path);
    }
}

/// A property of a node or edge
struct Field {
    json: Json,
    sql: String,
}

/// A node table
struct Entity {
    json: Json,
    name: String,
    keys: Vec<String>,
    sql: String,
}

impl Session {
    fn property_graph(&mut self, path: &str, value: &Value) -> Result<(), Raise> {
        if value.as_object().is_none() {
            return Err(Raise::error(
                "Property graph config is empty or malformed. Expected a top-level object with 'name' and 'entities'.",
            ));
        }
        let name = text(value, "name")
            .ok_or_else(|| Raise::error("Property graph must have a 'name'."))?;
        let raw = Target {
            schema: Some(text(value, "dataset").unwrap_or_default()),
            name,
            database: Some(text(value, "project").unwrap_or_default()),
        };
        let (target, canonical) = self.targets(&raw, Home::Dataset, Some(path));
        let entities = items(value, "entities")
            .iter()
            .enumerate()
            .map(|(at, entity)| self.entity(entity).map_err(in_list("entities", at)))
            .collect::<Result<Vec<_>, _>>()?;
        if entities.is_empty() {
            return Err(Raise::error(
                "Property graph must define at least one entity in 'entities'.",
            ));
        }
        let relationships = items(value, "relationships")
            .iter()
            .enumerate()
            .map(|(at, relationship)| {
                self.relationship(relationship, &entities)
                    .map_err(in_list("relationships", at))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let description = text(value, "description");
        let mut body = vec![tables(
            "NODE",
            entities.iter().map(|entity| entity.sql.as_str()),
        )];
        if !relationships.is_empty() {
            body.push(tables(
                "EDGE",
                relationships.iter().map(|(_, sql)| sql.as_str()),
            ));
        }
        if let Some(description) = &description {
            body.push(format!(
                "OPTIONS(description={})",
                crate::value::quoted(description)
            ));
        }
        let graph = PropertyGraph {
            description,
            entities: entities.into_iter().map(|entity| entity.json).collect(),
            relationships: relationships.into_iter().map(|(json, _)| json).collect(),
            graph_body: Some(body.join("\n")),
            ..PropertyGraph::default()
        };
        let mut action = Action::new(target, canonical, Body::PropertyGraph(Box::new(graph)));
        action.file_name = Some(path.to_owned());
        let id = self.add(action);
        self.define(id);
        Ok(())
    }

    fn entity(&mut self, value: &Value) -> Result<Entity, Raise> {
        let name =
            text(value, "name").ok_or_else(|| Raise::error("Each entity must have a 'name'."))?;
        let source = self.data_source(value, &name)?;
        let keys = texts(key(value, "keys"));
        if keys.is_empty() {
            return Err(Raise::error(format!("Entity '{name}' must have 'keys'.")));
        }
        let (labels, labels_sql) = labels(value, &name);
        let sql = format!(
            "{} AS {name} KEY ({}){labels_sql}",
            in_backticks(&source),
            keys.join(", ")
        );
        let json = json!({
            "name": name,
            "dataSource": source,
            "keys": keys,
            "labels": labels,
        });
        Ok(Entity {
            json,
            name,
            keys,
            sql,
        })
    }

    fn relationship(
        &mut self,
        value: &Value,
        entities: &[Entity],
    ) -> Result<(Json, String), Raise> {
        let name = text(value, "name")
            .ok_or_else(|| Raise::error("Each relationship must have a 'name'."))?;
        let source = self.data_source(value, &name)?;
        let from = end(value, "source", &name, entities)?;
        let to = end(value, "destination", &name, entities)?;
        let keys = texts(key(value, "keys"));
        let key_sql = if keys.is_empty() {
            String::new()
        } else {
            format!(" KEY ({})", keys.join(", "))
        };
        let mut json = json!({ "name": name, "dataSource": source });
        if !keys.is_empty() {
            json["keys"] = json!(keys);
        }
        json["source"] = from.json.clone();
        json["destination"] = to.json.clone();
        let mut sql = format!(
            "{} AS {name}{key_sql} SOURCE KEY {} DESTINATION KEY {}",
            in_backticks(&source),
            from.sql,
            to.sql
        );
        if key(value, "fields").is_some() || key(value, "labels").is_some() {
            let (labels, labels_sql) = labels(value, &name);
            json["labels"] = json!(labels);
            sql.push_str(&labels_sql);
        }
        Ok((json, sql))
    }

    fn data_source(&mut self, value: &Value, owner: &str) -> Result<Target, Raise> {
        if let Some(path) = text(value, "data_source_string") {
            let parts: Vec<&str> = path.split('.').collect();
            let [database, schema, name] = parts.as_slice() else {
                return Err(Raise::error(format!(
                    "data_source_string of '{owner}' must have the form 'project.dataset.table'."
                )));
            };
            return Ok(Target {
                schema: Some((*schema).to_owned()),
                name: (*name).to_owned(),
                database: Some((*database).to_owned()),
            });
        }
        let dataset = key(value, "data_source_dataset").ok_or_else(|| {
            Raise::error(format!(
                "'{owner}' must have either data_source_dataset or data_source_string."
            ))
        })?;
        let raw = Target {
            schema: Some(text(dataset, "dataset").unwrap_or_default()),
            name: text(dataset, "table").unwrap_or_default(),
            database: Some(text(dataset, "project").unwrap_or_default()),
        };
        let (target, _) = self.targets(&raw, Home::Dataset, None);
        Ok(self.finalize(&target))
    }
}

/// Puts what is raised at an item of a list
fn in_list(list: &str, at: usize) -> impl FnOnce(Raise) -> Raise {
    move |raise| raise.with(Detail::Key(vec![list.to_owned(), at.to_string()]))
}

fn tables<'a>(kind: &str, tables: impl Iterator<Item = &'a str>) -> String {
    let list: Vec<&str> = tables.collect();
    format!("{kind} TABLES (\n  {}\n)", list.join(",\n  "))
}

/// One end of an edge
struct End {
    json: Json,
    sql: String,
}

fn end(value: &Value, side: &str, owner: &str, entities: &[Entity]) -> Result<End, Raise> {
    let end = key(value, side)
        .ok_or_else(|| Raise::error(format!("Relationship '{owner}' must have a '{side}'.")))?;
    let name = text(end, "entity").unwrap_or_default();
    let entity = entities
        .iter()
        .find(|entity| entity.name == name)
        .ok_or_else(|| {
            Raise::error(format!(
                "Relationship '{owner}' refers to the unknown entity '{name}' in its {side}."
            ))
        })?;
    let joined = key(end, "join_keys");
    let (columns, entity_columns) = match joined {
        Some(keys @ Value::Object(_)) => (
            texts(key(keys, "relationship_columns")),
            texts(key(keys, "entity_columns")),
        ),
        keys => (texts(keys), entity.keys.clone()),
    };
    let sql = format!(
        "({}) REFERENCES {name} ({})",
        columns.join(", "),
        entity_columns.join(", ")
    );
    let json = json!({
        "entity": name,
        "relationshipColumns": columns,
        "entityColumns": entity_columns,
    });
    Ok(End { json, sql })
}

/// The labels of a node or edge: those given, or the default one
fn labels(value: &Value, name: &str) -> (Vec<Json>, String) {
    let given = items(value, "labels");
    if given.is_empty() {
        let (json, sql) = label(value, name, true);
        return (vec![json], sql);
    }
    let mut jsons = Vec::new();
    let mut sqls = String::new();
    for item in given {
        let label_name = text(item, "name").unwrap_or_else(|| name.to_owned());
        let (json, sql) = label(item, &label_name, false);
        jsons.push(json);
        sqls.push_str(&sql);
    }
    (jsons, sqls)
}

fn label(value: &Value, name: &str, default: bool) -> (Json, String) {
    let fields = key(value, "fields");
    let mut json = json!({ "name": name, "description": "" });
    let mut sql = if default {
        " DEFAULT LABEL".to_owned()
    } else {
        format!(" LABEL {name}")
    };
    if !default && let Some(description) = text(value, "description") {
        sql.push_str(&format!(
            " OPTIONS(description={})",
            crate::value::quoted(&description)
        ));
        json["description"] = description.into();
    }
    match fields {
        Some(all @ Value::Object(_)) if key(all, "import_all").is_some_and(Value::is_truthy) => {
            let except = texts(key(all, "except"));
            json["importAll"] = true.into();
            sql.push_str(" PROPERTIES ARE ALL COLUMNS");
            if !except.is_empty() {
                sql.push_str(&format!(" EXCEPT ({})", except.join(", ")));
                json["importExcept"] = json!(except);
            }
        }
        fields => {
            let list: Vec<Field> = fields
                .and_then(Value::as_array)
                .unwrap_or_default()
                .iter()
                .map(field)
                .collect();
            if !list.is_empty() {
                let sqls: Vec<&str> = list.iter().map(|field| field.sql.as_str()).collect();
                sql.push_str(&format!(" PROPERTIES ({})", sqls.join(", ")));
                json["fields"] = list.into_iter().map(|field| field.json).collect();
            }
            json["importAll"] = false.into();
        }
    }
    json["isDefault"] = default.into();
    (json, sql)
}

fn field(value: &Value) -> Field {
    if let Some(name) = value.as_str() {
        return Field {
            json: json!({ "name": name, "expression": name }),
            sql: name.to_owned(),
        };
    }
    let name = text(value, "name").unwrap_or_default();
    let expression = text(value, "expression").unwrap_or_else(|| name.clone());
    let mut json = json!({ "name": name, "expression": expression });
    let mut options = Vec::new();
    if let Some(description) = text(value, "description") {
        options.push(format!(
            "description={}",
            crate::value::quoted(&description)
        ));
        json["description"] = description.into();
    }
    let synonyms = texts(key(value, "synonyms"));
    if !synonyms.is_empty() {
        let list: Vec<String> = synonyms
            .iter()
            .map(|synonym| crate::value::quoted(synonym))
            .collect();
        options.push(format!("synonyms=[{}]", list.join(", ")));
        json["synonyms"] = json!(synonyms);
    }
    let mut sql = if expression == name {
        name
    } else {
        format!("{expression} AS {name}")
    };
    if !options.is_empty() {
        sql.push_str(&format!(" OPTIONS({})", options.join(", ")));
    }
    Field { json, sql }
}

fn in_backticks(target: &Target) -> String {
    format!("`{target}`")
}

/// The value of a key in snake case, or of the same in camel case
fn key<'a>(value: &'a Value, snake: &str) -> Option<&'a Value> {
    let mut camel = String::new();
    for (at, word) in snake.split('_').enumerate() {
        let (first, rest) = word.split_at(word.len().min(1));
        camel.push_str(&if at == 0 {
            first.to_owned()
        } else {
            first.to_uppercase()
        });
        camel.push_str(rest);
    }
    value
        .get(snake)
        .or_else(|| value.get(&camel))
        .filter(|value| !matches!(value, Value::Null))
}

fn text(value: &Value, snake: &str) -> Option<String> {
    key(value, snake)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

fn items<'a>(value: &'a Value, snake: &str) -> &'a [Value] {
    key(value, snake)
        .and_then(Value::as_array)
        .unwrap_or_default()
}
