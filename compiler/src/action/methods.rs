//! What the methods of action objects do

use super::bigquery::Rules;
use super::config::{OldWords, modernize};
use super::{Action, ActionId, Body, Detail, Raise, Session, Sql, Written};
use crate::graph::{Hermeticity, TableType};
use crate::value::{Object, Value};

impl Session {
    /// Calls a method of the action `id` with its argument
    pub fn call(&mut self, id: ActionId, method: &str, value: &Value) -> Result<(), Raise> {
        match method {
            "query" | "queries" => self.actions[id].query = Some(Sql::from_value(value)),
            "where" => self.actions[id].where_clause = Some(Sql::from_value(value)),
            "preOps" => self.actions[id].pre_ops.push(Sql::from_value(value)),
            "postOps" => self.actions[id].post_ops.push(Sql::from_value(value)),
            "disabled" => {
                let disabled = matches!(value, Value::Undefined) || value.is_truthy();
                self.set_disabled(id, disabled);
            }
            "dependencies" => self.add_dependencies(id, value)?,
            "tags" => self.add_tags(id, value),
            "description" => {
                let text = self.text(value);
                self.actions[id].descriptor().description = text;
            }
            "columns" => self.set_columns(id, value),
            "database" => {
                let database = self.text(value);
                self.actions[id].target.database = database;
            }
            "schema" => {
                let schema = self.text(value);
                self.actions[id].target.schema = schema;
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
                table.protected = Some(matches!(value, Value::Undefined) || value.is_truthy());
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
        let included = written
            .with_assertions
            .unwrap_or(action.depends_on_assertions);
        written.with_assertions = Some(included);
        let name = written.readable();
        match action.choices.iter().find(|(known, _)| *known == name) {
            Some((_, chosen)) if *chosen != included => {
                let message = format!(
                    "Conflicting \"includeDependentAssertions\" properties are not allowed. Dependency {} has different values set for this property.",
                    written.name
                );
                let (file, target) = (action.file_name.clone(), action.target.clone());
                self.report_detail(message, file, Some(&target), Detail::Plain);
                return;
            }
            Some(_) => {}
            None => action.choices.push((name, included)),
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

    fn set_columns(&mut self, id: ActionId, value: &Value) {
        let columns = match value {
            Value::Object(columns) => {
                let list = super::columns::columns_to_list(columns);
                self.columns(&list)
            }
            list => self.columns(list),
        };
        self.actions[id].descriptor().columns = columns;
    }

    fn set_assertions(&mut self, id: ActionId, value: &Value) -> Result<(), Raise> {
        let mut config = Object::default();
        config.set("assertions", value.clone());
        let words = OldWords {
            assertions: true,
            ..OldWords::default()
        };
        let config = modernize(&Value::Object(config), words)?;
        if let Some(assertions) = config.get("assertions") {
            self.inline_assertions(id, assertions);
        }
        Ok(())
    }

    fn set_bigquery(&mut self, id: ActionId, value: &Value) -> Result<(), Raise> {
        let (target, file) = {
            let action = &self.actions[id];
            (action.target.clone(), action.file_name.clone())
        };
        let options = match self.actions[id].table_type() {
            None => return Ok(()),
            Some(TableType::View) => {
                let mut config = value.as_object().cloned().unwrap_or_default();
                let materialized = self.actions[id]
                    .table()
                    .and_then(|table| table.materialized)
                    .unwrap_or_default();
                config.set("materialized", Value::Bool(materialized));
                self.view_options(&Value::Object(config), &target, file.as_deref())
            }
            Some(TableType::Table) => {
                self.table_options(value, Rules::Table, &target, &target, file.as_deref())?
            }
            Some(TableType::Incremental) => {
                self.table_options(value, Rules::Incremental, &target, &target, file.as_deref())?
            }
        };
        self.set_options(id, options);
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

    /// What project code sees as `action.proto`
    pub fn describe_action(&self, id: ActionId) -> serde_json::Value {
        let Action {
            file_name,
            target,
            canonical_target,
            tags,
            disabled,
            descriptor,
            ..
        } = &self.actions[id];
        let mut proto = serde_json::json!({
            "target": target,
            "canonicalTarget": canonical_target,
            "fileName": file_name,
            "tags": tags,
            "disabled": disabled.unwrap_or_default(),
            "actionDescriptor": descriptor,
        });
        if let Some(table_type) = self.actions[id].table_type() {
            proto["type"] = table_type.as_str().into();
        }
        proto
    }
}
