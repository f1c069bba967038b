//! Resolving without lowering: the columns of a script's statements, all errors, and where columns come from
//!
//! What is checked here may stand on unknown schemas, so nothing that comes out holds SQL.

mod overlay;
mod procedural;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::lineage::Origin;
use crate::parse::statement::{Kind, Path, Statement};
use crate::parse::{on_stack_for, parse};
use crate::resolve::Resolver;
use crate::resolve::findings::Findings;
use crate::resolve::layout::{INGESTION_DATE, INGESTION_TIME};
use crate::resolve::scope::OutputColumn;
use crate::{Analyzed, Catalog, Column, Effect, Error, ModelOption, PhysicalName, Type};
use overlay::Overlay;
use sqlparser::tokenizer::Token;

/// What a script turned out to be
#[derive(Debug, Clone, Default)]
pub struct CheckedScript {
    /// Its statements, in order
    pub statements: Vec<Checked>,
    /// Tables, views and models that it makes, with the columns as the last statement leaves them
    pub made: BTreeMap<PhysicalName, Schema>,
    /// The statements that make its functions, temporary ones aside
    pub routines: BTreeMap<PhysicalName, String>,
    /// All that is wrong, each once, in the order of their places in the script
    pub errors: Vec<Error>,
}

/// What a statement turned out to be
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Where it stands in the script
    pub span: Range<usize>,
    /// The columns that a query gives, or that a table, view or model is made of
    pub schema: Option<Schema>,
    /// What it puts into columns of the table that it changes, in no order and not once each
    pub stored: Vec<SchemaColumn>,
    /// What it makes, changes or drops; `None` for a query, or where an error hides it
    pub effect: Option<Effect>,
    /// The model that it trains
    pub model: Option<CheckedModel>,
    /// Stored columns that decide which rows there are: conditions, join, group and partition keys
    pub conditions: Vec<Origin>,
}

/// A model that a statement trains
#[derive(Debug, Clone)]
pub struct CheckedModel {
    /// Where it lives
    pub name: PhysicalName,
    /// Its options as written
    pub options: Vec<ModelOption>,
}

/// Columns as far as they are known
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// Known columns in order; a type may be [`crate::Type::Unknown`]
    pub columns: Vec<SchemaColumn>,
    /// Whether there may be more
    pub open: bool,
    /// The stored columns that further columns are made of; `*` where all of a table's may be
    pub rest: Vec<Origin>,
    /// Columns that `*` leaves out: the time of ingestion
    pub pseudo: Vec<Column>,
    /// The columns one of which a condition must have, where the table asks for a filter over its partitions
    pub required_filter: Vec<String>,
}

/// A column and the stored columns that its values are made of
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaColumn {
    /// Name and type
    pub column: Column,
    /// Stored columns, in order
    pub origins: Vec<Origin>,
}

impl Schema {
    /// Columns of which nothing is known
    pub fn open() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// The columns as a [`Catalog`] gives them, with [`Column::rest`] where there may be more
    pub fn to_columns(&self) -> Vec<Column> {
        let known = self.columns.iter().map(|one| one.column.clone());
        known.chain(self.open.then(Column::rest)).collect()
    }
}

/// Resolves every statement of a script, each seeing what those before it make, and lowers nothing
///
/// A table with [`Column::rest`] has columns that the catalog does not know: every name may be among
/// them. What such a value takes part in is of the type [`crate::Type::Unknown`] where its own type decides
pub fn check(sql: &str, catalog: &dyn Catalog) -> CheckedScript {
    let mut script = CheckedScript::default();
    let statements = match parse(sql) {
        Ok(statements) => statements,
        Err(error) => {
            script.errors.push(error);
            return script;
        }
    };
    let mut checker = Checker {
        sql,
        overlay: Overlay::new(catalog),
        script,
    };
    checker.statements(&statements);
    let mut script = checker.script;
    script.errors.sort_by_key(|error| error.span.start);
    (script.made, script.routines) = checker.overlay.into_made();
    script
}

/// Walks a script's statements
struct Checker<'a> {
    sql: &'a str,
    overlay: Overlay<'a>,
    script: CheckedScript,
}

impl Checker<'_> {
    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            match &statement.kind {
                Kind::Procedural(one) => self.procedural(one, &statement.span),
                _ => self.plain(statement),
            }
        }
    }

    fn plain(&mut self, statement: &Statement) {
        let (checked, made, errors) = check_statement(self.sql, statement, &self.overlay);
        self.overlay.note(&checked, made.as_ref());
        self.script.statements.push(checked);
        self.add_errors(errors);
    }

    fn add_errors(&mut self, errors: Vec<Error>) {
        for error in errors {
            let error = error.shown_in(self.sql);
            if !self.script.errors.contains(&error) {
                self.script.errors.push(error);
            }
        }
    }
}

