//! A dry run: the statements that a run would send, and nothing sent

use diagnostic::Diagnostic;
use serde::Serialize;
use sqlx_compiler::sql::Task;

use crate::plan::Plan;
use crate::run::tasks;
use crate::warehouse::Warehouse;

/// What a run would do for one action
#[derive(Debug, Clone, Serialize)]
pub struct ActionPreview {
    /// `dataset.name`
    pub action: String,
    /// Such as `table`, `view`, `assertion`
    pub kind: String,
    /// The file that defines it, relative to the project
    pub file: String,
    /// Whether the project disables it, so that nothing would be sent
    pub disabled: bool,
    /// GoogleSQL scripts in order
    pub statements: Vec<String>,
}

/// The statements of every planned action, as the warehouse stands now
///
/// # Errors
/// The warehouse cannot be asked
pub fn preview(
    plan: &Plan,
    warehouse: &dyn Warehouse,
    run: &str,
) -> Result<Vec<ActionPreview>, Diagnostic> {
    let mut previews = Vec::with_capacity(plan.actions.len());
    for (index, planned) in plan.actions.iter().enumerate() {
        let statements = match plan.action(index) {
            Some(action) if !planned.disabled => tasks(warehouse, action, plan.full_refresh, run)?
                .into_iter()
                .map(|task| match task {
                    Task::Statement(statement) | Task::Assertion(statement) => statement.sql,
                })
                .collect(),
            _ => Vec::new(),
        };
        previews.push(ActionPreview {
            action: planned.name.clone(),
            kind: planned.kind.as_str().to_owned(),
            file: planned.file.clone(),
            disabled: planned.disabled,
            statements,
        });
    }
    Ok(previews)
}
