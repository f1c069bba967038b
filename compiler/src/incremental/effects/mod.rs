//! Whether project code has an effect on the code of other files: conservatively, what is not understood has one
//!
//! Code is free of effects if all it writes to are variables of the function that runs, values that were made
//! there, and, while a module is loaded, its own variables and exports. Calls need no following: all functions
//! of the project are looked at where they are written, and methods of built-in values are known by name.
//! What includes do while they are loaded is done before any definition, always in the same way, and is no effect
//! on definitions.

mod names;
mod plain;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use super::trace::Sources;
use crate::script::SqlxModule;
use crate::sqlx::{PieceKind, Statement, base_name, generate};

/// Why files of the project may have an effect on each other; `None` if they have none. Of the `required` ones,
/// those in `early` were loaded by includes; `harmless` files are not looked at
pub fn of_project(
    sources: &Sources<'_>,
    required: &BTreeSet<String>,
    early: &BTreeSet<String>,
    harmless: &HashSet<String>,
) -> Option<String> {
    let globals: HashSet<&str> = sources
        .includes
        .iter()
        .map(|path| base_name(path))
        .collect();
    if let Some(name) = globals.iter().find(|name| names::is_builtin(name)) {
        return Some(format!("an include takes the place of `{name}`"));
    }
    let paths = sources
        .includes
        .iter()
        .chain(required)
        .chain(sources.definitions);
    let mut code = walk::Analyzer::new(globals);
    for path in paths.filter(|path| !harmless.contains(*path)) {
        let early = early.contains(path) || sources.includes.contains(path);
        if let Some(effect) = of_file(sources, path, early, &mut code) {
            return Some(format!("{path}: {effect}"));
        }
    }
    None
}

fn of_file(
    sources: &Sources<'_>,
    path: &str,
    early: bool,
    code: &mut walk::Analyzer<'_>,
) -> Option<&'static str> {
    match Path::new(path)
        .extension()
        .and_then(|extension| extension.to_str())
    {
        Some("json" | "yaml" | "yml" | "sql" | "md" | "ipynb") => None,
        Some("sqlx") => {
            let Some(module) = (sources.parts)(path) else {
                return Some("it is not valid");
            };
            if is_plain(&module) {
                return None;
            }
            code.effect(&generate(path, &module.text, &module.parts).text, false)
        }
        _ => match (sources.read)(path) {
            Some(text) => code.effect(text.strip_prefix('\u{feff}').unwrap_or(&text), early),
            None => Some("it cannot be read"),
        },
    }
}

/// Whether a SQLX file has but expressions in it that can be seen to be free of effects
fn is_plain(module: &SqlxModule) -> bool {
    let (text, parts) = (&*module.text, &module.parts);
    if !parts.javascript.is_empty() {
        return false;
    }
    let config = parts.config.as_ref();
    if config.is_some_and(|span| !plain::is_plain(&text[span.clone()])) {
        return false;
    }
    let blocks = [
        Some(&parts.statements),
        parts.incremental_where.as_ref(),
        parts.pre_operations.as_ref(),
        parts.post_operations.as_ref(),
    ];
    let inputs = parts.inputs.iter().map(|input| &input.statements);
    let statements = |statement: &Statement| {
        statement.pieces.iter().all(|piece| {
            let code = &text[piece.span.clone()];
            match piece.kind {
                PieceKind::Text => !code.contains("${"),
                PieceKind::Comment => !code.contains('\\'),
                PieceKind::Placeholder => code.strip_prefix('$').is_some_and(plain::is_plain),
                PieceKind::QuotedPlaceholder => false,
            }
        })
    };
    blocks
        .into_iter()
        .flatten()
        .chain(inputs)
        .flatten()
        .all(statements)
}
