//! Runs an ONNX file, by tract

use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::DimLike;

use super::{Element, Tensor};

/// A file ready to run
pub struct Runtime {
    plan: Arc<dyn Plan>,
    inputs: Vec<Input>,
    outputs: Vec<Tensor>,
    /// Whether all rows run at once, or each alone
    together: bool,
}

/// What runs, whatever the types of its graph
trait Plan: Send + Sync {
    fn run(&self, inputs: TVec<TValue>) -> TractResult<TVec<TValue>>;
}

struct Typed<F>(F);

impl<F: Fn(TVec<TValue>) -> TractResult<TVec<TValue>> + Send + Sync> Plan for Typed<F> {
    fn run(&self, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        (self.0)(inputs)
    }
}

struct Input {
    tensor: Tensor,
    kind: DatumType,
    /// Whether the file's tensor has the dimension of rows at all
    has_rows: bool,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Runtime");
        shown
            .field("outputs", &self.outputs)
            .finish_non_exhaustive()
    }
}

impl Runtime {
    /// Reads a file
    ///
    /// # Errors
    /// It is none, or has an operator, a type or a shape that cannot be run here
    pub fn load(mut file: &[u8]) -> Result<Self, String> {
        let model = onnx().model_for_read(&mut file).map_err(told)?;
        let inputs = inputs(&model)?;
        let fixed = inputs.iter().any(|input| !input.rows_are_free);
        let inputs: Vec<Input> = inputs.into_iter().map(|input| input.input).collect();
        let names = output_names(&model)?;
        let (plan, outputs, together) = if fixed {
            let (plan, outputs) = plan(model, &inputs, &names, None).map_err(told)?;
            (plan, outputs, false)
        } else {
            let rows = model.symbols.sym("rows");
            match plan(model.clone(), &inputs, &names, Some(rows)) {
                Ok((plan, outputs)) => (plan, outputs, true),
                // what cannot be run for any number of rows may run for one
                Err(_) => {
                    let (plan, outputs) = plan(model, &inputs, &names, None).map_err(told)?;
                    (plan, outputs, false)
                }
            }
        };
        Ok(Self {
            plan,
            inputs,
            outputs,
            together,
        })
    }

    /// The inputs and outputs
    pub fn signature(&self) -> (Vec<Tensor>, Vec<Tensor>) {
        let inputs = self.inputs.iter().map(|input| input.tensor.clone());
        (inputs.collect(), self.outputs.clone())
    }

    /// The values of all outputs, row after row, from each input's values, row after row
    ///
    /// # Errors
    /// The model fails on the values
    pub fn run(&self, inputs: &[Vec<f64>], rows: usize) -> Result<Vec<f64>, String> {
        let step = if self.together { rows.max(1) } else { 1 };
        let width: usize = self.outputs.iter().map(Tensor::width).sum();
        let mut all = Vec::with_capacity(rows * width);
        for start in (0..rows).step_by(step) {
            let count = step.min(rows - start);
            self.run_some(inputs, start, count, &mut all)
                .map_err(told)?;
        }
        Ok(all)
    }

    fn run_some(
        &self,
        inputs: &[Vec<f64>],
        start: usize,
        count: usize,
        all: &mut Vec<f64>,
    ) -> TractResult<()> {
        let mut given: TVec<TValue> = tvec!();
        for (input, values) in self.inputs.iter().zip(inputs) {
            let width = input.tensor.width();
            let own = &values[start * width..(start + count) * width];
            let mut shape = input.tensor.shape.clone();
            if input.has_rows {
                shape.insert(0, count);
            }
            given.push(tensor(own, &shape, input)?.into());
        }
        let results = self.plan.run(given)?;
        let mut columns = Vec::with_capacity(results.len());
        for (result, output) in results.iter().zip(&self.outputs) {
            let values = numbers(result, output)?;
            if values.len() != count * output.width() {
                return Err(TractError::msg(format!(
                    "output `{}` has {} values for {count} rows",
                    output.name,
                    values.len()
                )));
            }
            columns.push((output.width(), values));
        }
        for row in 0..count {
            for (width, values) in &columns {
                all.extend_from_slice(&values[row * width..(row + 1) * width]);
            }
        }
        Ok(())
    }
}

/// An input as the file describes it
struct Found {
    input: Input,
    /// Whether the file leaves the number of rows open
    rows_are_free: bool,
}

