//! What can be tuned: hyperparameters by model type, with BigQuery ML's default ranges and scales

use googlesql::Value;

/// A hyperparameter of a model type
#[derive(Debug, Clone, Copy)]
pub struct Tunable {
    /// The option, in lower case
    pub name: &'static str,
    /// Its value without tuning
    pub default: Default,
    /// What is searched where no range is given; `None` is only tuned where one is
    pub range: Option<(f64, f64)>,
    /// Whether steps are equal in the logarithm
    pub log: bool,
}

/// A hyperparameter's value without tuning
#[derive(Debug, Clone, Copy)]
pub enum Default {
    /// A whole number
    Whole(i64),
    /// Any number
    Number(f64),
    /// A word
    Word(&'static str),
}

/// A hyperparameter that is searched, and its values
#[derive(Debug, Clone)]
pub struct Dimension {
    /// The option, in lower case
    pub name: &'static str,
    /// The values
    pub values: Values,
    /// Where the search begins, from 0 to 1 over the values
    pub start: f64,
}

/// The values of a hyperparameter
#[derive(Debug, Clone)]
pub enum Values {
    /// From `low` to `high`
    Range {
        /// Smallest
        low: f64,
        /// Largest
        high: f64,
        /// Only whole numbers
        whole: bool,
        /// Whether steps are equal in the logarithm
        log: bool,
    },
    /// These
    Candidates(Vec<Value>),
}

/// What 0 means on a logarithmic scale
const SMALLEST: f64 = 1e-14;

const fn number(name: &'static str, default: f64, range: Option<(f64, f64)>, log: bool) -> Tunable {
    Tunable {
        name,
        default: Default::Number(default),
        range,
        log,
    }
}

const fn whole(name: &'static str, default: i64, range: Option<(f64, f64)>) -> Tunable {
    Tunable {
        name,
        default: Default::Whole(default),
        range,
        log: false,
    }
}

const fn word(name: &'static str, default: &'static str) -> Tunable {
    Tunable {
        name,
        default: Default::Word(default),
        range: None,
        log: false,
    }
}

const PENALTIES: [Tunable; 2] = [
    number("l1_reg", 0.0, Some((0.0, 10.0)), true),
    number("l2_reg", 0.0, Some((0.0, 10.0)), true),
];

const BOOSTED: &[Tunable] = &[
    number("learn_rate", 0.3, Some((0.0, 1.0)), false),
    number("l1_reg", 0.0, Some((0.0, 10.0)), true),
    number("l2_reg", 1.0, Some((0.0, 10.0)), true),
    number("dropout", 0.0, None, false),
    whole("max_tree_depth", 6, Some((1.0, 10.0))),
    number("subsample", 1.0, Some((0.01, 1.0)), false),
    number("min_split_loss", 0.0, None, false),
    whole("num_parallel_tree", 1, None),
    whole("min_tree_child_weight", 1, None),
    number("colsample_bytree", 1.0, None, false),
    number("colsample_bylevel", 1.0, None, false),
    number("colsample_bynode", 1.0, None, false),
    word("booster_type", "GBTREE"),
    word("dart_normalize_type", "TREE"),
    word("tree_method", "AUTO"),
];

const FOREST: &[Tunable] = &[
    number("l1_reg", 0.0, Some((0.0, 10.0)), true),
    number("l2_reg", 1.0, Some((0.0, 10.0)), true),
    whole("max_tree_depth", 15, Some((1.0, 20.0))),
    number("subsample", 0.8, Some((0.01, 0.99)), false),
    number("min_split_loss", 0.0, None, false),
    whole("num_parallel_tree", 100, Some((2.0, 200.0))),
    whole("min_tree_child_weight", 1, None),
    number("colsample_bytree", 1.0, None, false),
    number("colsample_bylevel", 1.0, None, false),
    number("colsample_bynode", 0.8, None, false),
    word("tree_method", "AUTO"),
];

const CLUSTERS: &[Tunable] = &[whole("num_clusters", 3, Some((2.0, 10.0)))];

/// What can be tuned of a model type; nothing of one that BigQuery does not tune
pub fn tunables(model_type: &str) -> &'static [Tunable] {
    match model_type {
        "LINEAR_REG" | "LOGISTIC_REG" => &PENALTIES,
        "KMEANS" => CLUSTERS,
        "BOOSTED_TREE_CLASSIFIER" | "BOOSTED_TREE_REGRESSOR" => BOOSTED,
        "RANDOM_FOREST_CLASSIFIER" | "RANDOM_FOREST_REGRESSOR" => FOREST,
        _ => &[],
    }
}

