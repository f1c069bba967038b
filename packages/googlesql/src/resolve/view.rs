//! `CREATE VIEW` and `CREATE MATERIALIZED VIEW`

use super::Resolver;
use super::define::MOMENTARY;
use super::options::{Owner, merged};
use super::statement::{execute, qualified};
use crate::metadata::TableMetadata;
use crate::parse::statement as parsed;
use crate::{Analyzed, Column, Effect, Error};

impl Resolver<'_> {
    pub fn create_view(&self, sql: &str, view: &parsed::CreateView) -> Result<Analyzed, Error> {
        let span = view.path.span.clone();
        let name = self.physical(&view.path)?;
        let output = self.top_query(&view.query)?;
        let relation = match view.columns.is_empty() {
            true => self.created_columns(output, &[], &view.query)?,
            false => {
                if output.columns.len() != view.columns.len() {
                    return Err(self.invalid("the view's column list does not fit its query", span));
                }
                let columns: Vec<_> = output
                    .columns
                    .iter()
                    .zip(&view.columns)
                    .map(|(column, one)| Column::new(one.name.text.clone(), column.ty.clone()))
                    .collect();
                self.fitted(output, &columns, "view", span.clone())?
            }
        };
        if relation.sql.contains(MOMENTARY) {
            return Err(self.unsupported("a view over INFORMATION_SCHEMA", span));
        }
        let head = match (view.or_replace, view.if_not_exists) {
            (true, false) => "CREATE OR REPLACE VIEW",
            (false, true) => "CREATE VIEW IF NOT EXISTS",
            (false, false) => "CREATE VIEW",
            (true, true) => {
                return Err(self.invalid("OR REPLACE and IF NOT EXISTS exclude each other", span));
            }
        };
        let partition = view.partition_by.as_ref();
        let options = self.stored_options(sql, &view.options, Owner::View)?;
        let text = sql.get(view.query_span.clone()).unwrap_or_default();
        let metadata = TableMetadata {
            kind: view.materialized.then(|| "MATERIALIZED VIEW".to_owned()),
            options: merged(Vec::new(), options),
            partition: partition
                .map(|key| self.partition(key, &relation.columns))
                .transpose()?,
            cluster: self.clustering(&view.cluster_by, &relation.columns)?,
            query: Some(text.trim().to_owned()),
            columns: view
                .columns
                .iter()
                .map(|column| column.name.text.clone())
                .collect(),
            ..TableMetadata::default()
        };
        let mut statements = vec![
            format!("{head} {} AS\n{}", qualified(&name), relation.sql),
            metadata.statement(&name, true),
        ];
        for column in &view.columns {
            let options = self.stored_options(sql, &column.options, Owner::Column)?;
            let kept = crate::ColumnMetadata {
                options: merged(Vec::new(), options),
                ..crate::ColumnMetadata::default()
            };
            if kept != crate::ColumnMetadata::default() {
                statements.push(kept.statement(&name, &column.name.text));
            }
        }
        if view.if_not_exists && self.catalog.stored(&name, span)?.is_some() {
            return Ok(execute(Vec::new(), Effect::Other));
        }
        Ok(execute(statements, Effect::CreateView(name)))
    }
}
