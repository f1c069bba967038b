//! Answers that differ from Dataform's on purpose, recognised by what differs; `docs/dataform.md` lists them for users

use super::Answer;

/// A difference on purpose
struct Listed {
    reason: &'static str,
    /// Whether it explains all of the difference between the wanted and the given answer
    explains: fn(&Answer, &Answer) -> bool,
}

const LISTED: [Listed; 3] = [
    Listed {
        reason: "`@dataform/core` is built in, so that a project without it compiles",
        explains: |expected, given| {
            expected
                .stderr
                .contains("Could not find a recent installed version of @dataform/core")
                && given.rc == 0
                && given.stdout.starts_with("Compiling...\n\nCompiled ")
                && given.stderr.is_empty()
        },
    },
    Listed {
        reason: "`run --dry-run --json` asks the local warehouse, which needs no credentials",
        explains: |expected, given| {
            expected
                .stderr
                .contains("Missing credentials JSON file; not found at path")
                && given.rc == 0
                && given.stdout.starts_with("{\n    \"projectConfig\": {")
                && given.stderr.is_empty()
        },
    },
    Listed {
        reason: "the words and the excerpt of a syntax error are those of another JavaScript engine",
        explains: |expected, given| {
            expected.rc == given.rc
                && without_engine_words(&expected.stdout) == without_engine_words(&given.stdout)
                && without_engine_words(&expected.stderr) == without_engine_words(&given.stderr)
                && expected.files_changed == given.files_changed
        },
    },
];

/// Why an answer differs on purpose, if it does
pub fn reason(expected: &Answer, given: &Answer) -> Option<&'static str> {
    LISTED
        .iter()
        .find(|listed| (listed.explains)(expected, given))
        .map(|listed| listed.reason)
}

/// A text with each syntax error reduced to its file
fn without_engine_words(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut excerpt = false;
    for line in text.trim_end().lines() {
        if excerpt {
            excerpt = !line.starts_with("SyntaxError: ");
            continue;
        }
        match line
            .split_once(".sqlx: ")
            .or_else(|| line.split_once(".js: "))
        {
            Some((file, message)) if message.starts_with("SyntaxError: ") => {
                lines.push(format!("{file}: SyntaxError"));
            }
            Some((file, message)) if message.starts_with("<PROJECT_DIR>/") => {
                lines.push(format!("{file}: SyntaxError"));
                excerpt = true;
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}
