//! A program as a TensorFlow SavedModel: one graph without variables, tag `serve`, signature
//! `serving_default`, as BigQuery ML's exports have it
//!
//! Every operation is one that TensorFlow 1.15 has. Categories are looked up in hash tables, which
//! the model's initialisation fills.

mod graph;
mod message;

use std::collections::BTreeMap;
use std::sync::Arc;

use prost::Message;

use super::{
    Binary, Change, Comparison, Element, List, Node, NodeId, Operation, Program, Shape, Unary,
    Unsupported,
};
use graph::{Setting, Writer, dtype};
use message::{
    DOUBLE, INT32, INT64, MetaGraph, MetaInfo, STRING, SavedModel, Signature, TensorInfo,
    TensorShape, integers, numbers, shape, small_integers, texts, truth,
};

/// How the model's initialisation is found
const INITIALIZE: &str = "__saved_model_init_op";

/// The content of `saved_model.pb`
///
/// # Errors
/// An operation that TensorFlow lacks
pub fn saved_model(program: &Program) -> Result<Vec<u8>, Unsupported> {
    let mut lowering = Lowering {
        program,
        writer: Writer::default(),
        names: Vec::with_capacity(program.nodes.len()),
        varies: Vec::with_capacity(program.nodes.len()),
        rows: None,
    };
    lowering.run()?;
    let signature = lowering.signature();
    let mut signatures = BTreeMap::from([("serving_default".to_owned(), signature)]);
    if let Some(initialize) = lowering.initialize() {
        signatures.insert(INITIALIZE.to_owned(), initialize);
    }
    let model = SavedModel {
        saved_model_schema_version: 1,
        meta_graphs: vec![MetaGraph {
            meta_info: Some(MetaInfo {
                tags: vec!["serve".to_owned()],
                tensorflow_version: "1.15.0".to_owned(),
            }),
            graph: Some(lowering.writer.finish()),
            signatures,
        }],
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
        for (at, node) in self.program.nodes.iter().enumerate() {
            let operands = node.operation.operands();
            let varies = operands.iter().any(|id| self.varies[id.0 as usize])
                || matches!(node.operation, Operation::Input(_));
            self.varies.push(varies);
            let name = self.node(node)?;
            if self.rows.is_none() && matches!(node.operation, Operation::Input(_)) {
                let ty = dtype(node.element);
                let types = vec![("T", Setting::Type(ty)), ("out_type", Setting::Type(INT32))];
                self.rows = Some(self.writer.add("Shape", &[&name], types));
            }
            debug_assert_eq!(at, self.names.len());
            self.names.push(name);
        }
        Ok(())
    }

    fn signature(&mut self) -> Signature {
        let inputs = self.program.inputs.iter().enumerate();
        let inputs = inputs.map(|(at, input)| {
            let name = format!("{}:0", placeholder(at));
            (input.name.clone(), info(name, input.element, &[-1]))
        });
        let inputs = inputs.collect();
        let mut outputs = BTreeMap::new();
        for output in &self.program.outputs {
            let node = self.program.node(output.node);
            let name = self.each_row(output.node);
            let sizes: &[i64] = match node.shape {
                Shape::Matrix(width) => &[-1, width as i64],
                Shape::Constant | Shape::Column => &[-1],
            };
            let info = info(format!("{name}:0"), node.element, sizes);
            outputs.insert(output.name.clone(), info);
        }
        Signature {
            inputs,
            outputs,
            method_name: "tensorflow/serving/predict".to_owned(),
        }
    }

    /// What fills the lookup tables, if there are any
    fn initialize(&mut self) -> Option<Signature> {
        if self.writer.initializers.is_empty() {
            return None;
        }
        let after: Vec<String> = self
            .writer
            .initializers
            .iter()
            .map(|name| format!("^{name}"))
            .collect();
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        let name = self.writer.add("NoOp", &after, Vec::new());
        let info = TensorInfo {
            name,
            dtype: 0,
            shape: Some(TensorShape {
                dimensions: Vec::new(),
                unknown_rank: true,
            }),
        };
        Some(Signature {
            inputs: BTreeMap::new(),
            outputs: BTreeMap::from([(INITIALIZE.to_owned(), info)]),
            method_name: String::new(),
        })
    }

    fn node(&mut self, node: &Node) -> Result<String, Unsupported> {
        let ty = dtype(node.element);
        let typed = |ty: i32| vec![("T", Setting::Type(ty))];
        Ok(match &node.operation {
            Operation::Input(at) => self.writer.add_named(
                placeholder(*at),
                "Placeholder",
                &[],
                vec![
                    ("dtype", Setting::Type(ty)),
                    ("shape", Setting::Shape(shape(&[-1]))),
                ],
            ),
            Operation::Number(value) => self.writer.constant(numbers(&[], &[*value])),
            Operation::Text(text) => self.writer.constant(texts(&[], &[text])),
            Operation::Bool(value) => self.writer.constant(truth(*value)),
            Operation::Index(value) => self.writer.constant(integers(&[], &[*value])),
            Operation::Row(all) => {
                let row = numbers(&[1, all.len() as i64], all);
                self.writer.constant(row)
            }
            Operation::IndexRow(all) => {
                let row = integers(&[1, all.len() as i64], all);
                self.writer.constant(row)
            }
            Operation::Unary(function, one) => self.apply(unary(*function), &[*one], typed(DOUBLE)),
            Operation::Binary(function, left, right) => {
                self.apply(binary(*function), &[*left, *right], typed(DOUBLE))
            }
            Operation::Compare(comparison, left, right) => {
                self.compare(*comparison, *left, *right)?
            }
            Operation::IsNan(one) => self.apply("IsNan", &[*one], typed(DOUBLE)),
            Operation::IsInfinite(one) => self.apply("IsInf", &[*one], typed(DOUBLE)),
            Operation::And(left, right) => self.apply("LogicalAnd", &[*left, *right], Vec::new()),
            Operation::Or(left, right) => self.apply("LogicalOr", &[*left, *right], Vec::new()),
            Operation::Not(one) => self.apply("LogicalNot", &[*one], Vec::new()),
            Operation::Select(test, yes, no) => {
                self.apply("SelectV2", &[*test, *yes, *no], typed(ty))
            }
            Operation::ToNumber(one) | Operation::ToIndex(one) => {
                let (name, from) = (self.name(*one), dtype(self.program.node(*one).element));
                self.writer.cast(&name, from, ty)
            }
            Operation::Find {
                text,
                keys,
                otherwise,
            } => self.find(*text, keys, *otherwise),
            Operation::Hash { text, buckets } => {
                let settings = vec![("num_buckets", Setting::Integer(*buckets))];
                self.apply("StringToHashBucketFast", &[*text], settings)
            }
            Operation::Pick { list, index } => {
                let list = match list {
                    List::Numbers(all) => numbers(&[all.len() as i64], all),
                    List::Texts(all) => texts(&[all.len() as i64], all),
                    List::Indices(all) => integers(&[all.len() as i64], all),
                };
                let (list, index) = (self.writer.constant(list), self.name(*index));
                self.writer.gather(&list, ty, &index, 0, 0)
            }
            Operation::PickRow {
                table,
                width,
                index,
            } => {
                let rows = (table.len() / (*width).max(1)) as i64;
                let table = numbers(&[rows, *width as i64], table);
                let (table, index) = (self.writer.constant(table), self.name(*index));
                self.writer.gather(&table, DOUBLE, &index, 0, 0)
            }
            Operation::PickColumn { matrix, index } => {
                let (matrix, index) = (self.each_row(*matrix), self.each_row(*index));
                self.writer.gather(&matrix, DOUBLE, &index, 1, 1)
            }
            Operation::OneHot { index, width } => {
                let index = self.name(*index);
                let depth = self.writer.size(*width as i32);
                let (on, off) = (
                    self.writer.constant(numbers(&[], &[1.0])),
                    self.writer.constant(numbers(&[], &[0.0])),
                );
                let settings = vec![
                    ("T", Setting::Type(DOUBLE)),
                    ("TI", Setting::Type(INT64)),
                    ("axis", Setting::Integer(-1)),
                ];
                self.writer
                    .add("OneHot", &[&index, &depth, &on, &off], settings)
            }
            Operation::Stack(all) => {
                let all: Vec<String> = all.iter().map(|one| self.each_row(*one)).collect();
                let all: Vec<&str> = all.iter().map(String::as_str).collect();
                let settings = vec![
                    ("T", Setting::Type(ty)),
                    ("N", Setting::Integer(all.len() as i64)),
                    ("axis", Setting::Integer(1)),
                ];
                self.writer.add("Pack", &all, settings)
            }
            Operation::Join(all) => {
                let count = all.len() as i64;
                let mut all: Vec<String> = all.iter().map(|one| self.each_row(*one)).collect();
                all.push(self.writer.size(1));
                let all: Vec<&str> = all.iter().map(String::as_str).collect();
                let settings = vec![
                    ("T", Setting::Type(ty)),
                    ("N", Setting::Integer(count)),
                    ("Tidx", Setting::Type(INT32)),
                ];
                self.writer.add("ConcatV2", &all, settings)
            }
            Operation::Column(matrix, at) => {
                let matrix = self.name(*matrix);
                let at = self.writer.constant(integers(&[], &[*at as i64]));
                self.writer.gather(&matrix, ty, &at, 1, 0)
            }
            Operation::MatMul {
                matrix,
                table,
                width,
            } => {
                let rows = (table.len() / (*width).max(1)) as i64;
                let table = numbers(&[rows, *width as i64], table);
                let (matrix, table) = (self.name(*matrix), self.writer.constant(table));
                self.writer.add("MatMul", &[&matrix, &table], typed(DOUBLE))
            }
            Operation::Sum(matrix) => self.reduce("Sum", *matrix),
            Operation::Max(matrix) => self.reduce("Max", *matrix),
            Operation::ArgMax(matrix) => {
                let (matrix, axis) = (self.name(*matrix), self.writer.size(1));
                let settings = vec![
                    ("T", Setting::Type(DOUBLE)),
                    ("Tidx", Setting::Type(INT32)),
                    ("output_type", Setting::Type(INT64)),
                ];
                self.writer.add("ArgMax", &[&matrix, &axis], settings)
            }
            Operation::Order(matrix) => {
                let width = match node.shape {
                    Shape::Matrix(width) => width,
                    Shape::Constant | Shape::Column => 1,
                };
                let negative = self.apply("Neg", &[*matrix], typed(DOUBLE));
                let count = self.writer.size(width as i32);
                let settings = vec![
                    ("T", Setting::Type(DOUBLE)),
                    ("sorted", Setting::Bool(true)),
                ];
                let top = self.writer.add("TopKV2", &[&negative, &count], settings);
                self.writer.cast(&format!("{top}:1"), INT32, INT64)
            }
            Operation::Change(change, text) => {
                let encoding = vec![("encoding", Setting::Text("utf-8"))];
                match change {
                    Change::Lower => self.apply("StringLower", &[*text], encoding),
                    Change::Upper => self.apply("StringUpper", &[*text], encoding),
                    Change::Trim => self.apply("StringStrip", &[*text], Vec::new()),
                }
            }
            Operation::Concat(all) => {
                let settings = vec![("N", Setting::Integer(all.len() as i64))];
                self.apply("StringJoin", all, settings)
            }
            Operation::Substring {
                text,
                start,
                length,
            } => self.substring(*text, *start, *length),
            Operation::Characters(text) => self.measure(*text, "UTF8_CHAR"),
            Operation::Bytes(text) => self.measure(*text, "BYTE"),
            Operation::Matches { text, pattern } => {
                let settings = vec![("pattern", Setting::Pattern(pattern.to_string()))];
                self.apply("StaticRegexFullMatch", &[*text], settings)
            }
            Operation::Replace {
                text,
                pattern,
                rewrite,
            } => {
                let settings = vec![
                    ("pattern", Setting::Pattern(pattern.to_string())),
                    ("rewrite", Setting::Pattern(rewrite.to_string())),
                    ("replace_global", Setting::Bool(true)),
                ];
                self.apply("StaticRegexReplace", &[*text], settings)
            }
            Operation::Digits(one) => {
                let one = self.name(*one);
                let whole = self.writer.cast(&one, DOUBLE, INT64);
                self.writer.add("AsString", &[&whole], typed(INT64))
            }
            Operation::Parse(text) => self.apply(
                "StringToNumber",
                &[*text],
                vec![("out_type", Setting::Type(DOUBLE))],
            ),
        })
    }

    fn name(&self, id: NodeId) -> String {
        self.names[id.0 as usize].clone()
    }

    fn apply(&mut self, op: &str, operands: &[NodeId], settings: Vec<(&str, Setting)>) -> String {
        let operands: Vec<&str> = operands
            .iter()
            .map(|id| self.names[id.0 as usize].as_str())
            .collect();
        self.writer.add(op, &operands, settings)
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
            return Err(Unsupported::new(
                "the order of texts cannot be exported: TensorFlow compares texts for equality only",
            ));
        }
        let op = match comparison {
            Comparison::Equal => "Equal",
            Comparison::NotEqual => "NotEqual",
            Comparison::Less => "Less",
            Comparison::LessOrEqual => "LessEqual",
            Comparison::Greater => "Greater",
            Comparison::GreaterOrEqual => "GreaterEqual",
        };
        let settings = vec![("T", Setting::Type(dtype(element)))];
        Ok(self.apply(op, &[left, right], settings))
    }

    /// A hash table, and the look into it
    fn find(&mut self, text: NodeId, keys: &[Arc<str>], otherwise: i64) -> String {
        let types = |input: &'static str, output: &'static str| {
            vec![
                (input, Setting::Type(STRING)),
                (output, Setting::Type(INT64)),
            ]
        };
        let mut settings = types("key_dtype", "value_dtype");
        // a name of its own, so that models in one process do not share a table
        let name = format!("categories_{}", self.names.len());
        settings.push((
            "shared_name",
            Setting::Pattern(format!("{name}_{:016x}", digest(keys))),
        ));
        let table = self.writer.add_named(name, "HashTableV2", &[], settings);
        let count = keys.len() as i64;
        let places: Vec<i64> = (0..count).collect();
        let places = self.writer.constant(integers(&[count], &places));
        let keys = self.writer.constant(texts(&[count], keys));
        let import = self.writer.add(
            "LookupTableImportV2",
            &[&table, &keys, &places],
            types("Tin", "Tout"),
        );
        self.writer.initializers.push(import);
        let otherwise = self.writer.constant(integers(&[], &[otherwise]));
        let text = self.name(text);
        self.writer.add(
            "LookupTableFindV2",
            &[&table, &text, &otherwise],
            types("Tin", "Tout"),
        )
    }

    fn reduce(&mut self, op: &str, matrix: NodeId) -> String {
        let (matrix, axis) = (self.name(matrix), self.writer.size(1));
        let settings = vec![
            ("T", Setting::Type(DOUBLE)),
            ("Tidx", Setting::Type(INT32)),
            ("keep_dims", Setting::Bool(false)),
        ];
        self.writer.add(op, &[&matrix, &axis], settings)
    }

    fn measure(&mut self, text: NodeId, unit: &'static str) -> String {
        let length = self.apply("StringLength", &[text], vec![("unit", Setting::Text(unit))]);
        self.writer.cast(&length, INT32, DOUBLE)
    }

    /// TensorFlow wants both positions in one shape, and the start inside the text
    fn substring(&mut self, text: NodeId, start: NodeId, length: NodeId) -> String {
        let unit = || vec![("unit", Setting::Text("UTF8_CHAR"))];
        let count = self.measure(text, "UTF8_CHAR");
        let start = self.name(start);
        let start = self.writer.add(
            "Minimum",
            &[&start, &count],
            vec![("T", Setting::Type(DOUBLE))],
        );
        let length = self.name(length);
        let length = self.writer.add(
            "Minimum",
            &[&length, &count],
            vec![("T", Setting::Type(DOUBLE))],
        );
        let text = self.each_row(text);
        let start = self.writer.cast(&start, DOUBLE, INT64);
        let length = self.writer.cast(&length, DOUBLE, INT64);
        let mut settings = unit();
        settings.push(("T", Setting::Type(INT64)));
        self.writer
            .add("Substr", &[&text, &start, &length], settings)
    }

    /// A node with a value for each row, also where it is the same for all
    fn each_row(&mut self, id: NodeId) -> String {
        let node = self.program.node(id);
        let name = self.name(id);
        let Some(rows) = self.rows.clone() else {
            return name;
        };
        if self.varies[id.0 as usize] {
            return name;
        }
        let ty = dtype(node.element);
        match node.shape {
            Shape::Matrix(_) => {
                let one = self.writer.constant(small_integers(&[1], &[1]));
                let axis = self.writer.size(0);
                let times = self.writer.add(
                    "ConcatV2",
                    &[&rows, &one, &axis],
                    vec![
                        ("T", Setting::Type(INT32)),
                        ("N", Setting::Integer(2)),
                        ("Tidx", Setting::Type(INT32)),
                    ],
                );
                self.writer.add(
                    "Tile",
                    &[&name, &times],
                    vec![
                        ("T", Setting::Type(ty)),
                        ("Tmultiples", Setting::Type(INT32)),
                    ],
                )
            }
            Shape::Constant | Shape::Column => self.writer.add(
                "Fill",
                &[&rows, &name],
                vec![
                    ("T", Setting::Type(ty)),
                    ("index_type", Setting::Type(INT32)),
                ],
            ),
        }
    }
}

