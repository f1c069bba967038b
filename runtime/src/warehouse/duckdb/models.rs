//! Models in a session: training, removal, and the views that ask a model that is trained anew

use diagnostic::code;
use googlesql::{Analyzed, CreateModel, Error, ExternalModel, PhysicalName, quote_string};

use super::catalog::qualified;
use super::session::{DuckDbSession, dotted};
use crate::warehouse::{Outcome, Progress, SqlError};

impl DuckDbSession {
    pub fn train(
        &self,
        create: &CreateModel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, SqlError> {
        let exists = self.load(&create.model)?;
        if exists && create.if_not_exists {
            return Ok(Outcome::Done);
        }
        if exists && !create.or_replace {
            return Err(Error::new(
                code::SQL_INVALID,
                format!("the model `{}` already exists", dotted(&create.model)),
                create.span.clone(),
            )
            .help("write `CREATE OR REPLACE MODEL`")
            .into());
        }
        let mut create = create.clone();
        bqml::fit_transform(
            &self.connection,
            &mut create,
            &self.catalog(self.environment()),
        )?;
        let (mut iterations, mut last) = (0, f64::NAN);
        let model = bqml::train(&self.connection, &create, &mut |step| {
            iterations += 1;
            last = step.loss;
            progress(Progress {
                message: format!("iteration {}, loss {:.4}", step.iteration + 1, step.loss),
            });
        })?;
        self.models
            .save(&create.model, &model)
            .map_err(|failure| self.unreadable(&create.model, &failure))?;
        self.renew_views(&create.model)?;
        Ok(Outcome::Trained {
            iterations,
            loss: last,
            warnings: model.warnings,
        })
    }

    /// Takes a model that was made elsewhere
    pub fn external_model(&self, create: &ExternalModel) -> Result<Outcome, SqlError> {
        let kind = match &create.connection {
            Some(_) => "remote models are",
            None => "a model without a query is",
        };
        Err(Error::new(
            code::MODEL_UNSUPPORTED,
            format!("{kind} not supported locally"),
            create.span.clone(),
        )
        .into())
    }

    /// Views that ask the model ask the new one from now on
    fn renew_views(&self, model: &PhysicalName) -> Result<(), SqlError> {
        let views = self
            .model_views
            .of_model(model)
            .map_err(|failure| self.unreadable(model, &failure))?;
        for view in views {
            let catalog = self.catalog(self.environment());
            let renewed = googlesql::parse(&view.sql)
                .and_then(|statements| match statements.first() {
                    Some(statement) => googlesql::analyze(&view.sql, statement, &catalog).map(Some),
                    None => Ok(None),
                })
                .map_err(SqlError::from)
                .and_then(|analyzed| match analyzed {
                    Some(Analyzed::Execute { sql, effect }) => self.change(&sql, &effect),
                    _ => Ok(Outcome::Done),
                });
            if let Err(failure) = renewed {
                // no answer is better than one out of the old model
                let reason = format!(
                    "the view no longer fits the model `{}`: {}",
                    dotted(model),
                    failure.message
                );
                let name = PhysicalName {
                    schema: view.schema,
                    name: view.name,
                };
                self.batch(&format!(
                    "CREATE OR REPLACE VIEW {} AS SELECT error({}) AS reason",
                    qualified(&name),
                    quote_string(&reason)
                ))?;
            }
        }
        Ok(())
    }

    pub fn drop_model(&self, model: &PhysicalName, if_exists: bool) -> Result<Outcome, SqlError> {
        if !self.load(model)? {
            return if if_exists {
                Ok(Outcome::Done)
            } else {
                Err(SqlError::new(
                    code::MODEL_NOT_FOUND,
                    format!("no model `{}` in this warehouse", dotted(model)),
                ))
            };
        }
        self.models
            .remove(model)
            .map(|_| Outcome::Done)
            .map_err(|failure| self.unreadable(model, &failure))
    }

    fn load(&self, model: &PhysicalName) -> Result<bool, SqlError> {
        self.models
            .load(model)
            .map(|found| found.is_some())
            .map_err(|failure| self.unreadable(model, &failure))
    }

    pub fn unreadable(&self, model: &PhysicalName, failure: &std::io::Error) -> SqlError {
        SqlError::new(
            code::WAREHOUSE_UNAVAILABLE,
            format!("the model `{}` cannot be stored: {failure}", dotted(model)),
        )
    }
}
