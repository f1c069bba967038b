//! The two ways in: a statement of a script, and a select list over a relation

use diagnostic::code;
use sqlparser::ast::SetExpr;

use crate::fitted::TransformStatistics;
use crate::parse::statement::{Kind, Statement};
use crate::parse::{on_stack_for, parse_select_items};
use crate::resolve::Resolver;
use crate::resolve::analytic::Statistics;
use crate::resolve::query::indent;
use crate::resolve::scope::Scope;
use crate::resolve::select::{Item, lay_out, write_list};
use crate::resolve::statement::relation_in_scope;
use crate::resolve::table_function::relation_of;
use crate::{Analyzed, Catalog, Error, Relation, Sites, quote_identifier};

/// Resolves and lowers one statement of the script `sql`
///
/// # Errors
/// Unknown or ambiguous names, types that do not fit, and what the engine does not support, each
/// with its byte range in `sql`
pub fn analyze(sql: &str, statement: &Statement, catalog: &dyn Catalog) -> Result<Analyzed, Error> {
    analyze_with_sites(sql, statement, catalog).map(|(analyzed, _)| analyzed)
}

/// As [`analyze`], with what leads from an error of the engine to its place in the statement
///
/// # Errors
/// As [`analyze`]
pub fn analyze_with_sites(
    sql: &str,
    statement: &Statement,
    catalog: &dyn Catalog,
) -> Result<(Analyzed, Sites), Error> {
    let span = statement.span();
    on_stack_for(&span, || {
        let resolver = Resolver::new(catalog, statement.span());
        let shown = |error: Error| error.shown_in(sql);
        let analyzed = resolver.statement(sql, &statement.kind).map_err(shown)?;
        if !matches!(statement.kind, Kind::CreateView(_)) {
            resolver.refuse_unfiltered()?;
        }
        Ok((analyzed, resolver.sites.into_inner()))
    })
}

/// What the relation under a select list goes by
const INPUT: &str = "input";

/// Lowers `SELECT <items> FROM input`, in which analytic functions may stand in their fitted form;
/// spans are byte ranges in `items`
///
/// # Errors
/// As [`analyze`], and when `items` is more than a select list
pub fn select_over(
    items: &str,
    input: &Relation,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    list_over(items, input, catalog, true).map(|(relation, _)| relation)
}

/// As [`select_over`] for the `TRANSFORM` of a training, with what its analytic functions ask of all rows
pub fn transform_over(
    items: &str,
    input: &Relation,
    catalog: &dyn Catalog,
) -> Result<(Relation, Option<TransformStatistics>), Error> {
    list_over(items, input, catalog, false)
}

/// The items of a select list over a relation, resolved
///
/// # Errors
/// As [`select_over`]
pub fn select_items(
    items: &str,
    input: &Relation,
    catalog: &dyn Catalog,
) -> Result<Vec<Item>, Error> {
    items_over(items, input, catalog, true).map(|(items, _)| items)
}

fn list_over(
    items: &str,
    input: &Relation,
    catalog: &dyn Catalog,
    fitted: bool,
) -> Result<(Relation, Option<TransformStatistics>), Error> {
    let (list, statistics) = items_over(items, input, catalog, fitted)?;
    let (list, columns) = write_list(list);
    let from = format!(
        "(\n{}\n) AS {}",
        indent(&input.sql),
        quote_identifier(INPUT)
    );
    let output = crate::resolve::query::Output {
        sql: format!(
            "SELECT{}\nFROM {}",
            lay_out(&list),
            statistics.joined(&from, "")
        ),
        columns,
        value_table: false,
    };
    Ok((
        relation_of(output),
        TransformStatistics::new(&statistics, &from),
    ))
}

fn items_over(
    items: &str,
    input: &Relation,
    catalog: &dyn Catalog,
    fitted: bool,
) -> Result<(Vec<Item>, Statistics), Error> {
    let query = parse_select_items(items)?;
    let resolver = Resolver::new(catalog, 0..items.len());
    resolver.fitted.set(fitted);
    resolver.statistics.replace(Some(Statistics::default()));
    let plain = query.with.is_none()
        && query.order_by.is_none()
        && query.limit_clause.is_none()
        && query.pipe_operators.is_empty();
    let select = match query.body.as_ref() {
        SetExpr::Select(select)
            if plain
                && select.from.is_empty()
                && select.selection.is_none()
                && select.distinct.is_none()
                && select.value_table_mode.is_none()
                && select.having.is_none()
                && select.qualify.is_none() =>
        {
            select
        }
        _ => {
            let message = "expected a select list and nothing after it";
            return Err(Error::new(code::SQL_SYNTAX, message, 0..items.len()));
        }
    };
    let mut scope = Scope::default();
    scope.add(relation_in_scope(
        None,
        INPUT,
        &input.columns,
        &(0..items.len()),
    ));
    let list = resolver.select_list(&select.projection, &scope)?;
    let statistics = resolver.statistics.take().unwrap_or_default();
    let values: Vec<_> = list.iter().map(|item| item.value.clone()).collect();
    resolver.refuse_analytic_aggregation(&statistics, false, &values)?;
    Ok((list, statistics))
}
