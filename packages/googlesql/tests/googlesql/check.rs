//! Checking against schemas of which only a part is known: what is found, and what is left alone

use std::fmt::Write as _;
use std::ops::Range;

use googlesql::{
    Catalog, Column, Error, Field, ModelFunction, PhysicalName, Relation, Table, Type, check,
};

/// `d.orders` is known, `d.raw` is not; anything else does not exist
struct Sources;

impl Catalog for Sources {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        let item = vec![
            Field {
                name: Some("sku".to_owned()),
                ty: Type::String,
            },
            Field {
                name: Some("price".to_owned()),
                ty: Type::Numeric,
            },
        ];
        let columns = match path.join(".").as_str() {
            "d.orders" => vec![
                Column::new("id", Type::Int64),
                Column::new("customer", Type::String),
                Column::new("amount", Type::Float64),
                Column::new("day", Type::Date),
                Column::new("items", Type::Array(Box::new(Type::Struct(item)))),
            ],
            "d.raw" => vec![Column::rest()],
            _ => {
                let message = format!("no table `{}`", path.join("."));
                return Err(Error::new(diagnostic::code::UNKNOWN_TABLE, message, span));
            }
        };
        Ok(Table {
            sql: String::new(),
            columns,
            pseudo_columns: Vec::new(),
        })
    }

    fn physical(&self, path: &[String], _: Range<usize>) -> Result<PhysicalName, Error> {
        Ok(PhysicalName {
            schema: path[..path.len() - 1].join("."),
            name: path[path.len() - 1].clone(),
        })
    }

    fn schema(&self, path: &[String], _: Range<usize>) -> Result<String, Error> {
        Ok(path.join("."))
    }

    fn model_function(&self, _: &ModelFunction) -> Result<Relation, Error> {
        Ok(Relation {
            sql: String::new(),
            columns: vec![Column::rest()],
        })
    }
}

/// The last statement's columns and all errors, a line each
fn report(sql: &str) -> String {
    let checked = check(sql, &Sources);
    let mut text = String::new();
    if let Some(schema) = checked
        .statements
        .last()
        .and_then(|one| one.schema.as_ref())
    {
        let mut columns: Vec<String> = schema
            .columns
            .iter()
            .map(|one| format!("{} {}", one.column.name, one.column.ty))
            .collect();
        if schema.open {
            columns.push("…".to_owned());
        }
        writeln!(text, "{}", columns.join(", ")).unwrap();
    }
    for error in &checked.errors {
        let place = &sql[error.span.clone()];
        write!(text, "{} at `{place}`: {}", error.code, error.message).unwrap();
        if let Some(help) = &error.help {
            write!(text, " ({help})").unwrap();
        }
        text.push('\n');
    }
    text
}

