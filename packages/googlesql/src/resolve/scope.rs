//! Names in scope: relations with their columns, common table expressions, aliases

use std::ops::Range;

use diagnostic::{code, did_you_mean};

use super::literal::struct_of;
use crate::lineage::Origins;
use crate::tree::Typed;
use crate::{Error, Field, Type};

/// What names mean at one level of a query; outer levels follow
#[derive(Debug, Default, Clone)]
pub struct Scope<'p> {
    pub parent: Option<&'p Scope<'p>>,
    /// Whether names of the outer levels mean nothing here, as in a function's body
    pub closed: bool,
    /// Whether it is that of a `SELECT`, with or without `FROM`
    pub is_select: bool,
    pub tables: Vec<CommonTable>,
    pub relations: Vec<ScopeRelation>,
    /// What `*` stands for and unqualified names are looked up in
    pub star: Vec<ScopeColumn>,
    /// Found by name only
    pub pseudo: Vec<ScopeColumn>,
    /// Names of select items, where the clause may use them
    pub aliases: Vec<(String, Typed)>,
    /// Whether aliases go before columns
    pub aliases_first: bool,
    pub windows: Vec<(String, crate::resolve::window::NamedWindow)>,
    /// What a pipe operator reads: its text in `FROM`, columns and range variables
    pub input: Option<(String, Vec<ScopeColumn>, Vec<ScopeRelation>)>,
}

/// A range variable
#[derive(Debug, Clone)]
pub struct ScopeRelation {
    /// `None` when nothing can name it
    pub name: Option<String>,
    /// Its name on DuckDB
    pub alias: String,
    pub columns: Vec<ScopeColumn>,
    pub pseudo: Vec<ScopeColumn>,
    /// What the range variable itself stands for in an expression
    pub value: RangeValue,
}

/// What a range variable stands for in an expression
#[derive(Debug, Clone)]
pub enum RangeValue {
    /// Nothing
    Nothing,
    /// A row of its columns
    Row,
    /// This value
    One(Typed),
}

#[derive(Debug, Clone)]
pub struct ScopeColumn {
    /// Empty for an anonymous column
    pub name: String,
    pub expr: Typed,
}

/// A `WITH` table
#[derive(Debug, Clone)]
pub struct CommonTable {
    pub name: String,
    /// Its name in the lowered SQL
    pub physical: String,
    pub columns: Vec<OutputColumn>,
    pub value_table: bool,
}

/// A column of a lowered query
#[derive(Debug, Clone)]
pub struct OutputColumn {
    /// `None` for an anonymous column
    pub name: Option<String>,
    /// Its name in the lowered SQL
    pub physical: String,
    pub ty: Type,
    /// A literal, which may still become the type of a set operation's other side
    pub literal: Option<Typed>,
    /// The stored columns it is made of, while a statement is checked
    pub origins: Origins,
}

impl<'p> Scope<'p> {
    /// An empty level inside `parent`
    pub fn inside(parent: Option<&'p Scope<'p>>) -> Self {
        Self {
            parent,
            ..Self::default()
        }
    }

