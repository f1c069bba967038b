//! Measures training and prediction on made-up rows:
//! `cargo run --release -p bqml --example measure [TRAINING_ROWS] [PREDICTION_ROWS]`

use std::error::Error;
use std::fs;
use std::ops::Range;
use std::time::Instant;

use duckdb::Connection;
use googlesql::{
    Catalog, Column, CreateModel, ModelFunction, ModelOption, PhysicalName, Relation, Table, Type,
    Value,
};

/// 12 numbers, three categories of 2, 30 and 60 values, NULLs in all
const FEATURES: &str = "
    CASE WHEN hash(i, 0) % 50 > 0 THEN hash(i, 1) % 1000 / 10e0 END AS n0,
    CAST(hash(i, 2) % 40 AS BIGINT) AS n1, CAST(hash(i, 3) % 9 AS BIGINT) AS n2,
    CAST(hash(i, 4) % 7 AS BIGINT) AS n3, CAST(hash(i, 5) % 100 AS BIGINT) AS n4,
    CAST(hash(i, 6) % 100 AS BIGINT) AS n5, CAST(hash(i, 7) % 100 AS BIGINT) AS n6,
    CAST(hash(i, 8) % 100 AS BIGINT) AS n7, CAST(hash(i, 9) % 100 AS BIGINT) AS n8,
    CAST(hash(i, 10) % 100 AS BIGINT) AS n9, CAST(hash(i, 11) % 100 AS BIGINT) AS n10,
    CAST(1533305460333004 + hash(i, 12) % 100000000000 AS BIGINT) AS n11,
    CASE WHEN hash(i, 13) % 3 = 0 THEN 'IOS' ELSE 'ANDROID' END AS c0,
    CASE WHEN hash(i, 14) % 50 > 0 THEN 'language-' || hash(i, 15) % 30 END AS c1,
    CASE WHEN hash(i, 16) % 50 > 0 THEN 'country ' || hash(i, 17) % 60 END AS c2";

struct NoCatalog;

fn nothing(span: Range<usize>) -> googlesql::Error {
    googlesql::Error::new(diagnostic::code::UNKNOWN_TABLE, "there is no catalog", span)
}

impl Catalog for NoCatalog {
    fn table(&self, _: &[String], span: Range<usize>) -> Result<Table, googlesql::Error> {
        Err(nothing(span))
    }
    fn physical(&self, _: &[String], span: Range<usize>) -> Result<PhysicalName, googlesql::Error> {
        Err(nothing(span))
    }
    fn schema(&self, _: &[String], span: Range<usize>) -> Result<String, googlesql::Error> {
        Err(nothing(span))
    }
    fn model_function(&self, call: &ModelFunction) -> Result<Relation, googlesql::Error> {
        Err(nothing(call.span.clone()))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let training_rows: u64 = arguments
        .next()
        .map_or(Ok(1_000_000), |text| text.parse())?;
    let prediction_rows: u64 = arguments
        .next()
        .map_or(Ok(10_000_000), |text| text.parse())?;
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(&format!(
        "CREATE TABLE training AS SELECT {FEATURES}, CAST(hash(i, 4) % 7 + hash(i, 13) % 3 + hash(i, 18) % 5 > 5 AS BIGINT) AS label FROM range({training_rows}) AS r(i)"
    ))?;
    let mut columns: Vec<Column> = (0..12)
        .map(|index| {
            let ty = if index == 0 {
                Type::Float64
            } else {
                Type::Int64
            };
            Column::new(format!("n{index}"), ty)
        })
        .chain((0..3).map(|index| Column::new(format!("c{index}"), Type::String)))
        .collect();
    let features = columns.clone();
    columns.push(Column::new("label", Type::Int64));
    let training = Relation {
        sql: "SELECT * FROM training".to_owned(),
        columns,
    };
    let create = CreateModel {
        model: PhysicalName {
            schema: "d".to_owned(),
            name: "m".to_owned(),
        },
        or_replace: false,
        if_not_exists: false,
        statistics: None,
        fitted_transform: None,
        transform: None,
        options: vec![
            ModelOption {
                name: "model_type".to_owned(),
                value: Value::String("LOGISTIC_REG".to_owned()),
                span: 0..0,
            },
            ModelOption {
                name: "early_stop".to_owned(),
                value: Value::Bool(false),
                span: 0..0,
            },
        ],
        query: String::new(),
        transformed: training.clone(),
        training: training.clone(),
        span: 0..0,
    };

    let clock = Clock::start();
    let model = bqml::train(&connection, &create, &mut |_| {})?;
    clock.report("training", training_rows);
    println!(
        "{} iterations, loss {:?}, {} features, peak memory {} MB",
        model.training.len(),
        model.training.last().map(|iteration| iteration.loss),
        model
            .features
            .iter()
            .map(bqml::Feature::width)
            .sum::<usize>(),
        peak_memory()
    );
    let in_steps: i64 = model.training.iter().map(|step| step.duration_ms).sum();
    println!("of it {in_steps} ms in iterations");

    connection.execute_batch(&format!(
        "CREATE TABLE input AS SELECT {FEATURES} FROM range({prediction_rows}) AS r(i)"
    ))?;
    let call = |function: &str, input: Relation| ModelFunction {
        function: function.to_owned(),
        model: vec!["m".to_owned()],
        inputs: vec![input],
        settings: Vec::new(),
        span: 0..0,
    };
    let input = Relation {
        sql: "SELECT * FROM input".to_owned(),
        columns: features,
    };
    let predict = model.relation(&call("ML.PREDICT", input), &NoCatalog)?;
    for (what, sql) in [
        (
            "predicting, summed",
            format!(
                "SELECT sum(predicted_label), sum(predicted_label_probs[1].prob) FROM ({})",
                predict.sql
            ),
        ),
        (
            "predicting into a table",
            format!(
                "CREATE TABLE predictions AS SELECT predicted_label, predicted_label_probs[1].prob AS prob FROM ({})",
                predict.sql
            ),
        ),
    ] {
        let clock = Clock::start();
        connection.execute_batch(&sql)?;
        clock.report(what, prediction_rows);
    }
    let evaluate = model.relation(&call("ML.EVALUATE", training), &NoCatalog)?;
    let clock = Clock::start();
    connection.execute_batch(&evaluate.sql)?;
    clock.report("evaluating", training_rows);
    Ok(())
}

struct Clock {
    wall: Instant,
    processor: f64,
}

impl Clock {
    fn start() -> Self {
        Self {
            wall: Instant::now(),
            processor: processor_seconds(),
        }
    }

    fn report(&self, what: &str, rows: u64) {
        let wall = self.wall.elapsed().as_secs_f64();
        let processor = processor_seconds() - self.processor;
        println!(
            "{what}: {rows} rows in {wall:.2} s, {processor:.2} CPU-s, {:.2} million rows per CPU-s",
            rows as f64 / processor / 1e6
        );
    }
}

/// User and system time of this process; 0 where /proc is not there
fn processor_seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|tick| tick.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

fn peak_memory() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
