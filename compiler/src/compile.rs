//! From a project's files to its graph and diagnostics

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use diagnostic::{Diagnostic, Location, Severity};

use crate::action::{Detail, Session, asserted_keys};
use crate::diagnostics::{Sources, diagnose};
use crate::graph::{CompiledGraph, Test};
use crate::incremental::{Neighbour, Trace};
use crate::project::{ConfigOverride, FileSystem, Settings, read_settings};
use crate::script::{Limits, Outcome, Plan, ProjectFiles, run, serve};
use crate::sqlx::{GeneratedLine, SqlPart, TestedPlace, extract, line_of_javascript, line_of_sqlx};

/// What a compilation may use, and what it puts on top of the settings
#[derive(Debug, Clone)]
pub struct CompileOptions {
    /// Replaces settings of the project
    pub overrides: ConfigOverride,
    /// How long the project's JavaScript may run, all of it together
    pub time_limit: Duration,
    /// How many bytes the project's JavaScript may hold
    pub memory_limit: usize,
    /// Whether a project whose settings name another version of Dataform Core than the one that is
    /// implemented is refused, as Dataform refuses it; else it is compiled all the same
    pub exact_core_version: bool,
    /// Whether unit tests may be of incremental tables, which Dataform refuses
    pub incremental_tests: bool,
    /// Whether files named `NAME.vertex.yaml`, which Dataform ignores, define actions
    pub vertex_actions: bool,
    /// Whether it is noted what a later compilation can reuse, in [`Compilation::trace`]
    pub traced: bool,
}

impl Default for CompileOptions {
    fn default() -> Self {
        Self {
            overrides: ConfigOverride::default(),
            time_limit: Duration::from_secs(60),
            memory_limit: 1 << 30,
            exact_core_version: false,
            incremental_tests: false,
            vertex_actions: false,
            traced: false,
        }
    }
}

/// An exception that Dataform's compilation ends with
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thrown {
    /// Its class
    pub name: String,
    /// Its message
    pub message: String,
}

/// One of the two queries of a unit test
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestSql {
    /// The tested query over the inputs
    Tested,
    /// The expected rows
    Expected,
}

/// A compiled project
#[derive(Debug, Clone, Default)]
pub struct Compilation {
    /// The graph; as far as it was made, when something was thrown
    pub graph: CompiledGraph,
    /// What is wrong, each once, for people
    pub diagnostics: Vec<Diagnostic>,
    /// What Dataform ends with instead of a graph
    pub thrown: Option<Thrown>,
    /// The JavaScript class of each record in `graph.graph_errors`, where it was an exception
    pub error_classes: Vec<Option<String>>,
    /// What project code wrote on its console, line by line, with its level
    pub console: Vec<String>,
    /// What the project did on the way that a later compilation has to know
    pub trace: Trace,
    sources: HashMap<String, Arc<str>>,
}

