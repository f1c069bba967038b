//! Amounts of data as people write them: `500 MB`, `1.5 TiB`

use serde::{Deserialize, Deserializer, de::Error};

const UNITS: [(&str, u64); 11] = [
    ("", 1),
    ("B", 1),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("PB", 1_000_000_000_000_000),
    ("KIB", 1 << 10),
    ("MIB", 1 << 20),
    ("GIB", 1 << 30),
    ("TIB", 1 << 40),
];

/// A number of bytes, or a text such as `500 MB`
///
/// # Errors
/// Neither of both
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "expected a number of bytes, or a text such as \"500 MB\""
    )]
    enum Written {
        Number(u64),
        Text(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Number(number) => Ok(Some(number)),
        Written::Text(text) => parse(&text).map(Some).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is no amount of data, such as `500 MB` or `2 TiB`"
            ))
        }),
    }
}

fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit_at = text
        .find(|sign: char| !(sign.is_ascii_digit() || matches!(sign, '.' | '_')))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let number: f64 = number.replace('_', "").parse().ok()?;
    let unit = unit.trim().to_uppercase();
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let bytes = number * *factor as f64;
    (bytes <= i64::MAX as f64).then_some(bytes.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn amounts_have_units() {
        assert_eq!(parse("500 MB"), Some(500_000_000));
        assert_eq!(parse("1.5TiB"), Some(3 << 39));
        assert_eq!(parse("1_000"), Some(1000));
        assert_eq!(parse("2 gib"), Some(2 << 30));
        for wrong in ["", "MB", "12 apples", "-3", "1.2.3 MB", "99999999 PB"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
