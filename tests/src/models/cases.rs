//! The models that are exported, and the rows that they are asked about

/// A model
#[derive(Debug)]
pub struct Case {
    /// What it is for
    pub name: &'static str,
    /// Its statement; the model is `t.m`
    pub create: &'static str,
    /// What `ML.PREDICT` is told
    pub settings: &'static str,
    /// Forms that it is exported in
    pub formats: &'static [&'static str],
    /// By output, what `ML.PREDICT` says of it: an array, or one value
    pub outputs: &'static [(&'static str, &'static str)],
}

/// Rows to train on, and 1,000 rows to ask about: NULLs, categories never trained on, extremes
pub const TABLES: &str = "
CREATE TABLE t.asked AS
SELECT
  i,
  CASE WHEN MOD(i, 11) = 0 THEN NULL WHEN MOD(i, 97) = 0 THEN 1e300 WHEN MOD(i, 89) = 0 THEN -1e300
    WHEN MOD(i, 83) = 0 THEN 2.3e-308 ELSE MOD(i * 7919, 1000) / 70 END AS x,
  CASE WHEN MOD(i, 13) = 0 THEN NULL WHEN MOD(i, 101) = 0 THEN 9007199254740992
    ELSE 1700000000000000 + i * 1000003 END AS n,
  CASE WHEN MOD(i, 7) = 0 THEN NULL WHEN MOD(i, 103) = 0 THEN 'never é'
    ELSE CONCAT('c', CAST(MOD(i * 31, 12) AS STRING)) END AS c,
  IF(MOD(i, 17) = 0, NULL, MOD(i, 3) = 0) AS b,
  IF(MOD(i, 19) = 0, NULL, DATE_ADD(DATE '2023-11-25', INTERVAL MOD(i, 70) DAY)) AS d,
  STRUCT(IF(MOD(i, 23) = 0, NULL, CONCAT('k', CAST(MOD(i, 4) AS STRING))) AS kind, MOD(i, 6) AS size) AS s
FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS i;

CREATE TABLE t.trained AS
SELECT
  * EXCEPT (i),
  IF(MOD(i * 13, 40) + IFNULL(x, 3) + IF(c IN ('c1', 'c2'), 9, 0) > 30, 'yes', 'no') AS label,
  CASE WHEN MOD(i * 17, 10) < 3 OR c = 'c4' THEN 10 WHEN MOD(i, 5) < 3 THEN 9 ELSE -3 END AS grade,
  IFNULL(x, 5) * 3 + IF(b, 7, 0) + MOD(i * 29, 10) AS value
FROM t.asked
WHERE (x IS NULL OR ABS(x) < 1e200) AND (n IS NULL OR n < 9000000000000000) AND IFNULL(c, '') != 'never é' AND IFNULL(c, '') != 'c7';
";

/// By name, what is given to the runtimes
pub const INPUTS: &[(&str, &str)] = &[
    ("x", "x"),
    ("n", "CAST(n AS FLOAT64)"),
    ("c", "c"),
    ("b", "b"),
    ("d", "CAST(d AS STRING)"),
    ("s_kind", "s.kind"),
    ("s_size", "s.size"),
];

const BOTH: &[&str] = &["SAVED_MODEL", "ONNX"];

/// XGBoost compares in single precision, in which microseconds since 1970 fall together
const ALL: &[&str] = &["SAVED_MODEL", "ONNX", "XGBOOST"];

const CLUSTERS: &[(&str, &str)] = &[
    ("CENTROID_ID", "CAST(CENTROID_ID AS FLOAT64)"),
    (
        "NEAREST_CENTROIDS_DISTANCE.DISTANCE",
        "ARRAY(SELECT DISTANCE FROM UNNEST(NEAREST_CENTROIDS_DISTANCE) WITH OFFSET AS at ORDER BY at)",
    ),
];

