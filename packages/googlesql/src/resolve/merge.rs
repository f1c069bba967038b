//! `MERGE`

use sqlparser::ast::TableFactor;

use super::Resolver;
use super::held::Limits;
use super::scope::Scope;
use super::statement::{execute, is_default};
use crate::parse::statement as parsed;
use crate::tree::Typed;
use crate::{Analyzed, Column, Effect, Error, quote_identifier};

/// The table that keeps a source's rows, until the next MERGE of the session
const KEPT: &str = "\"_merge_source\"";

impl Resolver<'_> {
    pub fn merge(&self, merge: &parsed::Merge) -> Result<Analyzed, Error> {
        let mut scope = Scope::default();
        let (columns, text) = self.target(&merge.path, merge.alias.as_ref(), &mut scope)?;
        let (name, limits) = self.changeable(&merge.path)?;
        let range = match &merge.alias {
            Some(alias) => alias.text.clone(),
            None => merge.path.last().to_owned(),
        };
        let mut source = Scope::default();
        let mut source_text = self.table_factor(&merge.source, &mut source)?;
        let mut statements = Vec::new();
        // a query is read more than once below, and might not give the same rows again
        let kept = match source.relations.as_slice() {
            [one] if !matches!(merge.source, TableFactor::Table { args: None, .. }) => {
                Some(one.alias.clone())
            }
            _ => None,
        };
        if let Some(alias) = &kept {
            statements.push(format!(
                "CREATE OR REPLACE TEMP TABLE {KEPT} AS\nSELECT *\nFROM {source_text}"
            ));
            source_text = format!("temp.{KEPT} AS {}", quote_identifier(alias));
        }
        let mut both = scope.clone();
        for relation in &source.relations {
            both.relations.push(relation.clone());
        }
        both.star.extend(source.star.clone());
        both.pseudo.extend(source.pseudo.clone());
        let condition = self.condition(&merge.condition, &both, "ON clause")?;
        self.before_grouping(&condition, "ON clause")?;
        let mut changed = Vec::new();
        let mut sql = format!(
            "MERGE INTO {text}\nUSING {source_text}\nON {}",
            condition.sql()
        );
        for clause in &merge.clauses {
            let visible = match clause.when {
                parsed::MergeWhen::Matched => &both,
                parsed::MergeWhen::NotMatchedByTarget => &source,
                parsed::MergeWhen::NotMatchedBySource => &scope,
            };
            sql.push_str(match clause.when {
                parsed::MergeWhen::Matched => "\nWHEN MATCHED",
                parsed::MergeWhen::NotMatchedByTarget => "\nWHEN NOT MATCHED",
                parsed::MergeWhen::NotMatchedBySource => "\nWHEN NOT MATCHED BY SOURCE",
            });
            let mut applies = "TRUE".to_owned();
            if let Some(condition) = &clause.condition {
                let condition = self.condition(condition, visible, "WHEN clause")?;
                applies = in_and(&condition.sql());
                sql.push_str(&format!(" AND {applies}"));
            }
            if clause.when == parsed::MergeWhen::Matched {
                changed.push(applies);
            }
            self.fits_when(clause)?;
            sql.push_str(" THEN ");
            sql.push_str(&self.merge_action(
                &clause.action,
                (&columns, &limits),
                &range,
                visible,
                &source,
            )?);
        }
        let check = (!changed.is_empty()).then(|| {
            let joined = format!("{text}\n  JOIN {source_text} ON {}", condition.sql());
            one_source_row(&joined, &changed.join(" OR "), &range)
        });
        statements.extend(check);
        statements.push(sql);
        Ok(execute(statements, Effect::Change(name)))
    }

    /// Rows that are there are updated or deleted, others inserted
    fn fits_when(&self, clause: &parsed::MergeClause) -> Result<(), Error> {
        let inserts = matches!(clause.action, parsed::MergeAction::Insert(..));
        let message = match (clause.when, inserts) {
            (parsed::MergeWhen::NotMatchedByTarget, false) => {
                "WHEN NOT MATCHED can only INSERT: there is no row of the target"
            }
            (parsed::MergeWhen::Matched | parsed::MergeWhen::NotMatchedBySource, true) => {
                "only WHEN NOT MATCHED [BY TARGET] can INSERT: here the target has the row"
            }
            _ => return Ok(()),
        };
        Err(self.invalid(message, clause.span.clone()))
    }

    pub fn merge_action(
        &self,
        action: &parsed::MergeAction,
        (columns, limits): (&[Column], &Limits),
        range: &str,
        visible: &Scope,
        source: &Scope,
    ) -> Result<String, Error> {
        Ok(match action {
            parsed::MergeAction::Delete => "DELETE".to_owned(),
            parsed::MergeAction::Update(pairs) => {
                let pairs = self.assignments(pairs, columns, limits, range, visible)?;
                format!("UPDATE SET {}", pairs.join(", "))
            }
            parsed::MergeAction::Insert(names, values) => {
                let columns: Vec<Column> = match names.is_empty() {
                    true => columns.to_vec(),
                    false => self.named_columns(names, columns)?,
                };
                let values: Vec<Option<Typed>> = match values {
                    Some(values) => values
                        .iter()
                        .map(|value| match is_default(value) {
                            true => Ok(None),
                            false => self.expression(value, visible).map(Some),
                        })
                        .collect::<Result<_, Error>>()?,
                    None => source
                        .star
                        .iter()
                        .map(|column| Some(column.expr.clone()))
                        .collect(),
                };
                if values.len() != columns.len() {
                    let message = format!(
                        "INSERT has {} values for {} columns",
                        values.len(),
                        columns.len()
                    );
                    return Err(self.invalid(message, self.whole.clone()));
                }
                let cells = values
                    .into_iter()
                    .zip(&columns)
                    .map(|(value, column)| match value {
                        Some(value) => {
                            let value = self.assign(value, &column.ty, &column.name)?;
                            self.stores(column, &value.origins);
                            Ok(limits.held(self.stored(value), &column.name).sql())
                        }
                        None => Ok("DEFAULT".to_owned()),
                    })
                    .collect::<Result<Vec<_>, Error>>()?;
                let list: Vec<_> = columns
                    .iter()
                    .map(|one| quote_identifier(&one.name))
                    .collect();
                format!("INSERT ({}) VALUES ({})", list.join(", "), cells.join(", "))
            }
        })
    }
}

/// A query that fails when a row of the target, which `range` names in `joined`, meets the condition
/// with more than one row of the source
pub fn one_source_row(joined: &str, condition: &str, range: &str) -> String {
    format!(
        "SELECT CASE WHEN count(*) > 0 THEN CAST(gs_error('UPDATE/MERGE must match at most one source row for each target row') AS BOOLEAN) END\nFROM (\n  SELECT 1\n  FROM {joined}\n  WHERE {condition}\n  GROUP BY {}.rowid\n  HAVING count(*) > 1\n  LIMIT 1\n) AS \"_twice\"",
        quote_identifier(range)
    )
}

/// A condition after `AND`
fn in_and(condition: &str) -> String {
    format!("({condition})")
}
