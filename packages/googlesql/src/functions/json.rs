//! JSON functions

pub const TABLE: &str = r"
PARSE_JSON(STRING) JSON = CAST(gs_json_parse($0, 'exact') AS JSON)
PARSE_JSON(STRING, wide_number_mode => STRING) JSON = CAST(gs_json_parse($0, $1) AS JSON)
JSON_VALUE(JSON) STRING = gs_json_value($0, '$$')
JSON_VALUE(JSON, STRING) STRING = gs_json_value($0, $1)
JSON_VALUE(STRING) STRING = gs_json_text_value($0, '$$')
JSON_VALUE(STRING, STRING) STRING = gs_json_text_value($0, $1)
JSON_QUERY(STRING, STRING) STRING = gs_json_text_query($0, $1)
JSON_QUERY(JSON, STRING) JSON = CAST(gs_json_query($0, $1) AS JSON)
JSON_EXTRACT(STRING, STRING) STRING = gs_json_text_extract($0, $1)
JSON_EXTRACT(JSON, STRING) JSON = CAST(gs_json_extract($0, $1) AS JSON)
JSON_EXTRACT_SCALAR(JSON) STRING = gs_json_extract_value($0, '$$')
JSON_EXTRACT_SCALAR(JSON, STRING) STRING = gs_json_extract_value($0, $1)
JSON_EXTRACT_SCALAR(STRING) STRING = gs_json_text_extract_value($0, '$$')
JSON_EXTRACT_SCALAR(STRING, STRING) STRING = gs_json_text_extract_value($0, $1)
JSON_VALUE_ARRAY(JSON) ARRAY<STRING> = gs_json_values($0, '$$')
JSON_VALUE_ARRAY(JSON, STRING) ARRAY<STRING> = gs_json_values($0, $1)
JSON_VALUE_ARRAY(STRING) ARRAY<STRING> = gs_json_text_values($0, '$$')
JSON_VALUE_ARRAY(STRING, STRING) ARRAY<STRING> = gs_json_text_values($0, $1)
JSON_QUERY_ARRAY(STRING) ARRAY<STRING> = gs_json_text_items($0, '$$')
JSON_QUERY_ARRAY(STRING, STRING) ARRAY<STRING> = gs_json_text_items($0, $1)
JSON_QUERY_ARRAY(JSON) ARRAY<JSON> = CAST(gs_json_items($0, '$$') AS JSON[])
JSON_QUERY_ARRAY(JSON, STRING) ARRAY<JSON> = CAST(gs_json_items($0, $1) AS JSON[])
JSON_EXTRACT_ARRAY(STRING) ARRAY<STRING> = gs_json_text_extract_items($0, '$$')
JSON_EXTRACT_ARRAY(STRING, STRING) ARRAY<STRING> = gs_json_text_extract_items($0, $1)
JSON_EXTRACT_ARRAY(JSON) ARRAY<JSON> = CAST(gs_json_extract_items($0, '$$') AS JSON[])
JSON_EXTRACT_ARRAY(JSON, STRING) ARRAY<JSON> = CAST(gs_json_extract_items($0, $1) AS JSON[])
JSON_EXTRACT_STRING_ARRAY(JSON) ARRAY<STRING> = gs_json_extract_values($0, '$$')
JSON_EXTRACT_STRING_ARRAY(JSON, STRING) ARRAY<STRING> = gs_json_extract_values($0, $1)
JSON_EXTRACT_STRING_ARRAY(STRING) ARRAY<STRING> = gs_json_text_extract_values($0, '$$')
JSON_EXTRACT_STRING_ARRAY(STRING, STRING) ARRAY<STRING> = gs_json_text_extract_values($0, $1)
JSON_TYPE(JSON) STRING = gs_json_type($0)
JSON_CONTAINS(JSON, JSON) BOOL = gs_json_contains($0, $1)
JSON_FLATTEN(JSON) ARRAY<JSON> = CAST(gs_json_flatten($0) AS JSON[])
BOOL(JSON) BOOL = gs_json_bool($0)
INT64(JSON) INT64 = gs_json_int64($0)
INT32(JSON) INT64 = gs_json_within(gs_json_int64($0), -2147483648, 2147483647)
UINT32(JSON) INT64 = gs_json_within(gs_json_int64($0), 0, 4294967295)
UINT64(JSON) INT64 = gs_json_within(gs_json_int64($0), 0, 9223372036854775807)
FLOAT64(JSON) FLOAT64 = gs_json_float64($0, 'round')
FLOAT64(JSON, wide_number_mode => STRING) FLOAT64 = gs_json_float64($0, $1)
DOUBLE(JSON) FLOAT64 = gs_json_float64($0, 'round')
DOUBLE(JSON, wide_number_mode => STRING) FLOAT64 = gs_json_float64($0, $1)
refuse FLOAT = BigQuery has no numbers of 32 bits
BOOL_ARRAY(JSON) ARRAY<BOOL> = gs_json_bool_array($0)
INT64_ARRAY(JSON) ARRAY<INT64> = gs_json_int64_array($0)
INT32_ARRAY(JSON) ARRAY<INT64> = list_transform(gs_json_int64_array($0), lambda e: gs_json_within(e, -2147483648, 2147483647))
UINT32_ARRAY(JSON) ARRAY<INT64> = list_transform(gs_json_int64_array($0), lambda e: gs_json_within(e, 0, 4294967295))
UINT64_ARRAY(JSON) ARRAY<INT64> = list_transform(gs_json_int64_array($0), lambda e: gs_json_within(e, 0, 9223372036854775807))
FLOAT64_ARRAY(JSON) ARRAY<FLOAT64> = gs_json_float64_array($0, 'round')
FLOAT64_ARRAY(JSON, wide_number_mode => STRING) ARRAY<FLOAT64> = gs_json_float64_array($0, $1)
DOUBLE_ARRAY(JSON) ARRAY<FLOAT64> = gs_json_float64_array($0, 'round')
DOUBLE_ARRAY(JSON, wide_number_mode => STRING) ARRAY<FLOAT64> = gs_json_float64_array($0, $1)
STRING_ARRAY(JSON) ARRAY<STRING> = gs_json_string_array($0)
LAX_BOOL(JSON) BOOL = gs_json_lax_bool($0)
LAX_INT64(JSON) INT64 = gs_json_lax_int64($0)
LAX_INT32(JSON) INT64 = TRY(gs_json_within(gs_json_lax_int64($0), -2147483648, 2147483647))
LAX_UINT32(JSON) INT64 = TRY(gs_json_within(gs_json_lax_int64($0), 0, 4294967295))
LAX_UINT64(JSON) INT64 = TRY(gs_json_within(gs_json_lax_int64($0), 0, 9223372036854775807))
LAX_FLOAT64(JSON) FLOAT64 = gs_json_lax_float64($0)
LAX_DOUBLE(JSON) FLOAT64 = gs_json_lax_float64($0)
LAX_STRING(JSON) STRING = gs_json_lax_string($0)
LAX_BOOL_ARRAY(JSON) ARRAY<BOOL> = gs_json_lax_bool_array($0)
LAX_INT64_ARRAY(JSON) ARRAY<INT64> = gs_json_lax_int64_array($0)
LAX_INT32_ARRAY(JSON) ARRAY<INT64> = list_transform(gs_json_lax_int64_array($0), lambda e: CASE WHEN e BETWEEN -2147483648 AND 2147483647 THEN e END)
LAX_UINT32_ARRAY(JSON) ARRAY<INT64> = list_transform(gs_json_lax_int64_array($0), lambda e: CASE WHEN e BETWEEN 0 AND 4294967295 THEN e END)
LAX_UINT64_ARRAY(JSON) ARRAY<INT64> = list_transform(gs_json_lax_int64_array($0), lambda e: CASE WHEN e >= 0 THEN e END)
LAX_FLOAT64_ARRAY(JSON) ARRAY<FLOAT64> = gs_json_lax_float64_array($0)
LAX_DOUBLE_ARRAY(JSON) ARRAY<FLOAT64> = gs_json_lax_float64_array($0)
LAX_STRING_ARRAY(JSON) ARRAY<STRING> = gs_json_lax_string_array($0)
special JSON_ARRAY(ANY...) JSON
special JSON_OBJECT(STRING, ANY...) JSON
special JSON_OBJECT(ARRAY<STRING>, ARRAY<T>) JSON
special JSON_SET(JSON, STRING, ANY..., [create_if_missing => BOOL]) JSON
special JSON_REMOVE(JSON, STRING...) JSON
special JSON_ARRAY_APPEND(JSON, STRING, ANY..., [append_each_element => BOOL]) JSON
special JSON_ARRAY_INSERT(JSON, STRING, ANY..., [insert_each_element => BOOL]) JSON
special JSON_STRIP_NULLS(JSON, [STRING], [include_arrays => BOOL], [remove_empty => BOOL]) JSON
special JSON_KEYS(JSON, [INT64], [mode => STRING]) ARRAY<STRING>
special TO_JSON(ANY, [stringify_wide_numbers => BOOL]) JSON
special SAFE_TO_JSON(ANY) JSON
special TO_JSON_STRING(ANY, [BOOL]) STRING
";
