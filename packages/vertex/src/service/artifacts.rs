//! Files of models: copied when a version is uploaded, so that what is exported later to the same place
//! changes no version that is there

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use serde_json::json;
use storage::Location;

use super::{Documents, Service, stamp};
use crate::failure::Failure;
use crate::resource::ResourceName;
use crate::store::{Transaction, sync_folder};

/// The folder of a version's files stands in the store under the version's name behind this
const PREFIX: &str = "artifact/";

/// The folder of all files in the server's folder
const FOLDER: &str = "artifacts";

/// Copies the files at an artifact's place; gives the name of the copy, `None` where the place is empty
///
/// # Errors
/// The files are not there, cannot be read, or are too many
pub fn take(service: &Service, uri: &str) -> Result<Option<String>, Failure> {
    if uri.is_empty() {
        return Ok(None);
    }
    let copy = stamp::id();
    let folder = service.folder.join(FOLDER).join(&copy);
    let taken = fetch(service, uri, &folder);
    if let Err(failure) = taken {
        // the failure matters more than that of the cleaning up
        let _ = fs::remove_dir_all(&folder);
        return Err(failure);
    }
    sync_folder(&folder)?;
    Ok(Some(copy))
}

/// Notes whose files a copy has
///
/// # Errors
/// None but those of JSON
pub fn keep(
    transaction: &mut Transaction<'_>,
    version: &ResourceName,
    copy: &str,
) -> Result<(), Failure> {
    transaction.put(&format!("{PREFIX}{version}"), &json!({ "folder": copy }))
}

/// Forgets a version's files; they go when the server starts next
pub fn forget(transaction: &mut Transaction<'_>, version: &ResourceName) {
    transaction.remove(&format!("{PREFIX}{version}"));
}

/// Where a version's files are; `None` for a version without any
pub fn folder(service: &Service, version: &ResourceName) -> Option<PathBuf> {
    let kept = service.store.document(&format!("{PREFIX}{version}"))?;
    let copy = kept["folder"].as_str()?;
    Some(service.folder.join(FOLDER).join(copy))
}

/// Removes files of no version
///
/// # Errors
/// The folder cannot be read or made
pub fn drop_unused(service: &Service) -> io::Result<()> {
    let used: BTreeSet<String> = service
        .store
        .beginning(PREFIX)
        .into_iter()
        .filter_map(|(_, kept)| kept["folder"].as_str().map(str::to_owned))
        .collect();
    let folder = service.folder.join(FOLDER);
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if !name.to_str().is_some_and(|name| used.contains(name)) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Writes all files below a place into a folder
fn fetch(service: &Service, uri: &str, folder: &Path) -> Result<(), Failure> {
    const FIELD: &str = "model.artifactUri";
    let place = Location::parse(uri, &service.root)
        .map_err(|error| Failure::field(FIELD, error.to_string()))?;
    let files = place
        .read_all()
        .map_err(|error| Failure::precondition(format!("`{uri}` cannot be read: {error}")))?;
    if files.is_empty() {
        return Err(Failure::field(
            FIELD,
            format!("there are no files at `{uri}`"),
        ));
    }
    for file in files {
        let parts = Path::new(&file.path).components();
        if !parts
            .clone()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            let message = format!("`{}` leads out of its folder", file.path);
            return Err(Failure::field(FIELD, message));
        }
        let path = folder.join(&file.path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        let mut written = File::create(&path)?;
        written.write_all(&file.content)?;
        written.sync_all()?;
        sync_folder(&path)?;
    }
    Ok(())
}
