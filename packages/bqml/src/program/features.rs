//! A model's features inside a program: from columns that may be NULL to numbers and categories

use super::{Builder, Element, List, NodeId, Unsupported, build};
use crate::model::Model;
use crate::preprocess::{Encoding, Feature, Part};

/// A value that may be NULL; where it is, `value` is not to be looked at
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nullable {
    /// The value
    pub value: NodeId,
    /// Whether it is NULL
    pub null: NodeId,
}

/// What a feature adds to the slots
#[derive(Debug, Clone, PartialEq)]
pub enum Encoded {
    /// Slots as they are: a matrix
    Slots(NodeId),
    /// One slot: `value × scale`, where `value` is no longer NULL
    Number {
        /// A column
        value: NodeId,
        /// What makes it the slot
        scale: f64,
    },
    /// One slot per category and one after them for NULL: the place of the one that is 1, past the
    /// last where none is
    Place {
        /// A column of positions
        index: NodeId,
        /// How many slots
        slots: usize,
        /// The slot that is left out
        dropped: Option<usize>,
    },
}

/// The columns of a model's features, each as a value that may be NULL
pub trait Columns {
    /// The column that a feature is made of, as a number or a text
    ///
    /// # Errors
    /// What no program can do
    fn value(&mut self, feature: &Feature, build: &mut Builder) -> Result<Nullable, Unsupported>;

    /// The vector that a feature is, as a matrix of so many columns
    ///
    /// # Errors
    /// What no program can do
    fn vector(
        &mut self,
        feature: &Feature,
        dimension: usize,
        build: &mut Builder,
    ) -> Result<NodeId, Unsupported>;
}

/// The caller's columns themselves
pub struct Given;

impl Columns for Given {
    fn value(&mut self, feature: &Feature, build: &mut Builder) -> Result<Nullable, Unsupported> {
        let element = match crate::sql::is_number(&feature.ty) {
            true => Element::Number,
            false => Element::Text,
        };
        Ok(given(&feature.name, element, build))
    }

    fn vector(
        &mut self,
        feature: &Feature,
        _dimension: usize,
        _build: &mut Builder,
    ) -> Result<NodeId, Unsupported> {
        Err(no_arrays(feature))
    }
}

/// A caller's column, whose NULL is NaN or the empty text
pub fn given(name: &str, element: Element, build: &mut Builder) -> Nullable {
    let value = build.input(name, element);
    let null = match element {
        Element::Number => build.is_nan(value),
        _ => {
            let empty = build.text("");
            build.compare(super::Comparison::Equal, value, empty)
        }
    };
    Nullable { value, null }
}

/// All features of a model, encoded, in their order
pub fn encode(
    model: &Model,
    columns: &mut dyn Columns,
    build: &mut Builder,
) -> Result<Vec<Encoded>, Unsupported> {
    let features = model.features.iter();
    features
        .map(|feature| {
            check(feature)?;
            if let Encoding::Vector { dimension } = &feature.encoding {
                let vector = columns.vector(feature, *dimension, build)?;
                return Ok(Encoded::Slots(vector));
            }
            let value = columns.value(feature, build)?;
            encode_one(feature, value, build)
        })
        .collect()
}

fn check(feature: &Feature) -> Result<(), Unsupported> {
    match feature.part {
        Part::Whole => Ok(()),
        _ => Err(Unsupported::new(format!(
            "the feature `{}` of type {} cannot be exported: BigQuery exports no TIMESTAMP features",
            feature.name, feature.ty
        ))),
    }
}

fn no_arrays(feature: &Feature) -> Unsupported {
    Unsupported::new(format!(
        "the feature `{}` of type {} cannot be exported: BigQuery exports no ARRAY features",
        feature.name, feature.ty
    ))
}

fn encode_one(
    feature: &Feature,
    value: Nullable,
    build: &mut Builder,
) -> Result<Encoded, Unsupported> {
    match &feature.encoding {
        Encoding::Standardized { mean, deviation } => {
            let mean = build.number(*mean);
            let value = build.select(value.null, mean, value.value);
            Ok(Encoded::Number {
                value: build.subtract(value, mean),
                scale: match *deviation {
                    0.0 => 0.0,
                    deviation => 1.0 / deviation,
                },
            })
        }
        Encoding::Number { mean } => {
            let mean = build.number(*mean);
            Ok(Encoded::Number {
                value: build.select(value.null, mean, value.value),
                scale: 1.0,
            })
        }
        Encoding::Label { categories } => {
            let unknown = build.index(-1);
            let found = build.find(value.value, categories, -1);
            let found = build.select(value.null, unknown, found);
            let place = build.to_number(found);
            let one = build.number(1.0);
            Ok(Encoded::Number {
                value: build.add(place, one),
                scale: 1.0,
            })
        }
        Encoding::OneHot {
            categories,
            dropped,
        } => {
            let count = categories.len();
            let null = build.index(count as i64);
            let found = build.find(value.value, categories, count as i64 + 1);
            Ok(Encoded::Place {
                index: build.select(value.null, null, found),
                slots: count + 1,
                dropped: *dropped,
            })
        }
        Encoding::MultiHot { .. } | Encoding::Vector { .. } => Err(no_arrays(feature)),
    }
}

