//! `CREATE MODEL`: from the statement to a trained model

use diagnostic::code;
use duckdb::Connection;
use googlesql::{Column, CreateModel, Error, Type};

use crate::data::{self, Frame, FrameColumn, FrameQuery, Split, SplitMethod};
use crate::kind::{Target, TrainingData};
use crate::model::{Class, FORMAT, Iteration, Label, Model, ModelColumn};
use crate::options::{self, Named, Options, SplitOptions};
use crate::preprocess::{self, Plan};
use crate::sql::quote_identifier;
use crate::{transform, tuning};

/// Trains a model on the rows of the statement's (transformed) query, which runs on `connection`;
/// `progress` hears of every iteration
///
/// The same rows and options give the same model, whatever the order of the rows and the number of
/// threads; only the durations of iterations differ.
///
/// # Errors
/// `M002` an option, `M003` a model type, option or number of classes that runs on BigQuery only,
/// `M004` a label with one value, `M005` unusable rows or columns, `Q010` the query failed; at the
/// option where one is to blame, else at the statement
pub fn train(
    connection: &Connection,
    create: &CreateModel,
    progress: &mut dyn FnMut(&Iteration),
) -> Result<Model, Error> {
    if transform::is_only(create) {
        return transform::only(connection, create);
    }
    let tuning = tuning::read(create)?;
    let options = match &tuning {
        None => options::read(create)?,
        Some(tuning) => tuning.first(create)?,
    };
    let columns = Columns::new(create, &options)?;
    let query = FrameQuery {
        sql: columns.sql(create, &options),
        plans: &columns.plans,
        target: options.kind.target,
        split: options.split.column.is_some(),
    };
    let frame = data::load(connection, &query, &create.span)?;
    if frame.rows == 0 {
        return Err(no_rows(connection, create, columns.label.as_ref()));
    }

    let (order, fingerprint) = data::order(&frame);
    let SplitOptions {
        method, fraction, ..
    } = options.split;
    let split = match options.split.test_fraction {
        Some(test) => Split::with_test(&frame, order, method, fraction, test),
        None => Split::new(&frame, order, method, fraction),
    };
    if split.training.is_empty() {
        return Err(Error::new(
            code::TRAINING_DATA_INVALID,
            "the data split leaves no rows to train on",
            create.span.clone(),
        ));
    }
    let label = label(&frame, &split, &columns, &options, create)?;

    let encodings = options.trainer.encodings();
    let fitted = columns.plans.iter().zip(&frame.columns);
    let features: Vec<_> = fitted
        .clone()
        .map(|(plan, column)| preprocess::fit(plan, column, &split.training, encodings))
        .collect();
    let feature_summaries = fitted
        .filter_map(|(plan, column)| preprocess::summarize(plan, column, &split.training))
        .collect();
    let input_distributions = preprocess::distributions(connection, create, &columns.plans, &frame);
    let data = TrainingData {
        frame,
        split: &split,
        features: &features,
        label: label.as_ref(),
        span: &create.span,
    };
    let (fitted, tuning) = match &tuning {
        None => (options.trainer.fit(data, progress)?, None),
        Some(tuning) => {
            let (fitted, tried) = tuning::run(tuning, create, &data, progress)?;
            (fitted, Some(tried))
        }
    };

    Ok(Model {
        format: FORMAT,
        name: (&create.model).into(),
        parameters: fitted.parameters,
        options: options.given,
        warnings: options.warnings,
        transform: create.transform.clone(),
        fitted_transform: create.fitted_transform.clone(),
        query: create.query.clone(),
        input_columns: create
            .training
            .columns
            .iter()
            .map(|column| ModelColumn {
                name: column.name.clone(),
                ty: column.ty.clone(),
            })
            .collect(),
        features,
        feature_summaries,
        input_distributions,
        label,
        split_column: columns.split.map(|column| column.name),
        training: fitted.training,
        evaluation: fitted.evaluation,
        explanation: fitted.explanation,
        data: fingerprint,
        tuning,
    })
}

/// The columns of the training query by their part
struct Columns {
    label: Option<Column>,
    split: Option<Column>,
    plans: Vec<Plan>,
}