fn placeholder(at: usize) -> String {
    format!("input_{at}")
}

fn info(name: String, element: Element, sizes: &[i64]) -> TensorInfo {
    TensorInfo {
        name,
        dtype: dtype(element),
        shape: Some(shape(sizes)),
    }
}

fn digest(keys: &[Arc<str>]) -> u64 {
    let mut text = Vec::new();
    for key in keys {
        text.extend_from_slice(key.as_bytes());
        text.push(0);
    }
    farmhash::fingerprint64(&text)
}

fn unary(function: Unary) -> &'static str {
    match function {
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
        Unary::Tan => "Tan",
        Unary::Asin => "Asin",
        Unary::Acos => "Acos",
        Unary::Atan => "Atan",
        Unary::Sinh => "Sinh",
        Unary::Cosh => "Cosh",
        Unary::Tanh => "Tanh",
        Unary::Asinh => "Asinh",
        Unary::Acosh => "Acosh",
        Unary::Atanh => "Atanh",
    }
}

fn binary(function: Binary) -> &'static str {
    match function {
        Binary::Add => "AddV2",
        Binary::Subtract => "Sub",
        Binary::Multiply => "Mul",
        Binary::Divide => "RealDiv",
        Binary::Power => "Pow",
        Binary::Minimum => "Minimum",
        Binary::Maximum => "Maximum",
        Binary::Atan2 => "Atan2",
    }
}
