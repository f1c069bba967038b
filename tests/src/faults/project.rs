//! A project with every kind of change to a table, small enough to be run hundreds of times

use std::fs;
use std::path::Path;

use super::Fault;

/// Writes files of a project
///
/// # Errors
/// A folder or file cannot be made
pub fn write(folder: &Path, files: &[(&str, &str)]) -> Result<(), Fault> {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// Its files
pub const FILES: &[(&str, &str)] = &[
    (
        "workflow_settings.yaml",
        "defaultProject: shop\ndefaultDataset: sales\ndefaultAssertionDataset: checks\ndefaultLocation: US\n",
    ),
    (
        "definitions/base.sqlx",
        "config { type: \"table\" }\n\
         SELECT id, MOD(id * 7919, 1000) AS amount, CONCAT('customer ', CAST(MOD(id, 97) AS STRING)) AS customer\n\
         FROM UNNEST(GENERATE_ARRAY(1, 20000)) AS id\n",
    ),
    // applied twice it has rows twice, not applied it lacks a batch
    (
        "definitions/appended.sqlx",
        "config { type: \"incremental\" }\n\
         SELECT ${when(incremental(), `(SELECT MAX(batch) + 1 FROM ${self()})`, \"1\")} AS batch, id, amount\n\
         FROM ${ref(\"base\")}\nWHERE MOD(id, 2) = 0\n",
    ),
    (
        "definitions/widened.sqlx",
        "config { type: \"incremental\", onSchemaChange: \"EXTEND\" }\n\
         SELECT id, amount${when(incremental(), \", customer\")}\nFROM ${ref(\"base\")}\nWHERE MOD(id, 3) = 0\n",
    ),
    (
        "definitions/merged.sqlx",
        "config { type: \"incremental\", uniqueKey: [\"id\"] }\n\
         SELECT id, ${when(incremental(), `(SELECT MAX(version) + 1 FROM ${self()})`, \"1\")} AS version\n\
         FROM ${ref(\"base\")}\nWHERE MOD(id, 5) = 0\n",
    ),
    (
        "definitions/ledger.sqlx",
        "config { type: \"operations\", dependencies: [\"appended\"] }\n\
         CREATE TABLE IF NOT EXISTS sales.ledger (entry INT64, amount INT64);\n\
         INSERT INTO sales.ledger SELECT COUNT(*), SUM(amount) FROM ${ref(\"appended\")};\n\
         UPDATE sales.ledger SET amount = amount + 1 WHERE TRUE\n",
    ),
    (
        "definitions/steps.sqlx",
        "config { type: \"operations\", dependencies: [\"ledger\"] }\n\
         INSERT INTO sales.ledger VALUES (1, 1)\n---\n\
         INSERT INTO sales.ledger SELECT COUNT(*), 0 FROM sales.ledger\n---\n\
         DELETE FROM sales.ledger WHERE entry = -1\n",
    ),
    (
        "definitions/counted.sqlx",
        "config { type: \"operations\", hasOutput: true }\n\
         DECLARE total INT64 DEFAULT (SELECT SUM(amount) FROM ${ref(\"base\")});\n\
         CREATE OR REPLACE TABLE ${self()} AS SELECT total AS total;\n\
         INSERT INTO ${self()} VALUES (0)\n",
    ),
    (
        "definitions/model.sqlx",
        "config { type: \"operations\", hasOutput: true }\n\
         CREATE OR REPLACE MODEL ${self()} OPTIONS (model_type = 'logistic_reg', input_label_cols = ['label']) AS\n\
         SELECT amount, MOD(id, 2) AS label FROM ${ref(\"base\")} WHERE id <= 500\n",
    ),
    (
        "definitions/predicted.sqlx",
        "config { type: \"table\" }\n\
         SELECT id, predicted_label FROM ML.PREDICT(MODEL ${ref(\"model\")}, (SELECT * FROM ${ref(\"base\")} WHERE id <= 2000))\n",
    ),
    (
        "definitions/by_customer.sqlx",
        "config { type: \"view\" }\n\
         SELECT customer, SUM(amount) AS amount FROM ${ref(\"base\")} GROUP BY customer\n",
    ),
    (
        "definitions/summary.sqlx",
        "config { type: \"table\", dependencies: [\"steps\", \"merged\", \"widened\"] }\n\
         post_operations {\n  INSERT INTO sales.ledger VALUES (-2, -2)\n}\n\
         SELECT COUNT(*) AS customers, SUM(amount) AS amount FROM ${ref(\"by_customer\")}\n",
    ),
    (
        "definitions/amounts_are_positive.sqlx",
        "config { type: \"assertion\" }\nSELECT * FROM ${ref(\"base\")} WHERE amount < 0\n",
    ),
];
