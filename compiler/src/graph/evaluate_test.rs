//! Makes the queries of unit tests: the tested query over the test's inputs, and the expected rows

use std::cell::RefCell;

use super::evaluate::{no_text, not_a_function};
use super::fill::{fill_slots, first_of};
use super::resolve::ambiguous;
use crate::action::{Body, Session, Sql, Written};
use crate::graph::TableType;
use crate::script::{Owner, ScriptError, Scripts};
use crate::sqlx::{TemplatePart, WHERE_BEFORE, WHERE_BETWEEN};
use crate::value::Value;

/// Makes both queries of a test; what Dataform's rules forbid is reported
pub fn evaluate_test(
    session: &RefCell<Session>,
    scripts: &dyn Scripts,
    test: usize,
) -> Result<(), ScriptError> {
    let (dataset, file) = {
        let session = session.borrow();
        let test = &session.tests[test];
        (test.dataset.clone(), test.file_name.clone())
    };
    let report = |message: String| session.borrow_mut().report(message, file.clone(), None);
    let Some(dataset) = dataset else {
        report("Tests must operate upon a specified dataset.".to_owned());
        session.borrow_mut().thrown.get_or_insert_with(|| {
            (
                "TypeError".to_owned(),
                "Cannot convert undefined or null to object".to_owned(),
            )
        });
        return Ok(());
    };
    let written = Written::from(&dataset);
    let found = session.borrow().find(&written);
    if found.len() > 1 {
        let candidates = session.borrow().targets_of(&found);
        report(ambiguous(&written.to_json(), &candidates));
        return Ok(());
    }
    let tested = found
        .first()
        .map(|id| session.borrow().actions[*id].clone())
        .filter(|action| matches!(action.body, Body::Table(_)));
    let Some(tested) = tested else {
        report(format!("Dataset {} could not be found.", written.to_json()));
        return Ok(());
    };
    let grows = tested.table_type() == Some(TableType::Incremental);
    if grows && !session.borrow().incremental_tests {
        report("Running tests on incremental datasets is not yet supported.".to_owned());
        return Ok(());
    }
    let incremental = grows
        && match found.first() {
            Some(id) => session.borrow_mut().note_own_input(test, *id),
            None => false,
        };
    session.borrow_mut().tests[test].tested_file = tested.file_name;
    let expected = session.borrow().tests[test].expected.clone();
    let made = |sql: Option<Sql>, owner: Owner| -> Result<Option<String>, ScriptError> {
        Ok(match sql {
            None => None,
            Some(Sql::Text(text)) => Some(text),
            Some(Sql::Value(value)) => query_text(&value)?,
            Some(Sql::Texts(texts)) => texts.into_iter().next(),
            Some(Sql::Templates { statements, .. }) => match owner {
                Owner::Tested { test } => {
                    let mut texts = statements
                        .iter()
                        .map(|parts| fill_tested(session, scripts, test, incremental, parts))
                        .collect::<Result<Vec<_>, _>>()?
                        .into_iter();
                    Some(texts.next().unwrap_or_default())
                }
                _ => return Err(not_a_function()),
            },
            Some(Sql::Function { function, first }) => {
                let value = first_of(scripts.call(function, owner, incremental)?, first);
                query_text(&value)?
            }
            Some(Sql::Slotted {
                function,
                statements,
                ..
            }) => {
                let value = scripts.call(function, owner, incremental)?;
                let value = first_of(fill_slots(&statements, value), true);
                query_text(&value)?
            }
            Some(Sql::Inline { .. }) => None,
        })
    };
    let mut test_query = made(tested.query, Owner::Tested { test })?;
    if let (true, Some(query)) = (incremental, &mut test_query) {
        let condition = made(tested.where_clause, Owner::Tested { test })?;
        if let Some(condition) = condition.filter(|text| !text.is_empty()) {
            *query = format!("{WHERE_BEFORE}{query}{WHERE_BETWEEN}{condition}");
        }
    }
    let expected_query = made(expected, Owner::Test)?;
    if test_query.is_none() || expected_query.is_none() {
        return Err(no_text(&Value::Undefined));
    }
    let empty =
        |query: &Option<String>| query.as_deref().is_none_or(|query| query.trim().is_empty());
    if empty(&test_query) {
        report("Test query is empty.".to_owned());
    }
    if empty(&expected_query) {
        report("Expected query is empty.".to_owned());
    }
    let mut session = session.borrow_mut();
    session.tests[test].test_query = test_query;
    session.tests[test].expected_output_query = expected_query;
    Ok(())
}

fn query_text(value: &Value) -> Result<Option<String>, ScriptError> {
    match value {
        Value::String(text) => Ok(Some(text.clone())),
        other => Err(no_text(other)),
    }
}

/// The text of a tested template, over the inputs of its test
fn fill_tested(
    session: &RefCell<Session>,
    scripts: &dyn Scripts,
    test: usize,
    incremental: bool,
    parts: &[TemplatePart],
) -> Result<String, ScriptError> {
    let mut out = String::new();
    for part in parts {
        match part {
            TemplatePart::Text(text) => out.push_str(text),
            TemplatePart::Ref(_) | TemplatePart::Resolve(_) | TemplatePart::SelfName => {
                let mut borrowed = session.borrow_mut();
                let input = match part {
                    TemplatePart::Ref(arguments) | TemplatePart::Resolve(arguments) => {
                        borrowed.test_reference(test, arguments)?
                    }
                    _ => borrowed.test_self(test),
                };
                drop(borrowed);
                let value = match input {
                    None => continue,
                    Some(Sql::Text(text)) => Value::String(text),
                    Some(Sql::Texts(texts)) => {
                        Value::String(texts.into_iter().next().unwrap_or_default())
                    }
                    Some(Sql::Function { function, .. }) => {
                        first_of(scripts.call(function, Owner::Test, false)?, true)
                    }
                    Some(_) => {
                        return Err(not_a_function());
                    }
                };
                if let Some(text) = session.borrow_mut().text(&value) {
                    out.push_str(&format!("({text})"));
                }
            }
            TemplatePart::Incremental => out.push_str(&incremental.to_string()),
            TemplatePart::Expression(expression) => {
                let owner = Owner::Tested { test };
                out.push_str(&scripts.expression(expression, owner, incremental)?);
            }
            TemplatePart::Name | TemplatePart::Schema | TemplatePart::Database => {}
        }
    }
    Ok(out)
}
