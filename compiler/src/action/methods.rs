//! What the methods of action objects do

use super::{ActionId, Body, Raise, Session, Sql, Written};
use crate::graph::{BigQueryOptions, Hermeticity, TableType, in_backticks};
use crate::value::Value;

impl Session {
    /// Calls a method of the action `id` with its argument
    pub fn call(&mut self, id: ActionId, method: &str, value: &Value) -> Result<(), Raise> {
        match method {
            "query" | "queries" => {
                let given = !matches!(value, Value::Undefined);
                self.actions[id].query = given.then(|| Sql::from_value(value));
            }
            "where" => self.actions[id].where_clause = Some(Sql::from_value(value)),
            "preOps" => self.actions[id].pre_ops.push(Sql::from_value(value)),
            "postOps" => self.actions[id].post_ops.push(Sql::from_value(value)),
            "disabled" => {
                let disabled = matches!(value, Value::Undefined) || value.is_truthy();
                self.set_disabled(id, disabled);
            }
            "dependencies" => {
                required(value, "dataset")?;
                self.add_dependencies(id, value)?;
            }
            "tags" => {
                required(value, "forEach")?;
                self.add_tags(id, value);
            }
            "description" => self.set_description(id, value),
            "columns" => self.set_columns(id, value)?,
            "database" | "schema" => self.set_home(id, method, value),
            "ipynb" => {
                let contents = self.text(value);
                if let Body::Notebook(notebook) = &mut self.actions[id].body {
                    notebook.notebook_contents = contents;
                }
            }
            "assertions" => self.set_assertions(id, value)?,
            "bigquery" => self.set_bigquery(id, value)?,
            "setDependOnDependencyAssertions" => {
                self.actions[id].depends_on_assertions = value.is_truthy();
            }
            "jitCode" => self.set_jit_code(id, value),
            "hermetic" => {
                self.actions[id].hermeticity = Some(if value.is_truthy() {
                    Hermeticity::Hermetic
                } else {
                    Hermeticity::NonHermetic
                });
            }
            "hasOutput" => {
                if let Body::Operation(operation) = &mut self.actions[id].body {
                    operation.has_output = Some(value.is_truthy());
                }
            }
            _ => self.call_table(id, method, value),
        }
        Ok(())
    }

    fn call_table(&mut self, id: ActionId, method: &str, value: &Value) {
        let unique_key = if method == "uniqueKey" {
            self.texts(value)
        } else {
            Vec::new()
        };
        let Some(table) = self.actions[id].table() else {
            return;
        };
        match method {
            "materialized" => table.materialized = Some(value.is_truthy()),
            "protected" => {
                let unset = matches!(value, Value::Undefined | Value::Null);
                table.protected = Some(unset || value.is_truthy());
            }
            "uniqueKey" => table.unique_key = unique_key,
            _ => {}
        }
    }

    /// Adds one reference or a list of them to the dependencies
    pub fn add_dependencies(&mut self, id: ActionId, value: &Value) -> Result<(), Raise> {
        match value {
            Value::Array(items) => {
                for item in items {
                    let written = Written::from_value(item)?;
                    self.depend(id, written);
                }
            }
            Value::Undefined | Value::Null => {}
            other => {
                let written = Written::from_value(other)?;
                self.depend(id, written);
            }
        }
        Ok(())
    }

    /// Adds a dependency as it was written
    pub fn depend(&mut self, id: ActionId, mut written: Written) {
        let action = &mut self.actions[id];
        if matches!(action.body, Body::Assertion(_)) {
            action.dependencies.push(written.clone());
            self.assertions_by_dependency.push((written, id));
            return;
        }
        let preparation = matches!(action.body, Body::DataPreparation(_));
        if !preparation && written.with_assertions.is_none() {
            written.with_assertions = Some(action.depends_on_assertions);
        }
        let included = written.with_assertions;
        let name = in_backticks(&self.completed_reference(&written));
        let action = &mut self.actions[id];
        match action.choices.get(&name) {
            Some(chosen) if *chosen != included => {
                let message = format!(
                    "Conflicting \"includeDependentAssertions\" properties are not allowed. Dependency {} has different values set for this property.",
                    written.name
                );
                // Dataform puts a hole into the list of these types
                action.broken |= preparation || action.table_type() == Some(TableType::Incremental);
                let (file, target) = (action.file_name.clone(), action.target.clone());
                self.report_text(&message, file, Some(&target));
                return;
            }
            Some(_) => {}
            None => {
                action.choices.insert(name, included);
            }
        }
        action.dependencies.push(written);
    }

