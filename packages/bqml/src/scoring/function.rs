//! The functions that DuckDB calls

use std::error::Error;
use std::sync::Arc;

use duckdb::Connection;
use duckdb::arrow::array::{Array, ArrayRef, AsArray, Float64Array, ListArray};
use duckdb::arrow::buffer::OffsetBuffer;
use duckdb::arrow::datatypes::{DataType, Field};
use duckdb::core::{DataChunkHandle, LogicalTypeHandle, LogicalTypeId};
use duckdb::vscalar::{ScalarFunctionSignature, VScalar};
use duckdb::vtab::arrow::{WritableVector, data_chunk_to_arrow, write_arrow_array_to_vector};

use super::{Answers, remembered};
use crate::Registry;

/// What is asked of a model
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Its scores of a row
    Scores,
    /// What each feature adds to them
    Attributions,
}

impl Function {
    /// Its name in SQL
    pub fn name(self) -> &'static str {
        match self {
            Self::Scores => "bqml_scores",
            Self::Attributions => "bqml_attributions",
        }
    }
}

/// Makes the functions known to a connection's database; queries of earlier sessions find their
/// models in the registry
///
/// # Errors
/// DuckDB refuses a registration
pub fn register(connection: &Connection, registry: Option<&Registry>) -> duckdb::Result<()> {
    for function in [Function::Scores, Function::Attributions] {
        let state = State {
            function,
            registry: registry.cloned(),
        };
        connection.register_scalar_function_with_state::<Asked>(function.name(), &state)?;
    }
    Ok(())
}

#[derive(Debug, Clone)]
struct State {
    function: Function,
    registry: Option<Registry>,
}

struct Asked;

impl VScalar for Asked {
    type State = State;

    fn invoke(
        state: &State,
        input: &mut DataChunkHandle,
        output: &mut dyn WritableVector,
    ) -> Result<(), Box<dyn Error>> {
        let chunk = data_chunk_to_arrow(input)?;
        let text = |index: usize| {
            let texts = chunk.column(index).as_string_opt::<i32>();
            let first = texts.filter(|texts| !texts.is_empty());
            first.map_or("", |texts| texts.value(0))
        };
        let (schema, name, key) = (text(0), text(1), text(2));
        let model = remembered::recall(state.registry.as_ref(), schema, name, key)?;
        let rows = chunk.column(3).as_struct_opt();
        let rows = rows.ok_or("the features of a model are a STRUCT")?;
        let answers = model.answer(state.function, rows)?;
        write_arrow_array_to_vector(&lists(answers, rows.len())?, output)
    }

    fn signatures() -> Vec<ScalarFunctionSignature> {
        let text = || LogicalTypeHandle::from(LogicalTypeId::Varchar);
        let numbers = LogicalTypeHandle::list(&LogicalTypeId::Double.into());
        let features = LogicalTypeHandle::from(LogicalTypeId::Any);
        vec![ScalarFunctionSignature::exact(
            vec![text(), text(), text(), features],
            numbers,
        )]
    }
}

/// A list of the answers of each row
fn lists(answers: Answers, rows: usize) -> Result<ArrayRef, Box<dyn Error>> {
    let field = Arc::new(Field::new("item", DataType::Float64, true));
    let lengths = std::iter::repeat_n(answers.width, rows);
    let offsets = OffsetBuffer::from_lengths(lengths);
    let values = Arc::new(Float64Array::from(answers.values));
    Ok(Arc::new(ListArray::try_new(field, offsets, values, None)?))
}
