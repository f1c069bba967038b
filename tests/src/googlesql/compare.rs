//! Found rows against expected ones
//!
//! A cell fits what is expected of it by its GoogleSQL type:
//! - FLOAT64 within 1e-12 of its size, since the last bits are the C library's; `nan` and infinities
//!   stand as texts.
//! - NUMERIC and BIGNUMERIC by value, whichever zeros stand at the end.
//! - JSON by its tree, as white space and the order of keys carry no meaning.
//! - TIMESTAMP by the instant and DATETIME by the clock, in any of the usual notations; a TIMESTAMP may
//!   stand as `{"$timestamp": "…"}`.
//! - RANGE by its two ends.
//! - BYTES as base64.
//! - STRUCT as a list of its fields or as an object of them; some recordings name each field of the list.
//! - A NULL array in a result is an empty one: BigQuery writes it so, and recordings do either.
//! - A text where a STRUCT or an ARRAY is expected is how an emulator writes such a value
//!   (`{1, a}`, `[4, 6]`): the found value is compared in that notation.

use googlesql::Type;
use serde_json::Value;
use sqlx_runtime::warehouse::{Cell, Rows};

use super::{Case, Outcome};

/// Whether rows and types are as expected
pub fn compare(case: &Case, found: &Rows) -> Outcome {
    if let Some(expected) = &case.column_types {
        let types: Vec<_> = found
            .columns
            .iter()
            .map(|column| column.ty.to_string())
            .collect();
        let plain = |name: &str| name.to_lowercase().replace([' ', '`'], "");
        if !types
            .iter()
            .map(|ty| plain(ty))
            .eq(expected.iter().map(|ty| plain(ty)))
        {
            return Outcome::Wrong(format!("types {types:?}, expected {expected:?}"));
        }
    }
    if rows_fit(found, &case.expected_rows, case.ordered) {
        return Outcome::Equal;
    }
    let shown = |text: String| text.chars().take(1500).collect::<String>();
    let rows: Vec<Vec<Value>> = found
        .rows
        .iter()
        .map(|row| row.iter().map(Cell::to_json).collect())
        .collect();
    Outcome::Wrong(shown(format!(
        "{}, expected {}",
        Value::from(rows.into_iter().map(Value::from).collect::<Vec<_>>()),
        Value::from(
            case.expected_rows
                .iter()
                .cloned()
                .map(Value::from)
                .collect::<Vec<_>>()
        ),
    )))
}

/// Whether rows are the expected ones, in order or in any
pub fn rows_fit(found: &Rows, expected: &[Vec<Value>], ordered: bool) -> bool {
    let types: Vec<_> = found.columns.iter().map(|column| &column.ty).collect();
    if found.rows.len() != expected.len() {
        return false;
    }
    if ordered {
        let mut pairs = found.rows.iter().zip(expected);
        return pairs.all(|(row, expected)| row_fits(row, expected, &types));
    }
    let mut left: Vec<_> = expected.iter().collect();
    found.rows.iter().all(|row| {
        let at = left
            .iter()
            .position(|expected| row_fits(row, expected, &types));
        at.map(|at| left.swap_remove(at)).is_some()
    })
}

fn row_fits(row: &[Cell], expected: &[Value], types: &[&Type]) -> bool {
    row.len() == expected.len()
        && row
            .iter()
            .zip(expected)
            .zip(types)
            .all(|((cell, expected), ty)| match (cell, ty) {
                (Cell::Null, Type::Array(_)) => {
                    expected.is_null() || expected.as_array().is_some_and(Vec::is_empty)
                }
                (Cell::Array(items), _) if items.is_empty() && expected.is_null() => true,
                _ => fits(cell, expected, ty),
            })
}

fn fits(cell: &Cell, expected: &Value, ty: &Type) -> bool {
    if let Value::Object(object) = expected
        && let Some(text) = object.get("$timestamp")
    {
        return fits(cell, text, ty);
    }
    match (cell, ty) {
        (Cell::Null, _) => expected.is_null(),
        _ if expected.is_null() => false,
        (Cell::Bool(value), _) => match expected {
            Value::String(text) => text.parse() == Ok(*value),
            other => other.as_bool() == Some(*value),
        },
        (Cell::Int64(value), _) => match expected {
            Value::String(text) => text.parse() == Ok(*value),
            other => {
                other.as_i64() == Some(*value)
                    || other.as_f64() == Some(*value as f64) && other.is_f64()
            }
        },
        (Cell::Float64(value), _) => float_fits(*value, expected),
        (Cell::Text(text), Type::Numeric | Type::BigNumeric) => number_fits(text, expected),
        (Cell::Text(text), Type::Json) => match expected {
            Value::String(expected) => json_fits(text, expected),
            other => serde_json::from_str::<Value>(text).is_ok_and(|found| found == *other),
        },
        (Cell::Text(text), Type::Timestamp | Type::DateTime) => {
            expected.as_str().is_some_and(|expected| {
                clock(text).is_some_and(|found| clock(expected) == Some(found))
            })
        }
        (Cell::Text(text), Type::Time) => expected
            .as_str()
            .is_some_and(|expected| time(text).is_some_and(|found| time(expected) == Some(found))),
        (Cell::Text(text), Type::Range(element)) => {
            let expected = expected.as_str().and_then(ends);
            ends(text).is_some_and(|(start, end)| {
                expected.is_some_and(|(expected_start, expected_end)| {
                    end_fits(start, expected_start, element) && end_fits(end, expected_end, element)
                })
            })
        }
        (Cell::Text(text), _) => expected.as_str() == Some(text),
        (Cell::Bytes(_), _) => expected.as_str() == Some(&cell.to_text("")),
        (Cell::Array(items), Type::Array(element)) => match expected {
            Value::Array(expected) => {
                items.len() == expected.len()
                    && items
                        .iter()
                        .zip(expected)
                        .all(|(item, expected)| fits(item, expected, element))
            }
            Value::String(expected) => *expected == notation(cell, false),
            _ => false,
        },
        (Cell::Struct(fields), Type::Struct(types)) => {
            let expected: Vec<&Value> = match expected {
                Value::Array(cells) => cells.iter().map(unnamed).collect(),
                Value::Object(cells) => cells.values().collect(),
                Value::String(expected) => return *expected == notation(cell, false),
                _ => return false,
            };
            fields.len() == expected.len()
                && fields
                    .iter()
                    .zip(expected)
                    .zip(types)
                    .all(|(((_, cell), expected), field)| fits(cell, expected, &field.ty))
        }
        _ => false,
    }
}

