//! Runs a program here, over columns of rows

mod numbers;
mod tensor;
mod text;

use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;

use super::{Element, List, NodeId, Operation, Program, Unsupported};
pub use tensor::{Tensor, Values};
use tensor::{broadcast2, broadcast3, map};

/// A program that is ready to run, over and over and from several threads
#[derive(Debug)]
pub struct Evaluator {
    program: Program,
    prepared: Vec<Prepared>,
}

/// What is made once for a node
#[derive(Debug)]
enum Prepared {
    Nothing,
    Keys(HashMap<Arc<str>, i64>),
    Pattern(Regex),
}

impl Evaluator {
    /// Gets a program ready
    ///
    /// # Errors
    /// A pattern is none
    pub fn new(program: Program) -> Result<Self, Unsupported> {
        let prepared = program
            .nodes
            .iter()
            .map(|node| prepare(&node.operation))
            .collect::<Result<_, _>>()?;
        Ok(Self { program, prepared })
    }

    /// The program
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The outputs for `rows` rows; `inputs` are the program's, in order, each with one value per row
    ///
    /// # Errors
    /// Inputs that are not the program's
    pub fn run(&self, inputs: &[Values], rows: usize) -> Result<Vec<Tensor>, String> {
        self.check(inputs, rows)?;
        let mut values: Vec<Tensor> = Vec::with_capacity(self.program.nodes.len());
        for (node, prepared) in self.program.nodes.iter().zip(&self.prepared) {
            let value = step(&node.operation, prepared, &values, inputs, rows);
            values.push(value);
        }
        let outputs = self.program.outputs.iter();
        Ok(outputs
            .map(|output| values[output.node.0 as usize].stretched(rows))
            .collect())
    }

    fn check(&self, inputs: &[Values], rows: usize) -> Result<(), String> {
        if inputs.len() != self.program.inputs.len() {
            return Err(format!(
                "{} inputs where the model has {}",
                inputs.len(),
                self.program.inputs.len()
            ));
        }
        for (input, given) in self.program.inputs.iter().zip(inputs) {
            let fits = match given {
                Values::Numbers(_) => input.element == Element::Number,
                Values::Texts(_) => input.element == Element::Text,
                Values::Bools(_) | Values::Indices(_) => false,
            };
            if !fits || given.len() != rows {
                return Err(format!("the values of `{}` do not fit", input.name));
            }
        }
        Ok(())
    }
}

fn prepare(operation: &Operation) -> Result<Prepared, Unsupported> {
    let pattern = |pattern: &str| {
        Regex::new(pattern)
            .map(Prepared::Pattern)
            .map_err(|error| Unsupported::new(format!("the pattern `{pattern}`: {error}")))
    };
    Ok(match operation {
        Operation::Find { keys, .. } => Prepared::Keys(
            keys.iter()
                .zip(0..)
                .map(|(key, at)| (Arc::clone(key), at))
                .collect(),
        ),
        Operation::Matches { pattern: text, .. } => pattern(&format!("^(?:{text})$"))?,
        Operation::Replace { pattern: text, .. } => pattern(text)?,
        _ => Prepared::Nothing,
    })
}

