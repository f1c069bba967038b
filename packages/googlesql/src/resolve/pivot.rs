//! `PIVOT`: grouped aggregates with a filter each

use std::ops::Range;

use sqlparser::ast::{Expr, PivotValueSource, TableAlias, TableFactor};

use super::Resolver;
use super::grouping::has_column;
use super::query::{Output, indent};
use super::scope::{Scope, ScopeColumn};
use super::select::{Item, lay_out, write_list};
use crate::tree::{Literal, Node, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    pub fn pivot(
        &self,
        factor: &TableFactor,
        scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        let TableFactor::Pivot {
            table,
            aggregate_functions,
            value_column,
            value_source: PivotValueSource::List(values),
            default_on_null: None,
            alias,
        } = factor
        else {
            return Err(self.unsupported("this form of PIVOT", span));
        };
        let several;
        let input = match value_column.as_slice() {
            [one] => one,
            columns => {
                several = Expr::Tuple(columns.to_vec());
                &several
            }
        };
        let mut level = self.beside(scope);
        let from = self.table_factor(table, &mut level)?;
        let input = self.expression(input, &level)?;
        let mut aggregates = Vec::new();
        for one in aggregate_functions {
            let value = self.expression(&one.expr, &level)?;
            if !matches!(value.node, Node::Aggregate(_)) {
                return Err(self.invalid("PIVOT takes aggregate functions", value.span));
            }
            aggregates.push((one.alias.as_ref().map(|alias| alias.value.clone()), value));
        }
        if aggregates.len() > 1 && aggregates.iter().any(|(name, _)| name.is_none()) {
            return Err(self.invalid("each aggregate of PIVOT needs an alias", span));
        }
        let used: Vec<&Node> = aggregates
            .iter()
            .flat_map(|(_, value)| columns_of(value))
            .chain(columns_of(&input))
            .collect();
        let keys: Vec<&ScopeColumn> = level
            .star
            .iter()
            .filter(|column| !used.contains(&&column.expr.node))
            .collect();
        let mut items: Vec<Item> = keys
            .iter()
            .map(|column| Item {
                name: Some(column.name.clone()),
                value: column.expr.clone(),
            })
            .collect();
        for value in values {
            let wanted = self.expression(&value.expr, &level)?;
            if has_column(&wanted) {
                return Err(self.invalid("a PIVOT value is a constant", wanted.span));
            }
            let name = match &value.alias {
                Some(alias) => alias.value.clone(),
                None => self.pivot_name(&wanted, &input.ty)?,
            };
            let test = match (wanted.is_null_literal(), &input.ty) {
                (true, _) => {
                    Typed::apply(Type::Bool, "$0 IS NULL", vec![input.clone()], span.clone())
                }
                // NULL inside of a value is as good as another value
                (_, Type::Struct(_)) => {
                    self.distinct_values(input.clone(), wanted, false, span.clone())?
                }
                _ => self.compare(input.clone(), "=", wanted, span.clone())?,
            };
            for (alias, aggregate) in &aggregates {
                let mut aggregate = aggregate.clone();
                if let Node::Aggregate(node) = &mut aggregate.node {
                    node.filter.push(test.clone());
                }
                let name = match alias {
                    Some(alias) => format!("{alias}_{name}"),
                    None => name.clone(),
                };
                items.push(Item {
                    name: Some(name),
                    value: aggregate,
                });
            }
        }
        let group: Vec<_> = keys.iter().map(|column| column.expr.sql()).collect();
        let (list, columns) = write_list(items);
        let mut sql = format!("SELECT{}\nFROM {from}", lay_out(&list));
        if !group.is_empty() {
            sql.push_str(&format!("\nGROUP BY {}", group.join(", ")));
        }
        self.add_wrapped(sql, columns, alias.as_ref(), scope, span)
    }

    /// The name of a value's column, see
    /// <https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#rules_pivot>
    fn pivot_name(&self, wanted: &Typed, ty: &Type) -> Result<String, Error> {
        let Some(text) = value_name(wanted, ty) else {
            return Err(self.unsupported(
                "a PIVOT value of this kind without an alias",
                wanted.span.clone(),
            ));
        };
        let digit = text.starts_with(|letter: char| letter.is_ascii_digit());
        Ok(match digit && *ty != Type::String {
            true => format!("_{text}"),
            false => text,
        })
    }

    /// A level that sees what `scope` sees from outside, without its own relations
    pub fn beside<'s>(&self, scope: &Scope<'s>) -> Scope<'s> {
        Scope {
            tables: scope.tables.clone(),
            ..Scope::inside(scope.parent)
        }
    }

    pub fn add_wrapped(
        &self,
        sql: String,
        columns: Vec<super::scope::OutputColumn>,
        alias: Option<&TableAlias>,
        scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        let text = format!("(\n{}\n  )", indent(&indent(&sql)));
        let output = Output {
            sql,
            columns,
            value_table: false,
        };
        self.add_output(text, output, alias, scope, span)
    }
}

/// What a value is in a column's name; `None` for types whose values need an alias
fn value_name(value: &Typed, ty: &Type) -> Option<String> {
    let signed = |text: &str| text.replacen('-', "minus_", 1).replace('.', "_point_");
    match (&value.literal, &value.node) {
        (Literal::Null, _) => Some("NULL".to_owned()),
        (Literal::Int(number), _) => Some(signed(&number.to_string())),
        (Literal::Text(text), _) if *ty == Type::String && text.is_empty() => {
            Some("_empty_string_value".to_owned())
        }
        (Literal::Text(text), _) if *ty == Type::String => Some(text.clone()),
        (_, Node::Struct(fields)) => {
            let Type::Struct(types) = ty else {
                return None;
            };
            let mut parts = Vec::new();
            for ((_, value), field) in fields.iter().zip(types) {
                parts.extend(field.name.clone());
                parts.push(value_name(value, &field.ty)?);
            }
            Some(parts.join("_"))
        }
        (_, Node::Text(text)) => match value.ty {
            Type::Bool => Some(text.to_lowercase()),
            Type::Date => literal_text(text).map(|date| date.replace('-', "_")),
            Type::Numeric | Type::BigNumeric => {
                let text = literal_text(text).unwrap_or_else(|| text.clone());
                let number = text.trim_end_matches("::DECIMAL(38, 9)");
                number.parse::<f64>().ok().map(|_| signed(number))
            }
            _ => None,
        },
        (_, Node::Apply { arguments, .. }) => match arguments.as_slice() {
            [one] if one.literal != Literal::No => value_name(one, ty),
            [one] => match &one.node {
                Node::Text(_) if value.ty == one.ty => value_name(one, ty),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// What stands between quotes in a typed literal
fn literal_text(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('\'')?;
    let (inner, _) = rest.split_once('\'')?;
    Some(inner.to_owned())
}

/// The columns that an expression reads
fn columns_of(value: &Typed) -> Vec<&Node> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

fn collect<'t>(value: &'t Typed, found: &mut Vec<&'t Node>) {
    let inner: Vec<&Typed> = match &value.node {
        Node::Column { .. } => {
            found.push(&value.node);
            return;
        }
        Node::Apply { arguments, .. } => arguments.iter().collect(),
        Node::Aggregate(aggregate) => aggregate
            .arguments
            .iter()
            .chain(&aggregate.filter)
            .collect(),
        Node::Array(elements) => elements.iter().collect(),
        Node::Struct(fields) => fields.iter().map(|(_, field)| field).collect(),
        Node::Text(_) => return,
    };
    for one in inner {
        collect(one, found);
    }
}
