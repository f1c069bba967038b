//! What names mean while a script runs: variables by block, parameters, system variables
//!
//! A value stands in a variable of the DuckDB connection, its slot; here is its type and how the
//! slot is read. So values of every type stay in the engine.

use std::collections::BTreeMap;

use super::failure::{Failure, Place};
use crate::{Field, Type, quote_string};

/// How a value is read in DuckDB SQL
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its GoogleSQL type
    pub ty: Type,
    /// A DuckDB expression of exactly that type, which needs no parentheses
    pub sql: String,
    /// Whether the value is NULL now
    pub null: bool,
}

/// What system variables begin with
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// `@@time_zone`
    pub time_zone: String,
    /// `@@project_id`, where one is known
    pub project_id: Option<String>,
    /// `@@dataset_id`
    pub dataset_id: Option<String>,
    /// `@@dataset_project_id`
    pub dataset_project_id: Option<String>,
    /// `@@location`
    pub location: Option<String>,
    /// `@@query_label`
    pub query_label: Option<String>,
    /// `@@reservation`
    pub reservation: Option<String>,
    /// What job ids begin with
    pub job: String,
    /// Microseconds since 1970 at which the script began
    pub created: i64,
}

/// The variables of a session and of the script that runs in it
#[derive(Debug, Clone)]
pub struct Environment {
    /// System variables that statements may set
    pub settings: Settings,
    frames: Vec<Frame>,
    /// The errors that handlers around here caught, innermost last
    errors: Vec<Failure>,
    row_count: Option<u64>,
    jobs: u64,
    slots: u64,
    /// Variables of earlier scripts of the session, which may be declared anew
    earlier: Vec<String>,
}

#[derive(Debug, Clone, Default)]
struct Frame {
    levels: Vec<BTreeMap<String, Slot>>,
    parameters: BTreeMap<String, Slot>,
    /// `None` in the script itself and in dynamic SQL
    procedure: Option<String>,
}

/// Where a variable's value stands
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The variable's name on the DuckDB connection
    pub name: String,
    pub ty: Type,
    pub null: bool,
    /// A template that holds a value to the length or precision of a parameterized type
    pub limit: Option<String>,
}

/// How deep frames and blocks are, to come back to
#[derive(Debug, Clone, Copy)]
pub(crate) struct Depth {
    frames: usize,
    levels: usize,
    errors: usize,
}

impl Environment {
    /// Without variables
    pub fn new(settings: Settings) -> Self {
        let frame = Frame {
            levels: vec![BTreeMap::new()],
            ..Frame::default()
        };
        Self {
            settings,
            frames: vec![frame],
            errors: Vec::new(),
            row_count: None,
            jobs: 0,
            slots: 0,
            earlier: Vec::new(),
        }
    }

    /// A variable `x`, a parameter `@x` or `?1`, or a system variable `@@x`; names are compared
    /// without regard to case
    pub fn variable(&self, name: &str) -> Option<Variable> {
        let name = name.to_lowercase();
        if let Some(system) = name.strip_prefix("@@") {
            return self.system(system);
        }
        let frame = self.frames.last()?;
        let slot = match name.starts_with(['@', '?']) {
            true => frame.parameters.get(&name),
            false => frame.levels.iter().rev().find_map(|level| level.get(&name)),
        };
        slot.map(Slot::variable)
    }

