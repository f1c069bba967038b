//! Resolving without lowering: the columns of a script's statements, all errors, and where columns come from
//!
//! What is checked here may stand on unknown schemas, so nothing that comes out holds SQL.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::lineage::Origin;
use crate::parse::{on_stack_for, parse, statement::Statement};
use crate::resolve::Resolver;
use crate::resolve::scope::OutputColumn;
use crate::{
    Analyzed, Catalog, Column, Effect, Error, ModelFunction, ModelOption, PhysicalName, Relation,
    Table,
};

/// What a script turned out to be
#[derive(Debug, Clone, Default)]
pub struct CheckedScript {
    /// Its statements, in order
    pub statements: Vec<Checked>,
    /// Tables, views and models that it makes, with the columns as the last statement leaves them
    pub made: BTreeMap<PhysicalName, Schema>,
    /// All that is wrong, each once, in the order in which it was found; places are in the script
    pub errors: Vec<Error>,
}

/// What a statement turned out to be
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Where it stands in the script
    pub span: Range<usize>,
    /// The columns that a query gives, or that a table, view or model is made of
    pub schema: Option<Schema>,
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
            columns: Vec::new(),
            open: true,
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
    let overlay = Overlay {
        base: catalog,
        made: RefCell::default(),
    };
    for statement in &statements {
        let (checked, errors) = check_statement(sql, statement, &overlay);
        overlay.note(&checked);
        script.statements.push(checked);
        script.errors.extend(errors);
    }
    script.made = overlay.made.into_inner().into_iter().filter_map(present).collect();
    script
}

fn present((name, schema): (PhysicalName, Option<Schema>)) -> Option<(PhysicalName, Schema)> {
    schema.map(|schema| (name, schema))
}

fn check_statement(
    sql: &str,
    statement: &Statement,
    catalog: &dyn Catalog,
) -> (Checked, Vec<Error>) {
    let span = statement.span();
    on_stack_for(&span, || {
        let resolver = Resolver::for_check(catalog, statement.span());
        let since = resolver.mark();
        let found = resolver.statement(sql, &statement.kind).map(Some);
        let found = resolver.recovered(since, found, || None).unwrap_or_default();
        let (errors, conditions, columns) = match resolver.findings {
            Some(findings) => findings.into_parts(),
            None => (Vec::new(), BTreeSet::new(), None),
        };
        let (effect, model) = match found {
            Some(Analyzed::Execute { effect, .. }) => (Some(effect), None),
            Some(Analyzed::CreateModel(create)) => {
                let (name, options) = (create.model, create.options);
                (None, Some(CheckedModel { name, options }))
            }
            _ => (None, None),
        };
        let checked = Checked {
            span: statement.span(),
            schema: columns.map(schema),
            effect,
            model,
            conditions: conditions.into_iter().collect(),
        };
        (checked, errors)
    })
}

fn schema(columns: Vec<OutputColumn>) -> Schema {
    let open = columns.iter().any(OutputColumn::is_rest);
    let known = columns.into_iter().filter(|column| !column.is_rest());
    let columns = known.map(|column| SchemaColumn {
        origins: column.origins.iter().cloned().collect(),
        column: Column::new(column.name.unwrap_or(column.physical), column.ty),
    });
    Schema {
        columns: columns.collect(),
        open,
    }
}

/// A catalog with what the statements so far have made or dropped
struct Overlay<'a> {
    base: &'a dyn Catalog,
    made: RefCell<BTreeMap<PhysicalName, Option<Schema>>>,
}

impl Overlay<'_> {
    fn note(&self, checked: &Checked) {
        let schema = || checked.schema.clone().unwrap_or_else(Schema::open);
        let mut made = self.made.borrow_mut();
        match (&checked.effect, &checked.model) {
            (Some(Effect::CreateTable(name) | Effect::CreateView(name)), _)
            | (_, Some(CheckedModel { name, .. })) => {
                made.insert(name.clone(), Some(schema()));
            }
            (Some(Effect::Drop(name)), _) => {
                made.insert(name.clone(), None);
            }
            // Its columns may change in ways that are not followed
            (Some(Effect::Other), _) => made.values_mut().flatten().for_each(|one| one.open = true),
            _ => {}
        }
    }
}

impl Catalog for Overlay<'_> {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        if let Ok(name) = self.base.physical(path, span.clone())
            && let Some(Some(schema)) = self.made.borrow().get(&name)
        {
            return Ok(Table {
                sql: String::new(),
                columns: schema.to_columns(),
                pseudo_columns: Vec::new(),
            });
        }
        self.base.table(path, span)
    }

    fn physical(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        self.base.physical(path, span)
    }

    fn schema(&self, path: &[String], span: Range<usize>) -> Result<String, Error> {
        self.base.schema(path, span)
    }

    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error> {
        self.base.model_function(call)
    }

    fn time_zone(&self) -> &str {
        self.base.time_zone()
    }
}
