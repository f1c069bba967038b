//! What a model predicts for the rows of an input, as stages of a DuckDB query that others build on

use googlesql::{Error, ModelFunction};

use super::input::Input;
use super::predict::lines;
use super::score::{Score, probability};
use crate::Model;
use crate::model::Label;
use crate::sql::{double, typed};

/// The rows of an input with what a model says of them
pub struct Prediction<'a> {
    score: Score,
    input: &'a Input,
    label: &'a Label,
    stages: Vec<Vec<String>>,
    /// The predicted label's expression, over [`Self::query`]
    pub predicted: String,
    /// Of a classifier, the expression of each class's probability, in the label's order
    pub probabilities: Vec<String>,
    /// The expressions of the margins, over [`Self::query`], if they were kept
    pub margins: Vec<String>,
}

/// How much a prediction keeps for those who build on it
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The label and its probabilities
    Label,
    /// The margins, too
    Margins,
}

impl<'a> Prediction<'a> {
    /// For models that predict a label; none for others
    ///
    /// # Errors
    /// `Q008` for a threshold that the model cannot have
    pub fn new(
        model: &Model,
        label: &'a Label,
        input: &'a Input,
        call: &ModelFunction,
        keep: Keep,
    ) -> Result<Option<Self>, Error> {
        let Some(score) = Score::of(model, input) else {
            return Ok(None);
        };
        if label.classes.len() == 2 {
            let threshold = super::settings::threshold(call)?;
            return Ok(Some(Self::binary(score, label, input, threshold, keep)));
        }
        super::settings::no_threshold(call, "classifiers of two classes")?;
        Ok(Some(match label.classes.is_empty() {
            true => Self::number(score, label, input),
            false => Self::multiclass(score, label, input),
        }))
    }

    /// The query: `first` are further items over the alias `input`
    pub fn query(&self, first: &[String]) -> String {
        let mut stages = self.stages.iter();
        let mut items: Vec<String> = stages.next().cloned().unwrap_or_default();
        items.extend(first.iter().cloned());
        let mut sql = format!(
            "SELECT\n    {}\n  FROM ({}) AS \"input\"\n{}",
            items.join(",\n    "),
            self.input.sql,
            lines(&self.score.joins)
        );
        for stage in stages {
            sql = format!(
                "SELECT *, {}\n  FROM (\n  {sql}) AS \"staged\"\n",
                stage.join(", ")
            );
        }
        sql
    }

    /// What features add to the margins
    pub fn score(&self) -> &Score {
        &self.score
    }

    fn binary(
        score: Score,
        label: &'a Label,
        input: &'a Input,
        threshold: f64,
        keep: Keep,
    ) -> Self {
        let own = "\"__probability\"";
        let margin = score.margin(0);
        let class = |index: usize| typed(&label.classes[index].value, &label.ty);
        let (stages, margins) = match keep {
            Keep::Label => (
                vec![vec![format!("{} AS {own}", probability(&margin))]],
                Vec::new(),
            ),
            Keep::Margins => (
                vec![
                    vec![format!("{margin} AS \"__margin\"")],
                    vec![format!("{} AS {own}", probability("\"__margin\""))],
                ],
                vec!["\"__margin\"".to_owned()],
            ),
        };
        Self {
            predicted: format!(
                "CASE WHEN {own} > {} THEN {} ELSE {} END",
                double(threshold),
                class(1),
                class(0)
            ),
            probabilities: vec![format!("1e0 - {own}"), own.to_owned()],
            margins,
            stages,
            score,
            input,
            label,
        }
    }

    fn multiclass(score: Score, label: &'a Label, input: &'a Input) -> Self {
        let count = label.classes.len();
        let names = |prefix: &str| -> Vec<String> {
            (0..count).map(|n| format!("\"__{prefix}_{n}\"")).collect()
        };
        let (margins, powers) = (names("margin"), names("power"));
        let alias = |(index, name): (usize, &String)| format!("{} AS {name}", score.margin(index));
        let scored = margins.iter().enumerate().map(alias).collect();
        let largest = format!("greatest({}) AS \"__largest\"", margins.join(", "));
        let raised = margins.iter().zip(&powers);
        let raised = raised
            .map(|(margin, power)| format!("exp({margin} - \"__largest\") AS {power}"))
            .collect();
        let total = format!("{} AS \"__total\"", powers.join(" + "));
        let cases: Vec<String> = margins
            .iter()
            .zip(&label.classes)
            .map(|(margin, class)| {
                let value = typed(&class.value, &label.ty);
                format!("WHEN {margin} = \"__largest\" THEN {value}")
            })
            .collect();
        Self {
            predicted: format!("CASE {} END", cases.join(" ")),
            probabilities: powers
                .iter()
                .map(|power| format!("{power} / \"__total\""))
                .collect(),
            margins,
            stages: vec![scored, vec![largest], raised, vec![total]],
            score,
            input,
            label,
        }
    }

    fn number(score: Score, label: &'a Label, input: &'a Input) -> Self {
        Self {
            predicted: "\"__margin\"".to_owned(),
            probabilities: Vec::new(),
            margins: vec!["\"__margin\"".to_owned()],
            stages: vec![vec![format!("{} AS \"__margin\"", score.margin(0))]],
            score,
            input,
            label,
        }
    }

    /// The array of (label, prob), classes in descending order
    pub fn array(&self) -> String {
        let pairs = self.label.classes.iter().zip(&self.probabilities).rev();
        let pairs: Vec<String> = pairs
            .map(|(class, probability)| {
                let value = typed(&class.value, &self.label.ty);
                format!("{{'label': {value}, 'prob': {probability}}}")
            })
            .collect();
        format!("[{}]", pairs.join(", "))
    }
}
