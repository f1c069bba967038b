//! Features in bins: what growing trees counts by

use crate::preprocess::DesignColumn;

/// A row without any of a feature's categories
const NO_SLOT: u32 = u32::MAX;

/// Rows, with numbers replaced by the bin they fall in
#[derive(Debug)]
pub struct Bins {
    /// Number of rows
    pub rows: usize,
    /// One per feature, or per index of a vector
    pub columns: Vec<Column>,
    /// Number of slots of the design
    pub slots: usize,
}

/// A part of the matrix
#[derive(Debug)]
pub struct Column {
    /// Its first slot in the design
    pub first: usize,
    /// Number of entries in a histogram: bins of a number, slots of categories
    pub width: usize,
    /// What each row has
    pub cells: Cells,
}

/// What each row has
#[derive(Debug)]
pub enum Cells {
    /// A number's bin: how many of the cuts are not above it
    Ordered {
        /// One per row
        bins: Vec<u16>,
        /// Ascending
        cuts: Vec<f64>,
    },
    /// At most one category: its place after the column's first slot
    Hot {
        /// One per row, `u32::MAX` for none
        slots: Vec<u32>,
    },
    /// Any number of categories
    Hots {
        /// Where each row's places begin; one more than rows
        offsets: Vec<u32>,
        /// Places after the column's first slot, row after row
        slots: Vec<u32>,
    },
}

impl Bins {
    /// Bins of rows: a bin per different value, or as many of about the same number of
    /// rows where that is more than `most` (at most 65,536)
    pub fn new(features: &[DesignColumn], rows: usize, widths: &[usize], most: usize) -> Self {
        Self::with(features, rows, widths, |_, values| cuts(values, most))
    }

    /// Bins of other rows with the same cuts
    pub fn like(&self, features: &[DesignColumn], rows: usize, widths: &[usize]) -> Self {
        Self::with(features, rows, widths, |index, _| {
            match &self.columns[index].cells {
                Cells::Ordered { cuts, .. } => cuts.clone(),
                Cells::Hot { .. } | Cells::Hots { .. } => Vec::new(),
            }
        })
    }

    fn with(
        features: &[DesignColumn],
        rows: usize,
        widths: &[usize],
        cuts_of: impl Fn(usize, &[f64]) -> Vec<f64>,
    ) -> Self {
        let mut first = 0;
        let mut columns: Vec<Column> = Vec::with_capacity(widths.len());
        let ordered = |first: usize, index: usize, values: &[f64]| {
            let cuts = cuts_of(index, values);
            Column {
                first,
                width: cuts.len() + 1,
                cells: Cells::Ordered {
                    bins: values.iter().map(|value| bin(*value, &cuts)).collect(),
                    cuts,
                },
            }
        };
        for (column, width) in features.iter().zip(widths) {
            let relative = |slot: &u32| match *slot {
                NO_SLOT => NO_SLOT,
                slot => slot - first as u32,
            };
            match column {
                DesignColumn::Dense { values, .. } => {
                    columns.push(ordered(first, columns.len(), values));
                }
                DesignColumn::Sparse { slots } => columns.push(Column {
                    first,
                    width: *width,
                    cells: Cells::Hot {
                        slots: slots.iter().map(relative).collect(),
                    },
                }),
                DesignColumn::Ragged { offsets, slots } => columns.push(Column {
                    first,
                    width: *width,
                    cells: Cells::Hots {
                        offsets: offsets.clone(),
                        slots: slots.iter().map(relative).collect(),
                    },
                }),
                // only a design packs columns
                DesignColumn::Packed(_) => {}
                // a number for each index, 0 where a row has none
                DesignColumn::Weighted {
                    offsets,
                    slots,
                    values,
                } => {
                    let mut dense = vec![vec![0.0; rows]; *width];
                    for (row, ends) in offsets.windows(2).enumerate() {
                        for at in ends[0] as usize..ends[1] as usize {
                            dense[slots[at] as usize - first][row] = values[at];
                        }
                    }
                    for (index, values) in dense.iter().enumerate() {
                        columns.push(ordered(first + index, columns.len(), values));
                    }
                }
            }
            first += width;
        }
        Self {
            rows,
            columns,
            slots: first,
        }
    }
}

impl Column {
    /// The slot and threshold of a split after an entry: rows whose slot is below it go left
    pub fn split(&self, entry: usize) -> (usize, f64) {
        match &self.cells {
            Cells::Ordered { cuts, .. } => (
                self.first,
                cuts.get(entry).copied().unwrap_or(f64::INFINITY),
            ),
            Cells::Hot { .. } | Cells::Hots { .. } => (self.first + entry, 0.5),
        }
    }

    /// Whether a row goes right at a split after an entry
    pub fn goes_right(&self, entry: usize, row: usize) -> bool {
        match &self.cells {
            Cells::Ordered { bins, .. } => usize::from(bins[row]) > entry,
            Cells::Hot { slots } => slots[row] as usize == entry,
            Cells::Hots { offsets, slots } => {
                slots[offsets[row] as usize..offsets[row + 1] as usize].contains(&(entry as u32))
            }
        }
    }
}

fn bin(value: f64, cuts: &[f64]) -> u16 {
    cuts.partition_point(|cut| *cut <= value) as u16
}

/// Middles between neighbours among the different values
fn cuts(values: &[f64], most: usize) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut different: Vec<(f64, usize)> = Vec::new();
    for value in sorted {
        match different.last_mut() {
            // 0 and −0 are one value
            Some((last, count)) if *last == value => *count += 1,
            _ => different.push((value, 1)),
        }
    }
    let all = different.len() <= most;
    let rows = values.len() as f64;
    let mut cuts: Vec<f64> = Vec::new();
    let mut seen = 0;
    for pair in different.windows(2) {
        let [(below, count), (above, _)] = *pair else {
            continue;
        };
        seen += count;
        let due = (cuts.len() + 1) as f64 * rows / most as f64;
        if all || (seen as f64 >= due && cuts.len() + 1 < most) {
            let middle = f64::midpoint(below, above);
            cuts.push(if middle > below { middle } else { above });
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bins_keep_order_and_number(
            values in proptest::collection::vec(-50_i32..50, 1..400),
            most in 2_usize..40,
        ) {
            let values: Vec<f64> = values.into_iter().map(|value| f64::from(value) / 4.0).collect();
            let cuts = cuts(&values, most);
            prop_assert!(cuts.len() < most);
            prop_assert!(cuts.windows(2).all(|pair| pair[0] < pair[1]));
            for left in &values {
                for right in &values {
                    if left <= right {
                        prop_assert!(bin(*left, &cuts) <= bin(*right, &cuts));
                    }
                }
            }
        }
    }
}
