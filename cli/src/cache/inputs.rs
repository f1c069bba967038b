//! All that a compilation saw of its project, and whether it would see the same now

use std::borrow::Cow;
use std::fs::Metadata;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sqlx_compiler::{DiskProject, FileSystem};
use xxhash_rust::xxh3::xxh3_128;

use super::folder::{Folder, Stamp};

/// What a compilation saw
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inputs<'a> {
    /// When this was the state of all the files: nanoseconds on the clock of their file system
    pub seen_at: i64,
    /// The hash of the list of files
    pub listing: u128,
    /// The files that were read, or were not there
    #[serde(borrow)]
    pub files: Vec<File<'a>>,
    /// Whether there were these folders
    pub folders: Vec<(Cow<'a, str>, bool)>,
}

/// A file that was asked for
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct File<'a> {
    /// Relative to the project
    #[serde(borrow)]
    pub path: Cow<'a, str>,
    /// Nothing, where there was no such file
    pub text: Option<Text>,
}

/// The text of a file
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// What the file system tells of it
    pub state: State,
    /// Its hash
    pub hash: u128,
}

/// What changes whenever a file is written; times in nanoseconds
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    device: u64,
    number: u64,
    length: u64,
    modified: i64,
    changed: i64,
}

/// What became of the inputs
pub enum Seen<'a> {
    /// They are the same
    Same,
    /// They are the same, but some files were written with the text that they had
    Touched(Inputs<'a>, Stamp),
    /// These files have another text, and nothing else is different
    Edited(Vec<String>, Inputs<'a>, Stamp),
    /// Anything else
    Different,
}

impl<'a> Inputs<'a> {
    /// Compares the project with what was seen of it
    pub fn check(&self, root: &Path, disk: &DiskProject, folder: &Folder) -> Seen<'a> {
        let Ok(listed) = disk.list() else {
            return Seen::Different;
        };
        let mut folders = self.folders.iter();
        let same_folders = folders.all(|(path, there)| disk.is_folder(path) == *there);
        if listing(&listed) != self.listing || !same_folders {
            return Seen::Different;
        }
        // where a link is on the way, it may lead out of the project now
        let may_be_read = |path: &str, link: bool| {
            let plain = !link && listed.binary_search_by(|known| (**known).cmp(path)).is_ok();
            plain || disk.is_file(path)
        };
        let mut suspects = Vec::new();
        for (at, file) in self.files.iter().enumerate() {
            match &file.text {
                None if matches!(disk.read(&file.path), Ok(None)) => {}
                None => return Seen::Different,
                Some(text) => {
                    let Some((state, link)) = State::of(&root.join(&*file.path)) else {
                        return Seen::Different;
                    };
                    if !may_be_read(&file.path, link) {
                        return Seen::Different;
                    }
                    if state != text.state || !state.is_settled(self.seen_at) {
                        suspects.push(at);
                    }
                }
            }
        }
        if suspects.is_empty() {
            return Seen::Same;
        }
        self.look_into(&suspects, root, disk, folder)
    }

    /// Compares texts
    fn look_into(
        &self,
        suspects: &[usize],
        root: &Path,
        disk: &DiskProject,
        folder: &Folder,
    ) -> Seen<'a> {
        let Some(stamp) = folder.stamp() else {
            return Seen::Different;
        };
        let mut inputs = self.clone();
        inputs.seen_at = stamp.time;
        let mut edited = Vec::new();
        for at in suspects {
            let file = &mut inputs.files[*at];
            let Some(text) = text(root, disk, &file.path) else {
                return Seen::Different;
            };
            if file.text.is_none_or(|known| known.hash != text.hash) {
                edited.push(file.path.clone().into_owned());
            }
            file.text = Some(text);
        }
        if edited.is_empty() {
            Seen::Touched(inputs, stamp)
        } else {
            Seen::Edited(edited, inputs, stamp)
        }
    }

    /// The same when a later compilation has seen `later`, too; `None` where that saw a known file otherwise
    pub fn with(mut self, later: Inputs<'a>) -> Option<Self> {
        for file in later.files {
            match self.files.iter().find(|known| known.path == file.path) {
                Some(known) => {
                    let hash = |file: &File<'_>| file.text.map(|text| text.hash);
                    if hash(known) != hash(&file) {
                        return None;
                    }
                }
                None => self.files.push(file),
            }
        }
        for folder in later.folders {
            match self.folders.iter().find(|(path, _)| *path == folder.0) {
                Some(known) if *known != folder => return None,
                Some(_) => {}
                None => self.folders.push(folder),
            }
        }
        Some(self)
    }
}

/// The hash of a list of files
pub fn listing(files: &[String]) -> u128 {
    xxh3_128(files.join("\n").as_bytes())
}

/// A file's text as it is now; the state is older than the text, if either
fn text(root: &Path, disk: &DiskProject, path: &str) -> Option<Text> {
    let (state, _) = State::of(&root.join(path))?;
    let text = disk.read(path).ok()??;
    Some(Text {
        state,
        hash: xxh3_128(text.as_bytes()),
    })
}

impl State {
    /// The state of the file in a place, links followed, and whether the place itself is a link
    pub fn of(place: &Path) -> Option<(Self, bool)> {
        let mut metadata = std::fs::symlink_metadata(place).ok()?;
        let link = metadata.is_symlink();
        if link {
            metadata = std::fs::metadata(place).ok()?;
        }
        metadata
            .is_file()
            .then(|| (Self::from_metadata(&metadata), link))
    }

    /// Whether a write after `time` would have given another state: file systems only know the time of their
    /// last tick, some only the second
    fn is_settled(&self, time: i64) -> bool {
        const SECOND: i64 = 1_000_000_000;
        let newest = self.modified.max(self.changed);
        let whole_seconds = self.modified % SECOND == 0 && self.changed % SECOND == 0;
        let tick = if whole_seconds {
            2 * SECOND
        } else {
            SECOND / 20
        };
        newest.saturating_add(tick) < time
    }

    #[cfg(unix)]
    fn from_metadata(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let nanoseconds =
            |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            device: metadata.dev(),
            number: metadata.ino(),
            length: metadata.len(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    fn from_metadata(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().map_or(0, nanoseconds),
            changed: metadata.created().map_or(0, nanoseconds),
            ..Self::default()
        }
    }
}

/// Nanoseconds since 1970
pub fn nanoseconds(time: std::time::SystemTime) -> i64 {
    time.duration_since(std::time::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_nanos()).ok())
        .unwrap_or_default()
}
