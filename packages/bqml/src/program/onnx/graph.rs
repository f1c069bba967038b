//! A graph of ONNX's operators that is being written

use super::message::{
    ATTRIBUTE_INTEGER, ATTRIBUTE_INTEGERS, ATTRIBUTE_TEXT, ATTRIBUTE_TEXTS, AttributeProto,
    GraphProto, NodeProto, TensorProto, integers,
};

/// The domain of operators of classical machine learning
pub const CLASSICAL: &str = "ai.onnx.ml";

/// Nodes and constants so far
#[derive(Debug, Default)]
pub struct Writer {
    /// The graph without its ends
    pub graph: GraphProto,
}

/// Something that an operator may be told
pub enum Setting {
    Integer(i64),
    Text(String),
    Integers(Vec<i64>),
    Texts(Vec<String>),
}

impl Writer {
    /// Adds an operator and gives the name of its result
    pub fn add(&mut self, op: &str, inputs: &[&str], settings: Vec<(&str, Setting)>) -> String {
        self.add_several("", op, inputs, 1, settings).remove(0)
    }

    /// Adds an operator with several results
    pub fn add_several(
        &mut self,
        domain: &str,
        op: &str,
        inputs: &[&str],
        results: usize,
        settings: Vec<(&str, Setting)>,
    ) -> Vec<String> {
        let name = format!("{op}_{}", self.graph.nodes.len());
        let outputs: Vec<String> = (0..results).map(|at| format!("{name}_{at}")).collect();
        self.graph.nodes.push(NodeProto {
            inputs: inputs.iter().map(|input| (*input).to_owned()).collect(),
            outputs: outputs.clone(),
            name,
            op_type: op.to_owned(),
            attributes: settings
                .into_iter()
                .map(|(name, setting)| attribute(name, setting))
                .collect(),
            domain: domain.to_owned(),
        });
        outputs
    }

    /// A constant
    pub fn constant(&mut self, mut value: TensorProto) -> String {
        let name = format!("constant_{}", self.graph.initializers.len());
        value.name.clone_from(&name);
        self.graph.initializers.push(value);
        name
    }

    /// A list of whole numbers, as shapes and axes are
    pub fn sizes(&mut self, values: &[i64]) -> String {
        self.constant(integers(&[values.len() as i64], values))
    }

    /// Another type
    pub fn cast(&mut self, value: &str, to: i32) -> String {
        self.add(
            "Cast",
            &[value],
            vec![("to", Setting::Integer(i64::from(to)))],
        )
    }
}

fn attribute(name: &str, setting: Setting) -> AttributeProto {
    let mut attribute = AttributeProto {
        name: name.to_owned(),
        ..AttributeProto::default()
    };
    match setting {
        Setting::Integer(value) => {
            attribute.ty = ATTRIBUTE_INTEGER;
            attribute.integer = value;
        }
        Setting::Text(text) => {
            attribute.ty = ATTRIBUTE_TEXT;
            attribute.text = text.into_bytes();
        }
        Setting::Integers(values) => {
            attribute.ty = ATTRIBUTE_INTEGERS;
            attribute.integers = values;
        }
        Setting::Texts(texts) => {
            attribute.ty = ATTRIBUTE_TEXTS;
            attribute.texts = texts.into_iter().map(String::into_bytes).collect();
        }
    }
    attribute
}
