//! DuckDB values as cells, guided by their GoogleSQL type

use diagnostic::code;
use duckdb::types::{ListType, TimeUnit, Value, ValueRef};
use googlesql::{Field, Type};
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};

use crate::warehouse::instant::instant_text;
use crate::warehouse::{Cell, SqlError};

/// The most elements of an array: a row may have 100 MB on BigQuery, by its quotas, and no element takes less than a byte
const MOST_ELEMENTS: usize = 100 << 20;

/// Refuses an array that no row of BigQuery has room for, before it is copied out of the engine
///
/// # Errors
/// It has too many elements
pub fn check_size(value: &ValueRef<'_>) -> Result<(), SqlError> {
    let elements = match value {
        ValueRef::List(ListType::Regular(lists), row) => {
            usize::try_from(lists.value_length(*row)).unwrap_or_default()
        }
        ValueRef::List(ListType::Large(lists), row) => {
            usize::try_from(lists.value_length(*row)).unwrap_or_default()
        }
        _ => 0,
    };
    if elements <= MOST_ELEMENTS {
        return Ok(());
    }
    let message =
        format!("a row of the result has an array of {elements} elements, more than 100 MB");
    Err(SqlError::new(code::EXECUTION_FAILED, message))
}

/// One value of a result; DATE, DATETIME, TIME and TIMESTAMP become ISO 8601 text, TIMESTAMP with `Z`
pub fn to_cell(value: Value, ty: &Type) -> Cell {
    match (value, ty) {
        // as BigQuery writes it
        (Value::Null, Type::Array(_)) => Cell::Array(Vec::new()),
        (Value::Null, _) => Cell::Null,
        (Value::Boolean(value), _) => Cell::Bool(value),
        (Value::TinyInt(value), _) => Cell::Int64(value.into()),
        (Value::SmallInt(value), _) => Cell::Int64(value.into()),
        (Value::Int(value), _) => Cell::Int64(value.into()),
        (Value::BigInt(value), _) => Cell::Int64(value),
        (Value::UTinyInt(value), _) => Cell::Int64(value.into()),
        (Value::USmallInt(value), _) => Cell::Int64(value.into()),
        (Value::UInt(value), _) => Cell::Int64(value.into()),
        (Value::UBigInt(value), _) => whole(value.into()),
        (Value::HugeInt(value), _) => whole(value),
        (Value::UHugeInt(value), _) => Cell::Text(value.to_string()),
        (Value::Float(value), _) => Cell::Float64(value.into()),
        (Value::Double(value), _) => Cell::Float64(value),
        (Value::Decimal(value), _) => Cell::Text(decimal_text(&value.to_string())),
        (Value::Text(text) | Value::Enum(text), _) => Cell::Text(text),
        (Value::Blob(bytes), Type::BigNumeric) => Cell::Text(googlesql::bignumeric_text(&bytes)),
        (Value::Blob(bytes) | Value::Geometry(bytes), _) => Cell::Bytes(bytes),
        (Value::Date32(days), _) => Cell::Text(date_text(days)),
        (Value::Time64(unit, value), _) => Cell::Text(time_text(micros(unit, value))),
        (Value::Timestamp(unit, value), Type::DateTime) => {
            Cell::Text(instant_text(micros(unit, value), ""))
        }
        (Value::Timestamp(unit, value), _) => Cell::Text(instant_text(micros(unit, value), "Z")),
        (
            Value::Interval {
                months,
                days,
                nanos,
            },
            _,
        ) => Cell::Text(interval_text(months, days, nanos)),
        (Value::List(values) | Value::Array(values), ty) => {
            let element = match ty {
                Type::Array(element) => element.as_ref(),
                other => other,
            };
            Cell::Array(
                values
                    .into_iter()
                    .map(|value| to_cell(value, element))
                    .collect(),
            )
        }
        (Value::Struct(fields), Type::Range(of)) => {
            let ends = fields.iter().map(|(_, end)| range_end(end, of));
            Cell::Text(format!("[{})", ends.collect::<Vec<_>>().join(", ")))
        }
        (Value::Struct(fields), ty) => {
            let types: &[Field] = match ty {
                // the engine keeps a field that the type has not
                Type::Struct(types) if types.is_empty() => return Cell::Struct(Vec::new()),
                Type::Struct(types) => types,
                _ => &[],
            };
            let field = |(index, (name, value)): (usize, &(String, Value))| {
                let known = types.get(index);
                let name = known
                    .and_then(|field| field.name.clone())
                    .unwrap_or_else(|| name.clone());
                let ty = known.map_or(&Type::String, |field| &field.ty);
                (name, to_cell(value.clone(), ty))
            };
            Cell::Struct(fields.iter().enumerate().map(field).collect())
        }
        (Value::Map(entries), _) => Cell::Array(
            entries
                .iter()
                .map(|(key, value)| {
                    Cell::Struct(vec![
                        ("key".to_owned(), to_cell(key.clone(), &Type::String)),
                        ("value".to_owned(), to_cell(value.clone(), &Type::String)),
                    ])
                })
                .collect(),
        ),
        (Value::Union(value), ty) => to_cell(*value, ty),
        // types that a later engine may add are shown rather than lost
        (other, _) => Cell::Text(format!("{other:?}")),
    }
}

