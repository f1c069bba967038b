//! Bytes that queries read, and their price

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;

/// What statements would cost
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Cost {
    /// Bytes they would read, as far as that can be told
    pub bytes: u64,
    /// The price of those bytes; left out where slots are paid for
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dollars: Option<Dollars>,
    /// Why the bytes cannot be told: a fragment
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// In a sum: of how many actions they cannot be told
    #[serde(skip_serializing_if = "is_zero")]
    pub unknown_actions: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What the actions with a tag would cost
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TagCost {
    /// The tag
    pub tag: String,
    /// What they would cost
    #[serde(flatten)]
    pub cost: Cost,
}

impl Cost {
    /// Of bytes that are known; without a price where slots are paid for
    pub fn of(bytes: u64, price_per_tib: Option<f64>) -> Self {
        Self {
            bytes,
            dollars: price_per_tib.map(|price| Dollars::of(bytes, price)),
            ..Self::default()
        }
    }

    /// It cannot be told
    pub fn unknown(reason: String) -> Self {
        Self {
            unknown: Some(reason),
            unknown_actions: 1,
            ..Self::default()
        }
    }

    /// Of all together; `None` of none
    pub fn sum<'a>(costs: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let mut sum: Option<Self> = None;
        for cost in costs {
            let total = sum.get_or_insert_default();
            total.bytes = total.bytes.saturating_add(cost.bytes);
            total.unknown_actions += cost.unknown_actions;
            if let Some(dollars) = cost.dollars {
                let before = total.dollars.unwrap_or_default();
                total.dollars = Some(Dollars(before.0.saturating_add(dollars.0)));
            }
        }
        sum
    }
}

impl Display for Cost {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        if let Some(reason) = &self.unknown {
            return formatter.write_str(reason);
        }
        formatter.write_str(&bytes(self.bytes))?;
        if let Some(dollars) = self.dollars {
            write!(formatter, ", {dollars}")?;
        }
        match self.unknown_actions {
            0 => Ok(()),
            1 => formatter.write_str(", and 1 action that cannot be told"),
            number => write!(formatter, ", and {number} actions that cannot be told"),
        }
    }
}

/// `1.5 GB`, in powers of 1024 as BigQuery's console counts
fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["B", "KB", "MB", "GB", "TB", "PB"];
    let mut amount = bytes as f64;
    let mut unit = 0;
    while amount >= 1024.0 && unit + 1 < UNITS.len() {
        amount /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes} B"),
        _ => format!("{amount:.1} {}", UNITS[unit]),
    }
}

/// US dollars, in millionths
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dollars(u64);

impl Dollars {
    /// The price of bytes
    pub fn of(bytes: u64, price_per_tib: f64) -> Self {
        let dollars = bytes as f64 / (1u64 << 40) as f64 * price_per_tib;
        Self((dollars * 1e6).round() as u64)
    }

    fn value(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Display for Dollars {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0 => formatter.write_str("$0"),
            1..10_000 => write!(formatter, "${:.6}", self.value()),
            _ => write!(formatter, "${:.2}", self.value()),
        }
    }
}

impl FromStr for Dollars {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().trim_start_matches('$');
        match number.parse::<f64>() {
            Ok(dollars) if dollars.is_finite() && (0.0..1e12).contains(&dollars) => {
                Ok(Self((dollars * 1e6).round() as u64))
            }
            _ => Err("expected dollars, such as `2.50`".to_owned()),
        }
    }
}

impl Serialize for Dollars {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

impl JsonSchema for Dollars {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Dollars".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number", "minimum": 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_by_tebibyte() {
        assert_eq!(Dollars::of(1 << 40, 6.25), "$6.25".parse().unwrap());
        assert_eq!(Dollars::of(1 << 30, 6.25).to_string(), "$0.006104");
        assert_eq!(Cost::of(3 << 39, Some(6.25)).to_string(), "1.5 TB, $9.38");
        assert_eq!(Cost::of(512, None).to_string(), "512 B");
        assert!("-1".parse::<Dollars>().is_err() && "much".parse::<Dollars>().is_err());
        let parts = [
            Cost::of(1 << 40, Some(6.25)),
            Cost::unknown("unknown until `a.b` exists".to_owned()),
        ];
        let sum = Cost::sum(parts.iter()).unwrap();
        assert_eq!(
            sum.to_string(),
            "1.0 TB, $6.25, and 1 action that cannot be told"
        );
        assert_eq!(Cost::sum([].into_iter()), None);
    }
}
