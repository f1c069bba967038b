//! The DuckDB SQL of typical statements

use googlesql::{Analyzed, Column, Relation, Type};

use crate::support;

#[test]
fn statements_lower() {
    for (name, sql) in [
        (
            "aggregate",
            "SELECT customer, COUNTIF(amount > 10) AS big, SUM(id) AS ids, AVG(amount) AS mean,\n  ARRAY_AGG(day IGNORE NULLS ORDER BY day DESC LIMIT 3) AS days\nFROM shop.orders\nWHERE customer LIKE 'a%'\nGROUP BY customer\nHAVING ids > 5\nORDER BY mean DESC, 1\nLIMIT 10",
        ),
        (
            "ctas",
            "create or replace table `p.shop.daily` partition by day cluster by customer OPTIONS(description='x')as SELECT day, customer, COUNT(*) AS n, 1 AS one FROM `p.shop.orders` GROUP BY day, customer",
        ),
        (
            "view",
            "CREATE OR REPLACE VIEW shop.v AS WITH t AS (SELECT * EXCEPT (tags) FROM shop.orders) SELECT t.*, EXTRACT(DAYOFWEEK FROM at) AS weekday FROM t",
        ),
        (
            "join",
            "SELECT o.id, country, tag FROM shop.orders AS o LEFT JOIN shop.customers USING (customer), UNNEST(o.tags) AS tag WHERE country IN ('de', 'fr') AND o.price / 2 > 1",
        ),
        (
            "events",
            "SELECT user, MIN(micros) AS first, EXTRACT(HOUR FROM TIMESTAMP_MICROS(MIN(micros))) AS hour,\n  MAX((SELECT value.number FROM UNNEST(params) WHERE key = 'score')) AS score\nFROM `project.shop.events_*`\nWHERE _TABLE_SUFFIX BETWEEN '20240101' AND '20240131' AND ABS(MOD(FARM_FINGERPRINT(user), 10)) < 8\nGROUP BY user",
        ),
        (
            "window",
            "SELECT id, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY at DESC) AS latest FROM shop.orders QUALIFY latest = 1",
        ),
        (
            "insert",
            "insert into shop.customers\t\n(`customer`,`country`)\t\nselect `customer`,`country`\t\nfrom (SELECT customer, 'de' AS country FROM shop.orders) as insertions",
        ),
        (
            "values",
            "INSERT shop.orders (id, amount, day, price) VALUES (1, 2, '2024-01-01', 1.5), (2, NULL, DATE '2024-01-02', DEFAULT)",
        ),
        (
            "merge",
            "merge `p.shop.customers` DATAFORM_DEST\nusing (SELECT 'a' AS customer, 'de' AS country\n) DATAFORM_SOURCE\non DATAFORM_DEST.customer = DATAFORM_SOURCE.customer \n\nwhen matched then\n  update set `country` = DATAFORM_SOURCE.country\nwhen not matched then\n  insert (`customer`,`country`) values (`customer`,`country`)",
        ),
        (
            "update",
            "UPDATE shop.orders SET amount = amount * 2, customer = NULL WHERE id = 1 OR customer IS NULL",
        ),
        (
            "delete",
            "DELETE shop.orders WHERE day < DATE_SUB(CURRENT_DATE(), INTERVAL 30 DAY)",
        ),
        (
            "create",
            "CREATE TABLE IF NOT EXISTS shop.t (id INT64 NOT NULL, tags ARRAY<STRING>, nested STRUCT<a FLOAT64, b TIMESTAMP>, at DATETIME DEFAULT DATETIME '2024-01-01 00:00:00', PRIMARY KEY (id) NOT ENFORCED)",
        ),
        (
            "drop",
            "DROP TABLE IF EXISTS shop.t; DROP VIEW IF EXISTS shop.v; DROP SCHEMA IF EXISTS shop CASCADE; TRUNCATE TABLE shop.orders; CREATE SCHEMA IF NOT EXISTS p.shop",
        ),
        (
            "alter",
            "ALTER TABLE shop.orders ADD COLUMN IF NOT EXISTS note STRING, DROP COLUMN tags, RENAME COLUMN day TO date",
        ),
        (
            "assert",
            "ASSERT (SELECT COUNT(*) FROM shop.orders) > 0 AS 'no orders'",
        ),
        (
            "predict",
            "SELECT customer, predicted FROM ML.PREDICT(MODEL `shop.model`, (SELECT id, customer FROM shop.orders), STRUCT(0.3 AS threshold)) WHERE predicted > 0.5",
        ),
    ] {
        let analyzed = match support::analyze(sql, &support::shop()) {
            Ok(analyzed) => analyzed,
            Err(error) => panic!("{name}: {error} at {:?}", sql.get(error.span.clone())),
        };
        let mut shown = format!("{sql}\n");
        for one in analyzed {
            shown.push_str("----\n");
            shown.push_str(&show(one));
        }
        insta::assert_snapshot!(name, shown);
    }
}

fn show(analyzed: Analyzed) -> String {
    match analyzed {
        Analyzed::Query(relation) => show_relation(&relation),
        Analyzed::Execute { sql, effect } => format!("{}\n-- {effect:?}\n", sql.join(";\n")),
        other => format!("{other:#?}\n"),
    }
}

fn show_relation(relation: &Relation) -> String {
    let columns: Vec<_> = relation
        .columns
        .iter()
        .map(|one| format!("{} {}", one.name, one.ty))
        .collect();
    format!("{}\n-- {}\n", relation.sql, columns.join(", "))
}

#[test]
fn a_model_is_taken_apart() {
    let sql = "CREATE OR REPLACE MODEL `p.shop.model`\nTRANSFORM (\n  EXTRACT(MONTH FROM at) AS month,\n  * EXCEPT (at)\n)\nOPTIONS (MODEL_TYPE = 'LOGISTIC_REG', INPUT_LABEL_COLS = ['amount'], L2_REG = 0.5, MAX_ITERATIONS = 5)\nAS SELECT at, amount FROM shop.orders";
    let analyzed = support::analyze(sql, &support::shop()).unwrap();
    insta::assert_debug_snapshot!(analyzed);
}

#[test]
fn a_transform_applies_to_any_relation() {
    let input = Relation {
        sql: "SELECT 1 AS \"x\", 'a' AS \"y\"".to_owned(),
        columns: vec![
            Column::new("x", Type::Int64),
            Column::new("y", Type::String),
        ],
    };
    let relation =
        googlesql::select_over("x + 1 AS z, * EXCEPT (x),", &input, &support::shop()).unwrap();
    insta::assert_snapshot!(show_relation(&relation));
    for bad in ["x FROM t", "x WHERE TRUE", "", "nope"] {
        assert!(
            googlesql::select_over(bad, &input, &support::shop()).is_err(),
            "{bad}"
        );
    }
}
