//! Functions in JavaScript: arguments and results cross as JSON whose leaves are texts
//!
//! Which JavaScript value a type becomes, and back:
//! <https://cloud.google.com/bigquery/docs/user-defined-functions#supported-javascript-udf-data-types>

use std::ops::Range;

use serde_json::{Value as Json, json};
use sqlparser::ast::{Expr, Value};

use super::Resolver;
use crate::parse::statement::{CreateFunction, FunctionBody};
use crate::tree::{Node, Typed};
use crate::type_text::physical_field;
use crate::{Error, Type, quote_identifier};

impl Resolver<'_> {
    /// The call of a function whose body is JavaScript
    pub fn javascript(
        &self,
        function: &CreateFunction,
        arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let FunctionBody::JavaScript(code) = &function.body else {
            return Err(self.unsupported("this function", span));
        };
        let place = &function.path.span;
        let returns = match &function.returns {
            Some(ty) => self.data_type(ty, place)?,
            None => return Err(self.invalid("a function in JavaScript needs RETURNS", span)),
        };
        let mut parameters = Vec::new();
        let mut fields = Vec::new();
        for (at, (parameter, argument)) in function.parameters.iter().zip(arguments).enumerate() {
            let ty = self.described(&argument.ty, &span)?;
            parameters.push(json!([parameter.name.text, ty]));
            fields.push((format!("a{at}"), self.encoded(argument)?));
        }
        let definition = json!({
            "parameters": parameters,
            "returns": self.described(&returns, &span)?,
            "libraries": self.libraries(function)?,
            "code": code.text,
        });
        let definition = self.string(&definition.to_string(), span.clone());
        let fields = match fields.is_empty() {
            true => self.string("{}", span.clone()),
            false => {
                let row = Typed::new(Type::Struct(Vec::new()), Node::Struct(fields), span.clone());
                Typed::apply(
                    Type::String,
                    "CAST(to_json($0) AS VARCHAR)",
                    vec![row],
                    span.clone(),
                )
            }
        };
        // a function that draws random numbers must not be taken for a constant
        let volatile = !function.deterministic && code.text.contains("random");
        let template = match volatile {
            true => "gs_javascript($0, $1, random())",
            false => "gs_javascript($0, $1, 0.0::DOUBLE)",
        };
        let answer = Typed {
            exact: true,
            ..Typed::apply(
                Type::String,
                template,
                vec![definition, fields],
                span.clone(),
            )
        };
        let answer = match &returns {
            Type::Array(_) | Type::Struct(_) => {
                let template = format!("CAST(CAST($0 AS JSON) AS {})", carrier(&returns));
                Typed::apply(Type::String, template, vec![answer], span)
            }
            _ => answer,
        };
        Ok(self.decoded(answer, &returns)?.into_exact())
    }

    /// A type as the JavaScript side knows it
    fn described(&self, ty: &Type, span: &Range<usize>) -> Result<Json, Error> {
        Ok(match ty {
            Type::Array(element) => json!({"array": self.described(element, span)?}),
            Type::Struct(fields) => {
                let fields = fields
                    .iter()
                    .map(|field| match &field.name {
                        Some(name) => Ok(json!([name, self.described(&field.ty, span)?])),
                        None => Err(self.unsupported(
                            "a struct with a nameless field in JavaScript",
                            span.clone(),
                        )),
                    })
                    .collect::<Result<Vec<_>, Error>>()?;
                json!({"struct": fields})
            }
            Type::Interval | Type::Range(_) | Type::DateTime | Type::Time => {
                return Err(self.invalid(
                    format!("{ty} is no type of a function in JavaScript"),
                    span.clone(),
                ));
            }
            other => json!(other.to_string()),
        })
    }

    /// A value whose leaves are texts
    fn encoded(&self, value: Typed) -> Result<Typed, Error> {
        let span = value.span.clone();
        Ok(match value.ty.clone() {
            Type::String => value,
            Type::Bytes => Typed::apply(Type::String, "base64($0)", vec![value], span),
            Type::Json => Typed::apply(Type::String, "CAST($0 AS VARCHAR)", vec![value], span),
            Type::Timestamp => Typed::apply(
                Type::String,
                "CAST(epoch_us($0) AS VARCHAR)",
                vec![value],
                span,
            ),
            Type::Array(_) | Type::Struct(_) => {
                self.part_by_part(value, &mut |part| self.encoded(part))?
            }
            _ => self.cast(value, &Type::String, false)?,
        })
    }

    /// A value of its type out of one whose leaves are texts
    fn decoded(&self, value: Typed, ty: &Type) -> Result<Typed, Error> {
        let span = value.span.clone();
        Ok(match ty {
            Type::String => Typed {
                ty: Type::String,
                ..value
            },
            Type::Bytes => Typed::apply(Type::Bytes, "from_base64($0)", vec![value], span),
            Type::Json => Typed::apply(Type::Json, "CAST($0 AS JSON)", vec![value], span),
            Type::Array(element) => {
                let name = self.fresh("element");
                let inner = Typed::text(Type::String, quote_identifier(&name), span.clone());
                let inner = self.decoded(inner, element)?.into_exact();
                let template =
                    format!("list_transform($0, lambda {}: $1)", quote_identifier(&name));
                Typed::apply(ty.clone(), template, vec![value, inner], span)
            }
            Type::Struct(fields) => {
                let mut parts = Vec::new();
                for (at, field) in fields.iter().enumerate() {
                    let name = physical_field(fields, at);
                    let part =
                        self.struct_field(value.clone(), at, Type::String, &name, span.clone());
                    parts.push((name, self.decoded(part, &field.ty)?.into_exact()));
                }
                let parts = Typed::new(ty.clone(), Node::Struct(parts), span.clone());
                Typed::apply(
                    ty.clone(),
                    "CASE WHEN $0 IS NULL THEN NULL ELSE $1 END",
                    vec![value, parts],
                    span,
                )
            }
            other => self.cast(value, other, false)?,
        })
    }

    /// The texts of `OPTIONS (library = …)`
    fn libraries(&self, function: &CreateFunction) -> Result<Vec<String>, Error> {
        let mut texts = Vec::new();
        for option in &function.options {
            if !option.name.text.eq_ignore_ascii_case("library") {
                continue;
            }
            let paths: Vec<&Expr> = match &option.value {
                Expr::Array(array) => array.elem.iter().collect(),
                one => vec![one],
            };
            for path in paths {
                let Expr::Value(value) = path else {
                    return Err(self.invalid("expected the path of a library", option.span.clone()));
                };
                let Value::SingleQuotedString(uri) = &value.value else {
                    return Err(self.invalid("expected the path of a library", option.span.clone()));
                };
                let file = self.catalog.file(uri, option.span.clone())?;
                let text = std::fs::read_to_string(&file).map_err(|failure| {
                    let message = format!("the library `{uri}` cannot be read: {failure}");
                    self.invalid(message, option.span.clone())
                })?;
                texts.push(text);
            }
        }
        Ok(texts)
    }
}

/// The DuckDB type of a value whose leaves are texts
fn carrier(ty: &Type) -> String {
    match ty {
        Type::Array(element) => format!("{}[]", carrier(element)),
        Type::Struct(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .enumerate()
                .map(|(at, field)| {
                    let name = quote_identifier(&physical_field(fields, at));
                    format!("{name} {}", carrier(&field.ty))
                })
                .collect();
            format!("STRUCT({})", fields.join(", "))
        }
        _ => "VARCHAR".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_texts() {
        let field = |name: &str, ty| crate::Field {
            name: Some(name.to_owned()),
            ty,
        };
        let list = Type::Array(Box::new(Type::Struct(vec![
            field("a", Type::Int64),
            field("b", Type::Date),
        ])));
        assert_eq!(carrier(&list), "STRUCT(\"a\" VARCHAR, \"b\" VARCHAR)[]");
    }
}
