//! The folder with the entries of a project; files in it appear whole or not at all

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx_compiler::CompileOptions;
use sqlx_runtime::EnvironmentVariables;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::inputs::nanoseconds;

/// How many kinds of compilation (with other options, say) are remembered
const KEPT: usize = 8;

/// After which time an unfinished file is nobody's
const ABANDONED: Duration = Duration::from_secs(3600);

/// Where the entry for one kind of compilation is, or will be
pub struct Folder {
    folder: PathBuf,
    key: String,
}

/// A file that was made just now: what was written before it has an older time
pub struct Stamp {
    place: PathBuf,
    /// Nanoseconds on the clock of the file system
    pub time: i64,
}

impl Folder {
    /// For compilations of the project in `root` with these options
    pub fn of(root: &Path, options: &CompileOptions) -> Option<Self> {
        let root = fs::canonicalize(root).ok()?;
        let zone = fs::canonicalize("/etc/localtime").ok();
        let of_zone = zone
            .as_ref()
            .and_then(|zone| fs::metadata(zone).ok()?.modified().ok());
        let kind = format!(
            "{root:?} {options:?} {:?} {zone:?} {:?}",
            std::env::var_os(EnvironmentVariables::TIME_ZONE),
            of_zone.map(nanoseconds),
        );
        Some(Self {
            folder: root.join(".sqlx-run").join("cache"),
            key: format!("{:016x}", xxh3_64(kind.as_bytes())),
        })
    }

    /// The stored entry without its head, if it is whole and of this version of the program
    pub fn read_entry(&self) -> Option<Vec<u8>> {
        let mut bytes = fs::read(self.place("entry")).ok()?;
        let payload = bytes.get(HEAD..)?;
        if bytes.get(..HEAD)? != head(payload) {
            return None;
        }
        bytes.drain(..HEAD);
        Some(bytes)
    }

    /// The text that was stored beside the entry, if it is the one with this length and checksum
    pub fn read_text(&self, length: u64, checksum: u64) -> Option<String> {
        let bytes = fs::read(self.place("json")).ok()?;
        let whole = u64::try_from(bytes.len()).ok()? == length && xxh3_64(&bytes) == checksum;
        whole.then(|| String::from_utf8(bytes).ok()).flatten()
    }

    /// Makes a file; `None` where that is not possible
    pub fn stamp(&self) -> Option<Stamp> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if !self.folder.is_dir() {
            fs::create_dir_all(&self.folder).ok()?;
            fs::write(self.folder.join(".gitignore"), "*\n").ok()?;
        }
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{}-{count}.tmp", self.key, std::process::id());
        let place = self.folder.join(name);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&place)
            .ok()?;
        let modified = file.metadata().ok()?.modified().ok()?;
        Some(Stamp {
            place,
            time: nanoseconds(modified),
        })
    }

    /// Stores an entry in the place of the one that was there
    pub fn write_entry(&self, payload: &[u8], stamp: Stamp) {
        let head = head(payload);
        if stamp
            .become_file(&self.place("entry"), &[&head, payload])
            .is_some()
        {
            self.prune();
        }
    }

    /// Stores a text beside the entry; gives its checksum
    pub fn write_text(&self, text: &str) -> Option<u64> {
        self.stamp()?
            .become_file(&self.place("json"), &[text.as_bytes()])?;
        Some(xxh3_64(text.as_bytes()))
    }

    fn place(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{}.{kind}", self.key))
    }

    /// Removes the oldest entries, and files that nobody finished
    fn prune(&self) -> Option<()> {
        let mut entries = Vec::new();
        for file in fs::read_dir(&self.folder).ok()?.flatten() {
            let place = file.path();
            let modified = file.metadata().ok()?.modified().ok()?;
            match place
                .extension()
                .and_then(|extension| extension.to_str())
                .unwrap_or_default()
            {
                "entry" => entries.push((modified, place)),
                "tmp" if modified.elapsed().is_ok_and(|age| age > ABANDONED) => {
                    fs::remove_file(place).ok()?;
                }
                _ => {}
            }
        }
        entries.sort();
        let surplus = entries.len().saturating_sub(KEPT);
        for (_, place) in entries.into_iter().take(surplus) {
            fs::remove_file(&place).ok()?;
            // there is none beside most entries
            let _ = fs::remove_file(place.with_extension("json"));
        }
        Some(())
    }
}

impl Stamp {
    /// Writes the file and puts it in its place
    fn become_file(self, place: &Path, parts: &[&[u8]]) -> Option<()> {
        let mut file = OpenOptions::new().write(true).open(&self.place).ok()?;
        for part in parts {
            file.write_all(part).ok()?;
        }
        drop(file);
        fs::rename(&self.place, place).ok()
    }
}

impl Drop for Stamp {
    fn drop(&mut self) {
        // it is gone already if it was put in its place
        let _ = fs::remove_file(&self.place);
    }
}

const HEAD: usize = 40;

/// What stands before an entry: the program that wrote it, and a checksum
fn head(payload: &[u8]) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..16].copy_from_slice(b"sqlx-run cache 1");
    head[16..32].copy_from_slice(&program().to_le_bytes());
    head[32..].copy_from_slice(&xxh3_64(payload).to_le_bytes());
    head
}

/// Tells one build of the program from another
fn program() -> u128 {
    static PROGRAM: OnceLock<u128> = OnceLock::new();
    *PROGRAM.get_or_init(|| {
        let file = std::env::current_exe().and_then(fs::metadata);
        let modified = file.as_ref().ok().and_then(|file| file.modified().ok());
        let length = file.as_ref().map_or(0, fs::Metadata::len);
        let version = env!("CARGO_PKG_VERSION");
        xxh3_128(format!("{version} {length} {:?}", modified.map(nanoseconds)).as_bytes())
    })
}
