//! What is put into a text: calls of every function, operands of every type, clauses, wrappers

use std::sync::LazyLock;

use googlesql::{Parameter, Signature, SignatureKind, signatures};

use super::Dice;

static SIGNATURES: LazyLock<Vec<Signature>> = LazyLock::new(|| signatures().collect());

/// Operands by type, as the function table writes types
const OPERANDS: &[(&str, &[&str])] = &[
    (
        "INT64",
        &["x", "1", "-9223372036854775808", "0x7F", "a[OFFSET(0)]"],
    ),
    ("FLOAT64", &["f", "1.5", "1e300", "CAST('nan' AS FLOAT64)"]),
    ("NUMERIC", &["n", "NUMERIC '1.5'"]),
    ("BIGNUMERIC", &["bn", "BIGNUMERIC '1e-38'"]),
    (
        "STRING",
        &["s", "'a'", "'%d'", "r'\\d+'", "'$.a'", "'''é'''"],
    ),
    ("BYTES", &["y", "b'\\xff'"]),
    ("BOOL", &["b", "TRUE", "x > 1"]),
    ("DATE", &["d", "DATE '2024-02-29'", "CURRENT_DATE()"]),
    ("DATETIME", &["m", "DATETIME '2024-01-01 00:00:00'"]),
    ("TIME", &["c", "TIME '12:00:00'"]),
    ("TIMESTAMP", &["ts", "TIMESTAMP '2024-01-01 00:00:00+01'"]),
    ("UTC", &["ts"]),
    (
        "INTERVAL",
        &["v", "INTERVAL 1 DAY", "INTERVAL '1-2' YEAR TO MONTH"],
    ),
    ("JSON", &["j", "JSON '{\"a\": [1]}'", "j.a[0]"]),
    ("RANGE", &["r", "RANGE<DATE> '[2024-01-01, UNBOUNDED)'"]),
    (
        "ARRAY",
        &[
            "a",
            "t",
            "l",
            "[1, NULL]",
            "ARRAY<STRING>[]",
            "ARRAY(SELECT x FROM d.t)",
        ],
    ),
    ("STRUCT", &["o", "STRUCT(1 AS k, 's')", "(1, 2)", "l[0]"]),
    (
        "PART",
        &["DAY", "WEEK(MONDAY)", "ISOYEAR", "MICROSECOND", "QUARTER"],
    ),
    (
        "ANY",
        &[
            "NULL",
            "@p",
            "?",
            "t.*",
            "(SELECT 1)",
            "DEFAULT",
            "x -> x + 1",
            "MODEL m",
            "TABLE d.t",
        ],
    ),
];