    /// The names of the variables in scope, for suggestions
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.frames
            .last()
            .into_iter()
            .flat_map(|frame| &frame.levels)
            .flat_map(|level| level.keys().map(String::as_str))
    }

    /// At the start of a script: the session's variables may be declared anew
    pub(crate) fn begin(&mut self) {
        self.earlier = self.names().map(str::to_owned).collect();
        self.jobs = 0;
        self.row_count = None;
    }

    /// A slot for a value of a type
    pub(crate) fn slot(&mut self, ty: Type) -> Slot {
        self.slots += 1;
        Slot {
            name: format!("script_{}", self.slots),
            ty,
            null: true,
            limit: None,
        }
    }

    /// Whether a declaration of the name is an error here
    pub(crate) fn is_declared(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let known = |frame: &Frame| frame.levels.iter().any(|level| level.contains_key(&name));
        self.frames.last().is_some_and(known) && !self.earlier.contains(&name)
    }

    /// Puts a variable into the innermost block
    pub(crate) fn declare(&mut self, name: &str, slot: Slot) {
        let name = name.to_lowercase();
        self.earlier.retain(|earlier| *earlier != name);
        if let Some(level) = self
            .frames
            .last_mut()
            .and_then(|frame| frame.levels.last_mut())
        {
            level.insert(name, slot);
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Slot> {
        let name = name.to_lowercase();
        let levels = &self.frames.last()?.levels;
        levels.iter().rev().find_map(|level| level.get(&name))
    }

    pub(crate) fn find_mut(&mut self, name: &str) -> Option<&mut Slot> {
        let name = name.to_lowercase();
        let levels = &mut self.frames.last_mut()?.levels;
        levels
            .iter_mut()
            .rev()
            .find_map(|level| level.get_mut(&name))
    }

    /// Enters a block
    pub(crate) fn enter(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.levels.push(BTreeMap::new());
        }
    }

    /// Enters a procedure with its arguments
    pub(crate) fn enter_procedure(&mut self, name: &str, arguments: BTreeMap<String, Slot>) {
        self.frames.push(Frame {
            levels: vec![arguments],
            parameters: BTreeMap::new(),
            procedure: Some(name.to_owned()),
        });
    }

    /// Enters dynamic SQL, which sees its parameters and no variables
    pub(crate) fn enter_dynamic(&mut self, parameters: BTreeMap<String, Slot>) {
        let procedure = self.procedure().map(str::to_owned);
        self.frames.push(Frame {
            levels: vec![BTreeMap::new()],
            parameters,
            procedure,
        });
    }

    pub(crate) fn depth(&self) -> Depth {
        Depth {
            frames: self.frames.len(),
            levels: self.frames.last().map_or(0, |frame| frame.levels.len()),
            errors: self.errors.len(),
        }
    }

    /// Comes back to a depth; gives the names of the slots that nothing reads any more
    pub(crate) fn unwind(&mut self, depth: Depth) -> Vec<String> {
        let mut freed = Vec::new();
        for frame in self.frames.drain(depth.frames.min(self.frames.len())..) {
            freed.extend(frame.parameters.into_values());
            freed.extend(frame.levels.into_iter().flat_map(BTreeMap::into_values));
        }
        if let Some(frame) = self.frames.last_mut() {
            let from = depth.levels.min(frame.levels.len());
            let levels = frame.levels.drain(from..);
            freed.extend(levels.flat_map(BTreeMap::into_values));
        }
        self.errors.truncate(depth.errors);
        freed.into_iter().map(|slot| slot.name).collect()
    }

    /// The procedure that runs
    pub(crate) fn procedure(&self) -> Option<&str> {
        self.frames.last()?.procedure.as_deref()
    }

    /// Calls of procedures and dynamic SQL around here
    pub(crate) fn calls(&self) -> usize {
        self.frames.len() - 1
    }

    /// Enters a handler
    pub(crate) fn caught(&mut self, failure: Failure) {
        self.errors.push(failure);
    }

    /// The error that the innermost handler caught
    pub(crate) fn current_error(&self) -> Option<&Failure> {
        self.errors.last()
    }

    /// A plain statement has run
    pub(crate) fn ran(&mut self, changed: Option<u64>) {
        self.jobs += 1;
        self.row_count = changed;
    }

    fn system(&self, name: &str) -> Option<Variable> {
        let settings = &self.settings;
        let job = |number: u64| Some(format!("{}_{number}", settings.job));
        Some(match name {
            "time_zone" => text(Some(&settings.time_zone)),
            // without a project these are unknown, not NULL
            "project_id" => text(Some(settings.project_id.as_ref()?)),
            "dataset_project_id" => text(Some(settings.dataset_project_id.as_ref()?)),
            "location" => text(Some(settings.location.as_ref()?)),
            "dataset_id" => text(settings.dataset_id.as_ref()),
            "query_label" => text(settings.query_label.as_ref()),
            "reservation" => text(settings.reservation.as_ref()),
            "session_id" => text(None),
            "row_count" => value(Type::Int64, self.row_count.map(|count| count.to_string())),
            "current_job_id" => text(job(self.jobs + 1).as_ref()),
            "last_job_id" => match self.jobs {
                0 => text(None),
                jobs => text(job(jobs).as_ref()),
            },
            "script.job_id" => text(Some(&settings.job)),
            "script.num_child_jobs" => value(Type::Int64, Some(self.jobs.to_string())),
            "script.creation_time" => {
                let made = format!("make_timestamp({})", settings.created);
                value(Type::Timestamp, Some(made))
            }
            "error.message" => text(self.current_error().map(|error| &error.message)),
            "error.statement_text" => {
                text(self.current_error().and_then(|error| error.text.as_ref()))
            }
            "error.formatted_stack_trace" => {
                let lines = self.current_error().map(|error| {
                    error
                        .trace
                        .iter()
                        .map(Place::to_string)
                        .collect::<Vec<_>>()
                        .join("\n")
                });
                text(lines.as_ref())
            }
            "error.stack_trace" => stack_trace(self.current_error()),
            _ => return None,
        })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let procedure = self.procedure.as_deref().unwrap_or_default();
        write!(formatter, "At {procedure}[{}:{}]", self.line, self.column)
    }
}

impl Slot {
    pub fn variable(&self) -> Variable {
        Variable {
            ty: self.ty.clone(),
            sql: format!(
                "CAST(getvariable({}) AS {})",
                quote_string(&self.name),
                self.ty.duckdb()
            ),
            null: self.null,
        }
    }
}

fn text(text: Option<&String>) -> Variable {
    value(Type::String, text.map(|text| quote_string(text)))
}

fn value(ty: Type, sql: Option<String>) -> Variable {
    let written = sql.as_deref().unwrap_or("NULL");
    Variable {
        sql: format!("CAST({written} AS {})", ty.duckdb()),
        null: sql.is_none(),
        ty,
    }
}

/// <https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language#beginexceptionend>
fn stack_trace(error: Option<&Failure>) -> Variable {
    let field = |name: &str, ty: Type| Field {
        name: Some(name.to_owned()),
        ty,
    };
    let fields = vec![
        field("line", Type::Int64),
        field("column", Type::Int64),
        field("filename", Type::String),
        field("location", Type::String),
    ];
    let frames = error.map(|error| {
        let frames: Vec<String> = error
            .trace
            .iter()
            .map(|place| {
                let location = place
                    .procedure
                    .as_deref()
                    .map_or_else(|| "NULL".to_owned(), quote_string);
                format!(
                    "{{'line': {}, 'column': {}, 'filename': NULL, 'location': {location}}}",
                    place.line, place.column
                )
            })
            .collect();
        format!("[{}]", frames.join(", "))
    });
    value(Type::Array(Box::new(Type::Struct(fields))), frames)
}
