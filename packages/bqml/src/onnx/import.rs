//! `CREATE MODEL … OPTIONS(MODEL_TYPE = 'ONNX', MODEL_PATH = '…')`

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diagnostic::code;
use googlesql::{Error, ExternalModel, ModelOption, Value};

use super::{Imported, Runtime};
use crate::model::{Model, ModelColumn, Parameters};
use crate::{Fingerprint, options};

/// BigQuery's limit of an imported ONNX model
const LARGEST: usize = 250 << 20;

/// Imports a model; `read` gives the bytes of the file that `MODEL_PATH` names
///
/// # Errors
/// `M002` an option, `M003` a model type that is not imported here, or any in a build without the feature
/// `onnx`, `M011` a file that cannot be read or
/// run; each at the option
pub fn import(
    create: &ExternalModel,
    read: &dyn Fn(&str) -> io::Result<Vec<u8>>,
) -> Result<Model, Error> {
    model_type(create)?;
    let (path, at) = path(create)?;
    if cfg!(not(feature = "onnx")) {
        return Err(Error::new(
            code::MODEL_UNSUPPORTED,
            "this build runs no ONNX models",
            at.span.clone(),
        )
        .help("build it with `--features onnx`"));
    }
    let unusable = |message: String| {
        Error::new(
            code::MODEL_FILE_INVALID,
            format!("`{path}` is no ONNX model that can be run here: {message}"),
            at.span.clone(),
        )
    };
    let file = read(path).map_err(|error| {
        Error::new(
            code::MODEL_FILE_INVALID,
            format!("`{path}` cannot be read: {error}"),
            at.span.clone(),
        )
    })?;
    if file.len() > LARGEST {
        return Err(unusable(format!("it is larger than {} MB", LARGEST >> 20)));
    }
    let (inputs, outputs) = Runtime::load(&file).map_err(unusable)?.signature();
    let columns = inputs.iter().map(|input| ModelColumn {
        name: input.name.clone(),
        ty: input.ty(),
    });
    let columns = columns.collect();
    let parameters = Parameters::Onnx(Imported {
        path: path.to_owned(),
        inputs,
        outputs,
        file: STANDARD.encode(&file),
    });
    Ok(Model {
        input_columns: columns,
        options: options::given(&create.options),
        data: Fingerprint {
            rows: 0,
            hash: format!("{:032x}", farmhash::fingerprint64(&file)),
        },
        ..Model::without_training(&create.model, parameters)
    })
}

fn model_type(create: &ExternalModel) -> Result<(), Error> {
    let option = find(create, "model_type").ok_or_else(|| {
        Error::new(
            code::MODEL_OPTION_INVALID,
            "option `model_type` is missing",
            create.span.clone(),
        )
        .help("a model without a query is imported: `MODEL_TYPE = 'ONNX', MODEL_PATH = '…'`")
    })?;
    let Value::String(name) = &option.value else {
        return Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "option `model_type` must be a string",
            option.span.clone(),
        ));
    };
    match name.to_ascii_uppercase().as_str() {
        "ONNX" => Ok(()),
        imported @ ("TENSORFLOW" | "TENSORFLOW_LITE" | "XGBOOST") => Err(Error::new(
            code::MODEL_UNSUPPORTED,
            format!("models of type {imported} are not imported locally, they run on BigQuery"),
            option.span.clone(),
        )
        .help("the model type that is imported locally is ONNX")),
        other => Err(Error::new(
            code::MODEL_OPTION_INVALID,
            format!("a model of type {other} is trained by a query: `CREATE MODEL … AS SELECT …`"),
            option.span.clone(),
        )),
    }
}

fn path(create: &ExternalModel) -> Result<(&str, &ModelOption), Error> {
    for option in &create.options {
        if ![
            "model_type",
            "model_path",
            "kms_key_name",
            "description",
            "labels",
            "friendly_name",
        ]
        .contains(&option.name.as_str())
        {
            return Err(Error::new(
                code::MODEL_OPTION_INVALID,
                format!("option `{}` is not one of ONNX models", option.name),
                option.span.clone(),
            ));
        }
    }
    match find(create, "model_path") {
        Some(option) => match &option.value {
            Value::String(path) => Ok((path, option)),
            _ => Err(Error::new(
                code::MODEL_OPTION_INVALID,
                "option `model_path` must be a string",
                option.span.clone(),
            )),
        },
        None => Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "an ONNX model needs `model_path`",
            create.span.clone(),
        )),
    }
}

fn find<'a>(create: &'a ExternalModel, name: &str) -> Option<&'a ModelOption> {
    create.options.iter().find(|option| option.name == name)
}
