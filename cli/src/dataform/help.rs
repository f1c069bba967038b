//! Help pages, laid out from the table of commands in one line per flag, however wide the terminal

use super::flags::{COMMANDS, COMMON, Command, Default, Flag, Kind};

/// The page of a command, or the list of commands; without a line end
pub fn page(command: Option<&Command>) -> String {
    match command {
        Some(command) => command_page(command),
        None => main_page(),
    }
    .trim_end()
    .to_owned()
}

fn main_page() -> String {
    let commands = COMMANDS.iter().map(|command| {
        (
            format!("dataform {}", usage(command)),
            command.description.to_owned(),
        )
    });
    format!(
        "dataform [command]\n\n{}{}",
        table("Commands", commands.collect()),
        table("Options", COMMON.iter().map(flag_row).collect())
    )
}

fn command_page(command: &Command) -> String {
    let positionals = command.positionals.iter().map(positional_row);
    let flags = COMMON.iter().chain(command.flags.iter().copied().flatten());
    format!(
        "dataform {}\n\n{}\n\n{}{}",
        usage(command),
        command.description,
        table("Positionals", positionals.collect()),
        table("Options", flags.map(flag_row).collect())
    )
}

fn usage(command: &Command) -> String {
    let mut words = vec![command.name.to_owned()];
    words.extend(
        command
            .positionals
            .iter()
            .map(|positional| format!("[{}]", positional.name)),
    );
    words.join(" ")
}

fn positional_row(flag: &Flag) -> (String, String) {
    (
        flag.name.to_owned(),
        flag.description.to_owned() + &notes(flag),
    )
}

fn flag_row(flag: &Flag) -> (String, String) {
    (
        format!("--{}", flag.name),
        flag.description.to_owned() + &notes(flag),
    )
}

/// Such as `  [boolean] [default: false]`
fn notes(flag: &Flag) -> String {
    let kind = match flag.kind {
        Kind::Any => None,
        Kind::Bool => Some("[boolean]".to_owned()),
        Kind::Text => Some("[string]".to_owned()),
        Kind::Number => Some("[number]".to_owned()),
        Kind::List => Some("[array]".to_owned()),
    };
    let default = match flag.default {
        Default::None => None,
        Default::Text(text) => Some(format!("[default: \"{text}\"]")),
        other => other.value().map(|value| format!("[default: {value}]")),
    };
    let notes: Vec<String> = kind.into_iter().chain(default).collect();
    if notes.is_empty() {
        String::new()
    } else {
        format!("  {}", notes.join(" "))
    }
}

fn table(heading: &str, rows: Vec<(String, String)>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let width = rows
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default();
    let mut text = format!("{heading}:\n");
    for (name, description) in rows {
        text.push_str(format!("  {name:width$}  {description}").trim_end());
        text.push('\n');
    }
    text.push('\n');
    text
}
