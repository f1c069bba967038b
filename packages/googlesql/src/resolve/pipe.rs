//! Pipe syntax: each operator is a query over the one before it
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax>

use sqlparser::ast::{
    AssignmentTarget, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    PipeOperator, Query, Select, SelectFlavor, SelectItem, SetExpr, SetOperator, SetQuantifier,
    Value,
};

use super::Resolver;
use super::by_name::Matching;
use super::join::Start;
use super::piped::{Entered, Piped};
use super::placement::{find, is_window};
use super::query::{Output, indent};
use super::scope::{Scope, same};
use super::select::Item;
use crate::Error;
use crate::parse::mark;
use crate::tree::{Node, Typed};

impl Resolver<'_> {
    /// A query with pipe operators: its body, then each operator
    pub fn piped_query(
        &self,
        start: Piped,
        operators: &[PipeOperator],
        scope: &Scope,
    ) -> Result<Output, Error> {
        let mut piped = start;
        let mut level = Scope::inside(Some(scope));
        let mut withs = Vec::new();
        for operator in operators {
            if let PipeOperator::Call { function, .. } = operator
                && let Some((mark::WITH, arguments)) = marked(function)
            {
                if let [query] = arguments.queries.as_slice() {
                    withs.push(self.with(query, &mut level)?);
                }
                continue;
            }
            piped = self.pipe(piped, operator, &level)?;
        }
        let mut output = self.visible(piped);
        for with in withs.into_iter().rev() {
            output.sql = format!(
                "{with}\nSELECT *\nFROM (\n{}\n) AS \"_with\"",
                indent(&output.sql)
            );
        }
        Ok(output)
    }

    /// `FROM …` before pipe operators: its range variables stay visible
    pub fn piped_from(&self, select: &Select, parent: &Scope) -> Result<Piped, Error> {
        let mut scope = Scope::inside(Some(parent));
        let from = self.from(&select.from, &mut scope)?.unwrap_or_default();
        let items = self.star_items(&scope, &self.whole)?;
        Ok(self.keep(items, &scope, &from, &[]))
    }

    fn pipe(&self, input: Piped, operator: &PipeOperator, outer: &Scope) -> Result<Piped, Error> {
        if let PipeOperator::As { alias } = operator {
            return Ok(input.renamed(&alias.value));
        }
        let Entered { mut scope, from } = self.enter(&input, outer);
        Ok(match operator {
            PipeOperator::Where { expr } => {
                let condition = self.condition(expr, &scope, "WHERE clause")?;
                let clause = match find(&condition, &is_window) {
                    Some(_) => "QUALIFY",
                    None => "WHERE",
                };
                if clause == "WHERE" {
                    self.before_grouping(&condition, "pipe WHERE")?;
                }
                self.condition_on(&condition.origins);
                input.rows(&from, &[(clause, condition.sql())])
            }
            PipeOperator::OrderBy { exprs } => {
                let order = self.inner_order(exprs, &scope)?;
                input.rows(&from, &[("ORDER BY", order.join(", "))])
            }
            PipeOperator::Limit { expr, offset } => {
                let mut clauses = vec![("LIMIT", self.row_count(expr, outer)?)];
                if let Some(offset) = offset {
                    clauses.push(("OFFSET", self.row_count(offset, outer)?));
                }
                input.rows(&from, &clauses)
            }
            PipeOperator::Select { exprs } => {
                let items = self.select_list(exprs, &scope)?;
                self.no_aggregate(&items, "SELECT")?;
                self.forget(items, &from, &[])
            }
            PipeOperator::Extend { exprs } => {
                let mut items = self.star_items(&scope, &self.whole)?;
                let more = self.select_list(exprs, &scope)?;
                self.no_aggregate(&more, "EXTEND")?;
                items.extend(more);
                self.keep(items, &scope, &from, &[])
            }
            PipeOperator::Set { assignments } => {
                let mut items = self.star_items(&scope, &self.whole)?;
                let mut set = Vec::new();
                for assignment in assignments {
                    let name = match &assignment.target {
                        AssignmentTarget::ColumnName(name) => match name.0.as_slice() {
                            [part] => part.as_ident(),
                            _ => None,
                        },
                        AssignmentTarget::Tuple(_) => None,
                    };
                    let Some(name) = name else {
                        return Err(self.invalid("pipe SET takes columns", self.span(assignment)));
                    };
                    let at = self.one_item(&items, &name.value, &scope, self.ident_span(name))?;
                    let value = self.expression(&assignment.value, &scope)?;
                    items[at].value = value;
                    set.push(name.value.as_str());
                }
                // The new value hides a range variable of its name
                let hidden = |name: &String| set.iter().any(|one| same(one, name));
                scope
                    .relations
                    .retain(|relation| !relation.name.as_ref().is_some_and(hidden));
                self.no_aggregate(&items, "SET")?;
                self.keep(items, &scope, &from, &[])
            }
            PipeOperator::Drop { columns } => {
                let mut items = self.star_items(&scope, &self.whole)?;
                for column in columns {
                    let before = items.len();
                    items.retain(|item| {
                        !item
                            .name
                            .as_deref()
                            .is_some_and(|own| same(own, &column.value))
                    });
                    if items.len() == before && !is_open(&items) {
                        return Err(scope.unknown(&column.value, self.ident_span(column)));
                    }
                }
                if items.is_empty() {
                    return Err(self.invalid("pipe DROP leaves no columns", self.whole.clone()));
                }
                self.keep(items, &scope, &from, &[])
            }
            PipeOperator::Rename { mappings } => {
                let mut items = self.star_items(&scope, &self.whole)?;
                for mapping in mappings {
                    let old = &mapping.ident;
                    let at = self.one_item(&items, &old.value, &scope, self.ident_span(old))?;
                    items[at].name = Some(mapping.alias.value.clone());
                }
                self.keep(items, &scope, &from, &[])
            }
            PipeOperator::Aggregate {
                full_table_exprs,
                group_by_expr,
            } => self.pipe_aggregate(full_table_exprs, group_by_expr, &scope, &from)?,
            PipeOperator::Join(join) => {
                let from = self.join(join, from, &mut scope, Start::default())?;
                let items = self.star_items(&scope, &self.whole)?;
                self.keep(items, &scope, &from, &[])
            }
            PipeOperator::Call { function, alias } => {
                let piped = match marked(function) {
                    Some((mark, arguments)) => {
                        self.pipe_marked(mark, &arguments, input, (&scope, &from), outer)?
                    }
                    None => {
                        let input = self.visible(input);
                        Piped::of(self.piped_function(function, input, outer)?)
                    }
                };
                match alias {
                    Some(alias) => piped.renamed(&alias.value),
                    None => piped,
                }
            }
            _ => return Err(self.unsupported("this pipe operator", self.whole.clone())),
        })
    }

    /// An operator that was rewritten to a call of a mark
    fn pipe_marked(
        &self,
        mark: &str,
        arguments: &Marked,
        input: Piped,
        (scope, from): (&Scope, &str),
        outer: &Scope,
    ) -> Result<Piped, Error> {
        match mark {
            mark::FROM => {
                let [query] = arguments.queries.as_slice() else {
                    return Err(self.invalid("expected a pipe operator", self.whole.clone()));
                };
                let mut level = Scope::inside(Some(outer));
                level.input = Some((from.to_owned(), scope.star.clone(), scope.relations.clone()));
                Ok(Piped::of(self.query(query, Some(&level))?))
            }
            mark::DISTINCT => {
                let columns = &input.output.columns;
                if let Some(column) = columns
                    .iter()
                    .find(|column| !super::grouping::groupable(&column.ty))
                {
                    let message = format!("pipe DISTINCT cannot compare {}", column.ty);
                    return Err(self.mismatch(message, self.whole.clone()));
                }
                Ok(self.distinct_rows(input))
            }
            mark::ASSERT => {
                let Some((condition, messages)) = arguments.exprs.split_first() else {
                    return Err(self.invalid("pipe ASSERT needs a condition", self.whole.clone()));
                };
                let condition = self.condition(condition, scope, "pipe ASSERT")?;
                let mut texts = vec![condition];
                let mut template =
                    "CASE WHEN $0 THEN TRUE ELSE error(concat_ws(' ', 'Assert failed:'".to_owned();
                for (at, message) in messages.iter().enumerate() {
                    let value = self.expression(message, scope)?;
                    texts.push(self.cast(value, &crate::Type::String, false)?);
                    template.push_str(&format!(", ${{{}}}", at + 1));
                }
                template.push_str(")) END");
                let test = Typed::apply(crate::Type::Bool, template, texts, self.whole.clone());
                Ok(input.rows(from, &[("WHERE", test.sql())]))
            }
            mark::SET => self.pipe_set(arguments, self.visible(input), outer),
            mark::UNSUPPORTED => {
                let name = arguments.texts.first().map_or("", String::as_str);
                let span = arguments
                    .exprs
                    .first()
                    .map_or(self.whole.clone(), |expr| self.span(*expr));
                Err(self.unsupported(format!("pipe operator {name}"), span))
            }
            _ => Err(self.unsupported("this pipe operator", self.whole.clone())),
        }
    }

    /// `|> UNION ALL [BY NAME] (query), …`
    fn pipe_set(&self, arguments: &Marked, input: Output, outer: &Scope) -> Result<Piped, Error> {
        let [operator, quantifier, mode, columns @ ..] = arguments.texts.as_slice() else {
            return Err(self.invalid("expected a set operation", self.whole.clone()));
        };
        let op = match operator.as_str() {
            "UNION" => SetOperator::Union,
            "INTERSECT" => SetOperator::Intersect,
            _ => SetOperator::Except,
        };
        let quantifier = match quantifier.as_str() {
            "ALL" => SetQuantifier::All,
            _ => SetQuantifier::Distinct,
        };
        let mut output = input;
        if arguments.queries.is_empty() {
            let message = format!("pipe {operator} takes queries in parentheses");
            return Err(self.invalid(message, self.whole.clone()));
        }
        for query in &arguments.queries {
            let span = self.span(*query);
            let mut right = self.query(query, Some(outer))?;
            if !mode.is_empty() {
                let matching = Matching::new(mode, columns.to_vec());
                (output, right) = self.match_by_name(output, right, &matching, span.clone())?;
            }
            output = self.combine(output, op, quantifier, right, (false, false), span)?;
        }
        Ok(Piped::of(output))
    }

    fn one_item(
        &self,
        items: &[Item],
        name: &str,
        scope: &Scope,
        span: std::ops::Range<usize>,
    ) -> Result<usize, Error> {
        let is = |item: &Item| item.name.as_deref().is_some_and(|own| same(own, name));
        let mut found = items.iter().enumerate().filter(|(_, item)| is(item));
        match (found.next(), found.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => {
                let message = format!("column `{name}` is ambiguous");
                Err(self.error(diagnostic::code::AMBIGUOUS_COLUMN, message, span))
            }
            (None, _) => Err(scope.unknown(name, span)),
        }
    }

    /// Only `AGGREGATE` aggregates
    fn no_aggregate(&self, items: &[Item], operator: &str) -> Result<(), Error> {
        let test = |one: &Typed| matches!(one.node, Node::Aggregate(_)) && !is_window(one);
        match items.iter().find_map(|item| find(&item.value, &test)) {
            None => Ok(()),
            Some(found) => {
                let message = format!("an aggregate function is not allowed in pipe {operator}");
                Err(self
                    .invalid(message, found.span.clone())
                    .help("use the pipe operator AGGREGATE"))
            }
        }
    }
}

