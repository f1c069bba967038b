//! Models on disk: one JSON file per model, replaced whole or not at all, and beside it the versions
//! before

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use googlesql::PhysicalName;
use serde::{Deserialize, Serialize};

use crate::model::FORMAT;
use crate::{Model, RemoteModel};

/// A folder of models: `<folder>/<schema>/<name>.json`, with characters that file systems treat
/// specially written as `%` and two hexadecimal digits; earlier versions are
/// `<folder>/<schema>/<name>.versions/<number>.json`
#[derive(Debug, Clone)]
pub struct Registry {
    folder: PathBuf,
}

static WRITES: AtomicU64 = AtomicU64::new(0);

/// The extension of a file that is not whole yet
const UNFINISHED: &str = "tmp";

/// How many versions of a model are kept, the latest among them
const VERSIONS: usize = 10;

/// A model as it was saved
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// How often a model of this name was saved until then
    pub number: u64,
    /// When it was trained, in milliseconds since 1970
    pub created: i64,
    /// When it or its options last changed, in milliseconds since 1970
    pub modified: i64,
    /// The model
    pub model: Model,
}

#[derive(Deserialize)]
struct Head {
    format: u32,
    version: u64,
    #[serde(default)]
    created: i64,
    #[serde(default)]
    modified: i64,
    #[serde(default)]
    made_by: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    model: Option<Model>,
}

#[derive(Deserialize)]
struct RemoteEntry {
    remote: Option<RemoteModel>,
}

#[derive(Serialize)]
struct EntryToWrite<'a> {
    format: u32,
    version: u64,
    created: i64,
    modified: i64,
    /// What made it, where that may be done once more after a crash
    #[serde(skip_serializing_if = "Option::is_none")]
    made_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a Model>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<&'a RemoteModel>,
}

impl Registry {
    /// The registry in a folder, which need not exist yet
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Keeps a model in place of one of the same name, with the next version number; a crash leaves
    /// either the old file or the new one. The last few versions stay beside it
    ///
    /// What the same maker `made_by` makes again, since it was not known whether it had come to its end, takes the
    /// place of what it made before, with its number.
    ///
    /// # Errors
    /// The folder or file cannot be written
    pub fn save(
        &self,
        name: &PhysicalName,
        model: &Model,
        made_by: Option<&str>,
    ) -> io::Result<()> {
        self.replace(name, made_by, Some(model), None)
    }

    /// As [`Registry::save`], of a remote model
    ///
    /// # Errors
    /// As [`Registry::save`]
    pub fn save_remote(
        &self,
        name: &PhysicalName,
        remote: &RemoteModel,
        made_by: Option<&str>,
    ) -> io::Result<()> {
        self.replace(name, made_by, None, Some(remote))
    }

    fn replace(
        &self,
        name: &PhysicalName,
        made_by: Option<&str>,
        model: Option<&Model>,
        remote: Option<&RemoteModel>,
    ) -> io::Result<()> {
        let before = self.head(name).ok().flatten();
        let mut version = before.as_ref().map_or(0, |head| head.version);
        let again =
            made_by.is_some() && before.is_some_and(|head| head.made_by.as_deref() == made_by);
        if again {
            version = version.saturating_sub(1);
        } else if version > 0 {
            self.keep(name, version)?;
        }
        let now = now();
        self.write(
            name,
            &EntryToWrite {
                format: FORMAT,
                version: version + 1,
                created: now,
                modified: now,
                made_by,
                model,
                remote,
            },
        )
    }

    /// Writes a model over its latest version, as one whose options changed
    ///
    /// # Errors
    /// There is none, or the file cannot be read or written
    pub fn update(&self, name: &PhysicalName, model: &Model) -> io::Result<()> {
        let text = self.read(name)?.ok_or(io::ErrorKind::NotFound)?;
        let head: Head = self.parse(name, &text)?;
        self.write(
            name,
            &EntryToWrite {
                format: FORMAT,
                version: head.version,
                created: head.created,
                modified: now(),
                made_by: head.made_by.as_deref(),
                model: Some(model),
                remote: None,
            },
        )
    }

