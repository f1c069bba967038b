//! `dataform init-creds`: asks for what BigQuery needs and writes it down

use std::io::{IsTerminal, Write};

use serde_json::{Map, Value as Json};

use super::conversion::{expand, resolve};
use super::failure::Failure;
use super::init::system_error;
use super::line::{Value, Words};
use super::project::folder;
use super::screen::Screen;
use crate::execution::pretty_json;

/// Asks and writes `.df-credentials.json`; with `--test-connection`, which is the default, BigQuery would be needed
///
/// # Errors
/// Nobody is there to answer, the key file is not there, or BigQuery would be needed
pub fn init(words: &Words, screen: Screen) -> Result<u8, Failure> {
    let credentials = ask(screen)?;
    if words.get("test-connection").is_some_and(Value::is_truthy) {
        screen.line("\nRunning connection test...");
        return Err(Failure::plain(
            "testing the connection to BigQuery is not implemented yet, so nothing was written; write the credentials untested with --no-test-connection",
        ));
    }
    screen.line("\nCredentials test query was not run.\n");
    let path = folder(words).join(".df-credentials.json");
    let text = pretty_json(&credentials);
    std::fs::write(&path, text.trim_end_matches('\n').to_owned() + "\n")
        .map_err(|error| system_error(&error, "open", &path))?;
    screen.success("Credentials file successfully written:");
    screen.line(&format!("  {}", path.display()));
    screen.line("To change connection settings, edit this file directly.");
    Ok(0)
}

fn ask(screen: Screen) -> Result<Json, Failure> {
    let locations = ["US (default)", "EU", "other"];
    let location = match choose("Enter the location of your datasets:", &locations, screen)? {
        0 => "US".to_owned(),
        1 => "EU".to_owned(),
        _ => {
            screen.line("Enter the location's region name (e.g. 'asia-south1'):");
            answer("> ", screen)?
        }
    };
    let ways = ["ADC (default)", "JSON Key"];
    let question = "Do you wish to use Application Default Credentials or JSON Key:";
    let mut credentials = Map::new();
    if choose(question, &ways, screen)? == 0 {
        screen.line("Enter your billing project ID:");
        credentials.insert("projectId".to_owned(), answer("> ", screen)?.into());
    } else {
        screen.line(
            "Please follow the instructions at https://docs.dataform.co/dataform-cli#create-a-credentials-file/\n\
             to create and download a private key from the Google Cloud Console in JSON format.\n\
             (You can delete this file after credential initialization is complete.)\n\n\
             Enter the path to your Google Cloud private key file:",
        );
        let given = Value::Text(answer("> ", screen)?);
        let path = resolve(&[&expand(&given).map_err(Failure::error)?]);
        if !path.exists() {
            return Err(Failure::error(format!(
                "Google Cloud private key file \"{}\" does not exist!",
                path.display()
            )));
        }
        let text =
            std::fs::read_to_string(&path).map_err(|error| system_error(&error, "open", &path))?;
        let key: Json = serde_json::from_str(&text)
            .map_err(|error| Failure::of_class("SyntaxError", error.to_string()))?;
        if let Some(project) = key.get("project_id") {
            credentials.insert("projectId".to_owned(), project.clone());
        }
        credentials.insert("credentials".to_owned(), text.into());
    }
    credentials.insert("location".to_owned(), location.into());
    Ok(Json::Object(credentials))
}

/// The position of the chosen one; one key is enough
fn choose(question: &str, choices: &[&str], screen: Screen) -> Result<usize, Failure> {
    require_terminal()?;
    let mut text = String::from("\n");
    for (index, choice) in choices.iter().enumerate() {
        text.push_str(&format!("[{}] {choice}\n", index + 1));
    }
    let question = question.trim_end_matches(':');
    text.push_str(&format!("\n{question} [1...{}]: ", choices.len()));
    screen.data(&text);
    let terminal = console::Term::stdout();
    loop {
        let key = terminal.read_char().map_err(|_| not_interactive())?;
        let chosen = key.to_digit(10).map(|digit| digit as usize);
        if let Some(chosen) = chosen.filter(|chosen| (1..=choices.len()).contains(chosen)) {
            screen.line(&chosen.to_string());
            return Ok(chosen - 1);
        }
    }
}

/// A line that is typed after a prompt
///
/// # Errors
/// Nobody is there to type
pub fn answer(prompt: &str, screen: Screen) -> Result<String, Failure> {
    require_terminal()?;
    screen.data(prompt);
    let mut line = String::new();
    let read = std::io::stdout()
        .flush()
        .and_then(|()| std::io::stdin().read_line(&mut line));
    match read {
        Ok(read) if read > 0 => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        _ => Err(not_interactive()),
    }
}

fn require_terminal() -> Result<(), Failure> {
    if std::io::stdin().is_terminal() {
        Ok(())
    } else {
        Err(not_interactive())
    }
}

fn not_interactive() -> Failure {
    Failure::error("The current environment doesn't support interactive reading from TTY.")
}
