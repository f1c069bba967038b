//! Functions for features in `TRANSFORM`: their statistics are those of the training

use crate::statements::Warehouse;

const MODEL: &str = "
CREATE MODEL d.m TRANSFORM (
  ML.STANDARD_SCALER(cnt) OVER () AS cnt,
  ML.MIN_MAX_SCALER(cnt + 1) OVER() AS share, -- with a comment, and a comma
  ML.QUANTILE_BUCKETIZE(cnt, 4) OVER () AS quarter,
  ML.ONE_HOT_ENCODER(country, 'none', 10, 1) OVER () AS country,
  ML.IMPUTER(country, 'most_frequent') OVER () AS filled,
  ML.BUCKETIZE(cnt, [3, 9]) AS bucket,
  ML.TF_IDF([country, 'it\\'s'], 5, 1) OVER () AS terms,
  churned)
OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['churned'])
AS SELECT cnt, country, churned FROM d.users;";

#[test]
fn statistics_of_a_transform_are_those_of_the_training() {
    let warehouse = Warehouse::new();
    warehouse.run(MODEL).unwrap();
    let fitted = warehouse.models.borrow()[0]
        .applied_transform()
        .unwrap()
        .to_owned();
    // one row alone is transformed as among all
    let ask = |rows: &str| {
        let query = format!(
            "SELECT * FROM ML.TRANSFORM(MODEL d.m, (SELECT cnt, country, churned FROM d.users WHERE {rows})) WHERE bucket = 'bin_1' ORDER BY cnt, filled, terms[SAFE_OFFSET(0)].value LIMIT 4"
        );
        warehouse.run(&query).unwrap()
    };
    let few = ask("id IN ('user1', 'user17')");
    insta::assert_snapshot!(format!("{fitted}\n\n{}", few.join("\n")));
    let all = warehouse
        .run("SELECT COUNT(*) FROM ML.TRANSFORM(MODEL d.m, (SELECT * EXCEPT (id) FROM d.users)) WHERE cnt < -1.8")
        .unwrap();
    let direct = warehouse
        .run("SELECT COUNTIF(s < -1.8) FROM (SELECT ML.STANDARD_SCALER(cnt) OVER () AS s FROM d.users)")
        .unwrap_or_default();
    assert_eq!(all, direct);
}

#[test]
fn predictions_need_no_other_rows() {
    let warehouse = Warehouse::new();
    warehouse.run(MODEL).unwrap();
    let ask = |rows: &str| {
        let query = format!(
            "SELECT p.prob FROM ML.PREDICT(MODEL d.m, (SELECT id, cnt, country FROM d.users WHERE {rows})), UNNEST(predicted_churned_probs) AS p WITH OFFSET AS at WHERE at = 0 AND id = 'user7'"
        );
        warehouse.run(&query).unwrap()
    };
    assert_eq!(ask("TRUE"), ask("id = 'user7'"));
}

#[test]
fn vectors_are_features() {
    let warehouse = Warehouse::new();
    let script = "
CREATE MODEL d.m OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['churned'], category_encoding_method = 'ONE_HOT_ENCODING')
AS SELECT [cnt / 16, IF(country IS NULL, 1.0, 0.0)] AS dense,
  [(IF(country = 'c1', 3, 0), 2.0), (1, CAST(cnt AS FLOAT64))] AS sparse, churned FROM d.users;
SELECT input, min, category_count, null_count, dimension FROM ML.FEATURE_INFO(MODEL d.m);";
    let rows = warehouse.run(script).unwrap();
    insta::assert_snapshot!(rows.join("\n"));
    let agree = "SELECT COUNT(*), COUNT(DISTINCT CAST(ROUND(p.predicted_churned_probs[OFFSET(0)].prob, 9) AS STRING)) > 20 FROM ML.PREDICT(MODEL d.m, (SELECT [cnt / 16, IF(country IS NULL, 1.0, 0.0)] AS dense, [(IF(country = 'c1', 3, 0), 2.0), (1, CAST(cnt AS FLOAT64)), (9, 7.0)] AS sparse FROM d.users)) AS p";
    assert_eq!(warehouse.run(agree).unwrap(), ["300 | true"]);
}

#[test]
fn a_model_may_only_transform() {
    let warehouse = Warehouse::new();
    let script = "
CREATE MODEL d.m TRANSFORM (ML.MAX_ABS_SCALER(cnt) OVER () AS cnt, UPPER(country) AS country, id)
OPTIONS (model_type = 'transform_only') AS SELECT id, cnt, country FROM d.users;
SELECT * FROM ML.TRANSFORM(MODEL d.m, (SELECT 'x' AS id, 8 AS cnt, 'c1' AS country, 1 AS other));";
    assert_eq!(warehouse.run(script).unwrap(), ["0.5 | C1 | x"]);
    let info = warehouse
        .run("SELECT input, max, category_count FROM ML.FEATURE_INFO(MODEL d.m)")
        .unwrap();
    assert_eq!(
        info,
        ["id | NULL | 300", "cnt | 16.0 | NULL", "country | NULL | 3"]
    );
    for (script, part) in [
        ("SELECT * FROM ML.PREDICT(MODEL d.m, TABLE d.users)", "Q008"),
        ("SELECT * FROM ML.EVALUATE(MODEL d.m)", "Q008"),
        (
            "SELECT * FROM ML.TRANSFORM(MODEL d.m, (SELECT 1 AS cnt))",
            "M006",
        ),
        (
            "CREATE MODEL d.n OPTIONS (model_type = 'TRANSFORM_ONLY') AS SELECT cnt FROM d.users",
            "M002",
        ),
        (
            "CREATE MODEL d.n TRANSFORM (cnt) OPTIONS (model_type = 'TRANSFORM_ONLY', l1_reg = 1) AS SELECT cnt FROM d.users",
            "M002",
        ),
    ] {
        let error = warehouse.run(script).unwrap_err().to_string();
        assert!(error.contains(part), "{script}: {error}");
    }
}
