//! Mathematical functions of NUMERIC and BIGNUMERIC, and NUMERIC's exact conversions

use num_bigint::BigInt;

use super::Kind::{Big, Decimal, Double, Int, List, Text};
use super::big_decimal::row;
use super::{Answer, Cell, Function, or_error};
use crate::value::big_decimal::{Decimal as Type, Rounding};
use crate::value::decimal_math as math;

pub const TABLE: &[Function] = &[
    row("gs_numeric_of_float", &[Double], Decimal, |cells| {
        let value = cells[0].double();
        let units = Type::Numeric.of_float(value);
        let message = format_args!("{value} is out of range for NUMERIC");
        or_error(units.and_then(small), Answer::Decimal, message)
    }),
    row("gs_float_of_numeric", &[Decimal], Double, |cells| {
        Ok(Answer::Double(Type::Numeric.to_float(&units(&cells[0]))))
    }),
    // Whatever the sum is, which may be out of range
    row(
        "gs_numeric_list_average",
        &[List(&Decimal)],
        Decimal,
        |cells| {
            let numbers = || cells[0].items().iter().flatten();
            let total: BigInt = numbers().map(units).sum();
            let count = BigInt::from(numbers().count());
            let average = Type::Numeric.divide(&total, &(count * Type::Numeric.one()));
            Ok(average
                .and_then(small)
                .map_or(Answer::Null, Answer::Decimal))
        },
    ),
    row(
        "gs_numeric_round_as",
        &[Decimal, Int, Text],
        Decimal,
        rounded,
    ),
    row("gs_bignumeric_round_as", &[Big, Int, Text], Big, rounded),
    row("gs_numeric_sqrt", &[Decimal], Decimal, |cells| {
        one(cells, math::sqrt)
    }),
    row("gs_numeric_cbrt", &[Decimal], Decimal, |cells| {
        one(cells, math::cbrt)
    }),
    row("gs_numeric_exp", &[Decimal], Decimal, |cells| {
        one(cells, math::exponential)
    }),
    row("gs_numeric_ln", &[Decimal], Decimal, |cells| {
        one(cells, math::natural_logarithm)
    }),
    row("gs_numeric_log10", &[Decimal], Decimal, |cells| {
        one(cells, math::decimal_logarithm)
    }),
    row("gs_numeric_log", &[Decimal, Decimal], Decimal, |cells| {
        two(cells, math::logarithm)
    }),
    row("gs_numeric_pow", &[Decimal, Decimal], Decimal, |cells| {
        two(cells, math::power)
    }),
    row("gs_numeric_radians", &[Decimal], Decimal, |cells| {
        one(cells, math::radians)
    }),
    row("gs_numeric_degrees", &[Decimal], Decimal, |cells| {
        one(cells, math::degrees)
    }),
    row("gs_bignumeric_sqrt", &[Big], Big, |cells| {
        one(cells, math::sqrt)
    }),
    row("gs_bignumeric_cbrt", &[Big], Big, |cells| {
        one(cells, math::cbrt)
    }),
    row("gs_bignumeric_exp", &[Big], Big, |cells| {
        one(cells, math::exponential)
    }),
    row("gs_bignumeric_ln", &[Big], Big, |cells| {
        one(cells, math::natural_logarithm)
    }),
    row("gs_bignumeric_log10", &[Big], Big, |cells| {
        one(cells, math::decimal_logarithm)
    }),
    row("gs_bignumeric_log", &[Big, Big], Big, |cells| {
        two(cells, math::logarithm)
    }),
    row("gs_bignumeric_pow", &[Big, Big], Big, |cells| {
        two(cells, math::power)
    }),
    row("gs_bignumeric_radians", &[Big], Big, |cells| {
        one(cells, math::radians)
    }),
    row("gs_bignumeric_degrees", &[Big], Big, |cells| {
        one(cells, math::degrees)
    }),
    row(
        "gs_bignumeric_percentile_cont",
        &[List(&Big), Big],
        Big,
        |cells| {
            let items = cells[0].items().iter();
            let values = items.map(|item| item.map(|item| item.big())).collect();
            Ok(percentile_cont(values, &cells[1].big()).map_or(Answer::Null, Answer::Big))
        },
    ),
    // Of the first of so many values that at least the fraction of them are not beyond
    row("gs_percentile_position", &[Int, Big], Int, |cells| {
        let position = BigInt::from(cells[0].int()) * cells[1].big();
        let position = Type::Big.round(&position, 0, Rounding::Ceiling);
        let position = position.and_then(|position| Type::Big.to_int(&position));
        or_error(position.map(|at| at.max(1)), Answer::Int, "too many values")
    }),
];

/// Where the fraction falls between two of the sorted values, NULLs first; beside a NULL it is the
/// other value
fn percentile_cont(mut values: Vec<Option<BigInt>>, fraction: &BigInt) -> Option<BigInt> {
    values.sort();
    let one = Type::Big.one();
    let position = fraction * BigInt::from(values.len().checked_sub(1)?);
    let (low, weight) = (usize::try_from(&(&position / &one)).ok()?, &position % &one);
    let below = values.get(low)?.clone();
    if weight == BigInt::ZERO {
        return below;
    }
    match (below, values.get(low + 1)?.clone()) {
        (Some(below), Some(above)) => {
            let part = Type::Big.multiply(&(above - &below), &weight)?;
            Some(below + part)
        }
        (below, above) => below.or(above),
    }
}

/// Rounds in a mode that is given by its name
fn rounded(cells: &[Cell]) -> Result<Answer, String> {
    let ty = decimal_type(&cells[0]);
    let mode = match cells[2].text() {
        "ROUND_HALF_EVEN" => Rounding::HalfEven,
        "ROUND_HALF_AWAY_FROM_ZERO" => Rounding::HalfAwayFromZero,
        other => return Err(format!("`{other}` is no rounding mode")),
    };
    let overflow = || format!("{} overflow", ty.name());
    let value = ty.round(&units(&cells[0]), cells[1].int(), mode);
    answer(
        ty,
        value
            .and_then(|value| ty.check(value))
            .ok_or_else(overflow)?,
    )
}

fn one(
    cells: &[Cell],
    function: fn(Type, &BigInt) -> Result<BigInt, String>,
) -> Result<Answer, String> {
    let ty = decimal_type(&cells[0]);
    answer(ty, function(ty, &units(&cells[0]))?)
}

fn two(
    cells: &[Cell],
    function: fn(Type, &BigInt, &BigInt) -> Result<BigInt, String>,
) -> Result<Answer, String> {
    let ty = decimal_type(&cells[0]);
    answer(ty, function(ty, &units(&cells[0]), &units(&cells[1]))?)
}

fn decimal_type(cell: &Cell) -> Type {
    match cell {
        Cell::Decimal(_) => Type::Numeric,
        _ => Type::Big,
    }
}

fn units(cell: &Cell) -> BigInt {
    match cell {
        Cell::Decimal(units) => BigInt::from(*units),
        other => other.big(),
    }
}

fn answer(ty: Type, units: BigInt) -> Result<Answer, String> {
    match ty {
        Type::Numeric => or_error(small(units), Answer::Decimal, "NUMERIC overflow"),
        Type::Big => Ok(Answer::Big(units)),
    }
}

fn small(units: BigInt) -> Option<i128> {
    i128::try_from(&units).ok()
}
