//! What names in the files stand for: SQL actions and declarations by their targets, Vertex AI actions by theirs

use std::collections::HashMap;

use diagnostic::{Diagnostic, code};

use super::action::{Draft, Kind, unknown};
use super::export::exported_to;
use super::fields::Fields;
use super::placeholder::{Part, parts};
use crate::graph::{ActionRef, CompiledGraph, ProjectConfig, Target, VertexReference};

/// Every name of both worlds
pub struct Names<'a> {
    config: Option<&'a ProjectConfig>,
    known: HashMap<&'a str, Vec<Named<'a>>>,
}

/// What a name may stand for
#[derive(Clone, Copy)]
enum Named<'a> {
    Sql(ActionRef<'a>),
    Vertex(Kind, &'a Target),
}

impl<'a> Named<'a> {
    fn target(self) -> &'a Target {
        match self {
            Self::Sql(action) => action.target(),
            Self::Vertex(_, target) => target,
        }
    }

    /// Whether the words, of which the last is the name, mean it; with and without suffixes
    fn is(self, words: &[String]) -> bool {
        let canonical = match self {
            Self::Sql(action) => action.canonical_target(),
            Self::Vertex(..) => None,
        };
        let fits = |target: &Target| {
            let mut words = words.iter().rev();
            let schema = |schema: &String| target.schema.as_ref() == Some(schema);
            let database = |database: &String| target.database.as_ref() == Some(database);
            words.next() == Some(&target.name)
                && words.next().is_none_or(schema)
                && words.next().is_none_or(database)
        };
        fits(self.target()) || canonical.is_some_and(fits)
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Sql(action) => action.kind().as_str(),
            Self::Vertex(kind, _) => kind.word(),
        }
    }
}

impl<'a> Names<'a> {
    /// Those of a graph and of the files
    pub fn new(graph: &'a CompiledGraph, drafts: &'a [Draft<'_>]) -> Self {
        let mut known: HashMap<&str, Vec<Named<'_>>> = HashMap::new();
        for action in graph.actions() {
            let names = [Some(action.target()), action.canonical_target()];
            let mut names: Vec<&str> = names.into_iter().flatten().map(|it| &*it.name).collect();
            names.dedup();
            for name in names {
                known.entry(name).or_default().push(Named::Sql(action));
            }
        }
        for draft in drafts {
            let named = Named::Vertex(draft.kind, &draft.target);
            known.entry(&draft.name).or_default().push(named);
        }
        Self {
            config: graph.project_config.as_ref(),
            known,
        }
    }

    /// The region of Vertex AI where none is named: the project's, or the one in the middle of its multi-region
    pub fn location(&self) -> String {
        let config = self.config;
        let location = config.and_then(|config| config.default_location.as_deref());
        match location.map(str::to_lowercase).as_deref() {
            Some("eu") => "europe-west4".to_owned(),
            Some(region) if region.contains('-') => region.to_owned(),
            _ => "us-central1".to_owned(),
        }
    }

    fn find(&self, words: &[String]) -> Vec<Named<'a>> {
        let name = words.last().map(String::as_str).unwrap_or_default();
        let known = self.known.get(name).into_iter().flatten();
        known.copied().filter(|named| named.is(words)).collect()
    }

    fn all(&self) -> impl Iterator<Item = String> {
        self.known.keys().map(|&name| name.to_owned())
    }

    fn setting(&self, name: &str) -> Option<String> {
        let config = serde_json::to_value(self.config?).ok()?;
        config.get(name)?.as_str().map(str::to_owned)
    }

    fn variable(&self, name: &str) -> Option<String> {
        let value = self.config?.vars.get(name)?;
        value.as_str().map(str::to_owned)
    }
}

/// Resolves what stands in one file, and gathers what the action depends on
pub struct Resolver<'n, 'f> {
    draft: &'n Draft<'n>,
    names: &'n Names<'n>,
    /// What is wrong so far
    pub found: &'f mut Vec<Diagnostic>,
    /// What references name, each once
    pub dependencies: Vec<Target>,
}

impl<'n, 'f> Resolver<'n, 'f> {
    /// For a file
    pub fn new(draft: &'n Draft<'n>, names: &'n Names<'n>, found: &'f mut Vec<Diagnostic>) -> Self {
        Self {
            draft,
            names,
            found,
            dependencies: Vec::new(),
        }
    }

