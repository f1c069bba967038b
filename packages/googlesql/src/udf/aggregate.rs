//! Aggregates over the list of a group's values

use super::Kind::{Blob, Decimal, Double, Int, List, Text};
use super::{Answer, Cell, Function};
use crate::value::hyperloglog::{PRECISIONS, Sketch};
use crate::value::statistics::{Moments, percentile_cont, percentile_cont_numeric};

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_bytes_and_all",
        parameters: &[List(&Blob)],
        result: Blob,
        body: |cells| fold_bytes(&cells[0], |left, right| left & right),
    },
    Function {
        name: "gs_bytes_or_all",
        parameters: &[List(&Blob)],
        result: Blob,
        body: |cells| fold_bytes(&cells[0], |left, right| left | right),
    },
    Function {
        name: "gs_bytes_xor_all",
        parameters: &[List(&Blob)],
        result: Blob,
        body: |cells| fold_bytes(&cells[0], |left, right| left ^ right),
    },
    Function {
        name: "gs_bytes_join",
        parameters: &[List(&Blob), Blob],
        result: Blob,
        body: |cells| {
            let parts: Vec<_> = present(&cells[0]).map(Cell::bytes).collect();
            Ok(match parts.is_empty() {
                true => Answer::Null,
                false => Answer::Blob(parts.join(cells[1].bytes())),
            })
        },
    },
    Function {
        name: "gs_covar_pop",
        parameters: &[List(&Double), List(&Double)],
        result: Double,
        body: |cells| Ok(double(moments(cells).covar_pop())),
    },
    Function {
        name: "gs_covar_samp",
        parameters: &[List(&Double), List(&Double)],
        result: Double,
        body: |cells| Ok(double(moments(cells).covar_samp())),
    },
    Function {
        name: "gs_corr",
        parameters: &[List(&Double), List(&Double)],
        result: Double,
        body: |cells| Ok(double(moments(cells).corr())),
    },
    Function {
        name: "gs_percentile_cont",
        parameters: &[List(&Double), Double],
        result: Double,
        body: |cells| {
            let items = cells[0].items().iter();
            let mut values: Vec<_> = items.map(|item| item.map(|item| item.double())).collect();
            Ok(double(percentile_cont(&mut values, cells[1].double())))
        },
    },
    Function {
        name: "gs_percentile_cont",
        parameters: &[List(&Decimal), Decimal],
        result: Decimal,
        body: |cells| {
            let items = cells[0].items().iter();
            let mut values: Vec<_> = items.map(|item| item.map(|item| item.decimal())).collect();
            let found = percentile_cont_numeric(&mut values, cells[1].decimal());
            Ok(found.map_or(Answer::Null, Answer::Decimal))
        },
    },
    // DuckDB's sums have a digit more than NUMERIC
    Function {
        name: "gs_numeric_in_range",
        parameters: &[Decimal],
        result: Decimal,
        body: |cells| match cells[0].decimal() {
            value if value.unsigned_abs() < 10_u128.pow(38) => Ok(Answer::Decimal(value)),
            _ => Err("NUMERIC overflow".to_owned()),
        },
    },
    // Which rows hold the values with the largest totals: positions from 1
    Function {
        name: "gs_top_positions",
        parameters: &[List(&Text), List(&Double), Int],
        result: List(&Int),
        body: |cells| {
            let tops = top(&cells[0], &cells[1], cells[2].int(), float_weight)?;
            let places = tops.iter().map(|top| Answer::Int(top.first as i64 + 1));
            Ok(Answer::List(places.collect()))
        },
    },
    Function {
        name: "gs_top_positions",
        parameters: &[List(&Text), List(&Decimal), Int],
        result: List(&Int),
        body: |cells| {
            let tops = top(&cells[0], &cells[1], cells[2].int(), decimal_weight)?;
            let places = tops.iter().map(|top| Answer::Int(top.first as i64 + 1));
            Ok(Answer::List(places.collect()))
        },
    },
    Function {
        name: "gs_top_totals",
        parameters: &[List(&Text), List(&Double), Int],
        result: List(&Double),
        body: |cells| {
            let tops = top(&cells[0], &cells[1], cells[2].int(), float_weight)?;
            let totals = tops
                .iter()
                .map(|top| top.total.map_or(Answer::Null, Answer::Double));
            Ok(Answer::List(totals.collect()))
        },
    },
    Function {
        name: "gs_top_totals",
        parameters: &[List(&Text), List(&Decimal), Int],
        result: List(&Decimal),
        body: |cells| {
            let tops = top(&cells[0], &cells[1], cells[2].int(), decimal_weight)?;
            let totals = tops
                .iter()
                .map(|top| top.total.map_or(Answer::Null, Answer::Decimal));
            Ok(Answer::List(totals.collect()))
        },
    },
    Function {
        name: "gs_hll_init",
        parameters: &[List(&Blob), Text, Int],
        result: Blob,
        body: |cells| {
            let precision = cells[2].int();
            if !PRECISIONS.contains(&precision) {
                return Err("HLL_COUNT.INIT takes a precision from 10 to 24".to_owned());
            }
            let kind = cells[1].bytes().first().copied().unwrap_or_default();
            let mut sketch = Sketch::new(kind, precision as u8);
            let mut empty = true;
            for value in present(&cells[0]) {
                empty = false;
                sketch.add(value.bytes());
            }
            Ok(match empty {
                true => Answer::Null,
                false => Answer::Blob(sketch.encode()),
            })
        },
    },
    Function {
        name: "gs_hll_merge",
        parameters: &[List(&Blob)],
        result: Int,
        body: |cells| {
            Ok(Answer::Int(
                merged(&cells[0])?.map_or(0, |sketch| sketch.count()),
            ))
        },
    },
    Function {
        name: "gs_hll_merge_partial",
        parameters: &[List(&Blob)],
        result: Blob,
        body: |cells| {
            let sketch = merged(&cells[0])?;
            Ok(sketch.map_or(Answer::Null, |sketch| Answer::Blob(sketch.encode())))
        },
    },
];