    /// Adds one tag or a list of them, to the inline assertions too
    pub fn add_tags(&mut self, id: ActionId, value: &Value) {
        let tags = self.texts(value);
        let repeats = !matches!(
            self.actions[id].body,
            Body::Operation(_) | Body::Assertion(_)
        );
        let action = &mut self.actions[id];
        for tag in &tags {
            if repeats || !action.tags.contains(tag) {
                action.tags.push(tag.clone());
            }
        }
        for assertion in self.actions[id].inline_assertions.clone() {
            let assertion = &mut self.actions[assertion];
            for tag in &tags {
                if !assertion.tags.contains(tag) {
                    assertion.tags.push(tag.clone());
                }
            }
        }
    }

    /// Of an assertion, a description takes the place of all that describes it
    fn set_description(&mut self, id: ActionId, value: &Value) {
        let text = self.text(value);
        let action = &mut self.actions[id];
        if matches!(action.body, Body::Assertion(_)) {
            action.descriptor = None;
        }
        action.descriptor().description = text;
    }

    /// Sets the dataset or the project; where nothing is given, the default one
    fn set_home(&mut self, id: ActionId, part: &str, value: &Value) {
        let text = self.text(value);
        let mut raw = self.actions[id].target.clone();
        match part {
            "database" => raw.database = text,
            _ => raw.schema = text,
        }
        self.retarget(id, raw);
    }

    /// Only the list of the reference, not the object that configs may have
    fn set_columns(&mut self, id: ActionId, value: &Value) -> Result<(), Raise> {
        self.actions[id].descriptor();
        required(value, "map")?;
        if !matches!(value, Value::Array(_)) {
            return Err(Raise::type_error("columns.map is not a function"));
        }
        let columns = self.columns(value);
        self.actions[id].descriptor().columns = columns;
        Ok(())
    }

    /// Only the words of the reference, with `uniqueKeys`
    fn set_assertions(&mut self, id: ActionId, value: &Value) -> Result<(), Raise> {
        required(value, "uniqueKey")?;
        required(value.get("uniqueKeys").unwrap_or(&Value::Undefined), "map")?;
        self.inline_assertions(id, value);
        Ok(())
    }

    /// Replaces the options of a table by those that are not empty, those of a view by all that are given
    fn set_bigquery(&mut self, id: ActionId, value: &Value) -> Result<(), Raise> {
        let view = self.actions[id].table_type() == Some(TableType::View);
        if view && let Some(table) = self.actions[id].table() {
            table.bigquery = Some(BigQueryOptions::default());
        }
        required(value, "labels")?;
        let options = self.given_options(value, view);
        if view {
            let labels = value.truthy("labels").is_some();
            let action = &mut self.actions[id];
            if labels {
                action.descriptor().bigquery_labels = options.labels.clone();
            }
            if let Some(table) = action.table() {
                table.bigquery = Some(options);
            }
        } else {
            let given = (options != BigQueryOptions::default()).then_some(options);
            self.set_options(id, given);
        }
        Ok(())
    }

    fn set_jit_code(&mut self, id: ActionId, value: &Value) {
        let code = self.text(value);
        let action = &mut self.actions[id];
        action.jit_code = code;
        action.descriptor().compilation_mode = Some("ACTION_COMPILATION_MODE_JIT".to_owned());
    }

    /// Puts a table of another type in the place of `id`, made from the config that `id` was made from;
    /// `None` when the type stays
    pub fn change_type(
        &mut self,
        id: ActionId,
        table_type: TableType,
    ) -> Result<Option<ActionId>, Raise> {
        if self.actions[id].table_type() == Some(table_type) {
            return Ok(None);
        }
        let mut config = self.actions[id]
            .config
            .as_object()
            .cloned()
            .unwrap_or_default();
        config.set("type", Value::from(table_type.as_str()));
        let new = self.table(
            table_type,
            &Value::Object(config),
            super::table::Origin::Code,
        )?;
        if let Some(place) = self.order.iter_mut().find(|place| **place == id) {
            *place = new;
        }
        Ok(Some(new))
    }
}

/// What the JavaScript engine says where Dataform looks for `key` in an argument that was not given
fn required(value: &Value, key: &str) -> Result<(), Raise> {
    let word = match value {
        Value::Undefined => "undefined",
        Value::Null => "null",
        _ => return Ok(()),
    };
    Err(Raise::type_error(format!(
        "cannot read properties of {word} (reading '{key}')"
    )))
}