impl Columns {
    fn new(create: &CreateModel, options: &Options) -> Result<Self, Error> {
        let all = &create.transformed.columns;
        let label = match &options.label {
            Some(named) => {
                let column = find(all, named, "label")?.clone();
                check_label_type(&column, named, options.kind.target)?;
                Some(column)
            }
            None => None,
        };
        let split = match &options.split.column {
            Some(named) => {
                let role = match options.split.method {
                    SplitMethod::Marked => "BOOL",
                    _ => "split",
                };
                let column = find(all, named, role)?.clone();
                check_split_type(&column, named, &options.split)?;
                Some(column)
            }
            None => None,
        };
        let is = |own: &Option<Column>, column: &Column| {
            own.as_ref().is_some_and(|own| own.name == column.name)
        };
        let other = |column: &&Column| !is(&label, column) && !is(&split, column);
        let mut plans = Vec::new();
        for column in all.iter().filter(other) {
            plans.extend(preprocess::expand(column, &create.span)?);
        }
        if plans.is_empty() {
            let message = match &label {
                Some(label) => format!(
                    "the training query has no column besides the label `{}`",
                    label.name
                ),
                None => "the training query has no column".to_owned(),
            };
            return Err(Error::new(
                code::TRAINING_DATA_INVALID,
                message,
                create.span.clone(),
            ));
        }
        Ok(Self {
            label,
            split,
            plans,
        })
    }

    fn sql(&self, create: &CreateModel, options: &Options) -> String {
        let mut items: Vec<String> = self
            .plans
            .iter()
            .enumerate()
            .map(|(index, plan)| {
                format!(
                    "{} AS \"f{index}\"",
                    plan.sql(&quote_identifier(&plan.column))
                )
            })
            .collect();
        let mut labelled = String::new();
        if let Some(label) = &self.label {
            let column = quote_identifier(&label.name);
            let ty = match options.kind.target {
                Target::Number => "DOUBLE",
                Target::Classes | Target::Nothing => "VARCHAR",
            };
            items.push(format!("CAST({column} AS {ty}) AS \"label\""));
            labelled = format!(" WHERE {column} IS NOT NULL");
        }
        if let Some(split) = &self.split {
            let column = quote_identifier(&split.name);
            let value = match options.split.method {
                SplitMethod::Custom if options.split.test_fraction.is_some() => format!(
                    "CASE {column} WHEN 'TRAIN' THEN 0 WHEN 'EVAL' THEN 1 WHEN 'TEST' THEN 2 ELSE CAST(error('the split column is TRAIN, EVAL or TEST where hyperparameters are tuned') AS INTEGER) END"
                ),
                SplitMethod::Custom => format!("coalesce({column}, true)"),
                SplitMethod::Marked => format!("coalesce({column}, false)"),
                _ => format!("rank() OVER (ORDER BY {column})"),
            };
            items.push(format!("CAST({value} AS DOUBLE) AS \"split\""));
        }
        format!(
            "SELECT {} FROM ({}) AS \"input\"{labelled}",
            items.join(", "),
            create.transformed.sql
        )
    }
}

fn find<'a>(columns: &'a [Column], named: &Named, role: &str) -> Result<&'a Column, Error> {
    let found = columns
        .iter()
        .find(|column| column.name.eq_ignore_ascii_case(&named.column));
    found.ok_or_else(|| {
        let mut error = Error::new(
            code::TRAINING_DATA_INVALID,
            format!("the training query has no {role} column `{}`", named.column),
            named.span.clone(),
        );
        let names = columns.iter().map(|column| column.name.as_str());
        error.help = diagnostic::did_you_mean(&named.column, names);
        error
    })
}

fn check_label_type(label: &Column, named: &Named, target: Target) -> Result<(), Error> {
    let ty = label.ty.clone();
    let is_class = matches!(ty, Type::Bool | Type::String) && target == Target::Classes;
    if crate::sql::is_number(&ty) || is_class {
        return Ok(());
    }
    let (of, help) = match target {
        Target::Number => (
            " of a regressor",
            "a regressor's label is INT64, FLOAT64 or NUMERIC",
        ),
        Target::Classes | Target::Nothing => {
            ("", "a label is INT64, FLOAT64, NUMERIC, BOOL or STRING")
        }
    };
    Err(Error::new(
        code::TRAINING_DATA_INVALID,
        format!("column `{}` of type {ty} cannot be a label{of}", label.name),
        named.span.clone(),
    )
    .help(help))
}

