//! Tables, views and incremental tables

use super::config::{OldWords, TABLE_OPTIONS, VIEW_OPTIONS, check, modernize};
use super::target::{Home, raw_target};
use super::{Action, ActionId, Body, Raise, Session, Sql};
use crate::config::messages::{INCREMENTAL_TABLE, Message, TABLE, VIEW};
use crate::graph::{
    BigQueryOptions, Hermeticity, IncrementalStrategy, OnSchemaChange, Table, TableType, Target,
};
use crate::value::{Object, Value};

/// Where a config comes from
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `config` blocks and the JavaScript API: old words are understood
    Code,
    /// `actions.yaml`
    Yaml,
}

impl Session {
    /// Makes a table; the caller defines it
    pub fn table(
        &mut self,
        table_type: TableType,
        config: &Value,
        origin: Origin,
    ) -> Result<ActionId, Raise> {
        let modern = verified(table_type, config, origin)?;
        let file = self.file_of(&modern);
        let reported = self.reported_file(origin, file.as_deref());
        self.check_options(table_type, &modern, reported.as_deref())?;
        let raw = self.raw_with_name(&modern, "dataset")?;
        let (target, canonical) = self.targets(&raw, Home::Dataset, reported.as_deref());
        let body = Body::Table(Box::new(Table {
            r#type: Some(table_type.as_str().to_owned()),
            enum_type: Some(table_type),
            disabled: Some(false),
            ..Table::default()
        }));
        let mut action = Action::new(target, canonical, body);
        action.file_name = file;
        let id = self.add(action);
        self.shared_config(id, &modern)?;
        self.describe(id, &modern);
        let hermetic = modern.get("hermetic").is_some_and(Value::is_truthy);
        self.actions[id].hermeticity = Some(if hermetic {
            Hermeticity::Hermetic
        } else {
            Hermeticity::NonHermetic
        });
        if modern.truthy("disabled").is_some() {
            self.set_disabled(id, true);
        }
        if table_type != TableType::Table {
            self.retarget_by_config(id, &modern);
        }
        if let Some(assertions) = modern.get("assertions") {
            self.inline_assertions(id, assertions);
        }
        self.options(id, table_type, &modern)?;
        for (key, before) in [("preOperations", true), ("postOperations", false)] {
            if let Some(operations) = modern.get(key) {
                let texts = self.texts(operations);
                let action = &mut self.actions[id];
                let list = if before {
                    &mut action.pre_ops
                } else {
                    &mut action.post_ops
                };
                list.extend(texts.into_iter().map(Sql::Text));
            }
        }
        if table_type == TableType::Incremental {
            self.incremental_config(id, &modern, origin)?;
        }
        Ok(id)
    }

    fn options(
        &mut self,
        id: ActionId,
        table_type: TableType,
        config: &Value,
    ) -> Result<(), Raise> {
        let target = self.actions[id].target.clone();
        let options = match table_type {
            TableType::View => self.view_options(config),
            _ => self.table_options(config, table_type, &target)?,
        };
        self.set_options(id, options);
        if table_type == TableType::View
            && config.truthy("materialized").is_some()
            && let Some(table) = self.actions[id].table()
        {
            table.materialized = Some(true);
        }
        Ok(())
    }

    /// Replaces the options of a table
    pub fn set_options(&mut self, id: ActionId, options: Option<BigQueryOptions>) {
        let action = &mut self.actions[id];
        let Some(options) = options else {
            return;
        };
        let view = action.table_type() == Some(TableType::View);
        if view || !options.labels.is_empty() {
            action.descriptor().bigquery_labels = options.labels.clone();
        }
        if let Some(table) = action.table() {
            table.bigquery = Some(options);
        }
    }

    /// Completes the target once more, as Dataform's constructors do, which reports dots again
    pub fn retarget_by_config(&mut self, id: ActionId, config: &Value) {
        for key in ["project", "dataset"] {
            if config.truthy(key).is_some() {
                let raw = self.actions[id].target.clone();
                self.retarget(id, raw);
            }
        }
    }

    fn incremental_config(
        &mut self,
        id: ActionId,
        config: &Value,
        origin: Origin,
    ) -> Result<(), Raise> {
        let unique_key = config
            .get("uniqueKey")
            .map(|key| self.texts(key))
            .unwrap_or_default();
        let on_schema_change = on_schema_change(config.truthy("onSchemaChange"), origin)?;
        let strategy = incremental_strategy(config.truthy("incrementalStrategy"), origin)?;
        if let Some(table) = self.actions[id].table() {
            table.protected = Some(config.truthy("protected").is_some());
            table.unique_key = unique_key;
            table.on_schema_change = Some(on_schema_change);
            table.incremental_strategy = Some(strategy);
            let problems = incremental_problems(table);
            let action = &self.actions[id];
            let (file, target) = (action.file_name.clone(), action.target.clone());
            for problem in problems {
                self.report(problem, file.clone(), Some(&target));
            }
        }
        Ok(())
    }

