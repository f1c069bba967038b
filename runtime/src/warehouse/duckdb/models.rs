//! Models in a session: training, removal, and the views that ask a model that is trained anew

use std::io;
use std::ops::Range;
use std::path::Path;

use bqml::RemoteModel;
use diagnostic::code;
use googlesql::{
    Analyzed, CreateModel, Error, ExternalModel, ModelOption, PhysicalName, Value, quote_string,
};

use super::catalog::qualified;
use super::session::{DuckDbSession, dotted};
use crate::warehouse::{Outcome, Progress, SessionContext, SqlError};

impl DuckDbSession {
    pub fn train(
        &self,
        create: &CreateModel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, SqlError> {
        if self.is_left_alone(
            &create.model,
            create.or_replace,
            create.if_not_exists,
            &create.span,
        )? {
            return Ok(Outcome::Done);
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
            let held_out = step.eval_loss;
            let held_out = held_out.map_or(String::new(), |loss| format!(", evaluation {loss:.4}"));
            progress(Progress {
                message: format!(
                    "iteration {}, loss {:.4}{held_out}",
                    step.iteration + 1,
                    step.loss
                ),
            });
        })?;
        self.models
            .save(&create.model, &model, self.next_maker().as_deref())
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
        if create.connection.is_some() {
            return self.remote_model(create);
        }
        if self.is_left_alone(
            &create.model,
            create.or_replace,
            create.if_not_exists,
            &create.span,
        )? {
            return Ok(Outcome::Done);
        }
        let model = bqml::import(create, &|path| {
            let location =
                storage::Location::parse(path, Path::new("")).map_err(io::Error::other)?;
            let file = location.read_file().map_err(io::Error::other)?;
            file.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no such file"))
        })?;
        self.models
            .save(&create.model, &model, self.next_maker().as_deref())
            .map_err(|failure| self.unreadable(&create.model, &failure))?;
        self.renew_views(&create.model)?;
        Ok(Outcome::Done)
    }

    /// What makes the next model, by a name that it has again where the script is resumed or begins anew
    fn next_maker(&self) -> Option<String> {
        let SessionContext { run, action, .. } = self.context.as_ref()?;
        let number = self.models_made.get();
        self.models_made.set(number + 1);
        Some(format!("{run}/{action}/{}/{number}", self.scripts))
    }

    /// Whether there is a model that the statement leaves as it is
    ///
    /// # Errors
    /// There is one that the statement may not replace
    fn is_left_alone(
        &self,
        model: &PhysicalName,
        or_replace: bool,
        if_not_exists: bool,
        span: &Range<usize>,
    ) -> Result<bool, SqlError> {
        let exists = self.load(model)?;
        if exists && !if_not_exists && !or_replace {
            return Err(Error::new(
                code::SQL_INVALID,
                format!("the model `{}` already exists", dotted(model)),
                span.clone(),
            )
            .help("write `CREATE OR REPLACE MODEL`")
            .into());
        }
        Ok(exists && if_not_exists)
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

    /// Changes what `ALTER MODEL` may: options that say something of the model, not how it is trained
    pub fn alter_model(
        &self,
        name: &PhysicalName,
        if_exists: bool,
        options: &[ModelOption],
        span: &Range<usize>,
    ) -> Result<Outcome, SqlError> {
        const KEPT: &[&str] = &[
            "description",
            "expiration_timestamp",
            "friendly_name",
            "kms_key_name",
            "labels",
            "vertex_ai_model_id",
            "vertex_ai_model_version_aliases",
        ];
        const ELSEWHERE: &[&str] = &["deploy_model", "endpoint_idle_ttl"];
        for option in options {
            let known = option.name.as_str();
            if ELSEWHERE.contains(&known) {
                return Err(Error::new(
                    code::MODEL_UNSUPPORTED,
                    format!("option `{known}` is of models that BigQuery deploys"),
                    option.span.clone(),
                )
                .into());
            }
            if !KEPT.contains(&known) {
                let mut error = Error::new(
                    code::MODEL_OPTION_INVALID,
                    format!("`ALTER MODEL` has no option `{known}`"),
                    option.span.clone(),
                );
                error.help = diagnostic::did_you_mean(known, KEPT.iter().copied());
                return Err(error.into());
            }
        }
        let unreadable = |failure| self.unreadable(name, &failure);
        let Some(mut model) = self.models.load(name).map_err(unreadable)? else {
            return match if_exists {
                true => Ok(Outcome::Done),
                false => {
                    let message = format!("no model `{}` in this warehouse", dotted(name));
                    Err(Error::new(code::MODEL_NOT_FOUND, message, span.clone()).into())
                }
            };
        };
        for option in options {
            let key = option.name.clone();
            match option.value {
                Value::Null => model.options.remove(&key),
                ref value => model.options.insert(key, bqml::option_json(value)),
            };
        }
        self.models.update(name, &model).map_err(unreadable)?;
        Ok(Outcome::Done)
    }

    /// Keeps a remote model's connection and endpoint; what stands for them here is told when it is asked
    fn remote_model(&self, create: &ExternalModel) -> Result<Outcome, SqlError> {
        if self.is_left_alone(
            &create.model,
            create.or_replace,
            create.if_not_exists,
            &create.span,
        )? {
            return Ok(Outcome::Done);
        }
        let remote = RemoteModel::new(create)?;
        self.models
            .save_remote(&create.model, &remote, self.next_maker().as_deref())
            .map_err(|failure| self.unreadable(&create.model, &failure))?;
        self.renew_views(&create.model)?;
        Ok(Outcome::Done)
    }

    fn load(&self, model: &PhysicalName) -> Result<bool, SqlError> {
        self.models
            .version(model)
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
