//! From GoogleSQL text to rows: the front end, the trainer and the functions together

use std::cell::RefCell;
use std::ops::Range;

use bqml::Model;
use duckdb::Connection;
use googlesql::{
    Analyzed, Catalog, Column, Error, ModelFunction, PhysicalName, Relation, Table, Type,
};

use crate::support::{engine, rows};

/// One table `d.users` and the models that were trained
pub struct Warehouse {
    pub connection: Connection,
    pub models: RefCell<Vec<Model>>,
}

impl Warehouse {
    pub fn new() -> Self {
        let connection = engine(
            "CREATE TABLE users AS SELECT
               'user' || i AS id, CAST(i % 17 AS BIGINT) AS cnt, CASE WHEN i % 5 > 0 THEN 'c' || i % 3 END AS country,
               TIMESTAMPTZ '2018-08-03 00:00:00+00' + to_minutes(CAST(i * 7 AS INTEGER)) AS first_seen,
               CAST(i % 17 > 8 OR i % 4 = 0 AS BIGINT) AS churned
             FROM range(300) AS r(i)",
        );
        googlesql::udf::register(&connection).unwrap();
        Self {
            connection,
            models: RefCell::default(),
        }
    }

    /// Runs a script and gives the rows of its last query
    pub fn run(&self, script: &str) -> Result<Vec<String>, Error> {
        let mut last = Vec::new();
        for statement in googlesql::parse(script)? {
            match googlesql::analyze(script, &statement, self)? {
                Analyzed::CreateModel(mut create) => {
                    bqml::fit_transform(&self.connection, &mut create, self)?;
                    let model = bqml::train(&self.connection, &create, &mut |_| {})?;
                    self.models.borrow_mut().push(model);
                }
                Analyzed::Query(relation) => last = rows(&self.connection, &relation.sql),
                other => panic!("{other:?}"),
            }
        }
        Ok(last)
    }
}

impl Catalog for Warehouse {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        if path.last().map(String::as_str) != Some("users") {
            let message = format!("no table {}", path.join("."));
            return Err(Error::new(diagnostic::code::UNKNOWN_TABLE, message, span));
        }
        Ok(Table {
            sql: "\"users\"".to_owned(),
            columns: vec![
                Column::new("id", Type::String),
                Column::new("cnt", Type::Int64),
                Column::new("country", Type::String),
                Column::new("first_seen", Type::Timestamp),
                Column::new("churned", Type::Int64),
            ],
            pseudo_columns: Vec::new(),
        })
    }

    fn physical(&self, path: &[String], _: Range<usize>) -> Result<PhysicalName, Error> {
        Ok(PhysicalName {
            schema: path[0].clone(),
            name: path[1].clone(),
        })
    }

    fn schema(&self, path: &[String], _: Range<usize>) -> Result<String, Error> {
        Ok(path[0].clone())
    }

    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error> {
        let name = self.physical(&call.model, call.span.clone())?;
        let models = self.models.borrow();
        let model = models
            .iter()
            .rev()
            .find(|model| model.name.name == name.name)
            .ok_or_else(|| {
                let message = format!("no model {}", name.name);
                Error::new(
                    diagnostic::code::MODEL_NOT_FOUND,
                    message,
                    call.span.clone(),
                )
            })?;
        model.relation(call, self)
    }
}

const PLAIN: &str = "
CREATE OR REPLACE MODEL d.plain
OPTIONS (MODEL_TYPE = 'LOGISTIC_REG', INPUT_LABEL_COLS = ['churned']) AS
SELECT * EXCEPT (id, first_seen) FROM d.users WHERE ABS(MOD(FARM_FINGERPRINT(id), 10)) < 8;
";

const TRANSFORMED: &str = "
CREATE MODEL d.transformed
TRANSFORM (
  EXTRACT(MONTH FROM first_seen) AS month,
  EXTRACT(DAYOFWEEK FROM first_seen) AS julianday,
  EXTRACT(HOUR FROM first_seen) AS hour,
  country, cnt, churned, -- and no id
)
OPTIONS (model_type = 'logistic_reg', input_label_cols = ['churned'], max_iterations = 5) AS
SELECT * FROM d.users;
";

#[test]
fn models_are_made_and_asked_in_googlesql() {
    let warehouse = Warehouse::new();
    warehouse.run(PLAIN).unwrap();
    warehouse.run(TRANSFORMED).unwrap();
    let scripts = [
        "SELECT COUNT(*), ROUND(AVG(p.predicted_churned_probs[OFFSET(0)].prob), 6)
         FROM ML.PREDICT(MODEL d.plain, TABLE d.users) AS p",
        "SELECT id, predicted_churned, (SELECT ROUND(prob, 6) FROM UNNEST(predicted_churned_probs) WHERE label = 1) AS probability
         FROM ML.PREDICT(MODEL d.transformed, (SELECT * EXCEPT (churned) FROM d.users), STRUCT(0.6 AS threshold))
         ORDER BY probability DESC, id LIMIT 3",
        "SELECT roc_auc > 0.7, precision BETWEEN 0 AND 1 FROM ML.EVALUATE(MODEL d.plain, (SELECT * FROM d.users))",
        "SELECT expected_label, _0 + _1 FROM ML.CONFUSION_MATRIX(MODEL d.transformed) ORDER BY expected_label",
        "SELECT COUNT(*) > 10 FROM ML.ROC_CURVE(MODEL d.transformed)",
        "SELECT iteration, eval_loss FROM ML.TRAINING_INFO(MODEL d.transformed) ORDER BY iteration",
        "SELECT processed_input, category FROM ML.WEIGHTS(MODEL d.transformed, STRUCT(TRUE AS standardize))
         LEFT JOIN UNNEST(category_weights) ORDER BY 1, 2",
        "SELECT input, min, max, category_count, null_count FROM ML.FEATURE_INFO(MODEL d.transformed) ORDER BY input",
    ];
    let answers: Vec<String> = scripts
        .iter()
        .map(|script| match warehouse.run(script) {
            Ok(rows) => rows.join("\n"),
            Err(error) => format!("{error} at {:?}", &script[error.span.clone()]),
        })
        .collect();
    insta::assert_snapshot!(answers.join("\n--\n"));
}

#[test]
fn errors_point_into_the_script() {
    let warehouse = Warehouse::new();
    warehouse.run(PLAIN).unwrap();
    let scripts = [
        PLAIN.replace("LOGISTIC_REG", "LOGISTIC_REGR"),
        PLAIN.replace("INPUT_LABEL_COLS", "INPUT_LABEL_COLUMNS"),
        PLAIN.replace("'churned'", "'churn'"),
        PLAIN.replace("* EXCEPT (id, first_seen)", "cnt, 1 AS churned"),
        "SELECT 1; SELECT * FROM ML.PREDICT(MODEL d.plain, (SELECT cnt FROM d.users))".to_owned(),
        "SELECT * FROM ML.PREDICT(MODEL d.other, TABLE d.users)".to_owned(),
    ];
    let lines: Vec<String> = scripts
        .iter()
        .map(|script| {
            let error = warehouse.run(script).unwrap_err();
            format!("{error}\n  at {:?}", &script[error.span.clone()])
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
