//! Folders of files, in Cloud Storage (`gs://bucket/folder`) or on this machine, read as a whole and
//! replaced as a whole
//!
//! A local folder is replaced by renames: it has all old files or all new ones. In Cloud Storage,
//! where a folder is only a prefix of names, new files are uploaded under a prefix of their own and
//! then copied to their places by the server; a failed upload leaves the old ones alone.

mod cloud;
mod error;
mod local;

use std::path::{Path, PathBuf};

pub use error::Error;

/// The environment variable that names another storage than Google's, as Google's own clients read it
pub const EMULATOR: &str = "STORAGE_EMULATOR_HOST";

/// Where a folder is
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// On this machine
    Local(PathBuf),
    /// In Cloud Storage
    Cloud {
        /// The bucket
        bucket: String,
        /// The folder in it, without slashes at its ends; may be empty
        prefix: String,
    },
}

/// A file with its content
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its place in the folder, parts separated by `/`
    pub path: String,
    /// What it holds
    pub content: Vec<u8>,
}

impl File {
    /// A file
    pub fn new(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            content: content.into(),
        }
    }
}

impl Location {
    /// The folder that a URI names: `gs://bucket/folder`, `file:///folder`, or a path, which begins at
    /// `base` unless it is absolute
    ///
    /// # Errors
    /// Another scheme, or `gs://` without a bucket
    pub fn parse(uri: &str, base: &Path) -> Result<Self, Error> {
        let invalid = |reason: &str| Error::Invalid {
            uri: uri.to_owned(),
            reason: reason.to_owned(),
        };
        if let Some(rest) = uri.strip_prefix("gs://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            if bucket.is_empty() {
                return Err(invalid("it names no bucket"));
            }
            return Ok(Self::Cloud {
                bucket: bucket.to_owned(),
                prefix: prefix.trim_matches('/').to_owned(),
            });
        }
        let path = match uri.split_once("://") {
            Some(("file", path)) => path,
            Some((scheme, _)) => return Err(invalid(&format!("`{scheme}` is not supported"))),
            None => uri,
        };
        if path.trim().is_empty() {
            return Err(invalid("it is empty"));
        }
        Ok(Self::Local(base.join(path)))
    }

    /// Whether it is in Cloud Storage
    pub fn is_cloud(&self) -> bool {
        matches!(self, Self::Cloud { .. })
    }

    /// All files below the folder, sorted by path; none where there is no such folder
    ///
    /// # Errors
    /// A file cannot be read, the storage cannot be reached or denies access
    pub fn read_all(&self) -> Result<Vec<File>, Error> {
        match self {
            Self::Local(folder) => local::read_all(folder),
            Self::Cloud { bucket, prefix } => cloud::read_all(bucket, prefix),
        }
    }

    /// One file below the folder, `None` where there is none
    ///
    /// # Errors
    /// As [`Location::read_all`]
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Local(folder) => local::read(&folder.join(path)),
            Self::Cloud { bucket, prefix } => cloud::read(bucket, prefix, path),
        }
    }

    /// The content of the file that the location itself names, `None` where there is none
    ///
    /// # Errors
    /// As [`Location::read_all`]
    pub fn read_file(&self) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Local(path) => local::read(path),
            Self::Cloud { bucket, prefix } => cloud::read(bucket, "", prefix),
        }
    }

    /// Puts these files in the place of all that is below the folder
    ///
    /// # Errors
    /// As [`Location::read_all`]; the folder then is as it was, but for a copy within Cloud Storage
    /// that fails half-way
    pub fn replace_all(&self, files: &[File]) -> Result<(), Error> {
        match self {
            Self::Local(folder) => local::replace_all(folder, files),
            Self::Cloud { bucket, prefix } => cloud::replace_all(bucket, prefix, files),
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Local(path) => write!(formatter, "{}", path.display()),
            Self::Cloud { bucket, prefix } => write!(formatter, "gs://{bucket}/{prefix}"),
        }
    }
}