const CLAUSES: &[&str] = &[
    "WHERE x > 1",
    "GROUP BY ALL",
    "GROUP BY ROLLUP(x, s)",
    "GROUP BY GROUPING SETS ((x), (), CUBE(s, d))",
    "HAVING COUNT(*) > 1",
    "QUALIFY ROW_NUMBER() OVER (PARTITION BY s ORDER BY x) = 1",
    "WINDOW w AS (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
    "ORDER BY 1 DESC NULLS LAST",
    "LIMIT 10 OFFSET 1",
    "OVER (PARTITION BY s ORDER BY d RANGE BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING)",
    "FROM d.t AS u JOIN d.t USING (x)",
    "FROM d.t LEFT JOIN UNNEST(l) AS e WITH OFFSET ON e.k = s",
    "FROM d.t, d.t.l AS e",
    "FROM d.t PIVOT(SUM(x) AS p FOR s IN ('a', 'b' AS c))",
    "FROM d.t UNPIVOT(q FOR w IN (x AS 'one'))",
    "FROM d.rows_of(1)",
    "FROM d.all_of(TABLE d.t)",
    "FROM ML.PREDICT(MODEL d.m, TABLE d.t, STRUCT(0.5 AS threshold))",
    "FROM `d.t_*` WHERE _TABLE_SUFFIX = '1'",
    "FROM d.INFORMATION_SCHEMA.COLUMNS",
    "FROM GAP_FILL(TABLE d.t, ts_column => 'ts', bucket_width => INTERVAL 1 DAY, value_columns => [('x', 'locf')])",
    "TABLESAMPLE SYSTEM (10 PERCENT)",
    "UNION ALL BY NAME SELECT s, x FROM d.t",
    "EXCEPT DISTINCT SELECT 1",
    "FULL OUTER UNION ALL BY NAME ON (x) SELECT 1 AS x",
    "|> WHERE x = 1",
    "|> AGGREGATE SUM(x) AS total GROUP AND ORDER BY s",
    "|> EXTEND x + 1 AS q |> SET x = 2 |> DROP s |> RENAME d AS day",
    "|> JOIN d.t USING (x) |> AS u |> SELECT u.*",
    "|> PIVOT(COUNT(*) FOR s IN ('a'))",
    "|> CALL d.all_of() |> LIMIT 1",
    "* EXCEPT (x) REPLACE (1 AS s),",
    "AS alias",
    "WITH q AS (SELECT * FROM d.t) SELECT * FROM q",
    "WITH RECURSIVE q AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM q WHERE i < 3) SELECT * FROM q",
    "; CREATE OR REPLACE TABLE d.new PARTITION BY DATE(ts) CLUSTER BY x OPTIONS(description = 'a') AS SELECT ts, x FROM d.t",
    "; CREATE TABLE d.new (x INT64 NOT NULL DEFAULT 1, o STRUCT<k STRING(3), l ARRAY<NUMERIC(10, 2)>>, PRIMARY KEY (x) NOT ENFORCED)",
    "; CREATE VIEW d.new (q OPTIONS(description = 'a')) AS SELECT 1",
    "; CREATE MATERIALIZED VIEW d.new AS SELECT x FROM d.t",
    "; CREATE TEMP FUNCTION g(p INT64, q ANY TYPE) AS (p + 1)",
    "; CREATE TABLE FUNCTION d.g(p INT64) RETURNS TABLE<x INT64> AS SELECT p AS x",
    "; ALTER TABLE d.t ADD COLUMN IF NOT EXISTS q INT64, DROP COLUMN s, RENAME COLUMN x TO z",
    "; INSERT INTO d.t (x, s) VALUES (1, DEFAULT), (2, 'b')",
    "; UPDATE d.t SET x = x + 1, o.k = 'a' FROM d.t AS u WHERE u.x = t.x",
    "; DELETE FROM d.t WHERE x IN (SELECT x FROM d.t)",
    "; MERGE d.t AS a USING d.t AS b ON a.x = b.x WHEN MATCHED AND b.x > 1 THEN UPDATE SET s = b.s WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED THEN INSERT ROW",
    "; EXPORT DATA OPTIONS(uri = 'a*.csv', format = 'CSV') AS SELECT 1 AS q",
    "; LOAD DATA INTO d.t FROM FILES (format = 'JSON', uris = ['a.json'])",
    "; CREATE MODEL d.m TRANSFORM(ML.STANDARD_SCALER(f) OVER () AS f, s) OPTIONS(model_type = 'LINEAR_REG', input_label_cols = ['s']) AS SELECT * FROM d.t",
    "DECLARE i INT64 DEFAULT 1; ",
    "; SET (i, w) = (SELECT AS STRUCT 1, 2)",
    "; IF i = 1 THEN SELECT 1; ELSEIF TRUE THEN SELECT 2; ELSE SELECT 3; END IF",
    "; BEGIN SELECT 1 / 0; EXCEPTION WHEN ERROR THEN SELECT @@error.message; RAISE; END",
    "; WHILE i < 3 DO SET i = i + 1; CONTINUE; END WHILE",
    "; FOR row IN (SELECT x, s FROM d.t) DO SELECT row.x; END FOR",
    "; CREATE PROCEDURE d.p(IN i INT64, OUT o STRING) BEGIN SET o = CAST(i AS STRING); END; CALL d.p(1, w)",
    "; EXECUTE IMMEDIATE 'SELECT @v + ?' INTO i USING 1 AS v",
    "; ASSERT (SELECT COUNT(*) > 0 FROM d.t) AS 'no rows'",
    ";",
    ",",
];

