//! Letters and bytes as arrays of numbers, and back

use super::Kind::{Blob, Int, List, Text};
use super::{Answer, Cell, Function};

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_code_points",
        parameters: &[Text],
        result: List(&Int),
        body: |cells| {
            let letters = cells[0].text().chars();
            let codes = letters.map(|letter| Answer::Int(i64::from(u32::from(letter))));
            Ok(Answer::List(codes.collect()))
        },
    },
    Function {
        name: "gs_code_points",
        parameters: &[Blob],
        result: List(&Int),
        body: |cells| {
            let codes = cells[0]
                .bytes()
                .iter()
                .map(|byte| Answer::Int((*byte).into()));
            Ok(Answer::List(codes.collect()))
        },
    },
    Function {
        name: "gs_code_points_to_text",
        parameters: &[List(&Int)],
        result: Text,
        body: |cells| {
            let Some(codes) = numbers(&cells[0]) else {
                return Ok(Answer::Null);
            };
            let letters = codes.into_iter().map(letter).collect::<Result<String, _>>();
            letters.map(Answer::Text)
        },
    },
    Function {
        name: "gs_code_points_to_bytes",
        parameters: &[List(&Int)],
        result: Blob,
        body: |cells| {
            let Some(codes) = numbers(&cells[0]) else {
                return Ok(Answer::Null);
            };
            let byte =
                |code: i64| u8::try_from(code).map_err(|_| format!("{code} is not a byte's value"));
            let bytes = codes.into_iter().map(byte).collect::<Result<Vec<_>, _>>();
            bytes.map(Answer::Blob)
        },
    },
    Function {
        name: "gs_chr",
        parameters: &[Int],
        result: Text,
        // By BigQuery's documentation it is an empty text, by Google's evaluator a text of one letter
        body: |cells| match cells[0].int() {
            0 => Err(r"CHR(0) is not clear in GoogleSQL: write '' or '\0'".to_owned()),
            code => letter(code).map(Answer::Text),
        },
    },
];

fn letter(code: i64) -> Result<String, String> {
    let letter = u32::try_from(code).ok().and_then(char::from_u32);
    letter
        .map(String::from)
        .ok_or_else(|| format!("{code} is not a Unicode code point"))
}

/// The numbers of a list that has no NULL
fn numbers(list: &Cell) -> Option<Vec<i64>> {
    list.items()
        .iter()
        .map(|item| item.as_ref().map(Cell::int))
        .collect()
}
