//! Variances and correlations of NUMERIC and BIGNUMERIC, from exact sums

use num_bigint::{BigInt, Sign};

use super::Kind::{Big, Decimal, Double, List};
use super::big_decimal::row;
use super::{Answer, Cell, Function};

pub const TABLE: &[Function] = &[
    row("gs_numeric_var_pop", &[List(&Decimal)], Double, |cells| {
        variance(cells, 0, 18)
    }),
    row("gs_numeric_var_samp", &[List(&Decimal)], Double, |cells| {
        variance(cells, 1, 18)
    }),
    row("gs_bignumeric_var_pop", &[List(&Big)], Double, |cells| {
        variance(cells, 0, 76)
    }),
    row("gs_bignumeric_var_samp", &[List(&Big)], Double, |cells| {
        variance(cells, 1, 76)
    }),
    row(
        "gs_numeric_covar_pop",
        &[List(&Decimal), List(&Decimal)],
        Double,
        |cells| covariance(cells, 0, 18),
    ),
    row(
        "gs_numeric_covar_samp",
        &[List(&Decimal), List(&Decimal)],
        Double,
        |cells| covariance(cells, 1, 18),
    ),
    row(
        "gs_bignumeric_covar_pop",
        &[List(&Big), List(&Big)],
        Double,
        |cells| covariance(cells, 0, 76),
    ),
    row(
        "gs_bignumeric_covar_samp",
        &[List(&Big), List(&Big)],
        Double,
        |cells| covariance(cells, 1, 76),
    ),
    row(
        "gs_numeric_corr",
        &[List(&Decimal), List(&Decimal)],
        Double,
        correlation,
    ),
    row(
        "gs_bignumeric_corr",
        &[List(&Big), List(&Big)],
        Double,
        correlation,
    ),
];

/// Sums over pairs of units without NULL
#[derive(Default)]
struct Sums {
    count: u32,
    left: BigInt,
    right: BigInt,
    left_squares: BigInt,
    right_squares: BigInt,
    products: BigInt,
}

impl Sums {
    fn of(left: &Cell, right: &Cell) -> Self {
        let mut sums = Self::default();
        for pair in left.items().iter().zip(right.items()) {
            let (Some(left), Some(right)) = pair else {
                continue;
            };
            let (left, right) = (units(left), units(right));
            sums.count += 1;
            sums.left_squares += &left * &left;
            sums.right_squares += &right * &right;
            sums.products += &left * &right;
            sums.left += left;
            sums.right += right;
        }
        sums
    }

    /// The count times the sum of products of deviations from the means
    fn deviations(&self) -> BigInt {
        &self.products * self.count - &self.left * &self.right
    }
}

fn units(cell: &Cell) -> BigInt {
    match cell {
        Cell::Decimal(units) => BigInt::from(*units),
        other => other.big(),
    }
}

/// `less` is 1 for a sample; units of a product have `scale` digits behind the point
fn covariance(cells: &[Cell], less: u32, scale: u32) -> Result<Answer, String> {
    let sums = Sums::of(&cells[0], &cells[1]);
    if sums.count <= less {
        return Ok(Answer::Null);
    }
    let divisor = BigInt::from(sums.count) * (sums.count - less);
    Ok(Answer::Double(quotient(
        &sums.deviations(),
        &divisor,
        scale,
    )))
}

fn variance(cells: &[Cell], less: u32, scale: u32) -> Result<Answer, String> {
    covariance(&[cells[0], cells[0]], less, scale)
}

fn correlation(cells: &[Cell]) -> Result<Answer, String> {
    let sums = Sums::of(&cells[0], &cells[1]);
    if sums.count < 2 {
        return Ok(Answer::Null);
    }
    let left = &sums.left_squares * sums.count - &sums.left * &sums.left;
    let right = &sums.right_squares * sums.count - &sums.right * &sums.right;
    let spread = left * right;
    if spread.sign() == Sign::NoSign {
        return Ok(Answer::Double(f64::NAN));
    }
    let deviations = sums.deviations();
    let square = quotient(&(&deviations * &deviations), &spread, 0);
    let magnitude = square.sqrt();
    let negative = deviations.sign() == Sign::Minus;
    Ok(Answer::Double(if negative {
        -magnitude
    } else {
        magnitude
    }))
}

/// The nearest FLOAT64 of a quotient with `scale` digits behind the point
fn quotient(dividend: &BigInt, divisor: &BigInt, scale: u32) -> f64 {
    // So many more digits that the quotient has more than a FLOAT64
    let more = 40 + divisor.to_string().len();
    let scaled = dividend * crate::value::big_decimal::power_of_ten(more as u32) / divisor;
    let exponent = i64::from(scale) + more as i64;
    format!("{scaled}e-{exponent}").parse().unwrap_or(f64::NAN)
}
