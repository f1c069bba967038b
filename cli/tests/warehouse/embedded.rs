//! The embedded engine, asked through `sqlx-run query`

use std::process::Command;

use anyhow::{Result, bail};
use serde_json::Value as Json;

use crate::engine::{Engine, Project, Rows};

/// The embedded engine
pub struct Embedded;

impl Engine for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn settings(&self) -> String {
        String::new()
    }

    fn execute(&self, project: &Project<'_>, sql: &str) -> Result<()> {
        query(project, sql).map(drop)
    }

    fn ask(&self, project: &Project<'_>, queries: &[String]) -> Result<Vec<Rows>> {
        let text = query(project, &queries.join(";\n"))?;
        let documents = serde_json::Deserializer::from_str(&text).into_iter::<Json>();
        documents
            .map(|document| {
                let mut document = document?;
                let schema = document["schema"].as_array().into_iter().flatten();
                Ok(Rows {
                    columns: schema.map(Rows::column).collect(),
                    rows: serde_json::from_value(document["rows"].take())?,
                })
            })
            .collect()
    }
}

fn query(project: &Project<'_>, sql: &str) -> Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_sqlx-run"))
        .args(["query", "--format", "json", sql])
        .current_dir(project.folder)
        .output()?;
    if !output.status.success() {
        bail!("{sql}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
