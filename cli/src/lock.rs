//! The lock of the warehouse that a command writes to

use diagnostic::Diagnostic;
use sqlx_runtime::warehouse::Engine;
use sqlx_runtime::{Holder, RunLock};

use crate::arguments::GlobalArguments;
use crate::printer::Printer;
use crate::project::Project;

/// Takes the lock: that of the embedded engine beside its file, that of another engine in the project
///
/// # Errors
/// Another run holds it and `wait` is false, or it cannot be made
pub fn lock(
    project: &Project,
    global: &GlobalArguments,
    holder: &Holder,
    wait: bool,
    printer: &Printer,
) -> Result<RunLock, Diagnostic> {
    let path = match project.environment.engine {
        Engine::Embedded => RunLock::beside(&project.warehouse_file(global)),
        Engine::BigQuery => {
            let name = project.environment.name.as_deref().unwrap_or("default");
            project.state_folder().join(format!("bigquery-{name}.lock"))
        }
    };
    let mut tell = |message: &str| printer.note(message);
    RunLock::acquire(&path, holder, wait.then_some(&mut tell))
}
