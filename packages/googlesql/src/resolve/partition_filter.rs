//! Tables with `require_partition_filter`: they are read and changed with a filter over their partitions only
//!
//! Any condition in which the partitions' column takes part counts, through subqueries and common tables too;
//! BigQuery takes fewer of them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::Resolver;
use crate::lineage::{Origin, Origins};
use crate::{Error, PhysicalName};

/// What a statement reads of such tables, and what it has conditions on
#[derive(Debug, Default)]
pub struct PartitionFilters {
    read: RefCell<Vec<Read>>,
    filtered: RefCell<BTreeSet<Origin>>,
}

#[derive(Debug)]
struct Read {
    written: String,
    columns: Vec<Origin>,
    span: Range<usize>,
}

impl Resolver<'_> {
    /// Notes that a table is read; its name, where conditions on its columns are to be followed
    ///
    /// # Errors
    /// The catalog cannot be asked
    pub fn needs_filter(
        &self,
        path: &[String],
        span: &Range<usize>,
    ) -> Result<Option<PhysicalName>, Error> {
        let Some((name, columns)) = self.catalog.required_filter(path, span.clone())? else {
            return Ok(None);
        };
        let columns = columns.into_iter().map(|column| Origin {
            table: name.clone(),
            column,
        });
        self.partition_filters.read.borrow_mut().push(Read {
            written: path.join("."),
            columns: columns.collect(),
            span: span.clone(),
        });
        Ok(Some(name))
    }

    /// Notes the columns of a condition
    pub fn filtered_by(&self, origins: &Origins) {
        if !self.partition_filters.read.borrow().is_empty() {
            let mut filtered = self.partition_filters.filtered.borrow_mut();
            filtered.extend(origins.iter().cloned());
        }
    }

    /// Refuses a statement that has no condition on the partitions of a table that needs one
    ///
    /// # Errors
    /// There is such a table
    pub fn refuse_unfiltered(&self) -> Result<(), Error> {
        let filtered = self.partition_filters.filtered.borrow();
        for read in self.partition_filters.read.borrow().iter() {
            let Some(first) = read.columns.first() else {
                continue;
            };
            if !read.columns.iter().any(|column| filtered.contains(column)) {
                let message = format!(
                    "`{}` cannot be queried without a filter over column `{}`, by which it is partitioned",
                    read.written, first.column
                );
                return Err(self
                    .invalid(message, read.span.clone())
                    .help("the table has the option `require_partition_filter`"));
            }
        }
        Ok(())
    }
}
