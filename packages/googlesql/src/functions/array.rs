//! Array functions

pub const TABLE: &str = r"
ARRAY_LENGTH(ARRAY<T>) INT64 = len($0)
ARRAY_TO_STRING(ARRAY<STRING>, STRING) STRING = gs_array_to_text($0, $1, CAST([] AS VARCHAR[]))
ARRAY_TO_STRING(ARRAY<BYTES>, BYTES) BYTES = gs_array_to_text($0, $1, CAST([] AS BLOB[]))
ARRAY_TO_STRING(ARRAY<BYTES>, BYTES, BYTES) BYTES = gs_array_to_text($0, $1, [$2])
ARRAY_TO_STRING(ARRAY<STRING>, STRING, STRING) STRING = gs_array_to_text($0, $1, [$2])
ARRAY_REVERSE(ARRAY<T>) ARRAY<T> = list_reverse($0)
ARRAY_FIRST(ARRAY<T>) T = CASE WHEN len($0) = 0 THEN error('ARRAY_FIRST of an empty array') ELSE $0[1] END
ARRAY_LAST(ARRAY<T>) T = CASE WHEN len($0) = 0 THEN error('ARRAY_LAST of an empty array') ELSE $0[-1] END
ARRAY_FIRST_N(ARRAY<T>, INT64) ARRAY<T> = CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL WHEN $1 < 0 THEN error('ARRAY_FIRST_N takes a number that is not negative') ELSE list_slice($0, 1, $1) END
ARRAY_LAST_N(ARRAY<T>, INT64) ARRAY<T> = CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL WHEN $1 < 0 THEN error('ARRAY_LAST_N takes a number that is not negative') ELSE list_slice($0, greatest(len($0) - $1, 0) + 1, len($0)) END
ARRAY_REMOVE_FIRST_N(ARRAY<T>, INT64) ARRAY<T> = CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL WHEN $1 < 0 THEN error('ARRAY_REMOVE_FIRST_N takes a number that is not negative') ELSE list_slice($0, least($1, len($0)) + 1, len($0)) END
ARRAY_REMOVE_LAST_N(ARRAY<T>, INT64) ARRAY<T> = CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL WHEN $1 < 0 THEN error('ARRAY_REMOVE_LAST_N takes a number that is not negative') ELSE list_slice($0, 1, greatest(len($0) - $1, 0)) END
special ARRAY_MIN(ARRAY<T>) T
special ARRAY_MAX(ARRAY<T>) T
special ARRAY_SUM(ARRAY<T>) T
special ARRAY_AVG(ARRAY<T>) T
special ARRAY_CONCAT(ARRAY<T>, ARRAY<T>...) ARRAY<T>
special ARRAY_TRANSFORM(ARRAY<T>, T -> U) ARRAY<U>
special ARRAY_TRANSFORM(ARRAY<T>, (T, INT64) -> U) ARRAY<U>
special ARRAY_FILTER(ARRAY<T>, T -> BOOL) ARRAY<T>
special ARRAY_FILTER(ARRAY<T>, (T, INT64) -> BOOL) ARRAY<T>
special ARRAY_INCLUDES(ARRAY<T>, T) BOOL
special ARRAY_INCLUDES(ARRAY<T>, T -> BOOL) BOOL
special ARRAY_INCLUDES_ALL(ARRAY<T>, ARRAY<T>) BOOL
special ARRAY_INCLUDES_ANY(ARRAY<T>, ARRAY<T>) BOOL
special ARRAY_FIND_ALL(ARRAY<T>, T) ARRAY<T>
special ARRAY_FIND_ALL(ARRAY<T>, T -> BOOL) ARRAY<T>
special ARRAY_OFFSETS(ARRAY<T>, T) ARRAY<INT64>
special ARRAY_OFFSETS(ARRAY<T>, T -> BOOL) ARRAY<INT64>
special ARRAY_ZIP(ARRAY<T>, ARRAY<U>..., [transformation => (T, U) -> ANY], [mode => MODE]) ARRAY<STRUCT<T, U>>
special ARRAY_SLICE(ARRAY<T>, INT64, INT64) ARRAY<T>
special ARRAY_IS_DISTINCT(ARRAY<T>) BOOL
special FLATTEN(ARRAY<T>) ARRAY<U>
special GENERATE_DATE_ARRAY(DATE, DATE, [INTERVAL]) ARRAY<DATE>
special GENERATE_TIMESTAMP_ARRAY(TIMESTAMP, TIMESTAMP, INTERVAL) ARRAY<TIMESTAMP>
special ARRAY(SUBQUERY) ARRAY<T>
GENERATE_ARRAY(INT64, INT64) ARRAY<INT64> = generate_series($0, $1)
GENERATE_ARRAY(INT64, INT64, INT64) ARRAY<INT64> = CASE WHEN $2 = 0 THEN error('step of GENERATE_ARRAY is 0') ELSE generate_series($0, $1, $2) END
GENERATE_ARRAY(FLOAT64, FLOAT64) ARRAY<FLOAT64> = CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL ELSE list_filter(list_transform(generate_series(0, greatest(CAST(floor($1 - $0) AS BIGINT), -1) + 1), lambda i: $0 + i), lambda e: e <= $1) END
GENERATE_ARRAY(FLOAT64, FLOAT64, FLOAT64) ARRAY<FLOAT64> = CASE WHEN $0 IS NULL OR $1 IS NULL OR $2 IS NULL THEN NULL WHEN $2 = 0 THEN error('step of GENERATE_ARRAY is 0') ELSE list_filter(list_transform(generate_series(0, greatest(CAST(floor(($1 - $0) / $2) AS BIGINT), -1) + 1), lambda i: $0 + i * $2), lambda e: CASE WHEN $2 > 0 THEN e <= $1 ELSE e >= $1 END) END
GENERATE_ARRAY(NUMERIC, NUMERIC) ARRAY<NUMERIC> = CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL ELSE list_filter(list_transform(generate_series(0, greatest(CAST(floor($1 - $0) AS BIGINT), -1) + 1), lambda i: CAST($0 + CAST(i AS DECIMAL(38, 9)) AS DECIMAL(38, 9))), lambda e: e <= $1) END
GENERATE_ARRAY(NUMERIC, NUMERIC, NUMERIC) ARRAY<NUMERIC> = CASE WHEN $0 IS NULL OR $1 IS NULL OR $2 IS NULL THEN NULL WHEN $2 = 0 THEN error('step of GENERATE_ARRAY is 0') ELSE list_filter(list_transform(generate_series(0, greatest(CAST(floor(gs_numeric_divide($1 - $0, $2)) AS BIGINT), -1) + 1), lambda i: CAST($0 + gs_numeric_multiply(CAST(i AS DECIMAL(38, 9)), $2) AS DECIMAL(38, 9))), lambda e: CASE WHEN $2 > 0 THEN e <= $1 ELSE e >= $1 END) END
";
