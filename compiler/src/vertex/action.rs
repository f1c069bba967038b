//! An action from its file: first by its name alone, then, when all names are known, whole

use std::collections::BTreeMap;

use diagnostic::{Diagnostic, code, did_you_mean};

use super::fields::{Fields, File};
use super::names::{Names, Resolver};
use super::{SUFFIX, resource};
use crate::graph::{ProjectConfig, Target, VERTEX_SCHEMA, VertexAction, VertexResource};

/// The words of `type`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Model,
    Endpoint,
    Deployment,
    BatchPrediction,
    Monitor,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Model,
        Self::Endpoint,
        Self::Deployment,
        Self::BatchPrediction,
        Self::Monitor,
    ];

    /// As `type` has it
    pub fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Endpoint => "endpoint",
            Self::Deployment => "deployment",
            Self::BatchPrediction => "batchPrediction",
            Self::Monitor => "monitor",
        }
    }

    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Model => resource::MODEL_KEYS,
            Self::Endpoint => resource::ENDPOINT_KEYS,
            Self::Deployment => resource::DEPLOYMENT_KEYS,
            Self::BatchPrediction => resource::BATCH_KEYS,
            Self::Monitor => resource::MONITOR_KEYS,
        }
    }
}

/// Keys that every type has
const COMMON: [&str; 8] = [
    "type",
    "name",
    "description",
    "tags",
    "dependencies",
    "disabled",
    "location",
    "labels",
];

/// An action whose references are not resolved yet
pub struct Draft<'a> {
    /// Its file
    pub file: File<'a>,
    /// Its name, without prefix
    pub name: String,
    /// What it makes
    pub kind: Kind,
    /// With suffixes
    pub target: Target,
    canonical_target: Target,
}

impl<'a> Draft<'a> {
    /// What a file defines; nothing where its type cannot be told
    pub fn read(
        file: File<'a>,
        config: Option<&ProjectConfig>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        if file.document.value.as_object().is_none() {
            let message = "the file has no keys";
            let help = "begin with `type: model`, `endpoint`, `deployment`, `batchPrediction` or `monitor`";
            found.push(file.wrong(&[], message).help(help));
            return None;
        }
        let fields = Fields::of(&file);
        let kinds = Kind::ALL.map(Kind::word);
        fields.require("type", "model", found);
        let written = fields.text("type", found)?;
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.word() == written) else {
            let help = did_you_mean(&written, kinds)
                .unwrap_or_else(|| format!("the types are: {}", kinds.join(", ")));
            let message = format!("there is no type `{written}`");
            found.push(fields.wrong("type", message).help(help));
            return None;
        };
        let own_name = file.path.rsplit('/').next().unwrap_or_default();
        let own_name = own_name.strip_suffix(SUFFIX).unwrap_or_default();
        let name = fields
            .text("name", found)
            .unwrap_or_else(|| own_name.to_owned());
        let sign = |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == '-';
        if name.is_empty() || !name.chars().all(sign) {
            let message = format!("`{name}` cannot be the name of a Vertex AI action");
            let help = "a name has letters, digits, `_` and `-`";
            found.push(fields.wrong("name", message).help(help));
            return None;
        }
        let database = config.and_then(|config| config.default_database.clone());
        let suffix = config.and_then(|config| config.schema_suffix.clone());
        let schema = match suffix.filter(|suffix| !suffix.is_empty()) {
            Some(suffix) => format!("{VERTEX_SCHEMA}_{suffix}"),
            None => VERTEX_SCHEMA.to_owned(),
        };
        let target = |schema: &str| Target {
            schema: Some(schema.to_owned()),
            name: name.clone(),
            database: database.clone(),
        };
        Some(Self {
            target: target(&schema),
            canonical_target: target(VERTEX_SCHEMA),
            kind,
            name: name.clone(),
            file,
        })
    }

    /// `vertex.name`
    pub fn display(&self) -> String {
        let schema = self.target.schema.as_deref().unwrap_or_default();
        format!("{schema}.{}", self.name)
    }

    /// The action, with what is wrong with it
    pub fn finish(&self, names: &Names<'_>, found: &mut Vec<Diagnostic>) -> VertexAction {
        let before = found.len();
        let mut resolver = Resolver::new(self, names, found);
        let fields = Fields::of(&self.file);
        let known: Vec<&str> = COMMON.iter().chain(self.kind.keys()).copied().collect();
        fields.check(&known, resolver.found);
        let display_name = resolver.text(&fields, "displayName");
        let labels = labels(&fields, &mut resolver);
        let resource = match self.kind {
            Kind::Model => VertexResource::Model(resource::model(&fields, &mut resolver)),
            Kind::Endpoint => VertexResource::Endpoint(resource::endpoint(&fields, &mut resolver)),
            Kind::Deployment => {
                VertexResource::Deployment(resource::deployment(&fields, &mut resolver))
            }
            Kind::BatchPrediction => {
                VertexResource::BatchPrediction(resource::batch_prediction(&fields, &mut resolver))
            }
            Kind::Monitor => VertexResource::Monitor(resource::monitor(&fields, &mut resolver)),
        };
        let location = resolver.text(&fields, "location");
        let location = location.unwrap_or_else(|| names.location());
        let description = resolver.text(&fields, "description");
        for name in fields.texts("dependencies", resolver.found) {
            resolver.depend_on(&fields, &name);
        }
        let action = VertexAction {
            display_name: display_name.unwrap_or_else(|| self.full_name()),
            location,
            description,
            labels,
            tags: fields.texts("tags", resolver.found),
            disabled: fields.boolean("disabled", resolver.found),
            resource,
            dependency_targets: resolver.dependencies,
            target: self.target.clone(),
            canonical_target: Some(self.canonical_target.clone()),
            file_name: Some(self.file.path.to_owned()),
        };
        for diagnostic in &mut found[before..] {
            diagnostic.action = Some(self.display());
        }
        action
    }

    /// The name with the environment's suffix, so that environments in one project stay apart
    fn full_name(&self) -> String {
        let schema = self.target.schema.as_deref().unwrap_or_default();
        let suffix = schema.strip_prefix(VERTEX_SCHEMA).unwrap_or_default();
        format!("{}{suffix}", self.name)
    }
}

fn labels(fields: &Fields<'_, '_>, resolver: &mut Resolver<'_, '_>) -> BTreeMap<String, String> {
    let sign =
        |sign: char| sign.is_lowercase() || sign.is_ascii_digit() || sign == '_' || sign == '-';
    let mut labels = BTreeMap::new();
    for (key, value) in resolver.pairs(fields, "labels") {
        let fits = |text: &str| text.chars().count() <= 63 && text.chars().all(sign);
        let begins = key.starts_with(char::is_lowercase);
        if !begins || !fits(&key) || !fits(&value) {
            let message = format!("`{key}: {value}` cannot be a label");
            resolver.found.push(
                fields
                    .wrong("labels", message)
                    .help("labels have up to 63 lower-case letters, digits, `_` and `-`, and keys begin with a letter"),
            );
        }
        labels.insert(key, value);
    }
    labels
}

/// A reference that means nothing, with the nearest names
pub fn unknown(shown: &str, known: impl Iterator<Item = String>) -> Diagnostic {
    let known: Vec<String> = known.collect();
    let mut diagnostic =
        Diagnostic::error(code::REF_UNKNOWN, format!("no action is called `{shown}`"));
    diagnostic.help = did_you_mean(shown, known.iter().map(String::as_str)).or_else(|| {
        Some(
            "`sqlx-run list` prints what there is; declare tables that exist outside the project"
                .to_owned(),
        )
    });
    diagnostic
}