fn check_split_type(column: &Column, named: &Named, split: &SplitOptions) -> Result<(), Error> {
    let ty = column.ty.clone();
    let (fits, needed) = match split.method {
        SplitMethod::Custom if split.test_fraction.is_some() => (ty == Type::String, "STRING"),
        SplitMethod::Custom | SplitMethod::Marked => (ty == Type::Bool, "BOOL"),
        _ => (
            !matches!(ty, Type::Array(_) | Type::Struct(_) | Type::Json),
            "a type that can be ordered",
        ),
    };
    if fits {
        return Ok(());
    }
    let role = match split.method {
        SplitMethod::Marked => "column",
        _ => "the split column",
    };
    Err(Error::new(
        code::TRAINING_DATA_INVALID,
        format!("{role} `{}` is {ty}, it must be {needed}", column.name),
        named.span.clone(),
    ))
}

fn no_rows(connection: &Connection, create: &CreateModel, label: Option<&Column>) -> Error {
    let count = format!(
        "SELECT count(*) FROM ({}) AS \"input\"",
        create.transformed.sql
    );
    let rows: i64 = connection
        .query_row(&count, [], |row| row.get(0))
        .unwrap_or(0);
    let message = match label {
        Some(label) if rows != 0 => format!("label `{}` is NULL in all {rows} rows", label.name),
        _ => "the training query returned no rows".to_owned(),
    };
    Error::new(code::TRAINING_DATA_INVALID, message, create.span.clone())
}

/// The label, if the model has one, with its classes
fn label(
    frame: &Frame,
    split: &Split,
    columns: &Columns,
    options: &Options,
    create: &CreateModel,
) -> Result<Option<Label>, Error> {
    let (Some(column), Some(named)) = (&columns.label, &options.label) else {
        return Ok(None);
    };
    let mut label = Label {
        column: column.name.clone(),
        ty: column.ty.clone(),
        classes: Vec::new(),
    };
    if options.kind.target == Target::Classes {
        label.classes = classes(frame, column, named)?;
        check_training_classes(frame, split, &label, create)?;
    }
    Ok(Some(label))
}

/// The label's classes in ascending order
fn classes(frame: &Frame, column: &Column, named: &Named) -> Result<Vec<Class>, Error> {
    let Some(FrameColumn::Category { codes, dictionary }) = &frame.labels else {
        return Err(Error::new(
            code::TRAINING_DATA_INVALID,
            format!("label `{}` has no readable values", column.name),
            named.span.clone(),
        ));
    };
    let mut rows = vec![0; dictionary.len()];
    for &code in codes {
        rows[code as usize] += 1;
    }
    let mut classes: Vec<Class> = dictionary
        .iter()
        .zip(rows)
        .map(|(value, rows)| Class {
            value: value.clone(),
            rows,
        })
        .collect();
    if crate::sql::is_number(&column.ty) {
        let number = |class: &Class| class.value.parse().unwrap_or(f64::NAN);
        classes.sort_by(|left, right| number(left).total_cmp(&number(right)));
    }
    match classes.as_slice() {
        [only] => Err(one_class(&column.name, only, "all", named)),
        _ => Ok(classes),
    }
}

fn one_class(label: &str, class: &Class, which: &str, named: &Named) -> Error {
    Error::new(
        code::LABEL_ONE_CLASS,
        format!(
            "label `{label}` has one value, {}, in {which} {} rows; a classifier needs at least two",
            class.value, class.rows
        ),
        named.span.clone(),
    )
    .help("check how the label is made, and the span of time that the data covers")
}

/// The split may leave the training part with only one of the classes
fn check_training_classes(
    frame: &Frame,
    split: &Split,
    label: &Label,
    create: &CreateModel,
) -> Result<(), Error> {
    let Some(FrameColumn::Category { codes, dictionary }) = &frame.labels else {
        return Ok(());
    };
    let mut found = split.training.iter().map(|&row| codes[row as usize]);
    let Some(first) = found.next() else {
        return Ok(());
    };
    if found.any(|code| code != first) {
        return Ok(());
    }
    let named = Named {
        column: label.column.clone(),
        span: create.span.clone(),
    };
    let class = Class {
        value: dictionary[first as usize].clone(),
        rows: split.training.len() as u64,
    };
    Err(one_class(
        &label.column,
        &class,
        "the split's training part, all",
        &named,
    ))
}
