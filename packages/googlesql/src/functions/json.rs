//! JSON functions

pub const TABLE: &str = r"
PARSE_JSON(STRING) JSON = CAST(gs_json_parse($0) AS JSON)
JSON_VALUE(JSON) STRING = gs_json_value($0, '$$')
JSON_VALUE(JSON, STRING) STRING = gs_json_value($0, $1)
JSON_VALUE(STRING) STRING = gs_json_text_value($0, '$$')
JSON_VALUE(STRING, STRING) STRING = gs_json_text_value($0, $1)
JSON_QUERY(JSON) JSON = CAST(gs_json_query($0, '$$') AS JSON)
JSON_QUERY(JSON, STRING) JSON = CAST(gs_json_query($0, $1) AS JSON)
JSON_QUERY(STRING) STRING = gs_json_text_query($0, '$$')
JSON_QUERY(STRING, STRING) STRING = gs_json_text_query($0, $1)
JSON_EXTRACT(JSON) JSON = CAST(gs_json_extract($0, '$$') AS JSON)
JSON_EXTRACT(JSON, STRING) JSON = CAST(gs_json_extract($0, $1) AS JSON)
JSON_EXTRACT(STRING) STRING = gs_json_text_extract($0, '$$')
JSON_EXTRACT(STRING, STRING) STRING = gs_json_text_extract($0, $1)
JSON_EXTRACT_SCALAR(JSON) STRING = gs_json_extract_value($0, '$$')
JSON_EXTRACT_SCALAR(JSON, STRING) STRING = gs_json_extract_value($0, $1)
JSON_EXTRACT_SCALAR(STRING) STRING = gs_json_text_extract_value($0, '$$')
JSON_EXTRACT_SCALAR(STRING, STRING) STRING = gs_json_text_extract_value($0, $1)
JSON_TYPE(JSON) STRING = gs_json_type($0)
BOOL(JSON) BOOL = gs_json_bool($0)
INT64(JSON) INT64 = gs_json_int64($0)
FLOAT64(JSON) FLOAT64 = gs_json_float64($0)
DOUBLE(JSON) FLOAT64 = gs_json_float64($0)
LAX_BOOL(JSON) BOOL = gs_json_lax_bool($0)
LAX_INT64(JSON) INT64 = gs_json_lax_int64($0)
LAX_FLOAT64(JSON) FLOAT64 = gs_json_lax_float64($0)
LAX_STRING(JSON) STRING = gs_json_lax_string($0)
special JSON_ARRAY
special JSON_REMOVE
special JSON_SET
special JSON_KEYS
JSON_STRIP_NULLS(JSON) JSON = CAST(gs_json_strip_nulls($0) AS JSON)
special JSON_OBJECT
special TO_JSON_STRING
special TO_JSON
special JSON_VALUE_ARRAY
special JSON_QUERY_ARRAY
special JSON_EXTRACT_ARRAY
special JSON_EXTRACT_STRING_ARRAY
";
