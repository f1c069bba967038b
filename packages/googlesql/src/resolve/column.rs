//! Columns as declared in `CREATE TABLE` and `ADD COLUMN`

use sqlparser::ast::{ArrayElemTypeDef, DataType, ExactNumberInfo};

use super::Resolver;
use super::options::{Owner, merged};
use super::scope::{Scope, same};
use crate::metadata::ColumnMetadata;
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
            written_type: is_limited(&spec.ty).then(|| spec.ty.to_string()),
            ..ColumnMetadata::default()
        })
    }
}

/// Whether a type has a length or precision, itself or inside
pub fn is_limited(ty: &DataType) -> bool {
    match ty {
        DataType::String(length) => length.is_some(),
        DataType::Bytes(length) => length.is_some(),
        DataType::Numeric(info)
        | DataType::Decimal(info)
        | DataType::BigNumeric(info)
        | DataType::BigDecimal(info) => *info != ExactNumberInfo::None,
        DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => is_limited(element),
        DataType::Struct(fields, _) => fields.iter().any(|field| is_limited(&field.field_type)),
        _ => false,
    }
}
