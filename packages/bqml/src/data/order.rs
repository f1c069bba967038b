//! An order of rows that their values alone decide, so that sums come out the same whatever order
//! the engine's threads deliver the rows in

use std::ops::Range;

use super::{Fingerprint, Frame, FrameColumn, NULL};

/// How many rows are hashed column by column before the next ones: their hashes stay in the
/// processor's cache
const CHUNK: usize = 4_096;

/// Rows in ascending order of a 128-bit hash of their values (rows of equal hash are equal), and
/// the fingerprint of all of them
pub fn order(frame: &Frame) -> (Vec<u32>, Fingerprint) {
    let columns: Vec<Hashed<'_>> = frame
        .labels
        .iter()
        .chain(&frame.columns)
        .map(Hashed::new)
        .collect();
    let mut hashes = vec![RowHash::default(); frame.rows];
    for (index, hashes) in hashes.chunks_mut(CHUNK).enumerate() {
        let rows = index * CHUNK..index * CHUNK + hashes.len();
        for column in &columns {
            column.absorb(rows.clone(), hashes);
        }
        if let Some(split) = &frame.split {
            absorb_numbers(&split[rows], hashes);
        }
    }
    // the upper halves decide almost always
    let mut keyed: Vec<(u64, u32)> = hashes
        .iter()
        .enumerate()
        .map(|(row, hash)| (hash.upper(), row as u32))
        .collect();
    let lower = |row: u32| hashes[row as usize].right;
    keyed.sort_unstable_by(|(left, row), (right, other)| {
        left.cmp(right)
            .then_with(|| lower(*row).cmp(&lower(*other)))
            .then_with(|| row.cmp(other))
    });
    let sum = keyed.iter().fold(0_u128, |sum, (upper, row)| {
        sum.wrapping_add((u128::from(*upper) << 64) | u128::from(lower(*row)))
    });
    let fingerprint = Fingerprint {
        rows: frame.rows as u64,
        hash: format!("{sum:032x}"),
    };
    (keyed.into_iter().map(|(_, row)| row).collect(), fingerprint)
}

/// A column with the hashes of its dictionary
struct Hashed<'a> {
    column: &'a FrameColumn,
    words: Vec<u64>,
}

impl<'a> Hashed<'a> {
    fn new(column: &'a FrameColumn) -> Self {
        let words = match column {
            FrameColumn::Category { dictionary, .. }
            | FrameColumn::Categories { dictionary, .. } => words(dictionary),
            FrameColumn::Number(_) | FrameColumn::Vector { .. } => Vec::new(),
        };
        Self { column, words }
    }

    fn absorb(&self, rows: Range<usize>, hashes: &mut [RowHash]) {
        match self.column {
            FrameColumn::Number(values) => absorb_numbers(&values[rows], hashes),
            FrameColumn::Category { codes, .. } => {
                for (hash, &code) in hashes.iter_mut().zip(&codes[rows]) {
                    hash.absorb(word(&self.words, code));
                }
            }
            FrameColumn::Categories { offsets, codes, .. } => {
                let ends = offsets[rows.start..=rows.end].windows(2);
                for (hash, ends) in hashes.iter_mut().zip(ends) {
                    let row = &codes[ends[0] as usize..ends[1] as usize];
                    hash.absorb(row.len() as u64);
                    for &code in row {
                        hash.absorb(word(&self.words, code));
                    }
                }
            }
            FrameColumn::Vector {
                offsets,
                indexes,
                values,
            } => {
                let ends = offsets[rows.start..=rows.end].windows(2);
                for (hash, ends) in hashes.iter_mut().zip(ends) {
                    let range = ends[0] as usize..ends[1] as usize;
                    hash.absorb(range.len() as u64);
                    for (index, value) in indexes[range.clone()].iter().zip(&values[range]) {
                        hash.absorb(u64::from(*index));
                        absorb_number(*value, hash);
                    }
                }
            }
        }
    }
}

fn absorb_numbers(values: &[f64], hashes: &mut [RowHash]) {
    for (hash, value) in hashes.iter_mut().zip(values) {
        absorb_number(*value, hash);
    }
}

fn absorb_number(value: f64, hash: &mut RowHash) {
    hash.absorb(if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        value.to_bits()
    });
}

fn words(dictionary: &[String]) -> Vec<u64> {
    dictionary
        .iter()
        .map(|value| farmhash::fingerprint64(value.as_bytes()))
        .collect()
}

fn word(words: &[u64], code: u32) -> u64 {
    match code {
        NULL => 0x6e75_6c6c,
        code => words[code as usize],
    }
}

/// Two independent multiply-and-fold lanes
#[derive(Debug, Clone, Copy)]
struct RowHash {
    left: u64,
    right: u64,
}

impl Default for RowHash {
    fn default() -> Self {
        Self {
            left: 0x243f_6a88_85a3_08d3,
            right: 0x1319_8a2e_0370_7344,
        }
    }
}

impl RowHash {
    fn absorb(&mut self, word: u64) {
        self.left = fold(self.left ^ word, 0x9e37_79b9_7f4a_7c15);
        self.right = fold(self.right.rotate_left(23) ^ word, 0xd6e8_feb8_6659_fd93);
    }

    /// The upper half of the hash, whose lower half is the right lane
    fn upper(self) -> u64 {
        // the lanes alone would order rows by the last column first
        fold(
            self.left ^ self.right.rotate_left(32),
            0xa076_1d64_78bd_642f,
        )
    }
}

fn fold(value: u64, factor: u64) -> u64 {
    let value = value ^ (value >> 32);
    let product = u128::from(value.wrapping_add(factor)) * u128::from(factor);
    (product as u64) ^ ((product >> 64) as u64)
}
