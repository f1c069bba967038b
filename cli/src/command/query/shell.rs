//! The shell: statements from a line editor, on one session

use std::path::{Path, PathBuf};
use std::time::Instant;

use diagnostic::{Diagnostic, code};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};
use sqlx_runtime::warehouse::{Engine, Outcome, Progress, Session, SessionContext, SqlError};
use tokio::runtime::Runtime;

use super::completion::Assistant;
use super::meta::{Reply, Settings, answer};
use super::{Place, located, print};
use crate::arguments::RowFormat;
use crate::printer::{Printer, Style};

const PROMPT: &str = "sqlx> ";

/// Reads statements until the user leaves
///
/// # Errors
/// The terminal cannot be used, or the warehouse gives no session
pub fn run(place: &Place, format: RowFormat, printer: &Printer) -> Result<(), Diagnostic> {
    let mut editor = editor().map_err(|failure| unusable(&failure))?;
    let history = history_file();
    if let Some(file) = &history {
        // the first time there is none
        let _ = editor.load_history(file);
    }
    let threads = threads()?;
    let mut session = Some(place.warehouse.session(&SessionContext::default())?);
    let mut settings = Settings {
        format,
        timer: false,
    };
    printer.note("GoogleSQL; statements end with `;`, `.help` tells more");
    loop {
        editor.set_helper(Some(assistant(place)));
        let line = match editor.readline(PROMPT) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(failure) => return Err(unusable(&failure)),
        };
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        let _ = editor.add_history_entry(text);
        if text.starts_with('.') {
            match answer(text, &mut settings, place) {
                Reply::Text(text) => printer.data(&text),
                Reply::Wrong(message) => printer.note(&message),
                Reply::Quit => break,
            }
            continue;
        }
        let Some(current) = session.take() else { break };
        let begun = Instant::now();
        let mut print = print::Printing::new(settings.format, printer);
        let (returned, ran) = execute(&threads, current, text, printer, &mut print)?;
        session = Some(returned);
        if let Err(failure) = ran {
            printer.diagnostic(&located(text, failure));
        }
        if settings.timer {
            let time = format!("{:.3} s", begun.elapsed().as_secs_f64());
            printer.note(&printer.paint(Style::Dim, &time));
        }
    }
    if let Some(file) = &history {
        save(&mut editor, file, printer);
    }
    Ok(())
}

type Ran = (Box<dyn Session>, Result<(), SqlError>);

/// What is heard of statements while they run
enum News {
    Progress(Progress),
    Outcome(Outcome),
}

/// Runs statements and prints each one's result; Ctrl-C stops the one that runs, and the session stays
fn execute(
    threads: &Runtime,
    mut session: Box<dyn Session>,
    sql: &str,
    printer: &Printer,
    print: &mut print::Printing<'_>,
) -> Result<Ran, Diagnostic> {
    let handle = session.interrupt_handle();
    let sql = sql.to_owned();
    let (sender, mut news) = tokio::sync::mpsc::unbounded_channel();
    let ran = threads.block_on(async {
        let mut work = tokio::task::spawn_blocking(move || {
            // a shell that is gone needs no news
            let send = |news| {
                let _ = sender.send(news);
            };
            let ran = session.execute_each(
                &sql,
                &mut |progress| send(News::Progress(progress)),
                &mut |outcome| send(News::Outcome(outcome)),
            );
            (session, ran)
        });
        let mut tell = |news| match news {
            News::Progress(progress) => printer.note(&progress.message),
            News::Outcome(outcome) => print.outcome(&outcome),
        };
        loop {
            tokio::select! {
                biased;
                Some(news) = news.recv() => tell(news),
                ran = &mut work => {
                    while let Ok(news) = news.try_recv() {
                        tell(news);
                    }
                    return ran;
                }
                _ = tokio::signal::ctrl_c() => handle.interrupt(),
            }
        }
    });
    ran.map_err(|_| {
        let message = "the statement ended without a result: a fault of this program";
        Diagnostic::error(code::EXECUTION_FAILED, message)
    })
}

fn threads() -> Result<Runtime, Diagnostic> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| {
            let message = format!("no threads to run on: {error}");
            Diagnostic::error(code::EXECUTION_FAILED, message)
        })
}

fn editor() -> rustyline::Result<Editor<Assistant, FileHistory>> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .history_ignore_space(true)
        .auto_add_history(false)
        .build();
    Editor::with_config(config)
}

/// Everything that can be completed now
fn assistant(place: &Place) -> Assistant {
    let mut words: Vec<String> = googlesql::keywords().map(str::to_owned).collect();
    let mut functions: Vec<String> = googlesql::function_names().map(str::to_owned).collect();
    functions.sort();
    words.extend(functions);
    let tables = match place.warehouse.engine() {
        Engine::Embedded => place.warehouse.tables().unwrap_or_default(),
        // an answer from afar for each of them would have to be waited for
        Engine::BigQuery => Vec::new(),
    };
    let datasets = tables.iter().map(|table| table.schema.clone());
    let mut names: Vec<String> = datasets
        .chain(tables.iter().map(sqlx_runtime::dotted))
        .chain(place.actions.iter().cloned())
        .collect();
    for table in &tables {
        let columns = place.warehouse.columns(table).unwrap_or_default();
        names.extend(columns.into_iter().map(|column| column.name));
    }
    names.sort();
    names.dedup();
    words.extend(names);
    Assistant { words }
}

/// Under the user's state folder: what was asked of one project is not part of it
fn history_file() -> Option<PathBuf> {
    let folder = dirs::state_dir().or_else(dirs::data_local_dir)?;
    Some(folder.join("sqlx-run").join("history"))
}

fn save(editor: &mut Editor<Assistant, FileHistory>, file: &Path, printer: &Printer) {
    let saved = file
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .map_err(ReadlineError::Io)
        .and_then(|()| editor.save_history(file));
    if let Err(failure) = saved {
        printer.note(&format!("the history cannot be kept: {failure}"));
    }
}

fn unusable(failure: &ReadlineError) -> Diagnostic {
    Diagnostic::error(
        code::USAGE,
        format!("the terminal cannot be used: {failure}"),
    )
    .help("give the statement as an argument, or on standard input")
}
