//! A graph of TensorFlow's operations that is being written

use std::collections::BTreeMap;

use super::message::{
    Attribute, AttributeValue, BOOL, DOUBLE, Graph, INT64, NodeDef, STRING, Tensor, TensorShape,
    Versions, small_integers,
};
use crate::program::Element;

/// The version of graphs that TensorFlow 1.15 writes
const PRODUCER: i32 = 134;

/// Nodes so far, and what must run once before the first request
#[derive(Debug, Default)]
pub struct Writer {
    nodes: Vec<NodeDef>,
    /// Operations that fill lookup tables
    pub initializers: Vec<String>,
}

/// Something that an operation may be told
pub enum Setting {
    Type(i32),
    Integer(i64),
    Bool(bool),
    Text(&'static str),
    Pattern(String),
    Shape(TensorShape),
    Tensor(Tensor),
}

impl Writer {
    /// Adds an operation and gives the name of its first result
    pub fn add(&mut self, op: &str, inputs: &[&str], settings: Vec<(&str, Setting)>) -> String {
        let name = format!("{op}_{}", self.nodes.len());
        self.add_named(name, op, inputs, settings)
    }

    /// The same with a name
    pub fn add_named(
        &mut self,
        name: String,
        op: &str,
        inputs: &[&str],
        settings: Vec<(&str, Setting)>,
    ) -> String {
        let attributes: BTreeMap<String, Attribute> = settings
            .into_iter()
            .map(|(name, setting)| (name.to_owned(), attribute(setting)))
            .collect();
        self.nodes.push(NodeDef {
            name: name.clone(),
            op: op.to_owned(),
            inputs: inputs.iter().map(|input| (*input).to_owned()).collect(),
            attributes,
        });
        name
    }

    /// A constant
    pub fn constant(&mut self, value: Tensor) -> String {
        let dtype = value.dtype;
        self.add(
            "Const",
            &[],
            vec![
                ("dtype", Setting::Type(dtype)),
                ("value", Setting::Tensor(value)),
            ],
        )
    }

    /// A constant 32-bit number, as axes and sizes are
    pub fn size(&mut self, value: i32) -> String {
        self.constant(small_integers(&[], &[value]))
    }

    /// Another type of number
    pub fn cast(&mut self, value: &str, from: i32, to: i32) -> String {
        self.add(
            "Cast",
            &[value],
            vec![("SrcT", Setting::Type(from)), ("DstT", Setting::Type(to))],
        )
    }

    /// Elements at positions along an axis, of which the first `batch` ones go together
    pub fn gather(&mut self, params: &str, ty: i32, index: &str, axis: i32, batch: i64) -> String {
        let axis = self.size(axis);
        self.add(
            "GatherV2",
            &[params, index, &axis],
            vec![
                ("Tparams", Setting::Type(ty)),
                ("Tindices", Setting::Type(INT64)),
                ("Taxis", Setting::Type(super::message::INT32)),
                ("batch_dims", Setting::Integer(batch)),
            ],
        )
    }

    /// The graph
    pub fn finish(self) -> Graph {
        Graph {
            nodes: self.nodes,
            versions: Some(Versions {
                producer: PRODUCER,
                min_consumer: 0,
            }),
        }
    }
}

/// The type of a node's values
pub fn dtype(element: Element) -> i32 {
    match element {
        Element::Number => DOUBLE,
        Element::Text => STRING,
        Element::Bool => BOOL,
        Element::Index => INT64,
    }
}

fn attribute(setting: Setting) -> Attribute {
    Attribute {
        value: Some(match setting {
            Setting::Type(ty) => AttributeValue::Type(ty),
            Setting::Integer(value) => AttributeValue::Integer(value),
            Setting::Bool(value) => AttributeValue::Bool(value),
            Setting::Text(text) => AttributeValue::Text(text.as_bytes().to_vec()),
            Setting::Pattern(text) => AttributeValue::Text(text.into_bytes()),
            Setting::Shape(shape) => AttributeValue::Shape(shape),
            Setting::Tensor(tensor) => AttributeValue::Tensor(tensor),
        }),
    }
}