/// The arguments of a call that stands for an operator
pub struct Marked<'f> {
    /// String literals before anything else
    pub texts: Vec<String>,
    pub exprs: Vec<&'f Expr>,
    pub queries: Vec<&'f Query>,
}

/// The mark that a function's name is, with its arguments
pub fn marked(function: &Function) -> Option<(&str, Marked<'_>)> {
    let [name] = function.name.0.as_slice() else {
        return None;
    };
    let name = name.as_ident()?.value.as_str();
    if !name.starts_with('\0') {
        return None;
    }
    let mut marked = Marked {
        texts: Vec::new(),
        exprs: Vec::new(),
        queries: Vec::new(),
    };
    match &function.args {
        FunctionArguments::List(list) => {
            for argument in &list.args {
                let FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) = argument else {
                    continue;
                };
                match expr {
                    Expr::Subquery(query) => marked.queries.push(query),
                    Expr::Value(value) => {
                        if let Value::SingleQuotedString(text) = &value.value
                            && marked.texts.len() == marked.exprs.len()
                        {
                            marked.texts.push(text.clone());
                        }
                    }
                    _ => {}
                }
                marked.exprs.push(expr);
            }
        }
        FunctionArguments::Subquery(query) => marked.queries.push(query),
        FunctionArguments::None => {}
    }
    Some((name, marked))
}

/// The unnamed arguments of a call
pub fn unnamed(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else {
        return Vec::new();
    };
    list.args
        .iter()
        .filter_map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        })
        .collect()
}

/// The `FROM` of a query that starts with it
pub fn from_first(body: &SetExpr) -> Option<&Select> {
    match body {
        SetExpr::Select(select) if gives_all(select) => Some(select),
        _ => None,
    }
}

/// Whether a query starts with `FROM` and gives all columns
pub fn gives_all(select: &Select) -> bool {
    match (select.flavor, select.projection.as_slice()) {
        (SelectFlavor::FromFirstNoSelect, _) => true,
        (_, [SelectItem::UnnamedExpr(Expr::Identifier(name))]) => name.value == mark::ALL,
        _ => false,
    }
}

fn is_open(items: &[Item]) -> bool {
    items
        .iter()
        .any(|item| item.name.as_deref() == Some(crate::types::REST))
}
