//! `run --resume`: what a recorded run was asked for, asked again

use clap::Parser;
use diagnostic::{Diagnostic, code};
use sqlx_runtime::{RecordFile, Records};

use crate::arguments::{
    Arguments, Command, ControlArguments, GlobalArguments, ReuseArguments, RunArguments,
    SelectionArguments,
};
use crate::project::{check, records_folder, root};

/// A recorded run and its arguments
pub struct Resumed {
    /// Where its record is
    pub file: RecordFile,
    /// What every command understands, as it was; folder, form of output and consent as they are now
    pub global: GlobalArguments,
    /// What was to be run
    pub arguments: RunArguments,
    /// The words that these are
    pub words: Vec<String>,
}

/// The run that a word names, as it was asked for
///
/// # Errors
/// There is no such run, its record cannot be read or lacks the arguments, or something is selected now
pub fn resumed(
    global: &GlobalArguments,
    arguments: &RunArguments,
    word: &str,
) -> Result<Resumed, Diagnostic> {
    if arguments.selection != SelectionArguments::default() {
        return Err(Diagnostic::error(
            code::USAGE,
            "`--resume` does what is outstanding of a run, and takes no selection",
        )
        .help("leave the selection out, or leave `--resume` out"));
    }
    let root = root(global);
    check(&root)?;
    let records = Records::new(&records_folder(&root));
    let file = match word {
        "last" => records.newest_begun()?,
        word => records.find(word)?,
    };
    let recorded = file.read()?;
    let not_resumable = |why: &str| {
        Diagnostic::error(
            code::RUN_NOT_RESUMABLE,
            format!("the run {} cannot be resumed: {why}", file.run),
        )
        .help("run the project anew: `sqlx-run run`")
    };
    let words = recorded
        .arguments
        .ok_or_else(|| not_resumable("its record does not say what was asked for"))?;
    let program = ["sqlx-run", "run"].map(str::to_owned);
    let parsed = Arguments::try_parse_from(program.iter().chain(&words));
    let Ok(Arguments {
        global: then,
        command: Some(Command::Run(asked)),
        ..
    }) = parsed
    else {
        return Err(not_resumable(
            "its arguments are not understood by this version of the program",
        ));
    };
    let control = match arguments.control == ControlArguments::default() {
        true => asked.control.clone(),
        false => arguments.control.clone(),
    };
    Ok(Resumed {
        file,
        global: GlobalArguments {
            directory: global.directory.clone(),
            output_format: global.output_format,
            yes: global.yes,
            ..then
        },
        arguments: RunArguments {
            control,
            reuse: ReuseArguments {
                skip_unchanged: false,
                ..arguments.reuse.clone()
            },
            ..asked
        },
        words,
    })
}
