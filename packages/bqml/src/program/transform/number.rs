//! Functions of numbers, and casts

use super::Lowering;
use super::value::{Kind, Value};
use crate::program::features::Nullable;
use crate::program::{Binary, Comparison, NodeId, Operation, Unary, Unsupported};

/// 2⁶³: INT64 ends before it
const INT64_END: f64 = 9_223_372_036_854_775_808.0;

impl Lowering<'_> {
    /// A function of numbers; `None` for no function of these
    pub fn number_function(
        &mut self,
        name: &str,
        values: &[Value],
    ) -> Result<Option<Value>, Unsupported> {
        if !known(name) {
            return Ok(None);
        }
        let mut whole = true;
        let mut all = Vec::with_capacity(values.len());
        for value in values {
            whole &= !matches!(
                value,
                Value::Scalar {
                    kind: Kind::Float,
                    ..
                }
            );
            all.push(self.number(value)?);
        }
        let null = self.any_null(&all);
        let kind = if whole { Kind::Integer } else { Kind::Float };
        let nodes: Vec<NodeId> = all.iter().map(|one| one.value).collect();
        Ok(Some(match (name, nodes.as_slice()) {
            ("pi", []) => {
                let value = self.build.number(std::f64::consts::PI);
                self.known(Kind::Float, value)
            }
            ("isnan", [one]) => {
                let value = self.build.is_nan(*one);
                self.scalar(Kind::Bool, value, null)
            }
            ("isinf", [one]) => {
                let value = self.build.is_infinite(*one);
                self.scalar(Kind::Bool, value, null)
            }
            ("isfinite", [one]) => {
                let value = self.finite(*one);
                self.scalar(Kind::Bool, value, null)
            }
            ("greatest" | "least", [first, rest @ ..]) => {
                let function = match name {
                    "greatest" => Binary::Maximum,
                    _ => Binary::Minimum,
                };
                let rest = rest.iter();
                let value = rest.fold(*first, |best, one| self.build.binary(function, best, *one));
                self.scalar(kind, value, null)
            }
            ("gs_safe_divide", [left, right]) | ("gs_divide", [left, right]) => {
                let zero = self.build.number(0.0);
                let by_zero = self.build.compare(Comparison::Equal, *right, zero);
                let value = self.build.divide(*left, *right);
                let null = self.build.or(null, by_zero);
                self.unless_overflow(value, &[*left, *right], null)
            }
            ("gs_add" | "gs_safe_add", [left, right]) => {
                let value = self.build.add(*left, *right);
                self.unless_overflow(value, &[*left, *right], null)
            }
            ("gs_multiply" | "gs_safe_multiply", [left, right]) => {
                let value = self.build.multiply(*left, *right);
                self.unless_overflow(value, &[*left, *right], null)
            }
            ("gs_exp", [one]) => {
                let value = self.build.unary(Unary::Exp, *one);
                self.unless_overflow(value, &[*one], null)
            }
            ("gs_sinh", [one]) => {
                let value = self.build.unary(Unary::Sinh, *one);
                self.unless_overflow(value, &[*one], null)
            }
            ("gs_cosh", [one]) => {
                let value = self.build.unary(Unary::Cosh, *one);
                self.unless_overflow(value, &[*one], null)
            }
            ("gs_pow", [left, right]) => {
                let value = self.build.binary(Binary::Power, *left, *right);
                let nan = self.not_a_number(value, &[*left, *right]);
                let null = self.build.or(null, nan);
                self.unless_overflow(value, &[*left, *right], null)
            }
            ("gs_log", [value, base]) => {
                let value = self.build.unary(Unary::Log, *value);
                let base = self.build.unary(Unary::Log, *base);
                let value = self.build.divide(value, base);
                let finite = self.finite(value);
                let wrong = self.build.not(finite);
                let null = self.build.or(null, wrong);
                self.scalar(Kind::Float, value, null)
            }
            ("gs_round" | "gs_trunc", [value, digits]) => {
                let Operation::Number(digits) = *self.build.operation(*digits) else {
                    return Err(self.unsupported("rounding to a varying number of digits"));
                };
                let power = self.build.number(10_f64.powi(digits.abs() as i32));
                let scaled = match digits < 0.0 {
                    true => self.build.divide(*value, power),
                    false => self.build.multiply(*value, power),
                };
                let rounded = match name {
                    "gs_round" => self.rounded(scaled),
                    _ => self.truncated(scaled),
                };
                let value = match digits < 0.0 {
                    true => self.build.multiply(rounded, power),
                    false => self.build.divide(rounded, power),
                };
                self.scalar(Kind::Float, value, null)
            }
            ("//" | "gs_floor_divide", [left, right]) => {
                let quotient = self.build.divide(*left, *right);
                let value = match name {
                    "//" => self.truncated(quotient),
                    _ => self.build.unary(Unary::Floor, quotient),
                };
                self.nonzero(value, *right, null)
            }
            ("%", [left, right]) => {
                let quotient = self.build.divide(*left, *right);
                let quotient = self.truncated(quotient);
                let product = self.build.multiply(quotient, *right);
                let value = self.build.subtract(*left, product);
                self.nonzero(value, *right, null)
            }
            ("cbrt", [one]) => {
                let third = self.build.number(1.0 / 3.0);
                let size = self.build.unary(Unary::Absolute, *one);
                let root = self.build.binary(Binary::Power, size, third);
                let sign = self.build.unary(Unary::Sign, *one);
                let value = self.build.multiply(sign, root);
                self.scalar(Kind::Float, value, null)
            }
            ("log10", [one]) => {
                let value = self.build.unary(Unary::Log, *one);
                let base = self.build.number(std::f64::consts::LN_10);
                let value = self.build.divide(value, base);
                self.scalar(Kind::Float, value, null)
            }
            ("radians", [one]) => {
                let factor = self.build.number(std::f64::consts::PI / 180.0);
                let value = self.build.multiply(*one, factor);
                self.scalar(Kind::Float, value, null)
            }
            ("degrees", [one]) => {
                let factor = self.build.number(180.0 / std::f64::consts::PI);
                let value = self.build.multiply(*one, factor);
                self.scalar(Kind::Float, value, null)
            }
            ("round", [one]) => {
                let value = self.rounded(*one);
                self.scalar(kind, value, null)
            }
            ("trunc", [one]) => {
                let value = self.truncated(*one);
                self.scalar(kind, value, null)
            }
            ("gs_finite", [one, ..]) => {
                let finite = self.finite(*one);
                let wrong = self.build.not(finite);
                let null = self.build.or(null, wrong);
                self.scalar(Kind::Float, *one, null)
            }
            (_, [one]) => match unary(name) {
                Some((function, keeps)) => {
                    let value = self.build.unary(function, *one);
                    let kind = if keeps { kind } else { Kind::Float };
                    self.scalar(kind, value, null)
                }
                None => return Ok(None),
            },
            (_, [left, right]) => match binary(name) {
                Some(function) => {
                    let value = self.build.binary(function, *left, *right);
                    let kind = match function {
                        Binary::Divide | Binary::Power | Binary::Atan2 => Kind::Float,
                        _ => kind,
                    };
                    self.scalar(kind, value, null)
                }
                None => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    /// A cast to a DuckDB type
    pub fn cast(&mut self, value: Value, ty: &str) -> Result<Value, Unsupported> {
        if let (Value::List(elements), Some(element)) = (&value, ty.strip_suffix("[]")) {
            let cast = elements.iter().map(|one| self.cast(one.clone(), element));
            return cast.collect::<Result<_, _>>().map(Value::List);
        }
        let (kind, at) = self.parts(&value)?;
        let Nullable { null, .. } = at;
        Ok(match (ty, kind) {
            (_, Kind::Null) => value,
            ("DOUBLE", Kind::Float | Kind::Integer | Kind::Bool | Kind::BoolText) => {
                let value = match kind {
                    Kind::BoolText => {
                        let truth = self.truth(&value)?;
                        self.build.to_number(truth.value)
                    }
                    _ => self.number(&value)?.value,
                };
                self.scalar(Kind::Float, value, null)
            }
            ("BIGINT" | "INTEGER", Kind::Integer | Kind::Date) => {
                self.scalar(Kind::Integer, at.value, null)
            }
            ("BIGINT" | "INTEGER", Kind::Bool | Kind::BoolText) => {
                let truth = self.truth(&value)?;
                let value = self.build.to_number(truth.value);
                self.scalar(Kind::Integer, value, null)
            }
            ("BIGINT" | "INTEGER", Kind::Float) => {
                let value = self.rounded(at.value);
                let end = self.build.number(INT64_END);
                let size = self.build.unary(Unary::Absolute, value);
                let fits = self.build.compare(Comparison::Less, size, end);
                let wrong = self.build.not(fits);
                let null = self.build.or(null, wrong);
                self.scalar(Kind::Integer, value, null)
            }
            ("BOOLEAN", Kind::Bool | Kind::BoolText) => value,
            ("BOOLEAN", Kind::Integer) => {
                let zero = self.build.number(0.0);
                let value = self.build.compare(Comparison::NotEqual, at.value, zero);
                self.scalar(Kind::Bool, value, null)
            }
            ("VARCHAR", Kind::Text | Kind::BoolText | Kind::DateText) => {
                self.scalar(Kind::Text, at.value, null)
            }
            ("VARCHAR", Kind::Bool | Kind::Date) => {
                let text = self.category(&value)?;
                self.scalar(Kind::Text, text.value, null)
            }
            ("VARCHAR", Kind::Integer) => {
                let text = self.build.digits(at.value);
                self.scalar(Kind::Text, text, null)
            }
            ("DATE" | "TIMESTAMP" | "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE", _) => {
                self.temporal_cast(&value, ty == "DATE")?
            }
            _ => return Err(self.unsupported(&format!("this cast to {ty}"))),
        })
    }

    /// `CAST('nan' AS DOUBLE)` and its kin
    pub fn special_number(&mut self, text: &str) -> Result<Value, Unsupported> {
        match text.parse::<f64>() {
            Ok(value) => {
                let value = self.build.number(value);
                Ok(self.known(Kind::Float, value))
            }
            Err(_) => Err(self.unsupported("this number")),
        }
    }

    /// Halves away from zero
    pub fn rounded(&mut self, value: NodeId) -> NodeId {
        let whole = self.truncated(value);
        let rest = self.build.subtract(value, whole);
        let rest = self.build.unary(Unary::Absolute, rest);
        let half = self.build.number(0.5);
        let up = self.build.compare(Comparison::GreaterOrEqual, rest, half);
        let sign = self.build.unary(Unary::Sign, value);
        let further = self.build.add(whole, sign);
        self.build.select(up, further, whole)
    }

    /// Towards zero
    pub fn truncated(&mut self, value: NodeId) -> NodeId {
        let zero = self.build.number(0.0);
        let below = self.build.compare(Comparison::Less, value, zero);
        let up = self.build.unary(Unary::Ceiling, value);
        let down = self.build.unary(Unary::Floor, value);
        self.build.select(below, up, down)
    }

    fn finite(&mut self, value: NodeId) -> NodeId {
        let nan = self.build.is_nan(value);
        let infinite = self.build.is_infinite(value);
        let either = self.build.or(nan, infinite);
        self.build.not(either)
    }

    /// Whether a result is NaN where no operand is
    fn not_a_number(&mut self, value: NodeId, operands: &[NodeId]) -> NodeId {
        let mut wrong = self.build.is_nan(value);
        for operand in operands {
            let nan = self.build.is_nan(*operand);
            let fine = self.build.not(nan);
            wrong = self.build.and(wrong, fine);
        }
        wrong
    }

    /// NULL where finite operands give an infinite result
    fn unless_overflow(&mut self, value: NodeId, operands: &[NodeId], null: NodeId) -> Value {
        let mut overflow = self.build.is_infinite(value);
        for operand in operands {
            let finite = self.finite(*operand);
            overflow = self.build.and(overflow, finite);
        }
        let null = self.build.or(null, overflow);
        self.scalar(Kind::Float, value, null)
    }

    fn nonzero(&mut self, value: NodeId, divisor: NodeId, null: NodeId) -> Value {
        let zero = self.build.number(0.0);
        let by_zero = self.build.compare(Comparison::Equal, divisor, zero);
        let null = self.build.or(null, by_zero);
        self.scalar(Kind::Integer, value, null)
    }
}

/// Functions that this file has
fn known(name: &str) -> bool {
    unary(name).is_some()
        || binary(name).is_some()
        || matches!(
            name,
            "pi" | "isnan"
                | "isinf"
                | "isfinite"
                | "greatest"
                | "least"
                | "gs_safe_divide"
                | "gs_divide"
                | "gs_add"
                | "gs_safe_add"
                | "gs_multiply"
                | "gs_safe_multiply"
                | "gs_exp"
                | "gs_sinh"
                | "gs_cosh"
                | "gs_pow"
                | "gs_log"
                | "gs_round"
                | "gs_trunc"
                | "//"
                | "gs_floor_divide"
                | "%"
                | "cbrt"
                | "log10"
                | "radians"
                | "degrees"
                | "round"
                | "trunc"
                | "gs_finite"
        )
}

/// A function of one number, and whether it leaves whole numbers whole
fn unary(name: &str) -> Option<(Unary, bool)> {
    Some(match name {
        "-" => (Unary::Negate, true),
        "abs" => (Unary::Absolute, true),
        "sign" => (Unary::Sign, true),
        "floor" => (Unary::Floor, true),
        "ceil" => (Unary::Ceiling, true),
        "sqrt" => (Unary::SquareRoot, false),
        "exp" => (Unary::Exp, false),
        "ln" => (Unary::Log, false),
        "sin" => (Unary::Sin, false),
        "cos" => (Unary::Cos, false),
        "tan" => (Unary::Tan, false),
        "asin" => (Unary::Asin, false),
        "acos" => (Unary::Acos, false),
        "atan" => (Unary::Atan, false),
        "sinh" => (Unary::Sinh, false),
        "cosh" => (Unary::Cosh, false),
        "tanh" => (Unary::Tanh, false),
        "asinh" => (Unary::Asinh, false),
        "acosh" => (Unary::Acosh, false),
        "atanh" => (Unary::Atanh, false),
        _ => return None,
    })
}

fn binary(name: &str) -> Option<Binary> {
    Some(match name {
        "+" => Binary::Add,
        "-" => Binary::Subtract,
        "*" => Binary::Multiply,
        "/" => Binary::Divide,
        "atan2" => Binary::Atan2,
        "pow" => Binary::Power,
        _ => return None,
    })
}