    /// Sets whether runs leave out a table, and its inline assertions with it
    pub fn set_disabled(&mut self, id: ActionId, disabled: bool) {
        self.actions[id].disabled = Some(disabled);
        for assertion in self.actions[id].inline_assertions.clone() {
            self.actions[assertion].disabled = Some(disabled);
        }
    }

    /// The target that a config names; without a name, that of its file
    pub fn raw_with_name(&self, config: &Value, dataset_key: &str) -> Result<Target, Raise> {
        let mut raw = raw_target(config, dataset_key)?;
        if raw.name.is_empty()
            && let Some(file) = config.truthy("filename").and_then(Value::as_str)
        {
            raw.name = crate::sqlx::base_name(file).to_owned();
        }
        Ok(raw)
    }

    /// The file that a config names
    pub fn file_of(&mut self, config: &Value) -> Option<String> {
        config.truthy("filename").and_then(|file| self.text(file))
    }

    /// Dependencies and tags, which all types but declarations have
    pub fn shared_config(&mut self, id: ActionId, config: &Value) -> Result<(), Raise> {
        self.actions[id].depends_on_assertions =
            config.truthy("dependOnDependencyAssertions").is_some();
        if let Some(dependencies) = config.get("dependencyTargets") {
            self.add_dependencies(id, dependencies)?;
        }
        if let Some(tags) = config.get("tags") {
            self.add_tags(id, tags);
        }
        Ok(())
    }

    /// Description, columns, metadata and reservation
    pub fn describe(&mut self, id: ActionId, config: &Value) {
        let description = config
            .truthy("description")
            .and_then(|text| self.text(text));
        let mut columns = config
            .get("columns")
            .map(|list| self.columns(list))
            .unwrap_or_default();
        for column in &mut columns {
            column.description.get_or_insert_default();
        }
        let reservation = config
            .truthy("reservation")
            .and_then(|text| self.text(text));
        let metadata = config.truthy("metadata").map(metadata);
        let action = &mut self.actions[id];
        if description.is_some() {
            action.descriptor().description = description;
        }
        if !columns.is_empty() {
            action.descriptor().columns = columns;
        }
        if metadata.is_some() {
            action.descriptor().metadata = metadata;
        }
        if reservation.is_some() {
            action.descriptor().reservation = reservation;
        }
    }
}

fn verified(table_type: TableType, config: &Value, origin: Origin) -> Result<Value, Raise> {
    let (message, word, options): (&'static Message, _, _) = match table_type {
        TableType::Table => (&TABLE, "table", TABLE_OPTIONS),
        TableType::Incremental => (&INCREMENTAL_TABLE, "incremental table", TABLE_OPTIONS),
        TableType::View => (&VIEW, "view", VIEW_OPTIONS),
    };
    let modern = match origin {
        Origin::Code if config.truthy("type").is_some() => Value::Object(modernize(
            config,
            OldWords {
                dependencies: true,
                columns: true,
                bigquery: Some((word, options)),
                assertions: true,
            },
        )?),
        _ => config.clone(),
    };
    if table_type != TableType::View
        && let Some(format) = modern
            .get("iceberg")
            .and_then(|iceberg| iceberg.truthy("fileFormat"))
            .and_then(Value::as_str)
        && !format.eq_ignore_ascii_case("PARQUET")
    {
        return Err(Raise::reference_error(format!(
            "Unexpected file format; only \"PARQUET\" is allowed, got \"{format}\"."
        )));
    }
    check(&modern, message)?;
    Ok(modern)
}

fn on_schema_change(value: Option<&Value>, origin: Origin) -> Result<OnSchemaChange, Raise> {
    let Some(value) = value else {
        return Ok(OnSchemaChange::Ignore);
    };
    Ok(match chosen(value, origin).as_str() {
        "0" | "IGNORE" => OnSchemaChange::Ignore,
        "1" | "FAIL" => OnSchemaChange::Fail,
        "2" | "EXTEND" => OnSchemaChange::Extend,
        "3" | "SYNCHRONIZE" => OnSchemaChange::Synchronize,
        // what YAML says is read like protobuf's JSON, without what is not known
        _ if origin == Origin::Yaml => OnSchemaChange::Ignore,
        _ => {
            let text = value.to_text();
            let message = format!("OnSchemaChange value \"{text}\" is not supported");
            return Err(Raise::error(message));
        }
    })
}

