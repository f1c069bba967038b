//! Functions that statements create and drop: kept with the other routines, temporary ones with the session

use std::ops::Range;

use diagnostic::code;
use googlesql::{CreateRoutine, Error, FunctionKind, PhysicalName};

use super::Names;
use super::routines::{Routine, RoutineKind, Routines};
use super::session::{DuckDbSession, dotted};
use crate::warehouse::{Outcome, SqlError};

impl DuckDbSession {
    /// Keeps a function
    ///
    /// # Errors
    /// It exists already, or cannot be stored
    pub fn create_function(&mut self, create: CreateRoutine) -> Result<Outcome, SqlError> {
        let kind = match create.kind {
            FunctionKind::Scalar => RoutineKind::Function,
            FunctionKind::Aggregate => RoutineKind::AggregateFunction,
            FunctionKind::Table => RoutineKind::TableFunction,
        };
        let (store, name) = match (create.temporary, create.path.as_slice()) {
            (true, [name]) => (self.temporary_functions.clone(), temporary(name)),
            (true, _) => {
                let message = "a temporary function has no dataset";
                return Err(Error::new(code::SQL_INVALID, message, create.span).into());
            }
            (false, path) => (
                self.routines.clone(),
                self.names.path(path, create.span.clone())?,
            ),
        };
        let known = store.get(&name).map_err(|failure| unreadable(&failure))?;
        if known.is_some() && !create.or_replace {
            if create.if_not_exists {
                return Ok(Outcome::Done);
            }
            let message = format!("a routine `{}` exists already", create.path.join("."));
            return Err(Error::new(code::SQL_INVALID, message, create.span)
                .help("write `CREATE OR REPLACE FUNCTION`")
                .into());
        }
        let routine = Routine::new(&name, kind, &create.sql);
        let before = store
            .set(&name, Some(routine))
            .map_err(|failure| unreadable(&failure))?;
        if !create.temporary {
            self.transactions.note(&name, before);
            self.renew_function_views(&name)?;
        }
        Ok(Outcome::Done)
    }

    /// Forgets a function
    ///
    /// # Errors
    /// There is none, or it is of another kind
    pub fn drop_function(
        &mut self,
        path: &[String],
        table_function: bool,
        if_exists: bool,
        span: &Range<usize>,
    ) -> Result<Outcome, SqlError> {
        let failed = |failure: std::io::Error| unreadable(&failure);
        if let [name] = path
            && self
                .temporary_functions
                .set(&temporary(name), None)
                .map_err(failed)?
                .is_some()
        {
            return Ok(Outcome::Done);
        }
        let name = self.names.path(path, span.clone())?;
        let wanted = |kind| match table_function {
            true => kind == RoutineKind::TableFunction,
            false => matches!(kind, RoutineKind::Function | RoutineKind::AggregateFunction),
        };
        match self.routines.get(&name).map_err(failed)? {
            Some(routine) if wanted(routine.kind) => {
                let before = self.routines.set(&name, None).map_err(failed)?;
                self.transactions.note(&name, before);
                self.renew_function_views(&name)?;
                Ok(Outcome::Done)
            }
            Some(_) => {
                let message = format!("`{}` is a routine of another kind", dotted(&name));
                Err(Error::new(code::SQL_INVALID, message, span.clone()).into())
            }
            None if if_exists => Ok(Outcome::Done),
            None => {
                let message = format!("no function `{}` in this warehouse", dotted(&name));
                Err(Error::new(code::UNKNOWN_FUNCTION, message, span.clone()).into())
            }
        }
    }
}

/// The statement that made the function with a path
///
/// # Errors
/// The routines cannot be read
pub fn definition(
    names: &Names,
    routines: &Routines,
    temporaries: &Routines,
    path: &[String],
    span: Range<usize>,
) -> Result<Option<String>, Error> {
    let failed = |failure: std::io::Error| {
        let failure = unreadable(&failure);
        Error::new(failure.code, failure.message, span.clone())
    };
    if let [name] = path
        && let Some(routine) = temporaries.get(&temporary(name)).map_err(failed)?
    {
        return Ok(Some(routine.sql));
    }
    // a path that names no place is the name of no function
    let Ok(name) = names.path(path, span.clone()) else {
        return Ok(None);
    };
    let found = routines.get(&name).map_err(failed)?;
    Ok(found
        .filter(|routine| routine.kind != RoutineKind::Procedure)
        .map(|routine| routine.sql))
}

fn temporary(name: &str) -> PhysicalName {
    PhysicalName {
        schema: String::new(),
        name: name.to_owned(),
    }
}

fn unreadable(failure: &std::io::Error) -> SqlError {
    SqlError::new(
        code::WAREHOUSE_UNAVAILABLE,
        format!("the routines of the warehouse cannot be stored: {failure}"),
    )
}
