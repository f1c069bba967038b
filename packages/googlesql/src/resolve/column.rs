//! Columns as declared in `CREATE TABLE` and `ADD COLUMN`

use std::collections::BTreeMap;

use sqlparser::ast::{ArrayElemTypeDef, DataType, ExactNumberInfo, SqlOption, StructField};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::Resolver;
use super::options::{Owner, merged};
use super::scope::{Scope, same};
use crate::metadata::{ColumnMetadata, StoredOption};
use crate::parse::statement as parsed;
use crate::{Column, Error, Type, quote_identifier};

impl Resolver<'_> {
    pub fn declared_columns(&self, specs: &[parsed::ColumnSpec]) -> Result<Vec<Column>, Error> {
        let mut columns: Vec<Column> = Vec::new();
        for spec in specs {
            let name = &spec.name.text;
            if columns.iter().any(|other| same(&other.name, name)) {
                let message = format!("column `{name}` is declared twice");
                return Err(self.invalid(message, spec.name.span.clone()));
            }
            let (ty, _) = self.limited_type(&spec.ty, &spec.name.span)?;
            columns.push(Column::new(name.clone(), ty));
        }
        Ok(columns)
    }

    /// A line for each declared column
    pub fn written_columns(
        &self,
        specs: &[parsed::ColumnSpec],
        columns: &[Column],
    ) -> Result<Vec<String>, Error> {
        specs
            .iter()
            .zip(columns)
            .map(|(spec, column)| Ok(format!("  {}", self.written_column(spec, column)?)))
            .collect()
    }

    pub fn written_column(
        &self,
        spec: &parsed::ColumnSpec,
        column: &Column,
    ) -> Result<String, Error> {
        let name = quote_identifier(&column.name);
        let mut line = format!("{name} {}", column.ty.duckdb());
        if spec.not_null {
            if matches!(column.ty, Type::Array(_)) {
                let message = "an array is never NULL in a table, so it cannot be NOT NULL";
                return Err(self.invalid(message, spec.name.span.clone()));
            }
            line.push_str(" NOT NULL");
        }
        if let Some(default) = &spec.default {
            line.push_str(&format!(
                " DEFAULT ({})",
                self.default_value(default, column)?
            ));
        }
        if spec.default.is_none() && matches!(column.ty, Type::Array(_)) {
            line.push_str(" DEFAULT ([])");
        }
        Ok(line)
    }

    pub fn default_value(
        &self,
        default: &sqlparser::ast::Expr,
        column: &Column,
    ) -> Result<String, Error> {
        let value = self.expression(default, &Scope::default())?;
        let has_query = |token: &TokenWithSpan| matches!(&token.token, Token::Word(word) if word.keyword == Keyword::SELECT);
        if crate::lex::lex(&default.to_string())?.iter().any(has_query) {
            let message = "a default value cannot have a subquery";
            return Err(self.invalid(message, self.span(default)));
        }
        let value = self.assign(value, &column.ty, &column.name)?;
        Ok(self.stored(value).sql())
    }

    pub fn column_metadata(
        &self,
        sql: &str,
        spec: &parsed::ColumnSpec,
    ) -> Result<ColumnMetadata, Error> {
        let options = self.stored_options(sql, &spec.options, Owner::Column)?;
        Ok(ColumnMetadata {
            options: merged(Vec::new(), options),
            default: spec.default.as_ref().map(ToString::to_string),
            fields: self.field_options(sql, &spec.ty)?,
            written_type: is_limited(&spec.ty).then(|| bare(&spec.ty).to_string()),
        })
    }

    /// `OPTIONS` of the fields inside a type, by their paths in lower case
    fn field_options(
        &self,
        sql: &str,
        ty: &DataType,
    ) -> Result<BTreeMap<String, Vec<StoredOption>>, Error> {
        let mut found = BTreeMap::new();
        let fields = match ty {
            DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => {
                return self.field_options(sql, element);
            }
            DataType::Struct(fields, _) => fields,
            _ => return Ok(found),
        };
        for field in fields {
            let Some(name) = &field.field_name else {
                continue;
            };
            let own = name.value.to_lowercase();
            let items: Vec<_> = field
                .options
                .iter()
                .flatten()
                .filter_map(|option| match option {
                    SqlOption::KeyValue { key, value } => Some(parsed::OptionItem {
                        name: parsed::Name {
                            text: key.value.clone(),
                            span: self.ident_span(key),
                        },
                        value: value.clone(),
                        span: self.ident_span(key).start..self.span(value).end,
                    }),
                    _ => None,
                })
                .collect();
            let options = merged(Vec::new(), self.stored_options(sql, &items, Owner::Column)?);
            for (path, options) in self.field_options(sql, &field.field_type)? {
                found.insert(format!("{own}.{path}"), options);
            }
            if !options.is_empty() {
                found.insert(own, options);
            }
        }
        Ok(found)
    }
}

