//! What is known to differ between the reference and the newest core in npm, and why

use std::path::Path;

/// A difference that is no fault
#[derive(Debug)]
pub struct Known {
    /// Which projects it is in
    concerns: fn(&Path) -> bool,
    /// Why it is there
    pub reason: &'static str,
}

/// The differences between core 3.0.62 and the reference, 3.0.65
const KNOWN: [Known; 1] = [Known {
    concerns: |project| has_file(&project.join("definitions"), "graph.yaml"),
    reason: "property graphs are newer than core 3.0.62",
}];

/// The known difference that a project has, if any
pub fn known(project: &Path) -> Option<&'static Known> {
    KNOWN.iter().find(|known| (known.concerns)(project))
}

fn has_file(folder: &Path, name: &str) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        entry.file_name() == name || path.is_dir() && has_file(&path, name)
    })
}
