//! A forest in XGBoost's own form of a booster
//!
//! <https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html>

use super::ubjson::Value;
use crate::preprocess::Feature;
use crate::trees::{Forest, Link, Tree};

/// The parent of a root
const NO_PARENT: i32 = i32::MAX;

/// The version of XGBoost whose form this is
const VERSION: [i32; 3] = [2, 1, 0];

/// The content of `model.bst`
pub fn write(forest: &Forest, features: &[Feature]) -> Vec<u8> {
    let width: usize = features.iter().map(Feature::width).sum();
    // what margins begin with is a tree of one leaf for each group
    let bases = forest.base.iter().enumerate();
    let bases: Vec<Tree> = bases.map(|(group, base)| leaf(group, *base)).collect();
    let all: Vec<&Tree> = bases.iter().chain(&forest.trees).collect();
    let (objective, parameters) = objective(forest);
    let classes = match forest.link {
        Link::Softmax => forest.groups(),
        Link::Identity | Link::Logistic => 0,
    };
    let model = Value::Object(vec![
        (
            "gbtree_model_param",
            Value::Object(vec![
                ("num_parallel_tree", Value::parameter(1)),
                ("num_trees", Value::parameter(all.len())),
            ]),
        ),
        (
            "iteration_indptr",
            Value::List([0, all.len() as i32].map(Value::Integer).into()),
        ),
        (
            "tree_info",
            Value::List(
                all.iter()
                    .map(|tree| Value::Integer(tree.group as i32))
                    .collect(),
            ),
        ),
        (
            "trees",
            Value::List(
                all.iter()
                    .enumerate()
                    .map(|(at, one)| tree(one, at, width))
                    .collect(),
            ),
        ),
    ]);
    let learner = Value::Object(vec![
        ("attributes", Value::Object(Vec::new())),
        ("feature_names", Value::List(Vec::new())),
        ("feature_types", Value::List(Vec::new())),
        (
            "gradient_booster",
            Value::Object(vec![("model", model), ("name", Value::parameter("gbtree"))]),
        ),
        (
            "learner_model_param",
            Value::Object(vec![
                (
                    "base_score",
                    // the margin 0 in the objective's own measure
                    Value::parameter(match forest.link {
                        Link::Logistic => "5E-1",
                        Link::Identity | Link::Softmax => "0E0",
                    }),
                ),
                ("boost_from_average", Value::parameter(0)),
                ("num_class", Value::parameter(classes)),
                ("num_feature", Value::parameter(width)),
                ("num_target", Value::parameter(1)),
            ]),
        ),
        (
            "objective",
            Value::Object(vec![("name", Value::parameter(objective)), parameters]),
        ),
    ]);
    Value::Object(vec![
        ("learner", learner),
        (
            "version",
            Value::List(VERSION.map(Value::Integer).into_iter().collect()),
        ),
    ])
    .encode()
}

fn objective(forest: &Forest) -> (&'static str, (&'static str, Value)) {
    let scale = || {
        let scale = vec![("scale_pos_weight", Value::parameter(1))];
        ("reg_loss_param", Value::Object(scale))
    };
    match forest.link {
        Link::Identity => ("reg:squarederror", scale()),
        Link::Logistic => ("binary:logistic", scale()),
        Link::Softmax => {
            let classes = vec![("num_class", Value::parameter(forest.groups()))];
            (
                "multi:softprob",
                ("softmax_multiclass_param", Value::Object(classes)),
            )
        }
    }
}

fn leaf(group: usize, value: f64) -> Tree {
    Tree {
        group,
        left: vec![0],
        slots: vec![0],
        thresholds: vec![0.0],
        values: vec![value],
        gains: vec![0.0],
        covers: vec![0.0],
    }
}

fn tree(tree: &Tree, at: usize, width: usize) -> Value {
    let count = tree.left.len();
    let floats = |values: &[f64]| Value::Floats(values.iter().map(|value| *value as f32).collect());
    let child = |offset: i32| {
        let children = (0..count).map(|node| match tree.is_leaf(node) {
            true => -1,
            false => tree.left[node] as i32 + offset,
        });
        Value::Integers(children.collect())
    };
    let mut parents = vec![NO_PARENT; count];
    for node in (0..count).filter(|node| !tree.is_leaf(*node)) {
        let left = tree.left[node] as usize;
        parents[left] = node as i32;
        parents[left + 1] = node as i32;
    }
    // a leaf's value stands where other nodes have their threshold
    let conditions = (0..count).map(|node| match tree.is_leaf(node) {
        true => tree.values[node] as f32,
        false => tree.thresholds[node] as f32,
    });
    Value::Object(vec![
        ("base_weights", floats(&tree.values)),
        ("categories", Value::Integers(Vec::new())),
        ("categories_nodes", Value::Integers(Vec::new())),
        ("categories_segments", Value::Longs(Vec::new())),
        ("categories_sizes", Value::Longs(Vec::new())),
        ("default_left", Value::Bytes(vec![1; count])),
        ("id", Value::Integer(at as i32)),
        ("left_children", child(0)),
        ("loss_changes", floats(&tree.gains)),
        ("parents", Value::Integers(parents)),
        ("right_children", child(1)),
        ("split_conditions", Value::Floats(conditions.collect())),
        (
            "split_indices",
            Value::Integers(tree.slots.iter().map(|slot| *slot as i32).collect()),
        ),
        ("split_type", Value::Bytes(vec![0; count])),
        ("sum_hessian", floats(&tree.covers)),
        (
            "tree_param",
            Value::Object(vec![
                ("num_deleted", Value::parameter(0)),
                ("num_feature", Value::parameter(width)),
                ("num_nodes", Value::parameter(count)),
                ("size_leaf_vector", Value::parameter(1)),
            ]),
        ),
    ])
}
