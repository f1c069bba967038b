//! `ML.TRANSFORM`: the columns that a model's `TRANSFORM` makes of its input, with the statistics of
//! the training

use googlesql::{Catalog, Error, ModelFunction, Relation};

use super::input::unfit_transform;
use super::settings;
use crate::Model;

/// The relation of a call
pub fn relation(
    model: &Model,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &[])?;
    let given = settings::needed_input(call)?;
    let Some(items) = model.applied_transform() else {
        let message = format!(
            "`ML.TRANSFORM` takes models with a `TRANSFORM`, `{}` was trained without",
            call.model.join(".")
        );
        return Err(settings::invalid(call, message));
    };
    googlesql::select_over(items, given, catalog)
        .map_err(|error| unfit_transform(model, call, given, catalog, &error))
}
