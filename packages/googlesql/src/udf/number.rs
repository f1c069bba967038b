//! Arithmetic whose errors or rounding DuckDB has otherwise

use super::Kind::{Decimal, Double, Int, Text};
use super::{Answer, Function, or_error};
use crate::value::{decimal, number};

const OVERFLOW: &str = "floating point overflow";
const NUMERIC_OVERFLOW: &str = "NUMERIC overflow";

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_shift_left",
        parameters: &[Int, Int],
        result: Int,
        body: |cells| match cells[1].int() {
            ..0 => Err("a shift takes a number that is not negative".to_owned()),
            bits @ 0..64 => Ok(Answer::Int(cells[0].int() << bits)),
            _ => Ok(Answer::Int(0)),
        },
    },
    Function {
        name: "gs_shift_right",
        parameters: &[Int, Int],
        result: Int,
        body: |cells| match cells[1].int() {
            ..0 => Err("a shift takes a number that is not negative".to_owned()),
            bits @ 0..64 => Ok(Answer::Int(((cells[0].int() as u64) >> bits) as i64)),
            _ => Ok(Answer::Int(0)),
        },
    },
    Function {
        name: "gs_floor_divide",
        parameters: &[Int, Int],
        result: Int,
        body: |cells| {
            or_error(
                cells[0].int().checked_div_euclid(cells[1].int()),
                Answer::Int,
                "division by zero",
            )
        },
    },
    Function {
        name: "gs_parse_numeric",
        parameters: &[Text],
        result: Decimal,
        body: |cells| {
            let text = cells[0].text();
            let message = format_args!("invalid NUMERIC: {text}");
            or_error(decimal::parse_loose(text), Answer::Decimal, message)
        },
    },
    Function {
        name: "gs_numeric_multiply",
        parameters: &[Decimal, Decimal],
        result: Decimal,
        body: |cells| {
            let product = decimal::multiply(cells[0].decimal(), cells[1].decimal());
            or_error(product, Answer::Decimal, NUMERIC_OVERFLOW)
        },
    },
    Function {
        name: "gs_numeric_divide",
        parameters: &[Decimal, Decimal],
        result: Decimal,
        body: |cells| {
            let message = if cells[1].decimal() == 0 {
                "division by zero"
            } else {
                NUMERIC_OVERFLOW
            };
            or_error(
                decimal::divide(cells[0].decimal(), cells[1].decimal()),
                Answer::Decimal,
                message,
            )
        },
    },
    Function {
        name: "gs_numeric_safe_divide",
        parameters: &[Decimal, Decimal],
        result: Decimal,
        body: |cells| {
            let quotient = decimal::divide(cells[0].decimal(), cells[1].decimal());
            Ok(quotient.map_or(Answer::Null, Answer::Decimal))
        },
    },
    Function {
        name: "gs_numeric_div",
        parameters: &[Decimal, Decimal],
        result: Decimal,
        body: |cells| {
            let whole = cells[0].decimal().checked_div(cells[1].decimal());
            let whole = whole
                .and_then(|whole| whole.checked_mul(decimal::ONE))
                .and_then(decimal::check);
            or_error(whole, Answer::Decimal, "division by zero")
        },
    },
    Function {
        name: "gs_numeric_mod",
        parameters: &[Decimal, Decimal],
        result: Decimal,
        body: |cells| {
            let rest = cells[0].decimal().checked_rem(cells[1].decimal());
            or_error(rest, Answer::Decimal, "division by zero")
        },
    },
    Function {
        name: "gs_numeric_round",
        parameters: &[Decimal, Int],
        result: Decimal,
        body: |cells| {
            let rounded = decimal::round(cells[0].decimal(), cells[1].int(), false);
            or_error(rounded, Answer::Decimal, NUMERIC_OVERFLOW)
        },
    },
    Function {
        name: "gs_numeric_within",
        parameters: &[Decimal, Int, Int],
        result: Decimal,
        body: |cells| {
            let (precision, scale) = (cells[1].int(), cells[2].int());
            let rounded = decimal::round(cells[0].decimal(), scale, false);
            let digits = u32::try_from(precision - scale).unwrap_or_default() + decimal::SCALE;
            let fits = rounded.filter(|units| {
                10_i128
                    .checked_pow(digits)
                    .is_some_and(|most| units.unsigned_abs() < most.unsigned_abs())
            });
            let message = format_args!("value is out of range for NUMERIC({precision}, {scale})");
            or_error(fits, Answer::Decimal, message)
        },
    },
    Function {
        name: "gs_numeric_trunc",
        parameters: &[Decimal, Int],
        result: Decimal,
        body: |cells| {
            let rounded = decimal::round(cells[0].decimal(), cells[1].int(), true);
            or_error(rounded, Answer::Decimal, NUMERIC_OVERFLOW)
        },
    },
    Function {
        name: "gs_round",
        parameters: &[Double, Int],
        result: Double,
        body: |cells| {
            or_error(
                number::round(cells[0].double(), cells[1].int(), false),
                Answer::Double,
                OVERFLOW,
            )
        },
    },
    Function {
        name: "gs_trunc",
        parameters: &[Double, Int],
        result: Double,
        body: |cells| {
            or_error(
                number::round(cells[0].double(), cells[1].int(), true),
                Answer::Double,
                OVERFLOW,
            )
        },
    },
    Function {
        name: "gs_pow",
        parameters: &[Double, Double],
        result: Double,
        body: |cells| {
            let (base, exponent) = (cells[0].double(), cells[1].double());
            if base < 0.0 && base.is_finite() && exponent.is_finite() && exponent.fract() != 0.0 {
                return Err("POW of a negative number with a fraction".to_owned());
            }
            if base == 0.0 && exponent < 0.0 && exponent.is_finite() {
                return Err("POW of 0 with a negative exponent".to_owned());
            }
            or_error(
                number::finite(base.powf(exponent), &[base, exponent]),
                Answer::Double,
                OVERFLOW,
            )
        },
    },
    Function {
        name: "gs_exp",
        parameters: &[Double],
        result: Double,
        body: |cells| {
            let power = cells[0].double();
            or_error(
                number::finite(power.exp(), &[power]),
                Answer::Double,
                OVERFLOW,
            )
        },
    },
    Function {
        name: "gs_cosh",
        parameters: &[Double],
        result: Double,
        body: |cells| {
            let value = cells[0].double();
            or_error(
                number::finite(value.cosh(), &[value]),
                Answer::Double,
                OVERFLOW,
            )
        },
    },
    Function {
        name: "gs_sinh",
        parameters: &[Double],
        result: Double,
        body: |cells| {
            let value = cells[0].double();
            or_error(
                number::finite(value.sinh(), &[value]),
                Answer::Double,
                OVERFLOW,
            )
        },
    },
    Function {
        name: "gs_log",
        parameters: &[Double, Double],
        result: Double,
        body: |cells| {
            let (value, base) = (cells[0].double(), cells[1].double());
            let unbounded = base.is_infinite() || value == f64::NEG_INFINITY;
            if unbounded || value.is_nan() || base.is_nan() {
                return Ok(Answer::Double(f64::NAN));
            }
            if value == f64::INFINITY && base <= 0.0 {
                return Ok(Answer::Double(f64::NAN));
            }
            if value <= 0.0 || base <= 0.0 || base == 1.0 {
                return Err("LOG of a number or base that is not positive".to_owned());
            }
            Ok(Answer::Double(value.ln() / base.ln()))
        },
    },
    Function {
        name: "gs_add",
        parameters: &[Double, Double],
        result: Double,
        body: |cells| {
            let (left, right) = (cells[0].double(), cells[1].double());
            or_error(
                number::finite(left + right, &[left, right]),
                Answer::Double,
                OVERFLOW,
            )
        },
    },
    Function {
        name: "gs_safe_divide",
        parameters: &[Double, Double],
        result: Double,
        body: |cells| {
            let (left, right) = (cells[0].double(), cells[1].double());
            let quotient = number::finite(left / right, &[left, right]);
            let quotient = quotient.filter(|_| right != 0.0);
            Ok(quotient.map_or(Answer::Null, Answer::Double))
        },
    },
    Function {
        name: "gs_divide",
        parameters: &[Double, Double],
        result: Double,
        body: |cells| {
            let (left, right) = (cells[0].double(), cells[1].double());
            if right == 0.0 {
                return Err("division by zero".to_owned());
            }
            or_error(
                number::finite(left / right, &[left, right]),
                Answer::Double,
                OVERFLOW,
            )
        },
    },
    Function {
        name: "gs_multiply",
        parameters: &[Double, Double],
        result: Double,
        body: |cells| {
            let (left, right) = (cells[0].double(), cells[1].double());
            or_error(
                number::finite(left * right, &[left, right]),
                Answer::Double,
                OVERFLOW,
            )
        },
    },
    Function {
        name: "gs_safe_add",
        parameters: &[Double, Double],
        result: Double,
        body: |cells| {
            let (left, right) = (cells[0].double(), cells[1].double());
            Ok(number::finite(left + right, &[left, right]).map_or(Answer::Null, Answer::Double))
        },
    },
    Function {
        name: "gs_safe_multiply",
        parameters: &[Double, Double],
        result: Double,
        body: |cells| {
            let (left, right) = (cells[0].double(), cells[1].double());
            Ok(number::finite(left * right, &[left, right]).map_or(Answer::Null, Answer::Double))
        },
    },
];