#[test]
fn what_an_unknown_schema_leaves_open() {
    let cases = [
        // flows through
        "SELECT * FROM d.raw",
        "SELECT a, COUNT(*) AS n FROM d.raw GROUP BY a",
        "SELECT nn FROM (SELECT a, COUNT(*) AS n FROM d.raw GROUP BY a)",
        "SELECT a + 1 AS b, UPPER(a) AS c, a = 'x' AS d, CAST(a AS DATE) AS e, a.b.c AS f, a[0] AS g FROM d.raw",
        "SELECT SUM(a) AS s, AVG(a) AS m, MAX(a) AS x, ARRAY_AGG(a) AS l, STRING_AGG(a) AS t FROM d.raw",
        "SELECT COALESCE(a, 1) AS b, IF(a, 1, 2) AS c, a IN (1, 'x') AS d, DATE(a) AS e FROM d.raw",
        "SELECT * EXCEPT (a) REPLACE (1 AS b) FROM d.raw",
        "SELECT raw.x, r.* FROM d.raw JOIN d.raw AS r USING (id)",
        "SELECT e.key, o FROM d.raw, UNNEST(raw.params) AS e WITH OFFSET AS o",
        "SELECT (SELECT value.int_value FROM UNNEST(params) WHERE key = 'level') AS level FROM d.raw",
        "SELECT o.id, r.note FROM d.orders AS o LEFT JOIN d.raw AS r ON o.id = r.id",
        "SELECT note, customer FROM d.orders JOIN d.raw USING (id)",
        "SELECT id FROM d.orders UNION ALL SELECT * FROM d.raw",
        "SELECT * FROM d.raw UNION ALL SELECT id, customer FROM d.orders",
        "WITH a AS (SELECT * FROM d.raw), b AS (SELECT *, 1 AS n FROM a) SELECT x, n, m FROM b",
        "SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) AS n FROM d.raw QUALIFY n = 1",
        "SELECT AS STRUCT * FROM d.raw",
        "SELECT s.x, s.id FROM (SELECT o AS s FROM d.orders AS o)",
        "SELECT * FROM d.raw PIVOT (SUM(v) FOR k IN ('a', 'b'))",
        "SELECT x FROM d.raw WHERE x > (SELECT MAX(amount) FROM d.orders) ORDER BY x LIMIT 3",
        "SELECT DATE_DIFF(a, b, DAY) AS n, FORMAT_DATE('%Y', a) AS y, EXTRACT(YEAR FROM a) AS z FROM d.raw",
        "SELECT SAFE.PARSE_DATE('%Y', a) AS d, JSON_VALUE(a, '$.x') AS j, SPLIT(a, ',')[OFFSET(0)] AS s FROM d.raw",
        "FROM d.raw |> WHERE a > 1 |> AGGREGATE COUNT(*) AS n GROUP BY b",
        "SELECT * FROM ML.PREDICT(MODEL d.m, TABLE d.orders)",
        // and what is wrong all the same
        "SELECT SUBSTRR(a) FROM d.raw",
        "SELECT UPPER(a, b) FROM d.raw",
        "SELECT o.idd FROM d.orders AS o JOIN d.raw AS r ON TRUE",
    ];
    insta::assert_snapshot!(all(&cases));
}

#[test]
fn every_error_of_a_statement_is_found() {
    let cases = [
        "SELECT idd, custmer, amount + customer AS x FROM d.orders WHERE dai > '2020-01-01' GROUP BY nothing",
        "SELECT id, COUNT(*) FROM d.orders",
        "SELECT id FROM d.nowhere JOIN d.orders USING (id) WHERE ordrs.id = 1",
        "WITH a AS (SELECT x FROM d.orders), b AS (SELECT x, y FROM a) SELECT x, y FROM b, c.d",
        "SELECT id FROM d.orders AS a JOIN d.orders AS b ON a.id = b.id WHERE a.id = b.customer",
        "SELECT item.skuu, item.price FROM d.orders, UNNEST(items) AS item",
        "SELECT DATE_ADD(day, INTERVAL 1 DAYS), DATE_DIFF(day, 1) FROM d.orders; SELECT FORM x",
        "SELECT x FROM (SELECT idd AS x, id AS y FROM d.orders) WHERE y = 'a'",
    ];
    insta::assert_snapshot!(all(&cases));
}

#[test]
fn scripts_are_walked() {
    let cases = [
        "CREATE TABLE d.t AS SELECT id, amount AS a FROM d.orders; SELECT *, b FROM d.t",
        "CREATE TEMP TABLE t AS SELECT 1 AS n; SELECT n, m FROM t; DROP TABLE t",
        "DECLARE since DATE DEFAULT (SELECT MAX(day) FROM d.orders); SELECT id, since AS s FROM d.orders WHERE day > since",
        "DECLARE n DEFAULT 1; IF n > 'a' THEN SELECT idd FROM d.orders; ELSE SELECT 1 AS x; END IF",
        "FOR o IN (SELECT id, day FROM d.orders) DO SELECT o.id, o.dai; END FOR",
        "BEGIN SELECT idd FROM d.orders; EXCEPTION WHEN ERROR THEN SELECT @@error.message AS m; END",
        "CREATE TEMP FUNCTION twice(x INT64) AS (x * 2); SELECT twice(id) AS t, twice('a') AS u FROM d.orders",
        "INSERT INTO d.orders (id, customr) VALUES (1, 'a')",
        "MERGE d.orders AS t USING d.raw AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET amount = s.amount WHEN NOT MATCHED THEN INSERT (id) VALUES (s.key)",
        "UPDATE d.orders SET amoun = 1 WHERE idd = 2",
        "CREATE VIEW d.v AS SELECT * FROM d.raw; SELECT x FROM d.v",
        "CREATE TABLE d.t (a INT64, b STRING); INSERT INTO d.t SELECT id, customer FROM d.orders; SELECT a, c FROM d.t",
        "CREATE FUNCTION d.half(x INT64) AS (x / 2); SELECT d.half(id) AS h, d.half(customer) AS i FROM d.orders",
        "CREATE TABLE FUNCTION d.of(k STRING) AS SELECT id, day FROM d.orders WHERE customer = k; SELECT *, o.dai FROM d.of('a') AS o",
        "CREATE TABLE d.t PARTITION BY day OPTIONS (require_partition_filter = TRUE) AS SELECT id, day FROM d.orders; SELECT id FROM d.t; SELECT id FROM d.t WHERE day > '2020-01-01'",
        "CREATE TABLE d.t PARTITION BY day OPTIONS (require_partition_filter = TRUE) AS SELECT id, day FROM d.orders; CREATE VIEW d.v AS SELECT * FROM d.t; DELETE FROM d.t WHERE id = 1",
        "CREATE TABLE d.t (n INT64) PARTITION BY _PARTITIONDATE; SELECT n, _PARTITIONTIME AS at FROM d.t",
    ];
    insta::assert_snapshot!(all(&cases));
}

