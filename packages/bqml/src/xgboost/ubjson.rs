//! Universal Binary JSON as XGBoost reads it, <https://ubjson.org> with lists of one type

/// A value
pub enum Value {
    /// A text
    Text(String),
    /// Any values
    List(Vec<Value>),
    /// Single-precision numbers
    Floats(Vec<f32>),
    /// 32-bit whole numbers
    Integers(Vec<i32>),
    /// 64-bit whole numbers
    Longs(Vec<i64>),
    /// Bytes
    Bytes(Vec<u8>),
    /// A whole number
    Integer(i32),
    /// Fields by name
    Object(Vec<(&'static str, Value)>),
}

impl Value {
    /// A number as XGBoost's parameters are: a text
    pub fn parameter(value: impl ToString) -> Self {
        Self::Text(value.to_string())
    }

    /// The bytes
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                out.push(b'S');
                write_text(text, out);
            }
            Self::List(values) => {
                out.extend(b"[#");
                write_length(values.len(), out);
                for value in values {
                    value.write(out);
                }
            }
            Self::Floats(values) => {
                write_typed(b'd', values.len(), out);
                out.extend(values.iter().flat_map(|value| value.to_be_bytes()));
            }
            Self::Integers(values) => {
                write_typed(b'l', values.len(), out);
                out.extend(values.iter().flat_map(|value| value.to_be_bytes()));
            }
            Self::Longs(values) => {
                write_typed(b'L', values.len(), out);
                out.extend(values.iter().flat_map(|value| value.to_be_bytes()));
            }
            Self::Bytes(values) => {
                write_typed(b'U', values.len(), out);
                out.extend(values);
            }
            Self::Integer(value) => {
                out.push(b'l');
                out.extend(value.to_be_bytes());
            }
            Self::Object(fields) => {
                out.push(b'{');
                for (name, value) in fields {
                    write_text(name, out);
                    value.write(out);
                }
                out.push(b'}');
            }
        }
    }
}

fn write_typed(ty: u8, length: usize, out: &mut Vec<u8>) {
    out.extend([b'[', b'$', ty, b'#']);
    write_length(length, out);
}

fn write_length(length: usize, out: &mut Vec<u8>) {
    out.push(b'L');
    out.extend((length as i64).to_be_bytes());
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    write_length(text.len(), out);
    out.extend(text.as_bytes());
}
