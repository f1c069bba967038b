//! Assertions that stand in the config of a table

use super::target::Home;
use super::{Action, ActionId, Body, Session, Sql};
use crate::graph::{Assertion, Target};
use crate::value::Value;

/// What an inline assertion asserts of its table
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// No two rows have the same values in these columns
    UniqueKey(Vec<String>),
    /// These conditions hold in every row
    RowConditions(Vec<String>),
}

impl Check {
    /// The query for the rows that break it; `table` is the table in backticks
    pub fn query(&self, table: &str) -> String {
        match self {
            Self::UniqueKey(columns) => {
                let columns = columns.join(", ");
                format!(
                    "\nSELECT\n  *\nFROM (\n  SELECT\n    {columns},\n    COUNT(1) AS index_row_count\n  FROM {table}\n  GROUP BY {columns}\n  ) AS data\nWHERE index_row_count > 1\n"
                )
            }
            Self::RowConditions(conditions) => conditions
                .iter()
                .map(|condition| {
                    let quoted = condition.replace('\\', "\\\\").replace('\'', "\\'");
                    format!(
                        "\nSELECT\n  '{quoted}' AS failing_row_condition,\n  *\nFROM {table}\nWHERE NOT ({condition})\n"
                    )
                })
                .collect::<Vec<_>>()
                .join("UNION ALL"),
        }
    }
}

/// The keys of `assertions` that a query of an inline assertion is made of; `None` for other SQL
pub fn asserted_keys(sql: &str) -> Option<[&'static str; 2]> {
    let unique = sql.starts_with("\nSELECT\n  *\nFROM (\n  SELECT\n")
        && sql.ends_with("\n  ) AS data\nWHERE index_row_count > 1\n");
    let conditions =
        sql.starts_with("\nSELECT\n  '") && sql.contains("' AS failing_row_condition,\n  *\nFROM ");
    if unique {
        Some(["uniqueKey", "uniqueKeys"])
    } else {
        conditions.then_some(["rowConditions", "nonNull"])
    }
}

impl Session {
    /// Defines the assertions that the config of `table` asks for
    pub fn inline_assertions(&mut self, table: ActionId, config: &Value) {
        self.actions[table].inline_assertions.clear();
        let unique_key = config
            .get("uniqueKey")
            .map(|key| self.texts(key))
            .unwrap_or_default();
        let unique_keys = config
            .get("uniqueKeys")
            .and_then(Value::as_array)
            .unwrap_or_default();
        if !unique_key.is_empty() && !unique_keys.is_empty() {
            let file = self.actions[table].file_name.clone();
            self.report(
                "Specify at most one of 'assertions.uniqueKey' and 'assertions.uniqueKeys'.",
                file,
                None,
            );
        }
        let keys: Vec<Vec<String>> = if unique_key.is_empty() {
            unique_keys
                .iter()
                .map(|key| match key.get("uniqueKey") {
                    Some(columns) => self.texts(columns),
                    None => Vec::new(),
                })
                .collect()
        } else {
            vec![unique_key]
        };
        for (at, columns) in keys.into_iter().enumerate() {
            self.inline_assertion(table, &format!("uniqueKey_{at}"), Check::UniqueKey(columns));
        }
        let mut conditions = config
            .get("rowConditions")
            .map(|conditions| self.texts(conditions))
            .unwrap_or_default();
        let columns = config
            .get("nonNull")
            .map(|columns| self.texts(columns))
            .unwrap_or_default();
        conditions.extend(columns.iter().map(|column| format!("{column} IS NOT NULL")));
        if !conditions.is_empty() {
            self.inline_assertion(table, "rowConditions", Check::RowConditions(conditions));
        }
    }

    /// Replaces the row conditions that are asserted of `table`
    pub fn set_row_conditions(&mut self, table: ActionId, conditions: Vec<String>) {
        let assertions = self.actions[table].inline_assertions.clone();
        for assertion in assertions {
            if let Some(Sql::Inline { check, .. }) = &mut self.actions[assertion].query
                && matches!(check, Check::RowConditions(_))
            {
                *check = Check::RowConditions(conditions.clone());
            }
        }
    }

    fn inline_assertion(&mut self, table: ActionId, suffix: &str, check: Check) {
        let parent = &self.actions[table];
        let (parent_target, file) = (parent.target.clone(), parent.file_name.clone());
        let (tags, disabled) = (parent.tags.clone(), parent.disabled == Some(true));
        let prefix = self
            .config
            .builtin_assertion_name_prefix
            .as_deref()
            .filter(|prefix| !prefix.is_empty())
            .map(|prefix| format!("{prefix}_"))
            .unwrap_or_default();
        let schema = parent_target.schema.clone().unwrap_or_default();
        let raw = Target {
            schema: Some(String::new()),
            name: format!(
                "{prefix}{schema}_{}_assertions_{suffix}",
                parent_target.name
            ),
            database: Some(String::new()),
        };
        let (target, canonical) = self.targets(&raw, Home::Assertions, file.as_deref());
        let body = Body::Assertion(Assertion {
            parent_action: Some(parent_target),
            ..Assertion::default()
        });
        let mut action = Action::new(target, canonical, body);
        action.file_name = file;
        for tag in tags {
            if !action.tags.contains(&tag) {
                action.tags.push(tag);
            }
        }
        if disabled || self.config.disable_assertions == Some(true) {
            action.disabled = Some(true);
        }
        action.query = Some(Sql::Inline { table, check });
        let id = self.add(action);
        self.define(id);
        self.actions[table].inline_assertions.push(id);
    }
}