fn incremental_strategy(
    value: Option<&Value>,
    origin: Origin,
) -> Result<IncrementalStrategy, Raise> {
    let Some(value) = value else {
        return Ok(IncrementalStrategy::Unspecified);
    };
    Ok(match (chosen(value, origin).as_str(), origin) {
        ("INCREMENTAL_STRATEGY_UNSPECIFIED", _) => IncrementalStrategy::Unspecified,
        ("1", _) | ("MERGE", Origin::Code) | ("INCREMENTAL_STRATEGY_MERGE", Origin::Yaml) => {
            IncrementalStrategy::Merge
        }
        ("2", _)
        | ("INSERT_OVERWRITE", Origin::Code)
        | ("INCREMENTAL_STRATEGY_INSERT_OVERWRITE", Origin::Yaml) => {
            IncrementalStrategy::InsertOverwrite
        }
        (_, Origin::Yaml) => IncrementalStrategy::Unspecified,
        _ => {
            let text = value.to_text();
            let message = format!("IncrementalStrategy value \"{text}\" is not supported");
            return Err(Raise::error(message));
        }
    })
}

/// The name or number of an enum's value; only in code, names may have small letters
fn chosen(value: &Value, origin: Origin) -> String {
    match (value, origin) {
        (Value::Number(number), _) => crate::value::number(*number),
        (other, Origin::Code) => other.to_text().to_uppercase(),
        (other, Origin::Yaml) => other.to_text(),
    }
}

fn metadata(value: &Value) -> serde_json::Map<String, serde_json::Value> {
    let mut out = serde_json::Map::new();
    if let Some(overview) = value.get("overview") {
        out.insert("overview".to_owned(), overview.to_serde());
    }
    if let Some(properties) = value.get("extraProperties") {
        let fields = match properties {
            Value::Object(object) if object.has("fields") => properties.to_serde(),
            other => protobuf_struct(other),
        };
        out.insert("extraProperties".to_owned(), fields);
    }
    out
}

/// An object as the JSON of a protobuf `Struct`
pub fn protobuf_struct(value: &Value) -> serde_json::Value {
    let empty = Object::default();
    let object = value.as_object().unwrap_or(&empty);
    let fields: serde_json::Map<_, _> = object
        .iter()
        .filter(|(_, value)| !matches!(value, Value::Function(_)))
        .map(|(key, value)| (key.to_owned(), protobuf_value(value)))
        .collect();
    if fields.is_empty() {
        serde_json::json!({})
    } else {
        serde_json::json!({ "fields": fields })
    }
}

/// A value as the JSON of a protobuf `Value`
pub fn protobuf_value(value: &Value) -> serde_json::Value {
    match value {
        Value::Undefined | Value::Null | Value::Function(_) => {
            serde_json::json!({ "nullValue": "NULL_VALUE" })
        }
        Value::Bool(value) => serde_json::json!({ "boolValue": value }),
        Value::Number(value) => {
            serde_json::json!({ "numberValue": crate::value::serde_number(*value) })
        }
        Value::String(value) | Value::Date(value) => {
            serde_json::json!({ "stringValue": value })
        }
        Value::Array(items) => {
            let values: Vec<_> = items.iter().map(protobuf_value).collect();
            if values.is_empty() {
                serde_json::json!({ "listValue": {} })
            } else {
                serde_json::json!({ "listValue": { "values": values } })
            }
        }
        Value::Object(_) => serde_json::json!({ "structValue": protobuf_struct(value) }),
    }
}

/// The rules that Dataform checks when an incremental table is made
fn incremental_problems(table: &Table) -> Vec<&'static str> {
    let none = BigQueryOptions::default();
    let options = table.bigquery.as_ref().unwrap_or(&none);
    let mut problems = Vec::new();
    match table.incremental_strategy {
        Some(IncrementalStrategy::InsertOverwrite) if options.partition_by.is_none() => {
            problems
                .push("IncrementalStrategy 'insert_overwrite' requires 'partitionBy' to be set");
        }
        Some(IncrementalStrategy::Merge) if table.unique_key.is_empty() => {
            problems.push("IncrementalStrategy 'merge' requires 'uniqueKey' to be set");
        }
        _ => {}
    }
    if options.update_partition_filter.is_some() && !options.incremental_predicates.is_empty() {
        problems.push(
            "incrementalPredicates and updatePartitionFilter cannot be both set. Use only incrementalPredicates.",
        );
    }
    problems
}
