//! What is known of a model before it is trained, and which columns a function of it gives

use googlesql::{Column, Field, ModelFunction, ModelOption, Schema, Type, Value};

/// What is known of a model before it is trained
#[derive(Debug, Clone)]
pub struct ModelShape {
    /// Upper case, such as `LOGISTIC_REG`
    kind: String,
    /// The columns that it predicts
    labels: Vec<String>,
    /// The columns that it is trained on
    training: Schema,
}

const CLASSIFIERS: &[&str] = &[
    "LOGISTIC_REG",
    "BOOSTED_TREE_CLASSIFIER",
    "RANDOM_FOREST_CLASSIFIER",
    "DNN_CLASSIFIER",
];

const REGRESSORS: &[&str] = &[
    "LINEAR_REG",
    "BOOSTED_TREE_REGRESSOR",
    "RANDOM_FOREST_REGRESSOR",
    "DNN_REGRESSOR",
];

const CLASSIFIER_METRICS: &[&str] = &[
    "precision",
    "recall",
    "accuracy",
    "f1_score",
    "log_loss",
    "roc_auc",
];

const REGRESSOR_METRICS: &[&str] = &[
    "mean_absolute_error",
    "mean_squared_error",
    "mean_squared_log_error",
    "median_absolute_error",
    "r2_score",
    "explained_variance",
];

impl ModelShape {
    /// From the options of the statement that trains the model
    pub fn new(options: &[ModelOption], training: Schema) -> Self {
        let option = |name: &str| {
            let mut options = options.iter();
            options
                .find(|option| option.name == name)
                .map(|option| &option.value)
        };
        let kind = match option("model_type") {
            Some(Value::String(kind)) => kind.to_ascii_uppercase(),
            _ => String::new(),
        };
        let labels = match option("input_label_cols") {
            Some(Value::Array(labels)) => labels
                .iter()
                .filter_map(|label| match label {
                    Value::String(label) => Some(label.clone()),
                    _ => None,
                })
                .collect(),
            Some(_) => Vec::new(),
            None => vec!["label".to_owned()],
        };
        Self {
            kind,
            labels,
            training,
        }
    }

    /// What a model function gives, as far as it follows from the statement that trains the model
    pub fn answer(&self, call: &ModelFunction) -> Vec<Column> {
        let given = call.inputs.first().map(|input| input.columns.as_slice());
        let given = || given.unwrap_or_default().iter().cloned();
        let numbers = |names: &[&str]| -> Vec<Column> {
            let of = |name: &&str| Column::new(*name, Type::Float64);
            names.iter().map(of).collect()
        };
        let (classifies, regresses) = (self.is(CLASSIFIERS), self.is(REGRESSORS));
        match (call.function.as_str(), self.labels.as_slice()) {
            ("ML.PREDICT", _) if self.kind == "KMEANS" => {
                let mut columns = vec![
                    Column::new("CENTROID_ID", Type::Int64),
                    list(
                        "NEAREST_CENTROIDS_DISTANCE",
                        vec![
                            field("CENTROID_ID", Type::Int64),
                            field("DISTANCE", Type::Float64),
                        ],
                    ),
                ];
                columns.extend(given());
                columns
            }
            ("ML.DETECT_ANOMALIES", _) if self.is(&["KMEANS", "PCA"]) => {
                let mut columns = vec![Column::new("is_anomaly", Type::Bool)];
                if self.kind == "KMEANS" {
                    columns.extend(numbers(&["normalized_distance"]));
                    columns.push(Column::new("CENTROID_ID", Type::Int64));
                } else {
                    columns.extend(numbers(&["mean_squared_error"]));
                }
                columns.extend(given());
                columns
            }
            ("ML.EVALUATE", _) if self.kind == "KMEANS" => {
                numbers(&["davies_bouldin_index", "mean_squared_distance"])
            }
            ("ML.EVALUATE", _) if self.kind == "PCA" => {
                numbers(&["total_explained_variance_ratio"])
            }
            ("ML.PREDICT", [label]) if classifies || regresses => {
                let mut columns = vec![self.predicted(label)];
                if classifies {
                    columns.push(self.probabilities(label));
                }
                columns.extend(given());
                columns
            }
            ("ML.EXPLAIN_PREDICT", [label]) if classifies || regresses => {
                let mut columns = vec![self.predicted(label)];
                if classifies {
                    columns.push(Column::new("probability", Type::Float64));
                }
                columns.push(list(
                    "top_feature_attributions",
                    vec![
                        field("feature", Type::String),
                        field("attribution", Type::Float64),
                    ],
                ));
                columns.extend(numbers(&[
                    "baseline_prediction_value",
                    "prediction_value",
                    "approximation_error",
                ]));
                columns.extend(given());
                columns
            }
            ("ML.EVALUATE", _) if classifies => numbers(CLASSIFIER_METRICS),
            ("ML.EVALUATE", _) if regresses => numbers(REGRESSOR_METRICS),
            ("ML.ADVANCED_WEIGHTS", _) if classifies || regresses => {
                let texts = ["processed_input", "category"];
                let mut columns: Vec<Column> = texts
                    .iter()
                    .map(|name| Column::new(*name, Type::String))
                    .collect();
                columns.extend(numbers(&["weight", "standard_error", "p_value"]));
                columns
            }
            _ => vec![Column::rest()],
        }
    }

    fn is(&self, kinds: &[&str]) -> bool {
        kinds.contains(&self.kind.as_str())
    }

    fn label_type(&self, label: &str) -> Type {
        let mut trained = self.training.columns.iter().map(|one| &one.column);
        let column = trained.find(|column| column.name.eq_ignore_ascii_case(label));
        column.map_or(Type::Unknown, |column| column.ty.clone())
    }

    fn predicted(&self, label: &str) -> Column {
        let ty = if self.is(REGRESSORS) {
            Type::Float64
        } else {
            self.label_type(label)
        };
        Column::new(format!("predicted_{label}"), ty)
    }

    fn probabilities(&self, label: &str) -> Column {
        list(
            &format!("predicted_{label}_probs"),
            vec![
                field("label", self.label_type(label)),
                field("prob", Type::Float64),
            ],
        )
    }
}

fn list(name: &str, fields: Vec<Field>) -> Column {
    Column::new(name, Type::Array(Box::new(Type::Struct(fields))))
}

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: Some(name.to_owned()),
        ty,
    }
}
