//! Found rows against expected ones

use duckdb::types::{TimeUnit, Value as Found};
use googlesql::{Relation, Type};
use serde_json::Value;

use super::{Case, Outcome};

/// Whether rows and types are as expected
pub fn compare(case: &Case, relation: &Relation, rows: &[Vec<Found>]) -> Outcome {
    if let Some(types) = &case.column_types {
        let found: Vec<_> = relation
            .columns
            .iter()
            .map(|column| column.ty.to_string())
            .collect();
        let same = types.len() == found.len()
            && types
                .iter()
                .zip(&found)
                .all(|(left, right)| plain(left) == plain(right));
        if !same {
            return Outcome::Wrong(format!("types {found:?}, expected {types:?}"));
        }
    }
    let types: Vec<_> = relation.columns.iter().map(|column| &column.ty).collect();
    let same = rows.len() == case.expected_rows.len()
        && match case.ordered {
            true => rows
                .iter()
                .zip(&case.expected_rows)
                .all(|(row, wanted)| row_fits(row, wanted, &types)),
            false => any_order(rows, &case.expected_rows, &types),
        };
    match same {
        true => Outcome::Equal,
        false => {
            let mut shown = format!("{rows:?}");
            shown.truncate(
                shown
                    .char_indices()
                    .nth(1500)
                    .map_or(shown.len(), |(at, _)| at),
            );
            Outcome::Wrong(format!("{shown}\n{}", relation.sql))
        }
    }
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace([' ', '`'], "")
}

fn any_order(rows: &[Vec<Found>], wanted: &[Vec<Value>], types: &[&Type]) -> bool {
    let mut left: Vec<_> = wanted.iter().collect();
    rows.iter().all(|row| {
        let at = left.iter().position(|wanted| row_fits(row, wanted, types));
        at.map(|at| left.swap_remove(at)).is_some()
    })
}

fn row_fits(row: &[Found], wanted: &[Value], types: &[&Type]) -> bool {
    row.len() == wanted.len()
        && row
            .iter()
            .zip(wanted)
            .zip(types)
            .all(|((cell, wanted), ty)| fits(cell, wanted, ty))
}

fn fits(cell: &Found, wanted: &Value, ty: &Type) -> bool {
    if let Value::Object(object) = wanted
        && let Some(text) = object.get("$timestamp")
    {
        return fits(cell, text, ty);
    }
    match (cell, ty) {
        (Found::Null, _) => wanted.is_null(),
        (_, _) if wanted.is_null() => false,
        (Found::Boolean(value), _) => wanted.as_bool() == Some(*value),
        (Found::BigInt(value), _) => match wanted {
            Value::String(text) => text.parse() == Ok(*value),
            other => {
                other.as_i64() == Some(*value)
                    || other.as_f64() == Some(*value as f64) && other.is_f64()
            }
        },
        (Found::Double(value), _) => float_fits(*value, wanted),
        (Found::Text(text), Type::Numeric) => number_fits(text, wanted),
        (Found::Text(text), Type::Json) => match wanted {
            Value::String(expected) => json_fits(text, expected),
            other => serde_json::from_str::<Value>(text).is_ok_and(|found| found == *other),
        },
        (Found::Text(text), _) => wanted.as_str() == Some(text),
        (Found::Blob(bytes), _) => wanted.as_str() == Some(&base64(bytes)),
        (Found::Date32(days), _) => wanted.as_str() == Some(&date(*days)),
        (Found::Timestamp(TimeUnit::Microsecond, micros), ty) => {
            wanted
                .as_str()
                .and_then(|text| clock(text, *ty == Type::Timestamp))
                == Some(*micros)
        }
        (Found::Time64(TimeUnit::Microsecond, micros), _) => {
            wanted.as_str().and_then(time) == Some(*micros)
        }
        (Found::List(items), Type::Array(element)) => match wanted {
            Value::Array(expected) => {
                items.len() == expected.len()
                    && items
                        .iter()
                        .zip(expected)
                        .all(|(item, expected)| fits(item, expected, element))
            }
            _ => false,
        },
        (Found::Struct(fields), Type::Struct(types)) => {
            let found: Vec<_> = fields.iter().map(|(_, value)| value).collect();
            let expected: Vec<&Value> = match wanted {
                Value::Array(cells) => cells.iter().map(unwrap_field).collect(),
                Value::Object(cells) => cells.values().collect(),
                _ => return false,
            };
            found.len() == expected.len()
                && found
                    .iter()
                    .zip(expected)
                    .zip(types)
                    .all(|((cell, expected), field)| fits(cell, expected, &field.ty))
        }
        _ => false,
    }
}

/// A field is written as its value or as `{name: value}`
fn unwrap_field(cell: &Value) -> &Value {
    match cell {
        Value::Object(one) if one.len() == 1 && !one.contains_key("$timestamp") => {
            one.values().next().unwrap_or(cell)
        }
        _ => cell,
    }
}

fn float_fits(value: f64, wanted: &Value) -> bool {
    let expected = match wanted {
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
    value == expected || (value - expected).abs() <= 1e-12 * value.abs().max(expected.abs())
}

fn number_fits(text: &str, wanted: &Value) -> bool {
    let expected = match wanted {
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

fn date(days: i32) -> String {
    let shifted = i64::from(days) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Microseconds of `YYYY-MM-DD HH:MM:SS[.f][+00]`
fn clock(text: &str, zoned: bool) -> Option<i64> {
    let text = match zoned {
        true => text
            .strip_suffix("+00")
            .or(text.strip_suffix('Z'))
            .unwrap_or(text),
        false => text,
    };
    let (day, rest) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let mut parts = day.split('-').map(str::parse::<i64>);
    let (year, month, day) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    let shifted = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let year_of_era = shifted.rem_euclid(400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = shifted.div_euclid(400) * 146_097 + day_of_era - 719_468;
    Some(days * 86_400_000_000 + time(rest)?)
}

fn time(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = clock.split(':').map(str::parse::<i64>);
    let (hour, minute) = (parts.next()?.ok()?, parts.next()?.ok()?);
    let second = parts.next().unwrap_or(Ok(0)).ok()?;
    let micros: i64 = format!("{fraction:0<6}").get(..6)?.parse().ok()?;
    Some(((hour * 60 + minute) * 60 + second) * 1_000_000 + micros)
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut buffer = [0_u8; 3];
        buffer[..chunk.len()].copy_from_slice(chunk);
        let value = u32::from(buffer[0]) << 16 | u32::from(buffer[1]) << 8 | u32::from(buffer[2]);
        for at in 0..4 {
            let index = (value >> (18 - 6 * at) & 63) as usize;
            text.push(if at <= chunk.len() {
                char::from(ALPHABET[index])
            } else {
                '='
            });
        }
    }
    text
}
