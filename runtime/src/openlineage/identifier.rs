//! The UUIDs of runs: the same run and action have the same one, whoever asks

use xxhash_rust::xxh3::xxh3_128;

/// The id of an action's run, or of the whole run where the action is empty (RFC 9562, version 8)
pub fn run_id(run: &str, action: &str) -> String {
    let hash = xxh3_128(format!("{run}\n{action}").as_bytes());
    let version = (hash & !(0xf << 76)) | (0x8 << 76);
    let bits = (version & !(0x3 << 62)) | (0x2 << 62);
    let digits = format!("{bits:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &digits[range]);
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_8() {
        let id = run_id("20180612t010203000-4f2a", "sales.orders");
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'8');
        assert!(b"89ab".contains(&id.as_bytes()[19]));
        assert_eq!(id, run_id("20180612t010203000-4f2a", "sales.orders"));
        assert_ne!(id, run_id("20180612t010203000-4f2a", ""));
    }
}