    /// A text with its placeholders filled in
    pub fn text(&mut self, fields: &Fields<'_, '_>, key: &str) -> Option<String> {
        let text = fields.text(key, self.found)?;
        self.fill(fields, key, &text)
    }

    /// A list of texts with their placeholders filled in
    pub fn texts(&mut self, fields: &Fields<'_, '_>, key: &str) -> Vec<String> {
        let texts = fields.texts(key, self.found);
        let mut filled = Vec::new();
        for text in texts {
            filled.extend(self.fill(fields, key, &text));
        }
        filled
    }

    /// Texts by name with their placeholders filled in
    pub fn pairs(&mut self, fields: &Fields<'_, '_>, key: &str) -> Vec<(String, String)> {
        let pairs = fields.pairs(key, self.found);
        let mut filled = Vec::new();
        for (name, text) in pairs {
            filled.extend(self.fill(fields, key, &text).map(|text| (name, text)));
        }
        filled
    }

    /// What another Vertex AI action makes, or a resource name
    pub fn reference(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        wanted: Kind,
    ) -> VertexReference {
        let none = VertexReference::default();
        let Some(text) = fields.text(key, self.found) else {
            return none;
        };
        let words = match parts(&text).as_deref() {
            Ok([Part::Reference(words)]) => words.clone(),
            _ => {
                let Some(name) = self.fill(fields, key, &text) else {
                    return none;
                };
                if name.starts_with("projects/") {
                    return VertexReference::Name(name);
                }
                let message = format!("`{name}` is neither a reference nor a resource name");
                let help = format!(
                    "write `{key}: ${{ref(\"{name}\")}}`, or `projects/PROJECT/locations/REGION/{}s/ID`",
                    wanted.word()
                );
                self.found.push(fields.wrong(key, message).help(help));
                return none;
            }
        };
        let found = self.names.find(&words);
        let fits = |named: &&Named<'_>| matches!(named, Named::Vertex(kind, _) if *kind == wanted);
        match (found.iter().find(fits), found.first()) {
            (Some(named), _) => {
                let target = named.target().clone();
                self.add(&target);
                VertexReference::Action(target)
            }
            (None, Some(other)) => {
                let message = format!(
                    "`{}` is a {}, and `{key}` takes a {} of Vertex AI",
                    words.join("."),
                    other.kind(),
                    wanted.word()
                );
                let diagnostic = Diagnostic::error(code::VERTEX_REFERENCE, message);
                self.found.push(diagnostic.at(fields.at(key)));
                none
            }
            (None, None) => {
                let diagnostic = unknown(&words.join("."), self.names.all());
                self.found.push(diagnostic.at(fields.at(key)));
                none
            }
        }
    }

    /// A table of the project, or one that is named in full; `depends` on what makes it, if it reads it
    pub fn table(&mut self, fields: &Fields<'_, '_>, key: &str, depends: bool) -> Option<Target> {
        let text = fields.text(key, self.found)?;
        if let Ok([Part::Reference(words)]) = parts(&text).as_deref() {
            let named = self.sql(fields, key, words)?;
            if !is_table(named) {
                let message = format!(
                    "`{}` is a {}, and `{key}` takes a table",
                    words.join("."),
                    named.kind().as_str()
                );
                let diagnostic = Diagnostic::error(code::VERTEX_REFERENCE, message);
                self.found.push(diagnostic.at(fields.at(key)));
                return None;
            }
            if depends {
                self.add(named.target());
            }
            return Some(named.target().clone());
        }
        let name = self.fill(fields, key, &text)?;
        let config = self.names.config;
        let mut words = name.rsplit('.').map(str::to_owned);
        let target = Target {
            name: words.next().unwrap_or_default(),
            schema: words
                .next()
                .or_else(|| config.and_then(|config| config.default_schema.clone())),
            database: match words.collect::<Vec<_>>().as_slice() {
                [] => config.and_then(|config| config.default_database.clone()),
                rest => Some(rest.iter().rev().cloned().collect::<Vec<_>>().join(".")),
            },
        };
        Some(target)
    }

    /// A name of `dependencies`
    pub fn depend_on(&mut self, fields: &Fields<'_, '_>, name: &str) {
        let words: Vec<String> = name.split('.').map(str::to_owned).collect();
        let found = self.names.find(&words);
        let diagnostic = match found.as_slice() {
            [named] => return self.add(named.target()),
            [] => unknown(name, self.names.all()),
            several => ambiguous(name, several),
        };
        self.found.push(diagnostic.at(fields.at("dependencies")));
    }

