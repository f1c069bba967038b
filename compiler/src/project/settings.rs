//! Reads `workflow_settings.yaml` or `dataform.json`

use diagnostic::{Diagnostic, Location, Severity, code};
use serde_json::Map;

use super::{ConfigOverride, FileError, FileSystem, yaml};
use crate::config::{Issue, messages, verify};
use crate::graph::{IcebergDefaults, ProjectConfig};
use crate::value::{Object, Value};

/// The version of Dataform Core whose behaviour this compiler has
pub const CORE_VERSION: &str = "3.0.65";

const MODERN: &str = "workflow_settings.yaml";
const LEGACY: &str = "dataform.json";

/// So many settings that are no texts are shown
const MOST: usize = 50;

/// The settings that are texts
const TEXTS: [&str; 9] = [
    "defaultProject",
    "defaultDataset",
    "defaultLocation",
    "defaultAssertionDataset",
    "projectSuffix",
    "datasetSuffix",
    "namePrefix",
    "builtinAssertionNamePrefix",
    "defaultReservation",
];

/// Settings after overrides, with what cannot be said in `ProjectConfig`
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// What the graph shows
    pub config: ProjectConfig,
    /// A value that is no text where a text is expected, in Dataform's words
    pub encoding: Option<String>,
    /// The places of settings and variables that are no text
    pub not_text: Vec<Location>,
    /// A package that takes part in the compilation
    pub extension: Option<Extension>,
    /// What has no effect, or is newer than this compiler
    pub warnings: Vec<Diagnostic>,
}

/// A package that takes part in the compilation
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// What `require` finds it by
    pub name: String,
    /// Whether it runs instead of the project's files, and not before them
    pub replaces: bool,
}

/// Only the numbers of the modes have an effect: Dataform reads their names as no mode
fn extension(value: &Value) -> Option<Extension> {
    let extension = value.truthy("extension")?;
    let replaces = match extension.get("compilationMode")? {
        Value::Number(1.0) => false,
        Value::Number(2.0) => true,
        _ => return None,
    };
    Some(Extension {
        name: extension.truthy("name")?.as_str()?.to_owned(),
        replaces,
    })
}

/// Why there are no settings: what Dataform throws, and what people see
#[derive(Debug, Clone)]
pub struct SettingsFailure {
    /// The JavaScript class of the exception
    pub name: &'static str,
    /// Its message
    pub message: String,
    /// The same with its place, and what else is wrong
    pub diagnostics: Vec<Diagnostic>,
}

impl SettingsFailure {
    fn new(name: &'static str, message: impl Into<String>, diagnostic: Diagnostic) -> Self {
        Self {
            name,
            message: message.into(),
            diagnostics: vec![diagnostic],
        }
    }
}

impl From<FileError> for SettingsFailure {
    fn from(error: FileError) -> Self {
        let message = error.to_string();
        let diagnostic = Diagnostic::error(code::SETTINGS_UNREADABLE, message.clone());
        Self::new("Error", message, diagnostic)
    }
}

/// Whether the settings name a version of Dataform Core; `None` when they are there but cannot be read
pub fn names_core_version(files: &dyn FileSystem) -> Option<bool> {
    let Some(text) = files.read(MODERN).ok()? else {
        return Some(false);
    };
    let document = yaml::parse(&text).ok()?;
    Some(document.value.truthy("dataformCoreVersion").is_some())
}

/// Reads the settings of the project and applies `overrides`; with `exact_version`, a project that asks
/// for another version than [`CORE_VERSION`] is refused.
///
/// # Errors
/// What Dataform throws, before any project code runs.
pub fn read_settings(
    files: &dyn FileSystem,
    overrides: &ConfigOverride,
    exact_version: bool,
) -> Result<Settings, SettingsFailure> {
    let (modern, legacy) = (files.read(MODERN)?, files.read(LEGACY)?);
    let mut settings = match (modern, legacy) {
        (Some(_), Some(_)) => {
            let message = "dataform.json has been deprecated and cannot be defined alongside workflow_settings.yaml";
            return Err(SettingsFailure::new(
                "Error",
                message,
                Diagnostic::error(code::SETTINGS_INVALID, "the project has two settings files")
                    .in_file(LEGACY)
                    .help("remove `dataform.json`: `workflow_settings.yaml` has taken its place"),
            ));
        }
        (Some(text), None) => read_modern(&text, &files.root(), exact_version)?,
        (None, Some(text)) => read_legacy(&text)?,
        (None, None) => {
            return Err(SettingsFailure::new(
                "Error",
                "Failed to resolve workflow_settings.yaml",
                Diagnostic::error(
                    code::PROJECT_NOT_FOUND,
                    format!("no `workflow_settings.yaml` in {}", files.root()),
                )
                .help("make a project with `sqlx-run init`, or name its folder with `-C DIR`"),
            ));
        }
    };
    overrides.apply(&mut settings.config);
    Ok(settings)
}

