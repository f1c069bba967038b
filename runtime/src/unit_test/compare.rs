//! Expected rows against those that a query gave, in whatever order they come
//!
//! Rows that are equal cancel each other out, as often as they occur. Of the rest, those that agree in most
//! columns are taken for the same row with other values.

use std::collections::HashMap;

use googlesql::{Column, Type};
use schemars::JsonSchema;
use serde::Serialize;

use crate::warehouse::{Cell, Rows};

/// Beyond this many rows on a side, pairs are no longer looked for: it takes their product in time
const PAIRED: usize = 500;

/// How two results differ
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Difference {
    /// How many rows were expected
    pub expected_rows: usize,
    /// How many rows there are
    pub given_rows: usize,
    /// Columns that differ; then the rows are not compared
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnDifference>,
    /// The names of the columns, in the expected order
    pub names: Vec<String>,
    /// Rows that differ
    pub rows: Vec<RowDifference>,
}

/// A column that differs
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "difference", rename_all = "lowercase")]
pub enum ColumnDifference {
    /// Expected, and not there
    Missing {
        /// Its name
        column: String,
        /// Its type
        expected: String,
    },
    /// There, and not expected
    Unexpected {
        /// Its name
        column: String,
        /// Its type
        given: String,
    },
    /// Of a type whose values are never equal to those of the expected type
    Type {
        /// Its name
        column: String,
        /// The expected type
        expected: String,
        /// Its type
        given: String,
    },
}

/// A row that differs; values are texts, in the order of the names
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "difference", rename_all = "lowercase")]
pub enum RowDifference {
    /// Some of its values differ
    Changed {
        /// The expected values
        expected: Vec<String>,
        /// The values that are there
        given: Vec<String>,
        /// The names of the columns in which they differ
        columns: Vec<String>,
    },
    /// Expected, and not there
    Missing {
        /// Its values
        expected: Vec<String>,
    },
    /// There, and not expected
    Unexpected {
        /// Its values
        given: Vec<String>,
    },
}

/// How the rows of a query differ from those expected; `None` when they are the same
///
/// Columns belong together by name, whatever the case and order. Numbers of all types compare by value,
/// FLOAT64 up to the last few digits, since sums come in no fixed order.
pub fn compare(expected: &Rows, given: &Rows) -> Option<Difference> {
    let place = |column: &Column| {
        let mut columns = given.columns.iter();
        columns.position(|own| own.name.eq_ignore_ascii_case(&column.name))
    };
    let places: Vec<Option<usize>> = expected.columns.iter().map(place).collect();
    let mut difference = Difference {
        expected_rows: expected.rows.len(),
        given_rows: given.rows.len(),
        columns: column_differences(expected, given, &places),
        names: expected
            .columns
            .iter()
            .map(|one| one.name.clone())
            .collect(),
        rows: Vec::new(),
    };
    if !difference.columns.is_empty() {
        return Some(difference);
    }
    let own = |row: &Vec<Cell>| Row::new(row.iter().zip(&expected.columns));
    let turned = |row: &Vec<Cell>| {
        let cell = |at: &usize| Some((row.get(*at)?, given.columns.get(*at)?));
        Row::new(places.iter().flatten().filter_map(cell))
    };
    let (missing, unexpected) = without_equals(
        expected.rows.iter().map(own).collect(),
        given.rows.iter().map(turned).collect(),
    );
    difference.rows = paired(missing, unexpected, &difference.names);
    (!difference.rows.is_empty()).then_some(difference)
}

impl Difference {
    /// A fragment such as `1 row differs, 2 rows are missing`
    pub fn summary(&self) -> String {
        if !self.columns.is_empty() {
            let parts: Vec<String> = self
                .columns
                .iter()
                .map(ColumnDifference::sentence)
                .collect();
            return format!(
                "the query gives other columns than expected: {}",
                parts.join(", ")
            );
        }
        let count = |test: fn(&RowDifference) -> bool, one: &str, several: &str| match self
            .rows
            .iter()
            .filter(|row| test(row))
            .count()
        {
            0 => None,
            1 => Some(format!("1 row {one}")),
            number => Some(format!("{number} rows {several}")),
        };
        let parts: Vec<String> = [
            count(
                |row| matches!(row, RowDifference::Changed { .. }),
                "differs",
                "differ",
            ),
            count(
                |row| matches!(row, RowDifference::Missing { .. }),
                "is missing",
                "are missing",
            ),
            count(
                |row| matches!(row, RowDifference::Unexpected { .. }),
                "is unexpected",
                "are unexpected",
            ),
        ]
        .into_iter()
        .flatten()
        .collect();
        format!(
            "the query gives other rows than expected: {}",
            parts.join(", ")
        )
    }
}

