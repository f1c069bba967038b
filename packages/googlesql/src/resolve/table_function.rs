//! Functions in `FROM`: model functions, which the catalog answers

use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArguments, Ident,
    ObjectName, SetExpr, TableAlias,
};

use super::Resolver;
use super::query::{Output, indent};
use super::scope::{CommonTable, OutputColumn, Scope, same};
use crate::functions;
use crate::lineage::Origins;
use crate::parse::mark;
use crate::{Column, Error, ModelFunction, Relation, Value, quote_identifier};

impl Resolver<'_> {
    pub fn table_function(
        &self,
        name: &ObjectName,
        arguments: &[FunctionArg],
        alias: Option<&TableAlias>,
        scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        let output = self.table_call(name, arguments, scope, span.clone())?;
        let text = format!("(\n{}\n  )", indent(&indent(&output.sql)));
        self.add_output(text, output, alias, scope, span)
    }

    /// `|> CALL f(…)`: the piped table is the first argument
    pub fn piped_function(
        &self,
        function: &Function,
        input: Output,
        scope: &Scope,
    ) -> Result<Output, Error> {
        let given = match &function.args {
            FunctionArguments::List(list) => list.args.as_slice(),
            _ => &[],
        };
        let span = self.span(&function.name);
        let table = Expr::Identifier(Ident::new(mark::INPUT));
        let mut arguments = vec![FunctionArg::Named {
            name: Ident::new("TABLE"),
            arg: FunctionArgExpr::Expr(table),
            operator: FunctionArgOperator::RightArrow,
        }];
        arguments.extend(given.iter().cloned());
        let physical = self.fresh("piped");
        let mut level = Scope::inside(Some(scope));
        level.tables.push(CommonTable {
            name: mark::INPUT.to_owned(),
            physical: physical.clone(),
            columns: input.columns.clone(),
            value_table: input.value_table,
        });
        let output = self.table_call(&function.name, &arguments, &level, span)?;
        let sql = format!(
            "WITH {} AS (\n{}\n)\nSELECT *\nFROM (\n{}\n) AS \"_called\"",
            quote_identifier(&physical),
            indent(&input.sql),
            indent(&output.sql)
        );
        Ok(Output { sql, ..output })
    }

    /// The query that a call in `FROM` stands for
    fn table_call(
        &self,
        name: &ObjectName,
        arguments: &[FunctionArg],
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Output, Error> {
        let function = name.to_string().to_ascii_uppercase();
        if function == "GAP_FILL" {
            return self.gap_fill(arguments, scope, span);
        }
        if function == "RANGE_SESSIONIZE" {
            return self.range_sessionize(arguments, scope, span);
        }
        if !function.starts_with("ML.") {
            let place = self.span(name);
            let path = self.path_parts(name)?;
            let call = place.start..span.end.max(place.end);
            if let Some(output) = self.routine_table(&path, arguments, scope, &call)? {
                return Ok(output);
            }
            if self.may_exist_elsewhere(&path) {
                self.doubt();
                return Ok(self.open_output());
            }
            if let Some(functions::Function::Refused(reason)) = functions::find(&function) {
                let message =
                    format!("{function} is not supported by the embedded engine: {reason}");
                return Err(self.error(code::SQL_UNSUPPORTED, message, place));
            }
            let message = format!("no table function `{}`", name);
            return Err(self.error(code::UNKNOWN_FUNCTION, message, place));
        }
        let span = self.span(name).start..span.end;
        let mut call = ModelFunction {
            function,
            model: Vec::new(),
            inputs: Vec::new(),
            settings: Vec::new(),
            span: span.clone(),
        };
        for argument in arguments {
            self.model_argument(argument, &mut call, scope)?;
        }
        let output = output_of(&self.catalog.model_function(&call)?);
        Ok(self.made_of_inputs(output))
    }

    fn model_argument(
        &self,
        argument: &FunctionArg,
        call: &mut ModelFunction,
        scope: &Scope,
    ) -> Result<(), Error> {
        match argument {
            FunctionArg::Named {
                name,
                arg: FunctionArgExpr::Expr(expr),
                ..
            } if name.value.eq_ignore_ascii_case("MODEL") => {
                call.model = self.expression_path(expr)?;
                Ok(())
            }
            FunctionArg::Named {
                name,
                arg: FunctionArgExpr::Expr(expr),
                ..
            } if name.value.eq_ignore_ascii_case("TABLE") => {
                let path = self.expression_path(expr)?;
                call.inputs
                    .push(self.table_relation(&path, scope, self.span(expr))?);
                Ok(())
            }
            FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Subquery(query))) => {
                let output = self.query(query, Some(scope))?;
                self.note_input(&output.columns);
                call.inputs.push(relation_of(output));
                Ok(())
            }
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr @ Expr::Struct { .. })) => {
                let Value::Struct(fields) = self.constant(expr)? else {
                    return Err(self.invalid("settings are a STRUCT", self.span(expr)));
                };
                for (name, value) in fields {
                    let Some(name) = name else {
                        return Err(self.invalid("each setting needs a name", self.span(expr)));
                    };
                    call.settings.push((name.to_lowercase(), value));
                }
                Ok(())
            }
            other => {
                let message = format!(
                    "{} takes MODEL, TABLE or a query, and STRUCT",
                    call.function
                );
                let place = match other {
                    FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.span(expr),
                    _ => call.span.clone(),
                };
                Err(self.error(code::INVALID_ARGUMENTS, message, place))
            }
        }
    }

    /// `TABLE name` or a query in parentheses, as an argument
    pub fn table_argument(
        &self,
        argument: &FunctionArg,
        scope: &Scope,
        span: &Range<usize>,
    ) -> Result<Relation, Error> {
        match argument {
            FunctionArg::Named {
                name,
                arg: FunctionArgExpr::Expr(expr),
                ..
            } if name.value.eq_ignore_ascii_case("TABLE") => {
                let path = self.expression_path(expr)?;
                self.table_relation(&path, scope, self.span(expr))
            }
            FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Subquery(query))) => {
                Ok(relation_of(self.query(query, Some(scope))?))
            }
            _ => Err(self.error(
                code::INVALID_ARGUMENTS,
                "expected TABLE and a name, or a query in parentheses",
                span.clone(),
            )),
        }
    }

    /// A dotted name that was parsed as an expression
    pub fn expression_path(&self, expr: &Expr) -> Result<Vec<String>, Error> {
        let idents: &[Ident] = match expr {
            Expr::Identifier(one) => std::slice::from_ref(one),
            Expr::CompoundIdentifier(path) => path,
            _ => return Err(self.invalid("expected a name", self.span(expr))),
        };
        Ok(idents
            .iter()
            .flat_map(|ident| match ident.quote_style {
                Some(_) => ident.value.split('.').map(str::to_owned).collect(),
                None => vec![ident.value.clone()],
            })
            .collect())
    }

    fn table_relation(
        &self,
        path: &[String],
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Relation, Error> {
        let (from, columns) = match path {
            [one] if scope.common_table(one).is_some() => {
                let columns = scope.common_table(one).map(|table| table.columns.clone());
                let columns = columns.unwrap_or_default();
                self.note_input(&columns);
                let output = Output {
                    sql: String::new(),
                    columns,
                    value_table: false,
                };
                let physical = scope.common_table(one).map(|table| table.physical.clone());
                let physical = physical.unwrap_or_default();
                (quote_identifier(&physical), relation_of(output).columns)
            }
            _ => {
                let table = self.catalog.table(path, span.clone())?;
                self.note_stored_input(path, &table, &span)?;
                (table.sql, table.columns)
            }
        };
        let list: Vec<_> = columns
            .iter()
            .map(|column| quote_identifier(&column.name))
            .collect();
        Ok(Relation {
            sql: format!("SELECT {} FROM {from}", list.join(", ")),
            columns,
        })
    }

    /// The column of a table argument that another argument names
    pub fn column_named(
        &self,
        relation: &Relation,
        name: &str,
        span: &Range<usize>,
    ) -> Result<Column, Error> {
        let mut columns = relation.columns.iter();
        let found = columns.find(|column| same(&column.name, name));
        found.cloned().ok_or_else(|| {
            let message = format!("no column `{name}` in the table argument");
            self.error(code::UNKNOWN_COLUMN, message, span.clone())
        })
    }
}

/// A lowered query with the names its columns have on DuckDB
pub fn relation_of(output: Output) -> Relation {
    Relation {
        columns: output
            .columns
            .into_iter()
            .map(|column| Column::new(column.physical, column.ty))
            .collect(),
        sql: output.sql,
    }
}

pub fn output_of(relation: &Relation) -> Output {
    Output {
        sql: relation.sql.clone(),
        columns: relation
            .columns
            .iter()
            .map(|column| OutputColumn {
                name: Some(column.name.clone()),
                physical: column.name.clone(),
                ty: column.ty.clone(),
                literal: None,
                origins: Origins::default(),
            })
            .collect(),
        value_table: false,
    }
}

/// Whether a query is only `VALUES`
pub fn values_of(body: &SetExpr) -> Option<&sqlparser::ast::Values> {
    match body {
        SetExpr::Values(values) => Some(values),
        _ => None,
    }
}
