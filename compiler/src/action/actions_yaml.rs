//! `actions.yaml`: actions whose SQL stands in files of its own

use super::config::check;
use super::table::Origin;
use super::{Raise, Session, Sql};
use crate::config::messages::ACTION_CONFIGS;
use crate::graph::TableType;
use crate::project::yaml;
use crate::script::normalize;
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
            session.report(message, Some(path.to_owned()), None);
            return Ok(());
        }
    };
    if matches!(document.value, Value::Undefined | Value::Null) {
        return Err(Raise::type_error(
            "Cannot convert undefined or null to object",
        ));
    }
    check(&document.value, &ACTION_CONFIGS)?;
    let actions = document.value.get("actions").and_then(Value::as_array);
    for action in actions.unwrap_or_default() {
        let entry = action.as_object().and_then(|object| object.iter().next());
        let Some((kind, config)) = entry else {
            return Err(Raise::error("Empty action configs are not permitted."));
        };
        load_action(session, path, kind, config, read)?;
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
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let file = given.map(|file| normalize(&format!("{folder}/{file}")).unwrap_or_default());
    let mut config = config.clone();
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
        session.actions[id].query = Some(Sql::Text(contents()?));
        Ok(id)
    };
    let id = match kind {
        "table" => table(session, TableType::Table)?,
        "view" => table(session, TableType::View)?,
        "incrementalTable" => table(session, TableType::Incremental)?,
        "assertion" => {
            let id = session.assertion(&config, Origin::Yaml)?;
            session.actions[id].query = Some(Sql::Text(contents()?));
            id
        }
        "operation" => {
            let id = session.operation(&config, Origin::Yaml)?;
            session.actions[id].query = Some(Sql::Text(contents()?));
            id
        }
        "declaration" => session.declaration(&config, Origin::Yaml)?,
        "notebook" => {
            session.notebook(&config, file.as_deref().unwrap_or_default(), &contents()?)?
        }
        "dataPreparation" => {
            let name = file.clone().unwrap_or_default();
            let definition = yaml::parse(&contents()?).map_err(|error| {
                Raise::error(format!("{name} is not a valid YAML file: {error}"))
            })?;
            session.yaml_data_preparation(&config, &name, &definition.value)?
        }
        _ => return Err(Raise::error("Empty action configs are not permitted.")),
    };
    session.define(id);
    Ok(())
}
