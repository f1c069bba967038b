//! String, bytes and regular expression functions

pub const TABLE: &str = r"
special CONCAT
LENGTH(STRING) INT64 = length($0)
LENGTH(BYTES) INT64 = octet_length($0)
CHAR_LENGTH(STRING) INT64 = length($0)
CHARACTER_LENGTH(STRING) INT64 = length($0)
BYTE_LENGTH(STRING) INT64 = CAST(strlen($0) AS BIGINT)
BYTE_LENGTH(BYTES) INT64 = octet_length($0)
OCTET_LENGTH(STRING) INT64 = CAST(strlen($0) AS BIGINT)
OCTET_LENGTH(BYTES) INT64 = octet_length($0)
LOWER(STRING) STRING = gs_lower($0)
LOWER(BYTES) BYTES = gs_bytes_lower($0)
UCASE(STRING) STRING = gs_upper($0)
LCASE(STRING) STRING = gs_lower($0)
UPPER(STRING) STRING = gs_upper($0)
UPPER(BYTES) BYTES = gs_bytes_upper($0)
INITCAP(STRING) STRING = gs_initcap($0)
INITCAP(STRING, STRING) STRING = gs_initcap_with($0, $1)
REVERSE(STRING) STRING = gs_reverse($0)
REVERSE(BYTES) BYTES = gs_bytes_reverse($0)
REPEAT(STRING, INT64) STRING = CASE WHEN $1 < 0 THEN error('REPEAT takes a number that is not negative') ELSE repeat($0, $1) END
REPEAT(BYTES, INT64) BYTES = CASE WHEN $1 < 0 THEN error('REPEAT takes a number that is not negative') ELSE repeat($0, $1) END
REPLACE(STRING, STRING, STRING) STRING = CASE WHEN $1 = '' THEN $0 ELSE replace($0, $1, $2) END
REPLACE(BYTES, BYTES, BYTES) BYTES = gs_bytes_replace($0, $1, $2)
TRANSLATE(STRING, STRING, STRING) STRING = gs_translate($0, $1, $2)
STARTS_WITH(STRING, STRING) BOOL = starts_with($0, $1)
STARTS_WITH(BYTES, BYTES) BOOL = gs_bytes_starts_with($0, $1)
ENDS_WITH(STRING, STRING) BOOL = ends_with($0, $1)
ENDS_WITH(BYTES, BYTES) BOOL = gs_bytes_ends_with($0, $1)
STRPOS(STRING, STRING) INT64 = CAST(strpos($0, $1) AS BIGINT)
STRPOS(BYTES, BYTES) INT64 = gs_bytes_strpos($0, $1)
INSTR(STRING, STRING) INT64 = gs_instr($0, $1, 1, 1)
INSTR(STRING, STRING, INT64) INT64 = gs_instr($0, $1, $2, 1)
INSTR(STRING, STRING, INT64, INT64) INT64 = gs_instr($0, $1, $2, $3)
INSTR(BYTES, BYTES) INT64 = gs_bytes_instr($0, $1, 1, 1)
INSTR(BYTES, BYTES, INT64) INT64 = gs_bytes_instr($0, $1, $2, 1)
INSTR(BYTES, BYTES, INT64, INT64) INT64 = gs_bytes_instr($0, $1, $2, $3)
SUBSTR(STRING, INT64) STRING = gs_substr_from($0, $1)
SUBSTR(STRING, INT64, INT64) STRING = gs_substr($0, $1, $2)
SUBSTR(BYTES, INT64) BYTES = gs_bytes_substr_from($0, $1)
SUBSTR(BYTES, INT64, INT64) BYTES = gs_bytes_substr($0, $1, $2)
SUBSTRING(STRING, INT64) STRING = gs_substr_from($0, $1)
SUBSTRING(STRING, INT64, INT64) STRING = gs_substr($0, $1, $2)
SUBSTRING(BYTES, INT64) BYTES = gs_bytes_substr_from($0, $1)
SUBSTRING(BYTES, INT64, INT64) BYTES = gs_bytes_substr($0, $1, $2)
LEFT(STRING, INT64) STRING = CASE WHEN $1 < 0 THEN error('LEFT takes a length that is not negative') ELSE left($0, $1) END
LEFT(BYTES, INT64) BYTES = gs_bytes_left($0, $1)
RIGHT(STRING, INT64) STRING = CASE WHEN $1 < 0 THEN error('RIGHT takes a length that is not negative') ELSE right($0, $1) END
RIGHT(BYTES, INT64) BYTES = gs_bytes_right($0, $1)
LPAD(STRING, INT64) STRING = gs_lpad($0, $1, ' ')
LPAD(STRING, INT64, STRING) STRING = gs_lpad($0, $1, $2)
LPAD(BYTES, INT64) BYTES = gs_bytes_lpad($0, $1, encode(' '))
LPAD(BYTES, INT64, BYTES) BYTES = gs_bytes_lpad($0, $1, $2)
RPAD(STRING, INT64) STRING = gs_rpad($0, $1, ' ')
RPAD(STRING, INT64, STRING) STRING = gs_rpad($0, $1, $2)
RPAD(BYTES, INT64) BYTES = gs_bytes_rpad($0, $1, encode(' '))
RPAD(BYTES, INT64, BYTES) BYTES = gs_bytes_rpad($0, $1, $2)
TRIM(STRING) STRING = gs_trim($0)
TRIM(STRING, STRING) STRING = gs_trim_of($0, $1)
TRIM(BYTES, BYTES) BYTES = gs_bytes_trim($0, $1)
LTRIM(STRING) STRING = gs_ltrim($0)
LTRIM(STRING, STRING) STRING = gs_ltrim_of($0, $1)
LTRIM(BYTES, BYTES) BYTES = gs_bytes_ltrim($0, $1)
RTRIM(STRING) STRING = gs_rtrim($0)
RTRIM(STRING, STRING) STRING = gs_rtrim_of($0, $1)
RTRIM(BYTES, BYTES) BYTES = gs_bytes_rtrim($0, $1)
SPLIT(STRING) ARRAY<STRING> = CASE WHEN $0 = '' THEN [''] ELSE string_split($0, ',') END
SPLIT(STRING, STRING) ARRAY<STRING> = CASE WHEN $1 IS NULL THEN NULL WHEN $0 = '' THEN [''] ELSE string_split($0, $1) END
ASCII(STRING) INT64 = gs_ascii($0)
ASCII(BYTES) INT64 = gs_bytes_ascii($0)
UNICODE(STRING) INT64 = CASE WHEN $0 = '' THEN 0 ELSE CAST(unicode($0) AS BIGINT) END
CHR(INT64) STRING = gs_chr($0)
SOUNDEX(STRING) STRING = gs_soundex($0)
EDIT_DISTANCE(STRING, STRING) INT64 = gs_edit_distance($0, $1)
EDIT_DISTANCE(BYTES, BYTES) INT64 = !EDIT_DISTANCE of BYTES
CONTAINS_SUBSTR(STRING, STRING) BOOL = gs_contains_substr($0, $1)
TO_CODE_POINTS(STRING) ARRAY<INT64> = CASE WHEN $0 IS NULL THEN NULL WHEN $0 = '' THEN CAST([] AS BIGINT[]) ELSE list_transform(string_split($0, ''), lambda e: CAST(unicode(e) AS BIGINT)) END
TO_CODE_POINTS(BYTES) ARRAY<INT64> = !TO_CODE_POINTS of BYTES
CODE_POINTS_TO_STRING(ARRAY<INT64>) STRING = CASE WHEN len($0) > list_count($0) THEN NULL ELSE coalesce(array_to_string(list_transform($0, lambda e: gs_chr(e)), ''), CASE WHEN $0 IS NOT NULL THEN '' END) END
REGEXP_CONTAINS(STRING, STRING) BOOL = regexp_matches($0, $1)
REGEXP_EXTRACT(STRING, STRING) STRING = gs_regexp_extract($0, $1, 1, 1)
REGEXP_EXTRACT(STRING, STRING, INT64) STRING = gs_regexp_extract($0, $1, $2, 1)
REGEXP_EXTRACT(STRING, STRING, INT64, INT64) STRING = gs_regexp_extract($0, $1, $2, $3)
REGEXP_SUBSTR(STRING, STRING) STRING = gs_regexp_extract($0, $1, 1, 1)
REGEXP_SUBSTR(STRING, STRING, INT64) STRING = gs_regexp_extract($0, $1, $2, 1)
REGEXP_SUBSTR(STRING, STRING, INT64, INT64) STRING = gs_regexp_extract($0, $1, $2, $3)
REGEXP_REPLACE(STRING, STRING, STRING) STRING = gs_regexp_replace($0, $1, $2)
REGEXP_INSTR(STRING, STRING) INT64 = gs_regexp_instr($0, $1, 1, 1, 0)
REGEXP_INSTR(STRING, STRING, INT64) INT64 = gs_regexp_instr($0, $1, $2, 1, 0)
REGEXP_INSTR(STRING, STRING, INT64, INT64) INT64 = gs_regexp_instr($0, $1, $2, $3, 0)
REGEXP_INSTR(STRING, STRING, INT64, INT64, INT64) INT64 = gs_regexp_instr($0, $1, $2, $3, $4)
special REGEXP_EXTRACT_ALL
special NORMALIZE
special NORMALIZE_AND_CASEFOLD
special FORMAT
SAFE_CONVERT_BYTES_TO_STRING(BYTES) STRING = gs_bytes_to_text_lossy($0)
";