fn step(
    operation: &Operation,
    prepared: &Prepared,
    values: &[Tensor],
    inputs: &[Values],
    rows: usize,
) -> Tensor {
    let at = |id: &NodeId| &values[id.0 as usize];
    match operation {
        Operation::Input(at) => Tensor::column(inputs[*at].clone()),
        Operation::Number(value) => Tensor::column(Values::Numbers(vec![*value])),
        Operation::Text(value) => Tensor::column(Values::Texts(vec![Arc::clone(value)])),
        Operation::Bool(value) => Tensor::column(Values::Bools(vec![*value])),
        Operation::Index(value) => Tensor::column(Values::Indices(vec![*value])),
        Operation::Row(all) => Tensor::matrix(Values::Numbers(all.to_vec()), all.len()),
        Operation::IndexRow(all) => Tensor::matrix(Values::Indices(all.to_vec()), all.len()),
        Operation::Unary(function, one) => {
            let one = at(one);
            let values = map(one.numbers(), |value| numbers::unary(*function, *value));
            Tensor::matrix(Values::Numbers(values), one.width)
        }
        Operation::Binary(function, left, right) => {
            let (left, right) = (at(left), at(right));
            let function = numbers::binary(*function);
            let (values, width) = broadcast2(
                (left, left.numbers()),
                (right, right.numbers()),
                |left, right| function(*left, *right),
            );
            Tensor::matrix(Values::Numbers(values), width)
        }
        Operation::Compare(comparison, left, right) => {
            numbers::compare(*comparison, at(left), at(right))
        }
        Operation::IsNan(one) => predicate(at(one), f64::is_nan),
        Operation::IsInfinite(one) => predicate(at(one), f64::is_infinite),
        Operation::And(left, right) => logic(at(left), at(right), |left, right| left && right),
        Operation::Or(left, right) => logic(at(left), at(right), |left, right| left || right),
        Operation::Not(one) => {
            let one = at(one);
            let values = map(one.bools(), |value| !value);
            Tensor::matrix(Values::Bools(values), one.width)
        }
        Operation::Select(test, yes, no) => select(at(test), at(yes), at(no)),
        Operation::ToNumber(one) => {
            let one = at(one);
            let values = match &one.values {
                Values::Bools(all) => map(all, |value| f64::from(u8::from(*value))),
                Values::Indices(all) => map(all, |value| *value as f64),
                Values::Numbers(all) => all.clone(),
                Values::Texts(_) => Vec::new(),
            };
            Tensor::matrix(Values::Numbers(values), one.width)
        }
        Operation::ToIndex(one) => {
            let one = at(one);
            let values = map(one.numbers(), |value| *value as i64);
            Tensor::matrix(Values::Indices(values), one.width)
        }
        Operation::Find {
            text, otherwise, ..
        } => {
            let text = at(text);
            let values = match prepared {
                Prepared::Keys(keys) => map(text.texts(), |text| {
                    keys.get(text.as_ref()).copied().unwrap_or(*otherwise)
                }),
                _ => Vec::new(),
            };
            Tensor::matrix(Values::Indices(values), text.width)
        }
        Operation::Hash { text, buckets } => {
            let text = at(text);
            let values = map(text.texts(), |text| {
                (farmhash::fingerprint64(text.as_bytes()) % *buckets as u64) as i64
            });
            Tensor::matrix(Values::Indices(values), text.width)
        }
        Operation::Pick { list, index } => pick(list, at(index)),
        Operation::PickRow {
            table,
            width,
            index,
        } => {
            let indices = at(index).indices();
            let mut values = Vec::with_capacity(indices.len() * width);
            for index in indices {
                let start = (*index).max(0) as usize * width;
                values.extend_from_slice(table.get(start..start + width).unwrap_or_default());
            }
            Tensor::matrix(Values::Numbers(values), *width)
        }
        Operation::PickColumn { matrix, index } => {
            let (matrix, index) = (at(matrix), at(index));
            let numbers = matrix.numbers();
            let mut values = Vec::with_capacity(rows * index.width);
            for row in 0..rows {
                let own = &numbers[matrix.place(row, 0)..][..matrix.width];
                for column in 0..index.width {
                    let at = index.indices()[index.place(row, column)];
                    values.push(own.get(at.max(0) as usize).copied().unwrap_or(f64::NAN));
                }
            }
            Tensor::matrix(Values::Numbers(values), index.width)
        }
        Operation::OneHot { index, width } => {
            let indices = at(index).indices();
            let mut values = vec![0.0; indices.len() * width];
            for (row, index) in indices.iter().enumerate() {
                if (0..*width as i64).contains(index) {
                    values[row * width + *index as usize] = 1.0;
                }
            }
            Tensor::matrix(Values::Numbers(values), *width)
        }
        Operation::Stack(all) | Operation::Join(all) => {
            let all: Vec<&Tensor> = all.iter().map(at).collect();
            tensor::join(&all, rows)
        }
        Operation::Column(matrix, column) => tensor::column_of(at(matrix), *column),
        Operation::MatMul {
            matrix,
            table,
            width,
        } => numbers::multiply(at(matrix), table, *width),
        Operation::Sum(matrix) => numbers::fold_rows(at(matrix), |row| row.iter().sum()),
        Operation::Max(matrix) => numbers::fold_rows(at(matrix), |row| {
            row.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        }),
        Operation::ArgMax(matrix) => numbers::arg_max(at(matrix)),
        Operation::Order(matrix) => numbers::order(at(matrix)),
        Operation::Change(change, one) => text::change(*change, at(one)),
        Operation::Concat(all) => {
            let all: Vec<&Tensor> = all.iter().map(at).collect();
            text::concat(&all)
        }
        Operation::Substring {
            text,
            start,
            length,
        } => text::substring(at(text), at(start), at(length)),
        Operation::Characters(one) => text::measure(at(one), |text| text.chars().count() as f64),
        Operation::Bytes(one) => text::measure(at(one), |text| text.len() as f64),
        Operation::Matches { text, .. } => match prepared {
            Prepared::Pattern(pattern) => text::matches(at(text), pattern),
            _ => at(text).clone(),
        },
        Operation::Replace { text, rewrite, .. } => match prepared {
            Prepared::Pattern(pattern) => text::replace(at(text), pattern, rewrite),
            _ => at(text).clone(),
        },
        Operation::Digits(one) => text::digits(at(one)),
        Operation::Parse(one) => {
            text::measure(at(one), |text| text.trim().parse().unwrap_or(f64::NAN))
        }
    }
}

