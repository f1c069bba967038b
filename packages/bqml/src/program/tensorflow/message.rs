//! TensorFlow's protocol buffers, as far as a SavedModel without variables needs them
//!
//! Field numbers are those of `tensorflow/core/protobuf/{saved_model,meta_graph}.proto` and
//! `tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape,types}.proto`.

use std::collections::BTreeMap;

use prost::Message;

/// `DT_DOUBLE`
pub const DOUBLE: i32 = 2;
/// `DT_INT32`
pub const INT32: i32 = 3;
/// `DT_STRING`
pub const STRING: i32 = 7;
/// `DT_INT64`
pub const INT64: i32 = 9;
/// `DT_BOOL`
pub const BOOL: i32 = 10;

#[derive(Clone, PartialEq, Message)]
pub struct SavedModel {
    #[prost(int64, tag = "1")]
    pub saved_model_schema_version: i64,
    #[prost(message, repeated, tag = "2")]
    pub meta_graphs: Vec<MetaGraph>,
}

#[derive(Clone, PartialEq, Message)]
pub struct MetaGraph {
    #[prost(message, optional, tag = "1")]
    pub meta_info: Option<MetaInfo>,
    #[prost(message, optional, tag = "2")]
    pub graph: Option<Graph>,
    #[prost(btree_map = "string, message", tag = "5")]
    pub signatures: BTreeMap<String, Signature>,
}

#[derive(Clone, PartialEq, Message)]
pub struct MetaInfo {
    #[prost(string, repeated, tag = "4")]
    pub tags: Vec<String>,
    #[prost(string, tag = "5")]
    pub tensorflow_version: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Graph {
    #[prost(message, repeated, tag = "1")]
    pub nodes: Vec<NodeDef>,
    #[prost(message, optional, tag = "4")]
    pub versions: Option<Versions>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Versions {
    #[prost(int32, tag = "1")]
    pub producer: i32,
    #[prost(int32, tag = "2")]
    pub min_consumer: i32,
}

#[derive(Clone, PartialEq, Message)]
pub struct NodeDef {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub op: String,
    #[prost(string, repeated, tag = "3")]
    pub inputs: Vec<String>,
    #[prost(btree_map = "string, message", tag = "5")]
    pub attributes: BTreeMap<String, Attribute>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Attribute {
    #[prost(oneof = "AttributeValue", tags = "2, 3, 5, 6, 7, 8")]
    pub value: Option<AttributeValue>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub enum AttributeValue {
    #[prost(bytes, tag = "2")]
    Text(Vec<u8>),
    #[prost(int64, tag = "3")]
    Integer(i64),
    #[prost(bool, tag = "5")]
    Bool(bool),
    #[prost(int32, tag = "6")]
    Type(i32),
    #[prost(message, tag = "7")]
    Shape(TensorShape),
    #[prost(message, tag = "8")]
    Tensor(Tensor),
}

#[derive(Clone, PartialEq, Message)]
pub struct TensorShape {
    #[prost(message, repeated, tag = "2")]
    pub dimensions: Vec<Dimension>,
    #[prost(bool, tag = "3")]
    pub unknown_rank: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct Dimension {
    #[prost(int64, tag = "1")]
    pub size: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Tensor {
    #[prost(int32, tag = "1")]
    pub dtype: i32,
    #[prost(message, optional, tag = "2")]
    pub shape: Option<TensorShape>,
    #[prost(bytes = "vec", tag = "4")]
    pub content: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "8")]
    pub texts: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Signature {
    #[prost(btree_map = "string, message", tag = "1")]
    pub inputs: BTreeMap<String, TensorInfo>,
    #[prost(btree_map = "string, message", tag = "2")]
    pub outputs: BTreeMap<String, TensorInfo>,
    #[prost(string, tag = "3")]
    pub method_name: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct TensorInfo {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(int32, tag = "2")]
    pub dtype: i32,
    #[prost(message, optional, tag = "3")]
    pub shape: Option<TensorShape>,
}

/// A shape by its sizes; −1 is any
pub fn shape(sizes: &[i64]) -> TensorShape {
    TensorShape {
        dimensions: sizes.iter().map(|size| Dimension { size: *size }).collect(),
        unknown_rank: false,
    }
}

/// A tensor of numbers
pub fn numbers(sizes: &[i64], values: &[f64]) -> Tensor {
    let content = values.iter().flat_map(|value| value.to_le_bytes());
    fixed(DOUBLE, sizes, content.collect())
}

/// A tensor of 64-bit whole numbers
pub fn integers(sizes: &[i64], values: &[i64]) -> Tensor {
    let content = values.iter().flat_map(|value| value.to_le_bytes());
    fixed(INT64, sizes, content.collect())
}

/// A tensor of 32-bit whole numbers
pub fn small_integers(sizes: &[i64], values: &[i32]) -> Tensor {
    let content = values.iter().flat_map(|value| value.to_le_bytes());
    fixed(INT32, sizes, content.collect())
}

/// A truth
pub fn truth(value: bool) -> Tensor {
    fixed(BOOL, &[], vec![u8::from(value)])
}

/// A tensor of texts
pub fn texts<T: AsRef<str>>(sizes: &[i64], values: &[T]) -> Tensor {
    Tensor {
        dtype: STRING,
        shape: Some(shape(sizes)),
        content: Vec::new(),
        texts: values
            .iter()
            .map(|value| value.as_ref().as_bytes().to_vec())
            .collect(),
    }
}

fn fixed(dtype: i32, sizes: &[i64], content: Vec<u8>) -> Tensor {
    Tensor {
        dtype,
        shape: Some(shape(sizes)),
        content,
        texts: Vec::new(),
    }
}
