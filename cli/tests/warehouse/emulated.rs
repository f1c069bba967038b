//! BigQuery as the emulator has it, asked through its REST interface, past all of our own code

use anyhow::{Context, Result};
use bigquery_emulator::Emulator;

use crate::engine::{Engine, Project, Rows};

/// A running emulator; each history has a project of its own
pub struct Emulated {
    emulator: Emulator,
}

impl Emulated {
    /// Starts it, if it is installed
    pub fn start() -> Result<Self> {
        Ok(Self {
            emulator: Emulator::start()?,
        })
    }
}

impl Engine for Emulated {
    fn name(&self) -> &'static str {
        "emulator"
    }

    fn settings(&self) -> String {
        format!(
            "[defaults]\nenvironment = \"emulator\"\n\n\
             [environments.emulator]\nengine = \"bigquery\"\napi_endpoint = \"{}\"\n",
            self.emulator.endpoint()
        )
    }

    fn execute(&self, project: &Project<'_>, sql: &str) -> Result<()> {
        let client = self.emulator.client(project.name)?;
        client.query(sql).map(drop).with_context(|| sql.to_owned())
    }

    fn ask(&self, project: &Project<'_>, queries: &[String]) -> Result<Vec<Rows>> {
        let client = self.emulator.client(project.name)?;
        queries
            .iter()
            .map(|query| {
                let answer = client.query(query).with_context(|| query.clone())?;
                Ok(Rows {
                    columns: answer.schema.iter().map(Rows::column).collect(),
                    rows: answer.encoded_rows(),
                })
            })
            .collect()
    }
}