impl ColumnDifference {
    fn sentence(&self) -> String {
        match self {
            Self::Missing { column, .. } => format!("`{column}` is missing"),
            Self::Unexpected { column, .. } => format!("`{column}` is unexpected"),
            Self::Type {
                column,
                expected,
                given,
            } => format!("`{column}` is {given} and not {expected}"),
        }
    }
}

/// A row's values: as people read them, and as they compare
#[derive(Debug, Clone)]
struct Row {
    texts: Vec<String>,
    keys: Vec<String>,
}

impl Row {
    fn new<'a>(cells: impl Iterator<Item = (&'a Cell, &'a Column)>) -> Self {
        let (texts, keys) = cells
            .map(|(cell, column)| (cell.to_text("NULL"), key(cell, &column.ty)))
            .unzip();
        Self { texts, keys }
    }
}

/// A text that equal values have in common
fn key(cell: &Cell, ty: &Type) -> String {
    match (cell, ty) {
        (Cell::Null, _) => "null".to_owned(),
        (Cell::Bool(value), _) => value.to_string(),
        // a whole number that a double has no place for keeps all its digits
        (Cell::Int64(value), _) if value.unsigned_abs() > 1 << 52 => value.to_string(),
        (Cell::Int64(value), _) => number(*value as f64),
        (Cell::Float64(value), _) => number(*value),
        (Cell::Text(text), Type::Numeric | Type::BigNumeric) => match text.parse::<f64>() {
            Ok(value) if text.len() <= 15 => number(value),
            _ => text.clone(),
        },
        (Cell::Text(text), _) => format!("{text:?}"),
        (Cell::Bytes(bytes), _) => format!("{bytes:?}"),
        (Cell::Array(cells), Type::Array(element)) => {
            joined("[", cells.iter().map(|cell| key(cell, element)), "]")
        }
        (Cell::Struct(values), Type::Struct(fields)) => {
            let pairs = values.iter().zip(fields);
            joined(
                "(",
                pairs.map(|((_, cell), field)| key(cell, &field.ty)),
                ")",
            )
        }
        (Cell::Array(_) | Cell::Struct(_), _) => cell.to_text("null"),
    }
}

fn joined(open: &str, keys: impl Iterator<Item = String>, close: &str) -> String {
    format!("{open}{}{close}", keys.collect::<Vec<_>>().join(","))
}

/// Up to twelve digits
fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    format!("{value:.11e}")
}

fn column_differences(
    expected: &Rows,
    given: &Rows,
    places: &[Option<usize>],
) -> Vec<ColumnDifference> {
    let mut found = Vec::new();
    for (number, (column, place)) in expected.columns.iter().zip(places).enumerate() {
        let Some(other) = place.and_then(|place| given.columns.get(place)) else {
            found.push(ColumnDifference::Missing {
                column: column.name.clone(),
                expected: column.ty.to_string(),
            });
            continue;
        };
        let has_values = |rows: &Rows, at: usize| {
            let mut cells = rows.rows.iter().filter_map(|row| row.get(at));
            cells.any(|cell| *cell != Cell::Null)
        };
        let compare =
            has_values(expected, number) && place.is_some_and(|place| has_values(given, place));
        if compare && !comparable(&column.ty, &other.ty) {
            found.push(ColumnDifference::Type {
                column: column.name.clone(),
                expected: column.ty.to_string(),
                given: other.ty.to_string(),
            });
        }
    }
    for (number, column) in given.columns.iter().enumerate() {
        if !places.contains(&Some(number)) {
            found.push(ColumnDifference::Unexpected {
                column: column.name.clone(),
                given: column.ty.to_string(),
            });
        }
    }
    found
}

/// Whether values of two types may be equal
fn comparable(left: &Type, right: &Type) -> bool {
    let is_number = |ty: &Type| {
        matches!(
            ty,
            Type::Int64 | Type::Float64 | Type::Numeric | Type::BigNumeric
        )
    };
    match (left, right) {
        (Type::Array(left), Type::Array(right)) => comparable(left, right),
        (Type::Struct(left), Type::Struct(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| comparable(&left.ty, &right.ty))
        }
        _ => left == right || (is_number(left) && is_number(right)),
    }
}

/// What is left of both sides when equal rows are taken away in pairs, in the rows' order
fn without_equals(expected: Vec<Row>, given: Vec<Row>) -> (Vec<Row>, Vec<Row>) {
    let mut counts: HashMap<Vec<String>, usize> = HashMap::new();
    for row in &given {
        *counts.entry(row.keys.clone()).or_default() += 1;
    }
    let mut common: HashMap<Vec<String>, usize> = HashMap::new();
    let take = |counts: &mut HashMap<Vec<String>, usize>, row: &Row| {
        let count = counts.get_mut(&row.keys).filter(|count| **count > 0);
        count.map(|count| *count -= 1).is_some()
    };
    let mut missing = Vec::new();
    for row in expected {
        match take(&mut counts, &row) {
            true => *common.entry(row.keys).or_default() += 1,
            false => missing.push(row),
        }
    }
    let mut unexpected = given;
    unexpected.retain(|row| !take(&mut common, row));
    (missing, unexpected)
}

