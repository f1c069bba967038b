//! Network address functions

pub const TABLE: &str = r"
NET.IP_FROM_STRING(STRING) BYTES = gs_ip_from_text($0)
NET.SAFE_IP_FROM_STRING(STRING) BYTES = TRY(gs_ip_from_text($0))
NET.IP_TO_STRING(BYTES) STRING = gs_text_of_ip($0)
NET.IP_NET_MASK(INT64, INT64) BYTES = gs_ip_net_mask($0, $1)
NET.IP_TRUNC(BYTES, INT64) BYTES = gs_ip_trunc($0, $1)
NET.IPV4_FROM_INT64(INT64) BYTES = gs_ipv4_of_int($0)
NET.IPV4_TO_INT64(BYTES) INT64 = gs_int_of_ipv4($0)
NET.HOST(STRING) STRING = gs_url_host($0)
NET.PUBLIC_SUFFIX(STRING) STRING = gs_url_public_suffix($0)
NET.REG_DOMAIN(STRING) STRING = gs_url_registered_domain($0)
NET.FORMAT_IP(INT64) STRING = gs_text_of_ipv4($0)
NET.PARSE_IP(STRING) INT64 = gs_ipv4_from_text($0)
NET.FORMAT_PACKED_IP(BYTES) STRING = gs_text_of_ip($0)
NET.PARSE_PACKED_IP(STRING) BYTES = gs_ip_from_text($0)
NET.IP_IN_NET(STRING, STRING) BOOL = gs_ip_in_net($0, $1)
NET.MAKE_NET(STRING, INT64) STRING = gs_make_net($0, $1)
";
