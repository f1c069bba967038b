//! The action that a SQLX file defines

use super::table::Origin;
use super::{ActionId, Detail, Raise, Session, Sql};
use crate::graph::TableType;
use crate::sqlx::{Parts, Slot, TemplatePart, constant};
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

/// A block of SQL: what makes its statements
#[derive(Debug, Clone)]
pub enum SqlxBlock {
    /// Texts, calls and expressions
    Templates(Vec<Vec<TemplatePart>>),
    /// A function of the file's module
    Function {
        /// Its number
        function: u32,
        /// The statements; none where the function makes the whole text
        statements: Vec<Option<Vec<Slot>>>,
    },
}

/// The SQL of a SQLX file
#[derive(Debug, Clone)]
pub struct SqlxBlocks {
    /// All statements
    pub query: SqlxBlock,
    /// `incremental_where`
    pub where_clause: Option<SqlxBlock>,
    /// `pre_operations`
    pub pre_operations: Option<SqlxBlock>,
    /// `post_operations`
    pub post_operations: Option<SqlxBlock>,
    /// `input` blocks, in order
    pub inputs: Vec<SqlxBlock>,
}

impl SqlxBlock {
    /// The SQL of a block; with `first`, of its first statement
    fn sql(self, first: bool) -> Sql {
        match self {
            Self::Function {
                function,
                statements,
            } => Sql::Slotted {
                function,
                statements: statements.into(),
                first,
            },
            Self::Templates(mut statements) => {
                let is_expression =
                    |part: &TemplatePart| matches!(part, TemplatePart::Expression(_));
                // code may have effects in statements that are not wanted, too
                if first && !statements.iter().flatten().any(is_expression) {
                    statements.truncate(1);
                }
                let texts: Option<Vec<&str>> =
                    statements.iter().map(|parts| constant(parts)).collect();
                match texts.as_deref() {
                    Some([text]) if first => Sql::Text((*text).to_owned()),
                    Some(texts) => {
                        Sql::Texts(texts.iter().map(|text| (*text).to_owned()).collect())
                    }
                    None => Sql::Templates {
                        statements: statements.into(),
                        first,
                    },
                }
            }
        }
    }

    /// The SQL of an `input` block
    fn input(self) -> Sql {
        match self {
            Self::Function { function, .. } => Sql::Function {
                function,
                first: true,
            },
            templates => templates.sql(true),
        }
    }
}

/// Defines the action of a SQLX file; `config` has its name and type in it
pub fn create_sqlx(
    session: &mut Session,
    parts: &Parts,
    mut config: Value,
    blocks: SqlxBlocks,
) -> Result<(), Raise> {
    let file = session.current_file();
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
    let id = match action_type.as_str() {
        "table" => table(session, TableType::Table, &config, blocks)?,
        "view" => table(session, TableType::View, &config, blocks)?,
        "incremental" => table(session, TableType::Incremental, &config, blocks)?,
        "operations" => {
            let id = session.operation(&config, Origin::Code)?;
            session.actions[id].query = Some(blocks.query.sql(false));
            id
        }
        "assertion" => {
            let id = session.assertion(&config, Origin::Code)?;
            session.actions[id].query = Some(blocks.query.sql(true));
            id
        }
        "declaration" => session.declaration(&config)?,
        "dataPreparation" => {
            let id = session.sqlx_data_preparation(&config)?;
            session.actions[id].query = Some(blocks.query.sql(true));
            id
        }
        "test" => return test(session, parts, &config, blocks),
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
            session.report_text(message, None, None);
        }
    }
}

fn table(
    session: &mut Session,
    table_type: TableType,
    config: &Value,
    blocks: SqlxBlocks,
) -> Result<ActionId, Raise> {
    let id = session.table(table_type, config, Origin::Code)?;
    let action = &mut session.actions[id];
    action.query = Some(blocks.query.sql(true));
    if let Some(block) = blocks.where_clause {
        action.where_clause = Some(block.sql(true));
    }
    if let Some(block) = blocks.pre_operations {
        action.pre_ops.push(block.sql(false));
    }
    if let Some(block) = blocks.post_operations {
        action.post_ops.push(block.sql(false));
    }
    Ok(id)
}

fn test(
    session: &mut Session,
    parts: &Parts,
    config: &Value,
    blocks: SqlxBlocks,
) -> Result<(), Raise> {
    let id = session.test(config)?;
    for (input, block) in parts.inputs.iter().zip(blocks.inputs) {
        let labels = input.labels.iter().map(|label| Value::from(label.as_str()));
        session.test_input(id, &Value::Array(labels.collect()), block.input())?;
    }
    session.tests[id].expected = Some(blocks.query.sql(true));
    Ok(())
}
