//! What evaluation of several classes starts from: `truth` and `predicted` as positions among the
//! label's classes, `probabilities` in that order, and the `loss` of each row with a label

use googlesql::{Catalog, Error, ModelFunction, Relation};

use super::input::Input;
use super::kinds;
use super::prediction::{Keep, Prediction};
use crate::Model;
use crate::sql::typed;

const FITS: &str = "classifiers";

/// A query over the rows of an input that has the label
///
/// # Errors
/// `M006` at the call for input without the label or a feature
pub fn of_input(
    model: &Model,
    call: &ModelFunction,
    given: &Relation,
    catalog: &dyn Catalog,
) -> Result<String, Error> {
    let label = kinds::label(model, call, FITS)?;
    let input = Input::new(model, call, given, catalog)?;
    let value = input.label(model, label, call, given)?;
    let Some(prediction) = Prediction::new(model, label, &input, call, Keep::Margins)? else {
        return Err(kinds::unfit(model, call, FITS));
    };
    let position = |value: &str| -> String {
        let cases = label.classes.iter().enumerate();
        cases
            .map(|(index, class)| {
                format!(
                    " WHEN {value} = {} THEN {index}",
                    typed(&class.value, &label.ty)
                )
            })
            .collect()
    };
    let truth = format!(
        "CASE WHEN {value} IS NULL THEN NULL{} ELSE error('the label has the value ' || CAST({value} AS VARCHAR) || ', which the model was not trained with') END AS \"__truth\"",
        position(&value)
    );
    Ok(format!(
        "SELECT *, -ln(\"probabilities\"[\"truth\" + 1]) AS \"loss\"
  FROM (
  SELECT \"__truth\" AS \"truth\", CASE{} END AS \"predicted\", [{}] AS \"probabilities\"
  FROM (
  {}) AS \"predictions\"
  WHERE \"__truth\" IS NOT NULL) AS \"labelled\"",
        position(&format!("({})", prediction.predicted)),
        prediction.probabilities.join(", "),
        prediction.query(&[truth]),
    ))
}
