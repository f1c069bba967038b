//! `PIVOT` and `UNPIVOT`: grouped aggregates with a filter each, and a row per column

use std::ops::Range;

use sqlparser::ast::{
    Expr, ExprWithAlias, NullInclusion, PivotValueSource, TableAlias, TableFactor,
};

use super::Resolver;
use super::literal::inferred_name;
use super::query::{Output, indent};
use super::scope::{Scope, ScopeColumn, same};
use super::select::{Item, lay_out, write_list};
use crate::tree::{Literal, Node, Typed};
use crate::{Error, Type, quote_identifier};

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
        let [input] = value_column.as_slice() else {
            return Err(self.unsupported("PIVOT over several columns", span));
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
            let name = self.pivot_name(value, &wanted)?;
            let test = match wanted.is_null_literal() {
                true => Typed::apply(Type::Bool, "$0 IS NULL", vec![input.clone()], span.clone()),
                false => self.compare(input.clone(), "=", wanted, span.clone())?,
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

    fn pivot_name(&self, value: &ExprWithAlias, wanted: &Typed) -> Result<String, Error> {
        if let Some(alias) = &value.alias {
            return Ok(alias.value.clone());
        }
        match (&wanted.literal, &wanted.node) {
            (Literal::Text(text), _) => Ok(text.clone()),
            (Literal::Int(number), _) if *number < 0 => Ok(format!("minus_{}", -number)),
            (Literal::Int(number), _) => Ok(format!("_{number}")),
            (Literal::Null, _) => Ok("NULL".to_owned()),
            (_, Node::Text(text)) if wanted.ty == Type::Bool => Ok(text.to_lowercase()),
            _ => Err(self.unsupported(
                "a PIVOT value of this kind without an alias",
                wanted.span.clone(),
            )),
        }
    }

    /// A level that sees what `scope` sees from outside, without its own relations
    fn beside<'s>(&self, scope: &Scope<'s>) -> Scope<'s> {
        Scope {
            tables: scope.tables.clone(),
            ..Scope::inside(scope.parent)
        }
    }

    fn add_wrapped(
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

    pub fn unpivot(
        &self,
        factor: &TableFactor,
        scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        let TableFactor::Unpivot {
            table,
            value: Expr::Identifier(value),
            name,
            columns,
            null_inclusion,
            alias,
        } = factor
        else {
            return Err(self.unsupported("this form of UNPIVOT", span));
        };
        let mut level = self.beside(scope);
        let from = self.table_factor(table, &mut level)?;
        let mut sources = Vec::new();
        let mut labels = Vec::new();
        for column in columns {
            let source = self.expression(&column.expr, &level)?;
            let label = match &column.alias {
                Some(alias) => alias.value.clone(),
                None => inferred_name(&column.expr).unwrap_or_default(),
            };
            sources.push(source);
            labels.push(label);
        }
        let Some(first) = sources.first() else {
            return Err(self.invalid("UNPIVOT takes columns", span));
        };
        let ty = first.ty.clone();
        if let Some(other) = sources.iter().find(|source| source.ty != ty) {
            let message = format!("columns of UNPIVOT have types {ty} and {}", other.ty);
            return Err(self.mismatch(message, other.span.clone()));
        }
        if same(&value.value, &name.value) {
            return Err(self.invalid("value and name of UNPIVOT must differ", span));
        }
        let keys: Vec<Item> = level
            .star
            .iter()
            .filter(|column| !sources.iter().any(|source| source.node == column.expr.node))
            .map(|column| Item {
                name: Some(column.name.clone()),
                value: column.expr.clone(),
            })
            .collect();
        let texts: Vec<_> = sources
            .iter()
            .map(|source| source.clone().into_exact().sql())
            .collect();
        let labels: Vec<_> = labels
            .iter()
            .map(|label| crate::quote_string(label))
            .collect();
        let unnested = |ty: &Type, items: &[String]| {
            Typed::text(
                ty.clone(),
                format!("unnest([{}])", items.join(", ")),
                span.clone(),
            )
        };
        let mut items = keys;
        items.push(Item {
            name: Some(value.value.clone()),
            value: unnested(&ty, &texts),
        });
        items.push(Item {
            name: Some(name.value.clone()),
            value: unnested(&Type::String, &labels),
        });
        let (list, columns) = write_list(items);
        let mut sql = format!("SELECT{}\nFROM {from}", lay_out(&list));
        if !matches!(null_inclusion, Some(NullInclusion::IncludeNulls)) {
            let rows = self.fresh("u");
            let found = columns.len().checked_sub(2).and_then(|at| columns.get(at));
            let column = found.map_or("", |column| &column.physical);
            let present = Typed::column(ty, &rows, column, span.clone());
            sql = format!(
                "SELECT *\nFROM (\n{}\n) AS {}\nWHERE {} IS NOT NULL",
                indent(&sql),
                quote_identifier(&rows),
                present.sql()
            );
        }
        self.add_wrapped(sql, columns, alias.as_ref(), scope, span)
    }
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
