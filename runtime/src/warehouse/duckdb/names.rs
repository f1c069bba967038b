//! Paths in SQL as names in the file

use std::ops::Range;

use diagnostic::code;
use googlesql::{Error, PhysicalName};

use super::Names;

impl Names {
    /// Where a table, view or model with this path lives
    ///
    /// # Errors
    /// A name without a dataset, or with too many parts, positioned at `span`
    pub fn path(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        let (schema, name) = match path {
            [name] => {
                let dataset = self.default_dataset.clone().ok_or_else(|| {
                    let message = format!("`{name}` has no dataset");
                    Error::new(code::UNKNOWN_TABLE, message, span.clone())
                        .help(format!("write `dataset.{name}`"))
                })?;
                (self.dataset(&[dataset], span)?, name)
            }
            [dataset @ .., name] => (self.dataset(dataset, span)?, name),
            [] => return Err(Error::new(code::UNKNOWN_TABLE, "empty table name", span)),
        };
        let name = name.clone();
        Ok(PhysicalName { schema, name })
    }

    /// The project of datasets that stand alone, as listings show it
    pub fn project(&self) -> String {
        let known = self.dataset_project.as_ref();
        known
            .or(self.default_project.as_ref())
            .cloned()
            .unwrap_or_else(|| "local".to_owned())
    }

    /// The schema of a dataset path
    ///
    /// # Errors
    /// Too many parts, positioned at `span`
    pub fn dataset(&self, path: &[String], span: Range<usize>) -> Result<String, Error> {
        match path {
            [dataset] => Ok(self.schema(self.dataset_project.as_deref(), dataset)),
            [project, dataset] => Ok(self.schema(Some(project), dataset)),
            _ => {
                let message = format!("`{}` has too many parts", path.join("."));
                Err(Error::new(code::UNKNOWN_TABLE, message, span)
                    .help("write `project.dataset.name` or `dataset.name`"))
            }
        }
    }
}