impl Encoded {
    /// How many slots
    pub fn slots(&self, build: &Builder) -> usize {
        match self {
            Self::Slots(matrix) => build.width(*matrix),
            Self::Number { .. } => 1,
            Self::Place { slots, .. } => *slots,
        }
    }

    /// What the slots add to a sum with these weights, one per slot: a column
    pub fn weighted(&self, weights: &[f64], build: &mut Builder) -> Option<NodeId> {
        if weights.iter().all(|weight| *weight == 0.0) {
            return None;
        }
        match self {
            Self::Slots(matrix) => {
                let table: Vec<Vec<f64>> = weights.iter().map(|weight| vec![*weight]).collect();
                let product = build.matmul(*matrix, &table);
                Some(build.column(product, 0))
            }
            Self::Number { scale: 0.0, .. } => None,
            Self::Number { value, scale } => {
                let weight = build.number(weights[0] * scale);
                Some(build.multiply(*value, weight))
            }
            Self::Place { index, dropped, .. } => {
                let mut list = weights.to_vec();
                if let Some(weight) = dropped.and_then(|at| list.get_mut(at)) {
                    *weight = 0.0;
                }
                list.push(0.0);
                Some(build.pick(List::Numbers(list.into()), *index))
            }
        }
    }

    /// What the slots add to several sums, each with a weight per slot: a matrix with a column per sum
    pub fn weighted_each(&self, weights: &[&[f64]], build: &mut Builder) -> Option<NodeId> {
        if weights
            .iter()
            .all(|one| one.iter().all(|weight| *weight == 0.0))
        {
            return None;
        }
        // a row for each slot
        let slots = weights.first().map_or(0, |first| first.len());
        let mut table: Vec<Vec<f64>> = (0..slots)
            .map(|slot| weights.iter().map(|one| one[slot]).collect())
            .collect();
        match self {
            Self::Slots(matrix) => Some(build.matmul(*matrix, &table)),
            Self::Number { scale: 0.0, .. } => None,
            Self::Number { value, scale } => {
                let row = table
                    .remove(0)
                    .iter()
                    .map(|weight| weight * scale)
                    .collect();
                let row = build.row(row);
                let value = build.stack(vec![*value]);
                Some(build.multiply(value, row))
            }
            Self::Place { index, dropped, .. } => {
                if let Some(row) = dropped.and_then(|at| table.get_mut(at)) {
                    row.fill(0.0);
                }
                table.push(vec![0.0; weights.len()]);
                Some(build.pick_row(&table, *index))
            }
        }
    }
}

/// All slots in order, as a matrix
pub fn slots(encoded: &[Encoded], build: &mut Builder) -> NodeId {
    let mut matrices = Vec::new();
    let mut columns = Vec::new();
    let close = |columns: &mut Vec<NodeId>, build: &mut Builder| {
        (!columns.is_empty()).then(|| build.stack(std::mem::take(columns)))
    };
    for one in encoded {
        match one {
            Encoded::Slots(matrix) => {
                matrices.extend(close(&mut columns, build));
                matrices.push(*matrix);
            }
            Encoded::Number { value, scale } => {
                let value = *value;
                columns.push(match *scale {
                    1.0 => value,
                    scale => {
                        let scale = build.number(scale);
                        build.multiply(value, scale)
                    }
                });
            }
            Encoded::Place {
                index,
                slots,
                dropped,
            } => {
                matrices.extend(close(&mut columns, build));
                let all = build.one_hot(*index, *slots);
                matrices.push(match dropped {
                    None => all,
                    Some(dropped) => {
                        let mut kept = vec![1.0; *slots];
                        kept[*dropped] = 0.0;
                        let kept = build.row(kept);
                        build.multiply(all, kept)
                    }
                });
            }
        }
    }
    matrices.extend(close(&mut columns, build));
    build.join(matrices)
}

/// A label's classes in descending order, as callers get them
pub fn class_names(classes: &[crate::model::Class]) -> List {
    build::texts(classes.iter().rev().map(|class| class.value.as_str()))
}
