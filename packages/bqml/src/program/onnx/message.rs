//! ONNX's protocol buffers, as far as a model without subgraphs needs them
//!
//! Field numbers are those of `onnx/onnx.proto`.

use prost::Message;

/// `DOUBLE`
pub const DOUBLE: i32 = 11;
/// `FLOAT`
pub const FLOAT: i32 = 1;
/// `STRING`
pub const STRING: i32 = 8;
/// `INT64`
pub const INT64: i32 = 7;
/// `BOOL`
pub const BOOL: i32 = 9;

/// The type of an attribute that is a whole number
pub const ATTRIBUTE_INTEGER: i32 = 2;
/// The type of an attribute that is a text
pub const ATTRIBUTE_TEXT: i32 = 3;
/// The type of an attribute that is a list of whole numbers
pub const ATTRIBUTE_INTEGERS: i32 = 7;
/// The type of an attribute that is a list of texts
pub const ATTRIBUTE_TEXTS: i32 = 8;

#[derive(Clone, PartialEq, Message)]
pub struct ModelProto {
    #[prost(int64, tag = "1")]
    pub ir_version: i64,
    #[prost(string, tag = "2")]
    pub producer_name: String,
    #[prost(message, optional, tag = "7")]
    pub graph: Option<GraphProto>,
    #[prost(message, repeated, tag = "8")]
    pub opset_import: Vec<OperatorSet>,
}

#[derive(Clone, PartialEq, Message)]
pub struct OperatorSet {
    #[prost(string, tag = "1")]
    pub domain: String,
    #[prost(int64, tag = "2")]
    pub version: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct GraphProto {
    #[prost(message, repeated, tag = "1")]
    pub nodes: Vec<NodeProto>,
    #[prost(string, tag = "2")]
    pub name: String,
    #[prost(message, repeated, tag = "5")]
    pub initializers: Vec<TensorProto>,
    #[prost(message, repeated, tag = "11")]
    pub inputs: Vec<ValueInfo>,
    #[prost(message, repeated, tag = "12")]
    pub outputs: Vec<ValueInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub struct NodeProto {
    #[prost(string, repeated, tag = "1")]
    pub inputs: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub outputs: Vec<String>,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(string, tag = "4")]
    pub op_type: String,
    #[prost(message, repeated, tag = "5")]
    pub attributes: Vec<AttributeProto>,
    #[prost(string, tag = "7")]
    pub domain: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct AttributeProto {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(int64, tag = "3")]
    pub integer: i64,
    #[prost(bytes = "vec", tag = "4")]
    pub text: Vec<u8>,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub integers: Vec<i64>,
    #[prost(bytes = "vec", repeated, tag = "9")]
    pub texts: Vec<Vec<u8>>,
    #[prost(int32, tag = "20")]
    pub ty: i32,
}

#[derive(Clone, PartialEq, Message)]
pub struct TensorProto {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub dimensions: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub data_type: i32,
    #[prost(bytes = "vec", repeated, tag = "6")]
    pub texts: Vec<Vec<u8>>,
    #[prost(string, tag = "8")]
    pub name: String,
    #[prost(bytes = "vec", tag = "9")]
    pub content: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ValueInfo {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, optional, tag = "2")]
    pub ty: Option<TypeProto>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TypeProto {
    #[prost(message, optional, tag = "1")]
    pub tensor: Option<TensorType>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TensorType {
    #[prost(int32, tag = "1")]
    pub element: i32,
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    #[prost(message, repeated, tag = "1")]
    pub dimensions: Vec<Dimension>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Dimension {
    #[prost(int64, optional, tag = "1")]
    pub size: Option<i64>,
    #[prost(string, optional, tag = "2")]
    pub parameter: Option<String>,
}

/// What goes in or comes out: so many rows, and perhaps so many values in each
pub fn value(name: &str, element: i32, width: Option<usize>) -> ValueInfo {
    let mut dimensions = vec![Dimension {
        size: None,
        parameter: Some("rows".to_owned()),
    }];
    dimensions.extend(width.map(|width| Dimension {
        size: Some(width as i64),
        parameter: None,
    }));
    ValueInfo {
        name: name.to_owned(),
        ty: Some(TypeProto {
            tensor: Some(TensorType {
                element,
                shape: Some(Shape { dimensions }),
            }),
        }),
    }
}

/// A tensor of numbers
pub fn numbers(dimensions: &[i64], values: &[f64]) -> TensorProto {
    let content = values.iter().flat_map(|value| value.to_le_bytes());
    fixed(DOUBLE, dimensions, content.collect())
}

/// A tensor of numbers of half the size
pub fn small_numbers(dimensions: &[i64], values: &[f32]) -> TensorProto {
    let content = values.iter().flat_map(|value| value.to_le_bytes());
    fixed(FLOAT, dimensions, content.collect())
}

/// A tensor of whole numbers
pub fn integers(dimensions: &[i64], values: &[i64]) -> TensorProto {
    let content = values.iter().flat_map(|value| value.to_le_bytes());
    fixed(INT64, dimensions, content.collect())
}

/// A truth
pub fn truth(value: bool) -> TensorProto {
    fixed(BOOL, &[], vec![u8::from(value)])
}

/// A tensor of texts
pub fn texts<T: AsRef<str>>(dimensions: &[i64], values: &[T]) -> TensorProto {
    TensorProto {
        texts: values
            .iter()
            .map(|value| value.as_ref().as_bytes().to_vec())
            .collect(),
        ..fixed(STRING, dimensions, Vec::new())
    }
}

fn fixed(data_type: i32, dimensions: &[i64], content: Vec<u8>) -> TensorProto {
    TensorProto {
        dimensions: dimensions.to_vec(),
        data_type,
        texts: Vec::new(),
        name: String::new(),
        content,
    }
}
