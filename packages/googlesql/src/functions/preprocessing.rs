//! BigQuery ML's functions for features and for vectors

pub const TABLE: &str = r"
special ML.BUCKETIZE(FLOAT64, ARRAY<FLOAT64>, [BOOL], [STRING]) STRING
special ML.FEATURE_CROSS(STRUCT, [INT64]) STRUCT
special ML.POLYNOMIAL_EXPAND(STRUCT, [INT64]) STRUCT
special ML.NORMALIZER(ARRAY<FLOAT64>, [FLOAT64]) ARRAY<FLOAT64>
special ML.LP_NORM(ARRAY<FLOAT64>, FLOAT64) FLOAT64
special ML.DISTANCE(ARRAY<T>, ARRAY<T>, [STRING]) FLOAT64
ML.HASH_BUCKETIZE(STRING, INT64) INT64 = gs_hash_bucketize($0, $1)
ML.NGRAMS(ARRAY<STRING>, INT64) ARRAY<STRING> = gs_ngrams($0, [$1, $1], ' ')
ML.NGRAMS(ARRAY<STRING>, INT64, STRING) ARRAY<STRING> = gs_ngrams($0, [$1, $1], $2)
ML.NGRAMS(ARRAY<STRING>, ARRAY<INT64>) ARRAY<STRING> = gs_ngrams($0, $1, ' ')
ML.NGRAMS(ARRAY<STRING>, ARRAY<INT64>, STRING) ARRAY<STRING> = gs_ngrams($0, $1, $2)
";

/// Those that look at all rows, and so need `OVER ()`; in a `TRANSFORM` at the training's rows
pub const ANALYTIC: &str = r"
special ML.STANDARD_SCALER(FLOAT64) FLOAT64
special ML.MIN_MAX_SCALER(FLOAT64) FLOAT64
special ML.MAX_ABS_SCALER(FLOAT64) FLOAT64
special ML.ROBUST_SCALER(FLOAT64, [ARRAY<INT64>], [BOOL], [BOOL]) FLOAT64
special ML.QUANTILE_BUCKETIZE(FLOAT64, INT64, [STRING]) STRING
special ML.IMPUTER(FLOAT64, STRING) FLOAT64
special ML.IMPUTER(STRING, STRING) STRING
special ML.LABEL_ENCODER(STRING, [INT64], [INT64]) INT64
special ML.ONE_HOT_ENCODER(STRING, [STRING], [INT64], [INT64]) ARRAY<STRUCT<INT64, FLOAT64>>
special ML.MULTI_HOT_ENCODER(ARRAY<STRING>, [INT64], [INT64]) ARRAY<STRUCT<INT64, FLOAT64>>
special ML.BAG_OF_WORDS(ARRAY<STRING>, [INT64], [INT64]) ARRAY<STRUCT<INT64, FLOAT64>>
special ML.TF_IDF(ARRAY<STRING>, [INT64], [INT64]) ARRAY<STRUCT<INT64, FLOAT64>>
";

/// Whether a function of the table is one of [`ANALYTIC`]
pub fn is_analytic(name: &str) -> bool {
    name.starts_with("ML.")
        && ANALYTIC.lines().any(|line| {
            line.strip_prefix("special ")
                .and_then(|line| line.split_once('('))
                .is_some_and(|(own, _)| own == name)
        })
}
