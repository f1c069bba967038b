//! `query`: GoogleSQL on the warehouse, once or in a shell

mod completion;
mod meta;
mod print;
mod shell;
mod table;

use std::io::{IsTerminal, Read};
use std::sync::Arc;

use diagnostic::{Diagnostic, Location, code};
use sqlx_runtime::warehouse::duckdb::Names;
use sqlx_runtime::warehouse::{Progress, SessionContext, SqlError, Warehouse};
use sqlx_runtime::{Environment, display_name, names};

use crate::arguments::{GlobalArguments, QueryArguments};
use crate::exit;
use crate::printer::Printer;
use crate::project::{Missing, Project, is_project, open_without_project, root};
use crate::protection::confirm;

/// Runs the statements and prints each one's rows; without any, on a terminal, opens the shell
pub fn query(global: &GlobalArguments, arguments: &QueryArguments, printer: &Printer) -> u8 {
    let fail = |diagnostic: Diagnostic| {
        printer.diagnostic(&diagnostic);
        exit::of(&diagnostic)
    };
    let sql = match (&arguments.sql, std::io::stdin().is_terminal()) {
        (None, true) => None,
        (argument, _) => match text(argument.as_deref().unwrap_or("-")) {
            Ok(sql) => Some(sql),
            Err(diagnostic) => return fail(diagnostic),
        },
    };
    let place = match Place::open(global, printer) {
        Ok(place) => place,
        Err(Refused::Told) => return exit::USAGE,
        Err(Refused::Because(diagnostic)) => return fail(*diagnostic),
    };
    let reads = |sql: &str| {
        let parsed = googlesql::parse(sql);
        parsed.is_ok_and(|statements| statements.iter().all(googlesql::Statement::is_query))
    };
    if !sql.as_deref().is_some_and(reads)
        && let Err(diagnostic) = confirm(global, &place.environment, "may run any statement")
    {
        return fail(diagnostic);
    }
    match sql {
        Some(sql) => match once(&place, &sql, arguments, printer) {
            Ok(()) => exit::OK,
            Err(diagnostic) => fail(diagnostic),
        },
        None => match shell::run(&place, arguments.format, printer) {
            Ok(()) => exit::OK,
            Err(diagnostic) => fail(diagnostic),
        },
    }
}

/// The warehouse that is asked, and what the project says about it
pub struct Place {
    warehouse: Arc<dyn Warehouse>,
    environment: Environment,
    names: Names,
    /// `dataset.name` of the project's actions
    actions: Vec<String>,
}

enum Refused {
    /// What is wrong has been printed
    Told,
    Because(Box<Diagnostic>),
}

impl Place {
    /// The project's warehouse, or one without a project
    fn open(global: &GlobalArguments, printer: &Printer) -> Result<Self, Refused> {
        let because = |diagnostic| Refused::Because(Box::new(diagnostic));
        let folder = root(global);
        if !is_project(&folder) && global.directory.is_none() {
            return Ok(Self {
                warehouse: Arc::new(open_without_project(global).map_err(because)?),
                environment: Environment::default(),
                names: Names::default(),
                actions: Vec::new(),
            });
        }
        // what an action has wrong does not keep anyone from asking the warehouse; settings do
        let project = Project::compile(global, folder).map_err(because)?;
        if project.compilation.thrown.is_some() {
            printer.diagnostics(&project.compilation.diagnostics);
            return Err(Refused::Told);
        }
        let graph = &project.compilation.graph;
        Ok(Self {
            warehouse: project
                .open_warehouse(global, Missing::Make)
                .map_err(because)?,
            environment: project.environment.clone(),
            names: names(graph),
            actions: graph
                .actions()
                .map(|action| display_name(action.target()))
                .collect(),
        })
    }
}

fn once(
    place: &Place,
    sql: &str,
    arguments: &QueryArguments,
    printer: &Printer,
) -> Result<(), Diagnostic> {
    let mut session = place.warehouse.session(&SessionContext::default())?;
    let mut news = |news: Progress| {
        if printer.is_terminal() {
            printer.note(&news.message);
        }
    };
    let mut print = print::Printing::new(arguments.format, printer);
    session
        .execute_each(sql, &mut news, &mut |outcome| print.outcome(&outcome))
        .map_err(|failure| located(sql, failure))
}

fn text(argument: &str) -> Result<String, Diagnostic> {
    let missing = || {
        Diagnostic::error(code::USAGE, "there is no statement")
            .help("write GoogleSQL, such as `sqlx-run query 'SELECT 1'`")
    };
    if argument.trim().is_empty() {
        return Err(missing());
    }
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut sql = String::new();
    std::io::stdin().read_to_string(&mut sql).map_err(|error| {
        Diagnostic::error(
            code::USAGE,
            format!("standard input cannot be read: {error}"),
        )
    })?;
    match sql.trim().is_empty() {
        true => Err(missing()),
        false => Ok(sql),
    }
}

/// A failure at its place in the statements
fn located(sql: &str, failure: SqlError) -> Diagnostic {
    let span = failure.span.clone().or_else(|| failure.statement.clone());
    let diagnostic = failure.into_diagnostic();
    match span {
        Some(span) => diagnostic.at(Location::new("query", sql, span)),
        None => diagnostic,
    }
}