fn predicate(one: &Tensor, test: impl Fn(f64) -> bool) -> Tensor {
    let values = map(one.numbers(), |value| test(*value));
    Tensor::matrix(Values::Bools(values), one.width)
}

fn logic(left: &Tensor, right: &Tensor, both: impl Fn(bool, bool) -> bool) -> Tensor {
    let (values, width) = broadcast2((left, left.bools()), (right, right.bools()), |a, b| {
        both(*a, *b)
    });
    Tensor::matrix(Values::Bools(values), width)
}

fn select(test: &Tensor, yes: &Tensor, no: &Tensor) -> Tensor {
    fn choose<T: Clone>(
        test: &Tensor,
        yes: (&Tensor, &[T]),
        no: (&Tensor, &[T]),
    ) -> (Vec<T>, usize) {
        broadcast3((test, test.bools()), yes, no, |test, yes, no| match test {
            true => yes.clone(),
            false => no.clone(),
        })
    }
    let (values, width) = match &yes.values {
        Values::Numbers(all) => {
            let (values, width) = choose(test, (yes, all), (no, no.numbers()));
            (Values::Numbers(values), width)
        }
        Values::Texts(all) => {
            let (values, width) = choose(test, (yes, all), (no, no.texts()));
            (Values::Texts(values), width)
        }
        Values::Bools(all) => {
            let (values, width) = choose(test, (yes, all), (no, no.bools()));
            (Values::Bools(values), width)
        }
        Values::Indices(all) => {
            let (values, width) = choose(test, (yes, all), (no, no.indices()));
            (Values::Indices(values), width)
        }
    };
    Tensor::matrix(values, width)
}

/// A position outside gives the last
fn pick(list: &List, index: &Tensor) -> Tensor {
    let indices = index.indices();
    let place = |index: &i64, length: usize| (*index).clamp(0, length as i64 - 1) as usize;
    let values = match list {
        List::Numbers(all) => Values::Numbers(map(indices, |index| all[place(index, all.len())])),
        List::Texts(all) => Values::Texts(map(indices, |index| {
            Arc::clone(&all[place(index, all.len())])
        })),
        List::Indices(all) => Values::Indices(map(indices, |index| all[place(index, all.len())])),
    };
    Tensor::matrix(values, index.width)
}
