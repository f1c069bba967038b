//! `actions.yaml`: actions whose SQL stands in files of its own

use diagnostic::{Diagnostic, code};

use super::config::check;
use super::table::Origin;
use super::yaml_file::YamlFile;
use super::{Detail, Raise, Session, Sql};
use crate::config::messages::{ACTION_CONFIG, ACTION_CONFIGS};
use crate::config::{Field, converted};
use crate::graph::TableType;
use crate::project::yaml;
use crate::script::{normalize, template_text};
use crate::value::Value;

/// Reads a file of the project
pub type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Defines the actions of the `actions.yaml` at `path`.
///
/// # Errors
/// What aborts the whole compilation, as it does in Dataform.
pub fn load_actions_yaml(session: &mut Session, path: &str, read: Read<'_>) -> Result<(), Raise> {
    let text = read(path).unwrap_or_default();
    let document = match yaml::parse(&text) {
        Ok(document) => document,
        Err(error) => {
            let message = format!("{path} is not a valid YAML file: {error}");
            let shown = Detail::Shown(vec![error.diagnostic(code::CONFIG_INVALID, path, &text)]);
            session.report_detail(message, Some(path.to_owned()), None, shown);
            return Ok(());
        }
    };
    if matches!(document.value, Value::Undefined | Value::Null) {
        let shown = Diagnostic::error(code::CONFIG_INVALID, "the file is empty")
            .in_file(path)
            .help("it begins with `actions:`, and a list below it");
        let raise = Raise::type_error("Cannot convert undefined or null to object");
        return Err(raise.with(Detail::Shown(vec![shown])));
    }
    let file = YamlFile {
        path,
        text: &text,
        document: &document,
    };
    check(&document.value, &ACTION_CONFIGS).map_err(|raise| file.placed(raise, &[]))?;
    let actions = document.value.get("actions").and_then(Value::as_array);
    for (number, action) in actions.unwrap_or_default().iter().enumerate() {
        let place = |keys: &[&str]| -> Vec<String> {
            let item = ["actions".to_owned(), number.to_string()];
            let keys = keys.iter().map(|key| (*key).to_owned());
            item.into_iter().chain(keys).collect()
        };
        let entry = action.as_object().and_then(|object| object.iter().next());
        let Some((kind, config)) = entry else {
            let raise = Raise::error("Empty action configs are not permitted.");
            return Err(file.placed(raise, &place(&[])));
        };
        let before = session.errors.len();
        load_action(session, path, kind, config, read)
            .map_err(|raise| file.placed(raise, &place(&[kind])))?;
        for record in &mut session.errors[before..] {
            let message = record.error.message.clone().unwrap_or_default();
            let raise = Raise::error(message).with(std::mem::take(&mut record.detail));
            record.detail = *file.placed(raise, &place(&[kind])).detail;
        }
    }
    Ok(())
}

fn load_action(
    session: &mut Session,
    path: &str,
    kind: &str,
    config: &Value,
    read: Read<'_>,
) -> Result<(), Raise> {
    let given = config.truthy("filename").and_then(Value::as_str);
    if let Some(file) = given.filter(|file| file.ends_with(".sqlx")) {
        let message = format!(
            "Action config \"{kind}\" has filename \"{file}\", but .sqlx files cannot be referenced from actions.yaml. .sqlx files are compiled directly from the definitions/ directory. Either use a .sql file with the same contents, or remove the actions.yaml entry and let Dataform pick up the .sqlx file automatically."
        );
        session.report(message, Some(path.to_owned()), None);
        return Ok(());
    }
    session.written_file = given.map(str::to_owned);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let file = given.map(|file| normalize(&format!("{folder}/{file}")).unwrap_or_default());
    let mut config = match ACTION_CONFIG.field(kind) {
        Some(Field::Message(message)) => converted(config, message),
        _ => config.clone(),
    };
    if let (Value::Object(object), Some(file)) = (&mut config, &file) {
        object.set("filename", Value::from(file.as_str()));
    }
    let contents = || {
        let file = file.as_deref().unwrap_or_default();
        read(file).ok_or_else(|| Raise {
            class: "VMError",
            ..Raise::error(format!("Cannot find module '{file}'"))
        })
    };
    let table = |session: &mut Session, table_type| -> Result<usize, Raise> {
        let id = session.table(table_type, &config, Origin::Yaml)?;
        session.actions[id].query = Some(Sql::Text(template_text(&contents()?)));
        Ok(id)
    };
    let id = match kind {
        "table" => table(session, TableType::Table)?,
        "view" => table(session, TableType::View)?,
        "incrementalTable" => table(session, TableType::Incremental)?,
        "assertion" => {
            let id = session.assertion(&config, Origin::Yaml)?;
            session.actions[id].query = Some(Sql::Text(template_text(&contents()?)));
            id
        }
        "operation" => {
            let id = session.operation(&config, Origin::Yaml)?;
            session.actions[id].query = Some(Sql::Text(template_text(&contents()?)));
            id
        }
        "declaration" => session.declaration(&config)?,
        "notebook" => {
            session.notebook(&config, file.as_deref().unwrap_or_default(), &contents()?)?
        }
        "dataPreparation" => {
            let name = file.clone().unwrap_or_default();
            let text = contents()?;
            let definition = yaml::parse(&text).map_err(|error| {
                let shown = error.diagnostic(code::CONFIG_INVALID, &name, &text);
                Raise::error(format!("{name} is not a valid YAML file: {error}"))
                    .with(Detail::Shown(vec![shown]))
            })?;
            session.yaml_data_preparation(&config, &name, &definition.value)?
        }
        _ => return Err(Raise::error("Empty action configs are not permitted.")),
    };
    session.define(id);
    Ok(())
}