    /// Fills in placeholders
    fn fill(&mut self, fields: &Fields<'_, '_>, key: &str, text: &str) -> Option<String> {
        let parts = match parts(text) {
            Ok(parts) => parts,
            Err(part) => {
                let message = format!("`{part}` cannot be understood");
                let help = "in these files `${…}` holds `ref(\"name\")`, `vars.NAME` or \
                     `dataform.projectConfig.NAME`, and no other JavaScript";
                self.found.push(fields.wrong(key, message).help(help));
                return None;
            }
        };
        let mut filled = String::new();
        for part in parts {
            match part {
                Part::Text(text) => filled.push_str(&text),
                Part::Reference(words) => filled.push_str(&self.referred(fields, key, &words)?),
                Part::Variable(name) => match self.names.variable(&name) {
                    Some(value) => filled.push_str(&value),
                    None => {
                        let message = format!("the project has no variable `{name}`");
                        let help = "give it a value under `vars` of `workflow_settings.yaml`, or with `--vars`";
                        self.found.push(fields.wrong(key, message).help(help));
                        return None;
                    }
                },
                Part::Setting(name) => match self.names.setting(&name) {
                    Some(value) => filled.push_str(&value),
                    None => {
                        let message = format!("the project's settings have no text `{name}`");
                        self.found.push(fields.wrong(key, message));
                        return None;
                    }
                },
            }
        }
        Some(filled)
    }

    /// A reference within a text: where an operation exports its model to, else the full name of a table
    fn referred(&mut self, fields: &Fields<'_, '_>, key: &str, words: &[String]) -> Option<String> {
        let action = self.sql(fields, key, words)?;
        self.add(action.target());
        let ActionRef::Operation(operation) = action else {
            return Some(action.target().to_string());
        };
        let exported = exported_to(operation);
        if exported.is_none() {
            let message = format!("the operation `{}` exports no model", words.join("."));
            let help = "a text takes the `URI` of the operation's `EXPORT MODEL … OPTIONS (URI = '…')`, as a literal";
            let diagnostic = Diagnostic::error(code::VERTEX_REFERENCE, message).help(help);
            self.found.push(diagnostic.at(fields.at(key)));
        }
        exported
    }

    /// The SQL action or declaration that a reference means
    fn sql(
        &mut self,
        fields: &Fields<'_, '_>,
        key: &str,
        words: &[String],
    ) -> Option<ActionRef<'n>> {
        let all = self.names.find(words);
        let found: Vec<ActionRef<'_>> = all
            .iter()
            .filter_map(|named| match named {
                Named::Sql(action) => Some(*action),
                Named::Vertex(..) => None,
            })
            .collect();
        let shown = words.join(".");
        let diagnostic = match (found.as_slice(), all.first()) {
            ([action], _) => return Some(*action),
            ([], Some(vertex)) => Diagnostic::error(
                code::VERTEX_REFERENCE,
                format!(
                    "`{shown}` is a {} of Vertex AI, and `{key}` takes what SQL makes",
                    vertex.kind()
                ),
            ),
            ([], None) => unknown(&shown, self.names.all()),
            _ => ambiguous(&shown, &all),
        };
        self.found.push(diagnostic.at(fields.at(key)));
        None
    }

    fn add(&mut self, target: &Target) {
        if !self.dependencies.contains(target) && *target != self.draft.target {
            self.dependencies.push(target.clone());
        }
    }
}

/// Whether rows can be read of it
fn is_table(action: ActionRef<'_>) -> bool {
    match action {
        ActionRef::Table(_) | ActionRef::Declaration(_) => true,
        ActionRef::Operation(operation) => operation.has_output == Some(true),
        _ => false,
    }
}

fn ambiguous(shown: &str, several: &[Named<'_>]) -> Diagnostic {
    let names: Vec<String> = several
        .iter()
        .map(|named| format!("`{}`", named.target()))
        .collect();
    Diagnostic::error(
        code::REF_AMBIGUOUS,
        format!("`{shown}` may be any of {}", names.join(", ")),
    )
    .help("add the dataset, such as `dataset.name`")
}
