//! `TRANSFORM` with analytic functions: their statistics are those of the training rows, and stay

use diagnostic::code;
use duckdb::Connection;
use duckdb::types::Value as Cell;
use googlesql::{Catalog, CreateModel, Error, Value};

use crate::Model;
use crate::data::{self, FrameQuery};
use crate::kind::Target;
use crate::model::{ModelColumn, Parameters};
use crate::options::{self, Reader};
use crate::preprocess;
use crate::sql::quote_identifier;

/// Computes what the analytic functions of the statement's `TRANSFORM` ask of all its rows, and puts
/// these functions' fitted forms in their place, for the training as for all that is asked of the model
///
/// # Errors
/// `Q010` at the statement when the query fails
pub fn fit_transform(
    connection: &Connection,
    create: &mut CreateModel,
    catalog: &dyn Catalog,
) -> Result<(), Error> {
    let (Some(items), Some(statistics)) = (&create.transform, &create.statistics) else {
        return Ok(());
    };
    let read = || -> duckdb::Result<Vec<Value>> {
        connection.query_row(&statistics.sql, [], |row| {
            (0..statistics.columns.len())
                .map(|at| Ok(value(row.get(at)?)))
                .collect()
        })
    };
    let values = read().map_err(|failure| {
        Error::new(
            code::EXECUTION_FAILED,
            googlesql::without_mark(&failure.to_string()).into_owned(),
            create.span.clone(),
        )
    })?;
    let fitted = statistics.fitted(items, &values)?;
    create.transformed = googlesql::select_over(&fitted, &create.training, catalog)?;
    create.fitted_transform = Some(fitted);
    Ok(())
}

/// Statistics are numbers, texts, and arrays of these
fn value(cell: Cell) -> Value {
    match cell {
        Cell::Double(value) => Value::Float64(value),
        Cell::Float(value) => Value::Float64(f64::from(value)),
        Cell::BigInt(value) => Value::Int64(value),
        Cell::Int(value) => Value::Int64(i64::from(value)),
        Cell::Text(text) => Value::String(text),
        Cell::List(items) | Cell::Array(items) => {
            Value::Array(items.into_iter().map(value).collect())
        }
        _ => Value::Null,
    }
}

/// Whether a statement asks for a model that only transforms
pub fn is_only(create: &CreateModel) -> bool {
    let mut options = create.options.iter();
    options.any(|option| {
        let value = &option.value;
        option.name == "model_type"
            && matches!(value, Value::String(kind) if kind.eq_ignore_ascii_case("TRANSFORM_ONLY"))
    })
}

/// `MODEL_TYPE = 'TRANSFORM_ONLY'`: the statistics of the transform, and what `ML.FEATURE_INFO` says of
/// the columns before it
///
/// # Errors
/// `M002` an option of other models, or no `TRANSFORM`; `M005` a number that is not finite, `Q010` the
/// query failed
pub fn only(connection: &Connection, create: &CreateModel) -> Result<Model, Error> {
    let reader = Reader::new(create)?;
    let warnings = options::check_common(&create.options)?;
    if create.transform.is_none() {
        return Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "a model of type TRANSFORM_ONLY needs a `TRANSFORM`",
            create.span.clone(),
        ));
    }
    let columns = create.training.columns.iter();
    // what cannot be a feature as it is may still be transformed
    let plans: Vec<_> = columns
        .clone()
        .flat_map(|column| preprocess::expand(column, &create.span).unwrap_or_default())
        .collect();
    let items: Vec<String> = plans
        .iter()
        .enumerate()
        .map(|(index, plan)| {
            let value = plan.sql(&quote_identifier(&plan.column));
            format!("{value} AS \"f{index}\"")
        })
        .collect();
    let query = FrameQuery {
        sql: match items.is_empty() {
            true => format!("SELECT 1 FROM ({}) AS \"input\"", create.training.sql),
            false => format!(
                "SELECT {} FROM ({}) AS \"input\"",
                items.join(", "),
                create.training.sql
            ),
        },
        plans: &plans,
        target: Target::Nothing,
        split: false,
    };
    let frame = data::load(connection, &query, &create.span)?;
    let (rows, fingerprint) = data::order(&frame);
    let pairs = plans.iter().zip(&frame.columns);
    Ok(Model {
        options: reader.given(),
        warnings,
        transform: create.transform.clone(),
        fitted_transform: create.fitted_transform.clone(),
        query: create.query.clone(),
        input_columns: columns
            .map(|column| ModelColumn {
                name: column.name.clone(),
                ty: column.ty.clone(),
            })
            .collect(),
        feature_summaries: pairs
            .filter_map(|(plan, column)| preprocess::summarize(plan, column, &rows))
            .collect(),
        data: fingerprint,
        ..Model::without_training(&create.model, Parameters::TransformOnly)
    })
}
