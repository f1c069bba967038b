//! What a window's requests look like, by deployed model and feature

use std::collections::BTreeMap;

use bqml::Distribution;
use serde_json::Value;

/// How many numbers of a feature are looked at where no bins are known, chosen by chance
const NUMBERS: usize = 20_000;

/// The values of a feature
#[derive(Debug)]
pub struct Observed {
    known: Option<Distribution>,
    numbers: Vec<f64>,
    seen: u64,
    missing: u64,
    categories: Distribution,
}

impl Observed {
    /// Values that are to be counted as those of `like` were, where that is known
    pub fn new(like: Option<&Distribution>) -> Self {
        Self {
            known: like.map(Distribution::emptied),
            numbers: Vec::new(),
            seen: 0,
            missing: 0,
            categories: Distribution::of_categories(BTreeMap::new(), 0),
        }
    }

    /// Counts a value as an instance has it
    pub fn count(&mut self, value: Option<&Value>) {
        let value = value.filter(|value| !value.is_null());
        match &mut self.known {
            Some(known) => count(known, value),
            None => match value {
                None => {
                    self.missing += 1;
                    self.categories.count_missing();
                }
                Some(Value::Number(number)) => self.sample(number.as_f64().unwrap_or(f64::NAN)),
                Some(other) => self.categories.count_category(&text(other)),
            },
        }
    }

    /// How the values are distributed
    pub fn finish(mut self) -> Distribution {
        match self.known {
            Some(known) => known,
            None if self.numbers.is_empty() => self.categories,
            None => Distribution::of_numbers(&mut self.numbers, self.missing),
        }
    }

    fn sample(&mut self, number: f64) {
        self.seen += 1;
        if self.numbers.len() < NUMBERS {
            self.numbers.push(number);
            return;
        }
        // each number seen so far is among the chosen ones with the same chance
        let at = rand::random_range(0..self.seen);
        if let Some(place) = usize::try_from(at)
            .ok()
            .and_then(|at| self.numbers.get_mut(at))
        {
            *place = number;
        }
    }
}

fn count(known: &mut Distribution, value: Option<&Value>) {
    match (&mut *known, value) {
        (_, None) => known.count_missing(),
        (Distribution::Categories { .. }, Some(value)) => known.count_category(&text(value)),
        (Distribution::Numbers { .. }, Some(value)) => match number(value) {
            Some(number) => known.count_number(number),
            None => known.count_missing(),
        },
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Array(values) => number(values.first()?),
        _ => None,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) if values.len() == 1 => text(&values[0]),
        other => other.to_string(),
    }
}
