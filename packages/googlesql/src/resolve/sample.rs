//! `TABLESAMPLE SYSTEM (n PERCENT)`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#tablesample_operator>

use std::ops::Range;

use sqlparser::ast::{TableSample, TableSampleKind, TableSampleMethod, TableSampleUnit};

use super::Resolver;
use super::scope::Scope;
use crate::Error;
use crate::tree::Literal;

impl Resolver<'_> {
    /// The clause as DuckDB has it: both sample blocks, so that a small table is one or none
    pub fn sample(&self, kind: &TableSampleKind, span: &Range<usize>) -> Result<String, Error> {
        let (TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample)) =
            kind;
        let TableSample {
            name: Some(TableSampleMethod::System),
            quantity: Some(quantity),
            seed: None,
            bucket: None,
            offset: None,
            ..
        } = sample.as_ref()
        else {
            let message = "TABLESAMPLE takes SYSTEM (n PERCENT) only";
            return Err(self.invalid(message, span.clone()));
        };
        if quantity.unit != Some(TableSampleUnit::Percent) {
            let message = "TABLESAMPLE SYSTEM takes a number of PERCENT";
            return Err(self.invalid(message, span.clone()));
        }
        let value = self.expression(&quantity.value, &Scope::default())?;
        let percent = match &value.literal {
            Literal::Int(number) => Some(*number as f64),
            Literal::Float(text) => text.parse().ok(),
            _ => None,
        };
        match percent {
            Some(100.0) => Ok(String::new()),
            Some(percent) if (0.0..100.0).contains(&percent) => {
                Ok(format!(" TABLESAMPLE SYSTEM ({percent} PERCENT)"))
            }
            _ => {
                let message = "the PERCENT of TABLESAMPLE is a number from 0 to 100";
                Err(self.invalid(message, value.span))
            }
        }
    }
}