    /// Puts the file of a model aside, as the version that it is
    fn keep(&self, name: &PhysicalName, version: u64) -> io::Result<()> {
        let folder = self.versions_folder(name);
        fs::create_dir_all(&folder)?;
        let kept = folder.join(format!("{version}.json"));
        let temporary = kept.with_extension(format!("{}.{UNFINISHED}", std::process::id()));
        fs::copy(self.path(name), &temporary)?;
        fs::rename(&temporary, &kept)?;
        let mut numbers = numbers(&folder)?;
        numbers.sort_unstable();
        let many = (numbers.len() + 1).saturating_sub(VERSIONS);
        for old in numbers.into_iter().take(many) {
            fs::remove_file(folder.join(format!("{old}.json")))?;
        }
        Ok(())
    }

    fn write(&self, name: &PhysicalName, entry: &EntryToWrite<'_>) -> io::Result<()> {
        let path = self.path(name);
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        // its own for each writer, of this process or another
        let write = WRITES.fetch_add(1, Ordering::Relaxed);
        let temporary = path.with_extension(format!("{}-{write}.{UNFINISHED}", std::process::id()));
        let written = write_synced(&temporary, entry).and_then(|()| fs::rename(&temporary, &path));
        if written.is_err() {
            // the error of the write matters more than that of the cleaning up
            let _ = fs::remove_file(&temporary);
        }
        written?;
        sync_folder(folder)
    }

    /// The latest model of a name, if there is one
    ///
    /// # Errors
    /// The file cannot be read, is not a model, or was written by a later format
    pub fn load(&self, name: &PhysicalName) -> io::Result<Option<Model>> {
        Ok(self.latest(name)?.map(|version| version.model))
    }

    /// The latest version of a model, if there is one
    ///
    /// # Errors
    /// As [`Registry::load`]
    pub fn latest(&self, name: &PhysicalName) -> io::Result<Option<Version>> {
        match self.read(name)? {
            Some(text) => self.understand(name, &text),
            None => Ok(None),
        }
    }

    /// The remote model of a name, if it is one
    ///
    /// # Errors
    /// As [`Registry::load`]
    pub fn remote(&self, name: &PhysicalName) -> io::Result<Option<RemoteModel>> {
        match self.read(name)? {
            Some(text) => Ok(self.parse::<RemoteEntry>(name, &text)?.remote),
            None => Ok(None),
        }
    }

    /// The version of a model with this number, if it is still there
    ///
    /// # Errors
    /// As [`Registry::load`]
    pub fn version_of(&self, name: &PhysicalName, number: u64) -> io::Result<Option<Version>> {
        if self.version(name)? == Some(number) {
            return self.latest(name);
        }
        match read(&self.versions_folder(name).join(format!("{number}.json")))? {
            Some(text) => self.understand(name, &text),
            None => Ok(None),
        }
    }