/// `$` is what is wrapped
const WRAPPERS: &[&str] = &[
    "($)",
    "[$]",
    "STRUCT($ AS k)",
    "SAFE.ABS($)",
    "IFERROR($, NULL)",
    "CASE WHEN $ THEN 1 ELSE 2 END",
    "CASE $ WHEN 1 THEN 'a' END",
    "CAST($ AS STRING FORMAT 'YYYY')",
    "SAFE_CAST($ AS ARRAY<INT64>)",
    "(SELECT $)",
    "(SELECT $ FROM d.t LIMIT 1)",
    "EXISTS(SELECT $)",
    "$ IN (1, 2)",
    "$ IN UNNEST([$])",
    "$ BETWEEN 1 AND 2",
    "$ LIKE ANY ('a', 'b')",
    "$ IS NOT DISTINCT FROM $",
    "NOT $",
    "-$",
    "$ || $",
    "$ + $",
    "$.k",
    "$[SAFE_OFFSET(0)]",
    "SUM($) OVER (ORDER BY $)",
    "ARRAY_AGG(DISTINCT $ IGNORE NULLS ORDER BY $ LIMIT 1)",
    "ANY_VALUE($ HAVING MAX x)",
    "FORMAT('%t', $)",
    "EXTRACT(DAY FROM $ AT TIME ZONE 'UTC')",
    "WITH(w AS $, w)",
    "FROM ($)",
    "SELECT * FROM ($) AS u",
    "SELECT AS STRUCT $",
    "SELECT $ FROM d.t",
    "CREATE VIEW d.v AS $",
    "INSERT INTO d.t (x) $",
    "BEGIN $; END;",
    "LOOP $; LEAVE; END LOOP",
    "EXPLAIN $",
    "ARRAY_TRANSFORM([1], e -> $)",
    "d.any_of($, $)",
    "d.again($)",
];

/// A call of any function, with operands that mostly fit
pub fn call(dice: &mut Dice) -> String {
    let signature = dice.one(&SIGNATURES);
    let mut arguments = Vec::new();
    for parameter in &signature.parameters {
        if parameter.optional && dice.below(2) == 0 {
            break;
        }
        let count = match parameter.repeated {
            true => dice.below(4),
            false => 1,
        };
        arguments.extend((0..count).map(|_| argument(parameter, dice)));
    }
    let safe = match dice.below(8) {
        0 => "SAFE.",
        _ => "",
    };
    let over = match signature.kind {
        SignatureKind::Window => " OVER (PARTITION BY s ORDER BY x)",
        SignatureKind::Aggregate if dice.below(3) == 0 => " OVER (ORDER BY x)",
        _ => "",
    };
    format!("{safe}{}({}){over}", signature.name, arguments.join(", "))
}

fn argument(parameter: &Parameter, dice: &mut Dice) -> String {
    let (name, ty) = match parameter.ty.split_once("=>") {
        Some((name, ty)) => (format!("{} => ", name.trim()), ty.trim()),
        None => (String::new(), parameter.ty),
    };
    let known = OPERANDS.iter().find(|(own, _)| ty.starts_with(own));
    match known.filter(|_| dice.below(10) != 0) {
        Some((_, operands)) => format!("{name}{}", dice.one(operands)),
        None => format!("{name}{}", operand(dice)),
    }
}

/// An operand of any type
pub fn operand(dice: &mut Dice) -> &'static str {
    let (_, operands) = dice.one(OPERANDS);
    dice.one::<&str>(operands)
}

/// A clause, an operator, or a whole statement
pub fn clause(dice: &mut Dice) -> &'static str {
    dice.one::<&str>(CLAUSES)
}

/// Something around a part
pub fn wrap(part: &str, dice: &mut Dice) -> String {
    dice.one::<&str>(WRAPPERS).replace('$', part.trim())
}
