//! `FROM`: tables, common table expressions, subqueries, comma joins

use std::ops::Range;

use sqlparser::ast::{Ident, ObjectName, TableAlias, TableFactor, TableWithJoins};

use super::Resolver;
use super::join::Start;
use super::query::{Output, indent};
use super::scope::{RangeValue, Scope, ScopeColumn, ScopeRelation};
use crate::parse::mark;
use crate::tree::Typed;
use crate::{Error, Type, quote_identifier};

/// The dataset of temporary tables
const SESSION: &str = "_SESSION";

impl Resolver<'_> {
    /// Lowers a `FROM` list and brings its names into scope; `None` when it is empty
    pub fn from(
        &self,
        items: &[TableWithJoins],
        scope: &mut Scope,
    ) -> Result<Option<String>, Error> {
        let mut sql: Option<String> = None;
        for item in items {
            let before = sql.take().filter(|sql| !sql.is_empty());
            sql = Some(self.table_with_joins(item, before, scope, Start::default())?);
        }
        Ok(sql.filter(|sql| !sql.is_empty()))
    }

    /// One item with its joins, after the text before it; its left side's names start at `start`
    fn table_with_joins(
        &self,
        item: &TableWithJoins,
        before: Option<String>,
        scope: &mut Scope,
        start: Start,
    ) -> Result<String, Error> {
        let mut sql = self.table_factor(&item.relation, scope)?;
        if let Some(before) = before {
            sql = format!("{before}\n  CROSS JOIN {sql}");
        }
        for join in &item.joins {
            sql = self.join(join, sql, scope, start)?;
        }
        Ok(sql)
    }

    pub fn table_factor(&self, factor: &TableFactor, scope: &mut Scope) -> Result<String, Error> {
        let since = self.mark();
        let table = self.any_table_factor(factor, scope);
        if table.is_err() && self.findings.is_some() {
            self.add_open_relation(factor, scope);
        }
        self.recovered(since, table, String::new)
    }

    /// What stands for a table that cannot be resolved, while a statement is checked
    fn add_open_relation(&self, factor: &TableFactor, scope: &mut Scope) {
        let (alias, name) = match factor {
            TableFactor::Table { alias, name, .. } => (alias, name.0.last()),
            TableFactor::Derived { alias, .. }
            | TableFactor::UNNEST { alias, .. }
            | TableFactor::Pivot { alias, .. }
            | TableFactor::Unpivot { alias, .. } => (alias, None),
            _ => (&None, None),
        };
        let last = name
            .and_then(|name| name.as_ident())
            .map(|name| name.value.clone());
        let name = alias
            .as_ref()
            .map(|alias| alias.name.value.clone())
            .or(last);
        let alias = self.fresh("q");
        let output = self.open_output();
        let relation = self.output_relation(&output, name, &alias, &self.span(factor));
        scope.add(relation);
    }

    fn any_table_factor(&self, factor: &TableFactor, scope: &mut Scope) -> Result<String, Error> {
        let span = self.span(factor);
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality: false,
                partitions,
                json_path: None,
                sample,
                index_hints,
            } if with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty() => {
                if version.is_some() {
                    return Err(self.unsupported("FOR SYSTEM_TIME AS OF", span));
                }
                let sample = match sample {
                    Some(sample) => self.sample(sample, &span)?,
                    None => String::new(),
                };
                let text = match args {
                    Some(args) if args.settings.is_none() => {
                        self.table_function(name, &args.args, alias.as_ref(), scope, span)
                    }
                    Some(_) => Err(self.unsupported("this table function", span)),
                    None => self.table(name, alias.as_ref(), None, scope, span),
                };
                Ok(text? + &sample)
            }
            TableFactor::Derived {
                lateral: false,
                subquery,
                alias,
                sample,
            } => {
                let outer = Scope::inside(scope.parent);
                let outer = Scope {
                    tables: scope.tables.clone(),
                    ..outer
                };
                let output = self.query(subquery, Some(&outer))?;
                let text = format!("(\n{}\n  )", indent(&indent(&output.sql)));
                let sample = match sample {
                    Some(sample) => self.sample(sample, &span)?,
                    None => String::new(),
                };
                Ok(self.add_output(text, output, alias.as_ref(), scope, span)? + &sample)
            }
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset,
                with_offset_alias,
                with_ordinality: false,
            } => {
                let offset = with_offset.then(|| match with_offset_alias {
                    Some(alias) => alias.value.clone(),
                    None => "offset".to_owned(),
                });
                let [array] = array_exprs.as_slice() else {
                    let name = self.alias_name(alias.as_ref())?;
                    return self.unnest_several(array_exprs, name, offset, scope, span);
                };
                let array = self.array_path(array, scope)?;
                self.unnest(array, self.alias_name(alias.as_ref())?, offset, scope, span)
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias: None,
            } => {
                let start = Start::here(scope);
                let text = self.table_with_joins(table_with_joins, None, scope, start)?;
                Ok(match table_with_joins.joins.is_empty() {
                    true => text,
                    false => format!("({text})"),
                })
            }
            TableFactor::Pivot { .. } => self.pivot(factor, scope, span),
            TableFactor::Unpivot { .. } => self.unpivot(factor, scope, span),
            _ => Err(self.unsupported("this kind of table", span)),
        }
    }

    pub fn alias_name(&self, alias: Option<&TableAlias>) -> Result<Option<String>, Error> {
        match alias {
            None => Ok(None),
            Some(alias) if alias.columns.is_empty() && alias.at.is_none() => {
                Ok(Some(alias.name.value.clone()))
            }
            Some(alias) => {
                let span = self.ident_span(&alias.name);
                Err(self.invalid("a table alias has no column list", span))
            }
        }
    }

    /// The parts of a table's name: quoted parts may hold several
    pub fn path_parts(&self, name: &ObjectName) -> Result<Vec<String>, Error> {
        let mut parts = Vec::new();
        for part in &name.0 {
            match part.as_ident() {
                Some(Ident {
                    value,
                    quote_style: Some(_),
                    ..
                }) => parts.extend(value.split('.').map(str::to_owned)),
                Some(ident) => parts.push(ident.value.clone()),
                None => return Err(self.unsupported("this kind of name", self.span(name))),
            }
        }
        Ok(parts)
    }

    fn table(
        &self,
        name: &ObjectName,
        alias: Option<&TableAlias>,
        offset: Option<String>,
        scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        let path = self.path_parts(name)?;
        if let Some(text) = pipe_input(name, scope) {
            return Ok(text);
        }
        let place = self.span(name);
        let place = if place == self.whole {
            span.clone()
        } else {
            place
        };
        if let [one] = path.as_slice()
            && let Some(table) = scope.common_table(one)
        {
            let output = Output {
                sql: String::new(),
                columns: table.columns.clone(),
                value_table: table.value_table,
            };
            let text = quote_identifier(&table.physical);
            let name = self.alias_name(alias)?.unwrap_or_else(|| one.clone());
            return self.add_named(text, output, Some(name), scope, place);
        }
        let idents: Vec<Ident> = name
            .0
            .iter()
            .filter_map(|part| part.as_ident().cloned())
            .collect();
        if let (Some(first), true) = (idents.first(), idents.len() > 1)
            && starts_array(&first.value, scope)
        {
            let array = self.flattening(|| self.name_path(&idents, scope))?;
            let alias = self
                .alias_name(alias)?
                .or_else(|| idents.last().map(|last| last.value.clone()));
            return self.unnest(array, alias, offset, scope, place);
        }
        let table = self.catalog.table(&path, place.clone())?;
        self.sites.borrow_mut().reads(&table.sql);
        if self.in_view() {
            let name = self.catalog.physical(&path, place.clone())?;
            if name.schema == SESSION || name.name.starts_with("_SESSION.") {
                self.refuse_in_view("the temporary table", &path.join("."), &place)?;
            }
        }
        let name = match self.alias_name(alias)? {
            Some(name) => Some(name),
            None => path.last().cloned(),
        };
        let alias = scope.free_alias(name.as_deref().unwrap_or("t"));
        let filtered = self.needs_filter(&path, &place)?;
        let stored = self.stored_table(&path, &table, &place)?.or(filtered);
        let column = |one: &crate::Column| ScopeColumn {
            name: one.name.clone(),
            expr: Typed::column(one.ty.clone(), &alias, &one.name, place.clone())
                .with_origins(self.origin(stored.as_ref(), &one.name)),
        };
        let columns: Vec<_> = table.columns.iter().map(column).collect();
        let text = format!("{} AS {}", table.sql, quote_identifier(&alias));
        scope.add(ScopeRelation {
            name,
            columns,
            pseudo: table.pseudo_columns.iter().map(column).collect(),
            value: RangeValue::Row,
            alias,
        });
        Ok(text)
    }

    /// Brings a lowered query into scope; gives its text with the alias
    pub fn add_output(
        &self,
        text: String,
        output: Output,
        alias: Option<&TableAlias>,
        scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        let name = self.alias_name(alias)?;
        self.add_named(text, output, name, scope, span)
    }

    pub fn add_named(
        &self,
        text: String,
        output: Output,
        name: Option<String>,
        scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        let alias = match &name {
            Some(name) => scope.free_alias(name),
            None => self.fresh("q"),
        };
        let relation = self.output_relation(&output, name, &alias, &span);
        scope.add(relation);
        Ok(format!("{text} AS {}", quote_identifier(&alias)))
    }
}

/// Brings the input of a pipe operator into scope, when the name stands for it
fn pipe_input(name: &ObjectName, scope: &mut Scope) -> Option<String> {
    let [part] = name.0.as_slice() else {
        return None;
    };
    if part.as_ident()?.value != mark::INPUT {
        return None;
    }
    let (text, columns, relations) = scope.levels().find_map(|level| level.input.clone())?;
    scope.star.extend(columns);
    scope.relations.extend(relations);
    Some(text)
}

/// Whether the first name of a path in `FROM` is that of a range variable or a column with fields
fn starts_array(name: &str, scope: &Scope) -> bool {
    if scope.find_relation(name).is_some() {
        return true;
    }
    let found = scope.find(name, &(0..0));
    matches!(found, Ok(Some(value)) if matches!(value.ty, Type::Struct(_) | Type::Array(_)))
}
