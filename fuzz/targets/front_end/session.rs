//! A session that runs nothing: statements are lowered, and every value is made up from the SQL that asks for it

use std::collections::BTreeMap;

use diagnostic::code;
use googlesql::script::{Environment, Failure, Host, Ran, Settings, Transaction};
use googlesql::{Catalog, PhysicalName, Statement};

use super::catalog::Tables;

/// How many statements and turns a script may take
const STEPS: usize = 200;

#[derive(Default)]
pub struct Session {
    steps: usize,
    procedures: BTreeMap<PhysicalName, String>,
    open: bool,
}

impl Host for Session {
    fn catalog<'a>(&'a self, environment: &'a Environment) -> Box<dyn Catalog + 'a> {
        Box::new(Tables::with(environment))
    }

    fn statement(
        &mut self,
        text: &str,
        statement: &Statement,
        environment: &Environment,
    ) -> Result<Ran, Failure> {
        googlesql::analyze(text, statement, &Tables::with(environment))?;
        Ok(Ran { changed: Some(1) })
    }

    fn execute(&mut self, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    /// What the query says where it is a text, else one of a few values, another for another step
    fn value(&mut self, sql: &str) -> Result<Option<String>, Failure> {
        self.step()?;
        let literal = sql
            .strip_prefix("SELECT '")
            .and_then(|rest| rest.strip_suffix('\''));
        if let Some(text) = literal {
            return Ok(Some(text.replace("''", "'")));
        }
        Ok(match (sql.len() + self.steps) % 5 {
            0 => None,
            1 | 2 => Some("true".to_owned()),
            3 => Some("false".to_owned()),
            _ => Some("1".to_owned()),
        })
    }

    fn configure(&mut self, _: &Settings) {}

    fn transaction(&mut self, what: Transaction) -> Result<(), Failure> {
        let begins = what == Transaction::Begin;
        if begins == self.open {
            return Err(Failure::new(code::SQL_INVALID, "not now"));
        }
        self.open = begins;
        Ok(())
    }

    fn recover(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn create_procedure(
        &mut self,
        name: &PhysicalName,
        sql: &str,
        _: bool,
        _: bool,
    ) -> Result<(), Failure> {
        self.procedures.insert(name.clone(), sql.to_owned());
        Ok(())
    }

    fn drop_procedure(&mut self, name: &PhysicalName) -> Result<bool, Failure> {
        Ok(self.procedures.remove(name).is_some())
    }

    fn procedure(&self, name: &PhysicalName) -> Result<Option<String>, Failure> {
        Ok(self.procedures.get(name).cloned())
    }

    fn step(&mut self) -> Result<(), Failure> {
        self.steps += 1;
        match self.steps > STEPS {
            true => Err(Failure::new(code::EXECUTION_FAILED, "long enough").fatal()),
            false => Ok(()),
        }
    }
}
