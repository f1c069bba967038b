//! Errors: code, message, help, and the text they point at

use crate::support;

#[test]
fn errors_point_at_their_cause() {
    let mut shown = String::new();
    for sql in [
        "SELECT UPPR(customer) FROM orders",
        "SELECT custmer FROM orders",
        "SELECT o.amunt FROM orders AS o",
        "SELECT x.id FROM orders AS o",
        "SELECT customer FROM orders AS o, customers AS c",
        "SELECT id + customer FROM orders",
        "SELECT * FROM missing.table_name",
        "SELECT * FROM orders WHERE amount",
        "SELECT id FROM orders WHERE",
        "SELECT id FORM orders",
        "SELECT 'open FROM orders",
        "SELECT id FROM orders; SELECT nope FROM orders",
        "SELECT id,\n  SUBSTR(customer)\nFROM orders",
        "SELECT ST_GEOGPOINT(1, 2)",
        "SELECT * FROM orders FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()",
        "SELECT é FROM orders",
        "SELECT params.nothing FROM `events_*`",
        "SELECT COUNT(*) OVER (ORDER BY tags) FROM orders",
        "SELECT * EXCEPT (nope) FROM orders",
        "SELECT 1 AS a UNION ALL SELECT 'x'",
        "INSERT INTO shop.orders (id, nope) VALUES (1, 2)",
        "INSERT INTO shop.orders (id) VALUES ('x')",
        "CREATE TABLE shop.t AS SELECT 1",
        "CREATE TABLE shop.t AS SELECT 1 AS a, 2 AS A",
        "CREATE FUNCTION f(a INT64) AS (a + b)",
        "DECLARE x INT64",
        "SELECT @parameter",
        "SELECT CAST(DATE '2024-01-01' AS BIGNUMERIC)",
        "SELECT id FROM orders LIMIT -1",
        "SELECT DATE_TRUNC(day, HOUR) FROM orders",
        "SELECT id FROM orders WHERE id > 1 AND SUM(amount) > 1",
        "SELECT MAX(SUM(amount)) FROM orders",
        "SELECT DISTINCT customer FROM orders ORDER BY id",
        "SELECT id FROM orders JOIN customers",
        "SELECT 1 AS a UNION ALL SELECT 2 EXCEPT DISTINCT SELECT 2",
        "SELECT ML.STANDARD_SCALER(amount) OVER (ORDER BY id) FROM orders",
        "CREATE OR REPLACE MODEL m.x TRANSFORM(idd AS a, *) OPTIONS(model_type='LOGISTIC_REG') AS SELECT id FROM orders",
    ] {
        let error = match support::analyze(sql, &support::shop()) {
            Err(error) => error,
            Ok(_) => panic!("no error: {sql}"),
        };
        let place = sql.get(error.span.clone()).unwrap_or("?");
        shown.push_str(&format!(
            "{sql}\n  {error}\n  at `{place}` ({}..{})\n",
            error.span.start, error.span.end
        ));
        if let Some(help) = error.help {
            shown.push_str(&format!("  help: {help}\n"));
        }
        shown.push('\n');
    }
    insta::assert_snapshot!(shown);
}