fn read_modern(text: &str, root: &str, exact_version: bool) -> Result<Settings, SettingsFailure> {
    let document = yaml::parse(text).map_err(|error| {
        SettingsFailure::new(
            "Error",
            format!("{root}/{MODERN} is not a valid YAML file: {error}"),
            error.diagnostic(code::SETTINGS_UNREADABLE, MODERN, text),
        )
    })?;
    if matches!(document.value, Value::Undefined | Value::Null) {
        let message = "workflow_settings.yaml is invalid";
        return Err(SettingsFailure::new(
            "Error",
            message,
            Diagnostic::error(code::SETTINGS_INVALID, "the settings file is empty").in_file(MODERN),
        ));
    }
    let at = |path: &[&str]| {
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        document.locate(MODERN, text, &path)
    };
    verify(&document.value, &messages::WORKFLOW_SETTINGS).map_err(|issues| {
        let first = issues.first();
        let link = if first.is_none_or(|issue| issue.path.is_empty()) {
            ""
        } else {
            " See https://dataform-co.github.io/dataform/docs/configs-reference#dataform-WorkflowSettings for allowed properties."
        };
        let words = first.map_or("", |issue| issue.message.as_str());
        let located = |issue: &Issue| {
            let place = document.locate(MODERN, text, &issue.path);
            issue.diagnostic(code::SETTINGS_INVALID, "setting").at(place)
        };
        SettingsFailure {
            name: "ReferenceError",
            message: format!("Workflow settings error: {words}{link}"),
            diagnostics: issues.iter().map(located).collect(),
        }
    })?;
    let mut warnings = Vec::new();
    if let Some(version) = document.value.truthy("dataformCoreVersion") {
        let version = version
            .as_str()
            .map_or_else(|| version.to_json(), str::to_owned);
        let place = at(&["dataformCoreVersion"]);
        if exact_version && version != CORE_VERSION {
            return Err(other_version(&version, place));
        }
        warnings.extend(newer_version(&version, place));
    }
    let mut reader = Reader::default();
    let config = reader.modern(&document.value)?;
    let vars = document.value.get("vars").and_then(Value::as_object);
    let vars = vars.into_iter().flat_map(Object::iter);
    let wrong_vars = vars
        .filter(|(_, value)| !matches!(value, Value::String(_)))
        .map(|(name, _)| at(&["vars", name]));
    let wrong_texts = TEXTS
        .iter()
        .filter(|key| {
            let value = document.value.truthy(key);
            value.is_some_and(|value| value.as_str().is_none())
        })
        .map(|key| at(&[key]));
    let not_text = wrong_vars.chain(wrong_texts).take(MOST).collect();
    let extension = extension(&document.value);
    if extension.is_none() && document.value.truthy("extension").is_some() {
        let message = "the extension is not run: its `compilationMode` must be the number 1 or 2";
        warnings.push(Diagnostic::warning(code::SETTINGS_INVALID, message).at(at(&["extension"])));
    }
    Ok(Settings {
        config,
        encoding: reader.encoding,
        not_text,
        extension,
        warnings,
    })
}

/// What Dataform throws when it is not of the version that the project asks for
fn other_version(version: &str, place: Location) -> SettingsFailure {
    SettingsFailure::new(
        "Error",
        format!(
            "Version mismatch: workflow settings specifies version {version}, but {CORE_VERSION} was found"
        ),
        Diagnostic::error(
            code::SETTINGS_INVALID,
            format!(
                "the project asks for Dataform Core {version}, but {CORE_VERSION} is implemented"
            ),
        )
        .at(place),
    )
}

