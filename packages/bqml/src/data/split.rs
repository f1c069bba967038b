//! Which rows train and which evaluate

use super::Frame;

/// `DATA_SPLIT_METHOD`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitMethod {
    /// Below 500 rows none evaluate, up to 50,000 a fifth, above that 10,000
    Auto,
    /// A fraction, chosen by a hash of the row
    Random,
    /// Where a BOOL column is TRUE or NULL
    Custom,
    /// The last fraction in the order of a column
    Sequential,
    /// None
    None,
    /// None; a BOOL column marks rows for the training
    Marked,
}

/// Rows by index, each part in value order
#[derive(Debug, PartialEq, Eq)]
pub struct Split {
    /// Rows to learn from
    pub training: Vec<u32>,
    /// Rows to evaluate on, perhaps none
    pub evaluation: Vec<u32>,
    /// Rows that test the models that were tried, while hyperparameters are tuned
    pub test: Vec<u32>,
}

impl Split {
    /// Splits rows that are in [`super::order`]
    ///
    /// Which rows BigQuery's RANDOM and AUTO_SPLIT choose is a fingerprint of bytes that are not
    /// public; here they are the first of the value order, so that the same rows give the same split
    pub fn new(frame: &Frame, order: Vec<u32>, method: SplitMethod, fraction: f64) -> Self {
        let rows = order.len();
        let part = |fraction: f64| ((rows as f64 * fraction).round() as usize).min(rows);
        match method {
            SplitMethod::None | SplitMethod::Marked => Self::first(order, 0),
            SplitMethod::Random => Self::first(order, part(fraction)),
            SplitMethod::Auto => Self::first(
                order,
                match rows {
                    0..500 => 0,
                    500..=50_000 => part(0.2),
                    _ => 10_000,
                },
            ),
            SplitMethod::Custom => {
                let split = frame.split.as_deref().unwrap_or_default();
                let evaluates = |row: &u32| split.get(*row as usize).is_some_and(|v| *v != 0.0);
                let (evaluation, training) = order.into_iter().partition(evaluates);
                Self {
                    training,
                    evaluation,
                    test: Vec::new(),
                }
            }
            SplitMethod::Sequential => {
                let split = frame.split.as_deref().unwrap_or_default();
                let rank = |row: &u32| split.get(*row as usize).copied().unwrap_or(0.0);
                let mut last = order;
                // stable: rows of equal rank stay in value order
                last.sort_by(|left, right| rank(right).total_cmp(&rank(left)));
                Self::first(last, part(fraction))
            }
        }
    }

    /// The first `count` rows evaluate
    fn first(mut order: Vec<u32>, count: usize) -> Self {
        let training = order.split_off(count);
        Self {
            training,
            evaluation: order,
            test: Vec::new(),
        }
    }

    /// As [`Split::new`] with a part that tests, as documented for hyperparameter tuning
    pub fn with_test(
        frame: &Frame,
        order: Vec<u32>,
        method: SplitMethod,
        evaluation: f64,
        test: f64,
    ) -> Self {
        let values = frame.split.as_deref().unwrap_or_default();
        let value = |row: &u32| values.get(*row as usize).copied().unwrap_or(0.0);
        let few = method == SplitMethod::Auto && order.len() < 500;
        match method {
            SplitMethod::Custom => {
                let part = |wanted: f64| {
                    let rows = order.iter().copied();
                    rows.filter(|row| value(row) == wanted).collect()
                };
                Self {
                    training: part(0.0),
                    evaluation: part(1.0),
                    test: part(2.0),
                }
            }
            SplitMethod::None => Self::first(order, 0),
            _ if few => Self::first(order, 0),
            _ => {
                let mut last = order;
                if method == SplitMethod::Sequential {
                    last.sort_by(|left, right| value(right).total_cmp(&value(left)));
                }
                let rows = last.len();
                let part = |fraction: f64| ((rows as f64 * fraction).round() as usize).min(rows);
                let rest = last.split_off(part(test));
                Self {
                    test: last,
                    ..Self::first(rest, part(evaluation).min(rows - part(test)))
                }
            }
        }
    }
}
