//! A YAML file that defines actions: where in it something is wrong

use diagnostic::{Diagnostic, code};

use super::{Detail, Raise};
use crate::diagnostics::fragment;
use crate::project::yaml::Document;

/// A YAML file that was read
pub struct YamlFile<'a> {
    /// Its path in the project
    pub path: &'a str,
    /// Its text
    pub text: &'a str,
    /// What is in it
    pub document: &'a Document,
}

impl YamlFile<'_> {
    /// What was raised for the value under `base`, with what people are shown at its key
    pub fn placed(&self, raise: Raise, base: &[String]) -> Raise {
        let shown = match &*raise.detail {
            Detail::Config(issues) => issues
                .iter()
                .map(|issue| {
                    let diagnostic = issue.diagnostic(code::CONFIG_INVALID, "key");
                    self.at(diagnostic, &[base, &issue.path].concat())
                })
                .collect(),
            Detail::Key(path) => vec![self.rule(&raise.message, &[base, path].concat())],
            Detail::Plain => {
                let of_file = raise.message.starts_with("Cannot find module")
                    || raise.message.contains("has filename");
                let key = of_file.then(|| "filename".to_owned());
                let path: Vec<String> = base.iter().cloned().chain(key).collect();
                vec![self.rule(&raise.message, &path)]
            }
            _ => return raise,
        };
        raise.with(Detail::Shown(shown))
    }

    /// A rule that Dataform has words for
    fn rule(&self, message: &str, path: &[String]) -> Diagnostic {
        let (text, help) = match message.strip_prefix("Cannot find module ") {
            Some("''") => (
                "the path leads to no file of the project".to_owned(),
                Some("the path is relative to the file that it stands in"),
            ),
            Some(file) => (
                format!("there is no file {}", file.replace('\'', "`")),
                Some("the path is relative to the file that it stands in"),
            ),
            None if message.starts_with("Empty action configs") => (
                "an action without a type".to_owned(),
                Some("each item is a type with its config below it, such as `- table:`"),
            ),
            None if message.contains(".sqlx files cannot be referenced") => (
                "a `.sqlx` file cannot be named here: it is compiled anyway".to_owned(),
                Some("remove the entry, or rename the file to `.sql`"),
            ),
            None => (fragment(message), None),
        };
        let mut diagnostic = Diagnostic::error(code::CONFIG_INVALID, text);
        diagnostic.help = help.map(str::to_owned);
        self.at(diagnostic, path)
    }

    fn at(&self, diagnostic: Diagnostic, path: &[String]) -> Diagnostic {
        diagnostic.at(self.document.locate(self.path, self.text, path))
    }
}
