//! HyperLogLog sketches: how many different values there were, in bounded space
//!
//! A sketch starts as the set of its values' hashes, which is exact, and becomes an array of registers
//! when it is full. The estimate is Ertl's ("New cardinality estimation algorithms for HyperLogLog
//! sketches", 2017, algorithm 6), which needs no tables of biases. The bytes are of our own making:
//! BigQuery cannot read them, nor the other way round.

use std::collections::BTreeSet;

/// Registers are 2 to the power of this
pub const PRECISIONS: std::ops::RangeInclusive<i64> = 10..=24;

const HEADER: &[u8; 4] = b"hll1";

/// What was seen of values of one type
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// The type of the values, as a letter: sketches of different types do not merge
    kind: u8,
    precision: u8,
    body: Body,
}

#[derive(Debug, Clone, PartialEq)]
enum Body {
    Hashes(BTreeSet<u64>),
    /// The longest run of leading zeros of each register's hashes, plus one
    Registers(Vec<u8>),
}

impl Sketch {
    /// A sketch of nothing; `precision` is one of [`PRECISIONS`]
    pub fn new(kind: u8, precision: u8) -> Self {
        Self {
            kind,
            precision,
            body: Body::Hashes(BTreeSet::new()),
        }
    }

    /// Takes a value in
    pub fn add(&mut self, value: &[u8]) {
        self.add_hash(mix(farmhash::fingerprint64(value)));
    }

    fn add_hash(&mut self, hash: u64) {
        match &mut self.body {
            Body::Hashes(hashes) => {
                hashes.insert(hash);
                // Eight bytes each: beyond this, registers are smaller
                if hashes.len() > 1 << (self.precision - 3) {
                    self.body = Body::Registers(self.registers());
                }
            }
            Body::Registers(registers) => set(registers, self.precision, hash),
        }
    }

    fn registers(&self) -> Vec<u8> {
        match &self.body {
            Body::Registers(registers) => registers.clone(),
            Body::Hashes(hashes) => {
                let mut registers = vec![0; 1 << self.precision];
                for hash in hashes {
                    set(&mut registers, self.precision, *hash);
                }
                registers
            }
        }
    }

    /// Takes all of another sketch in; the coarser precision stays
    ///
    /// # Errors
    /// The sketches are of different types
    pub fn merge(&mut self, other: &Self) -> Result<(), String> {
        if self.kind != other.kind {
            return Err("sketches of different types do not merge".to_owned());
        }
        let precision = self.precision.min(other.precision);
        *self = self.coarser(precision);
        match &other.body {
            Body::Hashes(hashes) => hashes.iter().for_each(|hash| self.add_hash(*hash)),
            Body::Registers(_) => {
                let mut registers = self.registers();
                let others = other.coarser(precision).registers();
                for (own, other) in registers.iter_mut().zip(others) {
                    *own = (*own).max(other);
                }
                self.body = Body::Registers(registers);
            }
        }
        Ok(())
    }

    fn coarser(&self, precision: u8) -> Self {
        let mut sketch = Self::new(self.kind, precision);
        match &self.body {
            Body::Hashes(hashes) => hashes.iter().for_each(|hash| sketch.add_hash(*hash)),
            Body::Registers(registers) => {
                let dropped = self.precision - precision;
                let mut merged = vec![0_u8; 1 << precision];
                for (at, rank) in registers.iter().enumerate().filter(|(_, rank)| **rank > 0) {
                    // The index bits that are dropped become the hash's first bits
                    let low = at & ((1 << dropped) - 1);
                    let rank = match low {
                        0 => dropped + rank,
                        _ => dropped - low.ilog2() as u8,
                    };
                    let slot = &mut merged[at >> dropped];
                    *slot = (*slot).max(rank);
                }
                sketch.body = Body::Registers(merged);
            }
        }
        sketch
    }

    /// How many different values there were: exact while they are few
    pub fn count(&self) -> i64 {
        match &self.body {
            Body::Hashes(hashes) => hashes.len() as i64,
            Body::Registers(registers) => estimate(registers, self.precision).round() as i64,
        }
    }

