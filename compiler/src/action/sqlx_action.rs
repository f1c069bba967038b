//! The action that a SQLX file defines

use super::table::Origin;
use super::{ActionId, Detail, Raise, Session, Sql};
use crate::graph::TableType;
use crate::sqlx::{Parts, Statement, TemplatePart, constant, slots, template};
use crate::value::Value;

/// The values of `type` in the config of a SQLX file
pub const ACTION_TYPES: [&str; 8] = [
    "table",
    "view",
    "incremental",
    "operations",
    "assertion",
    "declaration",
    "dataPreparation",
    "test",
];

/// The functions of a SQLX file's module, by their numbers; none where the SQL needs no JavaScript
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlxFunctions {
    /// All statements
    pub sql: Option<u32>,
    /// `incremental_where`
    pub where_clause: Option<u32>,
    /// `pre_operations`
    pub pre_operations: Option<u32>,
    /// `post_operations`
    pub post_operations: Option<u32>,
    /// `input` blocks, in order
    pub inputs: Vec<Option<u32>>,
}

/// Defines the action of a SQLX file; `config` has its name and type in it
pub fn create_sqlx(
    session: &mut Session,
    text: &str,
    parts: &Parts,
    config: &Value,
    functions: &SqlxFunctions,
) -> Result<(), Raise> {
    let file = session.current_file();
    let mut config = config.clone();
    if let Value::Object(object) = &mut config
        && object.get("filename").is_none_or(|file| !file.is_truthy())
    {
        object.set("filename", Value::from(file.as_str()));
    }
    let action_type = match config.get("type") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_json(),
        None => "undefined".to_owned(),
    };
    check_blocks(session, parts, &config, &action_type);
    let sources = Sources {
        text,
        parts,
        functions,
    };
    let id = match action_type.as_str() {
        "table" => sources.table(session, TableType::Table, &config)?,
        "view" => sources.table(session, TableType::View, &config)?,
        "incremental" => sources.table(session, TableType::Incremental, &config)?,
        "operations" => {
            let id = session.operation(&config, Origin::Code)?;
            let sql = sources.sql(functions.sql, &parts.statements, false);
            session.actions[id].query = Some(sql);
            id
        }
        "assertion" => {
            let id = session.assertion(&config, Origin::Code)?;
            session.actions[id].query = Some(sources.query());
            id
        }
        "declaration" => session.declaration(&config, Origin::Code)?,
        "dataPreparation" => {
            let id = session.sqlx_data_preparation(&config)?;
            session.actions[id].query = Some(sources.query());
            id
        }
        "test" => return sources.test(session, &config),
        other => {
            let raise = Raise::error(format!("Unrecognized action type: {other}"));
            return Err(raise.with(Detail::ActionType(other.to_owned())));
        }
    };
    session.define(id);
    Ok(())
}

fn check_blocks(session: &mut Session, parts: &Parts, config: &Value, action_type: &str) {
    let dataset = matches!(action_type, "table" | "view" | "incremental");
    let incremental = action_type == "incremental";
    let protected = config
        .as_object()
        .is_some_and(|config| config.has("protected"));
    let problems = [
        (
            parts.statements.len() > 1 && action_type != "operations",
            "Actions may only contain more than one SQL statement if they are of type 'operations'.",
        ),
        (
            protected && !incremental,
            "Actions may only specify 'protected: true' if they are of type 'incremental'.",
        ),
        (
            parts.incremental_where.is_some() && !incremental,
            "Actions may only include incremental_where if they are of type 'incremental'.",
        ),
        (
            !parts.inputs.is_empty() && action_type != "test",
            "Actions may only include input blocks if they are of type 'test'.",
        ),
        (
            parts.pre_operations.is_some() && !dataset,
            "Actions may only include pre_operations if they create a dataset.",
        ),
        (
            parts.post_operations.is_some() && !dataset,
            "Actions may only include post_operations if they create a dataset.",
        ),
    ];
    for (wrong, message) in problems {
        if wrong {
            session.report(message, None, None);
        }
    }
}

struct Sources<'a> {
    text: &'a str,
    parts: &'a Parts,
    functions: &'a SqlxFunctions,
}

impl Sources<'_> {
    fn sql(&self, function: Option<u32>, statements: &[Statement], first: bool) -> Sql {
        match function {
            Some(function) => Sql::Slotted {
                function,
                statements: statements
                    .iter()
                    .map(|statement| slots(self.text, statement))
                    .collect(),
                first,
            },
            None => {
                let mut templates: Vec<Vec<TemplatePart>> = statements
                    .iter()
                    .filter_map(|statement| template(self.text, statement))
                    .collect();
                if first {
                    templates.truncate(1);
                }
                let texts: Option<Vec<&str>> =
                    templates.iter().map(|parts| constant(parts)).collect();
                match texts.as_deref() {
                    Some([text]) if first => Sql::Text((*text).to_owned()),
                    Some(texts) => {
                        Sql::Texts(texts.iter().map(|text| (*text).to_owned()).collect())
                    }
                    None => Sql::Templates {
                        statements: templates,
                        first,
                    },
                }
            }
        }
    }

    fn query(&self) -> Sql {
        self.sql(self.functions.sql, &self.parts.statements, true)
    }

    fn table(
        &self,
        session: &mut Session,
        table_type: TableType,
        config: &Value,
    ) -> Result<ActionId, Raise> {
        let id = session.table(table_type, config, Origin::Code)?;
        let action = &mut session.actions[id];
        action.query = Some(self.query());
        if let Some(statements) = &self.parts.incremental_where {
            action.where_clause = Some(self.sql(self.functions.where_clause, statements, true));
        }
        if let Some(statements) = &self.parts.pre_operations {
            let sql = self.sql(self.functions.pre_operations, statements, false);
            action.pre_ops.push(sql);
        }
        if let Some(statements) = &self.parts.post_operations {
            let sql = self.sql(self.functions.post_operations, statements, false);
            action.post_ops.push(sql);
        }
        Ok(id)
    }

    fn test(&self, session: &mut Session, config: &Value) -> Result<(), Raise> {
        let id = session.test(config)?;
        for (at, input) in self.parts.inputs.iter().enumerate() {
            let labels = input.labels.iter().map(|label| Value::from(label.as_str()));
            let function = self.functions.inputs.get(at).copied().flatten();
            let sql = match function {
                Some(function) => Sql::Function {
                    function,
                    first: true,
                },
                None => self.sql(None, &input.statements, true),
            };
            session.test_input(id, &Value::Array(labels.collect()), sql)?;
        }
        session.tests[id].expected = Some(self.query());
        Ok(())
    }
}