fn check_statement(
    sql: &str,
    statement: &Statement,
    catalog: &dyn Catalog,
) -> (Checked, Option<Analyzed>, Vec<Error>) {
    let span = statement.span();
    on_stack_for(&span, || {
        let resolver = Resolver::for_check(catalog, statement.span());
        let since = resolver.mark();
        let found = resolver.statement(sql, &statement.kind).map(Some);
        if !matches!(statement.kind, Kind::CreateView(_))
            && let Err(error) = resolver.refuse_unfiltered()
        {
            resolver.tell(error);
        }
        let found = resolver
            .recovered(since, found, || None)
            .unwrap_or_default();
        let findings = resolver.findings.map(Findings::into_parts);
        let findings = findings.unwrap_or_default();
        let stored = findings
            .stored
            .into_iter()
            .map(|(column, origins)| SchemaColumn {
                column,
                origins: origins.iter().cloned().collect(),
            });
        let effect = match &found {
            Some(Analyzed::Execute { effect, .. }) => Some(effect.clone()),
            Some(_) => None,
            None => meant(&statement.kind, catalog),
        };
        let model = match &found {
            Some(Analyzed::CreateModel(create)) => Some(CheckedModel {
                name: create.model.clone(),
                options: create.options.clone(),
            }),
            Some(Analyzed::ExternalModel(create)) => Some(CheckedModel {
                name: create.model.clone(),
                options: create.options.clone(),
            }),
            _ => None,
        };
        let checked = Checked {
            span: statement.span(),
            schema: findings
                .columns
                .map(|columns| laid_out(schema(columns), &statement.kind)),
            stored: stored.collect(),
            effect,
            model,
            conditions: findings.conditions.into_iter().collect(),
        };
        (checked, found, findings.errors)
    })
}

/// What a statement would make if it had no error: what reads it is checked all the same
fn meant(kind: &Kind, catalog: &dyn Catalog) -> Option<Effect> {
    let name = |path: &Path, temporary: bool| match temporary {
        true => catalog.temporary(&path.parts, path.span.clone()).ok(),
        false => catalog.physical(&path.parts, path.span.clone()).ok(),
    };
    match kind {
        Kind::CreateTable(table) => name(&table.path, table.temporary).map(Effect::CreateTable),
        Kind::CreateView(view) => name(&view.path, false).map(Effect::CreateView),
        _ => None,
    }
}

/// A table's columns with what its partitions add to them
fn laid_out(schema: Schema, kind: &Kind) -> Schema {
    let Kind::CreateTable(table) = kind else {
        return schema;
    };
    let Some(partition) = &table.partition_by else {
        return schema;
    };
    let words = crate::lex::lex(&partition.to_string()).unwrap_or_default();
    let has = |name: &str| {
        words.iter().any(|token| matches!(&token.token, Token::Word(word) if word.value.eq_ignore_ascii_case(name)))
    };
    let pseudo = match has(INGESTION_TIME) || has(INGESTION_DATE) {
        true => vec![
            Column::new(INGESTION_TIME, Type::Timestamp),
            Column::new(INGESTION_DATE, Type::Date),
        ],
        false => Vec::new(),
    };
    let required = table.options.iter().any(|option| {
        option
            .name
            .text
            .eq_ignore_ascii_case("require_partition_filter")
            && option.value.to_string().eq_ignore_ascii_case("true")
    });
    let names = schema.columns.iter().map(|one| &one.column.name);
    let required_filter = match required {
        true if pseudo.is_empty() => names.filter(|name| has(name)).cloned().collect(),
        true => pseudo.iter().map(|one| one.name.clone()).collect(),
        false => Vec::new(),
    };
    Schema {
        pseudo,
        required_filter,
        ..schema
    }
}

fn schema(columns: Vec<OutputColumn>) -> Schema {
    let open = columns.iter().any(OutputColumn::is_rest);
    let rests = columns.iter().filter(|column| column.is_rest());
    let rest = rests
        .flat_map(|column| column.origins.iter().cloned())
        .collect();
    let known = columns.into_iter().filter(|column| !column.is_rest());
    let columns = known.map(|column| SchemaColumn {
        origins: column.origins.iter().cloned().collect(),
        column: Column::new(column.name.unwrap_or(column.physical), column.ty),
    });
    Schema {
        columns: columns.collect(),
        open,
        rest,
        ..Schema::default()
    }
}
