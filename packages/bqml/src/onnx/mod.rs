//! Imported ONNX models: a file that was trained elsewhere, asked inside the engine
//!
//! A model's inputs are columns by name. The first dimension of a tensor is the rows; a tensor with no
//! other, or with one more of size 1, is a column of scalars, and every other one of arrays.

mod import;
#[cfg(feature = "onnx")]
mod runtime;
#[cfg(not(feature = "onnx"))]
mod without;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use duckdb::arrow::array::{Array, ArrayRef, AsArray, StructArray};
use duckdb::arrow::datatypes::Float64Type;
use googlesql::Type;
use serde::{Deserialize, Serialize};

pub use import::import;
#[cfg(feature = "onnx")]
pub use runtime::Runtime;
#[cfg(not(feature = "onnx"))]
pub use without::Runtime;

/// An imported model
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Imported {
    /// Where it came from, as `MODEL_PATH` named it
    pub path: String,
    /// In the file's order
    pub inputs: Vec<Tensor>,
    /// In the file's order
    pub outputs: Vec<Tensor>,
    /// The file in base64
    pub file: String,
}

/// An input or output of an imported model
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tensor {
    /// Its name, which is the column's
    pub name: String,
    /// What its values are
    pub element: Element,
    /// The dimensions after the rows
    pub shape: Vec<usize>,
}

/// What a tensor's values are
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Element {
    /// A float of any precision: FLOAT64
    Float,
    /// A whole number of any size: INT64
    Integer,
    /// A truth: BOOL
    Bool,
}

impl Tensor {
    /// Number of values per row
    pub fn width(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether a row has one value rather than an array
    pub fn is_scalar(&self) -> bool {
        self.shape.len() <= 1 && self.width() == 1
    }

    /// The column's type
    pub fn ty(&self) -> Type {
        let element = match self.element {
            Element::Float => Type::Float64,
            Element::Integer => Type::Int64,
            Element::Bool => Type::Bool,
        };
        match self.is_scalar() {
            true => element,
            false => Type::Array(Box::new(element)),
        }
    }
}

impl Imported {
    /// The file ready to run
    ///
    /// # Errors
    /// The file cannot be run here
    pub fn runtime(&self) -> Result<Runtime, String> {
        let file = STANDARD
            .decode(&self.file)
            .map_err(|error| error.to_string())?;
        Runtime::load(&file)
    }

    /// Numbers per row of all outputs
    pub fn width(&self) -> usize {
        self.outputs.iter().map(Tensor::width).sum()
    }

    /// The values of each input, row after row, from a struct of `DOUBLE`s and `DOUBLE[]`s
    ///
    /// # Errors
    /// A value is NULL, or an array has another length than its tensor
    pub fn read(&self, rows: &StructArray) -> Result<Vec<Vec<f64>>, String> {
        let pairs = self.inputs.iter().zip(rows.columns());
        pairs.map(|(input, array)| read(input, array)).collect()
    }
}

fn read(input: &Tensor, array: &ArrayRef) -> Result<Vec<f64>, String> {
    let name = &input.name;
    if array.null_count() > 0 {
        return Err(format!(
            "input `{name}` is NULL, which the model cannot take"
        ));
    }
    let numbers = |array: &ArrayRef| -> Result<Vec<f64>, String> {
        let values = array.as_primitive_opt::<Float64Type>();
        let values =
            values.ok_or_else(|| format!("input `{name}` came as {}", array.data_type()))?;
        match values.null_count() {
            0 => Ok(values.values().to_vec()),
            _ => Err(format!(
                "input `{name}` has a NULL, which the model cannot take"
            )),
        }
    };
    if input.is_scalar() {
        return numbers(array);
    }
    let lists = array.as_list_opt::<i32>();
    let lists = lists.ok_or_else(|| format!("input `{name}` came as {}", array.data_type()))?;
    let mut all = Vec::with_capacity(lists.len() * input.width());
    for list in lists.iter().flatten() {
        if list.len() != input.width() {
            return Err(format!(
                "input `{name}` has an array of {} values, the model takes {}",
                list.len(),
                input.width()
            ));
        }
        all.extend(numbers(&list)?);
    }
    Ok(all)
}
