//! A program as an ONNX model: numbers are doubles, categories are looked up by `LabelEncoder`
//!
//! Written for what onnxruntime runs: operators that it has for floats only are made of others, or
//! refused by name.

mod graph;
mod message;

use prost::Message;

use super::{
    Binary, Comparison, Element, List, Node, NodeId, Operation, Program, Shape, Unary, Unsupported,
};
use graph::{CLASSICAL, Setting, Writer};
use message::{
    BOOL, DOUBLE, INT64, ModelProto, OperatorSet, STRING, integers, numbers, small_numbers, texts,
    truth, value,
};

/// The version of the operators: the first with functions of texts
const OPERATORS: i64 = 20;

/// The version of the operators of classical machine learning
const CLASSICAL_OPERATORS: i64 = 3;

/// The version of the file's form that goes with these operators
const FORM: i64 = 9;

/// The content of an `.onnx` file
///
/// # Errors
/// An operation that ONNX, or onnxruntime, lacks
pub fn model(program: &Program) -> Result<Vec<u8>, Unsupported> {
    let mut lowering = Lowering {
        program,
        writer: Writer::default(),
        names: Vec::with_capacity(program.nodes.len()),
        varies: Vec::with_capacity(program.nodes.len()),
        rows: None,
    };
    lowering.run()?;
    lowering.ends();
    let set = |domain: &str, version| OperatorSet {
        domain: domain.to_owned(),
        version,
    };
    let model = ModelProto {
        ir_version: FORM,
        producer_name: "sqlx-run".to_owned(),
        graph: Some(lowering.writer.graph),
        opset_import: vec![set("", OPERATORS), set(CLASSICAL, CLASSICAL_OPERATORS)],
    };
    Ok(model.encode_to_vec())
}

struct Lowering<'a> {
    program: &'a Program,
    writer: Writer,
    /// What each node is called
    names: Vec<String>,
    /// Whether each node depends on the inputs
    varies: Vec<bool>,
    /// The shape of any column
    rows: Option<String>,
}

