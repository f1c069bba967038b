//! Settings that the caller gives on top of the settings file

use serde::{Deserialize, Serialize};

use crate::graph::{ProjectConfig, StringMap};

/// What replaces settings of the project, field by field; `vars` are merged
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConfigOverride {
    /// The Google Cloud project of actions that name none
    pub default_database: Option<String>,
    /// The dataset of actions that name none
    pub default_schema: Option<String>,
    /// The BigQuery location
    pub default_location: Option<String>,
    /// The dataset of assertions that name none
    pub assertion_schema: Option<String>,
    /// Values for project code
    pub vars: StringMap,
    /// Goes after every project, with an underscore
    pub database_suffix: Option<String>,
    /// Goes after every dataset, with an underscore
    pub schema_suffix: Option<String>,
    /// Goes before every name, with an underscore
    pub table_prefix: Option<String>,
    /// Whether assertions are compiled, but not run
    pub disable_assertions: Option<bool>,
    /// The reservation of actions that name none
    pub default_reservation: Option<String>,
    /// Goes before the names of inline assertions, with an underscore
    pub builtin_assertion_name_prefix: Option<String>,
    /// Whether tested tables depend on their tests
    pub include_tests_in_compiled_graph: Option<bool>,
    /// Whether rebuilds keep access policies
    pub preserve_governance_controls: Option<bool>,
}

impl ConfigOverride {
    /// Puts what is given in the place of what is there
    pub fn apply(&self, config: &mut ProjectConfig) {
        fn replace<T: Clone>(place: &mut Option<T>, given: &Option<T>) {
            if given.is_some() {
                place.clone_from(given);
            }
        }
        replace(&mut config.default_database, &self.default_database);
        replace(&mut config.default_schema, &self.default_schema);
        replace(&mut config.default_location, &self.default_location);
        replace(&mut config.assertion_schema, &self.assertion_schema);
        replace(&mut config.database_suffix, &self.database_suffix);
        replace(&mut config.schema_suffix, &self.schema_suffix);
        replace(&mut config.table_prefix, &self.table_prefix);
        replace(&mut config.disable_assertions, &self.disable_assertions);
        replace(&mut config.default_reservation, &self.default_reservation);
        replace(
            &mut config.builtin_assertion_name_prefix,
            &self.builtin_assertion_name_prefix,
        );
        replace(
            &mut config.include_tests_in_compiled_graph,
            &self.include_tests_in_compiled_graph,
        );
        replace(
            &mut config.preserve_governance_controls,
            &self.preserve_governance_controls,
        );
        for (name, value) in &self.vars {
            config.vars.insert(name.clone(), value.clone());
        }
    }
}
