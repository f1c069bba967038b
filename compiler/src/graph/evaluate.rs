//! Makes the SQL of every action, once all files have been loaded

use std::cell::RefCell;

use super::evaluate_test::evaluate_test;
use super::fill::{fill_slots, first_of};
use crate::action::{Action, ActionId, Body, Raise, Session, Sql, Test, check_iceberg};
use crate::graph::{ActionKind, TableType};
use crate::script::{Owner, ScriptError, Scripts};
use crate::value::Value;

/// Makes the SQL of tables, operations, assertions, …; what fails is reported and left out of the graph
pub fn evaluate(session: &RefCell<Session>, scripts: &dyn Scripts) -> Result<(), ScriptError> {
    session.borrow_mut().index_names();
    let tests = session.borrow().tests.len();
    let phases: [fn(&Body) -> bool; 4] = [
        |body| matches!(body, Body::Table(_)),
        |body| matches!(body, Body::Operation(_)),
        |body| matches!(body, Body::Assertion(_)),
        |body| matches!(body, Body::Declaration(_)),
    ];
    for phase in phases {
        evaluate_actions(session, scripts, phase)?;
    }
    for test in 0..tests {
        session.borrow_mut().trace.evaluates(ActionId::MAX);
        let made = evaluate_test(session, scripts, test);
        if let Err(error) = made {
            if error.limit {
                return Err(error);
            }
            let mut session = session.borrow_mut();
            let Test {
                file_name, target, ..
            } = session.tests[test].clone();
            session.tests[test].failed = true;
            session.report_script(error, file_name, Some(&target));
        }
    }
    let rest: [fn(&Body) -> bool; 3] = [
        |body| matches!(body, Body::Notebook(_)),
        |body| matches!(body, Body::DataPreparation(_)),
        |body| matches!(body, Body::PropertyGraph(_)),
    ];
    for phase in rest {
        evaluate_actions(session, scripts, phase)?;
    }
    session.borrow_mut().tests.truncate(tests);
    Ok(())
}

/// Makes the actions of a phase. SQL may define actions: those of later phases are part of the project.
fn evaluate_actions(
    session: &RefCell<Session>,
    scripts: &dyn Scripts,
    phase: fn(&Body) -> bool,
) -> Result<(), ScriptError> {
    let order: Vec<ActionId> = {
        let session = session.borrow();
        let of_phase = |id: &&ActionId| phase(&session.actions[**id].body);
        session.order.iter().filter(of_phase).copied().collect()
    };
    for id in &order {
        let kind = kind_of(&session.borrow().actions[*id]);
        session.borrow_mut().trace.evaluates(*id);
        let maker = Maker {
            session,
            scripts,
            id: *id,
            kind,
        };
        match maker.make().and_then(|compiled| maker.written(compiled)) {
            Ok(compiled) => finish(&mut session.borrow_mut(), *id, compiled),
            Err(error) if error.limit => {
                let file = session.borrow().actions[*id].file_name.clone();
                return Err(ScriptError { file, ..error });
            }
            Err(error) => {
                let mut session = session.borrow_mut();
                let action = &session.actions[*id];
                let (file, target) = (action.file_name.clone(), action.target.clone());
                session.report_script(error, file, Some(&target));
            }
        }
    }
    Ok(())
}

/// Drops what the SQL was made of, unless a test may make it again
fn finish(session: &mut Session, id: ActionId, compiled: bool) {
    let tested = !session.tests.is_empty();
    let action = &mut session.actions[id];
    action.compiled = compiled;
    if !tested {
        action.query = None;
        action.where_clause = None;
        action.pre_ops = Vec::new();
        action.post_ops = Vec::new();
    }
}

/// What kind of action it is
pub fn kind_of(action: &Action) -> ActionKind {
    match &action.body {
        Body::Table(_) => match action.table_type() {
            Some(TableType::View) => ActionKind::View,
            Some(TableType::Incremental) => ActionKind::Incremental,
            _ => ActionKind::Table,
        },
        Body::Operation(_) => ActionKind::Operation,
        Body::Assertion(_) => ActionKind::Assertion,
        Body::Declaration(_) => ActionKind::Declaration,
        Body::Notebook(_) => ActionKind::Notebook,
        Body::DataPreparation(_) => ActionKind::DataPreparation,
        Body::PropertyGraph(_) => ActionKind::PropertyGraph,
    }
}

