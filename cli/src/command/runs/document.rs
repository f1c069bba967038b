//! `runs export --format json`: a recorded run as one document

use serde_json::{Value as Json, json};
use sqlx_runtime::{RecordedAction, RecordedRun, RecordedStatus};

/// The run with its actions; `status` of an action is that of its result, `begun` where the run ended
/// while it ran and `waiting` where it had not begun
pub fn document(run: &RecordedRun) -> Json {
    json!({
        "schema_version": 1,
        "run": run.run,
        "started": run.started,
        "status": run.status.as_str(),
        "seconds": run.seconds,
        "engine": run.engine,
        "environment": run.environment,
        "selection": run.selection,
        "arguments": run.arguments,
        "actions_in_project": run.actions_in_project,
        "outstanding": run.outstanding(),
        "actions": run.actions.iter().map(action).collect::<Vec<_>>(),
    })
}

fn action(action: &RecordedAction) -> Json {
    let mut json = match &action.result {
        Some(result) => result.clone(),
        None => json!({
            "action": action.name,
            "kind": action.kind,
            "status": if action.status == RecordedStatus::Begun { "begun" } else { "waiting" },
        }),
    };
    json["file"] = json!(action.file);
    if let Some(reason) = &action.reason {
        json["reason"] = json!(reason);
    }
    if let Some(made_by) = &action.made_by {
        json["made_by"] = json!(made_by);
    }
    json
}
