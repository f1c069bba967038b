//! The words of a run's command line, as its record keeps them

use clap::Parser;

use super::{Arguments, Command, RunArguments};

/// The words that ask for the same run after `sqlx-run run`, out of those that asked for this one
///
/// `run` may stand after other flags, and one of them may have `run` as its value: it is left out where
/// the words mean the same without it.
pub fn words_of_run(words: &[String], asked: &RunArguments) -> Vec<String> {
    let without = |place: usize| {
        let mut rest = words.to_vec();
        rest.remove(place);
        rest
    };
    (0..words.len())
        .filter(|&place| words[place] == "run")
        .map(without)
        .find(|rest| means(rest, asked))
        .unwrap_or_else(|| words.to_vec())
}

fn means(rest: &[String], asked: &RunArguments) -> bool {
    let program = ["sqlx-run", "run"].map(str::to_owned);
    match Arguments::try_parse_from(program.iter().chain(rest)) {
        Ok(parsed) => matches!(parsed.command, Some(Command::Run(run)) if run == *asked),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_the_command_ask_for_the_same_run() {
        for (words, expected) in [
            ("run --tags run", "--tags run"),
            ("--env prod run --full-refresh", "--env prod --full-refresh"),
            ("--tags run", "--tags run"),
            ("", ""),
        ] {
            let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            let program = ["sqlx-run".to_owned()];
            let parsed = Arguments::try_parse_from(program.iter().chain(&words)).unwrap();
            let asked = match parsed.command {
                Some(Command::Run(run)) => run,
                _ => parsed.run,
            };
            assert_eq!(words_of_run(&words, &asked).join(" "), expected);
        }
    }
}
