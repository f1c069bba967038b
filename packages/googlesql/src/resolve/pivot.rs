//! `PIVOT` and `UNPIVOT`

use std::ops::Range;

use sqlparser::ast::TableFactor;

use super::Resolver;
use super::query::Output;
use super::scope::Scope;
use crate::Error;

impl Resolver<'_> {
    pub fn pivot(
        &self,
        _factor: &TableFactor,
        _scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        Err(self.unsupported("PIVOT", span))
    }

    pub fn unpivot(
        &self,
        _factor: &TableFactor,
        _scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        Err(self.unsupported("UNPIVOT", span))
    }

    pub fn pipes(
        &self,
        output: Output,
        operators: &[sqlparser::ast::PipeOperator],
        _scope: &Scope,
    ) -> Result<Output, Error> {
        match operators {
            [] => Ok(output),
            _ => Err(self.unsupported("pipe syntax", self.whole.clone())),
        }
    }
}
