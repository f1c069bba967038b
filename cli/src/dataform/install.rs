//! `dataform install`: the packages of a project, by npm

use sqlx_compiler::{DiskProject, names_core_version};

use super::failure::Failure;
use super::line::Words;
use super::project::{NO_CORE_VERSION, folder};
use super::screen::Screen;
use crate::packages::{Installed, install_packages};

/// Installs
///
/// # Errors
/// The project needs no installation or names no packages, or npm fails
pub fn install(words: &Words, screen: Screen) -> Result<u8, Failure> {
    screen.line("Installing NPM dependencies...\n");
    let root = folder(words);
    if names_core_version(&DiskProject::new(&root)) == Some(true) {
        return Err(Failure::error(
            "No installation is needed when using workflow_settings.yaml, as packages are installed at runtime.",
        ));
    }
    if !root.join("package.json").exists() {
        return Err(Failure::error(NO_CORE_VERSION));
    }
    let installed = install_packages(&root).map_err(Failure::error)?;
    if installed == Installed::NothingNeeded {
        screen.line("Nothing was fetched: `@dataform/core` is built in, and package.json names no other package.");
    }
    screen.success("Project dependencies successfully installed.");
    Ok(0)
}