impl Lowering<'_> {
    fn run(&mut self) -> Result<(), Unsupported> {
        for node in &self.program.nodes {
            let operands = node.operation.operands();
            let varies = operands.iter().any(|id| self.varies[id.0 as usize])
                || matches!(node.operation, Operation::Input(_));
            self.varies.push(varies);
            let name = self.node(node)?;
            if self.rows.is_none() && matches!(node.operation, Operation::Input(_)) {
                self.rows = Some(self.writer.add("Shape", &[&name], Vec::new()));
            }
            self.names.push(name);
        }
        Ok(())
    }

    /// What goes in and what comes out
    fn ends(&mut self) {
        self.writer.graph.name = "model".to_owned();
        let inputs = self.program.inputs.iter();
        self.writer.graph.inputs = inputs
            .map(|input| value(&input.name, element(input.element), None))
            .collect();
        for output in &self.program.outputs {
            let node = self.program.node(output.node);
            let name = self.each_row(output.node);
            let width = match node.shape {
                Shape::Matrix(width) => Some(width),
                Shape::Constant | Shape::Column => None,
            };
            let named = self.writer.add("Identity", &[&name], Vec::new());
            // the last result takes the output's name
            for node in self.writer.graph.nodes.iter_mut().rev().take(1) {
                node.outputs = vec![output.name.clone()];
                node.name = named.clone();
            }
            let value = value(&output.name, element(node.element), width);
            self.writer.graph.outputs.push(value);
        }
    }

    fn node(&mut self, node: &Node) -> Result<String, Unsupported> {
        Ok(match &node.operation {
            Operation::Input(at) => self.program.inputs[*at].name.clone(),
            Operation::Number(value) => self.writer.constant(numbers(&[], &[*value])),
            Operation::Text(text) => self.writer.constant(texts(&[], &[text])),
            Operation::Bool(value) => self.writer.constant(truth(*value)),
            Operation::Index(value) => self.writer.constant(integers(&[], &[*value])),
            Operation::Row(all) => self.writer.constant(numbers(&[1, all.len() as i64], all)),
            Operation::IndexRow(all) => self.writer.constant(integers(&[1, all.len() as i64], all)),
            Operation::Unary(function, one) => self.unary(*function, *one)?,
            Operation::Binary(function, left, right) => {
                let op = match function {
                    Binary::Add => "Add",
                    Binary::Subtract => "Sub",
                    Binary::Multiply => "Mul",
                    Binary::Divide => "Div",
                    Binary::Power => "Pow",
                    Binary::Minimum => "Min",
                    Binary::Maximum => "Max",
                    Binary::Atan2 => return Err(lacks("ATAN2")),
                };
                self.apply(op, &[*left, *right])
            }
            Operation::Compare(comparison, left, right) => {
                self.compare(*comparison, *left, *right)?
            }
            Operation::IsNan(one) => self.apply("IsNaN", &[*one]),
            Operation::IsInfinite(one) => self.apply("IsInf", &[*one]),
            Operation::And(left, right) => self.apply("And", &[*left, *right]),
            Operation::Or(left, right) => self.apply("Or", &[*left, *right]),
            Operation::Not(one) => self.apply("Not", &[*one]),
            Operation::Select(test, yes, no) if node.element == Element::Bool => {
                let yes = self.apply("And", &[*test, *yes]);
                let otherwise = self.apply("Not", &[*test]);
                let no = self
                    .writer
                    .add("And", &[&otherwise, &self.name(*no)], Vec::new());
                self.writer.add("Or", &[&yes, &no], Vec::new())
            }
            Operation::Select(test, yes, no) => self.apply("Where", &[*test, *yes, *no]),
            Operation::ToNumber(one) => {
                let name = self.name(*one);
                self.writer.cast(&name, DOUBLE)
            }
            Operation::ToIndex(one) => {
                let name = self.name(*one);
                self.writer.cast(&name, INT64)
            }
            Operation::Find {
                text,
                keys,
                otherwise,
            } => {
                let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
                let places = (0..keys.len() as i64).collect();
                let settings = vec![
                    ("keys_strings", Setting::Texts(keys)),
                    ("values_int64s", Setting::Integers(places)),
                    ("default_int64", Setting::Integer(*otherwise)),
                ];
                let text = self.each_row(*text);
                self.writer
                    .add_several(CLASSICAL, "LabelEncoder", &[&text], 1, settings)
                    .remove(0)
            }
            Operation::Hash { .. } => return Err(lacks("hashes of texts")),
            Operation::Pick { list, index } => {
                let list = match list {
                    List::Numbers(all) => numbers(&[all.len() as i64], all),
                    List::Texts(all) => texts(&[all.len() as i64], all),
                    List::Indices(all) => integers(&[all.len() as i64], all),
                };
                let (list, index) = (self.writer.constant(list), self.name(*index));
                self.writer.add("Gather", &[&list, &index], Vec::new())
            }
            Operation::PickRow {
                table,
                width,
                index,
            } => {
                let rows = (table.len() / (*width).max(1)) as i64;
                let table = self.writer.constant(numbers(&[rows, *width as i64], table));
                let index = self.name(*index);
                self.writer.add("Gather", &[&table, &index], Vec::new())
            }
            Operation::PickColumn { matrix, index } => {
                let (matrix, index) = (self.each_row(*matrix), self.each_row(*index));
                let settings = vec![("axis", Setting::Integer(1))];
                self.writer
                    .add("GatherElements", &[&matrix, &index], settings)
            }
            Operation::OneHot { index, width } => {
                let index = self.name(*index);
                let depth = self.writer.sizes(&[*width as i64]);
                let values = self.writer.constant(small_numbers(&[2], &[0.0, 1.0]));
                let hot = self
                    .writer
                    .add("OneHot", &[&index, &depth, &values], Vec::new());
                self.writer.cast(&hot, DOUBLE)
            }
            Operation::Stack(all) => {
                let axes = self.writer.sizes(&[1]);
                let columns: Vec<String> = all
                    .iter()
                    .map(|one| {
                        let column = self.each_row(*one);
                        self.writer.add("Unsqueeze", &[&column, &axes], Vec::new())
                    })
                    .collect();
                self.beside(&columns)
            }
            Operation::Join(all) => {
                let all: Vec<String> = all.iter().map(|one| self.each_row(*one)).collect();
                self.beside(&all)
            }
            Operation::Column(matrix, at) => {
                let at = self.writer.constant(integers(&[], &[*at as i64]));
                let matrix = self.name(*matrix);
                let settings = vec![("axis", Setting::Integer(1))];
                self.writer.add("Gather", &[&matrix, &at], settings)
            }
            Operation::MatMul {
                matrix,
                table,
                width,
            } => {
                let rows = (table.len() / (*width).max(1)) as i64;
                let table = self.writer.constant(numbers(&[rows, *width as i64], table));
                let matrix = self.name(*matrix);
                self.writer.add("MatMul", &[&matrix, &table], Vec::new())
            }
            Operation::Sum(matrix) => self.reduce("ReduceSum", *matrix),
            Operation::Max(matrix) => self.reduce("ReduceMax", *matrix),
            Operation::ArgMax(matrix) => {
                let matrix = self.name(*matrix);
                let settings = vec![
                    ("axis", Setting::Integer(1)),
                    ("keepdims", Setting::Integer(0)),
                ];
                self.writer.add("ArgMax", &[&matrix], settings)
            }
            Operation::Order(matrix) => {
                let width = match node.shape {
                    Shape::Matrix(width) => width,
                    Shape::Constant | Shape::Column => 1,
                };
                let (matrix, count) = (self.name(*matrix), self.writer.sizes(&[width as i64]));
                let settings = vec![
                    ("axis", Setting::Integer(1)),
                    ("largest", Setting::Integer(0)),
                ];
                self.writer
                    .add_several("", "TopK", &[&matrix, &count], 2, settings)
                    .remove(1)
            }
            Operation::Concat(all) => {
                let mut names = all.iter().map(|one| self.name(*one)).collect::<Vec<_>>();
                let mut joined = names.remove(0);
                for name in names {
                    joined = self
                        .writer
                        .add("StringConcat", &[&joined, &name], Vec::new());
                }
                joined
            }
            Operation::Matches { text, pattern } => {
                let text = self.name(*text);
                let settings = vec![("pattern", Setting::Text(pattern.to_string()))];
                self.writer.add("RegexFullMatch", &[&text], settings)
            }
            Operation::Digits(one) => {
                let one = self.name(*one);
                let whole = self.writer.cast(&one, INT64);
                self.writer.cast(&whole, STRING)
            }
            Operation::Parse(text) => {
                let text = self.name(*text);
                self.writer.cast(&text, DOUBLE)
            }
            Operation::Change(..) => return Err(lacks("LOWER, UPPER or TRIM")),
            Operation::Substring { .. } => return Err(lacks("parts of texts")),
            Operation::Characters(_) | Operation::Bytes(_) => {
                return Err(lacks("the length of texts"));
            }
            Operation::Replace { .. } => return Err(lacks("replacements in texts")),
        })
    }

    fn name(&self, id: NodeId) -> String {
        self.names[id.0 as usize].clone()
    }

    fn apply(&mut self, op: &str, operands: &[NodeId]) -> String {
        let operands: Vec<&str> = operands
            .iter()
            .map(|id| self.names[id.0 as usize].as_str())
            .collect();
        self.writer.add(op, &operands, Vec::new())
    }

    /// onnxruntime has many functions for floats only; some are made of those that it has for doubles
    fn unary(&mut self, function: Unary, one: NodeId) -> Result<String, Unsupported> {
        let op = match function {
            Unary::Negate => "Neg",
            Unary::Absolute => "Abs",
            Unary::Sign => "Sign",
            Unary::Floor => "Floor",
            Unary::Ceiling => "Ceil",
            Unary::SquareRoot => "Sqrt",
            Unary::Exp => "Exp",
            Unary::Log => "Log",
            Unary::Sin => "Sin",
            Unary::Cos => "Cos",
            Unary::Tanh => "Tanh",
            Unary::Tan => {
                let (sine, cosine) = (self.apply("Sin", &[one]), self.apply("Cos", &[one]));
                return Ok(self.writer.add("Div", &[&sine, &cosine], Vec::new()));
            }
            Unary::Sinh | Unary::Cosh => {
                let negative = self.apply("Neg", &[one]);
                let rising = self.apply("Exp", &[one]);
                let falling = self.writer.add("Exp", &[&negative], Vec::new());
                let op = if function == Unary::Sinh {
                    "Sub"
                } else {
                    "Add"
                };
                let both = self.writer.add(op, &[&rising, &falling], Vec::new());
                let half = self.writer.constant(numbers(&[], &[0.5]));
                return Ok(self.writer.add("Mul", &[&both, &half], Vec::new()));
            }
            Unary::Asin => return Err(lacks("ASIN")),
            Unary::Acos => return Err(lacks("ACOS")),
            Unary::Atan => return Err(lacks("ATAN")),
            Unary::Asinh => return Err(lacks("ASINH")),
            Unary::Acosh => return Err(lacks("ACOSH")),
            Unary::Atanh => return Err(lacks("ATANH")),
        };
        Ok(self.apply(op, &[one]))
    }

    fn compare(
        &mut self,
        comparison: Comparison,
        left: NodeId,
        right: NodeId,
    ) -> Result<String, Unsupported> {
        let element = self.program.node(left).element;
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if matches!(element, Element::Text | Element::Bool) && !equality {
            return Err(lacks("the order of texts"));
        }
        let op = match comparison {
            Comparison::Equal => "Equal",
            Comparison::NotEqual => {
                let equal = self.apply("Equal", &[left, right]);
                return Ok(self.writer.add("Not", &[&equal], Vec::new()));
            }
            Comparison::Less => "Less",
            Comparison::LessOrEqual => "LessOrEqual",
            Comparison::Greater => "Greater",
            Comparison::GreaterOrEqual => "GreaterOrEqual",
        };
        Ok(self.apply(op, &[left, right]))
    }

    fn beside(&mut self, all: &[String]) -> String {
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let settings = vec![("axis", Setting::Integer(1))];
        self.writer.add("Concat", &all, settings)
    }

    fn reduce(&mut self, op: &str, matrix: NodeId) -> String {
        let (matrix, axes) = (self.name(matrix), self.writer.sizes(&[1]));
        let settings = vec![("keepdims", Setting::Integer(0))];
        self.writer.add(op, &[&matrix, &axes], settings)
    }

    /// A node with a value for each row, also where it is the same for all
    fn each_row(&mut self, id: NodeId) -> String {
        let name = self.name(id);
        let Some(rows) = self.rows.clone() else {
            return name;
        };
        if self.varies[id.0 as usize] {
            return name;
        }
        let shape = match self.program.node(id).shape {
            Shape::Matrix(_) => {
                let one = self.writer.sizes(&[1]);
                let settings = vec![("axis", Setting::Integer(0))];
                self.writer.add("Concat", &[&rows, &one], settings)
            }
            Shape::Constant | Shape::Column => rows,
        };
        self.writer.add("Expand", &[&name, &shape], Vec::new())
    }
}

fn lacks(what: &str) -> Unsupported {
    Unsupported::new(format!("onnxruntime has nothing for {what}"))
}

fn element(element: Element) -> i32 {
    match element {
        Element::Number => DOUBLE,
        Element::Text => STRING,
        Element::Bool => BOOL,
        Element::Index => INT64,
    }
}
