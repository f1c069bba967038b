//! What the front end takes from the text of a statement to DuckDB SQL: `cargo bench -p googlesql`

use std::hint::black_box;
use std::ops::Range;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use diagnostic::code;
use googlesql::{
    Catalog, Column, Error, Field, ModelFunction, PhysicalName, Relation, Table, Type,
};

/// As in the program
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A statement of about one kilobyte, as projects have them
const STATEMENT: &str = "\
WITH sessions AS (
  SELECT user_id, event_date, COUNT(*) AS events, COUNTIF(event_name = 'purchase') AS purchases,
    SUM(IF(event_name = 'purchase', value, 0)) AS revenue,
    MIN(event_timestamp) AS started, MAX(event_timestamp) AS ended
  FROM dataset.events
  WHERE event_date BETWEEN DATE '2024-01-01' AND DATE_ADD(DATE '2024-01-01', INTERVAL 27 DAY)
    AND event_name IN ('purchase', 'session_start', 'level_up') AND user_id IS NOT NULL
  GROUP BY user_id, event_date
), ranked AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY event_date DESC) AS place,
    TIMESTAMP_DIFF(ended, started, SECOND) / 60 AS minutes
  FROM sessions
)
SELECT r.user_id, UPPER(u.country) AS country, SAFE_DIVIDE(SUM(r.revenue), SUM(r.events)) AS value_per_event,
  STRING_AGG(FORMAT_DATE('%Y-%m-%d', r.event_date), ', ' ORDER BY r.event_date) AS days,
  CASE WHEN SUM(r.purchases) > 3 THEN 'often' WHEN SUM(r.purchases) > 0 THEN 'seldom' ELSE 'never' END AS buys
FROM ranked AS r
LEFT JOIN dataset.users AS u USING (user_id)
WHERE r.place <= 7 AND r.minutes > 0.5
GROUP BY 1, 2
HAVING SUM(r.events) > 10
ORDER BY value_per_event DESC, user_id
LIMIT 100";

struct Tables;

impl Catalog for Tables {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        let columns = match path.last().map(String::as_str) {
            Some("events") => vec![
                Column::new("user_id", Type::String),
                Column::new("event_name", Type::String),
                Column::new("event_date", Type::Date),
                Column::new("event_timestamp", Type::Timestamp),
                Column::new("value", Type::Float64),
                Column::new(
                    "params",
                    Type::Array(Box::new(Type::Struct(vec![Field {
                        name: Some("key".to_owned()),
                        ty: Type::String,
                    }]))),
                ),
            ],
            Some("users") => vec![
                Column::new("user_id", Type::String),
                Column::new("country", Type::String),
            ],
            _ => return Err(Error::new(code::UNKNOWN_TABLE, "no such table", span)),
        };
        Ok(Table {
            sql: path.join("."),
            columns,
            pseudo_columns: Vec::new(),
        })
    }

    fn physical(&self, path: &[String], _: Range<usize>) -> Result<PhysicalName, Error> {
        Ok(PhysicalName {
            schema: "dataset".to_owned(),
            name: path.last().cloned().unwrap_or_default(),
        })
    }

    fn schema(&self, path: &[String], _: Range<usize>) -> Result<String, Error> {
        Ok(path.join("."))
    }

    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error> {
        Err(Error::new(
            code::MODEL_NOT_FOUND,
            "no such model",
            call.span.clone(),
        ))
    }
}

fn lower(text: &str) -> Result<usize, Error> {
    let statements = googlesql::parse(text)?;
    for statement in &statements {
        black_box(googlesql::analyze(text, statement, &Tables)?);
    }
    Ok(statements.len())
}

fn statement(criterion: &mut Criterion) {
    assert_eq!(lower(STATEMENT), Ok(1));
    let mut group = criterion.benchmark_group("statement");
    group.throughput(Throughput::Bytes(STATEMENT.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| googlesql::parse(black_box(STATEMENT)).is_ok());
    });
    group.bench_function("parse, resolve and lower", |bencher| {
        bencher.iter(|| lower(black_box(STATEMENT)));
    });
    group.finish();
}

criterion_group!(front_end, statement);
criterion_main!(front_end);
