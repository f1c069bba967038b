//! Unit tests of queries

use diagnostic::{Diagnostic, code};

use super::target::Home;
use super::{ActionId, Detail, Raise, Session, Sql, Written};
use crate::graph::Target;
use crate::value::{Object, Value};

const KEYS: [&str; 5] = ["type", "dataset", "name", "filename", "tags"];

/// A unit test under construction
#[derive(Debug, Clone)]
pub struct Test {
    /// Its name
    pub name: String,
    /// The file that defines it
    pub file_name: Option<String>,
    /// What it tests
    pub dataset: Option<Target>,
    /// The tests' own names instead of the dataset's
    pub target: Target,
    /// The same without later changes
    pub canonical_target: Target,
    /// Tags
    pub tags: Vec<String>,
    /// The queries that stand for what the tested query reads
    pub inputs: Vec<TestInput>,
    /// Of a test of an incremental run, the number of the input that stands for the table as it was
    pub own_input: Option<usize>,
    /// The file of what it tests
    pub tested_file: Option<String>,
    /// The query of the expected rows
    pub expected: Option<Sql>,
    /// Whether its queries could not be made
    pub failed: bool,
    /// The tested query over the inputs
    pub test_query: Option<String>,
    /// The query of the expected rows, made
    pub expected_output_query: Option<String>,
}

/// A query that stands for a reference of the tested query
#[derive(Debug, Clone)]
pub struct TestInput {
    /// The reference as it was written
    pub written: Written,
    /// Its sorted JSON
    pub key: String,
    /// The query
    pub sql: Sql,
    /// Whether the tested query has read it
    pub read: bool,
}

impl Session {
    /// Defines a test
    pub fn test(&mut self, config: &Value) -> Result<usize, Raise> {
        let file = match config.truthy("filename") {
            Some(file) => self.text(file),
            None => Some(self.current_file()),
        };
        let name = config.truthy("name").and_then(|name| self.text(name));
        self.tests.push(Test {
            name: name.unwrap_or_default(),
            file_name: file,
            dataset: None,
            target: Target::default(),
            canonical_target: Target::default(),
            tags: Vec::new(),
            inputs: Vec::new(),
            own_input: None,
            tested_file: None,
            expected: None,
            failed: false,
            test_query: None,
            expected_output_query: None,
        });
        let id = self.tests.len() - 1;
        self.test_config(id, config);
        Ok(id)
    }

    /// Applies a config to a test
    pub fn test_config(&mut self, id: usize, config: &Value) {
        let unknown = config
            .as_object()
            .and_then(|config| config.iter().find(|(key, _)| !KEYS.contains(key)));
        if let Some((key, _)) = unknown {
            let list = KEYS.map(crate::value::quoted).join(",");
            let message = format!(
                "Unexpected property \"{key}\" in test config. Supported properties are: [{list}]"
            );
            self.report(message, None, None);
        }
        if let Some(name) = config.truthy("name") {
            let name = self.text(name);
            self.tests[id].name = name.unwrap_or_default();
        }
        if let Some(dataset) = config.truthy("dataset") {
            self.test_dataset(id, dataset);
        }
        if let Some(file) = config.truthy("filename") {
            self.tests[id].file_name = self.text(file);
        }
        if let Some(tags) = config.truthy("tags") {
            let tags = self.texts(tags);
            self.tests[id].tags = tags;
        }
    }

    /// Sets what a test tests
    fn test_dataset(&mut self, id: usize, dataset: &Value) {
        let Ok(written) = Written::from_value(dataset) else {
            return;
        };
        let raw = Target {
            schema: Some(written.schema.unwrap_or_default()),
            name: written.name,
            database: Some(written.database.unwrap_or_default()),
        };
        let (target, canonical) = self.unchecked_targets(&raw, Home::Dataset);
        let test = &mut self.tests[id];
        test.target = Target {
            name: test.name.clone(),
            ..target.clone()
        };
        test.canonical_target = Target {
            name: test.name.clone(),
            ..canonical
        };
        test.dataset = Some(target);
    }

    /// Adds the query that stands for a reference
    pub fn test_input(&mut self, id: usize, reference: &Value, sql: Sql) -> Result<(), Raise> {
        let (written, _) = Written::from_arguments(std::slice::from_ref(reference))?;
        self.tests[id].inputs.push(TestInput {
            key: sorted_json(&written),
            written,
            sql,
            read: false,
        });
        Ok(())
    }

    /// The query that stands for a reference of the tested query
    pub fn test_reference(&mut self, id: usize, arguments: &[Value]) -> Result<Option<Sql>, Raise> {
        let (written, _) = Written::from_arguments(arguments)?;
        let key = sorted_json(&written);
        let inputs = &mut self.tests[id].inputs;
        if let Some(input) = inputs.iter_mut().rev().find(|input| input.key == key) {
            input.read = true;
            return Ok(Some(input.sql.clone()));
        }
        let provided: Vec<String> = inputs
            .iter()
            .map(|input| crate::value::quoted(&input.key))
            .collect();
        let message = format!(
            "Input for dataset \"{}\" has not been provided. Provided inputs: {}",
            written.to_json(),
            provided.join(",")
        );
        let file = self.tests[id].file_name.clone().unwrap_or_default();
        let parts = [&written.database, &written.schema];
        let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
        let labels: Vec<String> = parts
            .chain([&written.name])
            .map(|part| crate::value::quoted(part))
            .collect();
        let shown = Diagnostic::error(
            code::REF_UNKNOWN,
            format!(
                "the test has no input for `{}`, which the tested query reads",
                written.readable()
            ),
        )
        .in_file(file)
        .help(format!("add `input {} {{ SELECT … }}`", labels.join(", ")));
        self.report_detail(message, None, None, Detail::Shown(vec![shown]));
        Ok(None)
    }
}

impl Session {
    /// The query that stands for the tested table as it was before an incremental run
    pub fn test_self(&mut self, id: usize) -> Option<Sql> {
        let test = &mut self.tests[id];
        let input = test.inputs.get_mut(test.own_input?)?;
        input.read = true;
        Some(input.sql.clone())
    }

    /// Notes whether a test has the tested table itself among its inputs, and so is of an incremental run
    pub fn note_own_input(&mut self, id: usize, tested: ActionId) -> bool {
        let test = &self.tests[id];
        let own = test
            .inputs
            .iter()
            .position(|input| self.find(&input.written) == [tested]);
        self.tests[id].own_input = own;
        own.is_some()
    }
}

/// The reference as JSON with its keys in alphabetical order
fn sorted_json(written: &Written) -> String {
    let mut object = Object::default();
    if let Some(database) = &written.database {
        object.set("database", Value::from(database.as_str()));
    }
    object.set("name", Value::from(written.name.as_str()));
    if let Some(schema) = &written.schema {
        object.set("schema", Value::from(schema.as_str()));
    }
    Value::Object(object).to_json()
}
