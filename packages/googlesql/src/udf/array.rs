//! Arrays: texts of them, and numbers that two of them make as vectors

use std::ops::Add;

use std::collections::HashMap;

use super::Kind::{Blob, Double, List, Text};
use super::{Answer, Cell, Function};

pub const TABLE: &[Function] = &[
    // Items, delimiter, what stands for NULL
    Function {
        name: "gs_array_to_text",
        parameters: &[List(&Text), Text, List(&Text)],
        result: Text,
        body: |cells| {
            let joined = join(cells).map(String::from_utf8);
            Ok(match joined {
                Some(Ok(text)) => Answer::Text(text),
                _ => Answer::Null,
            })
        },
    },
    Function {
        name: "gs_array_to_text",
        parameters: &[List(&Blob), Blob, List(&Blob)],
        result: Blob,
        body: |cells| Ok(join(cells).map_or(Answer::Null, Answer::Blob)),
    },
    Function {
        name: "gs_cosine_distance",
        parameters: &[List(&Double), List(&Double)],
        result: Double,
        body: |cells| cosine_distance(&dense(cells)?),
    },
    Function {
        name: "gs_euclidean_distance",
        parameters: &[List(&Double), List(&Double)],
        result: Double,
        body: |cells| euclidean_distance(&dense(cells)?),
    },
    // Keys and values of one vector, then of the other
    Function {
        name: "gs_sparse_cosine_distance",
        parameters: &[List(&Text), List(&Double), List(&Text), List(&Double)],
        result: Double,
        body: |cells| cosine_distance(&sparse(cells)?),
    },
    Function {
        name: "gs_sparse_euclidean_distance",
        parameters: &[List(&Text), List(&Double), List(&Text), List(&Double)],
        result: Double,
        body: |cells| euclidean_distance(&sparse(cells)?),
    },
    Function {
        name: "gs_sparse_manhattan_distance",
        parameters: &[List(&Text), List(&Double), List(&Text), List(&Double)],
        result: Double,
        body: |cells| manhattan_distance(&sparse(cells)?),
    },
    Function {
        name: "gs_dot_product",
        parameters: &[List(&Double), List(&Double)],
        result: Double,
        body: |cells| {
            let pairs = dense(cells)?;
            finite(pairs.iter().map(|(a, b)| a * b).fold(0.0, f64::add), &pairs)
        },
    },
    Function {
        name: "gs_manhattan_distance",
        parameters: &[List(&Double), List(&Double)],
        result: Double,
        body: |cells| manhattan_distance(&dense(cells)?),
    },
    Function {
        name: "gs_l1_norm",
        parameters: &[List(&Double)],
        result: Double,
        body: |cells| {
            let pairs = norm_pairs(&cells[0])?;
            finite(
                pairs
                    .iter()
                    .map(|(value, _)| value.abs())
                    .fold(0.0, f64::add),
                &pairs,
            )
        },
    },
    Function {
        name: "gs_l2_norm",
        parameters: &[List(&Double)],
        result: Double,
        body: |cells| euclidean_distance(&norm_pairs(&cells[0])?),
    },
];

fn join(cells: &[Cell]) -> Option<Vec<u8>> {
    let delimiter = cells[1].bytes();
    let instead = match cells[2].items() {
        [] => None,
        [None, ..] => return None,
        [Some(text), ..] => Some(text.bytes()),
    };
    let items = cells[0].items().iter();
    let written: Vec<&[u8]> = items
        .filter_map(|item| item.as_ref().map(Cell::bytes).or(instead))
        .collect();
    Some(written.join(delimiter))
}

fn numbers(list: &Cell) -> Result<Vec<f64>, String> {
    let items = list.items().iter();
    items
        .map(|item| item.as_ref().map(Cell::double))
        .collect::<Option<_>>()
        .ok_or_else(|| "an element of the vector is NULL".to_owned())
}

/// Two vectors of one length, component by component
fn dense(cells: &[Cell]) -> Result<Vec<(f64, f64)>, String> {
    let (left, right) = (numbers(&cells[0])?, numbers(&cells[1])?);
    match left.len() == right.len() {
        true => Ok(left.into_iter().zip(right).collect()),
        false => Err(format!(
            "the vectors have different lengths: {} and {}",
            left.len(),
            right.len()
        )),
    }
}

/// Two vectors given by the components that are not 0, each by its key
fn sparse(cells: &[Cell]) -> Result<Vec<(f64, f64)>, String> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    for (first, at) in [(true, 0), (false, 2)] {
        let mut seen = std::collections::HashSet::new();
        let values = numbers(&cells[at + 1])?;
        for (key, value) in cells[at].items().iter().zip(values) {
            let Some(key) = key.as_ref().map(Cell::text) else {
                return Err("a key of the vector is NULL".to_owned());
            };
            if !seen.insert(key) {
                return Err(format!("the vector has the key {key} twice"));
            }
            let place = *places.entry(key).or_insert_with(|| {
                pairs.push((0.0, 0.0));
                pairs.len() - 1
            });
            match first {
                true => pairs[place].0 = value,
                false => pairs[place].1 = value,
            }
        }
    }
    Ok(pairs)
}

fn cosine_distance(pairs: &[(f64, f64)]) -> Result<Answer, String> {
    let (mut product, mut left, mut right) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        product += multiply(*a, *b)?;
        left += multiply(*a, *a)?;
        right += multiply(*b, *b)?;
    }
    if left == 0.0 || right == 0.0 {
        return Err("there is no cosine distance from a vector of length 0".to_owned());
    }
    finite(1.0 - product / (left.sqrt() * right.sqrt()), pairs)
}

fn euclidean_distance(pairs: &[(f64, f64)]) -> Result<Answer, String> {
    let mut squares = 0.0;
    for (a, b) in pairs {
        squares += multiply(a - b, a - b)?;
    }
    finite(squares.sqrt(), pairs)
}

fn manhattan_distance(pairs: &[(f64, f64)]) -> Result<Answer, String> {
    finite(
        pairs.iter().map(|(a, b)| (a - b).abs()).fold(0.0, f64::add),
        pairs,
    )
}

/// A vector against the one of length 0
fn norm_pairs(list: &Cell) -> Result<Vec<(f64, f64)>, String> {
    Ok(numbers(list)?
        .into_iter()
        .map(|value| (value, 0.0))
        .collect())
}

/// Finite factors do not make an infinite product, whatever the other components are
fn multiply(left: f64, right: f64) -> Result<f64, String> {
    let product = left * right;
    match product.is_infinite() && left.is_finite() && right.is_finite() {
        true => Err(OUT_OF_RANGE.to_owned()),
        false => Ok(product),
    }
}

const OUT_OF_RANGE: &str = "the distance is out of range";

/// Finite components do not make an infinite result
fn finite(value: f64, pairs: &[(f64, f64)]) -> Result<Answer, String> {
    let plain = pairs.iter().all(|(a, b)| a.is_finite() && b.is_finite());
    match value.is_infinite() && plain {
        true => Err(OUT_OF_RANGE.to_owned()),
        false => Ok(Answer::Double(value)),
    }
}
