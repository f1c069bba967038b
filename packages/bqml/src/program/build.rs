//! Puts a program together: equal steps become one, and what is constant is folded where that
//! matters for NULL

use std::collections::HashMap;
use std::sync::Arc;

use super::{
    Binary, Change, Comparison, Element, Input, List, Node, NodeId, Operation, Output, Program,
    Shape, Unary,
};

/// A program that is being put together
#[derive(Debug, Default)]
pub struct Builder {
    inputs: Vec<Input>,
    nodes: Vec<Node>,
    known: HashMap<String, NodeId>,
}

impl Builder {
    /// The caller's column of a name, the same for the same name
    pub fn input(&mut self, name: &str, element: Element) -> NodeId {
        let at = self.inputs.iter().position(|input| input.name == name);
        let at = at.unwrap_or_else(|| {
            self.inputs.push(Input {
                name: name.to_owned(),
                element,
            });
            self.inputs.len() - 1
        });
        self.push(Operation::Input(at), element, Shape::Column)
    }

    /// One number for all rows
    pub fn number(&mut self, value: f64) -> NodeId {
        self.push(Operation::Number(value), Element::Number, Shape::Constant)
    }

    /// One text for all rows
    pub fn text(&mut self, value: &str) -> NodeId {
        self.push(
            Operation::Text(value.into()),
            Element::Text,
            Shape::Constant,
        )
    }

    /// One truth for all rows
    pub fn bool(&mut self, value: bool) -> NodeId {
        self.push(Operation::Bool(value), Element::Bool, Shape::Constant)
    }

    /// One position for all rows
    pub fn index(&mut self, value: i64) -> NodeId {
        self.push(Operation::Index(value), Element::Index, Shape::Constant)
    }

    /// The same numbers for each row
    pub fn row(&mut self, values: Vec<f64>) -> NodeId {
        let width = values.len();
        let row = Operation::Row(values.into());
        self.push(row, Element::Number, Shape::Matrix(width))
    }

    /// The same positions for each row
    pub fn index_row(&mut self, values: Vec<i64>) -> NodeId {
        let width = values.len();
        let row = Operation::IndexRow(values.into());
        self.push(row, Element::Index, Shape::Matrix(width))
    }

    /// A function of a number
    pub fn unary(&mut self, function: Unary, operand: NodeId) -> NodeId {
        let shape = self.shape(operand);
        self.push(Operation::Unary(function, operand), Element::Number, shape)
    }

    /// A function of two numbers
    pub fn binary(&mut self, function: Binary, left: NodeId, right: NodeId) -> NodeId {
        let shape = self.common(&[left, right]);
        let operation = Operation::Binary(function, left, right);
        self.push(operation, Element::Number, shape)
    }

    /// The sum of two
    pub fn add(&mut self, left: NodeId, right: NodeId) -> NodeId {
        self.binary(Binary::Add, left, right)
    }

    /// The difference of two
    pub fn subtract(&mut self, left: NodeId, right: NodeId) -> NodeId {
        self.binary(Binary::Subtract, left, right)
    }

    /// The product of two
    pub fn multiply(&mut self, left: NodeId, right: NodeId) -> NodeId {
        self.binary(Binary::Multiply, left, right)
    }

    /// The quotient of two
    pub fn divide(&mut self, left: NodeId, right: NodeId) -> NodeId {
        self.binary(Binary::Divide, left, right)
    }

    /// A comparison of two values of one kind
    pub fn compare(&mut self, comparison: Comparison, left: NodeId, right: NodeId) -> NodeId {
        let shape = self.common(&[left, right]);
        let operation = Operation::Compare(comparison, left, right);
        self.push(operation, Element::Bool, shape)
    }

    /// Whether a number is NaN
    pub fn is_nan(&mut self, operand: NodeId) -> NodeId {
        if let Operation::Number(value) = self.operation(operand) {
            let value = value.is_nan();
            return self.bool(value);
        }
        let shape = self.shape(operand);
        self.push(Operation::IsNan(operand), Element::Bool, shape)
    }