/// A note for a project that asks for a version that is newer than what is implemented
fn newer_version(version: &str, place: Location) -> Option<Diagnostic> {
    let numbers = |version: &str| -> Vec<u64> {
        version
            .split('.')
            .map_while(|part| {
                let digits = part.split(|c: char| !c.is_ascii_digit()).next()?;
                digits.parse().ok()
            })
            .collect()
    };
    let message = format!(
        "the project asks for Dataform Core {version}: it is compiled as {CORE_VERSION} does, and what is newer is not known"
    );
    (numbers(version) > numbers(CORE_VERSION)).then(|| Diagnostic {
        severity: Severity::Note,
        ..Diagnostic::error(code::SETTINGS_INVALID, message).at(place)
    })
}

fn read_legacy(text: &str) -> Result<Settings, SettingsFailure> {
    let parsed: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        let start = diagnostic::offset_of(text, error.line(), error.column());
        let message = if error.is_eof() {
            "Unexpected end of JSON input".to_owned()
        } else {
            error.to_string()
        };
        SettingsFailure::new(
            "SyntaxError",
            message,
            Diagnostic::error(code::SETTINGS_UNREADABLE, json_reason(&error)).at(Location::new(
                LEGACY,
                text,
                super::yaml_error::visible(text, start.saturating_sub(1)),
            )),
        )
    })?;
    let value = Value::from_serde(&parsed);
    verify(&value, &messages::PROJECT_CONFIG).map_err(|issues| {
        let located = |issue: &Issue| {
            let diagnostic = issue.diagnostic(code::SETTINGS_INVALID, "setting");
            let place = issue.path.last().and_then(|key| {
                let start = text.find(&crate::value::quoted(key))?;
                Some(Location::new(LEGACY, text, start..start + key.len() + 2))
            });
            match place {
                Some(place) => diagnostic.at(place),
                None => diagnostic.in_file(LEGACY),
            }
        };
        let words = issues.first().map_or("", |issue| issue.message.as_str());
        SettingsFailure {
            name: "ReferenceError",
            message: format!("Dataform json error: {words}"),
            diagnostics: issues.iter().map(located).collect(),
        }
    })?;
    let mut reader = Reader::default();
    let config = reader.legacy(&value);
    Ok(Settings {
        config,
        encoding: reader.encoding,
        ..Settings::default()
    })
}

/// Why a text is not JSON, without the place
pub fn json_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

/// Takes texts out of values and notes the first that is none
#[derive(Default)]
struct Reader {
    encoding: Option<String>,
}

impl Reader {
    fn modern(&mut self, value: &Value) -> Result<ProjectConfig, SettingsFailure> {
        let flag = |key: &str| value.truthy(key).map(|_| true);
        Ok(ProjectConfig {
            warehouse: Some("bigquery".to_owned()),
            default_schema: self.text(value.truthy("defaultDataset")),
            assertion_schema: self.text(value.truthy("defaultAssertionDataset")),
            schema_suffix: self.text(value.truthy("datasetSuffix")),
            default_database: self.text(value.truthy("defaultProject")),
            table_prefix: self.text(value.truthy("namePrefix")),
            vars: vars(value),
            database_suffix: self.text(value.truthy("projectSuffix")),
            default_location: self.text(value.truthy("defaultLocation")),
            default_notebook_runtime_options: notebook_options(value)?,
            builtin_assertion_name_prefix: self.text(value.truthy("builtinAssertionNamePrefix")),
            default_iceberg_config: self.iceberg(value, Value::truthy),
            disable_assertions: flag("disableAssertions"),
            default_reservation: self.text(value.truthy("defaultReservation")),
            include_tests_in_compiled_graph: flag("includeTestsInCompiledGraph"),
            preserve_governance_controls: flag("preserveGovernanceControls"),
            lineage_enabled: value
                .get("lineage")
                .and_then(|lineage| lineage.get("enabled"))
                .map(Value::is_truthy),
        })
    }

