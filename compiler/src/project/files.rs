//! The only way in which the compiler reads: a trait over the files of one project

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

/// Why a file could not be read
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The operating system refused
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// Relative to the project
        path: String,
        /// What the system says
        reason: String,
    },
    /// A symbolic link, or `..`, that leads out of the project
    #[error("{path} leads out of the project folder")]
    Outside {
        /// Relative to the project
        path: String,
    },
    /// A file that is larger than any source
    #[error("{path} is larger than {} MB", LARGEST >> 20)]
    TooLarge {
        /// Relative to the project
        path: String,
    },
}

impl FileError {
    /// The same without the path
    pub fn reason(&self) -> String {
        match self {
            Self::Unreadable { reason, .. } => format!("the file cannot be read: {reason}"),
            Self::Outside { .. } => "the link leads out of the project folder".to_owned(),
            Self::TooLarge { .. } => {
                format!("the file is larger than {} MB", LARGEST >> 20)
            }
        }
    }
}

/// The most bytes that a file may have
const LARGEST: u64 = 64 << 20;

/// The folders of a project that sources stand in
const SOURCE_FOLDERS: [&str; 2] = ["definitions", "includes"];

/// The files of one project; paths are relative to it, with forward slashes
pub trait FileSystem: Sync {
    /// The project folder, as it stands in messages
    fn root(&self) -> String;

    /// Every file that Dataform may load: in `definitions` and `includes`, no dot-files, with a dot in the name
    ///
    /// # Errors
    /// When a folder cannot be read.
    fn list(&self) -> Result<Vec<String>, FileError>;

    /// The text of a file, or `None` when there is no such file; what is not UTF-8 in it becomes the
    /// replacement character
    ///
    /// # Errors
    /// When it is there but cannot be read, or lies outside the project.
    fn read(&self, path: &str) -> Result<Option<String>, FileError>;

    /// Whether there is such a file
    fn is_file(&self, path: &str) -> bool;

    /// Whether there is such a folder
    fn is_folder(&self, path: &str) -> bool;
}

/// A project folder on disk, for one compilation: where folders are is looked up once
#[derive(Debug)]
pub struct DiskProject {
    root: PathBuf,
    /// The real places of folders that are there and inside the project
    folders: Mutex<HashMap<String, PathBuf>>,
}

impl DiskProject {
    /// The project in `root`; nothing is read yet
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            root: std::fs::canonicalize(&root).unwrap_or(root),
            folders: Mutex::default(),
        }
    }

    /// A file that is there, inside the project and no link, and what the system says of it
    fn plain_file(&self, path: &str) -> Option<(PathBuf, Metadata)> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut components = Path::new(name).components();
        let normal = matches!(components.next(), Some(Component::Normal(_)));
        if !normal || components.next().is_some() {
            return None;
        }
        let known = self.folders.lock().ok()?.get(folder).cloned();
        let folder = match known {
            Some(known) => known,
            None => {
                let place = self.place(folder).ok()??;
                let mut folders = self.folders.lock().ok()?;
                folders.insert(folder.to_owned(), place.clone());
                place
            }
        };
        let place = folder.join(name);
        let metadata = std::fs::symlink_metadata(&place).ok()?;
        metadata.is_file().then_some((place, metadata))
    }

    /// The real place of a file that is there and inside the project
    fn place(&self, path: &str) -> Result<Option<PathBuf>, FileError> {
        let plain = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !plain {
            return Err(FileError::Outside {
                path: path.to_owned(),
            });
        }
        match std::fs::canonicalize(self.root.join(path)) {
            Ok(place) if place.starts_with(&self.root) => Ok(Some(place)),
            Ok(_) => Err(FileError::Outside {
                path: path.to_owned(),
            }),
            Err(_) => Ok(None),
        }
    }

    /// Whether a link leads to a file, or out of the project, which is an error when it is read
    fn is_source_link(&self, path: &str) -> bool {
        match self.place(path) {
            Ok(place) => place.is_some_and(|place| place.is_file()),
            Err(_) => true,
        }
    }

    fn walk(&self, folder: &str, files: &mut Vec<String>) -> Result<(), FileError> {
        let unreadable = |reason: std::io::Error| FileError::Unreadable {
            path: folder.to_owned(),
            reason: reason.to_string(),
        };
        let mut folders = Vec::new();
        for entry in std::fs::read_dir(self.root.join(folder)).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let path = format!("{folder}/{name}");
            let kind = entry.file_type().map_err(unreadable)?;
            if kind.is_dir() {
                folders.push(path);
            } else if lists(&path) && (kind.is_file() || self.is_source_link(&path)) {
                files.push(path);
            }
        }
        for folder in folders {
            self.walk(&folder, files)?;
        }
        Ok(())
    }
}

impl FileSystem for DiskProject {
    fn root(&self) -> String {
        self.root.to_string_lossy().into_owned()
    }

    fn list(&self) -> Result<Vec<String>, FileError> {
        let mut files = Vec::new();
        for folder in SOURCE_FOLDERS {
            // a link is none of the project's own folders
            let found = std::fs::symlink_metadata(self.root.join(folder));
            if found.is_ok_and(|found| found.is_dir()) {
                self.walk(folder, &mut files)?;
            }
        }
        files.sort();
        Ok(files)
    }

    fn read(&self, path: &str) -> Result<Option<String>, FileError> {
        let (place, length) = match self.plain_file(path) {
            Some((place, metadata)) => (place, metadata.len().min(LARGEST)),
            None => match self.place(path)?.filter(|place| place.is_file()) {
                Some(place) => (place, 0),
                None => return Ok(None),
            },
        };
        let unreadable = |reason: std::io::Error| FileError::Unreadable {
            path: path.to_owned(),
            reason: reason.to_string(),
        };
        let mut bytes = Vec::with_capacity(usize::try_from(length + 1).unwrap_or_default());
        let file = File::open(place).map_err(unreadable)?;
        // a file may grow while it is read
        file.take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() as u64 > LARGEST {
            return Err(FileError::TooLarge {
                path: path.to_owned(),
            });
        }
        Ok(Some(String::from_utf8(bytes).unwrap_or_else(|error| {
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        })))
    }

    fn is_file(&self, path: &str) -> bool {
        matches!(self.place(path), Ok(Some(place)) if place.is_file())
    }

    fn is_folder(&self, path: &str) -> bool {
        matches!(self.place(path), Ok(Some(place)) if place.is_dir())
    }
}

/// A project in memory
#[derive(Debug, Clone, Default)]
pub struct MemoryProject {
    files: BTreeMap<String, String>,
}

impl MemoryProject {
    /// An empty project
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more file
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }
}

impl FileSystem for MemoryProject {
    fn root(&self) -> String {
        "/project".to_owned()
    }

    fn list(&self) -> Result<Vec<String>, FileError> {
        let listed = |path: &&String| is_listed(path);
        Ok(self.files.keys().filter(listed).cloned().collect())
    }

    fn read(&self, path: &str) -> Result<Option<String>, FileError> {
        Ok(self.files.get(path).cloned())
    }

    fn is_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    fn is_folder(&self, path: &str) -> bool {
        let prefix = format!("{path}/");
        self.files.keys().any(|file| file.starts_with(&prefix))
    }
}

/// Whether a file is one that [`FileSystem::list`] lists
pub fn is_listed(path: &str) -> bool {
    let folder = path.split_once('/').map(|(folder, _)| folder);
    folder.is_some_and(|folder| SOURCE_FOLDERS.contains(&folder))
        && path.split('/').all(|part| !part.starts_with('.'))
        && lists(path)
}

fn lists(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'))
}