/// Kinds of models, and what may stand in a `TRANSFORM`
pub const CASES: &[Case] = &[
    Case {
        name: "logistic, two classes",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['label']) AS
          SELECT * EXCEPT (grade, value) FROM t.trained",
        settings: "",
        formats: BOTH,
        outputs: &[
            ("label_probs", "ARRAY(SELECT prob FROM UNNEST(predicted_label_probs) WITH OFFSET AS at ORDER BY at)"),
            ("label_values", "ARRAY(SELECT label FROM UNNEST(predicted_label_probs) WITH OFFSET AS at ORDER BY at)"),
            ("predicted_label", "predicted_label"),
        ],
    },
    Case {
        name: "logistic, dummy encoding",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['label'],
          category_encoding_method = 'DUMMY_ENCODING') AS SELECT * EXCEPT (grade, value) FROM t.trained",
        settings: "",
        formats: BOTH,
        outputs: &[
            ("label_probs", "ARRAY(SELECT prob FROM UNNEST(predicted_label_probs) WITH OFFSET AS at ORDER BY at)"),
            ("predicted_label", "predicted_label"),
        ],
    },
    Case {
        name: "logistic, three classes",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['grade']) AS
          SELECT * EXCEPT (label, value) FROM t.trained",
        settings: "",
        formats: BOTH,
        outputs: &[
            ("grade_probs", "ARRAY(SELECT prob FROM UNNEST(predicted_grade_probs) WITH OFFSET AS at ORDER BY at)"),
            ("grade_values", "ARRAY(SELECT CAST(label AS STRING) FROM UNNEST(predicted_grade_probs) WITH OFFSET AS at ORDER BY at)"),
            ("predicted_grade", "CAST(predicted_grade AS STRING)"),
        ],
    },
    Case {
        name: "linear",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'LINEAR_REG', input_label_cols = ['value']) AS
          SELECT * EXCEPT (label, grade) FROM t.trained",
        settings: "",
        formats: BOTH,
        outputs: &[("predicted_value", "predicted_value")],
    },
    Case {
        name: "transform, numbers",
        create: "CREATE OR REPLACE MODEL t.m TRANSFORM (
            IFNULL(x, 0) / 3 AS a, SAFE_DIVIDE(n, x) AS q, MOD(n, 1000) AS rest, DIV(n, 1000000) AS seconds,
            ROUND(LEAST(GREATEST(x, -5), 5), 1) AS r, LN(ABS(LEAST(x, 1e9)) + 1) AS l, SQRT(ABS(s.size)) AS q2,
            POW(s.size, 2) AS p, CAST(b AS INT64) AS bit,
            EXTRACT(HOUR FROM TIMESTAMP_MICROS(LEAST(n, 1800000000000000))) AS hour, SIGN(x) AS sign, EXP(-s.size) AS e,
            CASE WHEN x IS NULL THEN 0 WHEN x > 3 AND NOT b THEN 1 WHEN c = 'c1' OR b THEN 2 ELSE 3 END AS bucket,
            value)
          OPTIONS (model_type = 'LINEAR_REG', input_label_cols = ['value']) AS SELECT * EXCEPT (label, grade) FROM t.trained",
        settings: "",
        formats: BOTH,
        outputs: &[("predicted_value", "predicted_value")],
    },
    Case {
        name: "transform, texts",
        create: "CREATE OR REPLACE MODEL t.m TRANSFORM (
            UPPER(c) AS u, CONCAT(IFNULL(c, 'none'), '-', s.kind) AS cross_, SUBSTR(c, 2) AS tail, LENGTH(c) AS l,
            IF(STARTS_WITH(c, 'c1'), 'one', 'other') AS one, REGEXP_EXTRACT(c, r'\\d+') AS digits,
            REGEXP_REPLACE(c, r'c(\\d)', r'<\\1>') AS replaced, SAFE_CAST(SUBSTR(c, 2) AS INT64) AS number,
            IF(REGEXP_CONTAINS(c, '1$'), 1, 0) AS has, TRIM(LOWER(c)) AS low, ML.HASH_BUCKETIZE(c, 5) AS h, b, label)
          OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['label']) AS SELECT * EXCEPT (grade, value) FROM t.trained",
        settings: "",
        formats: &["SAVED_MODEL"],
        outputs: &[("label_probs", "ARRAY(SELECT prob FROM UNNEST(predicted_label_probs) WITH OFFSET AS at ORDER BY at)")],
    },
    Case {
        name: "transform, dates",
        create: "CREATE OR REPLACE MODEL t.m TRANSFORM (
            EXTRACT(DAYOFWEEK FROM d) AS weekday, EXTRACT(MONTH FROM d) AS month, EXTRACT(YEAR FROM d) AS year,
            EXTRACT(DAYOFYEAR FROM d) AS yearday, DATE_DIFF(d, DATE '2023-01-31', DAY) AS days,
            CAST(EXTRACT(HOUR FROM TIMESTAMP_MICROS(LEAST(n, 1800000000000000))) AS STRING) AS hour,
            CAST(EXTRACT(DAYOFWEEK FROM TIMESTAMP_MICROS(LEAST(n, 1800000000000000))) AS STRING) AS day, d, label)
          OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['label']) AS SELECT * EXCEPT (grade, value) FROM t.trained",
        settings: "",
        formats: &["SAVED_MODEL"],
        outputs: &[("label_probs", "ARRAY(SELECT prob FROM UNNEST(predicted_label_probs) WITH OFFSET AS at ORDER BY at)")],
    },
    Case {
        name: "transform, feature functions",
        create: "CREATE OR REPLACE MODEL t.m TRANSFORM (
            ML.STANDARD_SCALER(LEAST(x, 1000)) OVER () AS a, ML.MIN_MAX_SCALER(x) OVER () AS b1,
            ML.QUANTILE_BUCKETIZE(x, 4) OVER () AS q, ML.BUCKETIZE(x, [1, 5.5, 9]) AS k,
            ML.LABEL_ENCODER(c) OVER () AS place, ML.IMPUTER(x, 'median') OVER () AS filled,
            ML.FEATURE_CROSS(STRUCT(c, s.kind)) AS crossed, ML.POLYNOMIAL_EXPAND(STRUCT(s.size AS z, LEAST(x, 50) AS y)) AS poly,
            ML.ONE_HOT_ENCODER(s.kind) OVER () AS hot, label)
          OPTIONS (model_type = 'LOGISTIC_REG', input_label_cols = ['label']) AS SELECT * EXCEPT (grade, value) FROM t.trained",
        settings: "",
        formats: BOTH,
        outputs: &[("label_probs", "ARRAY(SELECT prob FROM UNNEST(predicted_label_probs) AS p ORDER BY p.label DESC)")],
    },
    Case {
        name: "k-means",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'KMEANS', num_clusters = 7) AS
          SELECT * EXCEPT (label, grade, value) FROM t.trained",
        settings: "",
        formats: BOTH,
        outputs: CLUSTERS,
    },
    Case {
        name: "k-means, cosine",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'KMEANS', num_clusters = 3, distance_type = 'COSINE') AS
          SELECT * EXCEPT (label, grade, value) FROM t.trained",
        settings: "",
        formats: BOTH,
        outputs: CLUSTERS,
    },
    Case {
        name: "principal components",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'PCA', num_principal_components = 3) AS
          SELECT * EXCEPT (label, grade, value) FROM t.trained",
        settings: ", STRUCT(TRUE AS keep_original_columns)",
        formats: BOTH,
        outputs: &[
            ("principal_component_1", "principal_component_1"),
            ("principal_component_2", "principal_component_2"),
            ("principal_component_3", "principal_component_3"),
        ],
    },
    Case {
        name: "boosted trees, two classes",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'BOOSTED_TREE_CLASSIFIER', max_iterations = 20,
          input_label_cols = ['label']) AS SELECT * EXCEPT (grade, value) FROM t.trained",
        settings: "",
        formats: BOTH,
        outputs: &[
            ("label_probs", "ARRAY(SELECT prob FROM UNNEST(predicted_label_probs) AS p ORDER BY p.label DESC)"),
            ("predicted_label", "predicted_label"),
        ],
    },
    Case {
        name: "boosted trees, three classes",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'BOOSTED_TREE_CLASSIFIER', max_iterations = 20,
          input_label_cols = ['grade']) AS SELECT * EXCEPT (label, value, n) FROM t.trained",
        settings: "",
        formats: ALL,
        outputs: &[
            ("grade_probs", "ARRAY(SELECT prob FROM UNNEST(predicted_grade_probs) AS p ORDER BY p.label DESC)"),
            ("predicted_grade", "CAST(predicted_grade AS STRING)"),
        ],
    },
    Case {
        name: "boosted trees, number",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'BOOSTED_TREE_REGRESSOR', max_iterations = 20,
          input_label_cols = ['value']) AS SELECT * EXCEPT (label, grade, n) FROM t.trained",
        settings: "",
        formats: ALL,
        outputs: &[("predicted_value", "predicted_value")],
    },
    Case {
        name: "random forest",
        create: "CREATE OR REPLACE MODEL t.m OPTIONS (model_type = 'RANDOM_FOREST_REGRESSOR', num_parallel_tree = 20,
          input_label_cols = ['value']) AS SELECT * EXCEPT (label, grade, n) FROM t.trained",
        settings: "",
        formats: ALL,
        outputs: &[("predicted_value", "predicted_value")],
    },
];
