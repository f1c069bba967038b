//! The emulator as an engine for files of statements

use bigquery_emulator::{Client, Session, encoded};
use serde_json::Value;
use sqllogictest::{DB, DBOutput};
use sqlx_runtime::warehouse::Cell;

use crate::googlesql::statements::{Failure, Letter, clock, letter, quoted};

/// The dataset of names that stand alone
const DATASET: &str = "t";

/// A session in a project of its own
pub struct Emulated {
    client: Client,
    session: Session,
}

impl Emulated {
    /// An empty project
    ///
    /// # Errors
    /// The emulator refuses
    pub fn new(client: Client) -> anyhow::Result<Self> {
        client.create_dataset(DATASET)?;
        let session = client.create_session()?;
        Ok(Self { client, session })
    }
}

impl DB for Emulated {
    type Error = Failure;
    type ColumnType = Letter;

    fn run(&mut self, sql: &str) -> Result<DBOutput<Letter>, Failure> {
        let answer = self
            .client
            .query_in(Some(DATASET), Some(&self.session), sql)
            .map_err(|error| Failure(error.to_string()))?;
        if answer.schema.is_empty() {
            return Ok(DBOutput::StatementComplete(0));
        }
        let row = |row: &Vec<Value>| {
            let fields = answer.schema.iter().zip(row);
            fields.map(|(field, value)| text(field, value)).collect()
        };
        Ok(DBOutput::Rows {
            types: answer.schema.iter().map(of_field).collect(),
            rows: answer.rows.iter().map(row).collect(),
        })
    }

    fn engine_name(&self) -> &str {
        "emulator"
    }
}

fn of_field(field: &Value) -> Letter {
    letter(match field["mode"] == "REPEATED" {
        true => "ARRAY",
        false => type_name(field),
    })
}

/// The type's name in GoogleSQL: the interface has older ones for some
fn type_name(field: &Value) -> &str {
    match field["type"].as_str().unwrap_or_default() {
        "INTEGER" => "INT64",
        "FLOAT" => "FLOAT64",
        "BOOLEAN" => "BOOL",
        "RECORD" => "STRUCT",
        other => other,
    }
}

/// A value as files of statements have it
fn text(field: &Value, value: &Value) -> String {
    if field["mode"] == "REPEATED" {
        let mut element = field.clone();
        element["mode"] = "NULLABLE".into();
        let items = value.as_array().into_iter().flatten();
        let items: Vec<_> = items.map(|item| text(&element, &item["v"])).collect();
        return format!("[{}]", items.join(", "));
    }
    if let (Some(fields), Some(cells)) = (field["fields"].as_array(), value["f"].as_array()) {
        let cells = fields.iter().zip(cells);
        let cells: Vec<_> = cells.map(|(field, cell)| text(field, &cell["v"])).collect();
        return format!("{{{}}}", cells.join(", "));
    }
    let Some(plain) = value.as_str() else {
        return "NULL".to_owned();
    };
    match type_name(field) {
        "STRING" => quoted(plain),
        "FLOAT64" => match plain.parse() {
            Ok(number) => Cell::Float64(number).to_text(""),
            Err(_) => plain.to_owned(),
        },
        "DATETIME" => clock(plain),
        "TIMESTAMP" => match encoded(field, value).as_str() {
            Some(instant) => clock(&format!("{}+00", instant.trim_end_matches('Z'))),
            None => plain.to_owned(),
        },
        _ => plain.to_owned(),
    }
}
