//! The order of a statement's rows where the statement names none
//!
//! BigQuery gives them in any order. People read them, so they come in one that does not change from
//! run to run: by the keys of the window or of the groups.

use std::cell::{Cell, RefCell};

use sqlparser::ast::{Expr, GroupByExpr, OrderByOptions, PivotValueSource, Select, TableFactor};

use super::Resolver;
use super::grouping::{has_aggregate, has_column};
use super::order::{orderable, ordinal};
use super::scope::Scope;
use super::window::NamedWindow;
use crate::tree::{Literal, Typed};

/// What is noted for it
#[derive(Default)]
pub struct Natural {
    /// Whether the next query is a statement's own
    outermost: Cell<bool>,
    /// The windows of the select list that is being resolved
    windows: RefCell<Vec<NamedWindow>>,
}

impl Natural {
    /// The next query is a statement's own
    pub fn announce(&self) {
        self.outermost.set(true);
    }

    /// Whether this query was announced; those inside of it are not
    pub fn take(&self) -> bool {
        self.outermost.replace(false)
    }

    pub fn note(&self, window: &NamedWindow) {
        self.windows.borrow_mut().push(window.clone());
    }

    /// The windows noted while `run` runs, beside its result
    pub fn noting<T>(&self, run: impl FnOnce() -> T) -> (T, Vec<NamedWindow>) {
        let before = self.windows.take();
        let result = run();
        (result, self.windows.replace(before))
    }
}

impl Resolver<'_> {
    /// Sort keys for a statement's `SELECT` without `ORDER BY`
    pub fn natural_order(
        &self,
        select: &Select,
        windows: &[NamedWindow],
        items: &[Typed],
        scope: &Scope,
    ) -> Vec<String> {
        if let Some(window) = windows
            .iter()
            .rev()
            .find(|window| !window.sorted().is_empty())
        {
            return window.sorted();
        }
        let mut written = Vec::new();
        for key in self.natural_keys(select, items, scope) {
            let options = OrderByOptions::default();
            if !orderable(&key.ty) || key.literal != Literal::No {
                continue;
            }
            let text = key.sql();
            if self.push_key(&mut written, &key, text, &options).is_err() {
                return Vec::new();
            }
        }
        written
    }

    /// A subquery that is the whole `FROM` gives its rows in its order
    pub fn announce_only_subquery(&self, select: &Select) {
        if let [item] = select.from.as_slice()
            && item.joins.is_empty()
            && matches!(item.relation, TableFactor::Derived { .. })
        {
            self.natural.announce();
        }
    }

    fn natural_keys(&self, select: &Select, items: &[Typed], scope: &Scope) -> Vec<Typed> {
        match &select.group_by {
            GroupByExpr::All(_) => {
                let key = |item: &&Typed| !has_aggregate(item) && has_column(item);
                items.iter().filter(key).cloned().collect()
            }
            GroupByExpr::Expressions(keys, _) if !keys.is_empty() => {
                let mut found = Vec::new();
                for key in keys {
                    self.group_values(key, items, scope, &mut found);
                }
                found
            }
            GroupByExpr::Expressions(..) => self.pivot_keys(select, scope),
        }
    }

    fn group_values(&self, key: &Expr, items: &[Typed], scope: &Scope, found: &mut Vec<Typed>) {
        let mut all = |keys: &mut dyn Iterator<Item = &Expr>| {
            for key in keys {
                self.group_values(key, items, scope, found);
            }
        };
        match key {
            Expr::Rollup(sets) | Expr::Cube(sets) | Expr::GroupingSets(sets) => {
                all(&mut sets.iter().flatten());
                return;
            }
            Expr::Tuple(keys) => {
                all(&mut keys.iter());
                return;
            }
            _ => {}
        }
        let value = match ordinal(key) {
            Some(position) => position
                .checked_sub(1)
                .and_then(|at| items.get(at))
                .cloned(),
            None => self.quietly(|| self.expression(key, scope)).ok(),
        };
        found.extend(value);
    }

    /// The columns of a `PIVOT` that group its rows
    fn pivot_keys(&self, select: &Select, scope: &Scope) -> Vec<Typed> {
        let [item] = select.from.as_slice() else {
            return Vec::new();
        };
        let (
            true,
            TableFactor::Pivot {
                aggregate_functions,
                value_source,
                ..
            },
        ) = (item.joins.is_empty(), &item.relation)
        else {
            return Vec::new();
        };
        let PivotValueSource::List(values) = value_source else {
            return Vec::new();
        };
        let made = values.len() * aggregate_functions.len();
        let keys = scope.star.len().saturating_sub(made);
        let columns = scope.star.iter().take(keys);
        columns.map(|column| column.expr.clone()).collect()
    }
}

impl NamedWindow {
    /// Its rows' order: by partition, then by its own keys
    fn sorted(&self) -> Vec<String> {
        let order = self.order.strip_prefix("ORDER BY ");
        self.keys
            .iter()
            .map(|key| format!("{key} NULLS FIRST"))
            .chain(order.map(str::to_owned))
            .collect()
    }
}
