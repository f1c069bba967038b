//! The histories of `tests/warehouse`, run through the program on each engine: what stands in the warehouse
//! after every step is what the history's `states.txt` says, whichever engine it is, unless the history gives
//! a reason

#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

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
    compare(&Embedded);
}

#[test]
fn histories_on_the_emulator() {
    match Emulated::start() {
        Ok(engine) => compare(&engine),
        Err(reason) => eprintln!("skipped: {reason:#}"),
    }
}

fn compare(engine: &dyn Engine) {
    let waiting = Mutex::new(folders());
    let unequal = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let Some(folder) = waiting.lock().unwrap().pop() else {
                        return;
                    };
                    if let Some(difference) = difference(engine, &folder) {
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
fn difference(engine: &dyn Engine, folder: &Path) -> Option<String> {
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
    let own = history.differs.contains_key(engine.name());
    let file = match own {
        true => folder.join(format!("states.{}.txt", engine.name())),
        false => folder.join("states.txt"),
    };
    // another engine is compared with what the embedded one wrote, where no reason is given
    let writes = own || engine.name() == Embedded.name();
    if writes && std::env::var_os("UPDATE_STATES").is_some() {
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
                .header("expected", engine.name())
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
