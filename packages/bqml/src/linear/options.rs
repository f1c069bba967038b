//! What `LINEAR_REG` takes, with BigQuery ML's defaults

use diagnostic::code;
use googlesql::Error;

use crate::descent::{self, DescentOptions};
use crate::options::{Reader, Support};

/// Options by name that [`read`] reads beside those of all generalized linear models
pub const OPTIONS: &[(&str, Support)] = &[("optimize_strategy", Support::Used)];

/// The options of a linear regression
#[derive(Debug, Clone)]
pub struct LinearOptions {
    /// Those of all generalized linear models
    pub descent: DescentOptions,
    /// `OPTIMIZE_STRATEGY`
    pub strategy: Strategy,
}

/// `OPTIMIZE_STRATEGY`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// `AUTO_STRATEGY`: by the number of rows and weights
    Auto,
    /// `BATCH_GRADIENT_DESCENT`
    Descent,
    /// `NORMAL_EQUATION`
    NormalEquation,
}

/// What only gradient descent has
const DESCENT_ONLY: [&str; 6] = [
    "max_iterations",
    "early_stop",
    "min_rel_progress",
    "learn_rate_strategy",
    "learn_rate",
    "ls_init_learn_rate",
];

/// Reads the options of a linear regression; those without effect add a warning
///
/// # Errors
/// `M002` at an option with an unusable value, or one that another excludes
pub fn read(reader: &Reader<'_>, warnings: &mut Vec<String>) -> Result<LinearOptions, Error> {
    let descent = descent::read_options(reader)?;
    let strategy = reader.word(
        "optimize_strategy",
        &[
            ("AUTO_STRATEGY", Strategy::Auto),
            ("BATCH_GRADIENT_DESCENT", Strategy::Descent),
            ("NORMAL_EQUATION", Strategy::NormalEquation),
        ],
    )?;
    if let Some((Strategy::NormalEquation, span)) = &strategy
        && descent.l1 != 0.0
    {
        return Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "`optimize_strategy` NORMAL_EQUATION needs `l1_reg` 0",
            span.clone(),
        ));
    }
    if let Some((Strategy::NormalEquation, _)) = &strategy {
        let given = DESCENT_ONLY
            .iter()
            .filter(|name| reader.find(name).is_some());
        warnings.extend(given.map(|name| {
            format!("option `{name}` has no effect: the normal equations are solved in one step")
        }));
    }
    Ok(LinearOptions {
        descent,
        strategy: strategy.map_or(Strategy::Auto, |(strategy, _)| strategy),
    })
}
