//! The files of an exported model: where they are, and what tells one content from another

use std::path::Path;

use diagnostic::code;
use storage::Location;
use xxhash_rust::xxh3::Xxh3;

use crate::client::Failure;

/// What stands beside the model for programs such as this one: it tells of the training, and nothing of it decides
/// what the model predicts
const ASIDE: &str = "assets.extra";

/// The address that Vertex AI is told: as written for a storage, in full for a folder
pub fn address(uri: &str, folder: &Path) -> String {
    if uri.contains("://") {
        return uri.to_owned();
    }
    let path = folder.join(uri);
    std::path::absolute(&path)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// A digest of all files below a folder, their names included; the same for the same files wherever they are
///
/// # Errors
/// There are none, or one cannot be read
pub fn digest(address: &str) -> Result<String, Failure> {
    let unreadable = |reason: &str| {
        Failure::new(
            code::ARTIFACT_UNREADABLE,
            format!("the exported model `{address}` cannot be read: {reason}"),
        )
        .help("run the operation that exports the model, or correct `artifactUri`")
    };
    let files = Location::parse(address, Path::new("."))
        .and_then(|location| location.read_all())
        .map_err(|error| unreadable(&error.to_string()))?;
    let files: Vec<(String, Vec<u8>)> = files
        .into_iter()
        .filter(|file| !file.path.starts_with(ASIDE))
        .map(|file| (file.path, file.content))
        .collect();
    match files.is_empty() {
        true => Err(unreadable("there are no files")),
        false => Ok(of_files(files)),
    }
}

/// The digest of files with their names
fn of_files(mut files: Vec<(String, Vec<u8>)>) -> String {
    files.sort();
    let mut hash = Xxh3::new();
    for (name, bytes) in files {
        hash.update(&(name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
    }
    format!("{:032x}", hash.digest128())
}
