//! `KMEANS` as a kind of model: its options and how it trains

use diagnostic::code;
use googlesql::Error;

use super::{Distance, Initial, KMeansOptions, fit};
use crate::evaluation::{ClusteringEvaluation, Evaluation};
use crate::kind::{Fitted, Kind, Target, Trainer, TrainingData};
use crate::model::{Iteration, Parameters};
use crate::options::{Named, Reader, Support, TUNED};
use crate::preprocess::{CategoryEncoding, Design, Encodings, NumberEncoding};

/// `KMEANS`
pub const KIND: Kind = Kind {
    model_type: "KMEANS",
    target: Target::Nothing,
    splits: false,
    options: &[OPTIONS, TUNED],
    read: |reader, _| Ok(Box::new(read(reader)?)),
};

const OPTIONS: &[(&str, Support)] = &[
    ("num_clusters", Support::Used),
    ("kmeans_init_method", Support::Used),
    ("kmeans_init_col", Support::Used),
    ("distance_type", Support::Used),
    ("standardize_features", Support::Used),
    ("max_iterations", Support::Used),
    ("early_stop", Support::Used),
    ("min_rel_progress", Support::Used),
];

/// BigQuery's bounds of `NUM_CLUSTERS`
const CLUSTERS: std::ops::RangeInclusive<usize> = 2..=100;

fn read(reader: &Reader<'_>) -> Result<KMeansOptions, Error> {
    let invalid = |message: &str, span| Error::new(code::MODEL_OPTION_INVALID, message, span);
    let clusters = match reader.count("num_clusters")? {
        Some((count, span)) => match usize::try_from(count) {
            Ok(count) if CLUSTERS.contains(&count) => Some(count),
            _ => {
                return Err(invalid(
                    "option `num_clusters` must be a whole number from 2 to 100",
                    span,
                ));
            }
        },
        None => None,
    };
    let method = reader.word(
        "kmeans_init_method",
        &[
            ("RANDOM", Initial::Random),
            ("KMEANS++", Initial::PlusPlus),
            ("CUSTOM", Initial::Custom),
        ],
    )?;
    let marker = reader
        .text("kmeans_init_col")?
        .map(|(column, span)| Named { column, span });
    let initial = method
        .as_ref()
        .map_or(Initial::Random, |(method, _)| *method);
    match (&marker, initial, method) {
        (Some(named), Initial::Random | Initial::PlusPlus, _) => {
            return Err(invalid(
                "option `kmeans_init_col` needs `kmeans_init_method` CUSTOM",
                named.span.clone(),
            ));
        }
        (None, Initial::Custom, Some((_, span))) => {
            return Err(invalid(
                "`kmeans_init_method` CUSTOM needs `kmeans_init_col`",
                span,
            ));
        }
        (Some(named), Initial::Custom, _) if clusters.is_none() => {
            return Err(invalid(
                "`kmeans_init_col` needs `num_clusters`, the number of its TRUE rows",
                named.span.clone(),
            ));
        }
        _ => {}
    }
    let flag = |name: &str| -> Result<bool, Error> {
        Ok(reader.boolean(name)?.is_none_or(|(value, _)| value))
    };
    Ok(KMeansOptions {
        clusters,
        initial,
        marker,
        distance: reader
            .word(
                "distance_type",
                &[
                    ("EUCLIDEAN", Distance::Euclidean),
                    ("COSINE", Distance::Cosine),
                ],
            )?
            .map_or(Distance::Euclidean, |(distance, _)| distance),
        standardize: flag("standardize_features")?,
        max_iterations: reader
            .count("max_iterations")?
            .map_or(20, |(count, _)| count),
        early_stop: flag("early_stop")?,
        min_rel_progress: reader
            .number("min_rel_progress", "a number from 0", |value| {
                value.is_finite() && value >= 0.0
            })?
            .map_or(0.01, |(value, _)| value),
    })
}

impl Trainer for KMeansOptions {
    fn encodings(&self) -> Encodings {
        Encodings {
            numbers: match self.standardize {
                true => NumberEncoding::Standardized,
                false => NumberEncoding::AsIs,
            },
            categories: CategoryEncoding::OneHot,
        }
    }

    fn marker(&self) -> Option<&Named> {
        self.marker.as_ref()
    }

    fn fit(
        &self,
        data: TrainingData<'_>,
        progress: &mut dyn FnMut(&Iteration),
    ) -> Result<Fitted, Error> {
        let rows = &data.split.training;
        let design = Design::new(data.features, &data.frame.columns, rows);
        let marks = data.frame.split.as_deref().unwrap_or_default();
        let is_marked = |row: u32| marks.get(row as usize).is_some_and(|mark| *mark != 0.0);
        let marked: Vec<usize> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| is_marked(**row))
            .map(|(place, _)| place)
            .collect();
        // the encoded rows are all that training needs
        drop(data.frame);
        let clusters = self.clusters.unwrap_or_else(|| {
            let wanted = (design.rows() as f64).log10() as usize;
            wanted.clamp(*CLUSTERS.start(), *CLUSTERS.end())
        });
        if let Some(named) = &self.marker
            && marked.len() != clusters
        {
            return Err(Error::new(
                code::MODEL_OPTION_INVALID,
                format!(
                    "column `{}` is TRUE in {} rows, `num_clusters` is {clusters}",
                    named.column,
                    marked.len()
                ),
                named.span.clone(),
            ));
        }
        if design.rows() < clusters {
            return Err(Error::new(
                code::TRAINING_DATA_INVALID,
                format!(
                    "{clusters} clusters need as many rows, there are {}",
                    design.rows()
                ),
                data.span.clone(),
            ));
        }
        let (fitted, training) = fit::fit(&design, clusters, self, &marked, progress);
        Ok(Fitted {
            evaluation: Evaluation::Clustering(ClusteringEvaluation {
                rows: design.rows() as u64,
                davies_bouldin_index: fitted.davies_bouldin_index,
                mean_squared_distance: fitted.mean_squared_distance,
            }),
            parameters: Parameters::KMeans(fitted.clusters),
            training,
            explanation: None,
        })
    }
}
