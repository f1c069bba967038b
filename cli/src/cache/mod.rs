//! Remembers compilations of a project under `.sqlx-run/cache`, so that a second one is cheap
//!
//! An entry holds all that a compilation saw: the files that there are, the contents of those it read, and
//! where it looked for a file in vain. While all of that is the same, what is printed comes out of the entry;
//! when only definitions have other contents, those are compiled next to the rest, where that gives the same
//! as the whole (see `sqlx_compiler::recompile`); else the project is compiled anew. What project code makes
//! of the time or of random numbers is never kept, nor is a compilation with errors.
//!
//! An entry that is damaged, or of another version of the program, is as good as none, and so is a folder
//! that cannot be written.

mod action;
mod compiled;
mod entry;
mod folder;
mod graph_text;
mod inputs;
mod recorder;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use sqlx_compiler::{
    Compilation, CompileOptions, DiskProject, Snapshot, compile, recompile, settings_warnings,
    to_json,
};

pub use action::Action;
pub use compiled::{Compiled, Reuse, Wanted};
use entry::{Entry, GraphText};
use folder::{Folder, Stamp};
use inputs::{Inputs, Seen};
use recorder::Recorder;

/// Whether compilations are remembered
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// In the project's own folder
    On,
    /// Nowhere
    Off,
}

/// Compiles the project in `root`, as far as needed, and hands the outcome to `show`; nothing but the time
/// that it takes depends on `caching`
pub fn compile_project<R>(
    root: &Path,
    options: &CompileOptions,
    wanted: Wanted,
    caching: Caching,
    show: impl FnOnce(&Compiled<'_>) -> R,
) -> R {
    let disk = DiskProject::new(root);
    let folder = match caching {
        Caching::On => Folder::of(root, options),
        Caching::Off => None,
    };
    let Some(folder) = folder else {
        return show(&Compiled::whole(&compile(&disk, options), None));
    };
    let options = CompileOptions {
        traced: true,
        ..options.clone()
    };
    let work = Work {
        root,
        disk,
        options,
        wanted,
        folder,
    };
    let stored = work.folder.read_entry();
    let entry = stored.as_deref().and_then(Entry::decode);
    let entry = entry.and_then(|entry| work.with_text(entry));
    let Some((mut entry, text)) = entry else {
        return work.compile_whole(show);
    };
    let text = text.as_deref();
    let warnings = settings_warnings(&work.disk, &work.options).unwrap_or_default();
    match entry.inputs.check(root, &work.disk, &work.folder) {
        Seen::Same => show(&Compiled::stored(&entry, text, warnings, Reuse::All)),
        Seen::Touched(inputs, stamp) => {
            entry.inputs = inputs;
            work.store(&entry, stamp);
            show(&Compiled::stored(&entry, text, warnings, Reuse::All))
        }
        Seen::Edited(paths, inputs, stamp) => {
            let changed: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
            let recorder = Recorder::new(root, &work.disk);
            let part = recompile(&recorder, &work.options, &entry.snapshot, &changed);
            let Some(part) = part else {
                return work.compile_whole(show);
            };
            let seen = recorder.into_inputs(stamp.time);
            let inputs = seen.and_then(|seen| inputs.with(seen));
            let Some(entry) = inputs.and_then(|inputs| updated(entry, &part, &changed, inputs))
            else {
                return work.compile_whole(show);
            };
            work.store(&entry, stamp);
            show(&Compiled::stored(&entry, text, warnings, Reuse::Part))
        }
        Seen::Different => work.compile_whole(show),
    }
}

/// The entry after some definitions have been compiled again
fn updated<'a>(
    entry: Entry<'a>,
    part: &'a Compilation,
    changed: &BTreeSet<&str>,
    inputs: Inputs<'a>,
) -> Option<Entry<'a>> {
    let mut entry = Entry { inputs, ..entry };
    for replaced in entry.snapshot.update(part, changed)? {
        if let Some(text) = &mut entry.text {
            let number = u32::try_from(replaced.number).ok()?;
            text.patch(number, graph_text::of_action(replaced.action)?);
        }
    }
    Some(entry)
}

/// One compilation
struct Work<'a> {
    root: &'a Path,
    disk: DiskProject,
    options: CompileOptions,
    wanted: Wanted,
    folder: Folder,
}

impl Work<'_> {
    /// The entry with the text that is wanted, if it is there
    fn with_text<'e>(&self, entry: Entry<'e>) -> Option<(Entry<'e>, Option<String>)> {
        if self.wanted == Wanted::Actions {
            return Some((entry, None));
        }
        let graph = entry.text.as_ref()?;
        let text = self.folder.read_text(graph.length, graph.checksum)?;
        Some((entry, Some(text)))
    }

    fn compile_whole<R>(&self, show: impl FnOnce(&Compiled<'_>) -> R) -> R {
        let stamp = self.folder.stamp();
        let recorder = Recorder::new(self.root, &self.disk);
        let compilation = compile(&recorder, &self.options);
        let json = || to_json(&compilation.graph);
        let text = (self.wanted == Wanted::Json && !compilation.has_errors()).then(json);
        if let Some(stamp) = stamp
            && let Some(inputs) = recorder.into_inputs(stamp.time)
            && let Some(entry) = self.entry(&compilation, inputs, text.as_deref())
        {
            self.store(&entry, stamp);
        }
        show(&Compiled::whole(&compilation, text.as_deref()))
    }

    /// What is stored of a compilation, if anything may be
    fn entry<'e>(
        &self,
        compilation: &'e Compilation,
        inputs: Inputs<'e>,
        text: Option<&str>,
    ) -> Option<Entry<'e>> {
        let steady = !compilation.has_errors() && !compilation.trace.asks_clock();
        let known = || settings_warnings(&self.disk, &self.options);
        if !steady || known()? != compilation.diagnostics {
            return None;
        }
        let snapshot = Snapshot::of(compilation)?;
        let text = match text {
            Some(text) => Some(GraphText {
                length: u64::try_from(text.len()).ok()?,
                places: graph_text::places(text, &snapshot.actions)?,
                checksum: self.folder.write_text(text)?,
                patches: Vec::new(),
            }),
            None => None,
        };
        Some(Entry {
            inputs,
            console: compilation
                .console
                .iter()
                .map(|line| Cow::from(line.as_str()))
                .collect(),
            snapshot,
            text,
        })
    }

    fn store(&self, entry: &Entry<'_>, stamp: Stamp) {
        if let Some(bytes) = entry.encode() {
            self.folder.write_entry(&bytes, stamp);
        }
    }
}
