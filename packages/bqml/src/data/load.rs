//! Reads the training query from DuckDB as Arrow batches into columns

use std::ops::Range;

use diagnostic::code;
use duckdb::Connection;
use duckdb::arrow::array::{
    Array, AsArray, Float64Array, GenericListArray, GenericStringArray, OffsetSizeTrait,
    StructArray,
};
use duckdb::arrow::datatypes::{DataType, Float64Type};
use googlesql::Error;
use rustc_hash::FxHashMap;

use super::vector::{LARGEST_INDEX, VectorBuilder};
use super::{Frame, FrameColumn, NULL};
use crate::kind::Target;
use crate::preprocess::Plan;

/// A query with the features in order, then the label if there is one, `VARCHAR` of classes or
/// `DOUBLE`, then, if `split`, a `DOUBLE`
pub struct FrameQuery<'a> {
    /// DuckDB SQL
    pub sql: String,
    /// The features of the first columns
    pub plans: &'a [Plan],
    /// What the label is
    pub target: Target,
    /// Whether a split column comes after the label
    pub split: bool,
}

/// Runs the query and keeps its columns
///
/// # Errors
/// `Q010` when the query fails, `M005` for a number that is not finite; both at `span`
pub fn load(
    connection: &Connection,
    query: &FrameQuery<'_>,
    span: &Range<usize>,
) -> Result<Frame, Error> {
    let engine = |error: duckdb::Error| {
        Error::new(
            code::EXECUTION_FAILED,
            googlesql::without_mark(&error.to_string()).into_owned(),
            span.clone(),
        )
    };
    let mut statement = connection.prepare(&query.sql).map_err(engine)?;
    // the iterator that this returns would panic where `step` reports
    drop(statement.stream_arrow([]).map_err(engine)?);

    let mut rows = 0;
    let mut columns: Vec<ColumnBuilder> = query.plans.iter().map(ColumnBuilder::new).collect();
    let mut labels = match query.target {
        Target::Classes => Some(ColumnBuilder::Category(CategoryBuilder::default())),
        Target::Number => Some(ColumnBuilder::Number(Vec::new())),
        Target::Nothing => None,
    };
    let mut split = query.split.then(Vec::new);
    while let Some(batch) = statement.step().map_err(engine)? {
        rows += batch.len();
        read_batch(&batch, &mut columns, labels.as_mut(), split.as_mut()).map_err(|unread| {
            let message = match (unread.reason, query.plans.get(unread.column)) {
                (Reason::NotFinite, Some(plan)) => format!(
                    "feature `{}` has a value that is not a finite number",
                    plan.name
                ),
                (Reason::Type(found), _) => {
                    format!("column {} came back as {found}", unread.column)
                }
                (Reason::Index(index), plan) => format!(
                    "vector `{}` has the index {index}; indexes are from 0 to {LARGEST_INDEX}, each once",
                    plan.map_or("", |plan| plan.name.as_str())
                ),
                (Reason::NotFinite, None) => {
                    "the label has a value that is not a finite number".to_owned()
                }
            };
            Error::new(code::TRAINING_DATA_INVALID, message, span.clone())
        })?;
    }
    if u32::try_from(rows).is_err() {
        return Err(Error::new(
            code::TRAINING_DATA_INVALID,
            format!("{rows} rows are more than the 4,294,967,295 that can be trained on locally"),
            span.clone(),
        ));
    }
    Ok(Frame {
        rows,
        labels: labels.map(ColumnBuilder::finish),
        columns: columns.into_iter().map(ColumnBuilder::finish).collect(),
        split,
    })
}

struct Unread {
    column: usize,
    reason: Reason,
}

pub enum Reason {
    NotFinite,
    /// Of a vector: too large, negative or there twice
    Index(i64),
    Type(DataType),
}

fn read_batch(
    batch: &StructArray,
    columns: &mut [ColumnBuilder],
    labels: Option<&mut ColumnBuilder>,
    split: Option<&mut Vec<f64>>,
) -> Result<(), Unread> {
    let unread = |column: usize| move |reason: Reason| Unread { column, reason };
    let last = columns.len() + usize::from(labels.is_some());
    for (index, column) in columns.iter_mut().chain(labels).enumerate() {
        column.read(batch.column(index)).map_err(unread(index))?;
    }
    if let Some(split) = split {
        read_numbers(batch.column(last), split).map_err(unread(last))?;
    }
    Ok(())
}

/// Collects the values of a feature's column
pub enum ColumnBuilder {
    /// Of a number
    Number(Vec<f64>),
    /// Of a category
    Category(CategoryBuilder),
    /// Of a set of categories
    Categories(CategoriesBuilder),
    /// Of a vector
    Vector(VectorBuilder),
}

impl ColumnBuilder {
    /// For the column of a feature
    pub fn new(plan: &Plan) -> Self {
        if plan.is_number() {
            Self::Number(Vec::new())
        } else if plan.is_vector() {
            Self::Vector(VectorBuilder::default())
        } else if plan.is_array() {
            Self::Categories(CategoriesBuilder::default())
        } else {
            Self::Category(CategoryBuilder::default())
        }
    }