fn inputs(model: &InferenceModel) -> Result<Vec<Found>, String> {
    let outlets = model.input_outlets().map_err(told)?.to_vec();
    let mut found = Vec::new();
    for (index, outlet) in outlets.iter().enumerate() {
        let name = model.node(outlet.node).name.clone();
        let fact = model.input_fact(index).map_err(told)?;
        let kind = fact.datum_type.concretize();
        let kind = kind.ok_or_else(|| format!("input `{name}` has no type"))?;
        let dims: Vec<Option<usize>> = fact
            .shape
            .dims()
            .map(|dim| dim.concretize().and_then(|dim| dim.to_usize().ok()))
            .collect();
        let rest = dims.get(1..).unwrap_or_default().iter().copied();
        let shape: Option<Vec<usize>> = rest.collect();
        let shape = shape.ok_or_else(|| {
            format!("input `{name}` has a shape that is open beyond the number of rows")
        })?;
        found.push(Found {
            rows_are_free: dims.first().is_some_and(Option::is_none),
            input: Input {
                tensor: Tensor {
                    element: element(kind, &name)?,
                    name,
                    shape,
                },
                kind,
                has_rows: !dims.is_empty(),
            },
        });
    }
    Ok(found)
}

fn output_names(model: &InferenceModel) -> Result<Vec<String>, String> {
    let outlets = model.output_outlets().map_err(told)?;
    let name = |outlet: &OutletId| {
        let label = model.outlet_label(*outlet);
        label.unwrap_or(&model.node(outlet.node).name).to_owned()
    };
    Ok(outlets.iter().map(name).collect())
}

/// The plan for a number of rows that is only known as it runs, or for one row
fn plan(
    mut model: InferenceModel,
    inputs: &[Input],
    names: &[String],
    rows: Option<Symbol>,
) -> TractResult<(Arc<dyn Plan>, Vec<Tensor>)> {
    for (index, input) in inputs.iter().enumerate() {
        let mut shape: TVec<TDim> = tvec!();
        if input.has_rows {
            shape.push(
                rows.as_ref()
                    .map_or_else(|| 1.to_dim(), |rows| rows.to_dim()),
            );
        }
        shape.extend(input.tensor.shape.iter().map(|dim| dim.to_dim()));
        model.set_input_fact(index, InferenceFact::dt_shape(input.kind, shape))?;
    }
    let typed = model.into_optimized()?;
    let mut outputs = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let fact = typed.output_fact(index)?;
        let dims = fact.shape.iter().skip(1).map(|dim| dim.to_usize());
        outputs.push(Tensor {
            name: name.clone(),
            element: element(fact.datum_type, name).map_err(TractError::msg)?,
            shape: dims.collect::<Result<_, _>>()?,
        });
    }
    let runnable = typed.into_runnable()?;
    Ok((Arc::new(Typed(move |inputs| runnable.run(inputs))), outputs))
}

fn element(kind: DatumType, name: &str) -> Result<Element, String> {
    match kind {
        DatumType::Bool => Ok(Element::Bool),
        kind if kind.is_float() => Ok(Element::Float),
        // tract's own kind of whole numbers, which may be dimensions
        DatumType::TDim => Ok(Element::Integer),
        kind if kind.is_integer() => Ok(Element::Integer),
        other => Err(format!(
            "`{name}` is a tensor of {other:?}; locally numbers and truths can go in and out"
        )),
    }
}

fn tensor(
    values: &[f64],
    shape: &[usize],
    input: &Input,
) -> TractResult<tract_onnx::prelude::Tensor> {
    let made = match input.tensor.element {
        Element::Float => tract_onnx::prelude::Tensor::from_shape(shape, values)?,
        Element::Integer => {
            let whole: Vec<i64> = values.iter().map(|value| *value as i64).collect();
            tract_onnx::prelude::Tensor::from_shape(shape, &whole)?
        }
        Element::Bool => {
            let truths: Vec<bool> = values.iter().map(|value| *value != 0.0).collect();
            tract_onnx::prelude::Tensor::from_shape(shape, &truths)?
        }
    };
    Ok(made.cast_to_dt(input.kind)?.into_owned())
}

fn numbers(result: &TValue, output: &Tensor) -> TractResult<Vec<f64>> {
    match output.element {
        Element::Float => {
            let cast = result.cast_to::<f64>()?;
            let values = cast.to_plain_array_view::<f64>()?;
            Ok(values.iter().copied().collect())
        }
        Element::Integer => {
            let cast = result.cast_to::<i64>()?;
            let values = cast.to_plain_array_view::<i64>()?;
            Ok(values.iter().map(|value| *value as f64).collect())
        }
        Element::Bool => {
            let values = result.to_plain_array_view::<bool>()?;
            Ok(values
                .iter()
                .map(|value| f64::from(u8::from(*value)))
                .collect())
        }
    }
}

/// The causes of an error in one line
fn told(error: TractError) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    causes.join(": ")
}
