//! The command lines of `tests/vectors/cli` are answered as Dataform's CLI answers them, but for the
//! listed differences

#[path = "../../tests/src/transcripts/mod.rs"]
mod transcripts;

use std::path::Path;

use transcripts::Outcome;

#[test]
fn command_lines_are_answered_as_dataform_answers_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/cli");
    let program = Path::new(env!("CARGO_BIN_EXE_sqlx-run"));
    let mut unequal = Vec::new();
    for transcript in transcripts::transcripts(&folder).unwrap() {
        match transcript.compare(program).unwrap() {
            Outcome::Equal => {}
            Outcome::Listed(reason) => println!("{}: {reason}", transcript.name),
            Outcome::Unequal(difference) => {
                unequal.push(format!("{}: {difference}", transcript.name));
            }
        }
    }
    assert!(unequal.is_empty(), "{}", unequal.join("\n"));
}
