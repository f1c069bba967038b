//! How a run takes its assertions: which are checked, how grave it is when one finds rows, and what becomes
//! of those rows

use diagnostic::{Diagnostic, Severity as Grade, code};
use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;
use sqlx_compiler::sql::quoted;
use sqlx_compiler::{Assertion, Target};

use crate::select::target_names;
use crate::settings::FILE as SETTINGS;
use crate::warehouse::{Outcome, Rows, Session, SqlError};

/// A tag that makes an assertion's failure a warning; those of a table's config have the table's tags
pub const WARN_TAG: &str = "severity:warn";
/// A tag that makes it an error, as it is without one
pub const ERROR_TAG: &str = "severity:error";

/// Goes after an assertion's name in that of the table with its failing rows
const FAILURES: &str = "_failures";
/// So many failing rows are shown in the message
const SHOWN: usize = 3;
/// So many characters of a failing row are shown
const WIDEST: usize = 120;

/// Which assertions a run checks
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CheckedAssertions {
    /// All that are selected
    #[default]
    All,
    /// None
    None,
    /// Those of tables that the run has changed
    Changed,
}

/// How grave it is when an assertion finds rows
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The run goes on, and what depends on it too
    Warn,
    /// The run fails, and what depends on it is skipped
    #[default]
    Error,
}

/// How a run takes its assertions
#[derive(Debug, Clone, Default)]
pub struct AssertionPolicy {
    /// Which are checked
    pub checked: CheckedAssertions,
    /// Whether failing rows are kept in a table
    pub store_failures: bool,
    severities: Vec<(GlobMatcher, Severity)>,
}

impl AssertionPolicy {
    /// Every failure is an error, unless a tag says otherwise
    pub fn new(checked: CheckedAssertions, store_failures: bool) -> Self {
        Self {
            checked,
            store_failures,
            severities: Vec::new(),
        }
    }

    /// With the severities of `[assertions]`: a name or glob each, of which the longest that fits counts
    ///
    /// # Errors
    /// A pattern that is no glob
    pub fn with_severities<'a>(
        mut self,
        severities: impl IntoIterator<Item = (&'a String, &'a Severity)>,
    ) -> Result<Self, Diagnostic> {
        for (pattern, severity) in severities {
            let glob = GlobBuilder::new(pattern).build().map_err(|error| {
                Diagnostic::error(
                    code::RUN_SETTINGS_INVALID,
                    format!(
                        "`{pattern}` under `[assertions]` is not a glob: {}",
                        error.kind()
                    ),
                )
                .in_file(SETTINGS)
            })?;
            self.severities.push((glob.compile_matcher(), *severity));
        }
        self.severities
            .sort_by_key(|(glob, _)| glob.glob().glob().len());
        Ok(self)
    }

    /// How grave it is when the assertion finds rows: as the settings say, else as a tag says
    pub fn severity(&self, assertion: &Assertion) -> Severity {
        let names = target_names(&assertion.target);
        let set = self
            .severities
            .iter()
            .rev()
            .find(|(glob, _)| names.iter().any(|name| glob.is_match(name)));
        let tagged = |tag: &str| assertion.tags.iter().any(|own| own == tag);
        match set {
            Some((_, severity)) => *severity,
            None if tagged(WARN_TAG) && !tagged(ERROR_TAG) => Severity::Warn,
            None => Severity::Error,
        }
    }

    /// What is to be said of an assertion whose view is made and has so many rows; keeps the failing rows, or
    /// drops those that an earlier run kept
    ///
    /// # Errors
    /// The rows cannot be kept
    pub fn judge(
        &self,
        session: &mut dyn Session,
        assertion: &Assertion,
        found: i64,
    ) -> Result<Option<Diagnostic>, SqlError> {
        let view = quoted(&assertion.target);
        let kept = failures_of(&assertion.target);
        if found <= 0 {
            if self.store_failures {
                let drop = format!("drop table if exists {}", quoted(&kept));
                session.execute(&drop, &mut |_| {})?;
            }
            return Ok(None);
        }
        let mut help = format!("its view lists them: SELECT * FROM {view}");
        if self.store_failures {
            let store = format!(
                "create or replace table {} as select * from {view}",
                quoted(&kept)
            );
            session.execute(&store, &mut |_| {})?;
            help = format!("they are kept: SELECT * FROM {}", quoted(&kept));
        }
        let rows = if found == 1 { "row" } else { "rows" };
        let mut message = format!("the assertion found {found} {rows}");
        let sample = format!("select * from {view} limit {SHOWN}");
        // the count says enough where the rows cannot be shown
        if let Ok(outcomes) = session.execute(&sample, &mut |_| {})
            && let Some(shown) = outcomes.iter().find_map(shown)
        {
            message.push_str(&format!(": {shown}"));
            if found > SHOWN as i64 {
                message.push_str(", …");
            }
        }
        let mut diagnostic = Diagnostic::error(code::ASSERTION_FAILED, message)
            .in_file(assertion.file_name.as_deref().unwrap_or_default())
            .help(help);
        if self.severity(assertion) == Severity::Warn {
            diagnostic.severity = Grade::Warning;
        }
        Ok(Some(diagnostic))
    }
}

/// The table with the failing rows of an assertion
pub fn failures_of(assertion: &Target) -> Target {
    Target {
        name: format!("{}{FAILURES}", assertion.name),
        ..assertion.clone()
    }
}

/// The first rows on one line: `(customer: ann, orders: 2), (…)`
fn shown(outcome: &Outcome) -> Option<String> {
    let Outcome::Rows(rows) = outcome else {
        return None;
    };
    let texts: Vec<String> = rows.rows.iter().map(|row| shown_row(rows, row)).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn shown_row(rows: &Rows, row: &[crate::warehouse::Cell]) -> String {
    let cells = rows.columns.iter().zip(row);
    let texts: Vec<String> = cells
        .map(|(column, cell)| format!("{}: {}", column.name, cell.to_text("NULL")))
        .collect();
    let line = texts.join(", ").replace('\n', "⏎");
    let cut: String = line.chars().take(WIDEST).collect();
    let end = if cut.len() < line.len() { "…" } else { "" };
    format!("({cut}{end})")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn settings_count_before_tags() {
        let assertion = |name: &str, tags: &[&str]| Assertion {
            target: Target {
                schema: Some("checks".to_owned()),
                name: name.to_owned(),
                database: None,
            },
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..Assertion::default()
        };
        let settings: BTreeMap<String, Severity> = [
            ("checks.a*".to_owned(), Severity::Warn),
            ("strict".to_owned(), Severity::Error),
        ]
        .into();
        let policy = AssertionPolicy::default()
            .with_severities(&settings)
            .unwrap();
        for (name, tags, expected) in [
            ("plain", vec![], Severity::Error),
            ("plain", vec![WARN_TAG], Severity::Warn),
            ("plain", vec![WARN_TAG, ERROR_TAG], Severity::Error),
            ("amounts", vec![], Severity::Warn),
            ("strict", vec![WARN_TAG], Severity::Error),
        ] {
            assert_eq!(policy.severity(&assertion(name, &tags)), expected, "{name}");
        }
        let wrong: BTreeMap<String, Severity> = [("a[".to_owned(), Severity::Warn)].into();
        assert!(AssertionPolicy::default().with_severities(&wrong).is_err());
    }
}