    /// Whether a number is infinite
    pub fn is_infinite(&mut self, operand: NodeId) -> NodeId {
        let shape = self.shape(operand);
        self.push(Operation::IsInfinite(operand), Element::Bool, shape)
    }

    /// Both
    pub fn and(&mut self, left: NodeId, right: NodeId) -> NodeId {
        match (self.truth(left), self.truth(right)) {
            (Some(true), _) => right,
            (_, Some(true)) => left,
            (Some(false), _) | (_, Some(false)) => self.bool(false),
            _ if left == right => left,
            _ => {
                let shape = self.common(&[left, right]);
                self.push(Operation::And(left, right), Element::Bool, shape)
            }
        }
    }

    /// One of both
    pub fn or(&mut self, left: NodeId, right: NodeId) -> NodeId {
        match (self.truth(left), self.truth(right)) {
            (Some(false), _) => right,
            (_, Some(false)) => left,
            (Some(true), _) | (_, Some(true)) => self.bool(true),
            _ if left == right => left,
            _ => {
                let shape = self.common(&[left, right]);
                self.push(Operation::Or(left, right), Element::Bool, shape)
            }
        }
    }

    /// Not
    pub fn not(&mut self, operand: NodeId) -> NodeId {
        match self.truth(operand) {
            Some(value) => self.bool(!value),
            None => {
                let shape = self.shape(operand);
                self.push(Operation::Not(operand), Element::Bool, shape)
            }
        }
    }

    /// The second where the first is true, else the third
    pub fn select(&mut self, test: NodeId, yes: NodeId, no: NodeId) -> NodeId {
        match self.truth(test) {
            Some(true) => yes,
            Some(false) => no,
            None if yes == no => yes,
            None if self.truth(yes).or(self.truth(no)).is_some() => {
                let otherwise = self.not(test);
                match (self.truth(yes), self.truth(no)) {
                    (Some(true), _) => self.or(test, no),
                    (Some(false), _) => self.and(otherwise, no),
                    (_, Some(true)) => self.or(otherwise, yes),
                    _ => self.and(test, yes),
                }
            }
            None => {
                let element = self.element(yes);
                let shape = self.common(&[test, yes, no]);
                self.push(Operation::Select(test, yes, no), element, shape)
            }
        }
    }

    /// A position or truth as a number
    pub fn to_number(&mut self, operand: NodeId) -> NodeId {
        let shape = self.shape(operand);
        self.push(Operation::ToNumber(operand), Element::Number, shape)
    }

    /// A whole number as a position
    pub fn to_index(&mut self, operand: NodeId) -> NodeId {
        let shape = self.shape(operand);
        self.push(Operation::ToIndex(operand), Element::Index, shape)
    }

    /// The position of a text among keys
    pub fn find(&mut self, text: NodeId, keys: &[String], otherwise: i64) -> NodeId {
        let keys = keys.iter().map(|key| key.as_str().into()).collect();
        let operation = Operation::Find {
            text,
            keys,
            otherwise,
        };
        let shape = self.shape(text);
        self.push(operation, Element::Index, shape)
    }

    /// The fingerprint of a text modulo a number of buckets
    pub fn hash(&mut self, text: NodeId, buckets: i64) -> NodeId {
        let shape = self.shape(text);
        self.push(Operation::Hash { text, buckets }, Element::Index, shape)
    }

    /// What a list has at a position
    pub fn pick(&mut self, list: List, index: NodeId) -> NodeId {
        let element = match &list {
            List::Numbers(_) => Element::Number,
            List::Texts(_) => Element::Text,
            List::Indices(_) => Element::Index,
        };
        let shape = self.shape(index);
        self.push(Operation::Pick { list, index }, element, shape)
    }

    /// A row of a table at a position
    pub fn pick_row(&mut self, table: &[Vec<f64>], index: NodeId) -> NodeId {
        let width = table.first().map_or(0, Vec::len);
        let operation = Operation::PickRow {
            table: table.concat().into(),
            width,
            index,
        };
        self.push(operation, Element::Number, Shape::Matrix(width))
    }