/// Rows that agree in at least one column belong together, those that agree in most first
fn paired(missing: Vec<Row>, unexpected: Vec<Row>, names: &[String]) -> Vec<RowDifference> {
    let mut partner: Vec<Option<usize>> = vec![None; missing.len()];
    let mut taken = vec![false; unexpected.len()];
    if missing.len() <= PAIRED && unexpected.len() <= PAIRED {
        let mut pairs = Vec::new();
        for (left, own) in missing.iter().enumerate() {
            for (right, other) in unexpected.iter().enumerate() {
                let equal = own
                    .keys
                    .iter()
                    .zip(&other.keys)
                    .filter(|(a, b)| a == b)
                    .count();
                if equal > 0 {
                    pairs.push((std::cmp::Reverse(equal), left, right));
                }
            }
        }
        pairs.sort_unstable();
        for (_, left, right) in pairs {
            if partner[left].is_none() && !taken[right] {
                partner[left] = Some(right);
                taken[right] = true;
            }
        }
    }
    let mut rows = Vec::new();
    for (row, partner) in missing.into_iter().zip(partner) {
        rows.push(match partner.and_then(|partner| unexpected.get(partner)) {
            Some(other) => RowDifference::Changed {
                columns: names
                    .iter()
                    .zip(row.keys.iter().zip(&other.keys))
                    .filter(|(_, (expected, given))| expected != given)
                    .map(|(name, _)| name.clone())
                    .collect(),
                expected: row.texts,
                given: other.texts.clone(),
            },
            None => RowDifference::Missing {
                expected: row.texts,
            },
        });
    }
    let rest = unexpected
        .into_iter()
        .zip(taken)
        .filter(|(_, taken)| !taken);
    rows.extend(rest.map(|(row, _)| RowDifference::Unexpected { given: row.texts }));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(names: &[(&str, Type)], rows: Vec<Vec<Cell>>) -> Rows {
        Rows {
            columns: names
                .iter()
                .map(|(name, ty)| Column::new(*name, ty.clone()))
                .collect(),
            rows,
        }
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn equal_whatever_the_order_of_rows_and_columns_and_the_kind_of_number() {
        let expected = rows(
            &[("a", Type::String), ("N", Type::Float64)],
            vec![
                vec![text("x"), Cell::Float64(0.3)],
                vec![text("y"), Cell::Null],
                vec![text("y"), Cell::Float64(2.0)],
            ],
        );
        let given = rows(
            &[("n", Type::Int64), ("a", Type::String)],
            vec![
                vec![Cell::Int64(2), text("y")],
                vec![Cell::Float64(0.1 + 0.2), text("x")],
                vec![Cell::Null, text("y")],
            ],
        );
        assert_eq!(compare(&expected, &given), None);
    }

    #[test]
    fn rows_that_agree_most_are_one_row_that_differs() {
        let columns = [("k", Type::String), ("n", Type::Int64), ("m", Type::Int64)];
        let row = |key: &str, n, m| vec![text(key), Cell::Int64(n), Cell::Int64(m)];
        let expected = rows(
            &columns,
            vec![row("a", 1, 1), row("b", 2, 2), row("c", 3, 3)],
        );
        let given = rows(
            &columns,
            vec![
                row("b", 2, 9),
                row("a", 1, 1),
                row("a", 1, 1),
                row("d", 7, 7),
            ],
        );
        let found = compare(&expected, &given).unwrap();
        assert_eq!(
            found.summary(),
            "the query gives other rows than expected: 1 row differs, 1 row is missing, 2 rows are unexpected"
        );
        let texts = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
        assert_eq!(
            found.rows,
            [
                RowDifference::Changed {
                    expected: texts(["b", "2", "2"]),
                    given: texts(["b", "2", "9"]),
                    columns: vec!["m".to_owned()],
                },
                RowDifference::Missing {
                    expected: texts(["c", "3", "3"])
                },
                RowDifference::Unexpected {
                    given: texts(["a", "1", "1"])
                },
                RowDifference::Unexpected {
                    given: texts(["d", "7", "7"])
                },
            ]
        );
    }

    #[test]
    fn columns_are_compared_before_rows() {
        let expected = rows(
            &[("a", Type::String), ("d", Type::Date)],
            vec![vec![text("x"), text("2020-01-01")]],
        );
        let given = rows(
            &[("d", Type::String), ("b", Type::Int64)],
            vec![vec![text("2020-01-01"), Cell::Int64(1)]],
        );
        let found = compare(&expected, &given).unwrap();
        assert_eq!(
            found.summary(),
            "the query gives other columns than expected: `a` is missing, `d` is STRING and not DATE, `b` is unexpected"
        );
    }
}
