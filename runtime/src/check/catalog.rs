//! What names mean while a project is checked: what its actions will have made, what the warehouse has,
//! and tables of which nothing is known

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use diagnostic::{code, did_you_mean};
use googlesql::{
    Catalog, Column, Error, ModelFunction, PhysicalName, Relation, Schema, Table, Type,
};

use super::model::ModelShape;
use crate::warehouse::Warehouse;
use crate::warehouse::duckdb::Names;

/// The suffix of the tables that a wildcard stands for
const TABLE_SUFFIX: &str = "_TABLE_SUFFIX";

/// The tables and models of a project, as its actions make them
pub struct GraphCatalog<'a> {
    names: &'a Names,
    /// Asked for what no action makes
    warehouse: Option<&'a dyn Warehouse>,
    /// What the project's actions make, known or not yet
    own: HashSet<PhysicalName>,
    tables: HashMap<PhysicalName, Schema>,
    models: HashMap<PhysicalName, ModelShape>,
    routines: HashMap<PhysicalName, String>,
}

impl<'a> GraphCatalog<'a> {
    /// A catalog in which none of the project's own tables is known yet
    pub fn new(
        names: &'a Names,
        warehouse: Option<&'a dyn Warehouse>,
        own: HashSet<PhysicalName>,
    ) -> Self {
        Self {
            names,
            warehouse,
            own,
            tables: HashMap::new(),
            models: HashMap::new(),
            routines: HashMap::new(),
        }
    }

    /// Makes a table known
    pub fn add_table(&mut self, name: PhysicalName, schema: Schema) {
        self.tables.insert(name, schema);
    }

    /// Makes a function known, by the statement that makes it
    pub fn add_routine(&mut self, name: PhysicalName, sql: String) {
        self.routines.insert(name, sql);
    }

    /// Makes a model known
    pub fn add_model(&mut self, name: PhysicalName, model: ModelShape) {
        self.models.insert(name, model);
    }

    /// Columns that `*` leaves out; what the project does not make may be partitioned by the time of ingestion
    fn pseudo_columns(&self, name: &PhysicalName) -> Vec<Column> {
        match self.tables.get(name) {
            Some(schema) => schema.pseudo.clone(),
            None => vec![
                Column::new("_PARTITIONTIME", Type::Timestamp),
                Column::new("_PARTITIONDATE", Type::Date),
                Column::new("_FILE_NAME", Type::String),
            ],
        }
    }

    fn columns(&self, name: &PhysicalName) -> Vec<Column> {
        if let Some(schema) = self.tables.get(name) {
            return schema.to_columns();
        }
        // what an action makes is not what an earlier run of it has left in the warehouse
        let stored = self
            .warehouse
            .filter(|_| !self.own.contains(name))
            .and_then(|warehouse| warehouse.columns(name));
        stored.unwrap_or_else(|| vec![Column::rest()])
    }
}

impl Catalog for GraphCatalog<'_> {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        let open = |pseudo_columns| Table {
            sql: String::new(),
            columns: vec![Column::rest()],
            pseudo_columns,
        };
        let special = |part: &String| {
            part.eq_ignore_ascii_case("INFORMATION_SCHEMA") || part.starts_with("__TABLES")
        };
        if path.iter().any(special) {
            return Ok(open(Vec::new()));
        }
        let name = self.physical(path, span)?;
        if !name.name.ends_with('*') {
            return Ok(Table {
                sql: String::new(),
                columns: self.columns(&name),
                pseudo_columns: self.pseudo_columns(&name),
            });
        }
        let mut table = Table {
            columns: self.columns(&name),
            ..open(self.pseudo_columns(&name))
        };
        let suffix = Column::new(TABLE_SUFFIX, Type::String);
        table.pseudo_columns.push(suffix);
        table.columns.retain(|column| column.name != TABLE_SUFFIX);
        Ok(table)
    }

    fn routine(&self, path: &[String], span: Range<usize>) -> Result<Option<String>, Error> {
        let name = match path {
            [_] => return Ok(None),
            path => self.physical(path, span)?,
        };
        Ok(self.routines.get(&name).cloned())
    }

    fn required_filter(
        &self,
        path: &[String],
        span: Range<usize>,
    ) -> Result<Option<(PhysicalName, Vec<String>)>, Error> {
        let Ok(name) = self.physical(path, span) else {
            return Ok(None);
        };
        let columns = self.tables.get(&name);
        let columns = columns.map(|schema| schema.required_filter.clone());
        Ok(columns
            .filter(|columns| !columns.is_empty())
            .map(|columns| (name, columns)))
    }

    fn physical(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        self.names.path(path, span)
    }

    fn schema(&self, path: &[String], span: Range<usize>) -> Result<String, Error> {
        self.names.dataset(path, span)
    }

    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error> {
        let name = self.physical(&call.model, call.span.clone())?;
        let columns = match self.models.get(&name) {
            Some(model) => model.answer(call),
            // a table of the project is no model
            None if self.tables.contains_key(&name) => {
                let message = format!("`{}` is no model", call.model.join("."));
                let mut error = Error::new(code::MODEL_NOT_FOUND, message, call.span.clone());
                let known = self.models.keys().map(|known| known.name.as_str());
                error.help = did_you_mean(&name.name, known);
                return Err(error);
            }
            None => vec![Column::rest()],
        };
        Ok(Relation {
            sql: String::new(),
            columns,
        })
    }

    fn time_zone(&self) -> &str {
        self.names.time_zone.as_deref().unwrap_or("UTC")
    }
}
