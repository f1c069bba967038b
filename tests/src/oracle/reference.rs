//! The reference evaluator in a process of its own, asked over its standard input and output

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use sqllogictest::{DB, DBOutput};
use sqlx_runtime::warehouse::Cell;

use super::install::Installation;
use crate::googlesql::statements::{Failure, Letter, letter, quoted};

const DRIVER: &str = include_str!("driver.py");

/// What the evaluator says to a query
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// GoogleSQL types of the columns, and rows of texts, lists and nulls
    Rows {
        /// In the columns' order
        types: Vec<String>,
        /// In the evaluator's order
        rows: Vec<Vec<Value>>,
    },
    /// Its error
    Error {
        /// With a code in brackets in front
        error: String,
    },
}

/// The evaluator; started when it is first asked, and anew after it has ended itself
pub struct Reference {
    installation: Installation,
    process: Option<Process>,
}

struct Process {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reference {
    /// An evaluator that is not yet started
    pub fn new(installation: Installation) -> Self {
        Self {
            installation,
            process: None,
        }
    }

    /// What it says; nothing if it ended itself over the question
    ///
    /// # Errors
    /// It cannot be started, or does not answer in JSON
    pub fn ask(&mut self, sql: &str) -> Result<Option<Answer>> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => self.start()?,
        };
        let question = json!({ "sql": sql }).to_string();
        let sent =
            writeln!(process.questions, "{question}").and_then(|()| process.questions.flush());
        let mut line = String::new();
        let read = sent.and_then(|()| process.answers.read_line(&mut line));
        if line.is_empty() || read.is_err() {
            // it has ended; how does not matter
            let _ = process.child.wait();
            return Ok(None);
        }
        self.process = Some(process);
        let answer = serde_json::from_str(&line).context("the reference evaluator's answer")?;
        Ok(Some(answer))
    }

    fn start(&self) -> Result<Process> {
        let mut child = Command::new(&self.installation.python)
            .args(["-c", DRIVER])
            .arg(&self.installation.cache)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the reference evaluator cannot be started")?;
        let questions = child.stdin.take().context("no standard input")?;
        let answers = BufReader::new(child.stdout.take().context("no standard output")?);
        Ok(Process {
            child,
            questions,
            answers,
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // one that has already ended needs no end
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl DB for Reference {
    type Error = Failure;
    type ColumnType = Letter;

    fn run(&mut self, sql: &str) -> Result<DBOutput<Letter>, Failure> {
        match self.ask(sql) {
            Ok(Some(Answer::Rows { types, rows })) => Ok(DBOutput::Rows {
                rows: rows
                    .iter()
                    .map(|row| {
                        let cells = row.iter().zip(&types);
                        cells.map(|(cell, ty)| text(cell, ty)).collect()
                    })
                    .collect(),
                types: types.iter().map(|ty| letter(ty)).collect(),
            }),
            Ok(Some(Answer::Error { error })) => Err(Failure(error)),
            Ok(None) => Err(Failure("it ended itself".to_owned())),
            Err(error) => Err(Failure(error.to_string())),
        }
    }

    fn engine_name(&self) -> &str {
        "reference"
    }
}

/// A value as files of statements have it
fn text(cell: &Value, ty: &str) -> String {
    match cell {
        Value::Null => "NULL".to_owned(),
        Value::Array(items) => match inner(ty, "ARRAY<") {
            Some(element) => {
                let items: Vec<_> = items.iter().map(|item| text(item, element)).collect();
                format!("[{}]", items.join(", "))
            }
            None => {
                let fields = fields(inner(ty, "STRUCT<").unwrap_or_default());
                let items: Vec<_> = items
                    .iter()
                    .zip(fields)
                    .map(|(item, field)| text(item, field))
                    .collect();
                format!("{{{}}}", items.join(", "))
            }
        },
        Value::String(value) => match ty {
            "STRING" => quoted(value),
            "FLOAT64" => Cell::Float64(value.parse().unwrap_or(f64::NAN)).to_text(""),
            "TIME" | "DATETIME" => without_zeros(value),
            "TIMESTAMP" => format!("{}+00", without_zeros(value.trim_end_matches("+00"))),
            _ => value.clone(),
        },
        other => other.to_string(),
    }
}

/// A clock's text without zeros at the end of its fraction
fn without_zeros(value: &str) -> String {
    match value.contains('.') {
        true => value.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => value.to_owned(),
    }
}

fn inner<'t>(ty: &'t str, prefix: &str) -> Option<&'t str> {
    ty.strip_prefix(prefix)?.strip_suffix('>')
}

/// The types of a struct's fields: commas within angle brackets separate nothing here
fn fields(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut fields) = (0_usize, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                fields.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    fields.push(&text[start..]);
    fields.into_iter().map(of_field).collect()
}

/// The type behind a field's name, if it has one
fn of_field(field: &str) -> &str {
    let field = field.trim();
    let before = field.find('<').unwrap_or(field.len());
    match field[..before].find(' ') {
        Some(space) => &field[space + 1..],
        None => field,
    }
}
