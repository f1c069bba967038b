//! Network address functions

pub const TABLE: &str = r"
NET.IP_FROM_STRING(STRING) BYTES = gs_ip_from_text($0)
NET.SAFE_IP_FROM_STRING(STRING) BYTES = TRY(gs_ip_from_text($0))
NET.IP_TO_STRING(BYTES) STRING = gs_text_of_ip($0)
NET.IP_NET_MASK(INT64, INT64) BYTES = gs_ip_net_mask($0, $1)
NET.IP_TRUNC(BYTES, INT64) BYTES = gs_ip_trunc($0, $1)
NET.IPV4_FROM_INT64(INT64) BYTES = gs_ipv4_of_int($0)
NET.IPV4_TO_INT64(BYTES) INT64 = gs_int_of_ipv4($0)
refuse NET.HOST = URL functions are not supported
refuse NET.PUBLIC_SUFFIX = URL functions are not supported
refuse NET.REG_DOMAIN = URL functions are not supported
";
