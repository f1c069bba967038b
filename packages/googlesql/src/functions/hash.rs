//! Hash and encoding functions

pub const TABLE: &str = r"
FARM_FINGERPRINT(STRING) INT64 = gs_farm_fingerprint($0)
FARM_FINGERPRINT(BYTES) INT64 = gs_farm_fingerprint($0)
MD5(STRING) BYTES = unhex(md5($0))
MD5(BYTES) BYTES = unhex(md5($0))
SHA1(STRING) BYTES = unhex(sha1($0))
SHA1(BYTES) BYTES = unhex(sha1($0))
SHA256(STRING) BYTES = unhex(sha256($0))
SHA256(BYTES) BYTES = unhex(sha256($0))
SHA512(STRING) BYTES = gs_sha512($0)
SHA512(BYTES) BYTES = gs_sha512($0)
refuse HIGHWAY_FINGERPRINT128 = the key that BigQuery hashes with is not public
TO_HEX(BYTES) STRING = lower(hex($0))
FROM_HEX(STRING) BYTES = gs_from_hex($0)
TO_BASE64(BYTES) STRING = to_base64($0)
FROM_BASE64(STRING) BYTES = gs_from_base64($0)
TO_BASE32(BYTES) STRING = gs_to_base32($0)
FROM_BASE32(STRING) BYTES = gs_from_base32($0)
";