impl Compilation {
    /// Whether something is wrong
    pub fn has_errors(&self) -> bool {
        self.thrown.is_some()
            || !self.graph.graph_errors.compilation_errors.is_empty()
            || self
                .diagnostics
                .iter()
                .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Where the bytes `span` of the compiled `sql` come from; `None` for files that are not SQLX.
    ///
    /// The query of an inline assertion stands in no file: it leads to the column or condition in the
    /// `assertions` of the config, if `span` is a part of it.
    pub fn locate(
        &self,
        file_name: &str,
        part: SqlPart,
        sql: &str,
        span: Range<usize>,
    ) -> Option<Location> {
        if !file_name.ends_with(".sqlx") {
            return None;
        }
        let text = self.sources.get(file_name)?;
        let parts = extract(text).ok()?;
        let keys = asserted_keys(sql).filter(|_| part == SqlPart::Query);
        let assertions = keys.and_then(|keys| crate::sqlx::assertions(text, &parts, &keys));
        let range = match assertions {
            Some(strings) => crate::sqlx::locate_assertion(text, &strings, sql, span),
            None => crate::sqlx::locate(text, &parts, part, sql, span),
        }?;
        Some(Location::new(file_name, Arc::clone(text), range))
    }

    /// Where the bytes `span` of a query of a unit test come from: of the tested query in the file of the
    /// tested action, or in the `input` block that stands for one of its references; of the expected rows in
    /// the test's own file
    pub fn locate_test(&self, test: &Test, which: TestSql, span: Range<usize>) -> Option<Location> {
        let own = test.file_name.as_deref()?;
        if which == TestSql::Expected {
            let sql = test.expected_output_query.as_deref()?;
            return self.locate(own, SqlPart::Query, sql, span);
        }
        let sql = test.test_query.as_deref()?;
        let tested = test.tested.as_ref()?.file_name.as_deref()?;
        let read = |file: &str| {
            let text = self.sources.get(file)?;
            let parts = extract(text).ok().filter(|_| file.ends_with(".sqlx"))?;
            Some((Arc::clone(text), parts))
        };
        let (text, parts) = read(tested)?;
        let own_file = read(own);
        let inputs = own_file.as_ref().map(|(text, parts)| (&**text, parts));
        match crate::sqlx::locate_tested(&text, &parts, inputs, sql, span)? {
            TestedPlace::Tested(range) => Some(Location::new(tested, text, range)),
            TestedPlace::Input(range) => own_file.map(|(text, _)| Location::new(own, text, range)),
        }
    }

    /// The line of the JavaScript that Dataform makes of a file, with the bytes `span` of the file in it; `None`
    /// for files that are no code and for places that it cannot be said of
    pub fn generated_line(&self, file_name: &str, span: Range<usize>) -> Option<GeneratedLine> {
        let text = self.sources.get(file_name)?;
        if file_name.ends_with(".js") {
            return line_of_javascript(text, span);
        }
        let parts = extract(text).ok()?;
        line_of_sqlx(file_name, text, &parts, span).filter(|_| file_name.ends_with(".sqlx"))
    }

    /// The text of a file that was read, by its path in the project
    pub fn source(&self, file_name: &str) -> Option<&Arc<str>> {
        self.sources.get(file_name)
    }
}

/// Compiles the project; never fails, and never stops at the first error
pub fn compile(files: &dyn FileSystem, options: &CompileOptions) -> Compilation {
    let settings = match read_settings(files, &options.overrides, options.exact_core_version) {
        Ok(settings) => settings,
        Err(failure) => {
            return Compilation {
                thrown: Some(Thrown {
                    name: failure.name.to_owned(),
                    message: failure.message,
                }),
                diagnostics: failure.diagnostics,
                ..Compilation::default()
            };
        }
    };
    let listed = read_project(files, options.vertex_actions);
    let Listed {
        mut plan,
        known,
        vertex,
        diagnostics,
    } = listed;
    plan.extension.clone_from(&settings.extension);
    let work = Work {
        settings,
        plan,
        known,
        neighbours: Vec::new(),
        harmless: HashSet::new(),
        diagnostics,
    };
    let mut compilation = compile_files(files, options, work);
    if compilation.thrown.is_none() && !vertex.is_empty() {
        let found = crate::vertex::add(&mut compilation.graph, &vertex);
        compilation.diagnostics.extend(found);
        compilation.sources.extend(vertex);
    }
    compilation
}

/// What a compilation begins with
pub struct Work {
    /// The settings of the project
    pub settings: Settings,
    /// The files to load, in order
    pub plan: Plan,
    /// The texts of those
    pub known: HashMap<String, Option<Arc<str>>>,
    /// Actions of files that are not loaded
    pub neighbours: Vec<Neighbour>,
    /// Files whose code is known to have no effect on others
    pub harmless: HashSet<String>,
    /// What was found so far
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles the files of a plan
pub fn compile_files(files: &dyn FileSystem, options: &CompileOptions, work: Work) -> Compilation {
    let Work {
        settings,
        plan,
        known,
        neighbours,
        harmless,
        mut diagnostics,
    } = work;
    let setting = settings.not_text.clone();
    diagnostics.extend(settings.warnings.iter().cloned());
    let limits = Limits {
        time: options.time_limit,
        memory: options.memory_limit,
        stack: STACK / 2,
    };
    let mut session = Session::new(settings);
    session.incremental_tests = options.incremental_tests;
    session.trace = Trace::new(options.traced).with_harmless(harmless);
    session.add_neighbours(neighbours);
    let outcome = run_beside(files, session, known, plan, limits);
    let thrown = outcome
        .thrown
        .as_ref()
        .map(|(name, message, detail)| match detail {
            Detail::Script(error) if error.limit && error.message != "out of memory" => Thrown {
                name: "Error".to_owned(),
                message: format!(
                    "Compilation timed out after {} seconds",
                    options.time_limit.as_secs_f64()
                ),
            },
            _ => Thrown {
                name: name.clone(),
                message: message.clone(),
            },
        });
    let error_classes = outcome
        .errors
        .iter()
        .map(|record| record.class.clone())
        .collect();
    let sources = Sources::new(&outcome, options, setting);
    diagnostics.extend(diagnose(&outcome, &sources));
    Compilation {
        graph: outcome.graph,
        diagnostics,
        thrown,
        error_classes,
        console: outcome.console,
        trace: outcome.trace,
        sources: outcome.texts,
    }
}

/// Bytes of native stack for the thread that runs JavaScript
const STACK: usize = 32 << 20;

/// Runs the project on a thread with a deep stack, while this one answers for the files
fn run_beside(
    files: &dyn FileSystem,
    session: Session,
    known: HashMap<String, Option<Arc<str>>>,
    plan: Plan,
    limits: Limits,
) -> Outcome {
    let (project, requests, answers) = ProjectFiles::new(known);
    let root = files.root();
    let worker = std::thread::Builder::new()
        .name("project code".to_owned())
        .stack_size(STACK)
        .spawn(move || run(session, project, root, &plan, limits));
    let failed = |reason: String| Outcome {
        thrown: Some(("Error".to_owned(), reason, Detail::Plain)),
        ..Outcome::default()
    };
    match worker {
        Ok(worker) => {
            serve(files, &requests, &answers);
            worker
                .join()
                .unwrap_or_else(|_| failed("the JavaScript host ended unexpectedly".to_owned()))
        }
        Err(error) => failed(format!("no thread for the JavaScript host: {error}")),
    }
}

/// The files of a project
#[derive(Default)]
struct Listed {
    /// Those to load, in order
    plan: Plan,
    /// Their texts
    known: HashMap<String, Option<Arc<str>>>,
    /// Those of Vertex AI actions, with their texts
    vertex: Vec<(String, Arc<str>)>,
    /// What was found on the way
    diagnostics: Vec<Diagnostic>,
}

/// The files to load and their texts
fn read_project(files: &dyn FileSystem, vertex_actions: bool) -> Listed {
    let Listed {
        mut plan,
        mut known,
        mut vertex,
        mut diagnostics,
    } = Listed::default();
    let listed = files.list().unwrap_or_else(|error| {
        diagnostics.push(Diagnostic::error(
            diagnostic::code::SETTINGS_UNREADABLE,
            error.to_string(),
        ));
        Vec::new()
    });
    for path in listed {
        let Some((folder, _)) = path.split_once('/') else {
            continue;
        };
        let name = path.rsplit('/').next().unwrap_or_default();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_vertex = folder == "definitions" && name.ends_with(crate::vertex::SUFFIX);
        let mut vertex_files = Vec::new();
        let list = match (folder, extension) {
            _ if is_vertex && vertex_actions => &mut vertex_files,
            ("includes", "js") if path.matches('/').count() == 1 => &mut plan.includes,
            ("definitions", "js" | "sqlx") => &mut plan.definitions,
            ("definitions", "yaml") if name == "actions.yaml" => &mut plan.actions_yaml,
            ("definitions", "yaml") if name == "graph.yaml" => &mut plan.property_graphs,
            _ => continue,
        };
        match files.read(&path) {
            Ok(Some(text)) if is_vertex => vertex.push((path, Arc::from(text))),
            Ok(text) => {
                known.insert(path.clone(), text.map(Arc::from));
                list.push(path);
            }
            Err(error) => diagnostics.push(
                Diagnostic::error(diagnostic::code::FILE_UNREADABLE, error.reason()).in_file(path),
            ),
        }
    }
    // Dataform takes includes as its file search finds them: the last name first
    plan.includes.sort_by(|left, right| right.cmp(left));
    plan.actions_yaml.sort();
    plan.property_graphs.sort();
    plan.definitions
        .sort_by(|left, right| left.encode_utf16().cmp(right.encode_utf16()));
    vertex.sort();
    Listed {
        plan,
        known,
        vertex,
        diagnostics,
    }
}

/// The graph as `dataform compile --json` prints it
pub fn to_json(graph: &CompiledGraph) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    if serde::Serialize::serialize(graph, &mut serializer).is_err() {
        return String::new();
    }
    let mut text = String::from_utf8(out).unwrap_or_default();
    text.push_str("\n\n");
    text
}