    /// What a matrix has at each position, row by row
    pub fn pick_column(&mut self, matrix: NodeId, index: NodeId) -> NodeId {
        let shape = self.shape(index);
        let operation = Operation::PickColumn { matrix, index };
        self.push(operation, Element::Number, shape)
    }

    /// 1 at a position, 0 elsewhere
    pub fn one_hot(&mut self, index: NodeId, width: usize) -> NodeId {
        let operation = Operation::OneHot { index, width };
        self.push(operation, Element::Number, Shape::Matrix(width))
    }

    /// Columns beside each other
    pub fn stack(&mut self, columns: Vec<NodeId>) -> NodeId {
        let element = columns
            .first()
            .map_or(Element::Number, |first| self.element(*first));
        let width = columns.len();
        self.push(Operation::Stack(columns), element, Shape::Matrix(width))
    }

    /// Matrices beside each other
    pub fn join(&mut self, matrices: Vec<NodeId>) -> NodeId {
        if let [only] = matrices.as_slice() {
            return *only;
        }
        let width = matrices.iter().map(|one| self.width(*one)).sum();
        self.push(
            Operation::Join(matrices),
            Element::Number,
            Shape::Matrix(width),
        )
    }

    /// One column of a matrix
    pub fn column(&mut self, matrix: NodeId, at: usize) -> NodeId {
        if let Operation::Stack(columns) = self.operation(matrix)
            && let Some(column) = columns.get(at)
        {
            return *column;
        }
        let element = self.element(matrix);
        self.push(Operation::Column(matrix, at), element, Shape::Column)
    }

    /// A matrix times a table, a row of which stands for a column of the matrix
    pub fn matmul(&mut self, matrix: NodeId, table: &[Vec<f64>]) -> NodeId {
        let width = table.first().map_or(0, Vec::len);
        let operation = Operation::MatMul {
            matrix,
            table: table.concat().into(),
            width,
        };
        self.push(operation, Element::Number, Shape::Matrix(width))
    }

    /// The sum over each row
    pub fn sum(&mut self, matrix: NodeId) -> NodeId {
        self.push(Operation::Sum(matrix), Element::Number, Shape::Column)
    }

    /// The greatest of each row
    pub fn max(&mut self, matrix: NodeId) -> NodeId {
        self.push(Operation::Max(matrix), Element::Number, Shape::Column)
    }

    /// The position of the first greatest of each row
    pub fn arg_max(&mut self, matrix: NodeId) -> NodeId {
        self.push(Operation::ArgMax(matrix), Element::Index, Shape::Column)
    }

    /// Each row's positions in ascending order of its numbers
    pub fn order(&mut self, matrix: NodeId) -> NodeId {
        let shape = self.shape(matrix);
        self.push(Operation::Order(matrix), Element::Index, shape)
    }

    /// A function of a text
    pub fn change(&mut self, change: Change, text: NodeId) -> NodeId {
        let shape = self.shape(text);
        self.push(Operation::Change(change, text), Element::Text, shape)
    }

    /// Texts after one another
    pub fn concat(&mut self, texts: Vec<NodeId>) -> NodeId {
        let shape = self.common(&texts);
        self.push(Operation::Concat(texts), Element::Text, shape)
    }

    /// Part of a text, from a position on, so many characters
    pub fn substring(&mut self, text: NodeId, start: NodeId, length: NodeId) -> NodeId {
        let shape = self.common(&[text, start, length]);
        let operation = Operation::Substring {
            text,
            start,
            length,
        };
        self.push(operation, Element::Text, shape)
    }

    /// How many characters a text has
    pub fn characters(&mut self, text: NodeId) -> NodeId {
        let shape = self.shape(text);
        self.push(Operation::Characters(text), Element::Number, shape)
    }

    /// How many bytes a text has
    pub fn bytes(&mut self, text: NodeId) -> NodeId {
        let shape = self.shape(text);
        self.push(Operation::Bytes(text), Element::Number, shape)
    }

    /// Whether a pattern matches the whole text
    pub fn matches(&mut self, text: NodeId, pattern: &str) -> NodeId {
        let shape = self.shape(text);
        let pattern = pattern.into();
        self.push(Operation::Matches { text, pattern }, Element::Bool, shape)
    }

