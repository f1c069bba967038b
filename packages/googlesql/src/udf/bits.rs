//! Bit patterns, and numbers that must be finite

use super::Kind::{Double, Int, Text};
use super::{Answer, Function};

pub const TABLE: &[Function] = &[
    // A result, and the function that it is of
    Function {
        name: "gs_finite",
        parameters: &[Double, Text],
        result: Double,
        body: |cells| {
            let value = cells[0].double();
            match value.is_infinite() {
                true => Err(format!("{} is out of range", cells[1].text())),
                false => Ok(Answer::Double(value)),
            }
        },
    },
    Function {
        name: "gs_bit_cast_to_int32",
        parameters: &[Int],
        result: Int,
        body: |cells| {
            let value = cells[0].int();
            let bits = u32::try_from(value)
                .map(u32::cast_signed)
                .or_else(|_| i32::try_from(value));
            bits.map(|value| Answer::Int(i64::from(value)))
                .map_err(|_| format!("{value} does not fit 32 bits"))
        },
    },
    Function {
        name: "gs_bit_cast_to_uint32",
        parameters: &[Int],
        result: Int,
        body: |cells| {
            let value = cells[0].int();
            let bits = i32::try_from(value)
                .map(i32::cast_unsigned)
                .or_else(|_| u32::try_from(value));
            bits.map(|value| Answer::Int(i64::from(value)))
                .map_err(|_| format!("{value} does not fit 32 bits"))
        },
    },
];
