//! Date, datetime, time, timestamp and interval functions

pub const TABLE: &str = r"
special CURRENT_DATE
special CURRENT_DATETIME
special CURRENT_TIME
special CURRENT_TIMESTAMP
special DATE
special DATETIME
special TIME
special TIMESTAMP
special STRING
special DATE_ADD
special DATE_SUB
special DATETIME_ADD
special DATETIME_SUB
special TIMESTAMP_ADD
special TIMESTAMP_SUB
special TIME_ADD
special TIME_SUB
special DATE_DIFF
special DATETIME_DIFF
special TIMESTAMP_DIFF
special TIME_DIFF
special DATE_TRUNC
special DATETIME_TRUNC
special TIMESTAMP_TRUNC
special TIME_TRUNC
special LAST_DAY
DATE_FROM_UNIX_DATE(INT64) DATE = gs_date_in_range(DATE '1970-01-01' + CAST($0 AS INTEGER))
UNIX_DATE(DATE) INT64 = CAST($0 - DATE '1970-01-01' AS BIGINT)
UNIX_MICROS(UTC) INT64 = epoch_us($0)
UNIX_MILLIS(UTC) INT64 = gs_floor_divide(epoch_us($0), 1000)
UNIX_SECONDS(UTC) INT64 = gs_floor_divide(epoch_us($0), 1000000)
TIMESTAMP_MICROS(INT64) INSTANT = gs_datetime_in_range(make_timestamp($0))
TIMESTAMP_MILLIS(INT64) INSTANT = gs_datetime_in_range(make_timestamp($0 * 1000::BIGINT))
TIMESTAMP_SECONDS(INT64) INSTANT = gs_datetime_in_range(make_timestamp($0 * 1000000::BIGINT))
TIMESTAMP_FROM_UNIX_MICROS(INT64) INSTANT = gs_datetime_in_range(make_timestamp($0))
TIMESTAMP_FROM_UNIX_MILLIS(INT64) INSTANT = gs_datetime_in_range(make_timestamp($0 * 1000::BIGINT))
TIMESTAMP_FROM_UNIX_SECONDS(INT64) INSTANT = gs_datetime_in_range(make_timestamp($0 * 1000000::BIGINT))
TIMESTAMP_FROM_UNIX_MICROS(UTC) INSTANT = $0
TIMESTAMP_FROM_UNIX_MILLIS(UTC) INSTANT = $0
TIMESTAMP_FROM_UNIX_SECONDS(UTC) INSTANT = $0
NEXT_DAY(DATE, STRING) DATE = gs_next_day($0, $1)
NEXT_DAY(DATETIME, STRING) DATE = gs_next_day(CAST($0 AS DATE), $1)
FORMAT_DATE(STRING, DATE) STRING = gs_format_date($0, $1)
FORMAT_DATE(STRING, DATETIME) STRING = gs_format_datetime($0, $1)
FORMAT_DATE(STRING, UTC) STRING = gs_format_timestamp($0, $1, @zone)
FORMAT_DATETIME(STRING, DATETIME) STRING = gs_format_datetime($0, $1)
FORMAT_DATETIME(STRING, DATE) STRING = gs_format_datetime($0, CAST($1 AS TIMESTAMP))
FORMAT_DATETIME(STRING, UTC) STRING = gs_format_timestamp($0, $1, @zone)
FORMAT_TIME(STRING, TIME) STRING = gs_format_time($0, $1)
FORMAT_TIMESTAMP(STRING, DATETIME) STRING = gs_format_datetime($0, $1)
FORMAT_TIMESTAMP(STRING, DATE) STRING = gs_format_datetime($0, CAST($1 AS TIMESTAMP))
FORMAT_TIMESTAMP(STRING, UTC) STRING = gs_format_timestamp($0, $1, @zone)
FORMAT_TIMESTAMP(STRING, UTC, STRING) STRING = gs_format_timestamp($0, $1, $2)
PARSE_DATE(STRING, STRING) DATE = gs_parse_date($0, $1)
PARSE_DATETIME(STRING, STRING) DATETIME = gs_parse_datetime($0, $1)
PARSE_TIME(STRING, STRING) TIME = gs_parse_time($0, $1)
PARSE_TIMESTAMP(STRING, STRING) INSTANT = gs_parse_timestamp($0, $1, @zone)
PARSE_TIMESTAMP(STRING, STRING, STRING) INSTANT = gs_parse_timestamp($0, $1, $2)
DATE_BUCKET(DATE, INTERVAL) DATE = gs_date_bucket($0, $1)
DATE_BUCKET(DATE, INTERVAL, DATE) DATE = gs_date_bucket($0, $1, $2)
DATETIME_BUCKET(DATETIME, INTERVAL) DATETIME = gs_datetime_bucket($0, $1)
DATETIME_BUCKET(DATETIME, INTERVAL, DATETIME) DATETIME = gs_datetime_bucket($0, $1, $2)
TIMESTAMP_BUCKET(UTC, INTERVAL) INSTANT = gs_timestamp_bucket($0, $1)
TIMESTAMP_BUCKET(UTC, INTERVAL, UTC) INSTANT = gs_timestamp_bucket($0, $1, $2)
";