/// Makes the SQL of one action
pub struct Maker<'a> {
    pub(super) session: &'a RefCell<Session>,
    pub(super) scripts: &'a dyn Scripts,
    pub(super) id: ActionId,
    pub(super) kind: ActionKind,
}

impl Maker<'_> {
    /// Whether the action goes into the graph
    fn make(&self) -> Result<bool, ScriptError> {
        if self.session.borrow().actions[self.id].jit_code.is_some() {
            return Ok(self.make_jit());
        }
        match self.kind {
            ActionKind::Table | ActionKind::View | ActionKind::Incremental => {
                self.make_table().map(|()| true)
            }
            ActionKind::Operation => {
                self.check_documented_operation();
                let queries = self.queries()?;
                if let Body::Operation(operation) =
                    &mut self.session.borrow_mut().actions[self.id].body
                {
                    operation.queries = queries;
                }
                Ok(true)
            }
            ActionKind::Assertion => {
                let query = self.made(false, |action| action.query.clone())?;
                let query = self.checked(query)?;
                if let Body::Assertion(assertion) =
                    &mut self.session.borrow_mut().actions[self.id].body
                {
                    assertion.query = query;
                }
                Ok(true)
            }
            ActionKind::DataPreparation => {
                let query = match self.made(false, |action| action.query.clone())? {
                    Some(Value::String(query)) => Some(Value::from(query.trim())),
                    None => None,
                    Some(other) => return Err(no_text(&other)),
                };
                let query = self.checked(query)?;
                if let Body::DataPreparation(preparation) =
                    &mut self.session.borrow_mut().actions[self.id].body
                {
                    preparation.query = query;
                }
                Ok(true)
            }
            _ => Ok(true),
        }
    }

    fn make_table(&self) -> Result<(), ScriptError> {
        let incremental = self.kind == ActionKind::Incremental;
        let query = self.made(false, |action| action.query.clone())?;
        let mut incremental_query = None;
        let (mut incremental_pre_ops, mut incremental_post_ops) = (Vec::new(), Vec::new());
        if incremental {
            incremental_query = self.made(true, |action| action.query.clone())?;
            incremental_pre_ops = self.statements(true, |action| action.pre_ops.clone())?;
            incremental_post_ops = self.statements(true, |action| action.post_ops.clone())?;
        }
        let where_clause = self.text(false, |action| action.where_clause.clone())?;
        let pre_ops = self.filled_statements(|action| action.pre_ops.clone())?;
        let post_ops = self.filled_statements(|action| action.post_ops.clone())?;
        let query = self.checked(query)?;
        let incremental_query = self.checked(incremental_query)?;
        let mut session = self.session.borrow_mut();
        let Some(table) = session.actions[self.id].table() else {
            return Ok(());
        };
        table.query = query;
        table.incremental_query = incremental_query;
        table.incremental_pre_ops = incremental_pre_ops;
        table.incremental_post_ops = incremental_post_ops;
        table.where_clause = where_clause;
        table.pre_ops = pre_ops;
        table.post_ops = post_ops;
        if let Some(problem) = table.bigquery.as_ref().and_then(check_iceberg) {
            return Err(ScriptError {
                name: "Error".to_owned(),
                message: problem.to_owned(),
                ..ScriptError::default()
            });
        }
        Ok(())
    }

    /// An action whose SQL is made when it runs must not have SQL now
    fn make_jit(&self) -> bool {
        let mut session = self.session.borrow_mut();
        let action = &mut session.actions[self.id];
        let (file, target) = (action.file_name.clone(), action.target.clone());
        let message = match self.kind {
            ActionKind::Table | ActionKind::View | ActionKind::Incremental => {
                let parts = [
                    (action.query.is_some(), "query"),
                    (action.where_clause.is_some(), "where"),
                    (!action.post_ops.iter().all(Sql::is_empty_list), "postOps"),
                    (!action.pre_ops.iter().all(Sql::is_empty_list), "preOps"),
                ];
                let found: Vec<&str> = parts
                    .into_iter()
                    .filter_map(|(there, name)| there.then_some(name))
                    .collect();
                (!found.is_empty()).then(|| {
                    format!(
                        "Cannot mix AoT and JiT compilation in action. The following AoT properties were found: {}",
                        found.join(", ")
                    )
                })
            }
            ActionKind::Operation => action.query.as_ref().map(|query| {
                let shown = match query {
                    Sql::Text(text) => text.clone(),
                    Sql::Texts(texts) => texts.join(","),
                    _ => String::new(),
                };
                format!("Cannot mix AoT and JiT compilation in action: {shown}")
            }),
            _ => {
                if action.query.is_some() {
                    action.jit_code = None;
                    session.report(
                        "Assertion may set either .jitCode() or .query(), but not both.",
                        file,
                        Some(&target),
                    );
                }
                return true;
            }
        };
        let Some(message) = message else {
            return true;
        };
        session.report(message.clone(), file.clone(), None);
        session.report(message, file, Some(&target));
        false
    }

    /// An action that lost a dependency cannot be written
    fn written(&self, compiled: bool) -> Result<bool, ScriptError> {
        if self.session.borrow().actions[self.id].broken {
            return Err(ScriptError {
                name: "TypeError".to_owned(),
                message: "Cannot read properties of undefined (reading 'schema')".to_owned(),
                ..ScriptError::default()
            });
        }
        Ok(compiled)
    }

    fn check_documented_operation(&self) {
        let mut session = self.session.borrow_mut();
        let action = &session.actions[self.id];
        let documented = action
            .descriptor
            .as_ref()
            .is_some_and(|descriptor| !descriptor.columns.is_empty());
        let has_output = matches!(
            &action.body,
            Body::Operation(operation) if operation.has_output == Some(true)
        );
        if documented && !has_output {
            let file = action.file_name.clone();
            session.report(
                "Actions of type 'operations' may only describe columns if they specify 'hasOutput: true'.",
                file,
                None,
            );
        }
    }

    /// The text of a query, which must not end in a semicolon
    fn checked(&self, query: Option<Value>) -> Result<Option<String>, ScriptError> {
        match query {
            None => Ok(None),
            Some(Value::String(query)) => {
                self.check_semicolon(&query);
                Ok(Some(query))
            }
            Some(Value::Null) => Err(empty_value("query")),
            Some(other) => Err(no_text(&other)),
        }
    }

    fn check_semicolon(&self, query: &str) {
        if query.trim_end().ends_with(';') {
            let mut session = self.session.borrow_mut();
            let file = session.actions[self.id].file_name.clone();
            session.report(
                "Semi-colons are not allowed at the end of SQL statements.",
                file,
                None,
            );
        }
    }

    /// What some SQL of the action makes, if anything
    fn made(
        &self,
        incremental: bool,
        pick: impl Fn(&Action) -> Option<Sql>,
    ) -> Result<Option<Value>, ScriptError> {
        let sql = pick(&self.session.borrow().actions[self.id]);
        let Some(sql) = sql else {
            return Ok(None);
        };
        let value = self.value(&sql, incremental)?;
        Ok((!matches!(value, Value::Undefined)).then_some(value))
    }

    /// The one text that some SQL of the action makes
    fn text(
        &self,
        incremental: bool,
        pick: impl Fn(&Action) -> Option<Sql>,
    ) -> Result<Option<String>, ScriptError> {
        match self.made(incremental, pick)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Ok(self.session.borrow_mut().text(&other)),
        }
    }

    /// The queries of an operation
    fn queries(&self) -> Result<Vec<String>, ScriptError> {
        match self.made(false, |action| action.query.clone())? {
            None => Ok(Vec::new()),
            Some(Value::String(query)) => Ok(vec![query]),
            Some(queries @ Value::Array(_)) => Ok(self.session.borrow_mut().texts(&queries)),
            Some(other) => {
                if !other.is_truthy() {
                    return Err(empty_value("queries"));
                }
                let message = "Unexpected property \"queries\" for \"dataform.Operation\", please report this to the Dataform team at https://github.com/dataform-co/dataform/issues.";
                Err(Raise::reference_error(message).into())
            }
        }
    }

    /// The statements that some SQL of the action makes, without blank ones
    fn filled_statements(
        &self,
        pick: impl Fn(&Action) -> Vec<Sql>,
    ) -> Result<Vec<String>, ScriptError> {
        let mut statements = Vec::new();
        let list = pick(&self.session.borrow().actions[self.id]);
        for sql in list {
            match self.value(&sql, false)? {
                Value::Array(items) => statements.extend(items),
                other => statements.push(other),
            }
        }
        let texts = statements.into_iter().map(|statement| match statement {
            Value::String(text) => Ok(text),
            other => Err(no_text(&other)),
        });
        let mut texts = texts.collect::<Result<Vec<String>, ScriptError>>()?;
        texts.retain(|operation| !operation.trim().is_empty());
        Ok(texts)
    }

    /// The statements that some SQL of the action makes
    fn statements(
        &self,
        incremental: bool,
        pick: impl Fn(&Action) -> Vec<Sql>,
    ) -> Result<Vec<String>, ScriptError> {
        let mut statements = Vec::new();
        let list = pick(&self.session.borrow().actions[self.id]);
        for sql in list {
            match self.value(&sql, incremental)? {
                Value::String(text) => statements.push(text),
                Value::Array(items) => {
                    statements.extend(self.session.borrow_mut().texts(&Value::Array(items)));
                }
                other => statements.extend(self.session.borrow_mut().text(&other)),
            }
        }
        Ok(statements)
    }

    pub(super) fn owner(&self) -> Owner {
        Owner::Action {
            id: self.id,
            kind: self.kind,
        }
    }

    fn value(&self, sql: &Sql, incremental: bool) -> Result<Value, ScriptError> {
        match sql {
            Sql::Text(text) => Ok(Value::String(text.clone())),
            Sql::Value(value) => Ok(value.clone()),
            Sql::Texts(texts) => Ok(Value::Array(
                texts.iter().cloned().map(Value::String).collect(),
            )),
            Sql::Templates { statements, first } => {
                let mut made = Vec::new();
                for parts in statements.iter() {
                    made.push(Value::String(self.fill(parts, incremental)?));
                }
                Ok(first_of(Value::Array(made), *first))
            }
            Sql::Function { function, first } => {
                let value = self.scripts.call(*function, self.owner(), incremental)?;
                Ok(first_of(value, *first))
            }
            Sql::Slotted {
                function,
                statements,
                first,
            } => {
                let value = self.scripts.call(*function, self.owner(), incremental)?;
                Ok(first_of(fill_slots(statements, value), *first))
            }
            Sql::Inline { table, check } => {
                let mut session = self.session.borrow_mut();
                let written = crate::action::Written::from(&session.actions[*table].target);
                session.depend(self.id, written.clone());
                let shown = written.to_json();
                let name = session.resolve(self.id, &written, &shown);
                Ok(Value::String(check.query(&name)))
            }
        }
    }
}

/// What Dataform says of nothing where there must be something
fn empty_value(key: &str) -> ScriptError {
    Raise::reference_error(format!("Unexpected empty value for \"{key}\".")).into()
}

/// What Dataform runs into when it takes a value for a text
pub fn no_text(value: &Value) -> ScriptError {
    let message = match value {
        Value::Undefined | Value::Null => {
            format!(
                "Cannot read properties of {} (reading 'trim')",
                value.to_text()
            )
        }
        _ => "trim is not a function".to_owned(),
    };
    ScriptError {
        name: "TypeError".to_owned(),
        message,
        ..ScriptError::default()
    }
}

/// What calling a function that the context lacks throws
pub fn not_a_function() -> ScriptError {
    ScriptError {
        name: "TypeError".to_owned(),
        message: "not a function".to_owned(),
        ..ScriptError::default()
    }
}

impl From<Raise> for ScriptError {
    fn from(raise: Raise) -> Self {
        Self {
            name: raise.class.to_owned(),
            message: raise.message,
            ..Self::default()
        }
    }
}
