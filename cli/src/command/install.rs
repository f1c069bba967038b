//! `install`: the packages that project code requires

use diagnostic::{Diagnostic, code};
use serde_json::json;

use crate::arguments::{GlobalArguments, InstallArguments};
use crate::exit;
use crate::packages::{Installed, install_packages};
use crate::printer::Printer;
use crate::project::root;

/// Installs by npm, without the packages' scripts
pub fn install(global: &GlobalArguments, arguments: &InstallArguments, printer: &Printer) -> u8 {
    let folder = arguments.directory.clone().unwrap_or_else(|| root(global));
    let file = folder.join("package.json");
    let installed = if file.is_file() {
        install_packages(&folder)
    } else if folder.is_dir() {
        Ok(Installed::NothingNeeded)
    } else {
        Err(format!("there is no folder `{}`", folder.display()))
    };
    match installed {
        Ok(installed) if printer.is_json() => {
            printer.json(&json!({ "installed": installed == Installed::ByNpm }));
            exit::OK
        }
        Ok(Installed::ByNpm) => {
            printer.note(&format!("installed the packages of `{}`", file.display()));
            exit::OK
        }
        Ok(Installed::NothingNeeded) => {
            printer.note("nothing to install: `@dataform/core` is built in, and the project names no other package");
            exit::OK
        }
        Err(reason) => {
            let (message, details) = reason.split_once('\n').unwrap_or((&reason, ""));
            let mut diagnostic = Diagnostic::error(code::INSTALL_FAILED, message);
            if !details.is_empty() {
                diagnostic = diagnostic.help(details);
            }
            printer.diagnostic(&diagnostic);
            exit::FAILED
        }
    }
}