#[test]
fn columns_know_what_they_are_made_of() {
    let cases = [
        "SELECT id, amount * 2 AS twice, CONCAT(customer, day) AS both, 1 AS one FROM d.orders",
        "WITH a AS (SELECT id AS x, amount AS y FROM d.orders) SELECT x, SUM(y) AS s FROM a GROUP BY x",
        "SELECT customer, RANK() OVER (PARTITION BY customer ORDER BY amount) AS r FROM d.orders WHERE day > '2020-01-01'",
        "SELECT item.sku, o.id FROM d.orders AS o, UNNEST(o.items) AS item WHERE item.price > 1",
        "SELECT (SELECT MAX(amount) FROM d.orders AS i WHERE i.id = o.id) AS best FROM d.orders AS o",
        "SELECT id AS k FROM d.orders UNION ALL SELECT note FROM d.raw",
        "SELECT o.*, r.note, r.a.b FROM d.orders AS o JOIN d.raw AS r USING (id)",
        "SELECT * FROM d.raw",
        "SELECT TIMESTAMP(a) AS t, DATE(a, b) AS d FROM d.raw",
        "SELECT s.b FROM (SELECT STRUCT(id AS a, amount AS b) AS s FROM d.orders)",
        "SELECT customer IN (SELECT name FROM d.raw WHERE ok) AS known, EXISTS (SELECT 1 FROM d.raw WHERE x = id) AS there FROM d.orders",
        "CREATE TABLE d.t AS SELECT ARRAY(SELECT sku FROM UNNEST(items)) AS skus, IF(day > '2020-01-01', amount, NULL) AS late FROM d.orders",
        "FROM d.orders |> WHERE amount > 1 |> AGGREGATE SUM(amount) AS total GROUP BY customer |> EXTEND total / 2 AS half",
    ];
    let report = |sql: &str| {
        let checked = check(sql, &Sources);
        let last = checked.statements.last().unwrap();
        let list = |origins: &[googlesql::Origin]| {
            let names = origins
                .iter()
                .map(|one| format!("{}.{}", one.table.name, one.column));
            names.collect::<Vec<_>>().join(", ")
        };
        let mut text = String::new();
        let schema = last.schema.clone().unwrap_or_default();
        for one in &schema.columns {
            writeln!(text, "{} <- {}", one.column.name, list(&one.origins)).unwrap();
        }
        writeln!(text, "rows <- {}", list(&last.conditions)).unwrap();
        for error in &checked.errors {
            writeln!(text, "{}", error.message).unwrap();
        }
        text
    };
    let text: Vec<String> = cases
        .iter()
        .map(|sql| format!("{sql}\n{}", report(sql)))
        .collect();
    insta::assert_snapshot!(text.join("\n"));
}

fn all(cases: &[&str]) -> String {
    let cases: Vec<String> = cases
        .iter()
        .map(|sql| format!("{sql}\n{}", report(sql)))
        .collect();
    cases.join("\n")
}
