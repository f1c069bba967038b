//! From a column's values to its part of the design matrix

use std::collections::HashMap;

use super::column::{DesignColumn, NO_SLOT};
use crate::data::{FrameColumn, NULL};
use crate::preprocess::Encoding;

/// Encodes the given rows of a column, whose first slot is `slot`
pub fn encode(
    encoding: &Encoding,
    column: &FrameColumn,
    rows: &[u32],
    slot: usize,
) -> DesignColumn {
    match (encoding, column) {
        (Encoding::Standardized { mean, deviation }, FrameColumn::Number(values)) => {
            let standardize = |&row: &u32| {
                let value = values[row as usize];
                if value.is_nan() || *deviation == 0.0 {
                    0.0
                } else {
                    (value - mean) / deviation
                }
            };
            DesignColumn::Dense {
                slot,
                values: rows.iter().map(standardize).collect(),
            }
        }
        (Encoding::Number { mean }, FrameColumn::Number(values)) => {
            let known = |&row: &u32| {
                let value = values[row as usize];
                if value.is_nan() { *mean } else { value }
            };
            DesignColumn::Dense {
                slot,
                values: rows.iter().map(known).collect(),
            }
        }
        (Encoding::Label { categories }, FrameColumn::Category { codes, dictionary }) => {
            // places from 1 on, since those of NULL and of unseen categories are 0
            let places = Slots::new(categories, None, dictionary, 1);
            let place = |&row: &u32| match codes[row as usize] {
                NULL => 0.0,
                code => match places.of(code) {
                    NO_SLOT => 0.0,
                    place => f64::from(place),
                },
            };
            DesignColumn::Dense {
                slot,
                values: rows.iter().map(place).collect(),
            }
        }
        (
            Encoding::OneHot {
                categories,
                dropped,
            },
            FrameColumn::Category { codes, dictionary },
        ) => {
            let slots = Slots::new(categories, *dropped, dictionary, slot);
            DesignColumn::Sparse {
                slots: rows
                    .iter()
                    .map(|&row| slots.of(codes[row as usize]))
                    .collect(),
            }
        }
        (
            Encoding::MultiHot {
                categories,
                dropped,
            },
            FrameColumn::Categories {
                offsets,
                codes,
                dictionary,
            },
        ) => {
            let map = Slots::new(categories, *dropped, dictionary, slot);
            let mut ends = Vec::with_capacity(rows.len() + 1);
            let mut slots = Vec::new();
            ends.push(0);
            for &row in rows {
                let row = row as usize;
                let codes = &codes[offsets[row] as usize..offsets[row + 1] as usize];
                slots.extend(
                    codes
                        .iter()
                        .map(|&code| map.of(code))
                        .filter(|slot| *slot != NO_SLOT),
                );
                ends.push(slots.len() as u32);
            }
            DesignColumn::Ragged {
                offsets: ends,
                slots,
            }
        }
        (
            Encoding::Vector { dimension },
            FrameColumn::Vector {
                offsets,
                indexes,
                values,
            },
        ) => {
            let mut ends = Vec::with_capacity(rows.len() + 1);
            let mut slots = Vec::new();
            let mut kept = Vec::new();
            ends.push(0);
            for &row in rows {
                let row = row as usize;
                let own = offsets[row] as usize..offsets[row + 1] as usize;
                for (&index, &value) in indexes[own.clone()].iter().zip(&values[own]) {
                    if (index as usize) < *dimension && !value.is_nan() && value != 0.0 {
                        slots.push(slot as u32 + index);
                        kept.push(value);
                    }
                }
                ends.push(slots.len() as u32);
            }
            DesignColumn::Weighted {
                offsets: ends,
                slots,
                values: kept,
            }
        }
        // an encoding is fitted to its own column, so the two always match
        _ => DesignColumn::Sparse {
            slots: vec![NO_SLOT; rows.len()],
        },
    }
}

/// From a frame's dictionary codes to slots of the weight vector
struct Slots {
    by_code: Vec<u32>,
    null: u32,
}

impl Slots {
    fn new(
        categories: &[String],
        dropped: Option<usize>,
        dictionary: &[String],
        first: usize,
    ) -> Self {
        let slot = |index: usize| {
            if dropped == Some(index) {
                NO_SLOT
            } else {
                (first + index) as u32
            }
        };
        let indices: HashMap<&str, usize> = categories
            .iter()
            .enumerate()
            .map(|(index, category)| (category.as_str(), index))
            .collect();
        Self {
            by_code: dictionary
                .iter()
                .map(|category| indices.get(category.as_str()).map_or(NO_SLOT, |i| slot(*i)))
                .collect(),
            null: slot(categories.len()),
        }
    }

    fn of(&self, code: u32) -> u32 {
        if code == NULL {
            self.null
        } else {
            self.by_code[code as usize]
        }
    }
}
