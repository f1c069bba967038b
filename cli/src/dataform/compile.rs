//! `dataform compile`: the graph as a summary, JSON or Graphviz, and the errors in it

use std::collections::HashSet;

use sqlx_compiler::{Compilation, to_json};

use super::errors::ErrorList;
use super::failure::Failure;
use super::line::{Value, Words};
use super::project::{compile_project, folder, with_compiled};
use super::screen::Screen;
use super::selection::{Pruned, Selection, select};
use super::summary;
use crate::cache::{Compiled, Wanted};
use crate::execution::pretty_json;
use crate::watch::watch;

/// What is printed
#[derive(Clone, Copy, PartialEq, Eq)]
enum Output {
    Summary,
    Json,
    Dot,
}

/// Compiles once, or with `--watch` again and again; gives 1 when the graph has errors
///
/// # Errors
/// There is no graph at all
pub fn compile(words: &Words, screen: Screen) -> Result<u8, Failure> {
    if !is_set(words, "watch") {
        return compile_once(words, screen).map(u8::from);
    }
    let mut first = true;
    watch(
        &folder(words),
        |_| (),
        || {
            if let Err(failure) = compile_once(words, screen) {
                screen.failure(&failure);
                if first {
                    std::process::exit(1);
                }
            }
            first = false;
            screen.line("\nWatching for changes...\n");
        },
    );
    Ok(1)
}

/// Compiles and prints; gives whether the graph has errors
fn compile_once(words: &Words, screen: Screen) -> Result<bool, Failure> {
    let output = match (is_set(words, "json"), is_set(words, "dot")) {
        (true, _) => Output::Json,
        (false, true) => Output::Dot,
        (false, false) => Output::Summary,
    };
    if output == Output::Summary {
        screen.line("Compiling...\n");
    }
    let selection = Selection::new(words, "output-");
    let wanted = match output {
        Output::Summary if selection.is_empty() => Wanted::Actions,
        Output::Json if selection.is_empty() => Wanted::Json,
        _ => {
            let compilation = compile_project(words)?;
            return print_graph(words, &compilation, output, &selection, screen);
        }
    };
    with_compiled(words, wanted, |compiled| {
        match compiled.compilation().filter(|_| compiled.has_errors) {
            Some(compilation) => print_graph(words, compilation, output, &selection, screen),
            None => {
                print_compiled(words, compiled, output, screen);
                Ok(false)
            }
        }
    })?
}

/// A graph without errors, which may be remembered
fn print_compiled(words: &Words, compiled: &Compiled<'_>, output: Output, screen: Screen) {
    print_console(&compiled.console, output, screen);
    if output == Output::Json {
        for piece in compiled.json() {
            screen.data(&piece);
        }
        return;
    }
    let actions = compiled.actions().map(summary::Action::from);
    screen.data(&summary::summary(actions, is_set(words, "quiet"), screen));
}

/// A graph that was compiled now, with its errors; gives whether there are any
fn print_graph(
    words: &Words,
    compilation: &Compilation,
    output: Output,
    selection: &Selection,
    screen: Screen,
) -> Result<bool, Failure> {
    let console: Vec<&str> = compilation.console.iter().map(String::as_str).collect();
    print_console(&console, output, screen);
    let errors = ErrorList::new(compilation, &folder(words));
    let graph = &compilation.graph;
    let chosen = if selection.is_empty() || !errors.is_empty() {
        None
    } else {
        Some(select(graph, selection)?)
    };
    let quiet = is_set(words, "quiet");
    let shown = || summary::actions(graph, chosen.as_ref());
    match output {
        Output::Summary => screen.data(&summary::summary(shown(), quiet, screen)),
        Output::Dot => screen.data(&summary::dot(graph, chosen.as_ref())),
        Output::Json => screen.data(&json(compilation, &errors, chosen.as_ref())),
    }
    if !errors.is_empty() {
        screen.line("");
        errors.print(quiet, screen);
    }
    Ok(!errors.is_empty())
}

fn json(compilation: &Compilation, errors: &ErrorList, chosen: Option<&HashSet<String>>) -> String {
    match chosen {
        Some(chosen) => pretty_json(&Pruned::new(&compilation.graph, chosen)),
        None if errors.is_empty() => to_json(&compilation.graph),
        None => {
            let mut graph = compilation.graph.clone();
            graph.graph_errors.compilation_errors = errors.records();
            to_json(&graph)
        }
    }
}

/// What project code wrote: where people read, its output is beside the summary; JSON and Graphviz stay whole
fn print_console(console: &[&str], output: Output, screen: Screen) {
    for line in console {
        let (level, text) = line.split_once(": ").unwrap_or(("log", line));
        if output == Output::Summary && !["warn", "error"].contains(&level) {
            screen.line(text);
        } else {
            screen.error_line(text);
        }
    }
}

fn is_set(words: &Words, name: &str) -> bool {
    words.get(name).is_some_and(Value::is_truthy)
}
