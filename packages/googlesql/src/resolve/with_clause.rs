//! `WITH`: common tables in an order in which each finds those that it reads
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#with_clause>

use std::collections::HashSet;
use std::ops::ControlFlow;

use sqlparser::ast::{Cte, Query, Visit, visit_relations};

use super::Resolver;
use super::query::indent;
use super::scope::{CommonTable, Scope, same};
use crate::{Error, quote_identifier};

impl Resolver<'_> {
    /// Lowers the `WITH` clause and brings its names into scope
    pub fn with(&self, query: &Query, scope: &mut Scope) -> Result<String, Error> {
        let Some(with) = &query.with else {
            return Ok(String::new());
        };
        let mut texts = Vec::new();
        let recursive = self.common_tables(&with.cte_tables, with.recursive, scope, &mut texts)?;
        let keyword = match recursive {
            true => "WITH RECURSIVE",
            false => "WITH",
        };
        Ok(format!("{keyword} {}", texts.join(", ")))
    }

    /// Adds each table's text; whether one of them is recursive
    pub fn common_tables(
        &self,
        tables: &[Cte],
        may_recur: bool,
        scope: &mut Scope,
        texts: &mut Vec<String>,
    ) -> Result<bool, Error> {
        let mut recursive = false;
        for (at, table) in tables.iter().enumerate() {
            let span = self.ident_span(&table.alias.name);
            let name = &table.alias.name.value;
            if !table.alias.columns.is_empty() || table.from.is_some() {
                return Err(self.unsupported("a WITH table with a column list", span));
            }
            let twice = tables[..at]
                .iter()
                .any(|other| same(&other.alias.name.value, name));
            if twice {
                return Err(self.invalid(format!("WITH table `{name}` is defined twice"), span));
            }
        }
        let tables = match may_recur {
            true => self.in_order(tables)?,
            false => tables.iter().collect(),
        };
        for table in tables {
            let name = table.alias.name.value.clone();
            let reads_itself = mentions(&table.query, &name);
            // A name that hides another is another one on DuckDB
            let physical = match scope.common_table(&name).is_some() || reads_itself && !may_recur {
                true => self.fresh(&name),
                false => name.clone(),
            };
            let output = match may_recur && reads_itself {
                true => {
                    recursive = true;
                    let since = self.mark();
                    let names = (name.as_str(), physical.as_str());
                    let output = self.recursive_table(names, &table.query, scope, texts);
                    self.recovered(since, output, || self.open_output())?
                }
                false => self.query(&table.query, Some(scope))?,
            };
            texts.push(format!(
                "{} AS (\n{}\n)",
                quote_identifier(&physical),
                indent(&output.sql)
            ));
            scope.tables.push(CommonTable {
                name,
                physical,
                columns: output.columns,
                value_table: output.value_table,
            });
        }
        Ok(recursive)
    }

    /// The tables of `WITH RECURSIVE`, which may read later ones, each after those that it reads
    fn in_order<'c>(&self, tables: &'c [Cte]) -> Result<Vec<&'c Cte>, Error> {
        let mut ordered: Vec<&Cte> = Vec::new();
        let name = |table: &Cte| table.alias.name.value.to_ascii_lowercase();
        let reads = |table| (name(table), read_names(&table.query), table);
        let mut left: Vec<(String, HashSet<String>, &Cte)> = tables.iter().map(reads).collect();
        let mut open: HashSet<String> = tables.iter().map(name).collect();
        while !left.is_empty() {
            let ready = left.iter().position(|(own, reads, _)| {
                let mut open = reads.iter().filter(|read| open.contains(*read));
                open.all(|read| read == own)
            });
            match ready {
                Some(at) => {
                    let (own, _, table) = left.remove(at);
                    open.remove(&own);
                    ordered.push(table);
                }
                None => {
                    let left = left.into_iter().map(|(_, _, table)| table);
                    let left: Vec<&Cte> = left.collect();
                    let names: Vec<_> = left
                        .iter()
                        .map(|table| format!("`{}`", table.alias.name.value))
                        .collect();
                    let message = format!(
                        "WITH tables read each other in a circle: {}",
                        names.join(", ")
                    );
                    let span = left.first().map(|table| self.ident_span(&table.alias.name));
                    return Err(self.invalid(message, span.unwrap_or(self.whole.clone())));
                }
            }
        }
        Ok(ordered)
    }
}

/// Whether a query or a part of one reads a table of this one-part name
pub fn mentions(part: &impl Visit, name: &str) -> bool {
    count(part, name) > 0
}

/// The one-part names of the tables that a query reads, in lower case
fn read_names(query: &Query) -> HashSet<String> {
    let mut names = HashSet::new();
    let _ = visit_relations(query, |relation| {
        if let [one] = relation.0.as_slice()
            && let Some(ident) = one.as_ident()
        {
            names.insert(ident.value.to_ascii_lowercase());
        }
        ControlFlow::<()>::Continue(())
    });
    names
}

/// How often a query or a part of one reads such a table
pub fn count(part: &impl Visit, name: &str) -> usize {
    let mut found = 0;
    let _ = visit_relations(part, |relation| {
        if let [one] = relation.0.as_slice()
            && one
                .as_ident()
                .is_some_and(|ident| ident.value.eq_ignore_ascii_case(name))
        {
            found += 1;
        }
        ControlFlow::<()>::Continue(())
    });
    found
}
