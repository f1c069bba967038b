//! The procedure that compares the columns of an incremental table with those of its query and acts
//! as `onSchemaChange` says

use super::script::Text;
use super::{incremental, quoted};
use crate::graph::{OnSchemaChange, Table, Target};

/// Where the procedure declares its variables
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declarations {
    /// Before they are used, as Dataform has them
    WhereUsed,
    /// At its start, the only place that GoogleSQL's grammar has for them
    First,
}

const COMPARED: &str = "\
DECLARE dataform_columns ARRAY<STRING>;
DECLARE temp_table_columns ARRAY<STRUCT<column_name STRING, data_type STRING>>;
DECLARE columns_added ARRAY<STRUCT<column_name STRING, data_type STRING>>;
DECLARE columns_removed ARRAY<STRING>;
";

const SYNCHRONIZED: &str = "DECLARE invalid_removed_columns ARRAY<STRING>;\n";

/// The statements that create, call and drop the procedure; none when changes are ignored
pub fn statements(
    table: &Table,
    declarations: Declarations,
    unique: &mut dyn FnMut() -> String,
) -> Vec<Text> {
    let change = match table.on_schema_change {
        None | Some(OnSchemaChange::Ignore) => return Vec::new(),
        Some(OnSchemaChange::Fail) => fail(),
        Some(OnSchemaChange::Extend) => extend(table),
        Some(OnSchemaChange::Synchronize) => synchronize(table, declarations.here(SYNCHRONIZED)),
    };
    let first = match (declarations, table.on_schema_change) {
        (Declarations::WhereUsed, _) => String::new(),
        (Declarations::First, Some(OnSchemaChange::Synchronize)) => {
            format!("{COMPARED}{SYNCHRONIZED}")
        }
        (Declarations::First, _) => COMPARED.to_owned(),
    };
    let id = unique();
    let target = &table.target;
    let procedure = quoted(&named(target, format!("df_osc_{id}")));
    let empty = named(target, format!("{}_df_temp_{id}_empty", target.name));
    let quoted_empty = quoted(&empty);
    let mut create = Text::of(&format!(
        "CREATE OR REPLACE PROCEDURE {procedure}()
OPTIONS(strict_mode=false)
BEGIN
{first}
-- Create empty table to extract schema of new query.
CREATE OR REPLACE TABLE {quoted_empty} AS (
  SELECT * FROM ("
    ));
    create.append(&incremental::query(table));
    create.push(") AS insertions LIMIT 0\n);\n\n");
    create.push(&compare(target, &empty, declarations.here(COMPARED)));
    create.push(&change);
    create.push(&format!(
        "\n\n\n-- Cleanup temporary tables.\nDROP TABLE IF EXISTS {quoted_empty};\n    \nEND;"
    ));
    let call = format!(
        "BEGIN
  CALL {procedure}();
EXCEPTION WHEN ERROR THEN
  DROP TABLE IF EXISTS {quoted_empty};
  DROP PROCEDURE IF EXISTS {procedure};
  RAISE;
END;
DROP PROCEDURE IF EXISTS {procedure};"
    );
    vec![create, Text::of(&call)]
}

fn named(target: &Target, name: String) -> Target {
    Target {
        name,
        ..target.clone()
    }
}

impl Declarations {
    /// What stands where variables are used
    fn here(self, declared: &'static str) -> &'static str {
        match self {
            Self::WhereUsed => declared,
            Self::First => "",
        }
    }
}

fn compare(target: &Target, empty: &Target, declared: &str) -> String {
    format!(
        "
-- Compare schemas
{declared}
SET dataform_columns = (
  SELECT IFNULL(ARRAY_AGG(DISTINCT column_name), [])
  FROM {columns_view}
  WHERE table_name = '{}'
);

SET temp_table_columns = (
  SELECT IFNULL(ARRAY_AGG(STRUCT(column_name, data_type)), [])
  FROM {columns_view}
  WHERE table_name = '{}'
);

SET columns_added = (
  SELECT IFNULL(ARRAY_AGG(column_info), [])
  FROM UNNEST(temp_table_columns) AS column_info
  WHERE column_info.column_name NOT IN UNNEST(dataform_columns)
);
SET columns_removed = (
  SELECT IFNULL(ARRAY_AGG(column_name), [])
  FROM UNNEST(dataform_columns) AS column_name
  WHERE column_name NOT IN (SELECT col.column_name FROM UNNEST(temp_table_columns) AS col)
);

",
        target.name,
        empty.name,
        columns_view = quoted(&named(target, "INFORMATION_SCHEMA.COLUMNS".to_owned())),
    )
}

fn fail() -> String {
    "
-- Apply schema change strategy (FAIL).
IF ARRAY_LENGTH(columns_added) > 0 OR ARRAY_LENGTH(columns_removed) > 0 THEN
  RAISE USING MESSAGE = FORMAT(
    \"Schema mismatch defined by on_schema_change = 'FAIL'. Added columns: %T, removed columns: %T\",
    columns_added,
    columns_removed
  );
END IF;
"
    .to_owned()
}

fn extend(table: &Table) -> String {
    format!(
        "
-- Apply schema change strategy (EXTEND).
IF ARRAY_LENGTH(columns_removed) > 0 THEN
  RAISE USING MESSAGE = FORMAT(
    \"Column removals are not allowed when on_schema_change = 'EXTEND'. Removed columns: %T\",
    columns_removed
  );
END IF;

{}
",
        add_columns(table)
    )
}

fn synchronize(table: &Table, declared: &str) -> String {
    let keys: Vec<String> = table
        .unique_key
        .iter()
        .map(|key| serde_json::Value::from(key.as_str()).to_string())
        .collect();
    let target = quoted(&table.target);
    format!(
        "
-- Apply schema change strategy (SYNCHRONIZE).
{declared}SET invalid_removed_columns = (
  SELECT IFNULL(ARRAY_AGG(col), []) FROM UNNEST(columns_removed) AS col WHERE col IN UNNEST([{}])
);

IF ARRAY_LENGTH(invalid_removed_columns) > 0 THEN
  RAISE USING MESSAGE = FORMAT(
    \"Cannot drop columns %T as they are part of the unique key for table {target}\",
    invalid_removed_columns
  );
END IF;

IF ARRAY_LENGTH(columns_removed) > 0 THEN
  EXECUTE IMMEDIATE (
    \"ALTER TABLE {target} \" ||
    (
      SELECT STRING_AGG(FORMAT(\"DROP COLUMN IF EXISTS %s\", col), \", \")
      FROM UNNEST(columns_removed) AS col
    )
  );
END IF;

{}
",
        keys.join(","),
        add_columns(table)
    )
}

fn add_columns(table: &Table) -> String {
    format!(
        "IF ARRAY_LENGTH(columns_added) > 0 THEN
  EXECUTE IMMEDIATE (
    \"ALTER TABLE {} \" ||
    (
      SELECT STRING_AGG(FORMAT(\"ADD COLUMN IF NOT EXISTS %s %s\", column_info.column_name, column_info.data_type), \", \")
      FROM UNNEST(columns_added) AS column_info
    )
  );
END IF;",
        quoted(&table.target)
    )
}
