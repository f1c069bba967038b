//! A struct of raw features, as DuckDB gives it, encoded as the training encoded its rows

use duckdb::arrow::array::{Array, ArrayRef, AsArray, StructArray};
use duckdb::arrow::datatypes::Float64Type;

use crate::data::{ColumnBuilder, FrameColumn};
use crate::preprocess::{Design, Feature, Plan};

/// The design of a chunk's rows
///
/// # Errors
/// A column is missing or of another type than its feature
pub fn design(features: &[Feature], rows: &StructArray) -> Result<Design, String> {
    if rows.num_columns() != features.len() {
        return Err(format!(
            "{} features came for the {} of the model",
            rows.num_columns(),
            features.len()
        ));
    }
    let columns = features.iter().zip(rows.columns());
    let columns: Vec<FrameColumn> = columns
        .map(|(feature, array)| column(feature, array))
        .collect::<Result<_, _>>()?;
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    Ok(Design::new(features, &columns, &all))
}

fn column(feature: &Feature, array: &ArrayRef) -> Result<FrameColumn, String> {
    let plan = Plan::of(feature);
    if plan.is_number() {
        // unlike in training, a number that is not finite is an answer that is not
        let numbers = array.as_primitive_opt::<Float64Type>();
        let numbers = numbers.ok_or_else(|| unread(feature, array))?;
        let values = numbers.iter().map(|value| value.unwrap_or(f64::NAN));
        return Ok(FrameColumn::Number(values.collect()));
    }
    let mut builder = ColumnBuilder::new(&plan);
    builder.read(array).map_err(|_| unread(feature, array))?;
    Ok(builder.finish())
}

fn unread(feature: &Feature, array: &ArrayRef) -> String {
    format!(
        "feature `{}` came as {}, or with a value that it cannot have",
        feature.name,
        array.data_type()
    )
}
