//! The front end on any text: it ends, without a panic, and what it cannot do it says with a code and a
//! place in the text

mod catalog;
mod session;

use std::ops::Range;

use diagnostic::{Code, code};
use googlesql::script::{self, Environment, Failure, Settings};
use googlesql::{Analyzed, Error, Statement};

use catalog::Tables;
use session::Session;

/// Parses, lowers, checks and walks every statement of a text
pub fn check(text: &str) {
    let statements = match googlesql::parse(text) {
        Ok(statements) => statements,
        Err(error) => {
            placed(text, &error);
            let checked = googlesql::check(text, &Tables::default());
            assert_eq!(checked.errors, [error], "what does not parse is found once");
            return;
        }
    };
    for statement in &statements {
        within(text, &statement.span(), "statement");
        lower(text, statement);
    }
    if let [one] = statements.as_slice() {
        agree(text, one);
    }
    resolve(text);
    walk(text, &statements);
}

/// What lowers is complete SQL, what does not has a place
fn lower(text: &str, statement: &Statement) {
    match googlesql::analyze(text, statement, &Tables::default()) {
        Err(error) => placed(text, &error),
        Ok(Analyzed::Query(relation)) => {
            assert!(!relation.sql.is_empty() && !relation.columns.is_empty());
            let unknown = relation
                .columns
                .iter()
                .any(|column| column.ty == googlesql::Type::Unknown);
            assert!(!unknown, "a lowered column has a type: {}", relation.sql);
        }
        Ok(Analyzed::Execute { sql, .. }) => assert!(sql.iter().all(|sql| !sql.is_empty())),
        Ok(_) => {}
    }
}

/// Checking tells of an error exactly where lowering has one; but of scripts it knows more, columns beside
/// aggregates are left to the engine, and a function may be there when the statement runs
fn agree(text: &str, statement: &Statement) {
    let lowered = googlesql::analyze(text, statement, &Tables::default());
    let mut checked = googlesql::check(text, &Tables::default()).errors;
    if lowered.is_ok() {
        checked.retain(|error| !error.message.ends_with("neither grouped nor aggregated"));
    }
    match lowered {
        Err(error) if error.message.contains(" outside of a script") => {}
        Err(error) if error.message.starts_with("system variable ") => {}
        Err(error) if error.code == code::UNKNOWN_FUNCTION => {}
        Err(error) => assert!(!checked.is_empty(), "not told: {} in {text}", error.message),
        Ok(_) => assert_eq!(checked, [], "told of what runs: {text}"),
    }
}

/// Checking tells of all errors, over schemas of which some are not known
fn resolve(text: &str) {
    for error in googlesql::check(text, &Tables::default()).errors {
        placed(text, &error);
    }
    for error in googlesql::check(text, &Tables::open()).errors {
        placed(text, &error);
    }
}

/// The procedural language, on a session that computes nothing
fn walk(text: &str, statements: &[Statement]) {
    let mut environment = Environment::new(Settings {
        time_zone: "UTC".to_owned(),
        ..Settings::default()
    });
    let mut session = Session::default();
    if let Err(failure) = script::run(text, statements, &mut session, &mut environment) {
        failed(text, &failure);
    }
}

fn failed(text: &str, failure: &Failure) {
    stable(failure.code);
    let place = failure.span.as_ref().or(failure.statement.as_ref());
    match place {
        Some(place) => within(text, place, &failure.message),
        None => panic!("no place: {}: {}", failure.code, failure.message),
    }
}

fn placed(text: &str, error: &Error) {
    stable(error.code);
    assert!(!error.message.is_empty(), "{}: no message", error.code);
    within(text, &error.span, &error.message);
}

fn stable(found: Code) {
    assert!(code::ALL.contains(&found), "{found} is no documented code");
}

/// A place holds something, unless the text does not
fn within(text: &str, place: &Range<usize>, what: &str) {
    let found = text.get(place.clone());
    let empty = text.trim().is_empty();
    assert!(
        found.is_some_and(|found| empty || !found.is_empty()),
        "{what}: {place:?} of {}",
        text.len()
    );
}
