//! BIGNUMERIC: conversions, arithmetic and its limits

use num_bigint::BigInt;

use super::Kind::{Big, Decimal, Double, Int, Text};
use super::{Answer, Body, Cell, Function, Kind, or_error};
use crate::value::big_decimal::{Decimal as Type, Rounding};

const OVERFLOW: &str = "BIGNUMERIC overflow";
const ZERO_DIVISOR: &str = "division by zero";

pub const TABLE: &[Function] = &[
    row("gs_bignumeric_of_int", &[Int], Big, |cells| {
        let units = BigInt::from(cells[0].int()) * Type::Big.one();
        Ok(Answer::Big(units))
    }),
    row("gs_bignumeric_of_numeric", &[Decimal], Big, |cells| {
        let units = Type::Numeric.convert(&BigInt::from(cells[0].decimal()), Type::Big);
        checked(units)
    }),
    row("gs_bignumeric_of_float", &[Double], Big, |cells| {
        let value = cells[0].double();
        let message = format_args!("{value} is out of range for BIGNUMERIC");
        or_error(Type::Big.of_float(value), Answer::Big, message)
    }),
    row("gs_bignumeric_of_text", &[Text], Big, |cells| {
        let text = cells[0].text();
        let message = format_args!("bad BIGNUMERIC value: {text}");
        or_error(Type::Big.parse(text), Answer::Big, message)
    }),
    row("gs_parse_bignumeric", &[Text], Big, |cells| {
        let text = cells[0].text();
        let message = format_args!("invalid BIGNUMERIC: {text}");
        or_error(Type::Big.parse_loose(text), Answer::Big, message)
    }),
    row("gs_int_of_bignumeric", &[Big], Int, |cells| {
        let message = "BIGNUMERIC is out of range for INT64";
        or_error(Type::Big.to_int(&cells[0].big()), Answer::Int, message)
    }),
    row("gs_numeric_of_bignumeric", &[Big], Decimal, |cells| {
        let units = Type::Big.convert(&cells[0].big(), Type::Numeric);
        let units = units.and_then(|units| i128::try_from(&units).ok());
        or_error(
            units,
            Answer::Decimal,
            "BIGNUMERIC is out of range for NUMERIC",
        )
    }),
    row("gs_float_of_bignumeric", &[Big], Double, |cells| {
        Ok(Answer::Double(Type::Big.to_float(&cells[0].big())))
    }),
    row("gs_text_of_bignumeric", &[Big], Text, |cells| {
        Ok(Answer::Text(Type::Big.format(&cells[0].big())))
    }),
    // A number where any reader of JSON holds it exactly, else text
    row("gs_json_of_bignumeric", &[Big], Text, |cells| {
        let units = cells[0].big();
        let text = Type::Big.format(&units);
        let exact = text
            .parse::<i64>()
            .is_ok_and(|whole| whole.unsigned_abs() <= 1 << 53);
        Ok(Answer::Text(if exact {
            text
        } else {
            format!("\"{text}\"")
        }))
    }),
    row("gs_bignumeric_add", &[Big, Big], Big, |cells| {
        checked(Type::Big.check(cells[0].big() + cells[1].big()))
    }),
    row("gs_bignumeric_subtract", &[Big, Big], Big, |cells| {
        checked(Type::Big.check(cells[0].big() - cells[1].big()))
    }),
    row("gs_bignumeric_multiply", &[Big, Big], Big, |cells| {
        checked(Type::Big.multiply(&cells[0].big(), &cells[1].big()))
    }),
    row("gs_bignumeric_divide", &[Big, Big], Big, |cells| {
        divided(cells, Type::Big.divide(&cells[0].big(), &cells[1].big()))
    }),
    row("gs_bignumeric_safe_divide", &[Big, Big], Big, |cells| {
        let quotient = Type::Big.divide(&cells[0].big(), &cells[1].big());
        Ok(quotient.map_or(Answer::Null, Answer::Big))
    }),
    row("gs_bignumeric_div", &[Big, Big], Big, |cells| {
        divided(
            cells,
            Type::Big.whole_quotient(&cells[0].big(), &cells[1].big()),
        )
    }),
    row("gs_bignumeric_mod", &[Big, Big], Big, |cells| {
        let divisor = cells[1].big();
        if divisor == BigInt::ZERO {
            return Err(ZERO_DIVISOR.to_owned());
        }
        Ok(Answer::Big(cells[0].big() % divisor))
    }),
    row("gs_bignumeric_negate", &[Big], Big, |cells| {
        checked(Type::Big.check(-cells[0].big()))
    }),
    row("gs_bignumeric_abs", &[Big], Big, |cells| {
        let magnitude = BigInt::from(cells[0].big().magnitude().clone());
        checked(Type::Big.check(magnitude))
    }),
    row("gs_bignumeric_sign", &[Big], Big, |cells| {
        let one = Type::Big.one();
        Ok(Answer::Big(match cells[0].big().sign() {
            num_bigint::Sign::Minus => -one,
            num_bigint::Sign::NoSign => BigInt::ZERO,
            num_bigint::Sign::Plus => one,
        }))
    }),
    row("gs_bignumeric_round", &[Big, Int], Big, |cells| {
        rounded(cells, Rounding::HalfAwayFromZero)
    }),
    row("gs_bignumeric_trunc", &[Big, Int], Big, |cells| {
        rounded(cells, Rounding::TowardZero)
    }),
    row("gs_bignumeric_ceil", &[Big], Big, |cells| {
        let units = Type::Big.round(&cells[0].big(), 0, Rounding::Ceiling);
        checked(units.and_then(|units| Type::Big.check(units)))
    }),
    row("gs_bignumeric_floor", &[Big], Big, |cells| {
        let units = Type::Big.round(&cells[0].big(), 0, Rounding::Floor);
        checked(units.and_then(|units| Type::Big.check(units)))
    }),
    row("gs_bignumeric_within", &[Big, Int, Int], Big, |cells| {
        let (precision, scale) = (cells[1].int(), cells[2].int());
        let units = Type::Big
            .round(&cells[0].big(), scale, Rounding::HalfAwayFromZero)
            .filter(|units| Type::Big.within(units, precision, scale));
        let message = format_args!("value is out of range for BIGNUMERIC({precision}, {scale})");
        or_error(units, Answer::Big, message)
    }),
    // A sum of the engine's, which knows no limit
    row("gs_bignumeric_checked", &[Big], Big, |cells| {
        checked(Type::Big.check(cells[0].big()))
    }),
    row("gs_bignumeric_average", &[Big, Int], Big, |cells| {
        let count = BigInt::from(cells[1].int()) * Type::Big.one();
        divided(cells, Type::Big.divide(&cells[0].big(), &count))
    }),
];

pub(super) const fn row(
    name: &'static str,
    parameters: &'static [Kind],
    result: Kind,
    body: Body,
) -> Function {
    Function {
        name,
        parameters,
        result,
        body,
    }
}

fn checked(units: Option<BigInt>) -> Result<Answer, String> {
    or_error(units, Answer::Big, OVERFLOW)
}

fn divided(cells: &[Cell], units: Option<BigInt>) -> Result<Answer, String> {
    let zero = matches!(cells[1], Cell::Bytes(_)) && cells[1].big() == BigInt::ZERO;
    or_error(
        units,
        Answer::Big,
        if zero { ZERO_DIVISOR } else { OVERFLOW },
    )
}

fn rounded(cells: &[Cell], rounding: Rounding) -> Result<Answer, String> {
    let units = Type::Big.round(&cells[0].big(), cells[1].int(), rounding);
    checked(units.and_then(|units| Type::Big.check(units)))
}
