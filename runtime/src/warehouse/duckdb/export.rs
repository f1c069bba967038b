//! `EXPORT MODEL`: a model's files to a folder on this machine or in Cloud Storage

use bqml::ExportFormat;
use diagnostic::code;
use googlesql::{Error, ExportModel};
use storage::{File, Location};

use super::session::{DuckDbSession, dotted};
use crate::warehouse::{Outcome, Progress, SqlError};

impl DuckDbSession {
    pub fn export_model(
        &self,
        export: &ExportModel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, SqlError> {
        let failed = |code, message: String| Error::new(code, message, export.span.clone());
        let model = self
            .models
            .load(&export.model)
            .map_err(|failure| self.unreadable(&export.model, &failure))?;
        let Some(model) = model else {
            let message = format!("no model `{}` in this warehouse", dotted(&export.model));
            return Err(failed(code::MODEL_NOT_FOUND, message).into());
        };
        if export.trial.is_some() {
            let message = "`trial_id` is not supported locally: the best trial is exported";
            return Err(failed(code::MODEL_OPTION_INVALID, message.to_owned()).into());
        }
        let format = match &export.format {
            None => ExportFormat::of(&model),
            Some(name) => ExportFormat::parse(name).ok_or_else(|| {
                failed(
                    code::MODEL_OPTION_INVALID,
                    format!("unknown format `{name}`"),
                )
                .help(format!("the formats are {}", ExportFormat::names()))
            })?,
        };
        let location = Location::parse(&export.uri, &self.names.folder)
            .map_err(|failure| failed(code::SQL_INVALID, failure.to_string()))?;
        let files = bqml::export(&model, format).map_err(|unsupported| {
            let name = dotted(&export.model);
            failed(
                code::MODEL_NOT_EXPORTABLE,
                format!("the model `{name}` cannot be exported as {format}: {unsupported}"),
            )
        })?;
        let files: Vec<File> = files
            .into_iter()
            .map(|(path, content)| File::new(path, content))
            .collect();
        progress(Progress {
            message: format!("{} files to {location}", files.len()),
        });
        location.replace_all(&files).map_err(|failure| {
            let transient = failure.is_transient();
            let mut error = failed(code::STORAGE_FAILED, failure.to_string());
            error.help = failure.help().map(str::to_owned);
            SqlError {
                transient,
                ..error.into()
            }
        })?;
        Ok(Outcome::Done)
    }
}
