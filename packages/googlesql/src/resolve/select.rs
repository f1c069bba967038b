//! One `SELECT`: list, `WHERE`, grouping, `HAVING`, `QUALIFY`, order and limit

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};
use sqlparser::ast::{
    Distinct, GroupByExpr, Ident, Select, SelectItem, SelectItemQualifiedWildcardKind,
    ValueTableMode, WildcardAdditionalOptions,
};

use super::Resolver;
use super::analytic::Statistics;
use super::literal::inferred_name;
use super::pipe::gives_all;
use super::query::{Output, Tail, indent, push_clause, push_limit};
use super::scope::{OutputColumn, RangeValue, Scope, ScopeColumn, ScopeRelation, same};
use crate::lineage::Origins;
use crate::tree::{Literal, Node, Typed};
use crate::{Error, Field, Type, quote_identifier};

/// An item of a select list
#[derive(Debug, Clone)]
pub struct Item {
    pub name: Option<String>,
    pub value: Typed,
}

impl Item {
    /// Whether it stands for all columns of an unknown schema
    pub fn is_rest(&self) -> bool {
        self.name.as_deref() == Some(crate::types::REST)
    }
}

impl Resolver<'_> {
    pub fn select(&self, select: &Select, tail: &Tail, parent: &Scope) -> Result<Output, Error> {
        let outer = self.statistics.take();
        let output = self.select_of(select, tail, parent);
        self.statistics.replace(outer);
        output
    }

    fn select_of(&self, select: &Select, tail: &Tail, parent: &Scope) -> Result<Output, Error> {
        self.refuse_foreign(select)?;
        let mut scope = Scope {
            is_select: true,
            ..Scope::inside(Some(parent))
        };
        if tail.natural && tail.order.is_empty() {
            self.announce_only_subquery(select);
        }
        let from = self.from(&select.from, &mut scope)?;
        let clause = match select.from.is_empty() {
            true if select.selection.is_some() => Some("WHERE"),
            true if select.having.is_some() => Some("HAVING"),
            true if select.qualify.is_some() => Some("QUALIFY"),
            true if select.distinct.is_some() => Some("SELECT DISTINCT"),
            true if !tail.order.is_empty() => Some("ORDER BY"),
            true if has_keys(&select.group_by) => Some("GROUP BY"),
            _ => None,
        };
        if let Some(clause) = clause {
            let message = format!("a query without FROM cannot have {clause}");
            return Err(self.invalid(message, self.span(select)));
        }
        let selection = match &select.selection {
            Some(condition) => {
                let condition = self.condition(condition, &scope, "WHERE clause")?;
                let since = self.mark();
                let placed = self.before_grouping(&condition, "WHERE clause");
                self.recovered(since, placed, || ())?;
                self.condition_on(&condition.origins);
                Some(condition)
            }
            None => None,
        };
        self.named_windows(&select.named_window, &mut scope)?;
        self.statistics.replace(Some(Statistics::default()));
        let (items, windows) = self.natural.noting(|| match gives_all(select) {
            true => self.star_items(&scope, &self.whole),
            false => self.select_list(&select.projection, &scope),
        });
        let items = items?;
        let (distinct, mode) = self.value_mode(select)?;
        // What the clauses call by alias or position: the fields, where the item is a struct of them
        scope.aliases = items
            .iter()
            .filter_map(|item| Some((item.name.clone()?, item.value.clone())))
            .collect();
        let fields: Option<Vec<_>> = mode
            .is_some()
            .then(|| items.iter().map(|item| item.value.clone()).collect());
        let (items, value_table) = self.apply_mode(items, mode, select)?;
        let (names, values): (Vec<_>, Vec<_>) = items
            .into_iter()
            .map(|item| (item.name, item.value))
            .unzip();
        if select.from.is_empty() {
            self.refuse_aggregates(&values)?;
        }
        scope.aliases_first = true;
        let since = self.mark();
        let listed = fields.as_ref().unwrap_or(&values);
        let grouping = self.group_by(&select.group_by, listed, &scope);
        let grouping = self.recovered(since, grouping, || None)?;
        let having = match &select.having {
            Some(condition) => Some(self.condition(condition, &scope, "HAVING clause")?),
            None => None,
        };
        let qualify = match &select.qualify {
            Some(condition) => Some(self.condition(condition, &scope, "QUALIFY clause")?),
            None => None,
        };
        for condition in having.iter().chain(&qualify) {
            self.condition_on(&condition.origins);
        }
        self.check_grouped(&select.group_by, &values, having.as_ref(), &scope);
        let since = self.mark();
        let order = match distinct {
            true => self.order_after_distinct(tail.order, &values, &scope),
            false => self.order_by(tail.order, listed, fields.is_some(), &scope),
        };
        let mut order = self.recovered(since, order, Vec::new)?;
        if tail.natural && tail.order.is_empty() && !distinct {
            order = self.natural_order(select, &windows, &values, &scope);
        }
        let statistics = self.statistics.take().unwrap_or_default();
        let grouped = grouping.is_some() || having.is_some();
        self.refuse_analytic_aggregation(&statistics, grouped, &values)?;
        if distinct
            && let Some(item) = values
                .iter()
                .find(|item| !super::grouping::groupable(&item.ty))
        {
            let message = format!("SELECT DISTINCT cannot compare {}", item.ty);
            return Err(self.mismatch(message, item.span.clone()));
        }
        let named = names.into_iter().zip(values);
        let items = named.map(|(name, value)| Item { name, value }).collect();
        let (list, columns) = write_list(items);
        let mut sql = String::from(if distinct {
            "SELECT DISTINCT"
        } else {
            "SELECT"
        });
        sql.push_str(&lay_out(&list));
        let selection = selection.map(|one| one.sql()).unwrap_or_default();
        let from = statistics.joined(&from.unwrap_or_default(), &selection);
        push_clause(&mut sql, "FROM", &from);
        push_clause(&mut sql, "WHERE", &selection);
        let grouping = grouping.unwrap_or_default();
        let having = having.map(|one| one.sql()).unwrap_or_default();
        push_clause(&mut sql, "GROUP BY", &grouping);
        let having = super::grouping::rows_only(&grouping, having);
        push_clause(&mut sql, "HAVING", &having);
        push_clause(
            &mut sql,
            "QUALIFY",
            &qualify.map(|one| one.sql()).unwrap_or_default(),
        );
        push_clause(&mut sql, "ORDER BY", &order.join(", "));
        push_limit(&mut sql, &tail.limit);
        Ok(Output {
            sql,
            columns,
            value_table,
        })
    }

    /// Clauses of other dialects that sqlparser reads too
    fn refuse_foreign(&self, select: &Select) -> Result<(), Error> {
        let foreign = select.top.is_some()
            || select.exclude.is_some()
            || select.into.is_some()
            || !select.lateral_views.is_empty()
            || select.prewhere.is_some()
            || !select.connect_by.is_empty()
            || !select.cluster_by.is_empty()
            || !select.distribute_by.is_empty()
            || !select.sort_by.is_empty()
            || !select.optimizer_hints.is_empty()
            || select.select_modifiers.is_some();
        match foreign {
            true => Err(self.invalid("this clause is not GoogleSQL", self.span(select))),
            false => Ok(()),
        }
    }

    fn value_mode(&self, select: &Select) -> Result<(bool, Option<ValueTableMode>), Error> {
        let distinct = match &select.distinct {
            None | Some(Distinct::All) => false,
            Some(Distinct::Distinct) => true,
            Some(Distinct::On(_)) => {
                return Err(self.invalid("DISTINCT ON is not GoogleSQL", self.span(select)));
            }
        };
        Ok(match select.value_table_mode {
            Some(ValueTableMode::DistinctAsStruct) => (true, Some(ValueTableMode::AsStruct)),
            Some(ValueTableMode::DistinctAsValue) => (true, Some(ValueTableMode::AsValue)),
            mode => (distinct, mode),
        })
    }

    fn apply_mode(
        &self,
        items: Vec<Item>,
        mode: Option<ValueTableMode>,
        select: &Select,
    ) -> Result<(Vec<Item>, bool), Error> {
        match mode {
            None => Ok((items, false)),
            Some(ValueTableMode::AsStruct | ValueTableMode::DistinctAsStruct) => {
                let mut fields = Vec::new();
                let mut values = Vec::new();
                for item in items {
                    fields.push(Field {
                        name: item.name,
                        ty: item.value.ty.clone(),
                    });
                    values.push(item.value.into_exact());
                }
                let value = self.struct_value(fields, values, self.span(select))?;
                Ok((vec![Item { name: None, value }], true))
            }
            Some(ValueTableMode::AsValue | ValueTableMode::DistinctAsValue) => match items.len() {
                1 => Ok((
                    items
                        .into_iter()
                        .map(|item| Item {
                            name: None,
                            value: item.value,
                        })
                        .collect(),
                    true,
                )),
                count => Err(self.invalid(
                    format!("SELECT AS VALUE takes one column, not {count}"),
                    self.span(select),
                )),
            },
        }
    }

    pub fn select_list(&self, list: &[SelectItem], scope: &Scope) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        for item in list {
            match item {
                SelectItem::UnnamedExpr(expr) => items.push(Item {
                    name: inferred_name(expr),
                    value: self.expression(expr, scope)?,
                }),
                SelectItem::ExprWithAlias { expr, alias } => {
                    if alias.quote_style == Some('\'') {
                        let span = self.ident_span(alias);
                        return Err(self.invalid("an alias is a name, not a string", span));
                    }
                    items.push(Item {
                        name: Some(alias.value.clone()),
                        value: self.expression(expr, scope)?,
                    });
                }
                SelectItem::Wildcard(options) => {
                    let span = self.span(item);
                    if scope.relations.is_empty() {
                        return Err(self.invalid("`*` needs a FROM clause", span));
                    }
                    let star = self.star_items(scope, &span)?;
                    items.extend(self.star_options(star, options, scope)?);
                }
                SelectItem::QualifiedWildcard(kind, options) => {
                    let star = self.qualified_star(kind, scope, self.span(item))?;
                    items.extend(self.star_options(star, options, scope)?);
                }
                SelectItem::ExprWithAliases { .. } => {
                    return Err(self.invalid("an item has one alias", self.span(item)));
                }
            }
        }
        Ok(items)
    }

    pub fn star_items(&self, scope: &Scope, span: &Range<usize>) -> Result<Vec<Item>, Error> {
        Ok(scope
            .star
            .iter()
            .map(|column| star_item(column, span))
            .collect())
    }

    fn qualified_star(
        &self,
        kind: &SelectItemQualifiedWildcardKind,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Vec<Item>, Error> {
        let value = match kind {
            SelectItemQualifiedWildcardKind::ObjectName(name) => {
                let path: Vec<Ident> = name
                    .0
                    .iter()
                    .filter_map(|part| part.as_ident().cloned())
                    .collect();
                if let [one] = path.as_slice()
                    && let Some(relation) = scope.find_relation(&one.value)
                {
                    let columns = &relation.columns;
                    return Ok(columns
                        .iter()
                        .map(|column| star_item(column, &span))
                        .collect());
                }
                self.name_path(&path, scope)?
            }
            SelectItemQualifiedWildcardKind::Expr(expr) => self.expression(expr, scope)?,
        };
        self.struct_items(value, &span)
    }

    fn struct_items(&self, value: Typed, span: &Range<usize>) -> Result<Vec<Item>, Error> {
        if value.ty == Type::Unknown {
            let name = Some(crate::types::REST.to_owned());
            return Ok(vec![Item { name, value }]);
        }
        let Type::Struct(fields) = value.ty.clone() else {
            return Err(self.mismatch(format!("{} has no fields for `.*`", value.ty), span.clone()));
        };
        Ok(fields
            .iter()
            .enumerate()
            .map(|(at, field)| {
                let (ty, name) = (
                    field.ty.clone(),
                    crate::type_text::physical_field(&fields, at),
                );
                Item {
                    name: field.name.clone(),
                    value: self.struct_field(value.clone(), at, ty, &name, span.clone()),
                }
            })
            .collect())
    }

    fn star_options(
        &self,
        mut items: Vec<Item>,
        options: &WildcardAdditionalOptions,
        scope: &Scope,
    ) -> Result<Vec<Item>, Error> {
        if options.opt_ilike.is_some()
            || options.opt_exclude.is_some()
            || options.opt_rename.is_some()
            || options.opt_alias.is_some()
        {
            return Err(self.invalid("this form of `*` is not GoogleSQL", self.span(options)));
        }
        let open = items
            .iter()
            .any(|item| item.name.as_deref() == Some(crate::types::REST));
        if let Some(except) = &options.opt_except {
            let names = std::iter::once(&except.first_element).chain(&except.additional_elements);
            for name in names {
                let before = items.len();
                items.retain(|item| {
                    !item
                        .name
                        .as_deref()
                        .is_some_and(|own| same(own, &name.value))
                });
                if items.len() == before && !open {
                    return Err(scope.unknown(&name.value, self.ident_span(name)));
                }
            }
            if items.is_empty() {
                return Err(self.invalid("EXCEPT leaves no columns", self.span(options)));
            }
        }
        for replace in options
            .opt_replace
            .iter()
            .flat_map(|replace| &replace.items)
        {
            let name = &replace.column_name;
            let value = self.expression(&replace.expr, scope)?;
            let item = items.iter_mut().find(|item| {
                item.name
                    .as_deref()
                    .is_some_and(|own| same(own, &name.value))
            });
            match item {
                Some(item) => {
                    *item = Item {
                        name: Some(name.value.clone()),
                        value,
                    };
                }
                None if open => items.push(Item {
                    name: Some(name.value.clone()),
                    value,
                }),
                None => return Err(scope.unknown(&name.value, self.ident_span(name))),
            }
        }
        Ok(items)
    }

    /// A lowered query as a relation in scope
    pub fn output_relation(
        &self,
        output: &Output,
        name: Option<String>,
        alias: &str,
        span: &Range<usize>,
    ) -> ScopeRelation {
        let column = |one: &OutputColumn| {
            Typed::column(one.ty.clone(), alias, &one.physical, span.clone())
                .with_origins(one.origins.clone())
        };
        let (columns, value) = match (&output.value_table, output.columns.as_slice()) {
            (true, [one]) => self.value_columns(column(one), name.as_deref()),
            (_, columns) => {
                let columns: Vec<_> = columns
                    .iter()
                    .map(|one| ScopeColumn {
                        name: one.name.clone().unwrap_or_default(),
                        expr: column(one),
                    })
                    .collect();
                (columns, RangeValue::Row)
            }
        };
        ScopeRelation {
            name,
            alias: alias.to_owned(),
            columns,
            pseudo: Vec::new(),
            value,
        }
    }

    /// The columns that a value gives its relation: a struct's fields, or itself under its alias
    pub fn value_columns(
        &self,
        value: Typed,
        name: Option<&str>,
    ) -> (Vec<ScopeColumn>, RangeValue) {
        let columns = match &value.ty {
            Type::Struct(fields) => fields
                .iter()
                .enumerate()
                .map(|(at, field)| {
                    let (ty, physical) = (
                        field.ty.clone(),
                        crate::type_text::physical_field(fields, at),
                    );
                    let span = value.span.clone();
                    ScopeColumn {
                        name: field.name.clone().unwrap_or_default(),
                        expr: self.struct_field(value.clone(), at, ty, &physical, span),
                    }
                })
                .collect(),
            // Its fields may be anything
            Type::Unknown => vec![ScopeColumn {
                name: crate::types::REST.to_owned(),
                expr: value.clone(),
            }],
            _ => vec![ScopeColumn {
                name: name.unwrap_or_default().to_owned(),
                expr: value.clone(),
            }],
        };
        (columns, RangeValue::One(value))
    }
}

