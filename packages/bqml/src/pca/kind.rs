//! `PCA` as a kind of model: its options and how it trains

use std::time::Instant;

use diagnostic::code;
use googlesql::Error;

use super::{Number, PcaOptions, Solver, fit};
use crate::evaluation::{Evaluation, PcaEvaluation};
use crate::kind::{Fitted, Kind, Target, Trainer, TrainingData};
use crate::model::{Iteration, Parameters};
use crate::options::{Reader, Support};
use crate::preprocess::{CategoryEncoding, Design, Encodings, Feature, NumberEncoding};

/// `PCA`
pub const KIND: Kind = Kind {
    model_type: "PCA",
    target: Target::Nothing,
    splits: false,
    options: &[OPTIONS],
    read: |reader, _| Ok(Box::new(read(reader)?)),
};

const OPTIONS: &[(&str, Support)] = &[
    ("num_principal_components", Support::Used),
    ("pca_explained_variance_ratio", Support::Used),
    ("scale_features", Support::Used),
    ("pca_solver", Support::Used),
];

fn read(reader: &Reader<'_>) -> Result<PcaOptions, Error> {
    let components = reader.count("num_principal_components")?;
    let ratio = reader.number(
        "pca_explained_variance_ratio",
        "a number above 0, at most 1",
        |value| value > 0.0 && value <= 1.0,
    )?;
    let number = match (components, ratio) {
        (Some((count, _)), None) => Number::Components(count as usize),
        (None, Some((ratio, _))) => Number::Explained(ratio),
        (Some(_), Some((_, span))) => {
            return Err(Error::new(
                code::MODEL_OPTION_INVALID,
                "`num_principal_components` and `pca_explained_variance_ratio` exclude each other",
                span,
            ));
        }
        (None, None) => {
            let span = reader
                .find("model_type")
                .map_or(0..0, |option| option.span.clone());
            return Err(Error::new(
                code::MODEL_OPTION_INVALID,
                "PCA needs `num_principal_components` or `pca_explained_variance_ratio`",
                span,
            ));
        }
    };
    let solver = reader.word(
        "pca_solver",
        &[
            ("FULL", Solver::Full),
            ("RANDOMIZED", Solver::Randomized),
            ("AUTO", Solver::Auto),
        ],
    )?;
    if let (Number::Explained(_), Some((Solver::Randomized, span))) = (number, &solver) {
        return Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "`pca_solver` RANDOMIZED needs `num_principal_components`",
            span.clone(),
        ));
    }
    Ok(PcaOptions {
        number,
        scale: reader
            .boolean("scale_features")?
            .is_none_or(|(scale, _)| scale),
        solver: solver.map_or(Solver::Auto, |(solver, _)| solver),
    })
}

impl Trainer for PcaOptions {
    fn encodings(&self) -> Encodings {
        Encodings {
            numbers: match self.scale {
                true => NumberEncoding::Standardized,
                false => NumberEncoding::AsIs,
            },
            categories: CategoryEncoding::OneHot,
        }
    }

    fn fit(
        &self,
        data: TrainingData<'_>,
        progress: &mut dyn FnMut(&Iteration),
    ) -> Result<Fitted, Error> {
        let failed = |message| Error::new(code::TRAINING_DATA_INVALID, message, data.span.clone());
        let slots: usize = data.features.iter().map(Feature::width).sum();
        if slots > fit::SLOTS {
            return Err(failed(format!(
                "the features have {slots} processed values, locally PCA takes {}",
                fit::SLOTS
            )));
        }
        let started = Instant::now();
        let design = Design::new(data.features, &data.frame.columns, &data.split.training);
        // the encoded rows are all that training needs
        drop(data.frame);
        let components = fit::fit(&design, self).map_err(failed)?;
        let step = Iteration {
            loss: components.errors.mean(),
            ..Iteration::ended(0, started)
        };
        progress(&step);
        Ok(Fitted {
            evaluation: Evaluation::Pca(PcaEvaluation {
                rows: design.rows() as u64,
                total_explained_variance_ratio: components.total_explained(),
            }),
            parameters: Parameters::Pca(components),
            training: vec![step],
            explanation: None,
        })
    }
}
