//! Protected environments: a command that writes asks first

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};

use diagnostic::{Diagnostic, code};
use sqlx_compiler::Target;
use sqlx_runtime::Environment;

use crate::arguments::GlobalArguments;

/// Lets a command go on that would write, as `writes` says, if the environment is not protected, `--yes` is
/// given, or the user says so on the terminal; to be asked before anything is sent
///
/// # Errors
/// It is not meant, or nobody can be asked
pub fn confirm(
    global: &GlobalArguments,
    environment: &Environment,
    writes: &str,
) -> Result<(), Diagnostic> {
    if !environment.protected || global.yes {
        return Ok(());
    }
    let name = environment.name.as_deref().unwrap_or_default();
    let refused = |reason: &str| {
        Diagnostic::error(
            code::ENVIRONMENT_PROTECTED,
            format!("the environment `{name}` is protected, and {reason}: nothing was sent"),
        )
        .help(format!("`--env {name} --yes` says that it is meant"))
    };
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(refused("there is no terminal to ask on"));
    }
    let question = format!("`{name}` is protected. This {writes}. Go on? [y/N] ");
    let mut answer = String::new();
    let asked = write!(io::stderr(), "{question}")
        .and_then(|()| io::stderr().flush())
        .and_then(|()| io::stdin().read_line(&mut answer));
    match asked {
        Ok(_) if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") => Ok(()),
        _ => Err(refused("it was not confirmed")),
    }
}

/// `writes 12 targets in shop.sales, shop.crm`
pub fn writes(targets: &[Target]) -> String {
    let dataset = |target: &Target| match (&target.database, &target.schema) {
        (Some(project), Some(dataset)) => format!("{project}.{dataset}"),
        (_, dataset) => dataset.clone().unwrap_or_default(),
    };
    let datasets: BTreeSet<String> = targets.iter().map(dataset).collect();
    let datasets: Vec<String> = datasets.into_iter().collect();
    let noun = if targets.len() == 1 {
        "target"
    } else {
        "targets"
    };
    format!("writes {} {noun} in {}", targets.len(), datasets.join(", "))
}