    fn legacy(&mut self, value: &Value) -> ProjectConfig {
        let flag = |key: &str| value.get(key).map(Value::is_truthy);
        ProjectConfig {
            warehouse: self.text(value.get("warehouse")),
            default_schema: self.text(value.get("defaultSchema")),
            assertion_schema: self.text(value.get("assertionSchema")),
            schema_suffix: self.text(value.get("schemaSuffix")),
            default_database: self.text(value.get("defaultDatabase")),
            table_prefix: self.text(value.get("tablePrefix")),
            vars: vars(value),
            database_suffix: self.text(value.get("databaseSuffix")),
            default_location: self.text(value.get("defaultLocation")),
            default_notebook_runtime_options: value
                .get("defaultNotebookRuntimeOptions")
                .map(Value::to_serde)
                .and_then(|options| options.as_object().cloned()),
            builtin_assertion_name_prefix: self.text(value.get("builtinAssertionNamePrefix")),
            default_iceberg_config: self.iceberg(value, Value::get),
            disable_assertions: flag("disableAssertions"),
            default_reservation: self.text(value.get("defaultReservation")),
            include_tests_in_compiled_graph: flag("includeTestsInCompiledGraph"),
            preserve_governance_controls: flag("preserveGovernanceControls"),
            lineage_enabled: flag("lineageEnabled"),
        }
    }

    fn iceberg(
        &mut self,
        value: &Value,
        pick: for<'a> fn(&'a Value, &str) -> Option<&'a Value>,
    ) -> Option<IcebergDefaults> {
        let iceberg = pick(value, "defaultIcebergConfig")?;
        Some(IcebergDefaults {
            bucket_name: self.text(pick(iceberg, "bucketName")),
            table_folder_root: self.text(pick(iceberg, "tableFolderRoot")),
            table_folder_subpath: self.text(pick(iceberg, "tableFolderSubpath")),
            connection: self.text(pick(iceberg, "connection")),
        })
    }

    fn text(&mut self, value: Option<&Value>) -> Option<String> {
        match value? {
            Value::String(text) => Some(text.clone()),
            other => {
                self.encoding.get_or_insert_with(|| encoding_error(other));
                None
            }
        }
    }
}

/// What Dataform throws while it encodes a value that is no text as a text
pub fn encoding_error(value: &Value) -> String {
    let received = match value {
        Value::Array(_) => "an instance of Array".to_owned(),
        Value::Date(_) => "an instance of Date".to_owned(),
        Value::Object(_) => "an instance of Object".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Undefined => "undefined".to_owned(),
        Value::Function(_) => "function".to_owned(),
        Value::Number(number) => format!("type number ({})", crate::value::number(*number)),
        other => format!("type {} ({})", other.type_of(), other.to_json()),
    };
    format!(
        "The \"string\" argument must be of type string or an instance of Buffer or ArrayBuffer. Received {received}"
    )
}

fn vars(value: &Value) -> Map<String, serde_json::Value> {
    match value.truthy("vars").map(Value::to_serde) {
        Some(serde_json::Value::Object(vars)) => vars,
        _ => Map::new(),
    }
}

fn notebook_options(
    value: &Value,
) -> Result<Option<Map<String, serde_json::Value>>, SettingsFailure> {
    let Some(options) = value.truthy("defaultNotebookRuntimeOptions") else {
        return Ok(None);
    };
    let mut out = Map::new();
    for key in ["outputBucket", "runtimeTemplateName"] {
        if let Some(text) = options.truthy(key) {
            out.insert(key.to_owned(), text.to_serde());
        }
    }
    if let Some(destination) = options.get("repositorySnapshotDestination") {
        let uri = destination
            .truthy("repositorySnapshotUri")
            .or_else(|| options.truthy("outputBucket"))
            .ok_or_else(|| {
                let message = "Invalid repository_snapshot_destination: either repository_snapshot_uri or output_bucket has to be defined";
                SettingsFailure::new(
                    "Error",
                    message,
                    Diagnostic::error(
                        code::SETTINGS_INVALID,
                        "`repositorySnapshotDestination` needs `repositorySnapshotUri` or `outputBucket`",
                    )
                    .in_file(MODERN),
                )
            })?;
        let mut destination = Map::new();
        destination.insert("repositorySnapshotUri".to_owned(), uri.to_serde());
        out.insert(
            "repositorySnapshotDestination".to_owned(),
            destination.into(),
        );
    }
    Ok(Some(out))
}
