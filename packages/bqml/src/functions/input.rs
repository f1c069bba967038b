//! The table or query that a function is asked about, with the model's features in it

use diagnostic::code;
use googlesql::{Catalog, Column, Error, ModelFunction, Relation, Type};

use crate::Model;
use crate::model::Label;
use crate::preprocess::{Feature, Plan};
use crate::sql::{null, quote_identifier};

/// The input after the model's `TRANSFORM`, if it has one
pub struct Input {
    /// A DuckDB query
    pub sql: String,
    /// The columns among which the features and the label are
    columns: Vec<Column>,
    /// The columns that the caller gave, each with its name in `sql`
    pub given: Vec<(Column, String)>,
}

/// What the transform calls the columns that the caller gave, so that they come out beside it
const GIVEN: &str = "__given_";

impl Input {
    /// Applies the transform and checks that every feature is there with its type
    ///
    /// # Errors
    /// `M006` at the call
    pub fn new(
        model: &Model,
        call: &ModelFunction,
        given: &Relation,
        catalog: &dyn Catalog,
    ) -> Result<Self, Error> {
        let input = match model.applied_transform() {
            None => Self {
                sql: given.sql.clone(),
                columns: given.columns.clone(),
                given: given
                    .columns
                    .iter()
                    .map(|column| (column.clone(), column.name.clone()))
                    .collect(),
            },
            Some(items) => Self::transformed(model, call, given, items, catalog)?,
        };
        input.check(model, call)?;
        Ok(input)
    }

    /// The column of a name, quoted, of the alias `input`
    pub fn column(&self, name: &str) -> Option<(&Column, String)> {
        let column = find(&self.columns, name)?;
        Some((column, reference(&column.name)))
    }

    /// The raw value of a feature, by the type that its column has here
    pub fn feature(&self, feature: &Feature) -> Option<String> {
        let (column, sql) = self.column(&feature.column)?;
        let mut plan = Plan::of(feature);
        plan.ty = at_path(&column.ty.clone(), &feature.path)?.clone();
        Some(plan.sql(&sql))
    }

    /// The label's value in the rows of an input that has it
    ///
    /// # Errors
    /// `M006` at the call for input without the label
    pub fn label(
        &self,
        model: &Model,
        label: &Label,
        call: &ModelFunction,
        given: &Relation,
    ) -> Result<String, Error> {
        // a transform makes a label of NULLs where the input has none
        let stands = model.transform.is_none() || find(&given.columns, &label.column).is_some();
        match self.column(&label.column) {
            Some((_, value)) if stands => Ok(value),
            _ => Err(lacks(call, &[&label.column])),
        }
    }

    fn transformed(
        model: &Model,
        call: &ModelFunction,
        given: &Relation,
        items: &str,
        catalog: &dyn Catalog,
    ) -> Result<Self, Error> {
        let mut selected = vec!["\"given\".*".to_owned()];
        let mut columns = given.columns.clone();
        // the transform may name what a prediction need not have: the label and the split column
        let label = model.label.iter().map(|label| &label.column);
        let optional = label.chain(&model.split_column);
        for name in optional {
            let trained = model
                .input_columns
                .iter()
                .find(|column| column.name.eq_ignore_ascii_case(name));
            if let (Some(trained), None) = (trained, find(&columns, name)) {
                let name = quote_identifier(&trained.name);
                selected.push(format!("{} AS {name}", null(&trained.ty)));
                columns.push(Column::new(&trained.name, trained.ty.clone()));
            }
        }
        let mut copies = Vec::new();
        for (index, column) in given.columns.iter().enumerate() {
            let copy = format!("{GIVEN}{index}");
            selected.push(format!(
                "\"given\".{} AS {}",
                quote_identifier(&column.name),
                quote_identifier(&copy)
            ));
            columns.push(Column::new(&copy, column.ty.clone()));
            copies.push((column.clone(), copy));
        }
        let widened = Relation {
            sql: format!(
                "SELECT {} FROM ({}) AS \"given\"",
                selected.join(", "),
                given.sql
            ),
            columns,
        };
        let select = |items: &str| {
            googlesql::select_over(items, &widened, catalog)
                .map_err(|error| unfit_transform(model, call, &widened, catalog, &error))
        };
        let mut output = select(items)?;
        // unless a `*` in the transform brought them along
        let lacking: Vec<String> = copies
            .iter()
            .filter(|(_, copy)| find(&output.columns, copy).is_none())
            .map(|(_, copy)| format!("`{copy}`"))
            .collect();
        if !lacking.is_empty() {
            // before the items, which may end in a comma or a comment
            output = select(&format!("{}, {items}", lacking.join(", ")))?;
        }
        Ok(Self {
            sql: output.sql,
            columns: output.columns,
            given: copies,
        })
    }

