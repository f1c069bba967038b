//! Array functions

pub const TABLE: &str = r"
ARRAY_LENGTH(ARRAY<T>) INT64 = len($0)
ARRAY_REVERSE(ARRAY<T>) ARRAY<T> = list_reverse($0)
ARRAY_FIRST(ARRAY<T>) T = CASE WHEN len($0) = 0 THEN error('array is empty') ELSE $0[1] END
ARRAY_LAST(ARRAY<T>) T = CASE WHEN len($0) = 0 THEN error('array is empty') ELSE $0[-1] END
ARRAY_MAX(ARRAY<T>) T = list_max($0)
ARRAY_SUM(ARRAY<INT64>) INT64 = CAST(list_sum($0) AS BIGINT)
ARRAY_SUM(ARRAY<FLOAT64>) FLOAT64 = list_sum($0)
ARRAY_AVG(ARRAY<INT64>) FLOAT64 = list_avg($0)
ARRAY_AVG(ARRAY<FLOAT64>) FLOAT64 = list_avg($0)
ARRAY_TO_STRING(ARRAY<STRING>, STRING) STRING = CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL ELSE array_to_string($0, $1) END
ARRAY_TO_STRING(ARRAY<STRING>, STRING, STRING) STRING = CASE WHEN $0 IS NULL OR $1 IS NULL OR $2 IS NULL THEN NULL ELSE array_to_string(list_transform($0, lambda e: coalesce(e, $2)), $1) END
special ARRAY_CONCAT
special ARRAY_TRANSFORM
special ARRAY_FILTER
special ARRAY_INCLUDES
special ARRAY_SLICE
special ARRAY_IS_DISTINCT
special ARRAY_MIN
GENERATE_ARRAY(INT64, INT64) ARRAY<INT64> = generate_series($0, $1)
GENERATE_ARRAY(INT64, INT64, INT64) ARRAY<INT64> = CASE WHEN $2 = 0 THEN error('step of GENERATE_ARRAY is 0') ELSE generate_series($0, $1, $2) END
GENERATE_ARRAY(FLOAT64, FLOAT64) ARRAY<FLOAT64> = CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL ELSE list_filter(list_transform(generate_series(0, greatest(CAST(floor($1 - $0) AS BIGINT), -1) + 1), lambda i: $0 + i), lambda e: e <= $1) END
GENERATE_ARRAY(FLOAT64, FLOAT64, FLOAT64) ARRAY<FLOAT64> = CASE WHEN $0 IS NULL OR $1 IS NULL OR $2 IS NULL THEN NULL WHEN $2 = 0 THEN error('step of GENERATE_ARRAY is 0') ELSE list_filter(list_transform(generate_series(0, greatest(CAST(floor(($1 - $0) / $2) AS BIGINT), -1) + 1), lambda i: $0 + i * $2), lambda e: CASE WHEN $2 > 0 THEN e <= $1 ELSE e >= $1 END) END
GENERATE_ARRAY(NUMERIC, NUMERIC) ARRAY<NUMERIC> = CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL ELSE list_filter(list_transform(generate_series(0, greatest(CAST(floor($1 - $0) AS BIGINT), -1) + 1), lambda i: CAST($0 + CAST(i AS DECIMAL(38, 9)) AS DECIMAL(38, 9))), lambda e: e <= $1) END
GENERATE_ARRAY(NUMERIC, NUMERIC, NUMERIC) ARRAY<NUMERIC> = CASE WHEN $0 IS NULL OR $1 IS NULL OR $2 IS NULL THEN NULL WHEN $2 = 0 THEN error('step of GENERATE_ARRAY is 0') ELSE list_filter(list_transform(generate_series(0, greatest(CAST(floor(gs_numeric_divide($1 - $0, $2)) AS BIGINT), -1) + 1), lambda i: CAST($0 + gs_numeric_multiply(CAST(i AS DECIMAL(38, 9)), $2) AS DECIMAL(38, 9))), lambda e: CASE WHEN $2 > 0 THEN e <= $1 ELSE e >= $1 END) END
special GENERATE_DATE_ARRAY
special GENERATE_TIMESTAMP_ARRAY
special ARRAY
";