fn present<'a>(list: &Cell<'a>) -> impl Iterator<Item = &'a Cell<'a>> {
    list.items().iter().flatten()
}

fn double(value: Option<f64>) -> Answer {
    value.map_or(Answer::Null, Answer::Double)
}

fn fold_bytes(list: &Cell, operator: fn(u8, u8) -> u8) -> Result<Answer, String> {
    let mut result: Option<Vec<u8>> = None;
    for value in present(list) {
        let bytes = value.bytes();
        match &mut result {
            None => result = Some(bytes.to_vec()),
            Some(own) if own.len() == bytes.len() => {
                for (own, byte) in own.iter_mut().zip(bytes) {
                    *own = operator(*own, *byte);
                }
            }
            Some(_) => return Err("bitwise functions take BYTES of one length".to_owned()),
        }
    }
    Ok(result.map_or(Answer::Null, Answer::Blob))
}

fn moments(cells: &[Cell]) -> Moments {
    let (left, right) = (cells[0].items().iter(), cells[1].items().iter());
    let pairs: Vec<_> = left
        .zip(right)
        .filter_map(|(left, right)| Some((left.as_ref()?.double(), right.as_ref()?.double())))
        .collect();
    Moments::of(&pairs)
}

/// A value's first row and the sum of its weights, NULL if all are
struct Top<W> {
    first: usize,
    total: Option<W>,
}

/// The values with the largest sums of weights, ties in the order of their first rows
fn top<W: Copy + PartialOrd + std::ops::Add<Output = W>>(
    keys: &Cell,
    weights: &Cell,
    number: i64,
    weight: fn(&Cell) -> Result<W, String>,
) -> Result<Vec<Top<W>>, String> {
    let mut tops: Vec<Top<W>> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (first, (key, own)) in keys.items().iter().zip(weights.items()).enumerate() {
        let own = own.as_ref().map(weight).transpose()?;
        let at = *known
            .entry(key.as_ref().map(Cell::bytes))
            .or_insert_with(|| {
                tops.push(Top { first, total: None });
                tops.len() - 1
            });
        let Some(top) = tops.get_mut(at) else {
            continue;
        };
        top.total = match (top.total, own) {
            (Some(total), Some(own)) => Some(total + own),
            (total, own) => total.or(own),
        };
    }
    // Stable, and NULL last
    tops.sort_by(|left, right| {
        right
            .total
            .partial_cmp(&left.total)
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    tops.truncate(usize::try_from(number).unwrap_or(0));
    Ok(tops)
}

fn float_weight(weight: &Cell) -> Result<f64, String> {
    match weight.double() {
        weight if weight >= 0.0 => Ok(weight),
        _ => Err(NEGATIVE.to_owned()),
    }
}

fn decimal_weight(weight: &Cell) -> Result<i128, String> {
    match weight.decimal() {
        weight if weight >= 0 => Ok(weight),
        _ => Err(NEGATIVE.to_owned()),
    }
}

const NEGATIVE: &str = "weights cannot be negative or NaN";

fn merged(list: &Cell) -> Result<Option<Sketch>, String> {
    let mut result: Option<Sketch> = None;
    for bytes in present(list) {
        let sketch = Sketch::decode(bytes.bytes())
            .ok_or("these bytes are no sketch of HLL_COUNT.INIT on this engine")?;
        match &mut result {
            None => result = Some(sketch),
            Some(own) => own.merge(&sketch)?,
        }
    }
    Ok(result)
}