/// An end of a RANGE; an infinite one is unbounded
fn range_end(value: &Value, of: &Type) -> String {
    let unbounded = match value {
        Value::Null => true,
        Value::Date32(days) => days.unsigned_abs() >= i32::MAX as u32,
        Value::Timestamp(unit, value) => micros(*unit, *value).unsigned_abs() >= i64::MAX as u64,
        _ => false,
    };
    match unbounded {
        true => "UNBOUNDED".to_owned(),
        // As GoogleSQL's own text of a RANGE has them
        false => to_cell(value.clone(), of)
            .to_text("")
            .replace('T', " ")
            .replace('Z', "+00"),
    }
}

fn whole(value: i128) -> Cell {
    i64::try_from(value).map_or_else(|_| Cell::Text(value.to_string()), Cell::Int64)
}

/// A NUMERIC as BigQuery prints it: no zeros at the end
fn decimal_text(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

fn micros(unit: TimeUnit, value: i64) -> i64 {
    unit.to_micros(value)
}

fn date_text(days: i32) -> String {
    let epoch = Date::constant(1970, 1, 1);
    epoch.checked_add(i64::from(days).days()).map_or_else(
        |_| format!("{days} days after 1970-01-01"),
        |date| date.to_string(),
    )
}

fn time_text(micros: i64) -> String {
    let time = jiff::civil::Time::midnight()
        .checked_add(SignedDuration::from_micros(micros))
        .unwrap_or(jiff::civil::Time::MAX);
    time.to_string()
}

/// `Y-M D H:M:S`, as GoogleSQL prints an INTERVAL
fn interval_text(months: i32, days: i32, nanos: i64) -> String {
    let sign = |negative: bool| if negative { "-" } else { "" };
    let whole = whole_micros(nanos);
    let seconds = whole.unsigned_abs() / 1_000_000;
    let micros = whole.unsigned_abs() % 1_000_000;
    let fraction = match micros {
        0 => String::new(),
        _ if micros.is_multiple_of(1_000) => format!(".{:03}", micros / 1_000),
        _ => format!(".{micros:06}"),
    };
    format!(
        "{}{}-{} {days} {}{}:{}:{}{fraction}",
        sign(months < 0),
        months.unsigned_abs() / 12,
        months.unsigned_abs() % 12,
        sign(whole < 0),
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
    )
}

/// The engine hands over microseconds times 1000 in 64 bits, in which intervals of more than 292 years
/// wrap around. 2^64 is no multiple of 1000, so the remainder tells how often
fn whole_micros(nanos: i64) -> i128 {
    // an INTERVAL has at most 87,840,000 hours
    const ROUNDS: i128 = 18;
    (-ROUNDS..=ROUNDS)
        .map(|round| i128::from(nanos) + (round << 64))
        .find(|whole| whole % 1_000 == 0)
        .unwrap_or(i128::from(nanos))
        / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_iso_8601() {
        let micros = 1_528_765_200_000_123;
        let unit = TimeUnit::Microsecond;
        let cell = |ty: &Type| to_cell(Value::Timestamp(unit, micros), ty).to_text("");
        assert_eq!(cell(&Type::Timestamp), "2018-06-12T01:00:00.000123Z");
        assert_eq!(cell(&Type::DateTime), "2018-06-12T01:00:00.000123");
        let last = Value::Timestamp(unit, 253_402_300_799_999_999);
        assert_eq!(
            to_cell(last, &Type::DateTime).to_text(""),
            "9999-12-31T23:59:59.999999"
        );
        assert_eq!(
            to_cell(Value::Date32(17_694), &Type::Date).to_text(""),
            "2018-06-12"
        );
        let long = 87_840_000 * 3_600 * 1_000_000_000_i128;
        assert_eq!(interval_text(0, 0, long as i64), "0-0 0 87840000:0:0");
        assert_eq!(interval_text(14, 3, -3_661_500_000_000), "1-2 3 -1:1:1.500");
    }
}
