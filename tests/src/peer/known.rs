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
const KNOWN: [Known; 3] = [
    Known {
        concerns: |project| has_file(&project.join("definitions"), "graph.yaml"),
        reason: "property graphs are newer than core 3.0.62",
    },
    Known {
        concerns: |project| settings_name(project, "lineage"),
        reason: "settings of lineage are newer than core 3.0.62",
    },
    Known {
        concerns: |project| settings_name(project, "dataformCoreVersion"),
        reason: "the project asks for another core than 3.0.62",
    },
];

/// The known difference that a project has, if any
pub fn known(project: &Path) -> Option<&'static Known> {
    KNOWN.iter().find(|known| (known.concerns)(project))
}

fn settings_name(project: &Path, key: &str) -> bool {
    let settings = std::fs::read_to_string(project.join("workflow_settings.yaml"));
    settings.is_ok_and(|text| {
        text.lines().any(|line| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.starts_with(':'))
        })
    })
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
