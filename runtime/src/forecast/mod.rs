//! What a run would do, action by action, as the warehouse stands now, and what it would cost

mod change;
mod cost;
mod estimate;

use std::collections::{BTreeMap, HashMap};

use diagnostic::{Diagnostic, code};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx_compiler::{ActionRef, Target};

use crate::check::ProjectCheck;
use crate::plan::Plan;
use crate::settings::Environment;
use crate::vertex::Vertex;
use crate::warehouse::{Engine, TableState, Warehouse};

pub use change::{Change, ColumnChanges, Found};
pub use cost::{Cost, Dollars, TagCost};

/// What a run would do
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Forecast {
    /// What it would do for each action, in the order of the run
    pub actions: Vec<ActionForecast>,
    /// What the actions with each tag would cost; an action with several counts for each
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagCost>,
    /// What all of it would cost; left out where the engine costs nothing
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Cost>,
}

/// What a run would do for an action
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ActionForecast {
    /// `dataset.name`
    pub action: String,
    /// Such as `table`, `view`, `assertion`
    pub kind: String,
    /// The file that defines it, relative to the project
    pub file: String,
    /// Its tags
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What it would do
    pub change: Change,
    /// Why it would do that: a fragment
    pub reason: String,
    /// How the table's columns would change
    #[serde(skip_serializing_if = "ColumnChanges::is_empty")]
    pub columns: ColumnChanges,
    /// What it would cost; left out where the engine costs nothing
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

/// Looks at what stands in the warehouse, and asks it what the statements would cost
///
/// `check` tells the columns that the queries give; without it changes of columns stay unknown. `vertex` looks at
/// what is on Vertex AI; without it all of that counts as new.
///
/// # Errors
/// The warehouse cannot be asked
pub fn forecast(
    plan: &Plan,
    warehouse: &dyn Warehouse,
    environment: &Environment,
    check: Option<&ProjectCheck>,
    vertex: Option<&Vertex>,
) -> Result<Forecast, Diagnostic> {
    let actions: Vec<ActionRef<'_>> = (0..plan.actions.len())
        .filter_map(|index| plan.action(index))
        .collect();
    let states = States::of(&actions, warehouse)?;
    let costs = match warehouse.engine() {
        Engine::Embedded => vec![None; actions.len()],
        Engine::BigQuery => estimate::costs(plan, &actions, &states, warehouse, environment),
    };
    let forecasts: Vec<ActionForecast> = plan
        .actions
        .iter()
        .zip(&actions)
        .zip(costs)
        .map(|((planned, action), cost)| {
            let state = states.get(action.target());
            let schema = check.and_then(|check| {
                let mut checked = check.actions.iter();
                let found = checked.find(|one| one.target == *action.target());
                found.and_then(|one| one.schema.as_ref())
            });
            let found = match (action, vertex) {
                (ActionRef::Vertex(action), Some(vertex)) if action.disabled != Some(true) => {
                    vertex.look(action)
                }
                _ => Ok(change::of(*action, state, plan.full_refresh, schema)),
            }?;
            Ok(ActionForecast {
                action: planned.name.clone(),
                kind: planned.kind.as_str().to_owned(),
                file: planned.file.clone(),
                tags: action.tags().to_vec(),
                change: found.change,
                reason: found.reason,
                columns: found.columns,
                cost: cost.filter(|_| found.change != Change::Skip),
            })
        })
        .collect::<Result<_, Diagnostic>>()?;
    let total = Cost::sum(forecasts.iter().filter_map(|action| action.cost.as_ref()));
    let mut tags: BTreeMap<&str, Vec<&Cost>> = BTreeMap::new();
    for action in &forecasts {
        for (tag, cost) in action.tags.iter().zip(std::iter::repeat(&action.cost)) {
            tags.entry(tag).or_default().extend(cost);
        }
    }
    let tags = tags.into_iter().filter_map(|(tag, costs)| {
        Some(TagCost {
            tag: tag.to_owned(),
            cost: Cost::sum(costs.into_iter())?,
        })
    });
    Ok(Forecast {
        tags: tags.collect(),
        total,
        actions: forecasts,
    })
}

impl Forecast {
    /// How many actions would end up with a change
    pub fn count(&self, change: Change) -> usize {
        let actions = self.actions.iter();
        actions.filter(|action| action.change == change).count()
    }

    /// Refuses what would cost more; what cannot be estimated counts for nothing
    ///
    /// # Errors
    /// It would cost more
    pub fn within(&self, most: Dollars) -> Result<(), Diagnostic> {
        let cost = self.total.as_ref().and_then(|total| total.dollars);
        let Some(cost) = cost.filter(|cost| *cost > most) else {
            return Ok(());
        };
        let mut actions: Vec<&ActionForecast> = self.actions.iter().collect();
        let dollars = |action: &&ActionForecast| action.cost.as_ref().and_then(|cost| cost.dollars);
        actions.sort_by_key(|action| std::cmp::Reverse(dollars(action)));
        let dearest = actions.first().map_or("", |action| &action.action);
        Err(Diagnostic::error(
            code::OVER_BUDGET,
            format!("the run would cost about {cost}, more than the {most} of `--max-cost`"),
        )
        .help(format!(
            "`{dearest}` costs most; `sqlx-run plan` shows all, `--exclude` leaves actions out"
        )))
    }
}

/// What stands at targets
pub struct States(HashMap<Target, TableState>);

impl States {
    /// Of the planned actions and of all that they depend on, asked for at once
    fn of(actions: &[ActionRef<'_>], warehouse: &dyn Warehouse) -> Result<Self, Diagnostic> {
        let own = actions.iter().filter(|action| !action.kind().is_vertex());
        let own = own.map(|action| action.target().clone());
        let read = actions
            .iter()
            .flat_map(|action| action.dependency_targets());
        let mut targets: Vec<Target> = own.chain(read.cloned()).collect();
        targets.retain(|target| !target.name.is_empty() && !target.name.contains('*'));
        targets.sort();
        targets.dedup();
        let found = warehouse.describe(&targets)?;
        let found = targets.into_iter().zip(found);
        Ok(Self(
            found
                .filter_map(|(target, state)| Some((target, state?)))
                .collect(),
        ))
    }

    /// What stands at a target
    pub fn get(&self, target: &Target) -> Option<&TableState> {
        self.0.get(target)
    }
}
