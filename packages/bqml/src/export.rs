//! A model as files for others to serve

use std::fmt;

use crate::Model;
use crate::model::Parameters;
use crate::program::{Unsupported, onnx, tensorflow};
use crate::scorer::MODEL_FILE;
use crate::xgboost;

/// The form of an exported model
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// A TensorFlow SavedModel, as BigQuery ML writes it for most kinds of models
    SavedModel,
    /// ONNX, which BigQuery ML does not export
    Onnx,
    /// An XGBoost booster with a program, as BigQuery ML writes it for trees
    Xgboost,
}

impl ExportFormat {
    const ALL: [Self; 3] = [Self::SavedModel, Self::Onnx, Self::Xgboost];

    /// The form that BigQuery ML gives models of this kind
    pub fn of(model: &Model) -> Self {
        match model.parameters {
            Parameters::Trees { .. } => Self::Xgboost,
            _ => Self::SavedModel,
        }
    }

    /// The form of a name, without regard to case
    pub fn parse(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.name().eq_ignore_ascii_case(name))
    }

    /// All names, for messages
    pub fn names() -> String {
        Self::ALL
            .map(|format| format!("`{}`", format.name()))
            .join(", ")
    }

    fn name(self) -> &'static str {
        match self {
            Self::SavedModel => "SAVED_MODEL",
            Self::Onnx => "ONNX",
            Self::Xgboost => "XGBOOST",
        }
    }
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::SavedModel => "a TensorFlow SavedModel",
            Self::Onnx => "ONNX",
            Self::Xgboost => "an XGBoost booster",
        })
    }
}

/// The files of an export, each by its path in the folder, and beside them the model itself
///
/// # Errors
/// What the model has and the form has not
pub fn export(model: &Model, format: ExportFormat) -> Result<Vec<(String, Vec<u8>)>, Unsupported> {
    let own = serde_json::to_vec(model)
        .map_err(|error| Unsupported::new(format!("the model has no text: {error}")))?;
    let mut files = match format {
        ExportFormat::SavedModel => vec![(
            "saved_model.pb".to_owned(),
            tensorflow::saved_model(&model.program()?)?,
        )],
        ExportFormat::Xgboost => xgboost::files(model)?,
        ExportFormat::Onnx => vec![("model.onnx".to_owned(), onnx::model(&model.program()?)?)],
    };
    files.push((MODEL_FILE.to_owned(), own));
    Ok(files)
}