/// The two ends of `[start, end)`
fn ends(range: &str) -> Option<(&str, &str)> {
    range.strip_prefix('[')?.strip_suffix(')')?.split_once(", ")
}

fn end_fits(found: &str, expected: &str, ty: &Type) -> bool {
    found == expected || fits(&Cell::Text(found.to_owned()), &Value::from(expected), ty)
}

/// A field is written as its value or as `{name: value}`
fn unnamed(cell: &Value) -> &Value {
    match cell {
        Value::Object(one) if one.len() == 1 && !one.contains_key("$timestamp") => {
            one.values().next().unwrap_or(cell)
        }
        _ => cell,
    }
}

/// `{1, a}` and `[4, 6]`; a STRUCT in an ARRAY is `(1, 'a')`
fn notation(cell: &Cell, within_array: bool) -> String {
    let list = |cells: Vec<String>| cells.join(", ");
    match cell {
        Cell::Array(items) => {
            let items = items.iter().map(|item| notation(item, true)).collect();
            format!("[{}]", list(items))
        }
        Cell::Struct(fields) if within_array => {
            let quoted = |cell: &Cell| match cell {
                Cell::Text(text) => format!("'{text}'"),
                other => notation(other, true),
            };
            let fields = fields.iter().map(|(_, cell)| quoted(cell)).collect();
            format!("({})", list(fields))
        }
        Cell::Struct(fields) => {
            let fields = fields
                .iter()
                .map(|(_, cell)| notation(cell, false))
                .collect();
            format!("{{{}}}", list(fields))
        }
        other => other.to_text("NULL"),
    }
}

fn float_fits(value: f64, expected: &Value) -> bool {
    let expected = match expected {
        Value::String(text) => match text.to_lowercase().as_str() {
            "nan" => return value.is_nan(),
            "infinity" | "inf" | "+inf" => f64::INFINITY,
            "-infinity" | "-inf" => f64::NEG_INFINITY,
            _ => match text.parse() {
                Ok(number) => number,
                Err(_) => return false,
            },
        },
        other => match other.as_f64() {
            Some(number) => number,
            None => return false,
        },
    };
    let close = (value - expected).abs() <= 1e-12 * value.abs().max(expected.abs());
    value == expected || close && value.is_finite() && expected.is_finite()
}

fn number_fits(text: &str, expected: &Value) -> bool {
    let expected = match expected {
        Value::String(expected) => expected.clone(),
        other => other.to_string(),
    };
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    trimmed(text) == trimmed(&expected)
}

fn json_fits(text: &str, expected: &str) -> bool {
    match (
        serde_json::from_str::<Value>(text),
        serde_json::from_str::<Value>(expected),
    ) {
        (Ok(found), Ok(expected)) => found == expected,
        _ => text == expected,
    }
}

/// Microseconds since 1970 of `YYYY-MM-DD HH:MM:SS[.f][+00]`, also with `T` and `Z`
fn clock(text: &str) -> Option<i64> {
    let text = text.strip_suffix("+00").unwrap_or(text);
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (day, rest) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let mut parts = day.split('-').map(str::parse::<i64>);
    let (year, month, day) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    // days from the civil date, in years that begin with March
    let shifted = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let year_of_era = shifted.rem_euclid(400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = shifted.div_euclid(400) * 146_097 + day_of_era - 719_468;
    Some(days * 86_400_000_000 + time(rest)?)
}

/// Microseconds of `HH:MM[:SS[.f]]`
fn time(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':').map(str::parse::<i64>);
    let (hour, minute) = (parts.next()?.ok()?, parts.next()?.ok()?);
    let second = parts.next().unwrap_or(Ok(0)).ok()?;
    let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some(((hour * 60 + minute) * 60 + second) * 1_000_000 + micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_in_their_notations() {
        let strukt = Cell::Struct(vec![
            ("a".to_owned(), Cell::Int64(1)),
            ("b".to_owned(), Cell::Text("x".to_owned())),
        ]);
        assert_eq!(notation(&strukt, false), "{1, x}");
        assert_eq!(notation(&Cell::Array(vec![strukt]), false), "[(1, 'x')]");
        let instant = Cell::Text("2018-06-12T01:00:00Z".to_owned());
        for (expected, equal) in [
            ("2018-06-12 01:00:00+00", true),
            ("2018-06-12T01:00:00.000Z", true),
            ("2018-06-12 01:00:01+00", false),
        ] {
            assert_eq!(fits(&instant, &expected.into(), &Type::Timestamp), equal);
        }
        for (text, expected, equal) in [("1.5", "1.50", true), ("10", "1", false)] {
            let cell = Cell::Text(text.to_owned());
            assert_eq!(fits(&cell, &expected.into(), &Type::Numeric), equal);
        }
    }
}