/// The type without the options of its fields
fn bare(ty: &DataType) -> DataType {
    match ty {
        DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => {
            DataType::Array(ArrayElemTypeDef::AngleBracket(Box::new(bare(element))))
        }
        DataType::Struct(fields, brackets) => {
            let plain = fields.iter().map(|field| StructField {
                field_name: field.field_name.clone(),
                field_type: bare(&field.field_type),
                options: None,
            });
            DataType::Struct(plain.collect(), *brackets)
        }
        other => other.clone(),
    }
}

/// Whether a type has a length or precision, itself or inside
pub fn is_limited(ty: &DataType) -> bool {
    any_part(ty, &|part| match part {
        DataType::String(length) | DataType::Bytes(length) => length.is_some(),
        other => has_precision(other),
    })
}

/// Whether values of a type are rounded, themselves or inside
pub fn rounds(ty: &DataType) -> bool {
    any_part(ty, &has_precision)
}

fn has_precision(ty: &DataType) -> bool {
    match ty {
        DataType::Numeric(info)
        | DataType::Decimal(info)
        | DataType::BigNumeric(info)
        | DataType::BigDecimal(info) => *info != ExactNumberInfo::None,
        _ => false,
    }
}

fn any_part(ty: &DataType, test: &dyn Fn(&DataType) -> bool) -> bool {
    match ty {
        DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => any_part(element, test),
        DataType::Struct(fields, _) => fields.iter().any(|field| any_part(&field.field_type, test)),
        other => test(other),
    }
}

/// Whether a column of one type may become one of another: all its values are values of the other
pub fn widens(from: &DataType, to: &DataType) -> bool {
    let wider = |from: &Option<u64>, to: &Option<u64>| match (from, to) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(from), Some(to)) => from <= to,
    };
    match (from, to) {
        (DataType::String(from), DataType::String(to))
        | (DataType::Bytes(from), DataType::Bytes(to)) => wider(from, to),
        (DataType::Array(from), DataType::Array(to)) => match (from, to) {
            (ArrayElemTypeDef::AngleBracket(from), ArrayElemTypeDef::AngleBracket(to)) => {
                widens(from, to)
            }
            _ => false,
        },
        (DataType::Struct(from, _), DataType::Struct(to, _)) => {
            from.len() == to.len()
                && from.iter().zip(to).all(|(from, to)| {
                    from.field_name == to.field_name && widens(&from.field_type, &to.field_type)
                })
        }
        _ => match (digits(from), digits(to)) {
            (Some((whole, behind)), Some((most_whole, most_behind))) => {
                whole <= most_whole && behind <= most_behind
            }
            (Some(_), None) => *to == DataType::Float64 && !matches!(from, DataType::BigNumeric(_)),
            _ => from == to,
        },
    }
}

/// The digits before and behind the point that a number's type takes
fn digits(ty: &DataType) -> Option<(u64, u64)> {
    let (info, all) = match ty {
        DataType::Int64 => return Some((19, 0)),
        DataType::Numeric(info) | DataType::Decimal(info) => (info, (29, 9)),
        DataType::BigNumeric(info) | DataType::BigDecimal(info) => (info, (38, 38)),
        _ => return None,
    };
    Some(match info {
        ExactNumberInfo::None => all,
        ExactNumberInfo::Precision(precision) => (*precision, 0),
        ExactNumberInfo::PrecisionAndScale(precision, scale) => {
            let scale = u64::try_from(*scale).unwrap_or_default();
            (precision.saturating_sub(scale), scale)
        }
    })
}
