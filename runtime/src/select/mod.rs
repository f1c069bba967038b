//! Which actions of a graph a command is about: one language for every command, and why each was chosen

mod edges;
mod evaluate;
mod evidence;
mod expression;
mod find;
mod items;
mod parse;
mod prune;
mod reason;
mod selection;

use std::collections::BTreeMap;

use diagnostic::{Diagnostic, code};
use sqlx_compiler::{ActionKind, ActionRef, CompiledGraph};

pub use edges::Edges;
pub use evidence::{Baseline, Evidence};
pub use expression::{Atom, Depth, Expression, Method, Reach};
pub use find::result_of;
pub use items::{Item, target_names};
pub use reason::{Direction as ReasonDirection, Reason, Step, Why};
pub use selection::Selection;

/// What a graph has, in its order, and what of it is chosen
#[derive(Debug)]
pub struct Selected<'a> {
    /// All actions, declarations too, then all unit tests
    pub items: Vec<Item<'a>>,
    /// Positions in `items`, each with the reason
    pub chosen: BTreeMap<usize, Reason>,
}

impl<'a> Selected<'a> {
    /// The chosen items, in the graph's order
    pub fn chosen_items(&self) -> impl Iterator<Item = &Item<'a>> {
        self.chosen.keys().map(|&position| &self.items[position])
    }

    /// Why something was chosen; `None` if it was not
    pub fn why(&self, position: usize) -> Option<Why> {
        let reason = self.chosen.get(&position)?;
        Some(Why::of(reason, position, &self.items))
    }

    /// The same without what a command has nothing to do with
    ///
    /// # Errors
    /// Nothing is left
    pub fn only(
        mut self,
        wanted: impl Fn(&Item<'a>) -> bool,
        noun: &str,
    ) -> Result<Self, Diagnostic> {
        let items = &self.items;
        let before = self.chosen.len();
        let first = self.chosen.keys().next().copied();
        self.chosen.retain(|&position, _| wanted(&items[position]));
        if !self.chosen.is_empty() {
            return Ok(self);
        }
        let message = match first.map(|position| &self.items[position]) {
            Some(item) if before == 1 => format!(
                "the selection is `{}`, a {}, and no {noun}",
                item.name(),
                item.kind()
            ),
            Some(_) => format!("the selection has no {noun}: {before} others were chosen"),
            None => format!("the selection has no {noun}"),
        };
        Err(Diagnostic::error(code::NOTHING_SELECTED, message)
            .help("`sqlx-run list` with the same flags prints a selection"))
    }
}

/// Chooses; where nothing is asked for, everything
///
/// # Errors
/// A tag, name, file or source that nothing has (with the nearest one), a project without anything, or
/// a selection that nothing is left of
pub fn select<'a>(
    graph: &'a CompiledGraph,
    selection: &Selection,
) -> Result<Selected<'a>, Diagnostic> {
    let items = items::of(graph);
    if !items.iter().any(Item::runs) {
        return Err(
            Diagnostic::error(code::NOTHING_SELECTED, "the project has no actions to run")
                .help("add a `.sqlx` file to `definitions/`"),
        );
    }
    let Some(expression) = selection.expression() else {
        let all = 0..items.len();
        return Ok(Selected {
            chosen: all.map(|position| (position, Reason::Everything)).collect(),
            items,
        });
    };
    let chosen = evaluate::evaluate(&items, &expression, &selection.evidence)?;
    if chosen.is_empty() {
        return Err(Diagnostic::error(
            code::NOTHING_SELECTED,
            format!("nothing matches `{expression}`"),
        )
        .help(selection.hint()));
    }
    Ok(Selected { items, chosen })
}

/// Whether a run has anything to do with an action
pub fn runs(action: &ActionRef<'_>) -> bool {
    action.kind() != ActionKind::Declaration
}
