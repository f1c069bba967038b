//! Several one-hot features in one code per row, whose digits are the features' categories: one
//! lookup in a small table of sums serves all of them

use std::ops::Range;

use super::column::{DesignColumn, NO_SLOT};

/// The most codes: their sums stay in the processor's nearest cache
const CODES: usize = 1_024;

/// One-hot features with a code per row
#[derive(Debug)]
pub struct Packed {
    codes: Vec<u16>,
    /// The digit of the last feature varies fastest
    features: Vec<Digit>,
    size: usize,
}

/// A feature's digit: a slot after `first`, or none
#[derive(Debug, Clone, Copy)]
struct Digit {
    first: usize,
    slots: usize,
}

impl Packed {
    /// See [`DesignColumn::multiply`]
    pub fn multiply(&self, weights: &[f64], range: Range<usize>, margins: &mut [f64]) {
        let mut sums = vec![0.0];
        for digit in &self.features {
            let own = &weights[digit.first..digit.first + digit.slots];
            sums = sums
                .iter()
                .flat_map(|sum| {
                    let slots = own.iter().map(move |weight| sum + weight);
                    slots.chain([*sum])
                })
                .collect();
        }
        for (margin, &code) in margins.iter_mut().zip(&self.codes[range]) {
            *margin += sums[usize::from(code)];
        }
    }

    /// See [`DesignColumn::accumulate`]
    pub fn accumulate(&self, residuals: &[f64], range: Range<usize>, gradient: &mut [f64]) {
        let mut sums = vec![0.0; self.size];
        for (residual, &code) in residuals.iter().zip(&self.codes[range]) {
            sums[usize::from(code)] += residual;
        }
        for (code, sum) in sums.into_iter().enumerate() {
            for slot in self.slots(code) {
                gradient[slot] += sum;
            }
        }
    }

    /// The slots of a row, ascending
    pub fn row(&self, row: usize) -> impl Iterator<Item = u32> {
        let code = usize::from(self.codes[row]);
        self.slots(code).map(|slot| slot as u32)
    }

    /// See [`DesignColumn::contributions`]
    pub fn contributions(&self, weights: &[f64], sums: &mut Vec<f64>) {
        let mut counts = vec![0_u64; self.size];
        for &code in &self.codes {
            counts[usize::from(code)] += 1;
        }
        let first = sums.len();
        sums.resize(first + self.features.len(), 0.0);
        for (code, count) in counts.into_iter().enumerate() {
            for (sum, slot) in sums[first..].iter_mut().zip(self.digits(code)) {
                *sum += slot.map_or(0.0, |slot| weights[slot].abs() * count as f64);
            }
        }
    }

    fn slots(&self, code: usize) -> impl Iterator<Item = usize> {
        self.digits(code).flatten()
    }

    /// The slot of each feature
    fn digits(&self, code: usize) -> impl Iterator<Item = Option<usize>> {
        let (mut rest, mut stride) = (code, self.size);
        self.features.iter().map(move |feature| {
            stride /= feature.slots + 1;
            let digit = rest / stride;
            rest %= stride;
            (digit < feature.slots).then_some(feature.first + digit)
        })
    }
}

/// Puts columns together as they come
pub struct Packing {
    rows: usize,
    columns: Vec<DesignColumn>,
    open: Option<Packed>,
}

impl Packing {
    /// For columns of so many rows
    pub fn new(rows: usize) -> Self {
        Self {
            rows,
            columns: Vec::new(),
            open: None,
        }
    }

    /// The next column, whose slots are so many after the first
    pub fn push(&mut self, column: DesignColumn, first: usize, slots: usize) {
        let DesignColumn::Sparse { slots: own } = column else {
            self.close();
            self.columns.push(column);
            return;
        };
        if slots >= CODES {
            self.close();
            self.columns.push(DesignColumn::Sparse { slots: own });
            return;
        }
        if let Some(open) = &self.open
            && open.size * (slots + 1) > CODES
        {
            self.close();
        }
        let rows = self.rows;
        let open = self.open.get_or_insert_with(|| Packed {
            codes: vec![0; rows],
            features: Vec::new(),
            size: 1,
        });
        let radix = slots + 1;
        for (code, slot) in open.codes.iter_mut().zip(own) {
            let digit = if slot == NO_SLOT {
                slots
            } else {
                slot as usize - first
            };
            *code = *code * radix as u16 + digit as u16;
        }
        open.size *= radix;
        open.features.push(Digit { first, slots });
    }

    /// All columns
    pub fn finish(mut self) -> Vec<DesignColumn> {
        self.close();
        self.columns
    }

    fn close(&mut self) {
        let open = self.open.take();
        self.columns.extend(open.map(DesignColumn::Packed));
    }
}
