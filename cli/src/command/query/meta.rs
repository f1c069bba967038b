//! The shell's own commands: `.help`, `.tables`, `.schema`, `.mode`, `.timer`, `.quit`

use clap::ValueEnum;
use diagnostic::did_you_mean;

use super::Place;
use crate::arguments::RowFormat;

const HELP: &str = "\
Statements end with `;` and may take several lines. Ctrl-C stops a statement, Ctrl-D leaves.
  .tables [WORD]   the tables and views, or those with a word in their name
  .schema NAME     the columns of a table or view
  .mode [FORMAT]   how rows are printed: table, json, jsonl or csv
  .timer on|off    whether the time of each statement is told
  .help            this
  .quit            leaves
";

/// The names of the commands
pub const COMMANDS: &[&str] = &[".help", ".mode", ".quit", ".schema", ".tables", ".timer"];

/// What the shell remembers between lines
pub struct Settings {
    pub format: RowFormat,
    pub timer: bool,
}

/// What comes of a command
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    /// Something to print
    Text(String),
    /// Something is wrong
    Wrong(String),
    /// The shell ends
    Quit,
}

/// Answers a line that begins with a dot
pub fn answer(line: &str, settings: &mut Settings, place: &Place) -> Reply {
    let mut words = line.trim().trim_end_matches(';').split_whitespace();
    let command = words.next().unwrap_or_default();
    let argument = words.next();
    match (command, argument) {
        (".help", _) => Reply::Text(HELP.to_owned()),
        (".quit" | ".exit", _) => Reply::Quit,
        (".tables", word) => tables(place, word.unwrap_or_default()),
        (".schema", Some(name)) => schema(place, name),
        (".schema", None) => Reply::Wrong("`.schema` takes the name of a table".to_owned()),
        (".mode", None) => Reply::Text(format!("{}\n", name_of(settings.format))),
        (".mode", Some(format)) => match RowFormat::from_str(format, true) {
            Ok(format) => {
                settings.format = format;
                Reply::Text(String::new())
            }
            Err(_) => Reply::Wrong("`.mode` takes table, json, jsonl or csv".to_owned()),
        },
        (".timer", Some(word @ ("on" | "off"))) => {
            settings.timer = word == "on";
            Reply::Text(String::new())
        }
        (".timer", _) => Reply::Wrong("`.timer` takes on or off".to_owned()),
        (other, _) => Reply::Wrong(match did_you_mean(other, COMMANDS.iter().copied()) {
            Some(help) => format!("no command `{other}`; {help}"),
            None => format!("no command `{other}`; `.help` lists them"),
        }),
    }
}

fn name_of(format: RowFormat) -> String {
    let value = format.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

fn tables(place: &Place, word: &str) -> Reply {
    match place.warehouse.tables() {
        Ok(tables) => Reply::Text(
            tables
                .iter()
                .map(sqlx_runtime::dotted)
                .filter(|name| name.to_lowercase().contains(&word.to_lowercase()))
                .map(|name| format!("{name}\n"))
                .collect(),
        ),
        Err(diagnostic) => Reply::Wrong(diagnostic.message),
    }
}

fn schema(place: &Place, name: &str) -> Reply {
    let path: Vec<String> = name
        .replace('`', "")
        .split('.')
        .map(str::to_owned)
        .collect();
    let found = match place.names.path(&path, 0..name.len()) {
        Ok(physical) => place.warehouse.columns(&physical),
        Err(error) => return Reply::Wrong(error.message),
    };
    let Some(columns) = found else {
        let known = place.warehouse.tables().unwrap_or_default();
        let known: Vec<String> = known.iter().map(sqlx_runtime::dotted).collect();
        let help = did_you_mean(name, known.iter().map(String::as_str));
        let help = help.map_or_else(String::new, |help| format!("; {help}"));
        return Reply::Wrong(format!("no table or view `{name}`{help}"));
    };
    let width = columns
        .iter()
        .map(|column| column.name.chars().count())
        .max();
    let width = width.unwrap_or_default();
    let line = |column: &googlesql::Column| format!("{:width$}  {}\n", column.name, column.ty);
    Reply::Text(columns.iter().map(line).collect())
}
