//! A command line: which command, with which flags, or what is wrong with it

mod parse;
mod value;

use super::failure::Failure;
use super::flags::{COMMANDS, COMMON, Command, Flag, command};
pub use parse::Words;
use parse::parse;
pub use value::Value;
use value::camel_case;

/// What a command line asks for
pub enum Line {
    /// The page of a command, or of none, on standard output
    Help(Option<&'static Command>),
    /// The version
    Version,
    /// Nothing: help on standard error
    Nothing,
    /// Words after `--` alone, or `help` that is kept from helping: nothing at all
    Silence,
    /// A command with its flags, checked
    Run(&'static Command, Words),
}

/// Reads a command line
///
/// # Errors
/// A word that is not understood, a value that its flag refuses, a check that fails
pub fn read(words: &[String]) -> Result<Line, Failure> {
    let mut words = words.to_vec();
    if let Some(first) = words.first_mut().filter(|first| *first == "help") {
        *first = "--help".to_owned();
    }
    let common: Vec<&Flag> = COMMON.iter().collect();
    let mut found = parse(&words, &common);
    take_help(&mut found);
    if let Some(first) = found.positionals.first() {
        if let Some(command) = command(first) {
            return read_command(command, &words);
        }
        if !is_set(&found, "help")
            && let Some(near) = nearest(first)
        {
            return Err(Failure::plain(format!("Did you mean {near}?")));
        }
    }
    if let Some(line) = asked(&found, None) {
        return Ok(line);
    }
    let extra: Vec<String> = found
        .positionals
        .iter()
        .filter(|word| command(word).is_none())
        .cloned()
        .collect();
    refuse_unknown(&found, &[], &extra)?;
    Ok(if found.rest.is_empty() {
        Line::Nothing
    } else {
        Line::Silence
    })
}

fn read_command(command: &'static Command, words: &[String]) -> Result<Line, Failure> {
    let known: Vec<&Flag> = COMMON.iter().chain(command.all()).collect();
    let mut found = parse(words, &known);
    take_help(&mut found);
    if let Some(line) = asked(&found, Some(command)) {
        return Ok(line);
    }
    let given: Vec<String> = found.positionals.drain(..).skip(1).collect();
    let placed: Vec<(&Flag, &String)> = command.positionals.iter().zip(&given).collect();
    place(&mut found, &placed, &known)?;
    let names: Vec<&str> = placed.iter().map(|(flag, _)| flag.name).collect();
    if let Some(error) = &found.error {
        return Err(Failure::of_class("YError", error.clone()));
    }
    refuse_unknown(&found, &names, &given[placed.len()..])?;
    for check in command.all().filter_map(|flag| flag.check) {
        check(&found).map_err(|message| {
            let class = if message.starts_with("Expected a string") {
                "TypeError"
            } else {
                "Error"
            };
            Failure::of_class(class, message)
        })?;
    }
    if command.name == "help" {
        return Ok(Line::Silence);
    }
    Ok(Line::Run(command, found))
}

/// `help` as the last word is a flag
fn take_help(found: &mut Words) {
    if found.positionals.last().is_some_and(|last| last == "help") {
        found.positionals.pop();
        found.set("help", Value::Bool(true));
    }
}

/// What was asked first, if either was: help or the version
fn asked(found: &Words, command: Option<&'static Command>) -> Option<Line> {
    found
        .flags
        .iter()
        .filter(|(_, value)| value.is_truthy())
        .find_map(|(name, _)| match name.as_str() {
            "help" => Some(Line::Help(command)),
            "version" => Some(Line::Version),
            _ => None,
        })
}

fn is_set(found: &Words, name: &str) -> bool {
    found.get(name).is_some_and(Value::is_truthy)
}

/// Positionals are flags whose names are left out
fn place(found: &mut Words, placed: &[(&Flag, &String)], known: &[&Flag]) -> Result<(), Failure> {
    if placed.is_empty() {
        return Ok(());
    }
    let words: Vec<String> = placed
        .iter()
        .flat_map(|(flag, word)| [format!("--{}", flag.name), (*word).clone()])
        .collect();
    let alone = parse(&words, known);
    if let Some(error) = alone.error {
        return Err(Failure::of_class("TypeError", error));
    }
    for (flag, _) in placed {
        for name in [flag.name.to_owned(), camel_case(flag.name)] {
            if let Some(value) = alone.get(&name) {
                found.set(&name, value.clone());
            }
        }
    }
    Ok(())
}

fn refuse_unknown(found: &Words, placed: &[&str], extra: &[String]) -> Result<(), Failure> {
    let mut unknown: Vec<String> = found
        .flags
        .iter()
        .map(|(name, _)| name)
        .filter(|name| !placed.contains(&name.as_str()) && !is_known(found, name))
        .cloned()
        .collect();
    // the keys of a JavaScript object: numbers come first
    unknown.sort_by_key(|name| name.parse::<u32>().map_or(u64::MAX, u64::from));
    unknown.extend_from_slice(extra);
    if unknown.is_empty() {
        return Ok(());
    }
    let plural = if unknown.len() == 1 { "" } else { "s" };
    Err(Failure::plain(format!(
        "Unknown argument{plural}: {}",
        unknown.join(", ")
    )))
}

/// A flag is known by a spelling that was not made up
fn is_known(found: &Words, name: &str) -> bool {
    found.spellings.get(name).is_some_and(|others| {
        !found.invented.contains(name) || others.iter().any(|other| !found.invented.contains(other))
    })
}

/// The command that is at most three letters away from a word
fn nearest(word: &str) -> Option<&'static str> {
    let mut names: Vec<&'static str> = COMMANDS.iter().map(|command| command.name).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut best = None;
    for name in names {
        let away = distance(word, name);
        if away <= 3 && best.is_none_or(|(least, _)| away < least) {
            best = Some((away, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Letters to add, drop or change (Levenshtein)
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (at, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        read(&words)
            .err()
            .map_or("understood".to_owned(), |failure| failure.message)
    }

    #[test]
    fn words_that_nobody_declared_are_named_in_all_spellings() {
        for (line, expected) in [
            ("compile --foo", "Unknown argument: foo"),
            ("compile --foo-bar", "Unknown arguments: foo-bar, fooBar"),
            ("compile --fooBar x", "Unknown argument: fooBar"),
            ("compile --no-foo", "Unknown argument: foo"),
            ("compile -xy=1", "Unknown arguments: x, y"),
            ("compile -x1", "Unknown argument: x"),
            ("compile --a.b=c", "Unknown argument: a"),
            ("compile . --9 --5 --a", "Unknown arguments: 5, 9, a"),
            ("compile a b c", "Unknown arguments: b, c"),
            (
                "compile --job-labels=a",
                "Unknown arguments: job-labels, jobLabels",
            ),
            ("nothing-known", "Unknown argument: nothing-known"),
            ("inti x", "Did you mean init?"),
            ("-- compile", "understood"),
        ] {
            assert_eq!(message(line), expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_words_are_read_or_refused(
            words in prop::collection::vec(
                prop_oneof![
                    "-{0,4}[a-zé'\"=.0-9-]{0,6}",
                    prop::sample::select(vec![
                        "compile", "run", "help", "--", "--actions", "--vars", "--timeout", "--no-json",
                        "--output-actions=", "--default-schema.x", "--schemaSuffix", "true", "-5",
                    ]).prop_map(str::to_owned),
                ],
                0..8,
            )
        ) {
            // whatever it is, it ends without a panic
            let _ = read(&words);
        }
    }
}
