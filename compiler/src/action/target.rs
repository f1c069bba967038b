//! The identity of an action: from its config, with the project's defaults

use super::{ActionId, Body, Raise, Session, Written};
use crate::graph::Target;
use crate::value::Value;

/// `database.schema.name`; a missing schema leaves its dot
pub fn readable(target: &Target) -> String {
    let schema = target.schema.as_deref().unwrap_or_default();
    match target
        .database
        .as_deref()
        .filter(|database| !database.is_empty())
    {
        Some(database) => format!("{database}.{schema}.{}", target.name),
        None => format!("{schema}.{}", target.name),
    }
}

/// Where an action belongs when its config does not say
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// The default dataset
    Dataset,
    /// The dataset of assertions
    Assertions,
}

/// What a config says of its target; empty texts for what it does not
pub fn raw_target(config: &Value, dataset_key: &str) -> Result<Target, Raise> {
    let part = |key: &str| match config.truthy(key) {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err(Raise::type_error(format!(
            "{key}.includes is not a function"
        ))),
    };
    Ok(Target {
        schema: Some(part(dataset_key)?),
        name: part("name")?,
        database: Some(part("project")?),
    })
}

impl Session {
    /// The target and the canonical target for what a config says; dots in it are reported
    pub fn targets(&mut self, raw: &Target, home: Home, file: Option<&str>) -> (Target, Target) {
        self.check_dots(raw, file);
        self.unchecked_targets(raw, home)
    }

    /// Gives an action another target, made of what is given and the project's defaults; dots are reported
    pub fn retarget(&mut self, id: ActionId, raw: Target) {
        let action = &self.actions[id];
        let home = match action.body {
            Body::Assertion(_) => Home::Assertions,
            _ => Home::Dataset,
        };
        let file = action.file_name.clone();
        let raw = Target {
            schema: Some(raw.schema.unwrap_or_default()),
            name: raw.name,
            database: Some(raw.database.unwrap_or_default()),
        };
        let (target, _) = self.targets(&raw, home, file.as_deref());
        self.actions[id].target = target;
    }

    /// Reports the dots in the name of something that is published with a config: Dataform first makes a view
    /// of that name, and throws it away
    pub fn check_published_name(&mut self, name: &str) {
        if name.contains('.') {
            let raw = Target {
                schema: Some(String::new()),
                name: name.to_owned(),
                database: Some(String::new()),
            };
            self.check_dots(&raw, None);
        }
    }

    fn check_dots(&mut self, raw: &Target, file: Option<&str>) {
        for (part, kind) in [
            (Some(&raw.name), "names"),
            (raw.schema.as_ref(), "datasets"),
            (raw.database.as_ref(), "projects"),
        ] {
            if part.is_some_and(|part| part.contains('.')) {
                let message = format!("Action target {kind} cannot include '.'");
                self.report(message, file.map(str::to_owned), Some(raw));
            }
        }
    }

    /// The target and the canonical target for what a config says
    pub fn unchecked_targets(&self, raw: &Target, home: Home) -> (Target, Target) {
        let config = &self.config;
        let schema = match home {
            Home::Dataset => None,
            Home::Assertions => given(config.assertion_schema.as_deref()),
        };
        let target = with_defaults(
            raw,
            schema.or(given(config.default_schema.as_deref())),
            config.default_database.as_deref(),
        );
        let canonical = &self.canonical;
        let schema = match home {
            Home::Dataset => None,
            Home::Assertions => given(canonical.assertion_schema.as_deref()),
        };
        let canonical = with_defaults(
            raw,
            schema.or(given(canonical.default_schema.as_deref())),
            canonical.default_database.as_deref(),
        );
        (target, canonical)
    }

    /// What a reference means when the project's defaults stand for what it does not say
    pub fn completed_reference(&self, written: &Written) -> Target {
        let config = &self.config;
        let raw = Target {
            schema: written.schema.clone(),
            name: written.name.clone(),
            database: written.database.clone(),
        };
        with_defaults(
            &raw,
            given(config.default_schema.as_deref()),
            config.default_database.as_deref(),
        )
    }

    /// A target with the project's suffixes and prefix
    pub fn finalize(&self, target: &Target) -> Target {
        let config = &self.config;
        let suffixed = |part: &Option<String>, suffix: &Option<String>| {
            part.as_ref().map(|part| match given(suffix.as_deref()) {
                Some(suffix) => format!("{part}_{suffix}"),
                None => part.clone(),
            })
        };
        Target {
            schema: suffixed(&target.schema, &config.schema_suffix),
            name: match given(config.table_prefix.as_deref()) {
                Some(prefix) => format!("{prefix}_{}", target.name),
                None => target.name.clone(),
            },
            database: suffixed(&target.database, &config.database_suffix),
        }
    }
}

/// A text that is there and not empty
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

fn with_defaults(raw: &Target, schema: Option<&str>, database: Option<&str>) -> Target {
    let pick = |part: &Option<String>, default: Option<&str>| {
        given(part.as_deref()).or(given(default)).map(str::to_owned)
    };
    Target {
        schema: pick(&raw.schema, schema),
        name: raw.name.clone(),
        database: pick(&raw.database, database),
    }
}