fn star_item(column: &ScopeColumn, span: &Range<usize>) -> Item {
    Item {
        name: Some(column.name.clone()).filter(|name| !name.is_empty()),
        value: Typed {
            span: span.clone(),
            ..column.expr.clone()
        },
    }
}

/// The written items with unique names, and the columns they give
pub fn write_list(items: Vec<Item>) -> (Vec<String>, Vec<OutputColumn>) {
    let mut columns: Vec<OutputColumn> = Vec::new();
    let mut list = Vec::new();
    let mut anonymous = 0;
    let key = |name: &str| name.to_lowercase();
    let names: FxHashSet<String> = items
        .iter()
        .filter_map(|item| item.name.as_deref().map(key))
        .collect();
    let mut taken = FxHashSet::default();
    // How often each name was numbered
    let mut numbers: FxHashMap<String, usize> = FxHashMap::default();
    for item in items {
        // Unknown schemas side by side are one
        if item.is_rest()
            && let Some(rest) = columns.iter_mut().find(|column| column.is_rest())
        {
            rest.origins = Origins::union([&rest.origins, &item.value.origins]);
            continue;
        }
        let physical = match &item.name {
            Some(name) if name.is_empty() || !taken.contains(&key(name)) => name.clone(),
            Some(name) => {
                let number = numbers.entry(key(name)).or_default();
                loop {
                    *number += 1;
                    let name = format!("{name}_{number}");
                    if !taken.contains(&key(&name)) && !names.contains(&key(&name)) {
                        break name;
                    }
                }
            }
            None => loop {
                let name = format!("f{anonymous}_");
                anonymous += 1;
                if !names.contains(&name) {
                    break name;
                }
            },
        };
        taken.insert(key(&physical));
        let literal = Some(&item.value)
            .filter(|value| value.literal != Literal::No || holds_null(value))
            .cloned();
        let value = item.value.into_exact();
        let written = value.sql();
        let plain = matches!(&value.node, Node::Column { name, .. } if **name == *physical);
        list.push(match plain {
            true => written,
            false => format!("{written} AS {}", quote_identifier(&physical)),
        });
        columns.push(OutputColumn {
            name: item.name,
            physical,
            origins: value.origins,
            ty: value.ty,
            literal,
        });
    }
    (list, columns)
}

/// Whether there is something to group by
fn has_keys(clause: &GroupByExpr) -> bool {
    match clause {
        GroupByExpr::Expressions(keys, modifiers) => !keys.is_empty() || !modifiers.is_empty(),
        GroupByExpr::All(_) => true,
    }
}

/// Whether it is a struct of literals, among them a NULL of any type
fn holds_null(value: &Typed) -> bool {
    match &value.node {
        Node::Struct(fields) => {
            let mut values = fields.iter().map(|(_, field)| field);
            values.clone().any(Typed::is_null_literal)
                && values.all(|field| field.literal != Literal::No)
        }
        _ => false,
    }
}

/// The items on the line of `SELECT` if they are short, else on a line each
pub fn lay_out(list: &[String]) -> String {
    let length: usize = list.iter().map(|item| item.len() + 2).sum();
    if length <= 90 && !list.iter().any(|item| item.contains('\n')) {
        return format!(" {}", list.join(", "));
    }
    let lines: Vec<_> = list.iter().map(|item| indent(item)).collect();
    format!("\n{}", lines.join(",\n"))
}