    pub fn levels(&self) -> impl Iterator<Item = &Scope<'p>> {
        std::iter::successors(Some(self), |scope| scope.parent)
    }

    /// The levels whose names mean something here
    pub fn visible(&self) -> impl Iterator<Item = &Scope<'p>> {
        std::iter::successors(Some(self), |scope| match scope.closed {
            true => None,
            false => scope.parent,
        })
    }

    pub fn common_table(&self, name: &str) -> Option<&CommonTable> {
        self.visible()
            .flat_map(|scope| scope.tables.iter().rev())
            .find(|table| table.name.eq_ignore_ascii_case(name))
    }

    pub fn add(&mut self, relation: ScopeRelation) {
        self.star.extend(relation.columns.iter().cloned());
        self.pseudo.extend(relation.pseudo.iter().cloned());
        self.relations.push(relation);
    }

    /// A DuckDB alias like `wanted` that no relation in reach has
    pub fn free_alias(&self, wanted: &str) -> String {
        let taken = |alias: &str| {
            self.levels()
                .flat_map(|scope| &scope.relations)
                .any(|relation| relation.alias.eq_ignore_ascii_case(alias))
        };
        if !taken(wanted) {
            return wanted.to_owned();
        }
        (2..)
            .map(|number| format!("{wanted}_{number}"))
            .find(|alias| !taken(alias))
            .unwrap_or_else(|| wanted.to_owned())
    }

    /// The column, alias or range variable with this name, innermost level first
    pub fn find(&self, name: &str, span: &Range<usize>) -> Result<Option<Typed>, Error> {
        for scope in self.visible() {
            if let Some(found) = scope.find_here(name, span)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn find_here(&self, name: &str, span: &Range<usize>) -> Result<Option<Typed>, Error> {
        if self.aliases_first
            && let Some(found) = self.find_alias(name, span)?
        {
            return Ok(Some(found));
        }
        // A range variable hides a column of its name
        let value = |relation: &ScopeRelation| relation.value(span);
        if let Some(value) = self.relation(name).and_then(value) {
            return Ok(Some(value));
        }
        let mut matches = self.star.iter().filter(|column| same(&column.name, name));
        if let Some(column) = matches.next() {
            if matches.next().is_some() {
                return Err(Error::new(
                    code::AMBIGUOUS_COLUMN,
                    format!("column `{name}` is ambiguous"),
                    span.clone(),
                )
                .help("qualify it with the table's alias"));
            }
            return Ok(Some(at(&column.expr, span)));
        }
        if let Some(column) = self.pseudo.iter().find(|column| same(&column.name, name)) {
            return Ok(Some(at(&column.expr, span)));
        }
        let found = match self.aliases_first {
            true => None,
            false => self.find_alias(name, span)?,
        };
        let open = || rest_of(&self.star).map(|rest| unknown_column(rest, name, span));
        Ok(found.or_else(open))
    }

    fn find_alias(&self, name: &str, span: &Range<usize>) -> Result<Option<Typed>, Error> {
        let mut matches = self.aliases.iter().filter(|(alias, _)| same(alias, name));
        let Some((_, first)) = matches.next() else {
            return Ok(None);
        };
        if matches.any(|(_, other)| other.node != first.node) {
            return Err(Error::new(
                code::AMBIGUOUS_COLUMN,
                format!("alias `{name}` is ambiguous"),
                span.clone(),
            ));
        }
        Ok(Some(at(first, span)))
    }

    fn relation(&self, name: &str) -> Option<&ScopeRelation> {
        self.relations
            .iter()
            .find(|relation| relation.name.as_deref().is_some_and(|own| same(own, name)))
    }

    /// The relation with this name, innermost level first
    pub fn find_relation(&self, name: &str) -> Option<&ScopeRelation> {
        self.visible().find_map(|scope| scope.relation(name))
    }

    /// An error about a name that nothing in scope has
    pub fn unknown(&self, name: &str, span: Range<usize>) -> Error {
        let known: Vec<&str> = self
            .visible()
            .flat_map(|scope| {
                let columns = scope.star.iter().chain(&scope.pseudo);
                let aliases = scope.aliases.iter().map(|(alias, _)| alias.as_str());
                columns.map(|column| column.name.as_str()).chain(aliases)
            })
            .collect();
        let error = Error::new(
            code::UNKNOWN_COLUMN,
            format!("no column `{name}` in scope"),
            span,
        );
        match did_you_mean(name, known) {
            Some(help) => error.help(help),
            None => error,
        }
    }
}

impl ScopeRelation {
    /// What the range variable itself stands for in an expression
    pub fn value(&self, span: &Range<usize>) -> Option<Typed> {
        match &self.value {
            RangeValue::Nothing => None,
            RangeValue::Row => Some(row_value(&self.columns, span)),
            RangeValue::One(value) => Some(at(value, span)),
        }
    }

    pub fn column(&self, name: &str, span: &Range<usize>) -> Result<Option<Typed>, Error> {
        let columns = self.columns.iter().chain(&self.pseudo);
        let mut matches = columns.filter(|column| same(&column.name, name));
        let Some(column) = matches.next() else {
            return Ok(rest_of(&self.columns).map(|rest| unknown_column(rest, name, span)));
        };
        if matches.next().is_some() {
            return Err(Error::new(
                code::AMBIGUOUS_COLUMN,
                format!("column `{name}` is ambiguous"),
                span.clone(),
            ));
        }
        Ok(Some(at(&column.expr, span)))
    }
}

/// A row of columns as a struct
fn row_value(columns: &[ScopeColumn], span: &Range<usize>) -> Typed {
    let fields = columns
        .iter()
        .map(|column| Field {
            name: Some(column.name.clone()).filter(|name| !name.is_empty()),
            ty: column.expr.ty.clone(),
        })
        .collect();
    let values = columns.iter().map(|column| column.expr.clone()).collect();
    let value = struct_of(fields, values, span.clone());
    Typed::apply(value.ty.clone(), "$0", vec![value], span.clone())
}

/// The column that stands for an unknown schema, while a statement is checked
pub fn rest_of(columns: &[ScopeColumn]) -> Option<&ScopeColumn> {
    columns
        .iter()
        .find(|column| column.name == crate::types::REST)
}

/// A column that an unknown schema may have
pub fn unknown_column(rest: &ScopeColumn, name: &str, span: &Range<usize>) -> Typed {
    Typed::unknown(span.clone()).with_origins(rest.expr.origins.renamed(name))
}

/// Names of columns, fields and aliases are compared without regard to case
pub fn same(left: &str, right: &str) -> bool {
    let equal = left.eq_ignore_ascii_case(right)
        || !(left.is_ascii() && right.is_ascii()) && left.to_lowercase() == right.to_lowercase();
    equal && !left.is_empty()
}

fn at(expr: &Typed, span: &Range<usize>) -> Typed {
    Typed {
        span: span.clone(),
        ..expr.clone()
    }
}
