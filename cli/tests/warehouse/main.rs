//! The histories of `tests/warehouse`, run through the program on each engine: what stands in the warehouse
//! after every step is what the history's `states.txt` says, whichever engine it is

mod embedded;
mod emulated;
mod engine;
mod history;
mod state;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use embedded::Embedded;
use emulated::Emulated;
use engine::Engine;
use history::History;

/// How many histories run at a time
const AT_A_TIME: usize = 3;

#[test]
fn histories_on_the_embedded_engine() {
    // another engine is only compared with what this one wrote
    let update = std::env::var_os("UPDATE_STATES").is_some();
    compare(&Embedded, update);
}

#[test]
fn histories_on_the_emulator() {
    match Emulated::start() {
        Ok(engine) => compare(&engine, false),
        Err(reason) => eprintln!("skipped: {reason:#}"),
    }
}

fn compare(engine: &dyn Engine, update: bool) {
    let waiting = Mutex::new(folders());
    let unequal = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let Some(folder) = waiting.lock().unwrap().pop() else {
                        return;
                    };
                    if let Some(difference) = difference(engine, &folder, update) {
                        unequal.lock().unwrap().push(difference);
                    }
                }
            });
        }
    });
    let mut unequal = unequal.into_inner().unwrap();
    unequal.sort();
    assert!(
        unequal.is_empty(),
        "{} histories differ:\n{}",
        unequal.len(),
        unequal.join("\n")
    );
}

/// How a history ends otherwise than it should, if it does
fn difference(engine: &dyn Engine, folder: &Path, update: bool) -> Option<String> {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let history = match History::read(folder) {
        Ok(history) => history,
        Err(error) => return Some(format!("{name}: {error:#}")),
    };
    if let Some(reason) = history.skip.get(engine.name()) {
        eprintln!("{name} on the {}: skipped: {reason}", engine.name());
        return None;
    }
    let found = match state::states(engine, &name, &history) {
        Ok(states) => states,
        Err(error) => return Some(format!("{name}: {error:#}")),
    };
    let file = folder.join("states.txt");
    if update {
        std::fs::write(&file, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    (found != expected).then(|| {
        let difference = similar::TextDiff::from_lines(&expected, &found);
        format!(
            "{name}:\n{}",
            difference
                .unified_diff()
                .context_radius(4)
                .header("states.txt", engine.name())
        )
    })
}

fn folders() -> Vec<PathBuf> {
    let only = std::env::var("ONLY").unwrap_or_default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/warehouse");
    let mut folders: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("history.toml").is_file())
        .filter(|path| path.to_string_lossy().contains(&only))
        .collect();
    folders.sort();
    folders
}
