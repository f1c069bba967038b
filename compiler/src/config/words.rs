//! Issues in the words that people are shown

use diagnostic::{Code, Diagnostic, did_you_mean};

use super::Issue;

/// Keys of older versions, which are still understood in the configs of actions
const OLDER: [&str; 8] = [
    "type",
    "schema",
    "database",
    "dependencies",
    "bigquery",
    "columns",
    "assertions",
    "fileName",
];

/// Settings by the names that `dataform.json` has for them, and by others that come to mind
const SETTINGS: [(&str, &str); 9] = [
    ("defaultDatabase", "defaultProject"),
    ("defaultSchema", "defaultDataset"),
    ("assertionSchema", "defaultAssertionDataset"),
    ("assertionDataset", "defaultAssertionDataset"),
    ("databaseSuffix", "projectSuffix"),
    ("schemaSuffix", "datasetSuffix"),
    ("tablePrefix", "namePrefix"),
    ("location", "defaultLocation"),
    ("warehouse", ""),
];

/// Keys that only one type of action has
const OF_TYPE: [(&str, &str); 8] = [
    ("uniqueKey", "incremental"),
    ("protected", "incremental"),
    ("onSchemaChange", "incremental"),
    ("incrementalStrategy", "incremental"),
    ("updatePartitionFilter", "incremental"),
    ("materialized", "view"),
    ("hasOutput", "operations"),
    ("dataset", "test"),
];

/// The most keys that are listed one by one
const MOST: usize = 12;

impl Issue {
    /// The finding, without its place; `thing` is what a key is called
    pub fn diagnostic(&self, code: Code, thing: &str) -> Diagnostic {
        let Some(key) = self.path.last() else {
            let message = format!("{thing}s and their values are expected, and found is a list");
            return Diagnostic::error(code, message).help("each entry is `name: value`");
        };
        let owner = self.path.iter().rev().skip(1);
        let owner = owner.into_iter().find(|part| !is_index(part));
        let place = owner.map_or_else(String::new, |owner| format!(" in `{owner}`"));
        if is_index(key) {
            let braces = self
                .expected
                .filter(|expected| expected.ends_with("in braces"));
            if let (Some(owner), Some(expected)) = (owner, braces) {
                return Diagnostic::error(code, format!("`{owner}` must be {expected}"));
            }
            let message = format!("an item{place} has a value of the wrong type");
            return self.with_expected(Diagnostic::error(code, message));
        }
        if self.message.starts_with("Unexpected empty value") && self.is_known() {
            let message = format!("`{key}` has no value");
            return self.with_expected(Diagnostic::error(code, message));
        }
        if self.is_known() {
            let expected = self.expected.unwrap_or("another value");
            return Diagnostic::error(code, format!("`{key}` must be {expected}"));
        }
        let mut diagnostic = Diagnostic::error(code, format!("unknown {thing} `{key}`{place}"));
        let older = OLDER.iter().filter(|_| thing == "key" && owner.is_none());
        let known = self.known.iter().chain(older).copied();
        let renamed = SETTINGS
            .iter()
            .find(|(old, _)| thing == "setting" && old == key);
        let of_type = OF_TYPE
            .iter()
            .find(|(name, _)| thing == "key" && owner.is_none() && name == key);
        diagnostic.help = match (renamed, of_type) {
            (Some((_, new)), _) if self.known.contains(new) => {
                Some(format!("it is called `{new}`"))
            }
            (_, Some((_, kind))) => Some(format!("only `type: \"{kind}\"` has it")),
            _ => did_you_mean(key, known),
        };
        diagnostic.help = diagnostic
            .help
            .or_else(|| {
                let few = !self.known.is_empty() && self.known.len() <= MOST;
                few.then(|| format!("what may stand here: {}", self.known.join(", ")))
            })
            .or_else(|| Some("remove it".to_owned()));
        diagnostic
    }

    /// Whether the key may be there, with another value
    fn is_known(&self) -> bool {
        self.path
            .last()
            .is_some_and(|key| self.known.contains(&key.as_str()))
    }

    fn with_expected(&self, diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.help(
            match self
                .expected
                .filter(|expected| !expected.starts_with("a text"))
            {
                Some(expected) => format!("write {expected}, or remove it"),
                None => "write one, or remove the key".to_owned(),
            },
        )
    }
}

/// Whether a key is the place of an item in a list
fn is_index(key: &str) -> bool {
    key.parse::<usize>().is_ok()
}
