//! Values of a node while a program runs, and how shapes stretch to each other

use std::sync::Arc;

/// Values, row after row
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Doubles
    Numbers(Vec<f64>),
    /// Texts
    Texts(Vec<Arc<str>>),
    /// Truths
    Bools(Vec<bool>),
    /// Positions
    Indices(Vec<i64>),
}

/// A node's values; those that are the same for all rows stand once
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Row after row
    pub values: Values,
    /// How many there are per row
    pub width: usize,
}

impl Values {
    /// How many
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(all) => all.len(),
            Self::Texts(all) => all.len(),
            Self::Bools(all) => all.len(),
            Self::Indices(all) => all.len(),
        }
    }

    /// Whether there are none
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Tensor {
    /// One value per row, or one for all rows
    pub fn column(values: Values) -> Self {
        Self { values, width: 1 }
    }

    /// So many per row
    pub fn matrix(values: Values, width: usize) -> Self {
        Self { values, width }
    }

    /// Rows that it has; one stands for all
    pub fn rows(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// Where a row's value stands
    pub fn place(&self, row: usize, column: usize) -> usize {
        let row = if self.rows() == 1 { 0 } else { row };
        let column = if self.width == 1 { 0 } else { column };
        row * self.width + column
    }

    /// With a value for each row
    pub fn stretched(&self, rows: usize) -> Self {
        if self.rows() == rows {
            return self.clone();
        }
        fn repeat<T: Clone>(all: &[T], rows: usize) -> Vec<T> {
            let mut repeated = Vec::with_capacity(all.len() * rows);
            for _ in 0..rows {
                repeated.extend_from_slice(all);
            }
            repeated
        }
        let values = match &self.values {
            Values::Numbers(all) => Values::Numbers(repeat(all, rows)),
            Values::Texts(all) => Values::Texts(repeat(all, rows)),
            Values::Bools(all) => Values::Bools(repeat(all, rows)),
            Values::Indices(all) => Values::Indices(repeat(all, rows)),
        };
        Self::matrix(values, self.width)
    }

    /// The numbers; none where it has others
    pub fn numbers(&self) -> &[f64] {
        match &self.values {
            Values::Numbers(all) => all,
            _ => &[],
        }
    }

    /// The texts; none where it has others
    pub fn texts(&self) -> &[Arc<str>] {
        match &self.values {
            Values::Texts(all) => all,
            _ => &[],
        }
    }

    /// The truths; none where it has others
    pub fn bools(&self) -> &[bool] {
        match &self.values {
            Values::Bools(all) => all,
            _ => &[],
        }
    }

    /// The positions; none where it has others
    pub fn indices(&self) -> &[i64] {
        match &self.values {
            Values::Indices(all) => all,
            _ => &[],
        }
    }
}

/// Each value changed
pub fn map<T, U>(all: &[T], change: impl Fn(&T) -> U) -> Vec<U> {
    all.iter().map(change).collect()
}

/// Pairs of values, the smaller shape stretched to the greater, and their width
pub fn broadcast2<A, B, C>(
    left: (&Tensor, &[A]),
    right: (&Tensor, &[B]),
    both: impl Fn(&A, &B) -> C,
) -> (Vec<C>, usize) {
    let ((left, a), (right, b)) = (left, right);
    let width = left.width.max(right.width);
    if left.width == right.width && a.len() == b.len() {
        return (a.iter().zip(b).map(|(a, b)| both(a, b)).collect(), width);
    }
    if let [only] = b {
        return (a.iter().map(|a| both(a, only)).collect(), width);
    }
    if let [only] = a {
        return (b.iter().map(|b| both(only, b)).collect(), width);
    }
    let rows = left.rows().max(right.rows());
    let mut values = Vec::with_capacity(rows * width);
    for row in 0..rows {
        for column in 0..width {
            values.push(both(
                &a[left.place(row, column)],
                &b[right.place(row, column)],
            ));
        }
    }
    (values, width)
}

/// As [`broadcast2`], of three
pub fn broadcast3<A, B, C, D>(
    first: (&Tensor, &[A]),
    second: (&Tensor, &[B]),
    third: (&Tensor, &[C]),
    all: impl Fn(&A, &B, &C) -> D,
) -> (Vec<D>, usize) {
    let ((first, a), (second, b), (third, c)) = (first, second, third);
    let width = first.width.max(second.width).max(third.width);
    let rows = first.rows().max(second.rows()).max(third.rows());
    let mut values = Vec::with_capacity(rows * width);
    for row in 0..rows {
        for column in 0..width {
            values.push(all(
                &a[first.place(row, column)],
                &b[second.place(row, column)],
                &c[third.place(row, column)],
            ));
        }
    }
    (values, width)
}

/// Beside each other, row by row; all of one kind
pub fn join(all: &[&Tensor], rows: usize) -> Tensor {
    fn gather<'t, T: Clone + 't>(
        all: &[&'t Tensor],
        rows: usize,
        values: impl Fn(&'t Tensor) -> &'t [T],
    ) -> Vec<T> {
        let width: usize = all.iter().map(|one| one.width).sum();
        let mut joined = Vec::with_capacity(rows * width);
        for row in 0..rows {
            for one in all {
                joined.extend_from_slice(&values(one)[one.place(row, 0)..][..one.width]);
            }
        }
        joined
    }
    let width = all.iter().map(|one| one.width).sum();
    let values = match all.first().map(|first| &first.values) {
        Some(Values::Texts(_)) => Values::Texts(gather(all, rows, Tensor::texts)),
        Some(Values::Bools(_)) => Values::Bools(gather(all, rows, Tensor::bools)),
        Some(Values::Indices(_)) => Values::Indices(gather(all, rows, Tensor::indices)),
        Some(Values::Numbers(_)) | None => Values::Numbers(gather(all, rows, Tensor::numbers)),
    };
    Tensor::matrix(values, width)
}

/// One column of a matrix
pub fn column_of(matrix: &Tensor, column: usize) -> Tensor {
    fn every<T: Clone>(all: &[T], width: usize, column: usize) -> Vec<T> {
        all.iter().skip(column).step_by(width).cloned().collect()
    }
    let width = matrix.width.max(1);
    Tensor::column(match &matrix.values {
        Values::Numbers(all) => Values::Numbers(every(all, width, column)),
        Values::Texts(all) => Values::Texts(every(all, width, column)),
        Values::Bools(all) => Values::Bools(every(all, width, column)),
        Values::Indices(all) => Values::Indices(every(all, width, column)),
    })
}
