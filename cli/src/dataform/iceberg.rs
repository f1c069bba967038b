//! The questions of `dataform init --iceberg`

use super::credentials::answer;
use super::failure::Failure;
use super::screen::Screen;

/// What was answered, by the name of the setting
#[derive(Debug, Default)]
pub struct Iceberg {
    /// Answers that are not empty
    pub answers: Vec<(&'static str, String)>,
}

struct Question {
    setting: &'static str,
    hint: &'static str,
    text: &'static str,
    check: fn(&str) -> Result<(), &'static str>,
}

const QUESTIONS: [Question; 4] = [
    Question {
        setting: "bucketName",
        hint: "The bucket name must comply with https://cloud.google.com/storage/docs/buckets#naming. If you do not want to provide a workflow-level default bucket name, leave this input empty.\n",
        text: "Enter the default Iceberg bucket name:",
        check: bucket_name,
    },
    Question {
        setting: "tableFolderRoot",
        hint: "Table folder root must start and end with a letter or a number. It can only contain letters, numbers, hyphens, underscores and periods. If you do not want to provide a workflow_level default table folder root, leave this input empty.\n",
        text: "Enter the default Iceberg table folder root:",
        check: table_folder_root,
    },
    Question {
        setting: "tableFolderSubpath",
        hint: "Table folder subpath must start and end with a letter or a number. It can only contain letters, numbers, hyphens, underscores, periods and forward slashes. If you do not want to provide a workflow_level default table folder subpath, leave this input empty.\n",
        text: "Enter the default Iceberg table folder subpath:",
        check: table_folder_subpath,
    },
    Question {
        setting: "connection",
        hint: "The connection can have the form `{project}.{location}.{connection_id}` or `projects/{project}/locations/{location}/connections/{connection_id} or be set to DEFAULT. If you do not want to provide a workflow-level default connection, leave this input empty.\n",
        text: "Enter the default connection:",
        check: connection,
    },
];

/// Asks until every answer is right
///
/// # Errors
/// Nobody is there to answer
pub fn ask(screen: Screen) -> Result<Iceberg, Failure> {
    screen.line("\n--- Iceberg Configuration ---\n");
    screen.line("Set repository-level configuration for Iceberg bucket name, table folder root,  table folder subpath and connection. If you do not want to set a field, enter an empty string in response to the prompt.\n");
    let mut iceberg = Iceberg::default();
    for question in QUESTIONS {
        loop {
            screen.line(question.hint);
            let given = ask_one(question.text, screen)?;
            match Some(&given)
                .filter(|given| !given.is_empty())
                .map(|given| (question.check)(given))
            {
                Some(Err(reason)) => {
                    screen.error(&format!("Validation Error: {reason}"));
                    screen.line("Please try again.");
                }
                Some(Ok(())) => {
                    iceberg.answers.push((question.setting, given));
                    break;
                }
                None => break,
            }
        }
    }
    screen.success("Iceberg configuration collected.\n");
    Ok(iceberg)
}

fn ask_one(question: &str, screen: Screen) -> Result<String, Failure> {
    screen.line(&format!("{question} "));
    answer("", screen)
}

fn bucket_name(name: &str) -> Result<(), &'static str> {
    let allowed = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-._".contains(letter)
    };
    let length = name.encode_utf16().count();
    if !(3..=63).contains(&length) {
        return Err("Bucket name must be between 3 and 63 characters long.");
    }
    if !framed(name, allowed) || name.contains("..") {
        return Err(
            "Invalid bucket name. Must start and end with a letter or number, contain only lowercase letters, numbers, hyphens (-), underscores (_), and periods (.).",
        );
    }
    if name.starts_with("goog") || name.contains("--") {
        return Err("Bucket name cannot start with 'goog' or contain '--'.");
    }
    if name.contains("google") || name.contains("g00gle") {
        return Err("Bucket name cannot contain 'google' or close misspellings such as 'g00gle'.");
    }
    Ok(())
}

fn table_folder_root(name: &str) -> Result<(), &'static str> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
    if framed(name, allowed) && !name.contains("..") {
        return Ok(());
    }
    Err(
        "Invalid input. Must start and end with a letter or number, contain only letters (a-z, A-Z), numbers, hyphens (-), underscores (_), and periods (.).",
    )
}

fn table_folder_subpath(path: &str) -> Result<(), &'static str> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "-._/".contains(letter);
    if !framed(path, allowed) || path.contains("..") {
        return Err(
            "Invalid input. Must start and end with a letter or number, contain only letters (a-z, A-Z), numbers, hyphens (-), underscores (_), periods (.), and forward slashes (/). The sequence '..' is also disallowed.",
        );
    }
    if path.contains("./") {
        return Err("Input cannot contain './' or '../'.");
    }
    Ok(())
}

fn connection(text: &str) -> Result<(), &'static str> {
    let word = |part: &&str| {
        !part.is_empty()
            && part
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
    };
    let dotted: Vec<&str> = text.split('.').collect();
    let slashed: Vec<&str> = text.split('/').collect();
    let is_resource = matches!(slashed[..], ["projects", project, "locations", location, "connections", id]
        if ![project, location, id].contains(&""));
    if text == "DEFAULT" || is_resource || dotted.len() == 3 && dotted.iter().all(word) {
        return Ok(());
    }
    Err(
        "The connection must be in the format `{project}.{location}.{connection_id}` or `projects/{project}/locations/{location}/connections/{connection_id}`, or be set to `DEFAULT`.",
    )
}

/// Three to 222 letters, of which the first and last are alphanumeric
fn framed(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let edge = |letter: Option<&char>| {
        letter.is_some_and(|letter| letter.is_ascii_alphanumeric() && allowed(*letter))
    };
    (3..=222).contains(&letters.len())
        && edge(letters.first())
        && edge(letters.last())
        && letters.iter().all(|letter| allowed(*letter))
}