    fn check(&self, model: &Model, call: &ModelFunction) -> Result<(), Error> {
        let mut missing: Vec<&str> = Vec::new();
        for feature in &model.features {
            let name = feature.column.as_str();
            let Some((column, _)) = self.column(name) else {
                if !missing.contains(&name) {
                    missing.push(name);
                }
                continue;
            };
            let found = column.ty.clone();
            let fits = at_path(&found, &feature.path).is_some_and(|leaf| fits(leaf, &feature.ty));
            if !fits {
                let place = feature
                    .path
                    .iter()
                    .fold(name.to_owned(), |place, field| format!("{place}.{field}"));
                return Err(Error::new(
                    code::MODEL_INPUT_INVALID,
                    format!(
                        "column `{name}` of the input of `{}` is {found}, the model was trained with `{place}` of type {}",
                        call.function, feature.ty
                    ),
                    call.span.clone(),
                ));
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(lacks(call, &missing))
    }
}

/// A name of the alias `input`
pub fn reference(column: &str) -> String {
    format!("\"input\".{}", quote_identifier(column))
}

/// The error for columns that the input does not have
pub fn lacks(call: &ModelFunction, missing: &[&str]) -> Error {
    let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let plural = if missing.len() == 1 { "" } else { "s" };
    Error::new(
        code::MODEL_INPUT_INVALID,
        format!(
            "the input of `{}` lacks the column{plural} {}",
            call.function,
            names.join(", ")
        ),
        call.span.clone(),
    )
    .help("select every column that the model was trained with")
}

/// An error inside the transform, said of the call, since the transform stands in another statement
pub fn unfit_transform(
    model: &Model,
    call: &ModelFunction,
    widened: &Relation,
    catalog: &dyn Catalog,
    error: &Error,
) -> Error {
    let missing = missing_for_transform(model, widened, catalog);
    if error.code == code::UNKNOWN_COLUMN && !missing.is_empty() {
        return lacks(call, &missing);
    }
    Error::new(
        code::MODEL_INPUT_INVALID,
        format!(
            "the model's TRANSFORM does not fit the input of `{}`: {}",
            call.function, error.message
        ),
        call.span.clone(),
    )
}

/// The columns without which, all others given, the transform does not resolve
fn missing_for_transform<'a>(
    model: &'a Model,
    widened: &Relation,
    catalog: &dyn Catalog,
) -> Vec<&'a str> {
    let absent: Vec<_> = model
        .input_columns
        .iter()
        .filter(|column| find(&widened.columns, &column.name).is_none())
        .collect();
    let needed = |name: &str| {
        let mut relation = widened.clone();
        let others = absent.iter().filter(|column| column.name != name);
        relation
            .columns
            .extend(others.map(|column| Column::new(&column.name, column.ty.clone())));
        let items = model.applied_transform().unwrap_or_default();
        googlesql::select_over(items, &relation, catalog).is_err()
    };
    absent
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| needed(name))
        .collect()
}

fn find<'a>(columns: &'a [Column], name: &str) -> Option<&'a Column> {
    columns
        .iter()
        .find(|column| column.name.eq_ignore_ascii_case(name))
}

fn at_path<'a>(ty: &'a Type, path: &[String]) -> Option<&'a Type> {
    path.iter().try_fold(ty, |ty, name| match ty {
        Type::Struct(fields) => fields
            .iter()
            .find(|field| {
                let own = field.name.as_deref();
                own.is_some_and(|own| own.eq_ignore_ascii_case(name))
            })
            .map(|field| &field.ty),
        _ => None,
    })
}

/// The same type, or one kind of number for another, alone or in a vector, whatever its fields' names
fn fits(found: &Type, trained: &Type) -> bool {
    match (found, trained) {
        (Type::Array(found), Type::Array(trained)) => match (found.as_ref(), trained.as_ref()) {
            (Type::Struct(found), Type::Struct(trained)) => {
                let mut pairs = found.iter().zip(trained);
                found.len() == trained.len() && pairs.all(|(own, other)| fits(&own.ty, &other.ty))
            }
            (found, trained) => fits(found, trained),
        },
        _ => found == trained || (crate::sql::is_number(found) && crate::sql::is_number(trained)),
    }
}
