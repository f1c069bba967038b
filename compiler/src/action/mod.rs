//! Actions while project code defines them: one file for each type, and what they share

mod actions_yaml;
mod assertion;
mod bigquery;
mod columns;
mod config;
mod data_preparation;
mod declaration;
mod inline_assertions;
mod methods;
mod notebook;
mod operation;
mod property_graph;
mod proto;
mod session;
mod sqlx_action;
mod table;
mod target;
mod test;
mod written;
mod yaml_file;

use std::collections::HashMap;
use std::sync::Arc;

pub use actions_yaml::load_actions_yaml;
pub use bigquery::check_iceberg;
pub use config::left_over;
pub use inline_assertions::asserted_keys;
pub use property_graph::load_property_graphs;
pub use session::{By, Detail, ErrorRecord, Session};
pub use sqlx_action::{ACTION_TYPES, SqlxBlock, SqlxBlocks, create_sqlx};
pub use table::{Origin, protobuf_value};
pub use target::readable;
pub use test::Test;
pub use written::Written;

use crate::graph::{
    ActionDescriptor, Assertion, DataPreparation, Declaration, Hermeticity, Notebook, Operation,
    PropertyGraph, Table, TableType, Target,
};
use crate::sqlx::{Slot, TemplatePart};
use crate::value::Value;

/// The number of an action in its [`Session`]
pub type ActionId = usize;

/// An exception for the project code that asked for something wrong
#[derive(Debug, Clone, PartialEq)]
pub struct Raise {
    /// The JavaScript class
    pub class: &'static str,
    /// The message
    pub message: String,
    /// What people are shown beside it
    pub detail: Box<Detail>,
}

impl Raise {
    /// An `Error`
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            class: "Error",
            message: message.into(),
            detail: Box::new(Detail::Plain),
        }
    }

    /// A `TypeError`, where Dataform lets the JavaScript engine run into one
    pub fn type_error(message: impl Into<String>) -> Self {
        Self {
            class: "TypeError",
            ..Self::error(message)
        }
    }

    /// A `ReferenceError`, Dataform's class for configs that are not valid
    pub fn reference_error(message: impl Into<String>) -> Self {
        Self {
            class: "ReferenceError",
            ..Self::error(message)
        }
    }

    /// With more for people
    #[must_use]
    pub fn with(mut self, detail: Detail) -> Self {
        self.detail = Box::new(detail);
        self
    }
}

/// SQL that is known, or a function that makes it
#[derive(Debug, Clone, PartialEq)]
pub enum Sql {
    /// One text
    Text(String),
    /// Several statements
    Texts(Vec<String>),
    /// Statements with placeholders that are evaluated each on its own; of a list, `first` takes the first
    Templates {
        /// The statements
        statements: Arc<[Vec<TemplatePart>]>,
        /// Whether one statement is wanted
        first: bool,
    },
    /// A function of the context, by its number in the script host; of a list, `first` takes the first
    Function {
        /// The function
        function: u32,
        /// Whether one statement of a list is wanted
        first: bool,
    },
    /// A function of a SQLX file that makes the values of placeholders, statement by statement
    Slotted {
        /// The function
        function: u32,
        /// The statements; none where the function makes the whole text
        statements: Arc<[Option<Vec<Slot>>]>,
        /// Whether one statement is wanted
        first: bool,
    },
    /// What is no SQL
    Value(Value),
    /// The query of an inline assertion on a table
    Inline {
        /// The table
        table: ActionId,
        /// What is asserted
        check: inline_assertions::Check,
    },
}

impl Sql {
    /// Whether it is a list of no statements
    pub fn is_empty_list(&self) -> bool {
        matches!(self, Self::Texts(texts) if texts.is_empty())
    }

    /// From what project code passes
    pub fn from_value(value: &Value) -> Self {
        match value {
            Value::Function(function) => Self::Function {
                function: *function,
                first: false,
            },
            Value::Array(items) if items.iter().all(|item| item.as_str().is_some()) => {
                let texts = items.iter().filter_map(Value::as_str);
                Self::Texts(texts.map(str::to_owned).collect())
            }
            Value::String(text) => Self::Text(text.clone()),
            other => Self::Value(other.clone()),
        }
    }
}

/// An action under construction
#[derive(Debug, Clone)]
pub struct Action {
    /// The file that defines it
    pub file_name: Option<String>,
    /// Without suffixes
    pub target: Target,
    /// Without suffixes and without later changes of the target
    pub canonical_target: Target,
    /// Tags
    pub tags: Vec<String>,
    /// Whether a run leaves it out
    pub disabled: Option<bool>,
    /// Documentation and labels
    pub descriptor: Option<ActionDescriptor>,
    /// Dependencies as they were written
    pub dependencies: Vec<Written>,
    /// Which dependencies bring their assertions along
    pub choices: HashMap<String, Option<bool>>,
    /// Whether dependencies bring their assertions along unless they say
    pub depends_on_assertions: bool,
    /// Whether it reads only what it declares
    pub hermeticity: Option<Hermeticity>,
    /// JavaScript that makes the SQL when it runs
    pub jit_code: Option<String>,
    /// The query or queries
    pub query: Option<Sql>,
    /// The filter of an incremental build
    pub where_clause: Option<Sql>,
    /// Statements before the query
    pub pre_ops: Vec<Sql>,
    /// Statements after the query
    pub post_ops: Vec<Sql>,
    /// Assertions that the config made
    pub inline_assertions: Vec<ActionId>,
    /// Dependencies with suffixes, once names are resolved
    pub resolved: Vec<Target>,
    /// The config as the JavaScript API was given it, for a change of type
    pub config: Value,
    /// Whether a dependency got lost, so that Dataform cannot write the action
    pub broken: bool,
    /// Whether its SQL could be made
    pub compiled: bool,
    /// What the type adds
    pub body: Body,
}

/// What only one type of action has
#[derive(Debug, Clone)]
pub enum Body {
    /// A table, view or incremental table
    Table(Box<Table>),
    /// Custom SQL
    Operation(Operation),
    /// An assertion
    Assertion(Assertion),
    /// A declared source
    Declaration(Declaration),
    /// A notebook
    Notebook(Notebook),
    /// A data preparation
    DataPreparation(Box<DataPreparation>),
    /// A property graph
    PropertyGraph(Box<PropertyGraph>),
}

impl Action {
    /// An action without a config
    pub fn new(target: Target, canonical_target: Target, body: Body) -> Self {
        Self {
            file_name: None,
            target,
            canonical_target,
            tags: Vec::new(),
            disabled: None,
            descriptor: None,
            dependencies: Vec::new(),
            choices: HashMap::new(),
            depends_on_assertions: false,
            hermeticity: None,
            jit_code: None,
            query: None,
            where_clause: None,
            pre_ops: Vec::new(),
            post_ops: Vec::new(),
            inline_assertions: Vec::new(),
            resolved: Vec::new(),
            config: Value::Undefined,
            broken: false,
            compiled: false,
            body,
        }
    }

    /// The documentation, made if there is none
    pub fn descriptor(&mut self) -> &mut ActionDescriptor {
        self.descriptor.get_or_insert_default()
    }

    /// What kind of table it is, if it is one
    pub fn table_type(&self) -> Option<TableType> {
        match &self.body {
            Body::Table(table) => table.enum_type,
            _ => None,
        }
    }

    /// The parts of the table, if it is one
    pub fn table(&mut self) -> Option<&mut Table> {
        match &mut self.body {
            Body::Table(table) => Some(table),
            _ => None,
        }
    }
}