impl Tunable {
    /// The hyperparameter over a range, its own where none is given
    ///
    /// # Errors
    /// Why it has no such range, as a fragment
    pub fn over(&self, range: Option<(f64, f64)>) -> Result<Dimension, String> {
        let Some((low, high)) = range.or(self.range) else {
            return Err(format!("`{}` needs candidates", self.name));
        };
        let (default, whole) = match self.default {
            Default::Whole(value) => (value as f64, true),
            Default::Number(value) => (value, false),
            Default::Word(_) => {
                return Err(format!("`{}` needs candidates, not a range", self.name));
            }
        };
        if !(low.is_finite() && high.is_finite() && low <= high) {
            return Err("the range must be two finite numbers in ascending order".to_owned());
        }
        if self.log && low < 0.0 {
            return Err(format!("`{}` is not negative", self.name));
        }
        let values = Values::Range {
            low,
            high,
            whole,
            log: self.log,
        };
        let start = values.place(default.clamp(low, high));
        Ok(Dimension {
            name: self.name,
            values,
            start,
        })
    }

    /// The hyperparameter over candidates
    pub fn among(&self, candidates: Vec<Value>) -> Dimension {
        let distance = |value: &Value| match (self.default, value) {
            (Default::Word(word), Value::String(text)) => {
                f64::from(u8::from(!text.eq_ignore_ascii_case(word)))
            }
            (Default::Whole(own), value) => (own as f64 - as_number(value)).abs(),
            (Default::Number(own), value) => (own - as_number(value)).abs(),
            (Default::Word(_), _) => f64::INFINITY,
        };
        let nearest = candidates
            .iter()
            .enumerate()
            .min_by(|left, right| distance(left.1).total_cmp(&distance(right.1)))
            .map_or(0, |(at, _)| at);
        let start = (nearest as f64 + 0.5) / candidates.len().max(1) as f64;
        Dimension {
            name: self.name,
            values: Values::Candidates(candidates),
            start,
        }
    }
}

impl Values {
    /// How many different values there are, where that is few
    pub fn count(&self) -> Option<usize> {
        match self {
            Self::Candidates(values) => Some(values.len()),
            Self::Range { low, high, .. } if low == high => Some(1),
            Self::Range {
                low,
                high,
                whole: true,
                ..
            } => Some((high.floor() - low.ceil()) as usize + 1),
            Self::Range { .. } => None,
        }
    }

    /// The value at a place from 0 to 1
    pub fn at(&self, place: f64) -> Value {
        match self {
            Self::Candidates(values) => {
                let last = values.len().saturating_sub(1);
                let at = ((place * values.len() as f64) as usize).min(last);
                values.get(at).cloned().unwrap_or(Value::Null)
            }
            Self::Range {
                low,
                high,
                whole: true,
                ..
            } => {
                let count = high.floor() - low.ceil() + 1.0;
                let value = low.ceil() + (place * count).floor().min(count - 1.0);
                Value::Int64(value as i64)
            }
            Self::Range { low, high, log, .. } => {
                let value = match log {
                    true => {
                        let (low, high) = (low.max(SMALLEST).ln(), high.max(SMALLEST).ln());
                        (low + place * (high - low)).exp()
                    }
                    false => low + place * (high - low),
                };
                // rounding must not lead outside, and the ends are as they were given
                Value::Float64(match place {
                    0.0 => *low,
                    1.0 => *high,
                    _ => value.clamp(*low, *high),
                })
            }
        }
    }

    /// The place of a number of a range
    fn place(&self, value: f64) -> f64 {
        match self {
            Self::Candidates(_) => 0.0,
            Self::Range { low, high, .. } if low == high => 0.0,
            Self::Range {
                low,
                high,
                whole: true,
                ..
            } => (value - low.ceil() + 0.5) / (high.floor() - low.ceil() + 1.0),
            Self::Range {
                low,
                high,
                log: true,
                ..
            } => {
                let (low, high) = (low.max(SMALLEST).ln(), high.max(SMALLEST).ln());
                ((value.max(SMALLEST).ln() - low) / (high - low)).clamp(0.0, 1.0)
            }
            Self::Range { low, high, .. } => (value - low) / (high - low),
        }
    }
}

fn as_number(value: &Value) -> f64 {
    match value {
        Value::Int64(value) => *value as f64,
        Value::Float64(value) => *value,
        _ => f64::INFINITY,
    }
}
