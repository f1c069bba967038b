//! Exported models to serve, trained by the program on made-up customers

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// A project with exported models
#[derive(Debug, Clone)]
pub struct Models {
    /// The project's folder
    pub project: PathBuf,
    /// A logistic regression of `churned`
    pub baseline: PathBuf,
    /// The same from other features, with a TRANSFORM
    pub transformed: PathBuf,
}

const SETTINGS: &str = "defaultProject: shop\ndefaultDataset: sales\ndefaultLocation: US\n";

/// 2,000 customers, of whom those leave that came from far away, stayed briefly, or have bad luck
const TRAINING: &str = "\
CREATE SCHEMA IF NOT EXISTS sales;
CREATE OR REPLACE TABLE sales.customers AS
WITH numbered AS (
  SELECT n, MOD(ABS(FARM_FINGERPRINT(CAST(n AS STRING))), 1000) / 1000 AS luck
  FROM UNNEST(GENERATE_ARRAY(1, 2000)) AS n
)
SELECT
  CASE MOD(n, 4) WHEN 0 THEN 'Germany' WHEN 1 THEN 'France' WHEN 2 THEN 'Japan' ELSE 'Brazil' END AS country,
  IF(MOD(n, 3) = 0, 'ios', 'android') AS os,
  MOD(n * 37, 120) AS minutes,
  MOD(n, 17) AS levels,
  IF(luck * 60 + MOD(n * 37, 120) < IF(MOD(n, 4) > 1, 95, 70), 1, 0) AS churned
FROM numbered;
CREATE OR REPLACE MODEL sales.baseline
OPTIONS (MODEL_TYPE = 'LOGISTIC_REG', INPUT_LABEL_COLS = ['churned']) AS
SELECT * FROM sales.customers;
CREATE OR REPLACE MODEL sales.transformed
TRANSFORM (UPPER(country) AS country, os, levels, minutes / 60 AS hours, churned)
OPTIONS (MODEL_TYPE = 'LOGISTIC_REG', INPUT_LABEL_COLS = ['churned']) AS
SELECT * FROM sales.customers;
EXPORT MODEL sales.baseline OPTIONS (URI = 'exports/baseline');
EXPORT MODEL sales.transformed OPTIONS (URI = 'exports/transformed');
";

impl Models {
    /// Trains and exports them with the program, in a folder that is there
    ///
    /// # Errors
    /// The program does not run, or fails
    pub fn export(program: &Path, project: &Path) -> Result<Self> {
        std::fs::write(project.join("workflow_settings.yaml"), SETTINGS)?;
        let output = Command::new(program)
            .args(["query", TRAINING])
            .current_dir(project)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            bail!(
                "models cannot be made:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(Self {
            project: project.to_owned(),
            baseline: project.join("exports/baseline"),
            transformed: project.join("exports/transformed"),
        })
    }
}
