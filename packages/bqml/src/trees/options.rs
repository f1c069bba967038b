//! What boosted trees and random forests take, with BigQuery ML's defaults

use diagnostic::code;
use googlesql::Error;

use super::fit::TreeTrainer;
use super::{Booster, Ensemble, Growth, Normalize, TreeOptions};
use crate::logistic::{ClassWeights, class_weights};
use crate::options::{Off, Reader, Support};
use crate::preprocess::{CategoryEncoding, Encodings, NumberEncoding};

/// Options of all trees
pub const TREES: &[(&str, Support)] = &[
    ("num_parallel_tree", Support::Used),
    ("max_tree_depth", Support::Used),
    ("l1_reg", Support::Used),
    ("l2_reg", Support::Used),
    ("min_split_loss", Support::Used),
    ("min_tree_child_weight", Support::Used),
    ("subsample", Support::Used),
    ("colsample_bytree", Support::Used),
    ("colsample_bylevel", Support::Used),
    ("colsample_bynode", Support::Used),
    ("tree_method", Support::Used),
    ("early_stop", Support::Used),
    ("min_rel_progress", Support::Used),
    ("category_encoding_method", Support::Used),
    ("enable_global_explain", Support::Used),
    (
        "approx_global_feature_contrib",
        Support::Ignored("attributions are computed exactly"),
    ),
    (
        "xgboost_version",
        Support::Ignored("trees are grown by one method, whatever the version"),
    ),
    (
        "instance_weight_col",
        Support::Unless {
            off: Off::Nothing,
            reason: "all rows of a class weigh the same",
        },
    ),
];

/// Options of boosted trees beside those of all
pub const BOOSTED: &[(&str, Support)] = &[
    ("booster_type", Support::Used),
    ("dart_normalize_type", Support::Used),
    ("dropout", Support::Used),
    ("learn_rate", Support::Used),
    ("max_iterations", Support::Used),
];

/// Options of random forests, which are grown at once
pub const FOREST: &[(&str, Support)] = &[(
    "learn_rate",
    Support::Invalid("the trees of a random forest are averaged"),
)];

/// Options of classifiers
pub const CLASSIFIER: &[(&str, Support)] = &[
    ("auto_class_weights", Support::Used),
    ("class_weights", Support::Used),
];

/// The most rounds, trees of a round, and levels that are taken for meant
const MOST: i64 = 100_000;

/// The bins of a feature with `HIST`, `APPROX` and `AUTO`, as XGBoost's `max_bin`
const BINS: usize = 256;

/// The bins of a feature with `EXACT`
const EXACT_BINS: usize = 1 << 16;

/// Reads the options
///
/// # Errors
/// `M002` at an option with an unusable value, `M003` at one that is not supported here
pub fn read(reader: &Reader<'_>, ensemble: Ensemble, classes: bool) -> Result<TreeTrainer, Error> {
    let forest = ensemble == Ensemble::Random;
    let or = |boosted: f64, of_forest: f64| if forest { of_forest } else { boosted };
    let number = |name: &str, default: f64| -> Result<f64, Error> {
        let found = reader.number(name, "a number from 0", |v| v.is_finite() && v >= 0.0)?;
        Ok(found.map_or(default, |(value, _)| value))
    };
    let share = |name: &str, default: f64| -> Result<f64, Error> {
        let expected = "a number above 0, at most 1";
        let found = reader.number(name, expected, |v| v > 0.0 && v <= 1.0)?;
        Ok(found.map_or(default, |(value, _)| value))
    };
    let count = |name: &str, default: i64| -> Result<i64, Error> {
        let found = reader.count(name)?;
        Ok(found.map_or(default, |(value, _)| value.min(MOST)))
    };
    let exact = reader.word(
        "tree_method",
        &[
            ("AUTO", false),
            ("EXACT", true),
            ("APPROX", false),
            ("HIST", false),
        ],
    )?;
    Ok(TreeTrainer {
        ensemble,
        options: TreeOptions {
            booster: booster(reader)?,
            parallel_trees: count("num_parallel_tree", if forest { 100 } else { 1 })? as usize,
            max_iterations: if forest {
                1
            } else {
                count("max_iterations", 20)?
            },
            learn_rate: if forest {
                1.0
            } else {
                number("learn_rate", 0.3)?
            },
            subsample: share("subsample", or(1.0, 0.8))?,
            early_stop: reader
                .boolean("early_stop")?
                .is_none_or(|(early_stop, _)| early_stop),
            min_rel_progress: number("min_rel_progress", 0.01)?,
            bins: match exact {
                Some((true, _)) => EXACT_BINS,
                _ => BINS,
            },
            growth: Growth {
                max_depth: count("max_tree_depth", if forest { 15 } else { 6 })? as usize,
                l1: number("l1_reg", 0.0)?,
                l2: number("l2_reg", 1.0)?,
                min_split_loss: number("min_split_loss", 0.0)?,
                min_child_weight: number("min_tree_child_weight", 1.0)?,
                colsample_bytree: share("colsample_bytree", 1.0)?,
                colsample_bylevel: share("colsample_bylevel", 1.0)?,
                colsample_bynode: share("colsample_bynode", or(1.0, 0.8))?,
            },
        },
        encodings: Encodings {
            numbers: NumberEncoding::AsIs,
            categories: categories(reader)?,
        },
        class_weights: match classes {
            true => class_weights(reader)?,
            false => ClassWeights::Equal,
        },
        explain: reader
            .boolean("enable_global_explain")?
            .is_some_and(|(explain, _)| explain),
    })
}

fn booster(reader: &Reader<'_>) -> Result<Booster, Error> {
    let dart = reader
        .word("booster_type", &[("GBTREE", false), ("DART", true)])?
        .is_some_and(|(dart, _)| dart);
    let dropout = reader.number("dropout", "a number from 0 to 1", |v| {
        (0.0..=1.0).contains(&v)
    })?;
    let normalize = reader.word(
        "dart_normalize_type",
        &[("TREE", Normalize::Tree), ("FOREST", Normalize::Forest)],
    )?;
    if dart {
        return Ok(Booster::Dart {
            dropout: dropout.map_or(0.0, |(value, _)| value),
            normalize: normalize.map_or(Normalize::Tree, |(value, _)| value),
        });
    }
    let given = dropout
        .map(|(_, span)| ("dropout", span))
        .or(normalize.map(|(_, span)| ("dart_normalize_type", span)));
    match given {
        Some((name, span)) => Err(Error::new(
            code::MODEL_OPTION_INVALID,
            format!("option `{name}` needs `booster_type` DART"),
            span,
        )),
        None => Ok(Booster::Trees),
    }
}

fn categories(reader: &Reader<'_>) -> Result<CategoryEncoding, Error> {
    let word = reader.word(
        "category_encoding_method",
        &[
            ("LABEL_ENCODING", Some(CategoryEncoding::Label)),
            ("ONE_HOT_ENCODING", Some(CategoryEncoding::OneHot)),
            ("DUMMY_ENCODING", Some(CategoryEncoding::Dummy)),
            ("TARGET_ENCODING", None),
        ],
    )?;
    match word {
        None => Ok(CategoryEncoding::Label),
        Some((Some(encoding), _)) => Ok(encoding),
        Some((None, span)) => Err(Error::new(
            code::MODEL_UNSUPPORTED,
            "`category_encoding_method` TARGET_ENCODING is not supported locally, it runs on BigQuery",
            span,
        )
        .help("categories can be encoded by LABEL_ENCODING or ONE_HOT_ENCODING")),
    }
}