    /// All matches of a pattern replaced
    pub fn replace(&mut self, text: NodeId, pattern: &str, rewrite: &str) -> NodeId {
        let shape = self.shape(text);
        let operation = Operation::Replace {
            text,
            pattern: pattern.into(),
            rewrite: rewrite.into(),
        };
        self.push(operation, Element::Text, shape)
    }

    /// A whole number in decimal digits
    pub fn digits(&mut self, number: NodeId) -> NodeId {
        let shape = self.shape(number);
        self.push(Operation::Digits(number), Element::Text, shape)
    }

    /// The number that a text spells
    pub fn parse(&mut self, text: NodeId) -> NodeId {
        let shape = self.shape(text);
        self.push(Operation::Parse(text), Element::Number, shape)
    }

    /// What a node's values are
    pub fn element(&self, id: NodeId) -> Element {
        self.nodes[id.0 as usize].element
    }

    /// How many values a node has
    pub fn shape(&self, id: NodeId) -> Shape {
        self.nodes[id.0 as usize].shape
    }

    /// Values per row
    pub fn width(&self, id: NodeId) -> usize {
        match self.shape(id) {
            Shape::Matrix(width) => width,
            Shape::Constant | Shape::Column => 1,
        }
    }

    /// What a node does
    pub fn operation(&self, id: NodeId) -> &Operation {
        &self.nodes[id.0 as usize].operation
    }

    /// A truth that is the same for all rows
    pub fn truth(&self, id: NodeId) -> Option<bool> {
        match self.operation(id) {
            Operation::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The program that gives these outputs, without what they do not need
    pub fn finish(self, outputs: Vec<(String, NodeId)>) -> Program {
        let mut needed = vec![false; self.nodes.len()];
        for (_, id) in &outputs {
            needed[id.0 as usize] = true;
        }
        for at in (0..self.nodes.len()).rev() {
            if needed[at] {
                for id in self.nodes[at].operation.operands() {
                    needed[id.0 as usize] = true;
                }
            }
        }
        let mut places = vec![NodeId(0); self.nodes.len()];
        let mut nodes = Vec::new();
        for (at, mut node) in self.nodes.into_iter().enumerate() {
            // an input stays even where no weight needs it, so that callers may give it
            if needed[at] || matches!(node.operation, Operation::Input(_)) {
                renumber(&mut node.operation, &places);
                places[at] = NodeId(nodes.len() as u32);
                nodes.push(node);
            }
        }
        Program {
            inputs: self.inputs,
            nodes,
            outputs: outputs
                .into_iter()
                .map(|(name, id)| Output {
                    name,
                    node: places[id.0 as usize],
                })
                .collect(),
        }
    }

    fn common(&self, all: &[NodeId]) -> Shape {
        let mut common = Shape::Constant;
        for id in all {
            common = match (common, self.shape(*id)) {
                (Shape::Constant, shape) | (shape, Shape::Constant) => shape,
                (Shape::Matrix(left), Shape::Matrix(right)) => Shape::Matrix(left.max(right)),
                (Shape::Matrix(width), Shape::Column) | (Shape::Column, Shape::Matrix(width)) => {
                    Shape::Matrix(width)
                }
                (Shape::Column, Shape::Column) => Shape::Column,
            };
        }
        common
    }

    fn push(&mut self, operation: Operation, element: Element, shape: Shape) -> NodeId {
        // numbers by their bits, since NaN is not equal to itself and 0 is to −0
        let key = match &operation {
            Operation::Number(value) => format!("Number {:x}", value.to_bits()),
            other => format!("{other:?}"),
        };
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node {
            operation,
            element,
            shape,
        });
        self.known.insert(key, id);
        id
    }
}

fn renumber(operation: &mut Operation, places: &[NodeId]) {
    for id in operation.operands_mut() {
        *id = places[id.0 as usize];
    }
}

/// Texts as a list
pub fn texts<'t>(all: impl IntoIterator<Item = &'t str>) -> List {
    let all: Vec<Arc<str>> = all.into_iter().map(Into::into).collect();
    List::Texts(all.into())
}