    /// The numbers of the versions of a model that are there, ascending
    ///
    /// # Errors
    /// The folder or the model's file cannot be read
    pub fn versions(&self, name: &PhysicalName) -> io::Result<Vec<u64>> {
        let mut found = numbers(&self.versions_folder(name))?;
        found.extend(self.version(name)?);
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn understand(&self, name: &PhysicalName, text: &str) -> io::Result<Option<Version>> {
        let head: Head = self.parse(name, text)?;
        if head.format != FORMAT {
            let reason = if head.format < FORMAT {
                format!(
                    "an earlier version wrote it (format {}, this one reads {FORMAT}); train the model anew",
                    head.format
                )
            } else {
                format!("format {} where format {FORMAT} is understood", head.format)
            };
            return Err(self.invalid(name, reason));
        }
        let entry: Entry = self.parse(name, text)?;
        Ok(entry.model.map(|model| Version {
            number: head.version,
            created: head.created,
            modified: head.modified,
            model,
        }))
    }

    /// How often a model of this name was saved
    ///
    /// # Errors
    /// The file cannot be read or is not a model
    pub fn version(&self, name: &PhysicalName) -> io::Result<Option<u64>> {
        Ok(self.head(name)?.map(|head| head.version))
    }

    fn head(&self, name: &PhysicalName) -> io::Result<Option<Head>> {
        match self.read(name)? {
            Some(text) => self.parse(name, &text).map(Some),
            None => Ok(None),
        }
    }

    /// Removes a model with its versions; says whether there was one
    ///
    /// # Errors
    /// The file cannot be removed
    pub fn remove(&self, name: &PhysicalName) -> io::Result<bool> {
        match fs::remove_file(self.path(name)) {
            Ok(()) => match fs::remove_dir_all(self.versions_folder(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(true),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes what writers that were killed left unfinished; for a moment in which nobody writes
    ///
    /// # Errors
    /// A folder cannot be read, a file not be removed
    pub fn drop_left_behind(&self) -> io::Result<()> {
        for (_, folder) in entries(&self.folder)? {
            if !folder.is_dir() {
                continue;
            }
            for (_, file) in entries(&folder)? {
                let versions = match file.is_dir() {
                    true => entries(&file)?,
                    false => Vec::new(),
                };
                for (_, file) in std::iter::once((String::new(), file)).chain(versions) {
                    if file.extension().is_some_and(|found| found == UNFINISHED) {
                        fs::remove_file(&file)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The names of all models, sorted
    ///
    /// # Errors
    /// A folder cannot be read
    pub fn list(&self) -> io::Result<Vec<PhysicalName>> {
        let mut names = Vec::new();
        for (schema, folder) in entries(&self.folder)? {
            if !folder.is_dir() {
                continue;
            }
            for (file, _) in entries(&folder)? {
                if let Some(name) = file.strip_suffix(".json") {
                    names.push(PhysicalName {
                        schema: unescape(&schema),
                        name: unescape(name),
                    });
                }
            }
        }
        names.sort();
        Ok(names)
    }

    fn path(&self, name: &PhysicalName) -> PathBuf {
        self.folder
            .join(escape(&name.schema))
            .join(format!("{}.json", escape(&name.name)))
    }

    fn versions_folder(&self, name: &PhysicalName) -> PathBuf {
        self.folder
            .join(escape(&name.schema))
            .join(format!("{}.versions", escape(&name.name)))
    }

    fn read(&self, name: &PhysicalName) -> io::Result<Option<String>> {
        read(&self.path(name))
    }

    fn parse<'a, T: Deserialize<'a>>(&self, name: &PhysicalName, text: &'a str) -> io::Result<T> {
        serde_json::from_str(text).map_err(|error| self.invalid(name, error.to_string()))
    }

    fn invalid(&self, name: &PhysicalName, reason: String) -> io::Error {
        let path = self.path(name);
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("model file {} is not valid: {reason}", path.display()),
        )
    }
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Milliseconds since 1970
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

/// The versions that a folder has
fn numbers(folder: &Path) -> io::Result<Vec<u64>> {
    let files = entries(folder)?;
    let number = |(name, _): &(String, PathBuf)| name.strip_suffix(".json")?.parse().ok();
    Ok(files.iter().filter_map(number).collect())
}

fn entries(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut entries = Vec::new();
    for entry in listing {
        let entry = entry?;
        if let Some(name) = entry.file_name().to_str() {
            entries.push((name.to_owned(), entry.path()));
        }
    }
    Ok(entries)
}

fn write_synced(path: &Path, entry: &EntryToWrite<'_>) -> io::Result<()> {
    let mut file = File::create(path)?;
    let mut writer = io::BufWriter::new(&mut file);
    serde_json::to_writer(&mut writer, entry)?;
    writer.write_all(b"\n")?;
    writer.flush()?;
    drop(writer);
    file.sync_all()
}

/// Makes the rename itself durable where folders can be opened as files
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn escape(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for (index, byte) in name.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-')
            || (byte == b'.' && index > 0);
        if plain {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

fn unescape(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
