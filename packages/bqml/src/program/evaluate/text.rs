//! What a program does with texts

use std::sync::Arc;

use regex::Regex;

use super::tensor::{Tensor, Values, broadcast2, broadcast3, map};
use crate::program::Change;

/// A function of a text that gives a text
pub fn change(change: Change, one: &Tensor) -> Tensor {
    let values = map(one.texts(), |text| -> Arc<str> {
        match change {
            Change::Lower => text.to_lowercase().into(),
            Change::Upper => text.to_uppercase().into(),
            Change::Trim => text
                .trim_matches(|c: char| c.is_ascii_whitespace() || c == '\x0b')
                .into(),
        }
    });
    Tensor::matrix(Values::Texts(values), one.width)
}

/// Texts after one another
pub fn concat(all: &[&Tensor]) -> Tensor {
    let mut joined = Tensor::column(Values::Texts(vec!["".into()]));
    for one in all {
        let (values, width) = broadcast2(
            (&joined, joined.texts()),
            (one, one.texts()),
            |left, right| -> Arc<str> { format!("{left}{right}").into() },
        );
        joined = Tensor::matrix(Values::Texts(values), width);
    }
    joined
}

/// Part of a text by its characters
pub fn substring(text: &Tensor, start: &Tensor, length: &Tensor) -> Tensor {
    let (values, width) = broadcast3(
        (text, text.texts()),
        (start, start.numbers()),
        (length, length.numbers()),
        |text, start, length| -> Arc<str> {
            let rest = text.chars().skip(*start as usize);
            rest.take(*length as usize).collect::<String>().into()
        },
    );
    Tensor::matrix(Values::Texts(values), width)
}

/// A number for each text
pub fn measure(one: &Tensor, measure: impl Fn(&str) -> f64) -> Tensor {
    let values = map(one.texts(), |text| measure(text));
    Tensor::matrix(Values::Numbers(values), one.width)
}

/// Whether a pattern matches
pub fn matches(one: &Tensor, pattern: &Regex) -> Tensor {
    let values = map(one.texts(), |text| pattern.is_match(text));
    Tensor::matrix(Values::Bools(values), one.width)
}

/// All matches of a pattern replaced
pub fn replace(one: &Tensor, pattern: &Regex, rewrite: &str) -> Tensor {
    let rewrite = expansion(rewrite);
    let values = map(one.texts(), |text| -> Arc<str> {
        pattern.replace_all(text, rewrite.as_str()).as_ref().into()
    });
    Tensor::matrix(Values::Texts(values), one.width)
}

/// Whole numbers in decimal digits
pub fn digits(one: &Tensor) -> Tensor {
    let values = map(one.numbers(), |value| -> Arc<str> {
        format!("{}", *value as i64).into()
    });
    Tensor::matrix(Values::Texts(values), one.width)
}

/// RE2's `\1` in the words of this machine's patterns, `${1}`
fn expansion(rewrite: &str) -> String {
    let mut expansion = String::new();
    let mut letters = rewrite.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '$' => expansion.push_str("$$"),
            '\\' => match letters.next() {
                Some(digit) if digit.is_ascii_digit() => {
                    expansion.push_str(&format!("${{{digit}}}"));
                }
                Some(other) => expansion.push(other),
                None => expansion.push('\\'),
            },
            other => expansion.push(other),
        }
    }
    expansion
}
