//! What a program does with numbers

use std::cmp::Ordering;

use super::tensor::{Tensor, Values, broadcast2};
use crate::program::{Binary, Comparison, Unary};

/// A function of a number
pub fn unary(function: Unary, value: f64) -> f64 {
    match function {
        Unary::Negate => -value,
        Unary::Absolute => value.abs(),
        Unary::Sign if value == 0.0 => 0.0,
        Unary::Sign => value.signum(),
        Unary::Floor => value.floor(),
        Unary::Ceiling => value.ceil(),
        Unary::SquareRoot => value.sqrt(),
        Unary::Exp => value.exp(),
        Unary::Log => value.ln(),
        Unary::Sin => value.sin(),
        Unary::Cos => value.cos(),
        Unary::Tan => value.tan(),
        Unary::Asin => value.asin(),
        Unary::Acos => value.acos(),
        Unary::Atan => value.atan(),
        Unary::Sinh => value.sinh(),
        Unary::Cosh => value.cosh(),
        Unary::Tanh => value.tanh(),
        Unary::Asinh => value.asinh(),
        Unary::Acosh => value.acosh(),
        Unary::Atanh => value.atanh(),
    }
}

/// A function of two numbers
pub fn binary(function: Binary) -> fn(f64, f64) -> f64 {
    match function {
        Binary::Add => |left, right| left + right,
        Binary::Subtract => |left, right| left - right,
        Binary::Multiply => |left, right| left * right,
        Binary::Divide => |left, right| left / right,
        Binary::Power => f64::powf,
        Binary::Minimum => f64::min,
        Binary::Maximum => f64::max,
        Binary::Atan2 => f64::atan2,
    }
}

/// A comparison of two values of one kind
pub fn compare(comparison: Comparison, left: &Tensor, right: &Tensor) -> Tensor {
    let holds = |order: Option<Ordering>| match (comparison, order) {
        (Comparison::NotEqual, None) => true,
        (_, None) => false,
        (Comparison::Equal, Some(order)) => order.is_eq(),
        (Comparison::NotEqual, Some(order)) => order.is_ne(),
        (Comparison::Less, Some(order)) => order.is_lt(),
        (Comparison::LessOrEqual, Some(order)) => order.is_le(),
        (Comparison::Greater, Some(order)) => order.is_gt(),
        (Comparison::GreaterOrEqual, Some(order)) => order.is_ge(),
    };
    let (values, width) = match &left.values {
        Values::Numbers(all) => broadcast2((left, all), (right, right.numbers()), |a, b| {
            holds(a.partial_cmp(b))
        }),
        Values::Texts(all) => broadcast2((left, all), (right, right.texts()), |a, b| {
            holds(Some(a.cmp(b)))
        }),
        Values::Bools(all) => broadcast2((left, all), (right, right.bools()), |a, b| {
            holds(Some(a.cmp(b)))
        }),
        Values::Indices(all) => broadcast2((left, all), (right, right.indices()), |a, b| {
            holds(Some(a.cmp(b)))
        }),
    };
    Tensor::matrix(Values::Bools(values), width)
}

/// A matrix times a table of `width` numbers per row
pub fn multiply(matrix: &Tensor, table: &[f64], width: usize) -> Tensor {
    let mut values = Vec::with_capacity(matrix.rows() * width);
    for row in matrix.numbers().chunks_exact(matrix.width.max(1)) {
        let start = values.len();
        values.resize(start + width, 0.0);
        for (value, weights) in row.iter().zip(table.chunks_exact(width.max(1))) {
            if *value != 0.0 {
                for (sum, weight) in values[start..].iter_mut().zip(weights) {
                    *sum += value * weight;
                }
            }
        }
    }
    Tensor::matrix(Values::Numbers(values), width)
}

/// One number for each row of a matrix
pub fn fold_rows(matrix: &Tensor, fold: impl Fn(&[f64]) -> f64) -> Tensor {
    let rows = matrix.numbers().chunks_exact(matrix.width.max(1));
    Tensor::column(Values::Numbers(rows.map(fold).collect()))
}

/// The first greatest of each row
pub fn arg_max(matrix: &Tensor) -> Tensor {
    let rows = matrix.numbers().chunks_exact(matrix.width.max(1));
    let best = |row: &[f64]| {
        let mut best = 0;
        for (at, value) in row.iter().enumerate() {
            if *value > row[best] {
                best = at;
            }
        }
        best as i64
    };
    Tensor::column(Values::Indices(rows.map(best).collect()))
}

/// Each row's positions in ascending order of its numbers
pub fn order(matrix: &Tensor) -> Tensor {
    let width = matrix.width.max(1);
    let mut values = Vec::with_capacity(matrix.numbers().len());
    for row in matrix.numbers().chunks_exact(width) {
        let mut places: Vec<i64> = (0..width as i64).collect();
        places.sort_by(|left, right| row[*left as usize].total_cmp(&row[*right as usize]));
        values.extend(places);
    }
    Tensor::matrix(Values::Indices(values), matrix.width)
}