    /// The sketch as bytes
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = HEADER.to_vec();
        bytes.extend([self.kind, self.precision]);
        match &self.body {
            Body::Hashes(hashes) => {
                bytes.push(0);
                bytes.extend(hashes.iter().flat_map(|hash| hash.to_le_bytes()));
            }
            Body::Registers(registers) => {
                bytes.push(1);
                bytes.extend(registers);
            }
        }
        bytes
    }

    /// The sketch that [`Sketch::encode`] wrote; `None` for any other bytes
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let [kind, precision, form, body @ ..] = bytes.strip_prefix(HEADER)? else {
            return None;
        };
        if !PRECISIONS.contains(&i64::from(*precision)) {
            return None;
        }
        let body = match form {
            0 => {
                let (hashes, []) = body.as_chunks::<8>() else {
                    return None;
                };
                Body::Hashes(
                    hashes
                        .iter()
                        .map(|hash| u64::from_le_bytes(*hash))
                        .collect(),
                )
            }
            1 if body.len() == 1 << precision => Body::Registers(body.to_vec()),
            _ => return None,
        };
        Some(Self {
            kind: *kind,
            precision: *precision,
            body,
        })
    }
}

fn set(registers: &mut [u8], precision: u8, hash: u64) {
    let register = (hash >> (64 - precision)) as usize;
    // A bit after the last ends the run
    let rest = (hash << precision) | 1 << (precision - 1);
    let rank = rest.leading_zeros() as u8 + 1;
    registers[register] = registers[register].max(rank);
}

/// The finaliser of SplitMix64: every bit of the fingerprint reaches every other
fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}

fn estimate(registers: &[u8], precision: u8) -> f64 {
    let longest = usize::from(64 - precision) + 1;
    let mut counts = vec![0_u64; longest + 1];
    for rank in registers {
        counts[usize::from(*rank).min(longest)] += 1;
    }
    let size = registers.len() as f64;
    let mut sum = size * tau(1.0 - counts[longest] as f64 / size);
    for count in counts[1..longest].iter().rev() {
        sum = 0.5 * (sum + *count as f64);
    }
    sum += size * sigma(counts[0] as f64 / size);
    size * size / (2.0 * std::f64::consts::LN_2) / sum
}

fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut power, mut sum) = (1.0, x);
    loop {
        x *= x;
        let before = sum;
        sum += x * power;
        power *= 2.0;
        if sum == before {
            return sum;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut power, mut sum) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = sum;
        power *= 0.5;
        sum -= (1.0 - x) * (1.0 - x) * power;
        if sum == before {
            return sum / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: std::ops::Range<u64>, precision: u8) -> Sketch {
        let mut sketch = Sketch::new(b'i', precision);
        numbers.for_each(|number| sketch.add(&number.to_le_bytes()));
        sketch
    }

    #[test]
    fn few_are_counted_exactly_and_many_nearly() {
        assert_eq!(of(0..0, 15).count(), 0);
        assert_eq!(of(0..4000, 15).count(), 4000);
        for (number, precision, error) in [
            (20_000_u64, 15, 0.02),
            (300_000, 15, 0.02),
            (50_000, 10, 0.1),
        ] {
            let found = of(0..number, precision).count() as f64;
            assert!(
                (found / number as f64 - 1.0).abs() < error,
                "{found} for {number}"
            );
        }
    }

    #[test]
    fn merging_is_seeing_both() {
        for (left, right, precision) in [
            (0..10, 5..20, 15),
            (0..30_000, 5..20, 12),
            (0..30_000, 10_000..60_000, 10),
        ] {
            let mut merged = of(left.clone(), 14);
            assert!(merged.merge(&of(right.clone(), precision)).is_ok());
            let both = of(left.start..left.end.max(right.end), precision.min(14));
            assert_eq!(merged.count(), both.count());
            assert_eq!(Sketch::decode(&merged.encode()), Some(merged));
        }
        assert!(Sketch::new(b'i', 15).merge(&Sketch::new(b's', 15)).is_err());
        assert_eq!(Sketch::decode(b"hll1"), None);
    }
}
