//! A catalog with what the statements so far have made, dropped and declared

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Checked, CheckedModel, Schema, SchemaColumn};
use crate::script::Variable;
use crate::{
    Analyzed, Catalog, Effect, Error, ModelFunction, PhysicalName, Relation, StoredTable, Table,
    Type,
};

/// The schema of temporary tables, which no dataset is called
const TEMPORARY: &str = "_SESSION";

pub struct Overlay<'a> {
    base: &'a dyn Catalog,
    made: BTreeMap<PhysicalName, Option<Schema>>,
    /// The statements that make functions
    routines: BTreeMap<PhysicalName, String>,
    /// Variables by block, names in lower case
    variables: Vec<BTreeMap<String, Type>>,
}

impl<'a> Overlay<'a> {
    pub fn new(base: &'a dyn Catalog) -> Self {
        Self {
            base,
            made: BTreeMap::new(),
            routines: BTreeMap::new(),
            variables: vec![BTreeMap::new()],
        }
    }

    /// Remembers what a statement did
    pub fn note(&mut self, checked: &Checked, analyzed: Option<&Analyzed>) {
        let schema = || checked.schema.clone().unwrap_or_else(Schema::open);
        match (&checked.effect, &checked.model) {
            (Some(Effect::CreateTable(name) | Effect::CreateView(name)), _)
            | (_, Some(CheckedModel { name, .. })) => {
                self.made.insert(name.clone(), Some(schema()));
            }
            (Some(Effect::Drop(name)), _) => {
                self.made.insert(name.clone(), None);
            }
            (Some(Effect::Change(name)), _) => self.changed(name, &checked.stored),
            // columns may change in ways that are not followed
            (Some(Effect::Alter(_)), _) => {
                self.made
                    .values_mut()
                    .flatten()
                    .for_each(|one| one.open = true);
            }
            _ => {}
        }
        if let Some(Analyzed::CreateRoutine(create)) = analyzed
            && let Some(name) = self.routine_name(&create.path, create.temporary)
        {
            self.routines.insert(name, create.sql.clone());
        }
    }

    /// Follows values into a table that the script has made
    fn changed(&mut self, name: &PhysicalName, stored: &[SchemaColumn]) {
        let Some(Some(table)) = self.made.get_mut(name) else {
            return;
        };
        for column in &mut table.columns {
            let same =
                |one: &&SchemaColumn| one.column.name.eq_ignore_ascii_case(&column.column.name);
            for origin in stored.iter().filter(same).flat_map(|one| &one.origins) {
                if origin.table != *name && !column.origins.contains(origin) {
                    column.origins.push(origin.clone());
                }
            }
            column.origins.sort();
        }
    }

    fn routine_name(&self, path: &[String], temporary: bool) -> Option<PhysicalName> {
        match (path, temporary) {
            ([name], true) => Some(PhysicalName {
                schema: TEMPORARY.to_owned(),
                name: name.clone(),
            }),
            _ => self.base.physical(path, 0..0).ok(),
        }
    }

    /// Tables, views and models that stand at the end, and functions
    pub fn into_made(
        self,
    ) -> (
        BTreeMap<PhysicalName, Schema>,
        BTreeMap<PhysicalName, String>,
    ) {
        let made = self.made.into_iter();
        let made = made.filter_map(|(name, schema)| Some((name, schema?)));
        let routines = self.routines.into_iter();
        (
            made.filter(|(name, _)| name.schema != TEMPORARY).collect(),
            routines
                .filter(|(name, _)| name.schema != TEMPORARY)
                .collect(),
        )
    }

    pub fn declare(&mut self, name: &str, ty: Type) {
        if let Some(level) = self.variables.last_mut() {
            level.insert(name.to_lowercase(), ty);
        }
    }

    pub fn enter(&mut self) {
        self.variables.push(BTreeMap::new());
    }

    pub fn leave(&mut self) {
        self.variables.pop();
    }

    fn find(&self, path: &[String], span: &Range<usize>) -> Option<&Schema> {
        let temporary = match path {
            [name] => Some(name),
            [session, name] if session.eq_ignore_ascii_case(TEMPORARY) => Some(name),
            _ => None,
        };
        let temporary = temporary.map(|name| PhysicalName {
            schema: TEMPORARY.to_owned(),
            name: name.clone(),
        });
        let lasting = self.base.physical(path, span.clone()).ok();
        [temporary, lasting]
            .iter()
            .flatten()
            .find_map(|name| self.made.get(name)?.as_ref())
    }
}

impl Catalog for Overlay<'_> {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        match self.find(path, &span) {
            Some(schema) => Ok(Table {
                sql: String::new(),
                columns: schema.to_columns(),
                pseudo_columns: schema.pseudo.clone(),
            }),
            None => self.base.table(path, span),
        }
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

    fn routine(&self, path: &[String], span: Range<usize>) -> Result<Option<String>, Error> {
        let names = [true, false].map(|temporary| self.routine_name(path, temporary));
        let mut found = names.iter().flatten();
        match found.find_map(|name| self.routines.get(name)) {
            Some(sql) => Ok(Some(sql.clone())),
            None => self.base.routine(path, span),
        }
    }

    fn required_filter(
        &self,
        path: &[String],
        span: Range<usize>,
    ) -> Result<Option<(PhysicalName, Vec<String>)>, Error> {
        match self.find(path, &span) {
            Some(schema) if schema.required_filter.is_empty() => Ok(None),
            Some(schema) => {
                let name = self.base.physical(path, span)?;
                Ok(Some((name, schema.required_filter.clone())))
            }
            None => self.base.required_filter(path, span),
        }
    }

    fn stored(
        &self,
        name: &PhysicalName,
        span: Range<usize>,
    ) -> Result<Option<StoredTable>, Error> {
        self.base.stored(name, span)
    }

    fn temporary(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        match path.last() {
            Some(name) => Ok(PhysicalName {
                schema: TEMPORARY.to_owned(),
                name: name.clone(),
            }),
            None => self.base.temporary(path, span),
        }
    }

    fn file(&self, uri: &str, span: Range<usize>) -> Result<String, Error> {
        self.base.file(uri, span)
    }

    fn described(&self, from: &str, texts: bool, span: Range<usize>) -> Result<Table, Error> {
        self.base.described(from, texts, span)
    }

    fn variable(&self, name: &str) -> Option<Variable> {
        let lower = name.to_lowercase();
        let mut levels = self.variables.iter().rev();
        let ty = match levels.find_map(|level| level.get(&lower)) {
            Some(ty) => ty.clone(),
            None => system_type(&lower)?,
        };
        Some(Variable {
            ty,
            sql: "NULL".to_owned(),
            null: false,
        })
    }

    fn variables(&self) -> Vec<String> {
        let levels = self.variables.iter();
        levels.flat_map(|level| level.keys().cloned()).collect()
    }

    fn time_zone(&self) -> &str {
        self.base.time_zone()
    }
}

/// The type of a system variable; `None` for a name that is none
fn system_type(name: &str) -> Option<Type> {
    let name = name.strip_prefix("@@")?;
    Some(match name {
        "row_count"
        | "script.num_child_jobs"
        | "script.bytes_processed"
        | "script.bytes_billed"
        | "script.slot_ms" => Type::Int64,
        "script.creation_time" => Type::Timestamp,
        "error.stack_trace" => Type::Unknown,
        _ => Type::String,
    })
}