    /// Takes a batch
    pub fn read(&mut self, array: &dyn Array) -> Result<(), Reason> {
        match self {
            Self::Number(values) => read_numbers(array, values),
            Self::Category(builder) => builder.read(array),
            Self::Categories(builder) => builder.read(array),
            Self::Vector(builder) => builder.read(array),
        }
    }

    /// The column
    pub fn finish(self) -> FrameColumn {
        match self {
            Self::Number(values) => FrameColumn::Number(values),
            Self::Category(builder) => builder.finish(),
            Self::Categories(builder) => builder.finish(),
            Self::Vector(builder) => builder.finish(),
        }
    }
}

pub fn read_numbers(array: &dyn Array, values: &mut Vec<f64>) -> Result<(), Reason> {
    let Some(array): Option<&Float64Array> = array.as_primitive_opt::<Float64Type>() else {
        return Err(Reason::Type(array.data_type().clone()));
    };
    values.reserve(array.len());
    if array.null_count() == 0 {
        if !array.values().iter().all(|value| value.is_finite()) {
            return Err(Reason::NotFinite);
        }
        values.extend_from_slice(array.values());
        return Ok(());
    }
    for value in array {
        match value {
            Some(value) if !value.is_finite() => return Err(Reason::NotFinite),
            value => values.push(value.unwrap_or(f64::NAN)),
        }
    }
    Ok(())
}

#[derive(Default)]
struct Dictionary {
    codes: FxHashMap<String, u32>,
}

impl Dictionary {
    fn code(&mut self, value: &str) -> u32 {
        if let Some(code) = self.codes.get(value) {
            return *code;
        }
        let code = self.codes.len() as u32;
        self.codes.insert(value.to_owned(), code);
        code
    }

    /// The values in ascending order, and each old code's new one
    fn sort(self) -> (Vec<String>, Vec<u32>) {
        let mut entries: Vec<(String, u32)> = self.codes.into_iter().collect();
        entries.sort_unstable();
        let mut renumbered = vec![0; entries.len()];
        for (new, (_, old)) in entries.iter().enumerate() {
            renumbered[*old as usize] = new as u32;
        }
        let values = entries.into_iter().map(|(value, _)| value).collect();
        (values, renumbered)
    }
}

/// Collects categories
#[derive(Default)]
pub struct CategoryBuilder {
    dictionary: Dictionary,
    codes: Vec<u32>,
}

impl CategoryBuilder {
    fn read(&mut self, array: &dyn Array) -> Result<(), Reason> {
        if let Some(strings) = array.as_string_opt::<i32>() {
            self.extend(strings);
        } else if let Some(strings) = array.as_string_opt::<i64>() {
            self.extend(strings);
        } else {
            return Err(Reason::Type(array.data_type().clone()));
        }
        Ok(())
    }

    fn extend<O: OffsetSizeTrait>(&mut self, strings: &GenericStringArray<O>) {
        self.codes.reserve(strings.len());
        for value in strings {
            let code = value.map_or(NULL, |value| self.dictionary.code(value));
            self.codes.push(code);
        }
    }

    fn finish(mut self) -> FrameColumn {
        let (dictionary, renumbered) = self.dictionary.sort();
        for code in &mut self.codes {
            if *code != NULL {
                *code = renumbered[*code as usize];
            }
        }
        FrameColumn::Category {
            codes: self.codes,
            dictionary,
        }
    }
}

/// Collects sets of categories
#[derive(Default)]
pub struct CategoriesBuilder {
    elements: CategoryBuilder,
    lengths: Vec<u32>,
}

impl CategoriesBuilder {
    fn read(&mut self, array: &dyn Array) -> Result<(), Reason> {
        if let Some(lists) = array.as_list_opt::<i32>() {
            self.extend(lists)
        } else if let Some(lists) = array.as_list_opt::<i64>() {
            self.extend(lists)
        } else {
            Err(Reason::Type(array.data_type().clone()))
        }
    }

    fn extend<O: OffsetSizeTrait>(&mut self, lists: &GenericListArray<O>) -> Result<(), Reason> {
        for list in lists.iter() {
            let before = self.elements.codes.len();
            match list {
                Some(list) => {
                    self.elements.read(&list)?;
                    let mut kept = self.elements.codes.split_off(before);
                    kept.retain(|code| *code != NULL);
                    self.elements.codes.append(&mut kept);
                }
                None => self.elements.codes.push(NULL),
            }
            self.lengths
                .push((self.elements.codes.len() - before) as u32);
        }
        Ok(())
    }

    fn finish(self) -> FrameColumn {
        let (dictionary, renumbered) = self.elements.dictionary.sort();
        let mut offsets = Vec::with_capacity(self.lengths.len() + 1);
        let mut codes = Vec::with_capacity(self.elements.codes.len());
        let mut rest = self.elements.codes.as_slice();
        offsets.push(0);
        for length in self.lengths {
            let (row, tail) = rest.split_at(length as usize);
            rest = tail;
            let mut row: Vec<u32> = row
                .iter()
                .map(|&code| match code {
                    NULL => NULL,
                    code => renumbered[code as usize],
                })
                .collect();
            row.sort_unstable();
            row.dedup();
            codes.append(&mut row);
            offsets.push(codes.len() as u32);
        }
        FrameColumn::Categories {
            offsets,
            codes,
            dictionary,
        }
    }
}
