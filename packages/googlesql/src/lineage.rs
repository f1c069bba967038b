//! Where a value comes from: the columns of stored tables that an expression is made of

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::PhysicalName;

/// A column of a table, view or source
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The table as the catalog names it
    pub table: PhysicalName,
    /// Its column
    pub column: String,
}

/// The columns that an expression is made of; kept while a statement is checked, empty while it is lowered
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origins(Option<Rc<BTreeSet<Origin>>>);

impl Origins {
    /// One column
    pub fn of(table: PhysicalName, column: &str) -> Self {
        let column = column.to_owned();
        Self(Some(Rc::new(BTreeSet::from([Origin { table, column }]))))
    }

    /// All of them together
    pub fn union<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sets = all.into_iter().filter_map(|one| one.0.as_ref());
        let Some(first) = sets.next() else {
            return Self(None);
        };
        let mut union = Rc::clone(first);
        for set in sets {
            if !Rc::ptr_eq(&union, set) && !set.is_subset(&union) {
                Rc::make_mut(&mut union).extend(set.iter().cloned());
            }
        }
        Self(Some(union))
    }

    /// The same tables, another column: for a name that an unknown schema may have
    pub fn renamed(&self, column: &str) -> Self {
        let Some(set) = &self.0 else {
            return Self(None);
        };
        let renamed = set.iter().map(|one| Origin {
            table: one.table.clone(),
            column: match one.column.as_str() {
                crate::types::REST => column.to_owned(),
                own => own.to_owned(),
            },
        });
        Self(Some(Rc::new(renamed.collect())))
    }

    /// One by one, in order
    pub fn iter(&self) -> impl Iterator<Item = &Origin> {
        self.0.iter().flat_map(|set| set.iter())
    }
}
