//! Functions that are known but not supported

pub const TABLE: &str = r"
refuse BIGNUMERIC = type BIGNUMERIC is not supported
refuse PARSE_BIGNUMERIC = type BIGNUMERIC is not supported
refuse RANGE = type RANGE is not supported
refuse GENERATE_RANGE_ARRAY = type RANGE is not supported
refuse RANGE_CONTAINS = type RANGE is not supported
refuse JUSTIFY_DAYS = INTERVAL functions are not supported
refuse JUSTIFY_HOURS = INTERVAL functions are not supported
refuse JUSTIFY_INTERVAL = INTERVAL functions are not supported
refuse MAKE_INTERVAL = INTERVAL functions are not supported
refuse HLL_COUNT.INIT = HyperLogLog++ sketches are not supported
refuse HLL_COUNT.MERGE = HyperLogLog++ sketches are not supported
refuse HLL_COUNT.MERGE_PARTIAL = HyperLogLog++ sketches are not supported
refuse HLL_COUNT.EXTRACT = HyperLogLog++ sketches are not supported
refuse ST_GEOGPOINT = geography is not supported
refuse ST_DISTANCE = geography is not supported
refuse ST_GEOGFROMTEXT = geography is not supported
refuse ST_ASTEXT = geography is not supported
refuse ST_CONTAINS = geography is not supported
refuse ST_DWITHIN = geography is not supported
refuse SEARCH = text search is not supported
refuse KEYS.NEW_KEYSET = encryption is not supported
refuse AEAD.ENCRYPT = encryption is not supported
refuse AEAD.DECRYPT_STRING = encryption is not supported
";
